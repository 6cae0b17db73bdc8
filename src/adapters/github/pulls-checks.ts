import * as z from 'zod/v4';
import type { PullState } from '../../core/outward/github-facts.ts';
import type { GitHub } from './client.ts';

const Runs = z.object({
  check_runs: z.array(z.object({ status: z.string(), conclusion: z.string().nullish() })),
});
const Statuses = z.object({ statuses: z.array(z.object({ state: z.string() })) });
const GOOD: readonly string[] = ['success', 'neutral', 'skipped'];

/** What GitHub's two kinds of checks say of a commit; null when it does not tell. Best effort: it only informs. */
export async function checksOf(
  github: GitHub,
  commit: string,
  end: AbortSignal,
): Promise<PullState['checks']> {
  const [runs, statuses] = await Promise.all([
    github.attempt(Runs, (rest, at) => rest.checks.listForRef({ ...at, ref: commit, per_page: 100 }), end),
    github.attempt(
      Statuses,
      (rest, at) => rest.repos.getCombinedStatusForRef({ ...at, ref: commit, per_page: 100 }),
      end,
    ),
  ]);
  if (runs.state === 'failed' && statuses.state === 'failed') return null;
  const ran = runs.state === 'done' ? runs.data.check_runs : [];
  const said = statuses.state === 'done' ? statuses.data.statuses : [];
  const states = [
    ...ran.map(({ status, conclusion }) => (status === 'completed' ? (conclusion ?? '') : 'pending')),
    ...said.map(({ state }) => state),
  ];
  const passed = states.filter((state) => GOOD.includes(state)).length;
  const running = states.filter((state) => state === 'pending').length;
  return { passed, running, failed: states.length - passed - running };
}
