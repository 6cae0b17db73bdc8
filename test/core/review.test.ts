import { describe, expect, it } from 'vitest';
import { reviewOf } from '../../src/core/review.ts';
import type { Level } from '../../src/core/severity.ts';
import { hours, type Story, story } from '../support/events.ts';

const NOW = hours(48); // 2026-03-03
/** Detected `after` minutes after the start. */
function detected(after: number | null, severity: Level = 'P1'): Story {
  const s = story(severity).add('fact_recorded', { minute: 10, data: { name: 'started', value: 'log' } });
  if (after === null) return s;
  return s.add('fact_recorded', { minute: 10 + after, data: { name: 'detected', value: 'page' } });
}
const review = (...stories: Story[]) =>
  reviewOf(
    stories.map((s) => s.fold()),
    NOW,
  );
const toDetect = (...minutes: (number | null)[]) => {
  const found = review(...minutes.map((after) => detected(after))).intervals.find(
    (one) => one.name === 'time_to_detect',
  );
  const inMinutes = (ms: number | null | undefined) => (ms == null ? null : ms / 60_000);
  return {
    ...found,
    mean: inMinutes(found?.mean_ms),
    median: inMinutes(found?.median_ms),
    p90: inMinutes(found?.p90_ms),
  };
};

describe('numbers over many incidents', () => {
  it('counts by severity and status, rehearsals left out', () => {
    const drill = story('P0');
    Object.assign(drill.last('opened').data, { drill: true });
    const found = review(
      story(),
      story('P1').add('resolved'),
      story('P1'),
      story('P2').add('cancelled'),
      drill,
    );
    expect(found).toMatchObject({
      ...{ incidents: 4, drills_left_out: 1 },
      by_severity: { unclassified: 1, P1: 2, P2: 1 },
      by_status: { investigating: 2, resolved: 1, cancelled: 1 },
    });
    expect(found.by_severity).not.toHaveProperty('P0');
  });

  it.each([
    ['an odd number', [30, 10, 20], 20, 20],
    ['an even number', [40, 10, 20, 30], 25, 25],
    ['one that is far off', [1, 2, 3, 1000], 251.5, 2.5],
    ['one', [7], 7, 7],
  ])('gives mean and median of %s', (_what, minutes, mean, median) => {
    expect(toDetect(...minutes)).toMatchObject({
      n: minutes.length,
      mean,
      median,
      missing: 0,
      impossible: 0,
    });
  });

  it('gives percentiles only from ten values on', () => {
    const nine = [9, 1, 2, 3, 4, 5, 6, 7, 8];
    expect(toDetect(...nine)).toMatchObject({ n: 9, p90: null });
    expect(toDetect(...nine, null)).toMatchObject({ n: 9, p90: null, missing: 1 });
    expect(toDetect(...nine, 10)).toMatchObject({ n: 10, p90: 9.1 });
  });

  it('counts what is missing or impossible, and fills nothing in', () => {
    expect(toDetect(10, null, -5, null)).toMatchObject({
      n: 1,
      mean: 10,
      median: 10,
      missing: 2,
      impossible: 1,
    });
    expect(toDetect(null)).toMatchObject({ n: 0, mean: null, median: null, p90: null, missing: 1 });
    expect(review().intervals.every((one) => one.n === 0 && one.mean_ms === null && one.missing === 0)).toBe(
      true,
    );
  });
});

describe('what is still owed', () => {
  it('lists open debts', () => {
    const s = story('P1').add('gate_overridden', {
      data: { missing: ['regression', 'postmortem'], until: '2026-04-01' },
    });
    expect(review(s.add('postmortem_written'), story('P1').add('gate_overridden')).debts).toEqual([
      { incident: 'hotfix-001', gate: 'close', missing: ['regression'], until: '2026-04-01' },
      { incident: 'hotfix-001', gate: 'close', missing: ['regression'], until: null },
    ]);
  });

  it.each([
    ['2026-03-02', true],
    ['2026-03-03', false],
    ['2026-03-03T11:59:59.000Z', true],
    ['2026-03-03T12:00:01.000Z', false],
  ])('an action item due %s is overdue: %s', (due, late) => {
    const s = story('P1').add('action_added', { data: { owner: 'Ana', due } });
    expect(review(s).actions).toEqual([
      { incident: 'hotfix-001', action: 'AI-001', owner: 'Ana', due, is_overdue: late },
    ]);
    expect(review(s.add('action_changed', { data: { state: 'done' } })).actions).toEqual([]);
  });

  it('an action item without a date is open, not overdue', () => {
    expect(review(story('P1').add('action_added')).actions).toMatchObject([
      { owner: null, due: null, is_overdue: false },
    ]);
  });
});
