import { DEFAULT_ACTIONS } from '../../src/core/action-items.ts';
import type { Incident } from '../../src/core/incident.ts';
import { type Review, type ReviewWanted, reviewOf } from '../../src/core/review/review.ts';
import { type ReviewRow, reviewRows } from '../../src/core/review/rows.ts';
import { matrixOf } from '../../src/core/severity.ts';
import { hours, minute, type Story, story } from './events.ts';

/** Two days after minute 0. */
export const NOW = hours(48);
export const MATRIX = matrixOf('default');
export const SETTINGS = { matrix: MATRIX, action_items: DEFAULT_ACTIONS };

/** A story of another incident than the usual one: its number, its title, its uid. */
export function another(n: number, title = 'Users cannot log in', from: Story = story('P1')): Story {
  const uid = `01KJM4YG00ST${String(n).padStart(14, '0')}`;
  for (const event of from.events) event.incident = uid;
  Object.assign(from.last('opened').data, { number: n, title, description: title });
  return from;
}

export const folded = (...stories: readonly Story[]): Incident[] => stories.map((one) => one.fold());

/** The review of stories at `NOW`. */
export function review(stories: readonly Story[], wanted: Partial<ReviewWanted> = {}): Review {
  const nowMs = wanted.nowMs ?? NOW;
  const period = { from: null, until: new Date(nowMs).toISOString() };
  return reviewOf(folded(...stories), { period, deployments: null, nowMs, ...wanted }, SETTINGS);
}

export function rowsOf(...stories: readonly Story[]): ReviewRow[] {
  return reviewRows(folded(...stories), MATRIX, NOW);
}

/** Adds the fact that something was at a minute. */
export function at(one: Story, name: 'started' | 'detected' | 'impact_ended', when: number): Story {
  return one.add('fact_recorded', { minute: when, data: { name, value: minute(when) } });
}
