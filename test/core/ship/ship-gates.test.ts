import { describe, expect, it } from 'vitest';
import type { Level } from '../../../src/core/severity.ts';
import type { PolicySettings, Strength } from '../../../src/core/ship/policy.ts';
import {
  backportGate,
  deployGate,
  needFor,
  REVERSIBILITY,
  type Reversibility,
  rollbackGate,
  skippedBySeverity,
} from '../../../src/core/ship/ship-gates.ts';
import { type Story, story, type Told } from '../../support/events.ts';

const FIX = 'f1'.repeat(20);
const OTHER = `f1f1f1f${'0'.repeat(33)}`;
const evidence = ['output: GET /health 200'];
const findings = { stop: 0, warn: 2, note: 1 };
const measured = { basis: 'measured' } as const;
const hotfix = { data: { target: 'hotfix' as const } };

const checked = (s: Story, told: Told<'checks_run'> = {}) =>
  s.add('checks_run', {
    ...{ ...measured, ...told },
    data: { commit: FIX, outcome: 'passed', findings, ...told.data },
  });
const rehearsed = (s: Story, told: Told<'rollback_planned'> = {}) =>
  s.add('rollback_planned', {
    ...{ ...measured, ...told },
    data: { target: 'hotfix', rehearsed: true, ...told.data },
  });
const staged = (s: Story, told: Told<'deploy_verified'> = {}) =>
  s.add('deploy_verified', { evidence, ...told, data: { environment: 'staging', ...told.data } });
const reviewed = (s: Story, told: Told<'approval_given'> = {}) =>
  s.add('approval_given', { ...measured, ...told, data: { strength: 'review', ...told.data } });

/** Everything that a deploy at P2 needs but the approval. */
const ready = (severity: Level | `${Level}?` = 'P2') => reviewed(staged(checked(rehearsed(story(severity)))));

interface Given {
  approval?: Strength | null;
  policy?: PolicySettings;
  commit?: string;
}
const deploy = (s: Story, { approval = 'terminal', policy = {}, commit = FIX }: Given = {}) =>
  deployGate(s.fold(), { approval, policy, commit });
const missing = (s: Story, given: Given = {}) => deploy(s, given).missing.map(({ id }) => id);

describe('the deploy gate', () => {
  it('opens when everything is there', () => {
    expect(deploy(ready())).toMatchObject({ name: 'deploy', open: true, missing: [] });
    expect(deploy(ready()).items.map(({ id }) => id)).toEqual([
      ...['severity', 'rollback_plan', 'checks_green', 'findings_read', 'no_stop_finding'],
      ...['staging', 'second_review', 'approval'],
    ]);
  });

  it('wants everything of an incident that has nothing, and no override by an agent', () => {
    const gate = deploy(story(), { approval: null });
    expect(gate.missing.map(({ id }) => id)).toEqual([
      ...['severity', 'rollback_plan', 'checks_green', 'findings_read'],
      ...['staging', 'second_review', 'approval'],
    ]);
    for (const { todo, override } of gate.missing) {
      expect(todo).not.toBe('');
      expect(override).toBe('person');
    }
  });

  const past = { live: false };
  const stated = { basis: 'stated' } as const;
  const without = {
    severity: () => reviewed(staged(checked(rehearsed(story())))),
    rollback_plan: () => reviewed(staged(checked(story('P2')))),
    checks: () => reviewed(staged(rehearsed(story('P2')))),
    staging: () => reviewed(checked(rehearsed(story('P2')))),
    second_review: () => staged(checked(rehearsed(story('P2')))),
  };
  const red = { data: { outcome: 'failed' as const } };
  const blocked = { data: { outcome: 'could_not_run' as const } };

  const SHUT: [string, Story, string[]][] = [
    ['no severity', without.severity(), ['severity']],
    ['a severity from a published copy', without.severity().add('severity_changed', past), ['severity']],
    ['no way back', without.rollback_plan(), ['rollback_plan']],
    [
      'a way back that was not rehearsed',
      rehearsed(without.rollback_plan(), { data: { rehearsed: false } }),
      ['rollback_plan'],
    ],
    ['a rehearsal that somebody only states', rehearsed(without.rollback_plan(), stated), ['rollback_plan']],
    ['a rehearsal in a published copy', rehearsed(without.rollback_plan(), past), ['rollback_plan']],
    [
      'the way back from the release alone',
      rehearsed(without.rollback_plan(), { data: { target: 'release' } }),
      ['rollback_plan'],
    ],
    ['no checks', without.checks(), ['checks_green', 'findings_read']],
    ['stated checks', checked(without.checks(), stated), ['checks_green', 'findings_read']],
    ['checks in a published copy', checked(without.checks(), past), ['checks_green', 'findings_read']],
    [
      'checks on another commit',
      checked(without.checks(), { data: { commit: OTHER } }),
      ['checks_green', 'findings_read'],
    ],
    [
      'checks on a branch, which can move',
      checked(without.checks(), { data: { commit: 'main' } }),
      ['checks_green', 'findings_read'],
    ],
    ['red checks', checked(without.checks(), red), ['checks_green']],
    ['red checks after green ones', checked(ready(), red), ['checks_green']],
    ['checks that could not run', checked(without.checks(), blocked), ['checks_green']],
    [
      'red checks, then some that could not run',
      checked(checked(without.checks(), red), blocked),
      ['checks_green'],
    ],
    [
      'a stop finding',
      checked(ready(), { data: { findings: { ...findings, stop: 2 } } }),
      ['no_stop_finding'],
    ],
    [
      'checks that read no change',
      checked(without.checks(), { data: { findings: undefined } }),
      ['findings_read'],
    ],
    ['nothing in staging', without.staging(), ['staging']],
    ['staging without evidence', staged(without.staging(), { evidence: [] }), ['staging']],
    ['staging in a published copy', staged(without.staging(), past), ['staging']],
    [
      'a look in production only',
      staged(without.staging(), { data: { environment: 'production' } }),
      ['staging'],
    ],
    ['no second review', without.second_review(), ['second_review']],
    ['a review in a published copy', reviewed(without.second_review(), past), ['second_review']],
    ['a review that is only stated', reviewed(without.second_review(), stated), ['second_review']],
    [
      'a yes in the terminal for a review',
      reviewed(without.second_review(), { data: { strength: 'terminal' } }),
      ['second_review'],
    ],
  ];
  it.each(SHUT)('stays shut for %s', (_what, s, ids) => {
    expect(missing(s)).toEqual(ids);
  });

  const OPEN: [string, Story][] = [
    ['green checks after red ones', checked(checked(without.checks(), red))],
    ['green checks, then some that could not run', checked(ready(), blocked)],
    [
      'red checks of another commit afterwards',
      checked(ready(), { data: { commit: OTHER, outcome: 'failed' } }),
    ],
    ['red checks that somebody states', checked(ready(), { ...stated, ...red })],
    [
      'a stop finding that is gone',
      checked(checked(without.checks(), { data: { findings: { ...findings, stop: 1 } } })),
    ],
    ['findings that a later run did not look for', checked(ready(), { data: { findings: undefined } })],
    ['the way back from the release as well', rehearsed(ready(), { data: { target: 'release' } })],
  ];
  it.each(OPEN)('opens for %s', (_what, s) => {
    expect(missing(s)).toEqual([]);
  });

  it('counts the stop findings in what to do', () => {
    const gate = deploy(checked(ready(), { data: { findings: { ...findings, stop: 3 } } }));
    expect(gate.missing[0]?.todo).toContain('3 finding(s)');
  });

  it('wants the same again in a second attempt, but for the checks, which belong to the commit', () => {
    expect(missing(ready().add('deployed').add('rolled_back', hotfix))).toEqual([
      ...['rollback_plan', 'staging', 'second_review'],
    ]);
    expect(missing(ready().add('deployed').add('resolved').add('reopened'))).toEqual([
      ...['rollback_plan', 'staging', 'second_review'],
    ]);
  });

  it.each([
    [null, 'P0', {}, false],
    ['word', 'P0', {}, false],
    ['elicitation', 'P0', {}, true],
    ['terminal', 'P3', {}, true],
    ['review', 'P2', {}, true],
    ['word', 'P1', { deploy: { P1: 'word' } }, true],
    ['word', 'P1?', { deploy: { P1: 'word' } }, false],
    ['terminal', 'P2', { deploy: { P2: 'named' } }, false],
    ['named', 'P2', { deploy: { P2: 'named' } }, true],
  ] as const)('approval %s at %s with policy %j: %s', (approval, severity, policy, ok) => {
    const found = deploy(ready(severity), { approval, policy }).items.find(({ id }) => id === 'approval');
    expect(found?.ok).toBe(ok);
  });
});

describe('what a severity passes over', () => {
  const bare = (severity: Level | `${Level}?`) => checked(rehearsed(story(severity)));
  const TABLE: [Level | `${Level}?`, string[], string[]][] = [
    ['P0', [], ['staging', 'second_review']],
    ['P1', ['staging'], ['second_review']],
    ['P2', ['staging', 'second_review'], []],
    ['P3', ['staging', 'second_review'], []],
    ['P0?', ['staging', 'second_review'], []],
    ['P1?', ['staging', 'second_review'], []],
  ];
  it.each(TABLE)('%s still wants %j and owes %j', (severity, wanted, owed) => {
    expect(missing(bare(severity))).toEqual(wanted);
    expect(skippedBySeverity(bare(severity).fold(), {})).toEqual(owed);
  });

  it('is no debt when it was done all the same, or is switched off', () => {
    expect(skippedBySeverity(staged(bare('P0')).fold(), {})).toEqual(['second_review']);
    expect(skippedBySeverity(reviewed(bare('P0')).fold(), {})).toEqual(['staging']);
    expect(skippedBySeverity(bare('P0').fold(), { staging: 'off', second_review: 'off' })).toEqual([]);
  });

  it('does not come from a severity that only a published copy has', () => {
    const s = bare('P2').add('severity_changed', { live: false, data: { to: 'P0' } });
    expect(missing(s)).toEqual(['severity', 'staging', 'second_review']);
    expect(skippedBySeverity(s.fold(), {})).toEqual([]);
  });

  it('is asked for nowhere where the settings switch it off', () => {
    const ids = (policy: PolicySettings) => deploy(bare('P2'), { policy }).items.map(({ id }) => id);
    expect(missing(bare('P2'), { policy: { staging: 'off' } })).toEqual(['second_review']);
    expect(ids({ staging: 'off' })).not.toContain('staging');
    expect(missing(bare('P2'), { policy: { staging: 'off', second_review: 'off' } })).toEqual([]);
    expect(missing(bare('P2'), { policy: { staging: 'required' } })).toEqual(['staging', 'second_review']);
  });
});

describe('the rollback gate', () => {
  const rollback = (
    s: Story,
    change: { clean?: boolean; reversibility?: Reversibility; approval?: Strength | null } = {},
  ) =>
    rollbackGate(s.fold(), {
      ...{ clean: true, reversibility: 'reversible', approval: 'word', policy: {}, ...change },
    });

  it('is the fire exit: no severity, no checks, no review', () => {
    expect(rollback(story('P0'))).toMatchObject({ name: 'rollback', open: true });
    expect(rollback(story('P0')).items.map(({ id }) => id)).toEqual(['clean_rehearsal', 'approval']);
    expect(rollback(story(), { approval: 'terminal' }).open).toBe(true);
  });

  it('wants a clean rehearsal', () => {
    const gate = rollback(story('P0'), { clean: false });
    expect(gate.missing).toMatchObject([{ id: 'clean_rehearsal', override: 'person' }]);
  });

  it.each([
    ['P0', 'reversible', true],
    ['P1', 'reversible', true],
    ['P2', 'reversible', false],
    ['P3', 'reversible', false],
    ['P0?', 'reversible', false],
    ['P1?', 'reversible', false],
    ['P0', 'forward_only', false],
    ['P1', 'forward_only', false],
    ['P0', 'destructive', false],
    ['P1', 'destructive', false],
  ] as const)("the user's word at %s for a %s range: %s", (severity, reversibility, ok) => {
    expect(rollback(story(severity), { reversibility }).open).toBe(ok);
    expect(rollback(story(severity), { reversibility, approval: 'terminal' }).open).toBe(true);
    expect(rollback(story(severity), { reversibility, approval: null }).open).toBe(false);
  });

  it('does not take the word without a severity, or with one from a published copy', () => {
    expect(rollback(story()).open).toBe(false);
    expect(rollback(story().add('severity_changed', { live: false, data: { to: 'P0' } })).open).toBe(false);
  });

  it('asks for the same yes as the tools do', () => {
    for (const severity of ['P0', 'P0?', 'P2'] as const) {
      for (const reversibility of REVERSIBILITY) {
        const incident = story(severity).fold();
        const need = needFor('rollback', incident, {}, reversibility);
        expect(rollback(story(severity), { reversibility }).open).toBe(need === 'word');
      }
    }
    expect(needFor('rollback', story('P0').fold(), { rollback: { P0: 'review' } }, 'destructive')).toBe(
      'review',
    );
  });
});

describe('the backport gate', () => {
  it('asks for the yes alone', () => {
    const gate = (approval: Strength | null, policy: PolicySettings = {}) =>
      backportGate(story('P2').fold(), { approval, policy });
    expect(gate('word')).toMatchObject({ name: 'backport', open: true });
    expect(gate(null).missing).toMatchObject([{ id: 'approval' }]);
    expect(gate('word', { backport: { P2: 'terminal' } }).open).toBe(false);
  });
});
