import { describe, expect, it } from 'vitest';
import { pushFault, pushRefusal } from '../../../src/core/ship/push-verdict.ts';
import {
  fillCommand,
  type ProductionSeen,
  pickProductionBranch,
  stepOutcome,
} from '../../../src/core/ship/shipping.ts';

const seen = (more: Partial<ProductionSeen> = {}): ProductionSeen => ({
  ...{ configured: undefined, production: undefined, default_branch: 'main', commit: 'p' },
  branches: [
    { name: 'main', tip: 'ahead' },
    { name: 'release', tip: 'p' },
    { name: 'hotfix/001-x', tip: 'p' },
  ],
  ...more,
});

describe('the branch that production runs', () => {
  it.each<[string, Partial<ProductionSeen>, string | null]>([
    ['is configured', { configured: 'main' }, 'main'],
    ['is git.production when that is a branch', { production: 'main' }, 'main'],
    ['is git.production by its full name', { production: 'refs/heads/main' }, 'main'],
    ['ends where production is', {}, 'release'],
    ['ends where production is, though git.production is a tag', { production: 'v1.4.0' }, 'release'],
    [
      'is the default branch among several',
      {
        branches: [
          { name: 'a', tip: 'p' },
          { name: 'main', tip: 'p' },
        ],
      },
      'main',
    ],
    ['is none when all have moved on', { branches: [{ name: 'main', tip: 'ahead' }] }, null],
    ['is never the branch of a fix', { branches: [{ name: 'hotfix/001-x', tip: 'p' }] }, null],
  ])('%s', (_, more, name) => {
    const picked = pickProductionBranch(seen(more));
    expect('branch' in picked && (picked.branch?.name ?? null)).toBe(name);
  });

  it.each<[string, Partial<ProductionSeen>]>([
    ['no_such_branch', { configured: 'MAIN' }],
    ['no_such_branch', { configured: 'refs/heads/main' }],
    ['unknown', { commit: null }],
    [
      'several',
      {
        branches: [
          { name: 'a', tip: 'p' },
          { name: 'b', tip: 'p' },
        ],
      },
    ],
  ])('is refused as %s', (problem, more) => {
    expect(pickProductionBranch(seen(more))).toMatchObject({ problem });
  });
});

describe('a deploy command', () => {
  const values = { commit: 'c0ffee', tag: 'v1.4.1', ref: 'main' };
  it('is filled inside its words, and other braces stay', () => {
    expect(fillCommand(['deploy', '--image=app:{tag}', '{commit}{ref}', '{{.Name}}', '{x}'], values)).toEqual(
      [...['deploy', '--image=app:v1.4.1', 'c0ffeemain', '{{.Name}}', '{x}']],
    );
  });
  it('is none when it asks for a tag that is not made', () => {
    expect(fillCommand(['deploy', '{tag}'], { ...values, tag: null })).toBeNull();
    expect(fillCommand(['deploy', '{ref}'], { ...values, tag: null })).toEqual(['deploy', 'main']);
  });
  it.each([
    ['exited', 0, 'passed'],
    ['exited', 1, 'failed'],
    ['exited', 127, 'could_not_run'],
    ['killed', null, 'could_not_run'],
    ['time_limit', null, 'time_limit'],
    ['stopped', null, 'stopped'],
    ['could_not_start', null, 'could_not_run'],
  ] as const)('that %s with %s is %s', (ended, code, outcome) => {
    expect(stepOutcome(ended, code)).toBe(outcome);
  });
});

const refused = (why: string) => `To /srv/x.git\n!\tabc:refs/heads/main\t${why}\nDone\n`;

describe('a push that was not taken', () => {
  it.each<[string, string, string]>([
    [
      'protected',
      refused('[remote rejected] (protected branch hook declined)'),
      'remote: error: GH006: Protected branch update failed for refs/heads/main.',
    ],
    [
      'protected',
      refused('[remote rejected] (push declined due to repository rule violations)'),
      'remote: error: GH013: Repository rule violations found for refs/heads/main.',
    ],
    [
      'protected',
      refused('[remote rejected] (pre-receive hook declined)'),
      'remote: GitLab: You are not allowed to push code to protected branches on this project.',
    ],
    [
      'protected',
      refused(
        '[remote rejected] (TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.)',
      ),
      '',
    ],
    [
      'secrets',
      refused('[remote rejected] (push declined due to repository rule violations)'),
      'remote: error: GH013: ...\nremote: - GITHUB PUSH PROTECTION\nremote: - Push cannot contain secrets',
    ],
    ['hook_declined', refused('[remote rejected] (pre-receive hook declined)'), 'remote: no'],
    ['moved_on', refused('[rejected] (fetch first)'), "error: failed to push some refs to '/srv/x.git'"],
    ['moved_on', refused('[rejected] (non-fast-forward)'), ''],
    ['moved_on', refused('[remote rejected] (cannot lock ref)'), ''],
    [
      'tag_exists',
      refused('[rejected] (already exists)'),
      'hint: Updates were rejected because the tag already exists in the remote.',
    ],
    [
      'no_permission',
      '',
      "remote: Permission to acme/app.git denied to ana.\nfatal: unable to access 'https://x/': The requested URL returned error: 403",
    ],
    [
      'no_permission',
      '',
      'git@host: Permission denied (publickey).\nfatal: Could not read from remote repository.',
    ],
    ['no_permission', '', "fatal: could not read Username for 'https://x': terminal prompts disabled"],
    [
      'unreachable',
      '',
      'ssh: connect to host x port 22: Connection timed out\nfatal: Could not read from remote repository.',
    ],
    ['unreachable', '', 'fatal: unable to access: Could not resolve host: x'],
    ['no_remote_repository', '', "fatal: '/nowhere' does not appear to be a git repository"],
    [
      'no_atomic',
      '',
      'fatal: the receiving end does not support --atomic push\nfatal: the remote end hung up unexpectedly',
    ],
    ['shallow', refused('[remote rejected] (shallow update not allowed)'), ''],
    [
      'submodule',
      '',
      'The following submodule paths contain changes that can\nnot be found on any remote:\n  lib\nfatal: Aborting.\nfatal: the remote end hung up unexpectedly',
    ],
    ['checked_out', refused('[remote rejected] (branch is currently checked out)'), ''],
    ['pre_push_hook', '', "husky - pre-push script failed\nerror: failed to push some refs to 'x'"],
    ['other', '', 'fatal: something new'],
  ])('is %s', (fault, out, err) => {
    expect(pushFault({ code: 1, out, err })).toBe(fault);
  });

  it('is known by its time limit, and a taken one is none', () => {
    expect(pushFault({ code: null, out: '', err: '' })).toBe('timed_out');
    expect(pushFault({ code: 0, out: 'To x\n \ta:refs/heads/main\t1..2\nDone\n', err: '' })).toBeNull();
  });

  it('comes back as what to do, with nothing that the remote said', () => {
    const context = { remote: 'origin', branch: 'main', hotfix_branch: 'hotfix/001-x', commit: 'c0ffee' };
    const error = pushRefusal('protected', context);
    expect(error.message).toBe('the remote protects the branch or tag: nobody may push to it directly');
    expect(error.hint).toContain('git push origin c0ffee:refs/heads/hotfix/001-x');
    expect(error.hint).toContain('merged into main');
    expect(pushRefusal('protected', { ...context, branch: 'x`rm`' }).hint).not.toContain('rm');
  });
});
