import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitVersion, leftWorktrees, lookAtRepository, reachRemote } from '../../src/adapters/repo-state.ts';
import { checkoutPrint } from '../support/checkout.ts';
import { git, tempFolder, tempRepo } from '../support/repo.ts';

const PLAIN = { kind: 'worktree', head: 'branch', linked: false, traits: [], operation: null, remote: null };

describe('lookAtRepository', () => {
  it('a plain repository, read only', async () => {
    const repo = tempRepo({ commits: 1 });
    const before = checkoutPrint(repo.root);
    expect(await lookAtRepository(repo.root)).toEqual(PLAIN);
    expect(checkoutPrint(repo.root)).toEqual(before);
  });

  it('no git, bare, damaged', async () => {
    expect(await lookAtRepository(tempFolder())).toMatchObject({ kind: 'none' });
    expect(await lookAtRepository(tempRepo({ bare: true }).root)).toMatchObject({ kind: 'bare' });
    const damaged = tempRepo({ commits: 1 });
    rmSync(join(damaged.root, '.git', 'HEAD'));
    expect(await lookAtRepository(damaged.root)).toMatchObject({ kind: 'unreadable' });
  });

  it('unborn, detached, another working tree', async () => {
    const repo = tempRepo();
    expect(await lookAtRepository(repo.root)).toEqual({ ...PLAIN, head: 'unborn' });
    repo.commit('app.txt', '1\n');
    const linked = join(tempFolder(), 'tree');
    repo.git(['worktree', 'add', '-q', '--detach', linked]);
    expect(await lookAtRepository(linked)).toEqual({ ...PLAIN, head: 'detached', linked: true });
  });

  it('shallow, partial, sparse, with submodules', async () => {
    const source = tempRepo({ commits: 3 });
    source.git(['config', 'uploadpack.allowFilter', 'true']);
    const folder = tempFolder();
    for (const [name, option] of [
      ['shallow', '--depth=1'],
      ['partial', '--filter=blob:none'],
    ] as const) {
      git(folder, ['clone', '-q', option, `file://${source.root}`, name]);
      const state = await lookAtRepository(join(folder, name));
      expect(state).toMatchObject({ traits: [name], remote: { name: 'origin', ssh: false } });
    }
    source.git(['sparse-checkout', 'set', 'src']);
    source.write('.gitmodules', '');
    expect((await lookAtRepository(source.root)).traits).toEqual(['sparse', 'submodules']);
    source.git(['sparse-checkout', 'disable']);
    expect((await lookAtRepository(source.root)).traits).toEqual(['submodules']);
  });

  it.each(['rebase', 'merge', 'cherry-pick', 'revert', 'bisect'] as const)(
    'a %s in progress',
    async (what) => {
      const repo = tempRepo({ commits: 1 });
      repo.git(['switch', '-q', '-c', 'other']);
      repo.commit('app.txt', 'theirs\n');
      repo.git(['switch', '-q', 'main']);
      repo.commit('app.txt', 'ours\n');
      repo.commit('app.txt', 'ours again\n');
      const begin: Record<typeof what, string[]> = {
        ...{
          rebase: ['rebase', 'other'],
          merge: ['merge', 'other'],
          'cherry-pick': ['cherry-pick', 'other'],
        },
        ...{ revert: ['revert', '--no-edit', 'HEAD~1'], bisect: ['bisect', 'start'] },
      };
      try {
        repo.git(begin[what]);
      } catch {
        // It stops at the conflict, as it should.
      }
      expect(await lookAtRepository(repo.root)).toMatchObject({ operation: what });
    },
  );

  it.each([
    ['git@example.com:team/app.git', true],
    ['ssh://example.com/app.git', true],
    ['https://example.com/app.git', false],
    ['/srv/app.git', false],
    ['file:///srv/app.git', false],
    ['C:/srv/app.git', false],
  ])('the remote %s', async (address, ssh) => {
    const repo = tempRepo();
    repo.git(['remote', 'add', 'origin', address]);
    expect((await lookAtRepository(repo.root)).remote).toEqual({ name: 'origin', ssh });
  });
});

describe('reachRemote', () => {
  it('yes for a remote that answers, an empty one too; no for one that is gone', async () => {
    const bare = tempRepo({ bare: true }).root;
    const repo = tempRepo({ commits: 1 });
    repo.git(['remote', 'add', 'origin', bare]);
    expect(await reachRemote(repo.root, 'origin')).toBe('yes');
    repo.git(['push', '-q', 'origin', 'main']);
    expect(await reachRemote(repo.root, 'origin')).toBe('yes');
    rmSync(bare, { recursive: true });
    expect(await reachRemote(repo.root, 'origin')).toBe('no');
  });
});

describe('gitVersion', () => {
  it('is a number, or null without git', async () => {
    expect(await gitVersion(tempFolder())).toMatch(/^\d+\.\d+/);
    const path = process.env.PATH;
    const bin = tempFolder();
    try {
      process.env.PATH = bin;
      expect(await gitVersion(bin)).toBeNull();
      writeFileSync(join(bin, 'git'), '#!/bin/sh\necho "git version 2.30.1 (Apple Git-130)"\n');
      chmodSync(join(bin, 'git'), 0o755);
      expect(await gitVersion(bin)).toBe('2.30.1');
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('leftWorktrees', () => {
  it('counts what dead processes left, and removes it only when asked', async () => {
    const repo = tempRepo({ commits: 1 });
    const name = 'hotfix-pulse-wt-0123456789abcdef';
    const registry = join(repo.root, '.git', 'hotfix-pulse', 'worktrees');
    const path = join(tempFolder(), name);
    repo.git(['worktree', 'add', '-q', '--detach', path]);
    mkdirSync(registry, { recursive: true });
    writeFileSync(join(registry, `${name}.json`), JSON.stringify({ path }));
    const worktrees = await leftWorktrees(repo.root);
    expect([await worktrees.found(), await worktrees.found()]).toEqual([1, 1]);
    expect(repo.git(['worktree', 'list'])).toContain(name);
    expect(await worktrees.sweep()).toBe(1);
    expect(await worktrees.found()).toBe(0);
    expect(repo.git(['worktree', 'list'])).not.toContain(name);
    expect(await (await leftWorktrees(tempFolder())).found()).toBe(0);
  });
});
