import type { Pace } from '../ports.ts';

/** Refreshes may take at most this share of the time: 1 in 20. Four servers at work on one incident all refresh. */
const SHARE = 20;

/** Those of all incidents together, but for the first of each: 1 in 5. A hub has many incidents at work. */
const SHARE_OF_ALL = 4;
/** How often one that waits looks whether it may. Milliseconds. */
const AGAIN_MS = 100;

/**
 * Spreads repeated work out: at once when the last time lies far enough back, else once for all that was asked
 * meanwhile, a little later. Agents and people never notice; a burst of hundreds of calls does not rewrite the same
 * files hundreds of times. Timers keep the process alive until it is done.
 */
export function createPace(now: () => number = () => performance.now()): Pace {
  const next = new Map<string, number>();
  const waiting = new Map<string, { timer: NodeJS.Timeout; work: () => Promise<unknown> }>();
  /** When anything may be done again that was done before; one at a time. */
  let nextOfAll = 0;

  async function run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const isFirst = !next.has(key);
    const from = now();
    if (!isFirst) nextOfAll = Number.POSITIVE_INFINITY;
    try {
      return await work();
    } finally {
      const until = now();
      next.set(key, until + (until - from) * SHARE);
      if (!isFirst) nextOfAll = until + (until - from) * SHARE_OF_ALL;
    }
  }

  /** Milliseconds until it is the turn of this one. */
  function waitOf(key: string): number {
    const own = next.get(key);
    return own === undefined ? 0 : Math.max(own, nextOfAll) - now();
  }

  async function late(key: string): Promise<void> {
    const held = waiting.get(key);
    if (held === undefined) return;
    const wait = waitOf(key);
    if (wait > 0) {
      held.timer = setTimeout(() => late(key), Math.min(wait, AGAIN_MS));
      return;
    }
    waiting.delete(key);
    // Nobody waits for this answer; what went wrong is told by the next refresh that somebody waits for.
    await run(key, held.work).catch(() => {});
  }

  return {
    async soon(key, work) {
      const held = waiting.get(key);
      if (held) {
        held.work = work;
        return null;
      }
      const wait = waitOf(key);
      if (wait <= 0) return run(key, work);
      waiting.set(key, { timer: setTimeout(() => late(key), Math.min(wait, AGAIN_MS)), work });
      return null;
    },
  };
}
