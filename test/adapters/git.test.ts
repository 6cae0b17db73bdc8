import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGit, gitCommonDir, gitPlace, refNumbers, runGit } from '../../src/adapters/git.ts';
import { git, tempFolder, tempRepo } from '../support/repo.ts';

afterEach(() => vi.unstubAllEnvs());

describe('runGit', () => {
  it('answers code, output and errors apart', async () => {
    const { root } = tempRepo({ commits: 1 });
    expect(await runGit(root, ['rev-parse', '--abbrev-ref', 'HEAD'])).toEqual({
      code: 0,
      out: 'main\n',
      err: '',
    });
    const failed = await runGit(root, ['rev-parse', '--verify', 'nothing']);
    expect(failed).toMatchObject({ code: 128, out: '' });
    expect(failed.err).toContain('fatal');
  });

  it('passes input, and every argument as one', async () => {
    const { root } = tempRepo();
    const hash = await runGit(root, ['hash-object', '--stdin'], { input: 'x\n' });
    expect(hash.out).toBe('587be6b4c3f93f93c489c0111bba5596147a26cb\n');
    const odd = '$(touch gone) `touch gone`; "touch gone"';
    expect((await runGit(root, ['rev-parse', '--verify', odd])).code).toBe(128);
    expect(existsSync(join(root, 'gone'))).toBe(false);
  });

  it('never throws: no such folder, no git, too slow', async () => {
    expect((await runGit('/nowhere/at/all', ['status'])).code).toBe(-1);
    const slow = runGit(tempRepo().root, ['-c', 'alias.wait=!sleep 20', 'wait'], { timeoutMs: 50 });
    expect((await slow).code).not.toBe(0);
    vi.stubEnv('PATH', tempFolder());
    expect((await runGit(tempFolder(), ['status'])).code).toBe(-1);
  });

  it('takes no repository from the environment', async () => {
    const other = tempRepo({ commits: 1 }).root;
    vi.stubEnv('GIT_DIR', join(other, '.git'));
    vi.stubEnv('GIT_WORK_TREE', other);
    expect(await gitPlace(tempFolder())).toBeNull();
  });

  it('finds the root and the shared git folder in one question, from a folder and a worktree', async () => {
    const { root, git: run } = tempRepo({ commits: 1 });
    const [deep, tree] = [join(root, 'a', 'b'), join(tempFolder(), 'tree')];
    mkdirSync(deep, { recursive: true });
    run(['worktree', 'add', '-q', '--detach', tree]);
    const commonDir = join(root, '.git');
    expect(await gitPlace(deep)).toEqual({ root, commonDir });
    expect(await gitPlace(tree)).toEqual({ root: tree, commonDir });
    expect(await gitPlace(commonDir)).toBeNull();
  });

  it('leaves the git folder to another question where a path has a newline in it', async () => {
    const odd = join(tempFolder(), 'two\nlines');
    mkdirSync(odd);
    git(odd, ['init', '-q']);
    expect(await gitPlace(odd)).toEqual({ root: odd, commonDir: undefined });
  });

  it('runs no monitor that the repository names', async () => {
    const { root, git: run } = tempRepo({ commits: 1 });
    writeFileSync(join(root, 'monitor.sh'), `#!/bin/sh\ntouch ${root}/ran\n`, { mode: 0o755 });
    run(['config', 'core.fsmonitor', join(root, 'monitor.sh')]);
    expect((await runGit(root, ['status', '--porcelain'])).code).toBe(0);
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });

  it('does not enter a bare repository hidden in a folder', async () => {
    const { root } = tempRepo({ commits: 1 });
    const hidden = join(root, 'data', 'hidden');
    mkdirSync(hidden, { recursive: true });
    git(hidden, ['init', '-q', '--bare']);
    expect(await gitCommonDir(hidden)).toBeNull();
  });
});

describe('facts', () => {
  it('tells user and branch', async () => {
    const repo = tempRepo({ commits: 2 });
    expect(await createGit(repo.root).facts()).toEqual({ user: 'Ana', branch: 'main' });
  });

  it('tells what there is without commits, detached and without git', async () => {
    expect(await createGit(tempRepo().root).facts()).toEqual({ user: 'Ana', branch: 'main' });
    const repo = tempRepo({ commits: 1 });
    repo.git(['checkout', '-q', '--detach']);
    expect(await createGit(repo.root).facts()).toMatchObject({ branch: null });
    expect(await createGit(tempFolder()).facts()).toEqual({ user: null, branch: null });
  });
});

describe('refNumbers', () => {
  it('sees branches, remote branches, and folders in the tree of any ref', async () => {
    const repo = tempRepo({ commits: 1 });
    repo.git(['branch', 'hotfix/003-login']);
    repo.git(['branch', 'hotfix/not-a-number']);
    repo.git(['update-ref', 'refs/remotes/origin/hotfix/017-remote', 'HEAD']);
    repo.git(['update-ref', 'refs/remotes/a/b/hotfix/018-deep', 'HEAD']);
    repo.git(['checkout', '-q', '-b', 'side']);
    for (const name of ['hotfix-042-pay', 'hotfix-007-ä-ö', 'other-099-x']) {
      mkdirSync(join(repo.root, 'specs', name), { recursive: true });
      repo.commit(`specs/${name}/hotfix.md`, 'x');
    }
    repo.git(['tag', '-a', 'v1', '-m', 'x']);
    repo.git(['checkout', '-q', 'main']);
    repo.git(['branch', '-q', '-D', 'side']);
    expect(await refNumbers(repo.root)).toEqual([3, 7, 17, 18, 42]);
  });

  it('finds none without commits, without git and in an empty folder', async () => {
    expect(await refNumbers(tempRepo().root)).toEqual([]);
    expect(await refNumbers(tempFolder())).toEqual([]);
    expect(await refNumbers(tempRepo({ commits: 1 }).root)).toEqual([]);
  });

  it('stays quick with thousands of refs', async () => {
    const repo = tempRepo({ commits: 1 });
    const head = repo.git(['rev-parse', 'HEAD']);
    const refs = Array.from({ length: 3000 }, (_, i) => `create refs/heads/b${i} ${head}\n`).join('');
    await runGit(repo.root, ['update-ref', '--stdin'], { input: refs });
    repo.git(['branch', 'hotfix/900-x']);
    const begin = performance.now();
    expect(await refNumbers(repo.root)).toEqual([900]);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});
