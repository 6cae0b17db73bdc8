import { type ActionSettings, DEFAULT_ACTIONS } from '../action-items.ts';
import type { Incident } from '../incident.ts';
import type { Matrix } from '../severity.ts';
import { type Cadence, cadenceOf } from './cadence.ts';
import { type Deployments, deploymentsOf } from './deploys.ts';
import { type IntervalSummary, intervalSummaries, orderWarnings } from './intervals.ts';
import { type Owed, owedOf } from './owed.ts';
import type { Period } from './period.ts';
import { type Repeats, repeatsOf } from './repeats.ts';

export interface ReviewSettings {
  matrix: Matrix;
  action_items?: ActionSettings;
}

export interface Review {
  period: Period;
  incidents: number;
  drills_left_out: number;
  /** Taken over from a record kept elsewhere; counted among the incidents. */
  imported: number;
  by_severity: Record<string, number>;
  by_status: Record<string, number>;
  intervals: IntervalSummary[];
  deployments: Deployments;
  cadence: Cadence;
  repeats: Repeats;
  /** Of all incidents, not only of the period's: what is owed now is owed now. */
  owed: Owed;
  /** Recorded times that contradict each other. */
  warnings: string[];
}

export interface ReviewWanted {
  period: Period;
  /** All production deployments of the period, as somebody states; null when nobody does. */
  deployments: number | null;
  nowMs: number;
}

/** The incidents of a period, without rehearsals. */
export function incidentsIn(all: readonly Incident[], { from, until }: Period): Incident[] {
  return opened(all, { from, until }).filter(({ drill }) => !drill);
}

function opened(all: readonly Incident[], { from, until }: Period): Incident[] {
  const [fromMs, untilMs] = [from === null ? Number.NEGATIVE_INFINITY : Date.parse(from), Date.parse(until)];
  return all.filter((incident) => {
    const at = Date.parse(incident.opened?.at ?? '');
    return at >= fromMs && at <= untilMs;
  });
}

/** Numbers over many incidents, computed from recorded events alone; nothing is filled in for what is unknown. */
export function reviewOf(all: readonly Incident[], wanted: ReviewWanted, settings: ReviewSettings): Review {
  const real = incidentsIn(all, wanted.period);
  return {
    period: wanted.period,
    incidents: real.length,
    drills_left_out: opened(all, wanted.period).length - real.length,
    imported: real.filter((incident) => incident.opened?.imported === true).length,
    by_severity: countBy(real, (incident) => incident.severity?.level ?? 'unclassified'),
    by_status: countBy(real, (incident) => incident.status),
    intervals: intervalSummaries(real),
    deployments: deploymentsOf(real, wanted.deployments),
    cadence: cadenceOf(real, settings.matrix, wanted.nowMs),
    repeats: repeatsOf(real),
    owed: owedOf(
      all.filter(({ drill }) => !drill),
      settings.action_items ?? DEFAULT_ACTIONS,
      wanted.nowMs,
    ),
    warnings: orderWarnings(real),
  };
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
