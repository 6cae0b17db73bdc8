import type { Incident } from '../../core/incident.ts';
import type { Mark } from '../../core/outward/github-facts.ts';
import type { ChangeRange } from '../../core/ship/change-range.ts';
import type { SuspectContext } from '../../core/ship/suspect-signals.ts';
import { DAY, MINUTE, SECOND } from '../../core/time.ts';
import type { GitHistory } from '../../ports-git.ts';
import type { Deps } from '../tool.ts';
import { answerWithin } from './pulls.ts';

/** The search goes on without the service after this long. */
const ASK_MS = 6 * SECOND;
const BACK = 90 * DAY;
const MOST = 40;
/** Clocks of services and of monitoring differ by minutes. */
const SKEW = 5 * MINUTE;

/** When the harm began, as far as the record knows. */
export function startOf(incident: Incident): number | null {
  const at = incident.facts.get('started')?.at ?? incident.opened?.at;
  return at === undefined ? null : Date.parse(at);
}

/** What a connected service knows of deploys to production; `null` when it did not answer, empty without one. */
export async function marksFor(incident: Incident, deps: Deps): Promise<readonly Mark[] | null> {
  const marks = (await deps.outward?.().catch(() => undefined))?.marks;
  if (marks === undefined) return [];
  const startMs = startOf(incident) ?? deps.clock.now();
  const since = new Date(startMs - BACK).toISOString();
  return answerWithin<readonly Mark[] | null>(
    marks.marks({ since, environment: 'production', most: MOST }),
    ASK_MS,
    null,
  );
}

/** What production had when the harm began. Null when no mark says it. */
export async function liveAt(
  history: GitHistory,
  range: ChangeRange,
  marks: readonly Mark[],
  startMs: number | null,
): Promise<NonNullable<SuspectContext['live']> | null> {
  if (startMs === null) return null;
  const before = marks.filter(({ at }) => Date.parse(at) <= startMs + SKEW);
  const [last] = before;
  if (last === undefined) return null;
  // One deploy leaves several marks: those of one commit are one deploy.
  const earlier = before.find(({ commit }) => commit !== last.commit);
  const live = await history.live?.(range, { last: last.commit, before: earlier?.commit ?? null });
  return live ? { ...live, sure: last.kind === 'deployment' } : null;
}
