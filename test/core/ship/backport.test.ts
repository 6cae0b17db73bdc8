import { describe, expect, it } from 'vitest';
import {
  type BackportStates,
  type LongLived,
  type Trial,
  type Verdict,
  withTrial,
} from '../../../src/core/ship/backport.ts';
import {
  type BranchCommit,
  type FixPrint,
  landingOf,
  type Start,
} from '../../../src/core/ship/backport-landing.ts';
import {
  backportWanted,
  lackOf,
  landedRows,
  notAffectedIn,
  withRecord,
} from '../../../src/core/ship/backport-record.ts';
import { isNewLook, lookData, unfollowed } from '../../../src/core/ship/backport-seen.ts';
import { handCommands, verdictWords } from '../../../src/core/ship/backport-words.ts';
import { isStale, longLivedOf, matchesAny } from '../../../src/core/ship/long-lived.ts';
import { story, T0 } from '../../support/events.ts';

describe('long-lived branches', () => {
  const NAMES = [
    ...[
      'main',
      'develop',
      'development',
      'dev',
      'master',
      'trunk',
      'next',
      'release/1.0',
      'releases/2024-01',
    ],
    ...['support/1', 'maint/2.1', '1.x', 'v2.x', '3.4.x', '1.0', 'x', 'devel', 'release', 'release/'],
    ...['hotfix/001-x', 'feature/main', 'dependabot/npm/x', 'my/develop', 'mainline', 'gh-pages', 'Main'],
  ];

  it('are found by their names', () => {
    expect(longLivedOf(NAMES, undefined, null)).toEqual([
      ...['1.x', '3.4.x', 'dev', 'develop', 'development', 'main', 'maint/2.1', 'master', 'next'],
      ...['release/1.0', 'releases/2024-01', 'support/1', 'trunk', 'v2.x'],
    ]);
  });

  it('are never production, and never a short-lived one because of a pattern', () => {
    expect(longLivedOf(['main', 'develop', 'main'], undefined, 'main')).toEqual(['develop']);
    expect(longLivedOf(NAMES, ['*'], 'main')).not.toEqual(expect.arrayContaining(['main']));
    expect(longLivedOf(NAMES, ['*/*'], null)).toEqual([
      ...['maint/2.1', 'my/develop', 'release/', 'release/1.0', 'releases/2024-01', 'support/1'],
    ]);
    expect(longLivedOf(NAMES, ['feature/main', 'mainl*', 'nowhere'], null)).toEqual([
      ...['feature/main', 'mainline'],
    ]);
    expect(longLivedOf(NAMES, [], null)).toEqual([]);
  });

  it.each<[string, string, boolean]>([
    ['release/1.0', 'release/*', true],
    ['release/1/0', 'release/*', true],
    ['release', 'release*', true],
    ['release/1.0', '*1*', true],
    ['release/1.0', 'release/*.0.0', false],
    ['abab', 'ab*ab', true],
    ['aba', 'ab*ba', false],
    ['a.b', 'a?b', false],
    ['axb', 'a.b', false],
    ['', '*', true],
    ['a', '', false],
    ['abcbd', 'a*b*bd', true],
    ['abd', 'a*b*bd', false],
  ])('%j matches %j: %j', (name, pattern, is) => {
    expect(matchesAny(name, [pattern])).toBe(is);
  });

  it('takes linear time for a pattern of many stars', () => {
    const before = performance.now();
    expect(matchesAny('a'.repeat(20_000), [`${'a*'.repeat(40)}b`])).toBe(false);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('are stale after a year without a commit', () => {
    const at = new Date(T0).toISOString();
    expect(isStale(at, T0 + 364 * 86_400_000)).toBe(false);
    expect(isStale(at, T0 + 366 * 86_400_000)).toBe(true);
  });
});

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const PRINT: FixPrint = {
  steps: [
    { commit: A, subject: 'fix: one', patch: 'pa', reverse: 'ra' },
    { commit: B, subject: 'fix: two', patch: 'pb', reverse: 'rb' },
  ],
  whole: { patch: 'pw', reverse: 'rw' },
  aliases: ['d'.repeat(40)],
  sinceMs: T0,
};
const ONE: FixPrint = { ...PRINT, steps: PRINT.steps.slice(0, 1) };
const NOWHERE: Start = { reached: new Set(), merges: new Map(), stated: [] };
const sha = (n: number): string => n.toString(16).padStart(40, '0');

/** Commits 1, 2, ... of a branch. */
const land = (print: FixPrint, commits: Partial<BranchCommit>[], start: Partial<Start> = {}) =>
  landingOf(
    print,
    commits.map((one, at) => ({
      ...{
        commit: sha(at + 1),
        atMs: T0 + 1,
        subject: 'x',
        picks: [],
        reverts: [],
        trailer: false,
        patch: null,
      },
      ...one,
    })),
    { ...NOWHERE, ...start },
  );
const has = (how: string, n: number | null) => ({
  ...{ state: 'has_fix', how, commit: n === null ? null : sha(n) },
});
const lacks = (steps: string[], by: number | null = null) => ({
  ...{ state: 'missing', steps, reverted_by: by === null ? null : sha(by) },
});

describe('how a fix lands', () => {
  const CASES: [string, ReturnType<typeof land>, unknown][] = [
    ['nothing', land(PRINT, [{}]), lacks([A, B])],
    ['history', land(PRINT, [], { reached: new Set([A, B]) }), has('contains', null)],
    ['half by history', land(PRINT, [], { reached: new Set([A]) }), lacks([B])],
    ['equal patches', land(PRINT, [{ patch: 'pa' }, { patch: 'pb' }]), has('patch_id', 2)],
    ['one equal patch', land(PRINT, [{ patch: 'pb' }]), lacks([A])],
    ['a squash', land(PRINT, [{ patch: 'pw' }]), has('patch_id', 1)],
    ['the weakest counts', land(PRINT, [{ patch: 'pa' }, { picks: [B] }]), has('cherry_pick_trailer', 2)],
    ['the surest of two', land(ONE, [{ picks: [A], patch: 'pa' }]), has('patch_id', 1)],
    ['a short name', land(ONE, [{ picks: [A.slice(0, 8)] }]), has('cherry_pick_trailer', 1)],
    ['a pick of the deploy', land(PRINT, [{ picks: ['d'.repeat(40)] }]), has('cherry_pick_trailer', 1)],
    ['a pick of another', land(PRINT, [{ picks: ['e'.repeat(40)] }]), lacks([A, B])],
    ['a trailer', land(PRINT, [{ trailer: true }]), has('hotfix_trailer', 1)],
    ['a trailer of one step', land(PRINT, [{ trailer: true, subject: 'fix: one' }]), lacks([B])],
    ['trailer and pick of one', land(PRINT, [{ trailer: true, picks: [A] }]), lacks([B])],
    ['an older trailer', land(PRINT, [{ trailer: true, atMs: T0 - 1 }]), lacks([A, B])],
    ['a statement', land(PRINT, [{}], { stated: [sha(1)] }), has('stated_commit', 1)],
    ['an older statement', land(PRINT, [], { stated: [sha(9)] }), has('stated_commit', 9)],
  ];
  it.each(CASES)('%s', (_what, verdict, wanted) => {
    expect(verdict).toEqual(wanted);
  });
});

describe('how a fix is taken back', () => {
  const reached = new Set([A, B]);
  const CASES: [string, ReturnType<typeof land>, unknown][] = [
    ['one step by name', land(PRINT, [{ reverts: [A] }], { reached }), lacks([A], 1)],
    ['one step by patch', land(PRINT, [{ patch: 'rb' }], { reached }), lacks([B], 1)],
    ['all of it by patch', land(PRINT, [{ patch: 'rw' }], { reached }), lacks([A, B], 1)],
    ['a pick by its own name', land(ONE, [{ picks: [A] }, { reverts: [sha(1)] }]), lacks([A], 2)],
    ['a squash', land(PRINT, [{ patch: 'pw' }, { reverts: [sha(1)] }]), lacks([A, B], 2)],
    ['a statement', land(ONE, [{}, { reverts: [sha(1)] }], { stated: [sha(1)] }), lacks([A], 2)],
    [
      'the merge that brought it',
      land(ONE, [{ picks: [A] }, { reverts: [sha(7)] }], { merges: new Map([[sha(7), new Set([sha(1)])]]) }),
      lacks([A], 2),
    ],
    [
      'a merge that brought something else',
      land(ONE, [{ picks: [A] }, { reverts: [sha(7)] }], { merges: new Map([[sha(7), new Set([sha(5)])]]) }),
      has('cherry_pick_trailer', 1),
    ],
    ['something else', land(ONE, [{ picks: [A] }, { reverts: [sha(5)] }]), has('cherry_pick_trailer', 1)],
    ['before it was there', land(ONE, [{ patch: 'ra' }, { patch: 'pa' }]), has('patch_id', 2)],
    ['never there', land(ONE, [{ reverts: [A] }]), lacks([A])],
    [
      'and brought in again',
      land(ONE, [{ picks: [A] }, { reverts: [sha(1)] }, { reverts: [sha(2)] }]),
      has('cherry_pick_trailer', 3),
    ],
    [
      'and again, and taken back again',
      land(ONE, [{ patch: 'pa' }, { reverts: [sha(1)] }, { reverts: [sha(2)] }, { reverts: [sha(3)] }]),
      lacks([A], 4),
    ],
    [
      'and picked once more',
      land(ONE, [{ patch: 'pa' }, { patch: 'ra' }, { patch: 'pa' }]),
      has('patch_id', 3),
    ],
    [
      'a revert that names the hotfix brings nothing',
      land(ONE, [{ reverts: [sha(5)], trailer: true }]),
      lacks([A]),
    ],
  ];
  it.each(CASES)('%s', (_what, verdict, wanted) => {
    expect(verdict).toEqual(wanted);
  });
});

const MISSING: Verdict = { state: 'missing', reverted_by: null, steps: [A] };
const branch = (name: string, verdict: Verdict, tip = sha(1)): LongLived => ({
  ...{ name, ref: `refs/heads/${name}`, tip, last_at: new Date(T0).toISOString(), verdict },
});
const states = (branches: LongLived[], more: Partial<BackportStates> = {}): BackportStates => ({
  ...{ remote: 'origin', seen: 'now', shallow: false, narrow: false, gone: [], branches },
  fix: { commit: A, steps: [{ commit: A, mainline: false }] },
  ...more,
});

describe('a trial', () => {
  it.each<[Trial | undefined, string]>([
    [{ outcome: 'clean' }, 'missing'],
    [{ outcome: 'not_tried' }, 'missing'],
    [{ outcome: 'nothing_left' }, 'has_fix'],
    [{ outcome: 'conflicts', files: ['x'] }, 'conflicts'],
    [undefined, 'missing'],
  ])('%j makes a branch that lacks it %s', (trial, state) => {
    expect(withTrial(branch('develop', MISSING), trial).verdict.state).toBe(state);
  });

  it('changes nothing that was known', () => {
    const diverged = branch('develop', { state: 'diverged' });
    expect(withTrial(diverged, { outcome: 'nothing_left' })).toBe(diverged);
  });
});

describe('what the record says', () => {
  const fixed = () =>
    story('P1')
      .add('hotfix_started', { data: { base_commit: 'c0ffee12' } })
      .add('fix_committed');

  it('the fix, its base, the deployed merge, the settings', () => {
    const deployed = fixed().add('deployed', { data: { commit: 'feed1234' } });
    const settings = {
      git: { production: 'main', release_tags: 'v*' },
      ship: { long_lived: ['develop'], deploy: { branch: 'prod', remote: 'up' } },
    };
    expect(backportWanted(deployed.fold(), settings)).toEqual({
      ...{ commit: '1a2b3c4d', base: 'c0ffee12', aliases: ['feed1234'], label: 'hotfix-001', since: null },
      ...{ stated: [], long_lived: ['develop'], deploy_branch: 'prod', production: 'main' },
      ...{ release_tags: 'v*', remote: 'up' },
    });
    const only = story('P1').add('deployed', { data: { commit: 'feed1234' } });
    expect(backportWanted(only.fold(), {})).toMatchObject({ commit: 'feed1234', base: null, aliases: [] });
  });

  it('nothing without a fix, for a published copy, after it was taken back; the next attempt is its own', () => {
    expect(backportWanted(story('P1').fold(), {})).toBeNull();
    expect(backportWanted(story('P1').add('fix_committed', { live: false }).fold(), {})).toBeNull();
    const back = fixed()
      .add('deployed')
      .add('backported', { data: { branch: 'develop', not_affected: 'x' } });
    back.add('rolled_back', { data: { target: 'hotfix' } });
    expect(backportWanted(back.fold(), {})).toBeNull();
    const again = back.add('fix_committed', { data: { commit: 'ab12cd34' } });
    expect(backportWanted(again.fold(), {})).toMatchObject({
      ...{ commit: 'ab12cd34', base: null, stated: [] },
      since: again.last('rolled_back').recorded_at,
    });
    expect(notAffectedIn(again.fold())).toEqual(new Map());
  });

  it('commits that somebody named, by data or evidence; not those of another record', () => {
    const s = fixed()
      .add('backported', { data: { branch: 'develop', commit: 'ABCDEF12' } })
      .add('backported', { data: { branch: 'next' }, evidence: ['commit:1234567890', 'metric: x'] })
      .add('backported', { data: { branch: 'main', commit: 'abcdef12' }, live: false })
      .add('backported', { data: { branch: 'dev', commit: 'abcdef12' }, basis: 'measured' });
    expect(backportWanted(s.fold(), {})?.stated).toEqual([
      { branch: 'develop', commit: 'abcdef12' },
      { branch: 'next', commit: '1234567890' },
    ]);
  });

  it('not affected turns a lack into a yes, and nothing else', () => {
    const s = fixed()
      .add('backported', { data: { branch: 'develop', not_affected: 'another login' } })
      .add('backported', { data: { branch: 'next', not_affected: ' ' } })
      .add('backported', { data: { branch: 'main', not_affected: 'x' }, live: false });
    const all = states(['develop', 'next', 'main'].map((name) => branch(name, MISSING)));
    const lacking = (one: BackportStates) =>
      one.branches.flatMap((row) => (lackOf(row) === null ? [] : [row.name]));
    expect(lacking(withRecord(all, s.fold()))).toEqual(['next', 'main']);
    const known = states([branch('develop', { state: 'has_fix', how: 'contains', commit: null })]);
    expect(withRecord(known, s.fold()).branches[0]?.verdict).toMatchObject({ how: 'contains' });
  });

  it('a branch that is gone is left out while it stays as it was last seen', () => {
    const row = { branch: 'develop', commit: sha(1), gone: sha(1) };
    const s = fixed().add('backported', { data: row, basis: 'measured' });
    const named = (more: Partial<BackportStates>, tip = sha(1)) =>
      withRecord(states([branch('develop', MISSING, tip)], more), s.fold()).branches.length;
    expect(named({ seen: 'last_fetch' })).toBe(0);
    expect(named({ seen: 'last_fetch' }, sha(2))).toBe(1);
    expect(named({ seen: 'now' })).toBe(1);
  });

  it('what has the fix is recorded once; statements stay statements', () => {
    const measured = branch('develop', { state: 'has_fix', how: 'patch_id', commit: sha(3) });
    const said = branch('next', { state: 'has_fix', how: 'not_affected', commit: null });
    const all = states([measured, said, branch('main', MISSING)], { gone: [{ name: '1.x', tip: sha(4) }] });
    const rows = landedRows(all, fixed().fold());
    expect(rows).toMatchObject([
      { branch: 'develop', commit: sha(3), how: 'patch_id' },
      { branch: '1.x', commit: sha(4), gone: sha(4) },
    ]);
    const s = fixed();
    for (const { text, ...data } of rows) s.add('backported', { data, text, basis: 'measured' });
    expect(landedRows(all, s.fold())).toEqual([]);
  });

  it('a look says what branches lack it that are not followed here, less what happened since', () => {
    const look = lookData(
      states([branch('develop', MISSING), branch('next', MISSING), branch('1.x', MISSING)]),
    );
    const known = states([branch('1.x', MISSING)]);
    const s = fixed();
    expect(unfollowed(s.fold(), known)).toBeNull();
    s.add('noted', { data: look, basis: 'stated' }).add('noted', {
      data: { backports: 'x' },
      basis: 'measured',
    });
    s.add('backported', { data: { branch: 'next' }, basis: 'measured' });
    expect(unfollowed(s.fold(), known)).toBeNull();
    s.add('noted', { data: look, basis: 'measured' });
    expect(unfollowed(s.fold(), known)).toEqual(['develop', 'next']);
    const found = states([branch('develop', MISSING), branch('next', MISSING), branch('1.x', MISSING)]);
    expect([isNewLook(known, s.fold()), isNewLook(found, s.fold())]).toEqual([true, false]);
    s.add('backported', { data: { branch: 'next' } });
    s.add('backported', { data: { branch: 'develop' }, basis: 'measured' });
    expect(unfollowed(s.fold(), known)).toEqual(['next']);
    expect(isNewLook(found, s.fold())).toBe(true);
    s.add('backported', { data: { branch: 'next', not_affected: 'x' } });
    expect(unfollowed(s.fold(), known)).toEqual([]);
  });
});

describe('words', () => {
  it.each<[Verdict, string | null, string]>([
    [
      { state: 'has_fix', how: 'patch_id', commit: sha(1) },
      null,
      'has the fix: an equal patch is in it (0000000000)',
    ],
    [MISSING, '', 'has not the fix'],
    [{ ...MISSING, reverted_by: sha(1) }, 'taken back there', 'taken back there by 0000000000'],
    [{ state: 'conflicts', files: ['a', 'b'] }, 'conflicts', 'conflicts in 2 files'],
    [{ state: 'diverged' }, 'shares no history', 'shares no history'],
    [{ state: 'unknown', why: 'time_limit' }, 'not looked at in time', 'unknown: not looked at in time'],
    [{ state: 'unknown', why: 'shallow' }, 'shallow clone', 'unknown: shallow clone'],
  ])('of %j', (verdict, lack, words) => {
    expect(lackOf(branch('develop', verdict))).toBe(lack);
    expect(verdictWords(branch('develop', verdict))).toContain(words);
  });

  it('commands by hand quote what a shell would act on', () => {
    const fix = { commit: A, steps: [{ commit: A, mainline: true }] };
    expect(handCommands(fix, 'release/$(x)', 'origin', 'hotfix-001')).toEqual([
      'git fetch origin',
      "git switch --no-track -c 'backport/hotfix-001-release/$(x)' 'origin/release/$(x)'",
      `git cherry-pick -x -m 1 ${A}`,
      "git push origin 'HEAD:refs/heads/backport/hotfix-001-release/$(x)'",
    ]);
    expect(handCommands(fix, 'develop', null, 'hotfix-001')[0]).toBe('git switch develop');
  });
});
