/** From this many values on, a percentile says something. Source: domain page, section 3. */
export const PERCENTILES_FROM = 10;

/** Many durations as a few numbers: milliseconds, null without values (percentiles: under ten values). */
export interface Spread {
  n: number;
  mean_ms: number | null;
  median_ms: number | null;
  min_ms: number | null;
  max_ms: number | null;
  p25_ms: number | null;
  p75_ms: number | null;
  p90_ms: number | null;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const percentile = (share: number) => (n < PERCENTILES_FROM ? null : quantile(sorted, share));
  return {
    n,
    mean_ms: n === 0 ? null : Math.round(sorted.reduce((sum, value) => sum + value, 0) / n),
    median_ms: quantile(sorted, 0.5),
    min_ms: sorted[0] ?? null,
    max_ms: sorted.at(-1) ?? null,
    p25_ms: percentile(0.25),
    p75_ms: percentile(0.75),
    p90_ms: percentile(0.9),
  };
}

/** Quantile with linear interpolation between neighbours; null without values. */
function quantile(sorted: readonly number[], share: number): number | null {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) return null;
  return Math.round(low + (high - low) * (at - Math.floor(at)));
}
