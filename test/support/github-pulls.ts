import { readFileSync } from 'node:fs';
import { createMarks } from '../../src/adapters/github/marks.ts';
import { createPulls } from '../../src/adapters/github/pulls.ts';
import { createRelated } from '../../src/adapters/github/related.ts';
import type { PullState } from '../../src/core/outward/github-facts.ts';
import type { Outward, PullRequests } from '../../src/ports-outward.ts';
import { type Gateway, type GatewayOptions, OTHER_TOKEN, startGateway } from './github-gateway.ts';
import { clientOf, tell } from './github-stand.ts';
import { git } from './repo.ts';

/** Pull requests of `emulate` over the branches of a bare repository, which it knows nothing of. */

const REPO = '/repos/ops-bot/shop';

interface Reviewed {
  by: string;
  state?: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED';
  association?: string;
  commit?: string;
  type?: 'User' | 'Bot';
}

/** GitHub's own example of an answer, by its name in the description. */
export function exampleOf<T>(name: string): T {
  const text = readFileSync(new URL('../contracts/github-gaps.json', import.meta.url), 'utf8');
  return JSON.parse(text).components.examples[name].value;
}

export async function pullStand(options: GatewayOptions & { bare?: string } = {}) {
  const { bare, ...rest } = options;
  const gateway = await startGateway(rest);
  const reviews = new Map<number, object[]>();
  const merged = new Map<number, string>();
  let isProtected: boolean | null = false;
  gateway.answers(({ method, path }) => {
    const [, number] = /\/pulls\/(\d+)\/reviews$/.exec(path) ?? [];
    const known = number === undefined ? undefined : reviews.get(Number(number));
    return method === 'GET' && known ? { status: 200, body: known } : null;
  });
  gateway.answers(({ path }) =>
    path.endsWith('/status')
      ? {
          status: 200,
          body: { ...exampleOf<object>('combined-commit-status'), statuses: [] },
        }
      : null,
  );
  const real = createPulls(clientOf(gateway));
  const pulls: PullRequests = {
    ...real,
    find: async (wanted) => {
      const found = await real.find(wanted);
      return found && onGit(found);
    },
    state: async (number) => onGit(await real.state(number)),
    isProtected: async () => isProtected,
  };

  /** With the commits that the bare repository has. */
  function onGit(pull: PullState): PullState {
    if (bare === undefined) return pull;
    const head = git(bare, ['--git-dir=.', 'rev-parse', pull.head_branch]);
    return { ...pull, head, merged_as: merged.get(pull.number) ?? null };
  }

  return {
    ...{ gateway, pulls, real },
    protect(is: boolean | null) {
      isProtected = is;
    },
    /** For `deps.outward`. */
    outward(outbox: Outward['outbox']): () => Promise<Outward> {
      const github = clientOf(gateway);
      return async () => ({
        ...{ surfaces: [], outbox, faults: [], pulls },
        ...{ marks: createMarks(github), related: createRelated(github) },
      });
    },
    /** A review as emulate makes it, of the present head, by whom a test says. */
    async review(number: number, { by, state = 'APPROVED', association = 'MEMBER', commit, type }: Reviewed) {
      const event = state === 'CHANGES_REQUESTED' ? 'REQUEST_CHANGES' : 'APPROVE';
      const made = await tell<{ user: object; commit_id: string }>(
        gateway,
        'POST',
        `${REPO}/pulls/${number}/reviews`,
        { event, body: 'looked at it' },
        OTHER_TOKEN,
      );
      const review = {
        ...{ ...made, state, author_association: association, commit_id: commit ?? made.commit_id },
        user: { ...made.user, login: by, type: type ?? 'User' },
      };
      reviews.set(number, [...(reviews.get(number) ?? []), review]);
    },
    /** People merge it: in emulate, and as that commit in the bare repository. */
    async merge(number: number, commit: string) {
      merged.set(number, commit);
      await tell(gateway, 'PUT', `${REPO}/pulls/${number}/merge`, { merge_method: 'merge' });
    },
    close: (number: number) => tell(gateway, 'PATCH', `${REPO}/pulls/${number}`, { state: 'closed' }),
    /** As emulate has them. */
    all: () =>
      tell<{ number: number; title: string; body: string; state: string; head: { ref: string } }[]>(
        gateway,
        'GET',
        `${REPO}/pulls?state=all`,
      ),
  };
}

export type PullStand = Awaited<ReturnType<typeof pullStand>>;
export const isOpening = ({ method, path }: { method: string; path: string }): boolean =>
  method === 'POST' && path.endsWith('/pulls');
export type { Gateway };
