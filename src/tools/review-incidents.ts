import * as z from 'zod/v4';
import { formatDuration } from '../core/duration.ts';
import { type Review, reviewOf } from '../core/review.ts';
import { parseWhen } from '../core/time.ts';
import { loadAll } from './support/load.ts';
import { defineTool } from './tool.ts';

const Interval = z.object({
  name: z.string(),
  label: z.string(),
  n: z.number(),
  mean_ms: z.number().nullable(),
  median_ms: z.number().nullable(),
  p90_ms: z.number().nullable(),
  missing: z.number(),
  impossible: z.number(),
});

/** Trends over incidents: counts, named intervals, debt and action items. Rehearsals are left out. */
export default defineTool({
  name: 'review_incidents',
  title: 'Review incidents',
  effect: 'read',
  description: 'Counts, named intervals, debt and open action items over incidents.',
  input: z.strictObject({
    since: z.string().optional().describe('RFC 3339 or -90d'),
    limit: z.int().min(1).max(1000).optional(),
  }),
  output: z.object({
    incidents: z.number(),
    drills_left_out: z.number(),
    by_severity: z.record(z.string(), z.number()),
    by_status: z.record(z.string(), z.number()),
    intervals: z.array(Interval),
    debts: z.array(
      z.object({
        incident: z.string(),
        gate: z.string(),
        missing: z.array(z.string()),
        until: z.string().nullable(),
      }),
    ),
    actions: z.array(
      z.object({
        incident: z.string(),
        action: z.string(),
        owner: z.string().nullable(),
        due: z.string().nullable(),
        is_overdue: z.boolean(),
      }),
    ),
    next: z.string(),
  }),
  async run({ since, limit }, deps) {
    const nowMs = deps.clock.now();
    const from = since === undefined ? '' : parseWhen(since, nowMs).at;
    const all = (await loadAll(deps))
      .map((one) => one.incident)
      .filter((incident) => (incident.opened?.at ?? '') >= from);
    const review = reviewOf(limit === undefined ? all : all.slice(-limit), nowMs);
    const next = review.actions.some((item) => item.is_overdue)
      ? 'Chase the overdue action items (action_changed when done or moved).'
      : 'Share it with the team; nothing is overdue.';
    return { text: `${textOf(review)}\nNext: ${next}`, data: { ...review, next }, warnings: [] };
  },
});

function textOf(review: Review): string {
  const counts = (table: Record<string, number>) =>
    Object.entries(table)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ') || 'none';
  const span = (ms: number | null) => (ms === null ? 'unknown' : formatDuration(ms));
  return [
    `${review.incidents} incident(s)${review.drills_left_out > 0 ? `, ${review.drills_left_out} rehearsal(s) left out` : ''}`,
    `By severity: ${counts(review.by_severity)}`,
    `By status: ${counts(review.by_status)}`,
    ...review.intervals.map(
      (one) =>
        `${one.label}: median ${span(one.median_ms)}, mean ${span(one.mean_ms)}${one.p90_ms === null ? '' : `, 90 % within ${span(one.p90_ms)}`} (n ${one.n}, unknown ${one.missing}${one.impossible > 0 ? `, impossible order ${one.impossible}` : ''})`,
    ),
    ...review.debts.map(
      (debt) =>
        `Debt ${debt.incident}: ${debt.gate} gate without ${debt.missing.join(', ')}, until ${debt.until ?? 'no date'}`,
    ),
    ...review.actions.map(
      (item) =>
        `Action ${item.incident} ${item.action}: owner ${item.owner ?? 'none'}, due ${item.due ?? 'none'}${item.is_overdue ? ', overdue' : ''}`,
    ),
  ].join('\n');
}
