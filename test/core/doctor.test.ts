import { describe, expect, it } from 'vitest';
import { type DoctorCheck, sortedChecks, tally } from '../../src/core/doctor.ts';
import {
  gitCheck,
  nodeCheck,
  type RepositoryState,
  repositoryChecks,
} from '../../src/core/doctor-machine.ts';

const PLAIN: RepositoryState = {
  ...{ kind: 'worktree', head: 'branch', linked: false, traits: [], operation: null },
  remote: { name: 'origin', ssh: false },
};
const states = (checks: readonly DoctorCheck[]) => checks.map(({ id, state }) => `${id} ${state}`);

describe('versions', () => {
  it.each([
    ['v20.19.0', 'ok'],
    ['20.20.2', 'ok'],
    ['v24.0.0', 'ok'],
    ['v20.18.9', 'fail'],
    ['v18.20.0', 'fail'],
    ['v9.99.0', 'fail'],
  ])('Node %s: %s', (version, state) => {
    expect(nodeCheck(version).state).toBe(state);
  });

  it.each([
    ['2.38.0', 'worktree', 'ok'],
    ['2.39.5', 'worktree', 'ok'],
    ['3.0', 'worktree', 'ok'],
    ['2.37.7', 'worktree', 'fail'],
    ['2.4.1', 'worktree', 'fail'],
    ['1.99', 'bare', 'fail'],
    ['2.37.7', 'none', 'warn'],
    [null, 'worktree', 'fail'],
    [null, 'unreadable', 'fail'],
    [null, 'none', 'warn'],
  ] as const)('git %s in %s: %s', (version, kind, state) => {
    const check = gitCheck(version, kind);
    expect(check.state).toBe(state);
    expect(check.todo === '').toBe(state === 'ok');
  });

  it('says what works without git, and what does not with an old one', () => {
    expect(gitCheck(null, 'none').seen).toContain('Incidents, their documents and clocks work without it');
    expect(gitCheck('2.30.0', 'worktree').seen).toContain('rollback rehearsals');
  });
});

describe('repositoryChecks', () => {
  it('a plain repository: fine, and the remote is not asked', () => {
    expect(states(repositoryChecks(PLAIN, 'not_asked'))).toEqual(['repository ok', 'remote skipped']);
    expect(states(repositoryChecks(PLAIN, 'yes'))).toContain('remote ok');
    expect(states(repositoryChecks(PLAIN, 'no'))).toContain('remote fail');
    expect(states(repositoryChecks({ ...PLAIN, remote: null }, 'not_asked'))).toContain('remote warn');
  });

  it.each([
    ['none', 'warn', 'without git'],
    ['bare', 'warn', 'git worktree add'],
    ['unreadable', 'fail', 'safe.directory'],
  ] as const)('%s is one line', (kind, state, words) => {
    const [check, ...rest] = repositoryChecks({ ...PLAIN, kind }, 'not_asked');
    expect(rest).toEqual([]);
    expect(check).toMatchObject({ state });
    expect(`${check?.seen} ${check?.todo}`).toContain(words);
  });

  it.each<[Partial<RepositoryState>, string, string]>([
    [{ head: 'unborn' }, 'head warn', 'nothing to suspect'],
    [{ head: 'detached' }, 'head warn', 'Name the incident'],
    [{ traits: ['shallow'] }, 'shallow warn', 'git fetch --unshallow --tags'],
    [{ traits: ['partial'] }, 'partial warn', '--filter'],
    [{ traits: ['sparse'] }, 'sparse warn', 'git sparse-checkout add'],
    [{ traits: ['submodules'] }, 'submodules ok', 'git submodule update --init --recursive'],
    [{ operation: 'rebase' }, 'operation warn', 'git rebase --continue or --abort'],
    [{ operation: 'bisect' }, 'operation warn', 'git bisect reset'],
  ])('%j: names its limit', (change, expected, words) => {
    const checks = repositoryChecks({ ...PLAIN, ...change }, 'yes');
    expect(states(checks)).toContain(expected);
    const [id] = expected.split(' ');
    const check = checks.find((one) => one.id === id);
    expect(`${check?.seen} ${check?.todo}`).toContain(words);
  });
});

describe('sortedChecks', () => {
  it('groups by part and puts the worst first, else in the order given', () => {
    const check = (part: DoctorCheck['part'], state: DoctorCheck['state'], id: string): DoctorCheck => ({
      ...{ part, state, id, seen: '', todo: '' },
    });
    const checks = [
      check('record', 'ok', 'a'),
      check('agents', 'skipped', 'b'),
      check('agents', 'ok', 'c'),
      check('agents', 'fail', 'd'),
      check('agents', 'warn', 'e'),
      check('program', 'ok', 'f'),
      check('agents', 'ok', 'g'),
    ];
    expect(
      sortedChecks(checks)
        .map(({ id }) => id)
        .join(''),
    ).toBe('fdecgba');
    expect(tally(checks)).toEqual({ fail: 1, warn: 1, ok: 4, skipped: 1 });
  });
});
