/** What one token may ask. Source: issue 8, rate limits per token. */
export const RATE = { perS: 20, burst: 60 } as const;
/** More than a team has; the one that asked longest ago is forgotten, which only gives it a full bucket. */
const MOST = 10_000;

/** A bucket per token, of this process: it fills at a steady rate, and each request takes one out. */
export interface Rates {
  /** Takes one; the seconds to wait when there is none, else 0. */
  take(id: string): number;
}

export function createRates(
  now: () => number,
  { perS, burst }: { perS: number; burst: number } = RATE,
): Rates {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(id) {
      const at = now();
      const before = buckets.get(id) ?? { left: burst, at };
      const filled = before.left + (Math.max(0, at - before.at) / 1_000) * perS;
      const left = Math.min(burst, filled);
      buckets.delete(id);
      buckets.set(id, { left: left >= 1 ? left - 1 : left, at });
      if (buckets.size > MOST) {
        for (const oldest of buckets.keys()) {
          buckets.delete(oldest);
          break;
        }
      }
      return left >= 1 ? 0 : Math.max(1, Math.ceil((1 - left) / perS));
    },
  };
}
