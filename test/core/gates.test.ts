import { describe, expect, it } from 'vitest';
import { type CloseFacts, closeGate, onlyWaits, openDebts, resolveGate } from '../../src/core/gates.ts';
import { matrixOf, rowOf } from '../../src/core/severity.ts';
import { hours, minute, type Story, story } from '../support/events.ts';

const evidence = ['metric: 5xx 0.1 %'];
const verified = (s: Story) => s.add('deploy_verified', { evidence });
const hotfix = { data: { target: 'hotfix' as const } };

describe('the resolve gate', () => {
  const mitigated = () => story('P1').add('mitigation_applied');
  const OPEN: [string, Story][] = [
    ['a verified mitigation', verified(mitigated())],
    ['a verified deploy', verified(story('P1').add('deployed'))],
    ['a verified rollback', verified(story('P1').add('rolled_back'))],
    ['a verification without anything before it', verified(story('P1'))],
    ['an earlier verification and a later one', verified(verified(mitigated()).add('deployed'))],
  ];
  it.each(OPEN)('opens for %s', (_what, s) => {
    expect(resolveGate(s.fold(), [])).toMatchObject({ name: 'resolve', open: true, missing: [] });
  });

  const SHUT: [string, Story][] = [
    ['nothing', story('P1')],
    ['a verification without evidence', mitigated().add('deploy_verified')],
    ['one in staging', mitigated().add('deploy_verified', { evidence, data: { environment: 'staging' } })],
    ['one from a published copy', mitigated().add('deploy_verified', { evidence, live: false })],
    ['one before the latest mitigation', verified(mitigated()).add('mitigation_applied')],
    ['one before the mitigation went', verified(mitigated()).add('mitigation_removed')],
    ['one before the deploy', verified(story('P1')).add('deployed')],
    ['one before the release was rolled back', verified(story('P1')).add('rolled_back')],
    ['one of a hotfix that was taken back', verified(story('P1').add('deployed')).add('rolled_back', hotfix)],
    ['one before a reopening', verified(mitigated()).add('resolved').add('reopened')],
  ];
  it.each(SHUT)('stays shut for %s', (_what, s) => {
    const gate = resolveGate(s.fold(), []);
    expect(gate).toMatchObject({
      open: false,
      missing: [{ id: 'verified_with_evidence', override: 'agent' }],
    });
    expect(gate.missing[0]?.todo).toContain('deploy_verified');
    expect(resolveGate(s.fold(), ['output: GET /health 200']).open).toBe(true);
  });
});

const facts = (change: Partial<CloseFacts> = {}): CloseFacts => ({
  ...{ row: rowOf(matrixOf('default'), 'P1'), settings: { stability_h: 24 }, nowMs: hours(30) },
  ...{ postmortemErrors: 0, secretsFound: [], branchesWithoutFix: [], ...change },
});
const missing = (s: Story, change: Partial<CloseFacts> = {}) =>
  closeGate(s.fold(), facts(change)).missing.map((item) => item.id);
const resolved = () => story('P1').add('mitigation_applied').add('resolved', { minute: 60 });
const done = () => resolved().add('update_posted');

describe('the close gate', () => {
  it('opens when nothing is missing', () => {
    expect(closeGate(done().fold(), facts())).toMatchObject({ name: 'close', open: true, missing: [] });
  });

  const ITEMS: [string, string, Story, Partial<CloseFacts>, 'agent' | 'person'][] = [
    ['resolved', 'reopened', done().add('reopened'), {}, 'person'],
    ['stability', 'too early', done(), { nowMs: hours(24) }, 'person'],
    ['severity', 'no severity', story().add('resolved', { minute: 60 }), { row: null }, 'agent'],
    ['postmortem', 'none written', done(), { postmortemErrors: null }, 'agent'],
    ['postmortem', 'errors in it', done(), { postmortemErrors: 2 }, 'agent'],
    [
      'regression',
      'code changed',
      story('P1').add('fix_committed').add('resolved', { minute: 60 }).add('update_posted'),
      {},
      'agent',
    ],
    [
      'regression',
      'deployed, proof only stated',
      story('P1')
        .add('deployed')
        .add('regression_proven')
        .add('resolved', { minute: 60 })
        .add('update_posted'),
      {},
      'agent',
    ],
    [
      'action_items',
      'one without a date',
      done().add('action_added', { data: { owner: 'Ana' } }),
      {},
      'agent',
    ],
    ['stakeholders_told', 'nobody told since', resolved(), {}, 'agent'],
    ['no_secrets', 'a secret', done(), { secretsFound: ['github-pat'] }, 'person'],
  ];
  it.each(ITEMS)('wants %s (%s)', (id, _what, s, change, override) => {
    const found = closeGate(s.fold(), facts(change)).missing.find((item) => item.id === id);
    expect(found).toMatchObject({ ok: false, override });
    expect(found?.todo).not.toBe('');
  });

  it('asks for one thing at a time when one is missing', () => {
    for (const [id, , s, change] of ITEMS.filter(([one]) => one !== 'resolved'))
      expect(missing(s, change)).toEqual([id]);
    expect(missing(done().add('reopened'))).toEqual(['resolved', 'stability', 'stakeholders_told']);
  });

  it('asks for no postmortem and no news where the severity asks for none', () => {
    const s = story('P3').add('resolved', { minute: 60 });
    expect(missing(s, { row: rowOf(matrixOf('default'), 'P3'), postmortemErrors: null })).toEqual([]);
  });

  it('takes a measured proof of the fix that stands', () => {
    const fixed = () => story('P1').add('deployed').add('regression_proven', { basis: 'measured' });
    const end = (s: Story) => missing(s.add('resolved', { minute: 60 }).add('update_posted'));
    expect(end(fixed())).toEqual([]);
    expect(end(fixed().add('rolled_back', hotfix).add('deployed'))).toEqual(['regression']);
    expect(end(fixed().add('rolled_back', hotfix))).toEqual([]); // no code stands any more
  });

  it('counts stability from the recording, and says until when it waits', () => {
    const s = story('P1')
      .add('resolved', { minute: -9999, recorded: 60 })
      .add('update_posted', { minute: 61 });
    const gate = closeGate(s.fold(), facts({ nowMs: hours(24) }));
    expect(gate.missing).toMatchObject([
      { id: 'stability', waits_until: minute(25 * 60), override: 'person' },
    ]);
    expect(onlyWaits(gate)).toBe(true);
    expect(missing(s, { nowMs: hours(25) })).toEqual([]);
    expect(missing(s, { nowMs: hours(25), settings: { stability_h: 48 } })).toEqual(['stability']);
  });

  it('does not only wait when something else is missing, or nothing', () => {
    expect(onlyWaits(closeGate(resolved().fold(), facts({ nowMs: hours(2) })))).toBe(false);
    expect(onlyWaits(closeGate(done().fold(), facts()))).toBe(false);
  });
});

describe('history opens nothing', () => {
  const past = { live: false };
  const HISTORY: [string, string, Story][] = [
    [
      'a resolution',
      'resolved',
      story('P1')
        .add('resolved', { ...past, minute: 60 })
        .add('update_posted'),
    ],
    ['an update', 'stakeholders_told', resolved().add('update_posted', past)],
    [
      'a severity',
      'severity',
      resolved().add('severity_changed', { ...past, data: { to: 'P3', confirmed: true } }),
    ],
    [
      'a proof',
      'regression',
      story('P1')
        .add('deployed')
        .add('regression_proven', { ...past, basis: 'measured' })
        .add('resolved', { minute: 60 })
        .add('update_posted'),
    ],
    [
      'an owner and a date',
      'action_items',
      done()
        .add('action_added')
        .add('action_changed', { ...past, data: { owner: 'x', due: '2026-04-01' } }),
    ],
    [
      'a dropped action item',
      'action_items',
      done()
        .add('action_added')
        .add('action_changed', { ...past, data: { state: 'dropped' } }),
    ],
    [
      'a rollback of the fix',
      'regression',
      story('P1')
        .add('deployed')
        .add('rolled_back', { ...past, ...hotfix })
        .add('resolved', { minute: 60 })
        .add('update_posted'),
    ],
  ];
  it.each(HISTORY)('%s from a published copy', (_what, id, s) => {
    expect(missing(s)).toContain(id);
  });

  it('but it can add something to do', () => {
    expect(missing(done().add('action_added', past))).toEqual(['action_items']);
    expect(missing(done().add('reopened', past))).toContain('resolved');
  });
});

describe('debts', () => {
  const owing = (...ids: string[]) =>
    story('P1').add('gate_overridden', { data: { missing: ids, until: '2026-04-01' } });
  const measured = { basis: 'measured' as const };
  const staging = { evidence, data: { environment: 'staging' } };
  /** What is owed, what pays it, and what does not. */
  const PAYMENTS: [string, (s: Story) => Story, (s: Story) => Story][] = [
    [
      'regression',
      (s) => s.add('regression_proven', { basis: 'measured' }),
      (s) => s.add('regression_proven', { basis: 'stated' }),
    ],
    [
      'postmortem',
      (s) => s.add('postmortem_written'),
      (s) => s.add('postmortem_written', { data: { errors: 1 } }),
    ],
    ['stakeholders_told', (s) => s.add('update_posted'), (s) => s.add('update_drafted')],
    ['stability', (s) => s.add('stability_confirmed'), (s) => s.add('noted')],
    ['severity', (s) => s.add('severity_changed'), (s) => s.add('fact_recorded')],
    ['verified_with_evidence', verified, (s) => s.add('deploy_verified')],
    ['no_secrets', (s) => s, (s) => s.add('noted')],
    ...['checks_green', 'findings_read', 'no_stop_finding', 'hooks'].flatMap((id): typeof PAYMENTS => [
      [id, (s) => s.add('checks_run', measured), (s) => s.add('checks_run')],
      [
        id,
        (s) => s.add('checks_run', measured),
        (s) => s.add('checks_run', { ...measured, data: { outcome: 'could_not_run' } }),
      ],
    ]),
    [
      'rollback_plan',
      (s) => s.add('rollback_planned', { ...measured, data: { rehearsed: true } }),
      (s) => s.add('rollback_planned', measured).add('rollback_planned', { data: { rehearsed: true } }),
    ],
    ['clean_rehearsal', verified, (s) => s.add('deploy_verified').add('deploy_verified', staging)],
    ['staging', (s) => s.add('deploy_verified', staging), verified],
    ['staging', (s) => s.add('deploy_verified', staging), (s) => s.add('stability_confirmed')],
    [
      'second_review',
      (s) => s.add('approval_given', measured),
      (s) => s.add('approval_given', { ...measured, data: { strength: 'terminal' } }).add('approval_given'),
    ],
    ['long_lived_branches', (s) => s.add('backported'), (s) => s.add('deployed')],
  ];
  it.each(PAYMENTS)('%s stands until it is paid afterwards', (id, pay, other) => {
    expect(openDebts(other(owing(id)).fold())).toMatchObject([
      { gate: 'close', missing: [id], reason: 'go on', by: 'agent', until: '2026-04-01' },
    ]);
    if (id !== 'no_secrets') expect(openDebts(pay(owing(id)).fold())).toEqual([]);
  });

  it('are not paid by what came before the override', () => {
    const s = story('P1')
      .add('checks_run', measured)
      .add('deploy_verified', staging)
      .add('gate_overridden', { data: { missing: ['checks_green', 'staging'] } });
    expect(openDebts(s.fold())).toMatchObject([{ missing: ['checks_green', 'staging'] }]);
  });

  it('are paid item by item', () => {
    const s = owing('postmortem', 'stability').add('postmortem_written');
    expect(openDebts(s.fold())).toMatchObject([{ missing: ['stability'] }]);
  });

  it('of loose action items are paid when each has an owner and a date', () => {
    const s = story('P1')
      .add('action_added')
      .add('gate_overridden', { data: { missing: ['action_items'] } });
    expect(openDebts(s.fold())).toHaveLength(1);
    expect(openDebts(s.add('action_changed', { data: { owner: 'Ana', due: '2026-04-01' } }).fold())).toEqual(
      [],
    );
  });
});
