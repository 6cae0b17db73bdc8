import { describe, expect, it } from 'vitest';
import {
  CLOCK_NAMES,
  type Clock,
  clocksOf,
  nextUpdateMs,
  overdueClocks,
  urgentLine,
} from '../../src/core/clocks.ts';
import { type Level, matrixOf, rowOf } from '../../src/core/severity.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { hours, minute, type Story, story, T0 } from '../support/events.ts';

const DAY_MIN = 24 * 60;
const row = (level: Level) => rowOf(matrixOf('default'), level);
const clocks = (told: Story, now: number, level: Level | null = 'P1', stability_h = 24) =>
  clocksOf(told.fold(), level === null ? null : row(level), { stability_h }, now);
const clock = (name: string, ...args: Parameters<typeof clocks>): Clock | undefined =>
  clocks(...args).find((one) => one.name === name);
const observation = { data: { name: 'observation', value: 'quiet' } };

const open = () => story('P1');
const deployed = () => story('P1').add('deployed', { minute: 30 });
const resolved = () => story('P1').add('resolved', { minute: 60 });

/** Name, story, minute when it is due, the event that stops it, whether stopping it then is late. */
const ROWS: [string, () => Story, number, (s: Story) => Story, boolean][] = [
  ['respond', open, 15, (s) => s.add('acknowledged', { minute: 15 }), false],
  ['respond', open, 15, (s) => s.add('acknowledged', { minute: 16 }), true],
  ['respond', open, 15, (s) => s.add('mitigation_applied', { minute: 5 }), false],
  ['respond', open, 15, (s) => s.add('role_assigned', { minute: 5 }), false],
  ['resolve', open, 240, (s) => s.add('resolved', { minute: 240 }), false],
  ['resolve', open, 240, (s) => s.add('resolved', { minute: 241 }), true],
  ['next_update', open, 15, (s) => s.add('resolved', { minute: 10 }), false],
  [
    'rollback_checkpoint',
    deployed,
    150,
    (s) => s.add('fact_recorded', { minute: 140, data: { name: 'decision', value: 'keep' } }),
    false,
  ],
  [
    'rollback_checkpoint',
    deployed,
    150,
    (s) => s.add('fact_recorded', { minute: 151, data: { name: 'decision', value: 'keep' } }),
    true,
  ],
  ['active_watch', deployed, 150, (s) => s.add('fact_recorded', { ...observation, minute: 160 }), false],
  [
    'extended_watch',
    deployed,
    30 + DAY_MIN,
    (s) => s.add('fact_recorded', { ...observation, minute: 40 + DAY_MIN }),
    false,
  ],
  ['regression_test', deployed, 30 + DAY_MIN, (s) => s.add('regression_proven', { minute: 90 }), false],
  [
    'regression_test',
    deployed,
    30 + DAY_MIN,
    (s) => s.add('regression_proven', { minute: 31 + DAY_MIN }),
    true,
  ],
  ['stability', resolved, 60 + DAY_MIN, (s) => s.add('stability_confirmed', { minute: 70 + DAY_MIN }), false],
  [
    'stability_48h',
    () => deployed().add('resolved', { minute: 60 }),
    60 + 2 * DAY_MIN,
    (s) => s.add('stability_confirmed', { minute: 61 + 2 * DAY_MIN }),
    false,
  ],
  ['postmortem', resolved, 60 + 2 * DAY_MIN, (s) => s.add('postmortem_written', { minute: 100 }), false],
  [
    'postmortem',
    resolved,
    60 + 2 * DAY_MIN,
    (s) => s.add('postmortem_written', { minute: 61 + 2 * DAY_MIN }),
    true,
  ],
];

describe('each clock', () => {
  it.each(ROWS)(
    '%s runs until it is due, is overdue after, met by its fact (%#)',
    (name, make, due, stop, late) => {
      const at = T0 + due * 60_000;
      expect(clock(name, make(), at)).toMatchObject({
        due: minute(due),
        state: 'running',
        met_at: null,
        late: false,
      });
      expect(clock(name, make(), at + 1)).toMatchObject({ state: 'overdue', met_at: null });
      const stopped = stop(make());
      const met = stopped.events.at(-1)?.at;
      expect(clock(name, stopped, at + 9e9)).toMatchObject({
        due: minute(due),
        state: 'met',
        met_at: met,
        late,
      });
    },
  );

  it.each([
    ['active_watch', (s: Story) => s.add('fact_recorded', { ...observation, minute: 149 })],
    ['extended_watch', (s: Story) => s.add('fact_recorded', { ...observation, minute: 160 })],
    ['rollback_checkpoint', (s: Story) => s.add('fact_recorded', { ...observation, minute: 160 })],
  ] as const)('%s is not met too early or by another fact', (name, add) => {
    expect(clock(name, add(deployed()), T0)?.state).toBe('running');
  });

  it('stability is not confirmed before the window has passed', () => {
    const early = resolved().add('stability_confirmed', { minute: 65 });
    expect(clock('stability', early, hours(48))?.state).toBe('overdue');
  });

  it('a second writing of the postmortem does not make the first one late', () => {
    const s = resolved()
      .add('postmortem_written', { minute: 100 })
      .add('postmortem_written', { minute: 9999 });
    expect(clock('postmortem', s, hours(200))).toMatchObject({ met_at: minute(100), late: false });
  });

  it('counts from detection where that is known', () => {
    const s = story('P1').add('fact_recorded', {
      minute: -60,
      recorded: 1,
      data: { name: 'detected', value: 'page' },
    });
    expect(clock('respond', s, T0)?.due).toBe(minute(-45));
    expect(clock('resolve', s, T0)?.due).toBe(minute(180));
  });

  it('takes another row for another severity', () => {
    expect(clock('respond', story('P0'), T0, 'P0')?.due).toBe(minute(5));
    expect(clocks(story('P3'), T0, 'P3').map((one) => one.name)).toEqual(['respond']);
  });
});

describe('updates', () => {
  it('the first is due after 15 minutes, the next ones every 30 from the last that was posted', () => {
    const s = open();
    expect(nextUpdateMs(s.fold(), row('P1'))).toBe(T0 + 15 * 60_000);
    s.add('update_posted', { minute: 12 }).add('update_posted', { minute: 5, recorded: 20 });
    expect(clock('next_update', s, T0)?.due).toBe(minute(42));
    expect(clock('next_update', s, hours(1))?.state).toBe('overdue');
  });

  it('none where the severity asks for none', () => {
    expect(nextUpdateMs(open().fold(), row('P3'))).toBeNull();
    expect(nextUpdateMs(open().fold(), null)).toBeNull();
  });
});

describe('stability', () => {
  it('counts from the recording: a back-dated resolution does not shorten it', () => {
    const s = story('P1').add('resolved', { minute: -5000, recorded: 60 });
    expect(clock('stability', s, T0)?.due).toBe(minute(60 + DAY_MIN));
    expect(clock('stability', s, T0, 'P1', 48)).toMatchObject({
      due: minute(60 + 2 * DAY_MIN),
      label: 'Stability (48 h)',
    });
  });

  it('runs for 48 hours on a clock of its own only where code changed and the close waits for less', () => {
    const changed = () => deployed().add('resolved', { minute: 60 });
    expect(clock('stability_48h', changed(), T0)?.label).toBe('Stability (48 h)');
    expect(clock('stability_48h', resolved(), T0)).toBeUndefined();
    expect(clock('stability_48h', changed(), T0, 'P1', 48)).toBeUndefined();
    const early = changed().add('stability_confirmed', { minute: 70 + DAY_MIN });
    expect(clock('stability', early, hours(30))?.state).toBe('met');
    expect(clock('stability_48h', early, hours(60))?.state).toBe('overdue');
  });

  it('stops with a reopening, and starts anew', () => {
    const s = resolved().add('stability_confirmed', { minute: 2000 }).add('reopened');
    expect(clock('stability', s, hours(50))).toBeUndefined();
    expect(clock('stability', s.add('resolved', { minute: 3000 }), hours(50))?.state).toBe('running');
  });
});

describe('promises', () => {
  const due = (day: string, kind: 'action_item' | 'debt', extra = (s: Story) => s) =>
    clock(
      kind,
      extra(
        kind === 'debt'
          ? story('P1').add('gate_overridden', { data: { until: day } })
          : story('P2').add('action_added', { data: { due: day } }),
      ),
      T0,
    )?.due;

  it.each(['action_item', 'debt'] as const)(
    '%s: a date lasts to the end of its day, an instant is one',
    (kind) => {
      expect(due('2026-03-05', kind)).toBe('2026-03-05T23:59:59.999Z');
      expect(due('2026-03-05T10:00:00.000Z', kind)).toBe('2026-03-05T10:00:00.000Z');
      expect(due('next week', kind)).toBeUndefined();
    },
  );

  it('go away when they are kept', () => {
    expect(
      due('2026-03-05', 'action_item', (s) => s.add('action_changed', { data: { state: 'done' } })),
    ).toBeUndefined();
    expect(due('2026-03-05', 'debt', (s) => s.add('regression_proven', { basis: 'stated' }))).toBeDefined();
    expect(
      due('2026-03-05', 'debt', (s) => s.add('regression_proven', { basis: 'measured' })),
    ).toBeUndefined();
  });
});

describe('a priority item', () => {
  type Added = { due?: string; severity?: Level };
  const item = (level: Level, data: Added, weeks?: 4 | 8) => {
    const added = story(level).add('action_added', { data });
    const settings = weeks === undefined ? {} : { action_items: { priority_weeks: weeks } };
    return clocksOf(added.fold(), row(level), { stability_h: 24, ...settings }, T0).find(
      (one) => one.name === 'action_item',
    );
  };
  const weeksLater = (weeks: number) => new Date(T0 + MINUTE + weeks * 7 * 24 * HOUR).toISOString();

  it.each<[string, Level, Added, 4 | 8 | undefined, string | undefined, string]>([
    ['has four weeks', 'P1', {}, undefined, weeksLater(4), 'Action item AI-001 (4 weeks)'],
    ['has eight where the settings say so', 'P0', {}, 8, weeksLater(8), 'Action item AI-001 (8 weeks)'],
    [
      'does not get more by a later date',
      'P1',
      { due: '2026-12-31' },
      4,
      weeksLater(4),
      'Action item AI-001 (4 weeks)',
    ],
    [
      'keeps its own date where that is earlier',
      'P1',
      { due: '2026-03-05' },
      4,
      '2026-03-05T23:59:59.999Z',
      'Action item AI-001',
    ],
    [
      'is one by its own severity too',
      'P3',
      { severity: 'P1' },
      4,
      weeksLater(4),
      'Action item AI-001 (4 weeks)',
    ],
    ['is none by its own severity', 'P0', { severity: 'P3' }, 4, undefined, ''],
    ['is none in a lesser incident', 'P2', {}, 4, undefined, ''],
  ])('%s', (_name, level, data, weeks, due, label) => {
    const found = item(level, data, weeks);
    expect(found?.due).toBe(due);
    expect(found?.label ?? '').toBe(label);
  });

  it('has no level where it was taken over from elsewhere', () => {
    const added = story('P0').add('action_added', { data: {} });
    Object.assign(added.last('action_added'), { imported: true });
    expect(clock('action_item', added, T0, 'P0')).toBeUndefined();
  });

  it('is overdue from then on, and no longer once it is finished or dropped', () => {
    const s = story('P1').add('action_added', { data: {} });
    expect(clock('action_item', s, hours(28 * 24))?.state).toBe('running');
    expect(clock('action_item', s, hours(28 * 24 + 1))?.state).toBe('overdue');
    const dropped = s.add('action_changed', { data: { state: 'dropped' } });
    expect(clock('action_item', dropped, hours(28 * 24 + 1))).toBeUndefined();
  });
});

describe('what is told', () => {
  const busy = () =>
    deployed()
      .add('resolved', { minute: 60 })
      .add('gate_overridden', { data: { until: '2026-03-02' } })
      .add('action_added', { data: { action: 'AI-001', due: '2026-03-04' } })
      .add('action_added', { data: { action: 'AI-002', due: '2026-03-03' } });

  it('is in order of urgency, then of time', () => {
    const names = clocks(busy(), T0).map((one) => one.name);
    expect(names).toEqual([...names].sort((a, b) => CLOCK_NAMES.indexOf(a) - CLOCK_NAMES.indexOf(b)));
    expect(new Set(names)).toEqual(new Set(CLOCK_NAMES));
    expect(
      clocks(busy(), T0)
        .slice(-2)
        .map((one) => one.label),
    ).toEqual(['Action item AI-002', 'Action item AI-001']);
  });

  it('ends with one sentence about the most urgent overdue clock', () => {
    const now = T0 + 20 * 60_000;
    expect(overdueClocks(clocks(open(), now)).map((one) => one.name)).toEqual(['next_update', 'respond']);
    expect(urgentLine(clocks(open(), now), now)).toBe(
      '⏰ Next update overdue by 5 minutes: tell the people who wait, then record update_posted.',
    );
    const answered = open().add('acknowledged').add('update_posted', { minute: 10 });
    expect(urgentLine(clocks(answered, now), now)).toBeNull();
  });

  it('is nothing for a cancelled incident, and little before a severity', () => {
    expect(clocks(busy().add('reopened').add('cancelled'), hours(99))).toEqual([]);
    expect(clocks(story(), hours(99), null)).toEqual([]);
    expect(clocks(story().add('deployed'), T0, null).map((one) => one.name)).toEqual([
      ...['rollback_checkpoint', 'active_watch', 'regression_test', 'extended_watch'],
    ]);
  });

  it('has no deploy clocks once the hotfix was taken back', () => {
    const s = deployed()
      .add('regression_proven')
      .add('rolled_back', { data: { target: 'hotfix' } });
    expect(clock('rollback_checkpoint', s, hours(9))).toBeUndefined();
    expect(clock('regression_test', s.add('deployed'), hours(9))?.state).toBe('running');
  });

  it('keeps only promises after the close: a watch can no longer be held', () => {
    const s = busy().add('closed');
    const late = overdueClocks(clocks(s, hours(9000))).map((one) => one.name);
    expect(late).toEqual(['postmortem', 'debt', 'action_item', 'action_item']);
  });

  it('stops waiting for an incident that was closed without a resolution', () => {
    const s = open().add('acknowledged').add('closed', { minute: 30 });
    expect(overdueClocks(clocks(s, hours(99)))).toEqual([]);
  });
});
