import { PulseError } from '../../src/core/errors.ts';
import type { IssueDraft } from '../../src/core/followup-issue.ts';
import type { CreateOutcome, Tracker } from '../../src/ports-tracker.ts';

/** What can go wrong with the next create. */
export type Fault =
  | 'reply_lost'
  | 'bad_gateway_after'
  | 'bad_gateway_before'
  /** It is made only when `settle` is called; the caller has stopped waiting. */
  | 'slow'
  | 'limited'
  | 'declined'
  | 'drops_assignee';

/** A tracker and the levers that a test needs; an adapter's stand-in offers the same. */
export interface TrackerStand {
  tracker: Tracker;
  fault(next: Fault): void;
  /** Everything that was sent has arrived. */
  settle(): Promise<void>;
  /** Makes `find` fail, or work again. */
  reachable(is: boolean): void;
  /** An issue that is there without the tool. */
  seed(draft: Pick<IssueDraft, 'body'>, state?: 'open' | 'closed'): Promise<string>;
  /** All issues, oldest first. */
  issues(): Promise<(Pick<IssueDraft, 'title' | 'body' | 'labels' | 'assignee'> & { url: string })[]>;
}

export function memoryTracker(): TrackerStand {
  const made: { draft: IssueDraft; url: string }[] = [];
  const late: IssueDraft[] = [];
  let next: Fault | null = null;
  let isReachable = true;
  const make = (draft: IssueDraft): string => {
    const url = `https://tracker.example/issues/${made.length + 1}`;
    made.push({ draft, url });
    return url;
  };
  const created = (draft: IssueDraft): CreateOutcome => ({
    ...{ outcome: 'created', dropped: [] },
    issue: { url: make(draft) },
  });
  const faults: Record<Fault, (draft: IssueDraft) => CreateOutcome> = {
    reply_lost(draft) {
      make(draft);
      return { outcome: 'unknown' };
    },
    bad_gateway_after(draft) {
      make(draft);
      return { outcome: 'unknown' };
    },
    bad_gateway_before: () => ({ outcome: 'unknown' }),
    slow(draft) {
      late.push(draft);
      return { outcome: 'unknown' };
    },
    limited: () => ({ outcome: 'limited', retry_after_s: 60 }),
    declined: () => ({ outcome: 'declined' }),
    drops_assignee: (draft) => ({
      ...{ outcome: 'created', dropped: ['assignee'] },
      issue: { url: make({ ...draft, assignee: null }) },
    }),
  };
  return {
    tracker: {
      name: 'the tracker of the tests',
      async find(marker) {
        if (!isReachable) throw new PulseError('upstream', 'the tracker does not answer', 'call again');
        return made.filter(({ draft }) => draft.body.includes(marker)).map(({ url }) => ({ url }));
      },
      async create(draft) {
        const how = next === null ? created : faults[next];
        next = null;
        return how(draft);
      },
      pageOf: (path) => `https://tracker.example/blob/HEAD/${path}`,
    },
    fault(one) {
      next = one;
    },
    async settle() {
      for (const draft of late.splice(0)) make(draft);
    },
    reachable(is) {
      isReachable = is;
    },
    seed: async ({ body }) => make({ title: 'seeded', body, labels: [], assignee: null, due: null }),
    issues: async () => made.map(({ draft, url }) => ({ ...draft, url })),
  };
}
