import { mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findPlaces } from '../../src/adapters/log-places.ts';
import { fileCase } from '../support/file-log-kit.ts';
import { note, opened, request } from '../support/log-kit.ts';
import { git, tempFolder, tempRepo } from '../support/repo.ts';

afterEach(() => vi.unstubAllEnvs());

interface Place {
  /** Where the session works. */
  root: string;
  /** Where the log must then lie. */
  live: string;
}

const PLACES: Record<string, () => Place> = {
  'a repository': () => {
    const { root } = tempRepo({ commits: 1 });
    return { root, live: join(root, '.git', 'hotfix-pulse') };
  },
  'a sub-folder of one': () => {
    const { root } = tempRepo({ commits: 1 });
    mkdirSync(join(root, 'a', 'b'), { recursive: true });
    return { root: join(root, 'a', 'b'), live: join(root, '.git', 'hotfix-pulse') };
  },
  'a repository without commits': () => {
    const { root } = tempRepo();
    return { root, live: join(root, '.git', 'hotfix-pulse') };
  },
  'a detached HEAD': () => {
    const repo = tempRepo({ commits: 2 });
    repo.git(['checkout', '-q', '--detach', 'HEAD~1']);
    return { root: repo.root, live: join(repo.root, '.git', 'hotfix-pulse') };
  },
  'a worktree': () => {
    const repo = tempRepo({ commits: 1 });
    const tree = join(tempFolder(), 'tree');
    repo.git(['worktree', 'add', '-q', tree, '-b', 'side']);
    return { root: tree, live: join(repo.root, '.git', 'hotfix-pulse') };
  },
  'a submodule': () => {
    const outer = tempRepo({ commits: 1 });
    outer.git(['submodule', '--quiet', 'add', tempRepo({ commits: 1 }).root, 'lib']);
    return {
      root: join(outer.root, 'lib'),
      live: join(outer.root, '.git', 'modules', 'lib', 'hotfix-pulse'),
    };
  },
  'a shallow clone': () => {
    const clone = join(tempFolder(), 'clone');
    git('/', ['clone', '-q', '--depth', '1', `file://${tempRepo({ commits: 3 }).root}`, clone]);
    return { root: clone, live: join(clone, '.git', 'hotfix-pulse') };
  },
  'a rebase in progress': () => {
    const repo = tempRepo({ commits: 2 });
    repo.git(['checkout', '-q', '-b', 'side', 'HEAD~1']);
    repo.commit('app.txt', 'other\n');
    expect(() => repo.git(['rebase', '-q', 'main'])).toThrow();
    return { root: repo.root, live: join(repo.root, '.git', 'hotfix-pulse') };
  },
  'a bare repository': () => {
    const { root } = tempRepo({ bare: true });
    return { root, live: join(root, 'hotfix-pulse') };
  },
  'a folder without git': () => {
    const root = tempFolder();
    return { root, live: join(root, '.hotfix-pulse') };
  },
};

describe('places', () => {
  it.each(Object.keys(PLACES))('keeps the log of %s, and every session finds it', async (name) => {
    const { root, live } = PLACES[name]?.() ?? { root: '', live: '' };
    const { log, uid, places, another } = await fileCase(root);
    expect(places.live).toBe(live);
    await log.withNumbering((highest) => log.append(request(uid, opened(highest + 1))));
    await log.append(request(uid, note('a')));
    expect((await another().read(uid)).events).toHaveLength(2);
    expect(await another().verify(uid)).toEqual([]);
    expect(another().notices()).toEqual([]);
    if (places.git && name !== 'a bare repository' && name !== 'a rebase in progress') {
      expect(git(root, ['status', '--porcelain', '--untracked-files=all'])).toBe('');
    }
  });

  it('is one log for all worktrees, and survives cleaning and switching', async () => {
    const repo = tempRepo({ commits: 1 });
    const tree = join(tempFolder(), 'tree');
    repo.git(['worktree', 'add', '-q', tree, '-b', 'side']);
    const main = await fileCase(repo.root);
    await main.log.append(request(main.uid, note('from main')));
    const side = await fileCase(tree);
    expect((await side.log.read(main.uid)).events).toHaveLength(1);
    await side.log.append(request(main.uid, note('from side')));
    repo.git(['stash', '-q', '-u']);
    repo.git(['clean', '-fdxq']);
    repo.git(['checkout', '-q', '-b', 'third']);
    expect((await main.log.read(main.uid)).events.map(({ text }) => text)).toEqual([
      'from main',
      'from side',
    ]);
  });

  it('puts the fallback under the state folder by the real path', async () => {
    const { root } = tempRepo();
    const link = join(tempFolder(), 'link');
    symlinkSync(root, link);
    const state = tempFolder();
    vi.stubEnv('XDG_STATE_HOME', state);
    const places = await findPlaces(root);
    expect(places.fallback).toMatch(new RegExp(`^${state}/hotfix-pulse/[0-9a-f]{64}$`));
    expect((await findPlaces(link)).fallback).toBe(places.fallback);
    vi.stubEnv('XDG_STATE_HOME', 'relative');
    expect((await findPlaces(root)).fallback.startsWith(join(homedir(), '.local', 'state'))).toBe(true);
  });

  it('counts numbers in refs and in the working tree', async () => {
    const repo = tempRepo({ commits: 1 });
    repo.git(['branch', 'hotfix/004-x']);
    const { log } = await fileCase(repo.root);
    expect(await log.withNumbering(async (highest) => highest)).toBe(4);
    mkdirSync(join(repo.root, 'specs', 'hotfix-011-y'), { recursive: true });
    expect(await log.withNumbering(async (highest) => highest)).toBe(11);
  });
});
