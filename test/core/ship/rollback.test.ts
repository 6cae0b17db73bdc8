import { describe, expect, it } from 'vitest';
import {
  classifyRange,
  lockFilesIn,
  type Rehearsal,
  rehearsalLine,
  rollbackMessage,
  type TakenBack,
} from '../../../src/core/ship/rollback.ts';
import {
  type ByHand,
  byHandCommands,
  recordedScope,
  triggerOf,
  verifyStep,
} from '../../../src/core/ship/rollback-steps.ts';
import { relationsIn } from '../../../src/core/ship/suspects.ts';
import { story } from '../../support/events.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);
const change = (commit: string, over: Partial<TakenBack> = {}): TakenBack => ({
  ...{ commit, parent: C, shape: 'plain', state: 'applies', brings_back: null, inner_merge: false },
  ...over,
});

describe('the class of a range', () => {
  it('is the worst of its migrations, and nobody knows what could not be read', () => {
    const add = { path: 'migrations/1.sql', text: 'ALTER TABLE a ADD COLUMN b int;' };
    const drop = { path: 'migrations/2.sql', text: 'DROP TABLE a;' };
    expect(classifyRange([]).class).toBe('reversible');
    expect(classifyRange([add]).class).toBe('reversible');
    expect(classifyRange([add, drop])).toMatchObject({
      ...{ class: 'destructive', migrations: [{ class: 'reversible' }, { class: 'destructive' }] },
    });
    expect(classifyRange([{ path: 'migrations/3.sql', text: null }])).toMatchObject({
      ...{ class: 'forward_only', migrations: [{ says: ['could not be read'] }] },
    });
  });

  it('lock files are those that pin dependencies', () => {
    const files = [
      'package.json',
      'web/package-lock.json',
      'go.sum',
      'Cargo.lock',
      'src/lock.ts',
      'yarn.lock.md',
    ];
    expect(lockFilesIn(files)).toEqual(['web/package-lock.json', 'go.sum', 'Cargo.lock']);
  });
});

describe('the message of a revert', () => {
  it('names every change as git does, so that history tools understand it, and is not the trailer of a fix', () => {
    const text = rollbackMessage('hotfix-001', [change(A), change(B, { shape: 'merge' })]);
    expect(text).toBe(
      [
        'revert: [ROLLBACK] take back 2 changes, bbbbbbbbbb to aaaaaaaaaa',
        '',
        `This reverts commit ${A}.`,
        `This reverts commit ${B}, reversing`,
        `changes made to ${C}.`,
        '',
        'Rollback: hotfix-001',
        '',
      ].join('\n'),
    );
    const made = { parents: [A], at: 0, author: 'x', files: [] };
    const [subject = '', ...body] = text.split('\n');
    const relations = relationsIn([
      { ...made, commit: 'd'.repeat(40), subject, body: body.join('\n') },
      { ...made, commit: A, subject: 'x', body: '' },
      { ...made, commit: B, subject: 'y', body: '' },
    ]);
    expect(relations.get(A)).toMatchObject({ takenBackBy: 'd'.repeat(40) });
    expect(relations.get(B)).toMatchObject({ takenBackBy: 'd'.repeat(40) });
  });

  it('one change is named, very many are counted', () => {
    expect(rollbackMessage('hotfix-001', [change(A)])).toMatch(
      /^revert: \[ROLLBACK\] take back aaaaaaaaaa\n/,
    );
    const many = rollbackMessage(
      'hotfix-001',
      Array.from({ length: 300 }, () => change(A)),
    );
    expect(many.match(/This reverts/g)).toHaveLength(200);
    expect(many).toContain(`And 100 more, back to ${C}.`);
  });
});

describe('commands for a person', () => {
  const at: ByHand = {
    ...{ remote: 'origin', branch: 'main', good: null, prepared: null, label: 'hotfix-001' },
    from: 'here',
    changes: [change(A)],
  };
  const shown = (over: Partial<ByHand>) => byHandCommands({ ...at, ...over }).map((words) => words.join(' '));

  it('the prepared revert is one push; without a remote one fast-forward', () => {
    expect(shown({ prepared: B })).toEqual([`git push origin ${B}:refs/heads/main`]);
    expect(shown({ prepared: B, remote: null })).toEqual(['git switch main', `git merge --ff-only ${B}`]);
  });

  it('else a worktree of its own, merges apart, what is gone left out', () => {
    const merge = change(B, { shape: 'octopus' });
    expect(shown({ changes: [change(A), change(C), change('d', { state: 'already_gone' }), merge] })).toEqual(
      [
        'git fetch origin',
        'git worktree add --detach ../rollback-hotfix-001 origin/main',
        `git -C ../rollback-hotfix-001 revert --no-edit ${A} ${C}`,
        `git -C ../rollback-hotfix-001 revert --no-edit -m 1 ${B}`,
        'git -C ../rollback-hotfix-001 push origin HEAD:refs/heads/main',
      ],
    );
  });

  it('a long range goes back to its beginning as a whole', () => {
    const changes = Array.from({ length: 30 }, () => change(A));
    expect(shown({ changes, good: B })[2]).toBe(
      `git -C ../rollback-hotfix-001 restore --source=${B} --staged --worktree -- :/`,
    );
  });

  it('what is not known is left open, in a fresh clone when this one cannot be used', () => {
    expect(shown({ from: 'clone', remote: null, branch: null, changes: [] })).toEqual([
      'git clone --branch <production branch> <address of the repository> rollback-hotfix-001',
      'git -C rollback-hotfix-001 revert --no-edit <commit to take back>',
      'git -C rollback-hotfix-001 push origin HEAD:refs/heads/<production branch>',
    ]);
  });

  it('never resets, cleans, checks out over files, or forces', () => {
    const all = (['here', 'clone'] as const).flatMap((from) =>
      [null, 'origin'].flatMap((remote) =>
        [null, B].flatMap((good) => [null, B].flatMap((prepared) => shown({ from, remote, good, prepared }))),
      ),
    );
    expect(all.join('\n')).not.toMatch(/reset|clean|checkout|--force|-f\b|\+refs/);
  });
});

describe('trigger and verification', () => {
  const withTrigger = (value: string) =>
    story()
      .add('fact_recorded', { data: { name: 'rollback_trigger', value } })
      .fold();

  it('says only what the record and the settings say', () => {
    expect(triggerOf(story().fold(), undefined)).toMatchObject({
      ...{ metric: 'UNKNOWN', threshold: 'UNKNOWN', window: 'UNKNOWN' },
      ask: expect.stringContaining('record the fact rollback_trigger'),
    });
    expect(triggerOf(withTrigger('5xx rate above 2 % for 5 min'), undefined)).toEqual({
      ...{ metric: '5xx rate', threshold: 'above 2 %', window: 'for 5 min', ask: null },
      text: 'metric 5xx rate, threshold above 2 %, window for 5 min',
    });
    expect(triggerOf(withTrigger('login fails again'), undefined)).toMatchObject({
      ...{ metric: 'login fails again', ask: expect.stringContaining('(threshold, window)') },
    });
    expect(triggerOf(withTrigger('p99 > 800 ms within 10 minutes'), { verify: ['true'] }).text).toBe(
      'metric p99, threshold > 800 ms, window within 10 minutes; or deploy.verify fails',
    );
  });

  it('the verification is the configured command, else unknown', () => {
    const show = (words: readonly string[]) => words.join(' ');
    expect(verifyStep({ verify: ['npm', 'run', 'smoke'] }, show)).toContain('run npm run smoke');
    expect(verifyStep(undefined, show)).toMatch(/^UNKNOWN: .*deploy_verified/);
  });
});

describe('the range of the record', () => {
  const found = (data: Record<string, unknown>, basis: 'measured' | 'stated' = 'measured') =>
    recordedScope(story().add('noted', { basis, data }).fold());

  it('is the latest measured finding', () => {
    expect(found({ suspects: [{ commit: A }], bisect: { outcome: 'found' }, range: {} })).toEqual({
      ...{ basis: 'bisection', newest: A },
    });
    expect(found({ suspects: [{ commit: A }], range: { base: B, commit: C, changes: 4 } })).toEqual({
      ...{ basis: 'suspects', good: B, newest: C },
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['only skipped commits were left', { suspects: [{ commit: A }], bisect: { outcome: 'only_skipped' } }],
    ['a window without a known release', { suspects: [], range: { base: B, commit: C, changes: 200 } }],
    ['no base', { suspects: [], range: { commit: C, changes: 3 } }],
    ['no full names', { suspects: [], range: { base: '--all', commit: 'x', changes: 3 } }],
    ['something else', { text: 'x' }],
  ])('is nothing for: %s', (_name, data) => {
    expect(found(data)).toBeNull();
  });

  it('is nothing for what somebody merely says, or a published copy', () => {
    const data = { suspects: [{ commit: A }], range: { base: B, commit: C, changes: 4 } };
    expect(found(data, 'stated')).toBeNull();
    expect(recordedScope(story().add('noted', { basis: 'measured', data, live: false }).fold())).toBeNull();
  });
});

it('one line says how the rehearsal went', () => {
  const one = {
    changes: [change(A)],
    tip: B,
    conflicts: ['x'],
    file_count: 3,
    scope: { kind: 'change', newest: A },
  };
  const line = (outcome: Rehearsal['outcome']) => rehearsalLine({ ...one, outcome } as Rehearsal);
  expect(line('applies')).toContain('1 change applies at bbbbbbbbbb, 3 file(s) change');
  expect(line('conflicts')).toContain('conflicts in 1 file(s)');
  expect(line('nothing_left')).toContain('nothing of 1 change is left');
});
