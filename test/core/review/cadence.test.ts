import { describe, expect, it } from 'vitest';
import { cadenceOf, cadenceOfOne } from '../../../src/core/review/cadence.ts';
import { hours, type Story, story } from '../../support/events.ts';
import { folded, MATRIX, NOW } from '../../support/review-kit.ts';

/** P1: the first update after 15 minutes, then every 30. */
const updates = (...minutes: number[]) =>
  minutes.reduce((told, n) => told.add('update_posted', { minute: n }), story('P1'));
const kept = (one: Story, nowMs = NOW) => cadenceOfOne(one.fold(), MATRIX, nowMs);
const counts = (in_time: number, late: number, never: number) => ({ in_time, late, never });

describe('cadence kept', () => {
  it.each([
    ['all in time', updates(15, 45, 60).add('resolved', { minute: 80 }), counts(3, 0, 0)],
    [
      'the first late, the next counted from it',
      updates(16, 46).add('resolved', { minute: 50 }),
      counts(1, 1, 0),
    ],
    ['one owed when it was resolved', updates(10).add('resolved', { minute: 41 }), counts(1, 0, 1)],
    ['resolved before anything was due', story('P1').add('resolved', { minute: 14 }), null],
    ['one audience after the other', updates(10, 11, 12).add('resolved', { minute: 13 }), counts(1, 0, 0)],
    ['nothing owed under P3', story('P3').add('update_posted', { minute: 500 }), null],
    ['nothing owed before a severity', story().add('update_posted', { minute: 500 }), null],
    [
      'posted after the end',
      updates(10).add('resolved', { minute: 20 }).add('update_posted', { minute: 300 }),
      counts(1, 0, 0),
    ],
    ['cancelled before the first', story('P1').add('cancelled', { minute: 3 }), null],
  ])('%s', (_what, one, expected) => {
    expect(kept(one)).toEqual(expected);
  });

  it('waits as long as the incident is open, and no longer than now', () => {
    expect(kept(updates(10), hours(0.5))).toEqual(counts(1, 0, 0));
    expect(kept(updates(10), hours(1))).toEqual(counts(1, 0, 1));
  });

  it('owes again after reopening', () => {
    const again = updates(10).add('resolved', { minute: 20 }).add('reopened', { minute: 100 });
    expect(kept(again.add('update_posted', { minute: 114 }).add('resolved', { minute: 120 }))).toEqual(
      counts(2, 0, 0),
    );
    expect(
      kept(updates(10).add('resolved', { minute: 20 }).add('reopened', { minute: 100 }), hours(3)),
    ).toEqual(counts(1, 0, 1));
  });

  it('a raised severity shortens the wait from then on, not in hindsight', () => {
    const raised = () =>
      story('P2').add('severity_changed', { minute: 50, data: { to: 'P0', confirmed: true } });
    // P2 asks after an hour; P0 asks 15 minutes after it was raised, but the first promise stands.
    expect(kept(raised().add('update_posted', { minute: 60 }).add('resolved', { minute: 61 }))).toEqual(
      counts(1, 0, 0),
    );
    expect(kept(raised().add('update_posted', { minute: 61 }).add('resolved', { minute: 62 }))).toEqual(
      counts(0, 1, 0),
    );
    const soon = story('P2').add('severity_changed', { minute: 10, data: { to: 'P0', confirmed: true } });
    expect(kept(soon.add('update_posted', { minute: 25 }).add('resolved', { minute: 26 }))).toEqual(
      counts(1, 0, 0),
    );
  });

  it('a lowered severity does not forgive what is late already', () => {
    const lowered = story('P1').add('severity_changed', { minute: 30, data: { to: 'P3', confirmed: true } });
    expect(kept(lowered.add('resolved', { minute: 40 }))).toEqual(counts(0, 0, 1));
    const early = story('P1').add('severity_changed', { minute: 5, data: { to: 'P3', confirmed: true } });
    expect(kept(early.add('resolved', { minute: 40 }))).toBeNull();
  });

  it('says nothing of incidents that were imported', () => {
    const one = updates(10, 100);
    for (const event of one.events) Object.assign(event, { imported: true });
    expect(kept(one)).toBeNull();
  });

  it('gives a share over all, null when none was owed', () => {
    expect(
      cadenceOf(folded(updates(15, 46).add('resolved', { minute: 47 }), story('P3')), MATRIX, NOW),
    ).toEqual({
      ...{ in_time: 1, late: 1, never: 0, unmeasured: 1, share: 0.5 },
    });
    expect(cadenceOf(folded(story('P3')), MATRIX, NOW).share).toBeNull();
  });
});
