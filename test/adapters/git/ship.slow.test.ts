import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkoutPrint } from '../../support/checkout.ts';
import { makeDirty } from '../../support/hotfix-start-kit.ts';
import { git, tempFolder, tempRepo } from '../../support/repo.ts';
import {
  colleague,
  FIX_BRANCH,
  pushOf,
  refsOf,
  refusal,
  shippingIn,
  wanted,
  world,
} from '../../support/ship-kit.ts';

describe('planning a deploy', () => {
  it('makes merge and tag as objects, and says exactly what would move', async () => {
    const repo = world();
    const draft = await shippingIn(repo.root).plan(wanted(repo.fix));
    const [main, tag] = draft.moves;
    expect(draft).toMatchObject({
      way: 'push',
      remote: 'origin',
      branch: 'main',
      tag: 'v1.4.1',
      files: [{ path: 'fix.txt', change: 'added' }],
      file_count: 1,
    });
    expect(main).toMatchObject({ ref: 'refs/heads/main', old: repo.release, new: draft.ships });
    expect(tag).toMatchObject({ ref: 'refs/tags/v1.4.1', old: null });
    expect(repo.git(['log', '-1', '--format=%P%n%B', draft.ships])).toBe(
      `${repo.release} ${repo.fix}\nfix: [HOTFIX] Users cannot log in\n\nHotfix: hotfix-001\n`,
    );
    const object = repo.git(['cat-file', '-p', tag?.new ?? '']);
    expect(object).toContain(`object ${draft.ships}\ntype commit\ntag v1.4.1\ntagger Ana <ana@example.com>`);
    expect(object.endsWith('\n\nHotfix: Users cannot log in')).toBe(true);
    expect(draft.commands).toEqual([
      ['git', 'push', '--atomic', 'origin', `${draft.ships}:refs/heads/main`, `${tag?.new}:refs/tags/v1.4.1`],
    ]);
    expect(repo.git(['tag', '-l'])).toBe('v1.4.0');
    expect(refsOf(repo.bare)).toMatchObject({ 'refs/heads/main': repo.release });
  });

  it.each<[string, (repo: ReturnType<typeof world>) => string]>([
    [
      'a dirty tree on the production branch',
      (repo) => {
        makeDirty(repo);
        return repo.root;
      },
    ],
    [
      'a detached HEAD',
      (repo) => {
        repo.git(['checkout', '-q', '--detach']);
        return repo.root;
      },
    ],
    [
      'a linked worktree',
      (repo) => {
        const path = join(tempFolder(), 'linked');
        repo.git(['worktree', 'add', '-q', path, FIX_BRANCH]);
        return path;
      },
    ],
  ])('plans and pushes from %s and changes nothing there', async (_, arrange) => {
    const repo = world();
    const root = arrange(repo);
    const before = [checkoutPrint(root), checkoutPrint(repo.root)];
    const shipping = shippingIn(root);
    const draft = await shipping.plan(wanted(repo.fix));
    expect(await shipping.push(pushOf(draft, repo.fix))).toBe('pushed');
    expect([checkoutPrint(root), checkoutPrint(repo.root)]).toEqual(before);
    expect(refsOf(repo.bare)).toEqual({
      'refs/heads/main': draft.ships,
      'refs/tags/v1.4.0': repo.git(['rev-parse', 'refs/tags/v1.4.0']),
      'refs/tags/v1.4.1': draft.moves[1]?.new,
    });
    expect(repo.git(['worktree', 'list']).split('\n')).toHaveLength(root === repo.root ? 1 : 2);
    expect(await shipping.push(pushOf(draft, repo.fix))).toBe('already');
  });

  it('raises the version file in the merge itself, every other byte as it was', async () => {
    const repo = world();
    const text = '{\r\n\t"name":"app",  "version" : "1.4.0",\r\n\t"x": {"version": "1.4.0"}}';
    repo.commit('package.json', text);
    repo.git(['push', '-q', 'origin', 'main']);
    repo.git(['tag', '-d', 'v1.4.0']);
    repo.git(['push', '-q', 'origin', ':refs/tags/v1.4.0']);
    repo.git(['tag', 'v1.4.0']);
    const draft = await shippingIn(repo.root).plan(wanted(repo.fix, { version_file: 'package.json' }));
    expect(repo.git(['show', `${draft.ships}:package.json`])).toBe(text.replace('1.4.0', '1.4.1'));
    expect(draft.files.map(({ path }) => path)).toEqual(['fix.txt', 'package.json']);
    expect(repo.git(['rev-list', '--count', `${repo.fix}..${draft.ships}`])).toBe('2');
  });

  it('ships the tag alone when every branch has moved on, and says so', async () => {
    const repo = world({ riders: 2 });
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    expect(draft).toMatchObject({ branch: null, ships: repo.fix, tag: 'v1.4.1' });
    expect(draft.moves).toHaveLength(1);
    expect(draft.notes.join(' ')).toContain('the tag alone ships');
    await shipping.push(pushOf(draft, repo.fix));
    expect(repo.git(['rev-parse', 'v1.4.1^{commit}'], repo.bare)).toBe(repo.fix);
    expect(refsOf(repo.bare)['refs/heads/main']).toBe(repo.git(['rev-parse', 'main']));
    const again = await shipping.plan(wanted(repo.fix));
    expect(again).toMatchObject({ way: 'landed', moves: [], tag: 'v1.4.1' });
  });

  it('raises the version in a commit of its own where no merge is made', async () => {
    const repo = world({ riders: 1 });
    repo.git(['checkout', '-q', FIX_BRANCH]);
    const fix = repo.commit('VERSION', '1.4.0\n');
    repo.git(['checkout', '-q', 'main']);
    const draft = await shippingIn(repo.root).plan(wanted(fix, { version_file: 'VERSION' }));
    expect(repo.git(['rev-parse', `${draft.ships}^@`])).toBe(fix);
    expect(repo.git(['show', `${draft.ships}:VERSION`])).toBe('1.4.1');
  });

  it('never tags a fix that production has gone past', async () => {
    const repo = world({ riders: 1 });
    repo.git(['tag', 'v1.5.0']);
    repo.commit('later.txt', 'unreleased\n');
    repo.git(['push', '-q', '--tags', 'origin', 'main']);
    const error = await refusal(shippingIn(repo.root).plan(wanted(repo.fix)));
    expect(error).toMatchObject({ code: 'conflict' });
    expect(error.message).toContain('would take them back');
  });

  it.each<[string, Record<string, string>, string]>([
    ['deploy.branch', { branch: 'release/1.4' }, 'release/1.4'],
    ['git.production as a remote branch', { production: 'origin/release/1.4' }, 'release/1.4'],
  ])('takes %s', async (_, more, branch) => {
    const repo = world({ riders: 1 });
    repo.git(['push', '-q', 'origin', `${repo.release}:refs/heads/release/1.4`]);
    const draft = await shippingIn(repo.root).plan(wanted(repo.fix, more));
    expect(draft.moves[0]).toMatchObject({ ref: `refs/heads/${branch}`, old: repo.release });
  });

  it('takes the next free version when a tag is there, on the remote alone too', async () => {
    const repo = world();
    repo.git(['tag', 'v1.4.1', repo.fix]);
    const other = colleague(repo.bare);
    other.commit('other.txt', '1');
    other.git(['tag', 'v1.4.2']);
    other.git(['push', '-q', 'origin', 'v1.4.2']);
    expect((await shippingIn(repo.root).plan(wanted(repo.fix, { branch: 'main' }))).tag).toBe('v1.4.3');
  });

  it('names the files of a conflict', async () => {
    const repo = world();
    repo.git(['checkout', '-q', FIX_BRANCH]);
    const fix = repo.commit('app.txt', 'mine\n');
    repo.git(['checkout', '-q', 'main']);
    repo.commit('app.txt', 'theirs\n');
    repo.git(['tag', 'v1.4.1']);
    repo.git(['push', '-q', '--tags', 'origin', 'main']);
    const error = await refusal(shippingIn(repo.root).plan(wanted(fix)));
    expect(error).toMatchObject({ code: 'conflict', details: { files: ['app.txt'] } });
    expect(error.message).toContain('app.txt');
  });

  it('finds a fix that a pull request brought, and plans the tag alone', async () => {
    const repo = world();
    repo.git(['push', '-q', 'origin', `${repo.fix}:refs/heads/${FIX_BRANCH}`]);
    const other = colleague(repo.bare);
    other.git(['merge', '-q', '--no-ff', '-m', 'Merge pull request', `origin/${FIX_BRANCH}`]);
    const merge = other.git(['rev-parse', 'HEAD']);
    other.commit('next.txt', 'after\n');
    other.git(['push', '-q', 'origin', 'main']);
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix, { branch: 'main' }));
    expect(draft).toMatchObject({ way: 'landed', ships: merge, tag: 'v1.4.1' });
    expect(draft.moves.map(({ ref }) => ref)).toEqual(['refs/tags/v1.4.1']);
    expect(await shipping.push(pushOf(draft, repo.fix))).toBe('pushed');
    const again = await shipping.plan(wanted(repo.fix, { branch: 'main' }));
    expect(again).toMatchObject({ way: 'landed', moves: [], tag: 'v1.4.1' });
    expect(again.notes.join(' ')).toContain('nothing is left to push');
  });

  it('finds the content of a squashed fix', async () => {
    const repo = world();
    const other = colleague(repo.bare);
    other.commit('fix.txt', 'fixed\n', 'squashed');
    other.git(['push', '-q', 'origin', 'main']);
    const draft = await shippingIn(repo.root).plan(wanted(repo.fix, { branch: 'main' }));
    expect(draft).toMatchObject({ way: 'landed', ships: other.git(['rev-parse', 'HEAD']) });
    expect(draft.moves.map(({ ref }) => ref)).toEqual(['refs/tags/v1.4.1']);
  });

  it.each<[string, (other: ReturnType<typeof colleague>) => unknown, 'main' | null]>([
    ['merged', (other) => other.git(['merge', '-q', '--no-ff', '-m', 'PR', `origin/${FIX_BRANCH}`]), 'main'],
    ['squashed', (other) => other.commit('fix.txt', 'fixed\n', 'squashed'), 'main'],
    ['fast-forwarded', (other) => other.git(['merge', '-q', '--ff-only', `origin/${FIX_BRANCH}`]), 'main'],
    [
      'merged into unreleased work',
      (other) => {
        other.commit('next.txt', 'unreleased\n');
        other.git(['merge', '-q', '--no-ff', '-m', 'PR', `origin/${FIX_BRANCH}`]);
      },
      null,
    ],
  ])('no setting names the branch, and the fix was %s there', async (_, work, branch) => {
    const repo = world();
    repo.git(['push', '-q', 'origin', `${repo.fix}:refs/heads/${FIX_BRANCH}`]);
    const other = colleague(repo.bare);
    work(other);
    other.git(['push', '-q', 'origin', 'main']);
    const draft = await shippingIn(repo.root).plan(wanted(repo.fix));
    const ships = branch === null ? repo.fix : other.git(['rev-parse', 'HEAD']);
    expect(draft).toMatchObject({ way: branch === null ? 'push' : 'landed', branch, ships, tag: 'v1.4.1' });
    expect(draft.moves.map(({ ref }) => ref)).toEqual(['refs/tags/v1.4.1']);
    expect(draft.files).toEqual([{ path: 'fix.txt', change: 'added' }]);
  });

  it('gives commands that do it by hand where there is no remote', async () => {
    const repo = world({ remote: false });
    const draft = await shippingIn(repo.root).plan(wanted(repo.fix));
    expect(draft).toMatchObject({ way: 'by_hand', remote: null, branch: 'main', tag: 'v1.4.1' });
    for (const [, ...words] of draft.commands) repo.git(words);
    expect(repo.git(['rev-parse', 'main'])).toBe(draft.ships);
    expect(repo.git(['cat-file', '-t', 'refs/tags/v1.4.1'])).toBe('tag');
  });

  it('works with submodules, and refuses a commit of one that nobody else has', async () => {
    const sub = tempRepo({ commits: 1 });
    const repo = world();
    repo.git(['submodule', 'add', '-q', sub.root, 'lib']);
    repo.git(['commit', '-q', '-m', 'lib']);
    repo.git(['push', '-q', 'origin', 'main']);
    repo.git(['tag', 'v1.5.0']);
    repo.git(['push', '-q', '--tags', 'origin']);
    repo.git(['checkout', '-q', '-b', 'hotfix/002-lib']);
    repo.git(['config', 'user.name', 'Ana'], join(repo.root, 'lib'));
    repo.git(['commit', '-q', '--allow-empty', '-m', 'only here'], join(repo.root, 'lib'));
    repo.git(['commit', '-qam', 'fix: lib']);
    const fix = repo.git(['rev-parse', 'HEAD']);
    const before = checkoutPrint(repo.root);
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(fix, { base: 'v1.5.0' }));
    expect(draft.files).toEqual([{ path: 'lib', change: 'modified' }]);
    const error = await refusal(shipping.push(pushOf(draft, fix)));
    expect(error.details).toEqual({ fault: 'submodule' });
    expect(refsOf(repo.bare)['refs/tags/v1.5.1']).toBeUndefined();
    repo.git(['push', '-q', 'origin', 'HEAD:refs/heads/fix'], join(repo.root, 'lib'));
    expect(await shipping.push(pushOf(draft, fix))).toBe('pushed');
    expect(checkoutPrint(repo.root)).toEqual(before);
  });

  it('asks for the whole history of a shallow clone', async () => {
    const repo = world();
    const root = tempFolder();
    git(root, ['clone', '-q', '--depth=1', `file://${repo.bare}`, '.']);
    const error = await refusal(shippingIn(root).plan(wanted(repo.release)));
    expect(error.hint).toContain('git fetch --unshallow --tags');
  });

  it('counts nothing on a remote that does not answer', async () => {
    const repo = world();
    repo.git(['remote', 'set-url', 'origin', '/nowhere/at/all']);
    expect(await refusal(shippingIn(repo.root).plan(wanted(repo.fix)))).toMatchObject({ code: 'upstream' });
  });
});
