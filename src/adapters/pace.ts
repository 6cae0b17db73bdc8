import type { Pace } from '../ports.ts';

/** Refreshes may take at most this share of the time: 1 in 10. */
const SHARE = 10;

/**
 * Spreads repeated work out (its timers keep the process alive until it is done): at once when the last time lies far enough back, else once for all that was
 * asked meanwhile, a little later. Agents and people never notice; a burst of hundreds of calls does not
 * rewrite the same files hundreds of times.
 */
export function createPace(now: () => number = () => performance.now()): Pace {
  const next = new Map<string, number>();
  const waiting = new Map<string, { timer: NodeJS.Timeout; work: () => Promise<unknown> }>();

  async function run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const from = now();
    try {
      return await work();
    } finally {
      const until = now();
      next.set(key, until + (until - from) * SHARE);
    }
  }

  async function late(key: string): Promise<void> {
    const held = waiting.get(key);
    waiting.delete(key);
    // Nobody waits for this answer; what went wrong is told by the next refresh that somebody waits for.
    if (held) await run(key, held.work).catch(() => {});
  }

  return {
    async soon(key, work) {
      const wait = (next.get(key) ?? 0) - now();
      if (wait <= 0 && !waiting.has(key)) return run(key, work);
      clearTimeout(waiting.get(key)?.timer);
      waiting.set(key, { timer: setTimeout(() => late(key), Math.max(wait, 0)), work });
      return null;
    },
  };
}
