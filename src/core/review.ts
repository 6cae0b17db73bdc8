import { openDebts } from './gates.ts';
import type { Incident } from './incident.ts';
import { INTERVALS, intervalsOf } from './intervals.ts';

/** From this many values on, a percentile says something. Source: domain page, section 3. */
const PERCENTILES_FROM = 10;

interface IntervalSummary {
  name: string;
  label: string;
  /** How many incidents had both ends recorded, in order. */
  n: number;
  /** Milliseconds; null without values. */
  mean_ms: number | null;
  median_ms: number | null;
  /** 90th percentile; null under ten values. */
  p90_ms: number | null;
  missing: number;
  impossible: number;
}

export interface Review {
  incidents: number;
  drills_left_out: number;
  by_severity: Record<string, number>;
  by_status: Record<string, number>;
  intervals: IntervalSummary[];
  debts: { incident: string; gate: string; missing: string[]; until: string | null }[];
  actions: {
    incident: string;
    action: string;
    owner: string | null;
    due: string | null;
    is_overdue: boolean;
  }[];
}

/** Numbers over many incidents. Rehearsals are left out and counted; nothing is filled in for what is unknown. */
export function reviewOf(incidents: readonly Incident[], nowMs: number): Review {
  const real = incidents.filter((incident) => !incident.drill);
  const today = new Date(nowMs).toISOString();
  return {
    incidents: real.length,
    drills_left_out: incidents.length - real.length,
    by_severity: countBy(real, (incident) => incident.severity?.level ?? 'unclassified'),
    by_status: countBy(real, (incident) => incident.status),
    intervals: INTERVALS.map((spec) => summary(real, spec.name, spec.label)),
    debts: real.flatMap((incident) =>
      openDebts(incident).map(({ gate, missing, until }) => ({
        incident: incident.label,
        gate,
        missing,
        until: until ?? null,
      })),
    ),
    actions: real.flatMap((incident) =>
      [...incident.actions.values()]
        .filter((item) => item.state === 'open')
        .map(({ id, owner, due }) => ({
          ...{ incident: incident.label, action: id, owner: owner ?? null, due: due ?? null },
          is_overdue: due !== undefined && due < today.slice(0, due.length),
        })),
    ),
  };
}

function summary(incidents: readonly Incident[], name: string, label: string): IntervalSummary {
  const all = incidents.map((incident) => intervalsOf(incident).find((interval) => interval.name === name));
  const values = all.flatMap((interval) => (interval?.ms == null ? [] : [interval.ms])).sort((a, b) => a - b);
  const mean =
    values.length === 0 ? null : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
  return {
    ...{ name, label, n: values.length, mean_ms: mean, median_ms: quantile(values, 0.5) },
    p90_ms: values.length < PERCENTILES_FROM ? null : quantile(values, 0.9),
    missing: all.filter((interval) => interval?.problem === 'missing').length,
    impossible: all.filter((interval) => interval?.problem === 'impossible').length,
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

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
