import { describe, expect, it } from 'vitest';
import { owedOf } from '../../../src/core/review/owed.ts';
import { hours, type Story, story } from '../../support/events.ts';
import { another, folded, NOW } from '../../support/review-kit.ts';

const WEEK = 7 * 24;
const owed = (stories: readonly Story[], nowMs = NOW) =>
  owedOf(folded(...stories), { priority_weeks: 4 }, nowMs);

describe('what is still owed', () => {
  it('lists open debts with their age', () => {
    const s = story('P1').add('gate_overridden', {
      data: { missing: ['regression', 'postmortem'], until: '2026-03-02' },
    });
    const other = another(2).add('gate_overridden', { minute: -60 * 24 * 3 });
    expect(owed([s.add('postmortem_written'), other]).debts).toEqual([
      {
        incident: 'hotfix-002',
        gate: 'close',
        missing: ['regression'],
        until: null,
        age_days: 5,
        is_overdue: false,
      },
      {
        incident: 'hotfix-001',
        gate: 'close',
        missing: ['regression'],
        until: '2026-03-02',
        age_days: 1,
        is_overdue: true,
      },
    ]);
  });

  it.each([
    ['2026-03-02', true],
    ['2026-03-03', false],
    ['2026-03-03T11:59:59.000Z', true],
    ['2026-03-03T12:00:01.000Z', false],
  ])('an action item due %s is overdue: %s', (due, late) => {
    const s = story('P2').add('action_added', {
      text: 'Alert on it',
      data: { owner: 'Ana', due, type: 'detect' },
    });
    expect(owed([s]).actions).toEqual([
      {
        ...{
          incident: 'hotfix-001',
          action: 'AI-001',
          text: 'Alert on it',
          owner: 'Ana',
          due,
          type: 'detect',
        },
        ...{ severity: 'P2', level_ends: null, age_days: 1, is_overdue: late },
      },
    ]);
    const done = s.add('action_changed', { data: { state: 'done' }, evidence: ['commit:1a2b3c4d'] });
    expect(owed([done]).actions).toEqual([]);
  });

  it('an action item without a date is open; a priority one is overdue by its service level alone', () => {
    const s = story('P1').add('action_added', { minute: 0 });
    expect(owed([s]).actions).toMatchObject([
      { owner: null, due: null, level_ends: '2026-03-29T12:00:00.000Z', is_overdue: false },
    ]);
    expect(owed([s], hours(4 * WEEK + 1)).actions).toMatchObject([{ is_overdue: true, age_days: 28 }]);
    expect(owed([story('P2').add('action_added')], hours(40 * WEEK)).actions).toMatchObject([
      { is_overdue: false },
    ]);
  });

  it('puts overdue ones first, then the oldest; ages in steps', () => {
    const s = another(1, 'a', story('P3'))
      .add('action_added', { minute: 0, data: { action: 'AI-001' } })
      .add('action_added', { minute: 60 * WEEK * 6, data: { action: 'AI-002', due: '2026-04-13' } })
      .add('action_added', { minute: 60 * WEEK * 8.5, data: { action: 'AI-003' } });
    const found = owed([s], hours(9 * WEEK));
    expect(found.actions.map(({ action }) => action)).toEqual(['AI-002', 'AI-001', 'AI-003']);
    expect(found.ages).toEqual([
      { label: 'under 1 week', n: 1, overdue: 0 },
      { label: '1 to 4 weeks', n: 1, overdue: 1 },
      { label: '4 to 8 weeks', n: 0, overdue: 0 },
      { label: 'over 8 weeks', n: 1, overdue: 0 },
    ]);
  });

  it('measures the service level: kept, missed, running, dropped left out', () => {
    const item = (state: 'done' | 'dropped' | 'open', week: number) =>
      story('P0')
        .add('action_added', { minute: 0 })
        .add('action_changed', { minute: 60 * WEEK * week, data: { state }, evidence: ['commit:1'] });
    const found = owed(
      [item('done', 2), item('done', 5), item('dropped', 1), item('open', 1)],
      hours(6 * WEEK),
    );
    expect(found.service_level).toEqual({ weeks: 4, kept: 1, missed: 2, running: 0 });
    expect(found).toMatchObject({ dropped: 1, time_to_finish: { n: 2, min_ms: hours(2 * WEEK) - hours(0) } });
  });

  it('owes nothing for a cancelled incident', () => {
    expect(owed([story('P1').add('action_added').add('cancelled')])).toMatchObject({
      actions: [],
      debts: [],
    });
  });
});
