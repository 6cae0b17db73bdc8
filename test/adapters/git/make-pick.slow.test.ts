import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIX_MESSAGE, fileWith, flow, hook, protect } from '../../support/backport-kit.ts';
import { checkoutPrint } from '../../support/checkout.ts';
import { makeDirty } from '../../support/hotfix-start-kit.ts';
import { git } from '../../support/repo.ts';

describe('picking', () => {
  it('says a conflict and its files before anything is touched', async () => {
    const repo = flow();
    repo.commit('app.txt', fileWith({ 5: 'rewritten' }));
    repo.git(['push', '-q', 'origin', 'develop']);
    const before = [checkoutPrint(repo.root), repo.git(['count-objects'])];
    expect(await repo.verdict('develop')).toEqual({ state: 'conflicts', files: ['app.txt'] });
    expect([checkoutPrint(repo.root), repo.git(['count-objects'])]).toEqual(before);
    const made = await repo.backports.make({ targets: await repo.targets(), skip_hooks: false }, {});
    expect(made).toEqual([{ branch: 'develop', outcome: 'conflicts', files: ['app.txt'] }]);
  });

  it('picks with -x on top of the remote, keeps trailer and author, and touches nothing of the user', async () => {
    const repo = flow({ branches: ['release/1.0'] });
    makeDirty(repo);
    const before = checkoutPrint(repo.root);
    const made = await repo.backports.make({ targets: await repo.targets(), skip_hooks: false }, {});
    expect(made.map(({ branch, outcome }) => [branch, outcome])).toEqual([
      ['develop', 'made'],
      ['release/1.0', 'made'],
    ]);
    const [first] = made;
    const next = first?.outcome === 'made' ? first.move.new : '';
    expect(repo.git(['log', '-1', '--format=%B', next])).toBe(
      `${FIX_MESSAGE}\n(cherry picked from commit ${repo.fix})\n`,
    );
    expect(repo.git(['rev-parse', `${next}^`])).toBe(repo.git(['rev-parse', 'origin/develop']));
    // Made again at another time it is the same commit.
    expect(repo.git(['log', '-1', '--format=%ct', next])).toBe(
      repo.git(['log', '-1', '--format=%ct', repo.fix]),
    );
    expect(checkoutPrint(repo.root)).toEqual(before);
    expect(repo.git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(1);
    expect(readdirSync(join(repo.root, '.git/hotfix-pulse/worktrees'))).toEqual([]);

    for (const one of made) {
      if (one.outcome !== 'made') continue;
      expect(await repo.backports.push(one.move, 'origin', false)).toEqual({
        branch: one.branch,
        outcome: 'pushed',
      });
      expect(await repo.backports.push(one.move, 'origin', false)).toEqual({
        branch: one.branch,
        outcome: 'already',
      });
    }
    expect(checkoutPrint(repo.root)).toEqual(before);
    expect(await repo.verdict('develop')).toEqual({ state: 'has_fix', how: 'patch_id', commit: next });
    expect(await repo.backports.has([next])).toBe(true);
    expect(await repo.backports.has([next, 'f'.repeat(40)])).toBe(false);
  });

  it('two commits, one of them there already: only the other is picked', async () => {
    const repo = flow();
    repo.git(['checkout', '-q', 'fix/token']);
    const second = repo.commit('more.txt', 'more\n', 'fix: rest');
    repo.git(['checkout', '-q', 'develop']);
    repo.git(['cherry-pick', '-x', repo.fix]);
    repo.git(['push', '-q', 'origin', 'develop']);
    const states = await repo.states({ commit: second });
    const [branch] = states.branches;
    expect(branch?.verdict).toEqual({ state: 'missing', reverted_by: null, steps: [second] });
    const steps = states.fix.steps;
    // Also when nobody noticed: an empty pick is passed over.
    const [made] = await repo.backports.make(
      { targets: [{ name: 'develop', tip: branch?.tip ?? '', steps }], skip_hooks: false },
      {},
    );
    expect(made).toMatchObject({ outcome: 'made', files: [{ path: 'more.txt', change: 'added' }] });
    const only = await repo.backports.make(
      { targets: [{ name: 'develop', tip: branch?.tip ?? '', steps: steps.slice(0, 1) }], skip_hooks: false },
      {},
    );
    expect(only).toEqual([{ branch: 'develop', outcome: 'nothing_left' }]);
  });

  it('a hook that fails is told from other faults and can be passed over; no identity is told', async () => {
    const repo = flow();
    hook(join(repo.root, '.git/hooks'), 'prepare-commit-msg', 'exit 1');
    const targets = await repo.targets();
    expect(await repo.backports.make({ targets, skip_hooks: false }, {})).toEqual([
      { branch: 'develop', outcome: 'failed', fault: 'hook' },
    ]);
    expect(await repo.backports.make({ targets, skip_hooks: true }, {})).toMatchObject([{ outcome: 'made' }]);
    hook(join(repo.root, '.git/hooks'), 'prepare-commit-msg', 'exit 0');
    repo.git(['config', 'user.useConfigOnly', 'true']);
    repo.git(['config', '--unset', 'user.email']);
    expect(await repo.backports.make({ targets, skip_hooks: false }, {})).toEqual([
      { branch: 'develop', outcome: 'failed', fault: 'identity' },
    ]);
  });

  it('stops between branches', async () => {
    const repo = flow();
    const signal = AbortSignal.abort();
    const made = await repo.backports.make({ targets: await repo.targets(), skip_hooks: false }, { signal });
    expect(made).toEqual([{ branch: 'develop', outcome: 'failed', fault: 'stopped' }]);
  });
});

describe('pushing', () => {
  it('a protected branch keeps no other from getting it', async () => {
    const repo = flow({ branches: ['release/1.0'] });
    protect(repo.bare, 'develop');
    const made = await repo.backports.make({ targets: await repo.targets(), skip_hooks: false }, {});
    const pushed = [];
    for (const one of made) {
      if (one.outcome === 'made') pushed.push(await repo.backports.push(one.move, 'origin', false));
    }
    expect(pushed).toEqual([
      { branch: 'develop', outcome: 'refused', fault: 'protected' },
      { branch: 'release/1.0', outcome: 'pushed' },
    ]);
  });

  it('a remote that moved since is refused and left alone', async () => {
    const repo = flow();
    const [made] = await repo.backports.make({ targets: await repo.targets(), skip_hooks: false }, {});
    repo.onRemote('develop', (other) => other.commit('theirs.txt', 'x\n'));
    const tip = git(repo.bare, ['--git-dir=.', 'rev-parse', 'develop']);
    const move = made?.outcome === 'made' ? made.move : { ref: '', old: null, new: '' };
    expect(await repo.backports.push(move, 'origin', false)).toEqual({
      ...{ branch: 'develop', outcome: 'refused', fault: 'moved_on' },
    });
    expect(git(repo.bare, ['--git-dir=.', 'rev-parse', 'develop'])).toBe(tip);
  });
});
