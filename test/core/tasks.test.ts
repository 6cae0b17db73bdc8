import { describe, expect, it } from 'vitest';
import { foldIncident } from '../../src/core/incident.ts';
import { sameCommit } from '../../src/core/task-rules.ts';
import { nextTask, PHASES, TASKS, tasksOf } from '../../src/core/tasks.ts';
import { COMMIT, type Story, story, UID } from '../support/events.ts';

const DAY = 24 * 60;
const fact = (s: Story, name: string, minute?: number, value = 'stated') =>
  s.add('fact_recorded', { data: { name, value }, ...(minute === undefined ? {} : { minute }) });
const state = (s: Story, id: string) => tasksOf(s.fold()).find((one) => one.id === id);
const p1 = () => story('P1');
const deployed = () => p1().add('deployed', { minute: 30 });
const resolved = () => p1().add('resolved', { minute: 60 });
const evidence = ['metric: 5xx 0.1 %'];
const lessons = { narrative: { lessons: ['alert earlier', 'test the cookie'] } };

/** Task, what is there before, and the fact that ticks it. */
const TICKS: [string, () => Story, (s: Story) => Story][] = [
  ['T001', () => story('P0?'), (s) => s.add('severity_changed', { data: { to: 'P1', confirmed: true } })],
  ['T002', () => p1().add('role_assigned'), (s) => s.add('acknowledged')],
  ['T002', () => p1().add('acknowledged'), (s) => s.add('role_assigned')],
  ['T003', p1, (s) => fact(s, 'reproduced')],
  ['T004', p1, (s) => s.add('hypothesis_stated')],
  [
    'T005',
    () => p1().add('cause_identified'),
    (s) => s.add('cause_identified', { evidence: ['commit:1a2b3c4d'] }),
  ],
  ['T006', p1, (s) => s.add('mitigation_applied')],
  ['T006', p1, (s) => s.add('rollback_planned')],
  ['T007', p1, (s) => s.add('fix_committed')],
  ['T008', () => p1().add('fix_committed'), (s) => s.add('checks_run')],
  [
    'T009',
    () => p1().add('approval_given', { data: { strength: 'quoted' } }),
    (s) => s.add('approval_given'),
  ],
  ['T010', p1, (s) => s.add('rollback_planned')],
  [
    'T011',
    () => p1().add('deploy_verified', { evidence }),
    (s) => s.add('deploy_verified', { evidence, data: { environment: 'staging' } }),
  ],
  ['T012', () => p1().add('deployed', { data: { environment: 'staging' } }), (s) => s.add('deployed')],
  ['T013', () => deployed().add('deploy_verified'), (s) => s.add('deploy_verified', { evidence })],
  ['T014', () => p1().add('update_posted').add('deployed'), (s) => s.add('update_posted')],
  ['T015', () => fact(deployed(), 'observation', 149), (s) => fact(s, 'observation', 150)],
  ['T016', () => fact(deployed(), 'observation', 150), (s) => fact(s, 'observation', 30 + DAY)],
  ['T017', () => fact(p1(), 'decision').add('deployed'), (s) => fact(s, 'decision')],
  ['T017', deployed, (s) => s.add('rolled_back', { data: { target: 'hotfix' } })],
  ['T018', p1, (s) => s.add('regression_proven')],
  ['T019', () => p1().add('checks_run'), (s) => s.add('checks_run', { data: { full: true } })],
  ['T019', p1, (s) => fact(s, 'full_suite')],
  [
    'T020',
    () =>
      ['started', 'detected', 'users', 'data']
        .reduce((s, name) => fact(s, name), p1())
        .add('cause_identified'),
    (s) => s.add('resolved'),
  ],
  ['T021', () => p1().add('linked'), (s) => s.add('linked', { data: { type: 'meeting' } })],
  ['T022', p1, (s) => s.add('postmortem_written')],
  [
    'T023',
    () => p1().add('postmortem_written', { data: lessons }).add('action_added'),
    (s) => s.add('action_added', { data: { action: 'AI-002' } }),
  ],
  ['T024', () => p1().add('update_posted'), (s) => s.add('update_posted', { data: { audience: 'public' } })],
  ['T025', () => p1().add('linked'), (s) => s.add('linked', { data: { type: 'documentation' } })],
  ['T025', p1, (s) => s.add('linked', { data: { type: 'runbook' } })],
  [
    'T026',
    () => resolved().add('stability_confirmed', { minute: 59 + 2 * DAY }),
    (s) => s.add('stability_confirmed', { minute: 60 + 2 * DAY }),
  ],
  ['T027', resolved, (s) => s.add('closed')],
  [
    'T028',
    () => p1().add('action_added', { data: { owner: 'Ana' } }),
    (s) => s.add('action_changed', { data: { due: '2026-04-01' } }),
  ],
];

describe('the fact that ticks each task', () => {
  it('is here for all 28', () => {
    expect(new Set(TICKS.map(([id]) => id))).toEqual(new Set(TASKS.map(({ id }) => id)));
    expect(TASKS.map(({ id }) => id)).toEqual(TASKS.map((_, i) => `T0${String(i + 1).padStart(2, '0')}`));
    expect(PHASES.map(({ number }) => TASKS.filter(({ phase }) => phase === number).length)).toEqual([
      5, 4, 5, 3, 8, 3,
    ]);
  });

  it.each(TICKS)('%s (%#)', (id, prepare, tick) => {
    const s = prepare();
    expect(state(s, id)?.state).toBe('open');
    s.add('noted', { minute: 10 * DAY }); // time alone ticks nothing
    expect(state(s, id)?.state).toBe('open');
    const ticking = tick(prepare());
    const { id: event, at } = ticking.events.at(-1) ?? { id: '', at: '' };
    expect(state(ticking, id)).toMatchObject({ state: 'done', event, at, note: null });
  });
});

describe('what does not tick', () => {
  const none: [string, string, () => Story][] = [
    [
      'T008',
      'checks on another commit',
      () =>
        p1()
          .add('fix_committed')
          .add('checks_run', { data: { commit: '99999999' } }),
    ],
    [
      'T008',
      'checks that failed',
      () =>
        p1()
          .add('fix_committed')
          .add('checks_run', { data: { outcome: 'failed' } }),
    ],
    [
      'T008',
      'checks that fail now',
      () =>
        p1()
          .add('fix_committed')
          .add('checks_run')
          .add('checks_run', { data: { outcome: 'failed' } }),
    ],
    [
      'T013',
      'a verification before the deploy',
      () => p1().add('deploy_verified', { evidence }).add('deployed'),
    ],
    ['T017', 'a rollback of the release', () => p1().add('rolled_back').add('deployed')],
    [
      'T017',
      'the rollback of the attempt before',
      () =>
        deployed()
          .add('rolled_back', { data: { target: 'hotfix' } })
          .add('deployed'),
    ],
    ['T023', 'action items without a lesson', () => p1().add('action_added').add('postmortem_written')],
    ['T027', 'a closing that was undone', () => resolved().add('closed').add('reopened')],
    ['T028', 'no action item at all', p1],
    [
      'T028',
      'one of two that is loose',
      () =>
        p1()
          .add('action_added', { data: { owner: 'A', due: '2026-04-01' } })
          .add('action_added', { data: { action: 'AI-002' } }),
    ],
  ];
  it.each(none)('%s: %s', (id, _what, s) => {
    expect(state(s(), id)?.state).toBe('open');
  });

  it('a check that could not run does not undo one that passed', () => {
    const s = p1()
      .add('fix_committed')
      .add('checks_run')
      .add('checks_run', { data: { outcome: 'could_not_run' } });
    expect(state(s, 'T008')?.state).toBe('done');
  });

  it('a dropped action item needs no owner', () => {
    const s = p1()
      .add('action_added', { data: { owner: 'A', due: '2026-04-01' } })
      .add('action_added', { data: { action: 'AI-002' } });
    expect(
      state(s.add('action_changed', { data: { action: 'AI-002', state: 'dropped' } }), 'T028')?.state,
    ).toBe('done');
  });

  it('a strategy of the second attempt ticks T006 whatever the first one was', () => {
    const s = deployed()
      .add('mitigation_applied')
      .add('rolled_back', { data: { target: 'hotfix' } });
    expect(state(s, 'T006')?.state).toBe('open');
    expect(state(s.add('rollback_planned'), 'T006')?.state).toBe('done');
  });
});

describe('a confirmed P0', () => {
  const skipped = (s: Story) => ['T009', 'T011'].map((id) => state(s, id));
  const opened = (s: Story) => skipped(s).every((task) => task?.state === 'open');

  it('skips review and staging when a fact about the harm was stated', () => {
    for (const task of skipped(fact(story('P0'), 'service', 1, 'down')))
      expect(task).toMatchObject({ state: 'skipped', event: null, note: 'confirmed P0' });
  });

  it.each([
    ['no fact at all', () => story('P0')],
    ['an unconfirmed level', () => fact(story('P0?'), 'service', 1, 'down')],
    ['another level', () => fact(story('P1'), 'service', 1, 'down')],
    ['a fact that is unknown', () => fact(story('P0'), 'service', 1, 'unknown')],
    ['only the environment', () => fact(story('P0'), 'environment', 1, 'production')],
    ['a fact about something else', () => fact(story('P0'), 'what_changed', 1)],
    ['a fact from a published copy', () => story('P0').add('fact_recorded', { live: false })],
  ])('does not with %s', (_what, s) => {
    expect(opened(s())).toBe(true);
  });
});

describe('by word', () => {
  it('a tick says who stated it, a skip says why', () => {
    const s = p1().add('task_done', { data: { task: 'T003' }, by: 'codex' });
    s.add('task_skipped', { data: { task: 'T025', reason: 'nothing changed' } });
    expect(state(s, 'T003')).toMatchObject({ state: 'done', note: 'stated by codex' });
    expect(state(s, 'T025')).toMatchObject({ state: 'skipped', note: 'nothing changed' });
  });

  it('the later word stands, and a fact stands over both', () => {
    const s = p1().add('task_done').add('task_skipped');
    expect(state(s, 'T003')?.state).toBe('skipped');
    expect(state(s.add('task_done'), 'T003')?.note).toBe('stated by agent');
    expect(state(fact(s, 'reproduced').add('task_skipped'), 'T003')).toMatchObject({
      state: 'done',
      note: null,
    });
  });

  it.each(['task_done', 'task_skipped'] as const)('%s of T004 to T013 belongs to its attempt', (kind) => {
    const s = p1();
    for (const { id } of TASKS) s.add(kind, { data: { task: id } });
    s.add('rolled_back', { data: { target: 'hotfix' } });
    const open = tasksOf(s.fold())
      .filter((task) => task.state === 'open')
      .map((task) => task.id);
    expect(open).toEqual(TASKS.map(({ id }) => id).slice(3, 13));
  });
});

describe('around the list', () => {
  it('the next task is the first open one', () => {
    expect(nextTask(tasksOf(p1().fold()))?.id).toBe('T002');
    expect(nextTask(tasksOf(foldIncident(UID, [])))?.id).toBe('T001');
    expect(nextTask([])).toBeNull();
  });

  it.each([
    [COMMIT, `${COMMIT}5e6f`, true],
    [COMMIT.toUpperCase(), COMMIT, true],
    ['1a2b3c', '1a2b3c', false],
    ['1a2b3c4', '1a2b3c5d', false],
    ['', COMMIT, false],
    ['release-1', 'release-10', false],
  ])('%s and %s are the same commit: %s', (a, b, same) => {
    expect([sameCommit(a, b), sameCommit(b, a)]).toEqual([same, same]);
  });
});
