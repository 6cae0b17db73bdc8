import * as z from 'zod/v4';
import type { Incident } from '../../core/incident.ts';
import { periodOf } from '../../core/review/period.ts';
import { incidentsIn, type Review, reviewOf } from '../../core/review/review.ts';
import type { Deps } from '../tool.ts';
import { loadAll } from './load.ts';

export const ReviewInput = z.strictObject({
  since: z.string().optional(),
  until: z.string().optional(),
  deployments: z.int().min(0).max(10_000_000).optional(),
});

/** The review of everything recorded, and the incidents of its period. */
export async function reviewAll(
  { since, until, deployments }: z.output<typeof ReviewInput>,
  deps: Deps,
): Promise<{ review: Review; incidents: Incident[]; nowMs: number }> {
  const nowMs = deps.clock.now();
  const period = periodOf({ since, until }, nowMs);
  const all = (await loadAll(deps)).map(({ incident }) => incident);
  const review = reviewOf(all, { period, deployments: deployments ?? null, nowMs }, deps.settings);
  return { review, incidents: incidentsIn(all, period), nowMs };
}
