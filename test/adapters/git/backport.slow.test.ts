import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBackports } from '../../../src/adapters/git/backport.ts';
import { fileWith, flow } from '../../support/backport-kit.ts';
import { git, tempFolder } from '../../support/repo.ts';

const missing = (repo: { fix: string }) => ({ state: 'missing', reverted_by: null, steps: [repo.fix] });

describe('which branches there are', () => {
  it('those of the remote at this moment, without production, short-lived and deleted ones', async () => {
    const repo = flow({ branches: ['release/1.0', 'feature/x', 'support/0.9', '2.x', 'topic'] });
    git(repo.bare, ['--git-dir=.', 'branch', '-D', 'support/0.9']);
    git(repo.bare, ['--git-dir=.', 'branch', 'maint/0.8', 'main']);
    const states = await repo.states();
    expect(states).toMatchObject({ remote: 'origin', seen: 'now', shallow: false, narrow: false });
    expect(states.branches.map(({ name }) => name)).toEqual(['2.x', 'develop', 'maint/0.8', 'release/1.0']);
    expect(states.gone).toEqual([{ name: 'support/0.9', tip: repo.git(['rev-parse', 'develop']) }]);
    expect(states.branches.map(({ verdict }) => verdict.state)).toEqual(Array(4).fill('missing'));
  });

  it('configured names and patterns take the place of detection; main counts once production has moved on', async () => {
    const repo = flow({ branches: ['release/1.0', 'stable', 'hotfix/002-y'] });
    const names = async (more: object) => (await repo.states(more)).branches.map(({ name }) => name);
    expect(await names({ long_lived: ['stable', 'rel*/1.?', 'hot*'] })).toEqual(['stable']);
    expect(await names({ long_lived: ['stable', 'rel*'] })).toEqual(['release/1.0', 'stable']);
    expect(await names({ deploy_branch: 'release/1.0' })).toEqual(['develop', 'main']);
    expect(await names({ production: 'origin/develop' })).toEqual(['main', 'release/1.0']);
    repo.onRemote('main', (other) => other.commit('other.txt', 'x\n'));
    expect(await names({})).toEqual(['develop', 'main', 'release/1.0']);
  });

  it('a remote that does not answer: as last seen, and says so; no network at all when not asked for', async () => {
    const repo = flow();
    expect((await repo.states({}, 'here')).seen).toBe('last_fetch');
    repo.git(['remote', 'set-url', 'origin', join(repo.bare, 'nowhere')]);
    const states = await repo.states();
    expect(states.seen).toBe('last_fetch');
    expect(states.branches.map(({ name, verdict }) => [name, verdict.state])).toEqual([
      ['develop', 'missing'],
    ]);
  });

  it('no remote: the local branches', async () => {
    const repo = flow({ remote: false });
    const states = await repo.states();
    expect(states).toMatchObject({ remote: null, seen: 'local' });
    expect(states.branches.map(({ name }) => name)).toEqual(['develop']);
  });

  it('a clone of one branch: asks the remote for the others and makes no ref for them', async () => {
    const repo = flow();
    const root = tempFolder();
    git(root, ['clone', '-q', '--single-branch', '--branch=main', `file://${repo.bare}`, '.']);
    git(root, ['fetch', '-q', repo.root, repo.fix]);
    const before = git(root, ['for-each-ref']);
    const states = await createBackports(root, join(root, '.git', 'hotfix-pulse')).states(
      repo.wanted(),
      'network',
    );
    expect(states).toMatchObject({ narrow: true, seen: 'now' });
    expect(states.branches).toMatchObject([{ name: 'develop', verdict: { state: 'missing' } }]);
    expect(git(root, ['for-each-ref'])).toBe(before);
  });
});

describe('a branch that has the fix', () => {
  it('by history', async () => {
    const repo = flow();
    repo.git(['merge', '-q', '--no-ff', '-m', 'Merge hotfix', repo.fix]);
    repo.git(['push', '-q', 'origin', 'develop']);
    expect(await repo.verdict('develop')).toEqual({ state: 'has_fix', how: 'contains', commit: null });
  });

  it('by an equal patch without any trailer, also through a merge', async () => {
    const repo = flow();
    repo.git(['checkout', '-q', '-b', 'topic']);
    repo.git(['cherry-pick', repo.fix]);
    repo.git(['commit', '-q', '--amend', '-m', 'another subject']);
    const pick = repo.git(['rev-parse', 'HEAD']);
    repo.git(['checkout', '-q', 'develop']);
    repo.commit('side.txt', 'x\n');
    repo.git(['merge', '-q', '--no-ff', '-m', 'Merge topic', 'topic']);
    repo.git(['push', '-q', 'origin', 'develop']);
    expect(await repo.verdict('develop')).toEqual({ state: 'has_fix', how: 'patch_id', commit: pick });
  });

  it('by a squash of two commits; half of it is not enough', async () => {
    const repo = flow();
    repo.git(['checkout', '-q', 'fix/token']);
    const second = repo.commit('more.txt', 'more\n', 'fix: rest');
    repo.git(['checkout', '-q', 'develop']);
    repo.git(['cherry-pick', second]);
    repo.git(['push', '-q', 'origin', 'develop']);
    expect(await repo.verdict('develop', { commit: second })).toEqual(missing(repo));
    repo.git(['reset', '-q', '--hard', 'HEAD^']);
    repo.git(['merge', '-q', '--squash', 'fix/token']);
    repo.git(['commit', '-q', '-m', 'squashed']);
    repo.git(['push', '-q', '-f', 'origin', 'develop']);
    const squash = repo.git(['rev-parse', 'HEAD']);
    expect(await repo.verdict('develop', { commit: second })).toEqual({
      ...{ state: 'has_fix', how: 'patch_id', commit: squash },
    });
  });

  it('by -x with a changed patch, by the trailer of the hotfix, by a commit that somebody named', async () => {
    const repo = flow();
    const changed = fileWith({ 4: 'context', 5: 'fixed in another way' });
    const cases = [
      [`fix: x\n\n(cherry picked from commit ${repo.fix})`, 'cherry_pick_trailer', {}],
      ['fix: by hand\n\nHotfix: hotfix-1', 'hotfix_trailer', {}],
      ['fix: by hand\n\nHotfix: hotfix-0012', null, {}],
      ['fix: by hand', null, {}],
    ] as const;
    for (const [message, how, more] of cases) {
      const commit = repo.commit('app.txt', changed, message);
      repo.git(['push', '-q', '-f', 'origin', 'develop']);
      const verdict = await repo.verdict('develop', more);
      if (how === null) expect(verdict?.state, message).toBe('conflicts');
      else expect(verdict, message).toEqual({ state: 'has_fix', how, commit });
      if (how === null) {
        const stated = [{ branch: 'develop', commit: commit.slice(0, 10) }];
        expect(await repo.verdict('develop', { stated })).toMatchObject({ how: 'stated_commit', commit });
        const elsewhere = [{ branch: 'develop', commit: repo.git(['rev-parse', 'fix/token']) }];
        expect((await repo.verdict('develop', { stated: elsewhere }))?.state).toBe('conflicts');
      }
      repo.git(['reset', '-q', '--hard', 'HEAD^']);
    }
  });

  it('a trailer of an earlier attempt does not count', async () => {
    const repo = flow();
    repo.commit('app.txt', fileWith({ 5: 'first attempt' }), 'fix: first\n\nHotfix: hotfix-001');
    repo.git(['push', '-q', 'origin', 'develop']);
    expect(await repo.verdict('develop')).toMatchObject({ how: 'hotfix_trailer' });
    const since = new Date(Date.now() + 60_000).toISOString();
    expect((await repo.verdict('develop', { since }))?.state).toBe('conflicts');
  });

  it('by content: nothing would be left to apply', async () => {
    const repo = flow();
    repo.commit('app.txt', fileWith({ 5: 'fixed', 20: 'and more' }), 'refactor: by chance');
    repo.git(['push', '-q', 'origin', 'develop']);
    expect(await repo.verdict('develop')).toEqual({ state: 'has_fix', how: 'same_content', commit: null });
  });

  it('a pick of the deployed merge counts as the fix', async () => {
    const repo = flow();
    repo.git(['checkout', '-q', 'main']);
    repo.git(['merge', '-q', '--no-ff', '-m', 'Deploy', repo.fix]);
    const deployed = repo.git(['rev-parse', 'HEAD']);
    repo.git(['checkout', '-q', 'develop']);
    repo.commit('app.txt', fileWith({ 4: 'context' }));
    repo.commit('app.txt', fileWith({ 5: 'other' }), `x\n\n(cherry picked from commit ${deployed})`);
    repo.git(['push', '-q', 'origin', 'develop']);
    expect(await repo.verdict('develop', { aliases: [deployed] })).toMatchObject({
      how: 'cherry_pick_trailer',
    });
  });
});

describe('a fix that was taken back', () => {
  it('by git revert, by a reverse patch, by reverting the merge, and brought in again', async () => {
    const repo = flow();
    repo.git(['merge', '-q', '--no-ff', '-m', 'Merge hotfix', repo.fix]);
    const merge = repo.git(['rev-parse', 'HEAD']);
    const back = { state: 'missing', steps: [repo.fix] };
    const push = () => repo.git(['push', '-q', '-f', 'origin', 'develop']);

    repo.git(['revert', '--no-edit', repo.fix]);
    const revert = repo.git(['rev-parse', 'HEAD']);
    push();
    expect(await repo.verdict('develop')).toEqual({ ...back, reverted_by: revert });
    repo.git(['revert', '--no-edit', 'HEAD']);
    push();
    expect(await repo.verdict('develop')).toMatchObject({ state: 'has_fix' });

    repo.git(['reset', '-q', '--hard', merge]);
    repo.commit('app.txt', fileWith({}), 'back to what it was');
    push();
    expect(await repo.verdict('develop')).toMatchObject(back);

    repo.git(['reset', '-q', '--hard', merge]);
    repo.git(['revert', '--no-edit', '-m', '1', merge]);
    push();
    expect(await repo.verdict('develop')).toMatchObject(back);
  });

  it('a changed pick that came by a merge, the merge reverted', async () => {
    const repo = flow();
    repo.git(['checkout', '-q', '-b', 'topic']);
    const text = fileWith({ 4: 'context', 5: 'other' });
    repo.commit('app.txt', text, `x\n\n(cherry picked from commit ${repo.fix})`);
    repo.git(['checkout', '-q', 'develop']);
    repo.git(['merge', '-q', '--no-ff', '-m', 'Merge topic', 'topic']);
    repo.git(['push', '-q', 'origin', 'develop']);
    expect(await repo.verdict('develop')).toMatchObject({ how: 'cherry_pick_trailer' });
    repo.git(['revert', '--no-edit', '-m', '1', 'HEAD']);
    repo.git(['push', '-q', 'origin', 'develop']);
    expect(await repo.verdict('develop')).toMatchObject({ state: 'missing', steps: [repo.fix] });
  });
});

describe('the fix itself', () => {
  it('a merge commit is picked by its first parent; equal patch by what it brought', async () => {
    const repo = flow();
    repo.git(['checkout', '-q', '-b', 'prod', 'v1.0.0']);
    repo.commit('prod.txt', 'x\n');
    repo.git(['merge', '-q', '--no-ff', '-m', 'Merge fix', repo.fix]);
    const merge = repo.git(['rev-parse', 'HEAD']);
    const states = await repo.states({ commit: merge, base: null });
    expect(states.fix).toEqual({ commit: merge, steps: [{ commit: merge, mainline: true }] });
    const [target] = (await repo.backports.states(repo.wanted({ commit: merge }), 'network')).branches;
    expect(target?.verdict.state).toBe('missing');
    const [made] = await repo.backports.make(
      {
        targets: [{ name: 'develop', tip: repo.git(['rev-parse', 'develop']), steps: states.fix.steps }],
        skip_hooks: false,
      },
      {},
    );
    expect(made).toMatchObject({ outcome: 'made', files: [{ path: 'app.txt', change: 'modified' }] });
  });

  it('production merged into the hotfix branch is no part of it', async () => {
    const repo = flow();
    repo.git(['checkout', '-q', 'main']);
    repo.commit('released.txt', 'x\n');
    repo.git(['tag', 'v1.0.1']);
    repo.git(['push', '-q', '--tags', 'origin', 'main']);
    repo.git(['checkout', '-q', 'fix/token']);
    repo.git(['merge', '-q', '--no-ff', '-m', 'Bring production in', 'main']);
    const last = repo.commit('more.txt', 'x\n', 'fix: rest');
    const { fix } = await repo.states({ commit: last });
    expect(fix.steps).toEqual([repo.fix, last].map((commit) => ({ commit, mainline: false })));
  });

  it('refuses a commit that is not here, and one that changes nothing', async () => {
    const repo = flow();
    await expect(repo.states({ commit: 'deadbeef00' })).rejects.toMatchObject({ code: 'not_found' });
    repo.git(['commit', '-q', '--allow-empty', '-m', 'nothing']);
    const commit = repo.git(['rev-parse', 'HEAD']);
    await expect(repo.states({ commit, base: null })).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('what cannot be compared', () => {
  it('a branch of another history is diverged; in a shallow clone it is unknown', async () => {
    const repo = flow();
    repo.git(['checkout', '-q', '--orphan', 'next']);
    repo.git(['commit', '-q', '-m', 'other history']);
    repo.git(['push', '-q', 'origin', 'next']);
    repo.git(['checkout', '-q', 'develop']);
    expect(await repo.verdict('next')).toEqual({ state: 'diverged' });

    const root = tempFolder();
    git(repo.root, ['push', '-q', 'origin', 'fix/token']);
    git(root, ['clone', '-q', '--depth=1', '--no-single-branch', `file://${repo.bare}`, '.']);
    const backports = createBackports(root, join(root, '.git', 'hotfix-pulse'));
    const states = await backports.states(repo.wanted({ base: null }), 'network');
    expect(states.shallow).toBe(true);
    expect(states.branches.map(({ name, verdict }) => [name, verdict])).toEqual(
      ['develop', 'next'].map((name) => [name, { state: 'unknown', why: 'shallow' }]),
    );
    expect(git(root, ['rev-parse', '--is-shallow-repository'])).toBe('true');
  });

  it('a time limit is unknown or an error, never a yes or a no', async () => {
    const repo = flow();
    await expect(repo.backports.states(repo.wanted(), 'here', 0)).rejects.toMatchObject({ code: 'upstream' });
    expect(await repo.backports.tryPicks(await repo.targets(), 0)).toEqual(
      new Map([['develop', { outcome: 'not_tried' }]]),
    );
  });
});
