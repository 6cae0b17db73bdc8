import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

// Tests must not depend on the settings of the person who runs them, and neither must the git that the code runs.
process.env.GIT_CONFIG_GLOBAL = '/dev/null';
process.env.GIT_CONFIG_NOSYSTEM = '1';

export interface TempRepo {
  root: string;
  /** Runs git in `root` (or `cwd`) and answers its output without the last line end. */
  git(args: string[], cwd?: string): string;
  write(path: string, text: string): void;
  /** Writes a file, commits it, answers the commit. */
  commit(path: string, text: string, message?: string): string;
}

/** An empty folder with its links resolved, removed after the test. */
export function tempFolder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ana',
  GIT_AUTHOR_EMAIL: 'ana@example.com',
  GIT_COMMITTER_NAME: 'Ana',
  GIT_COMMITTER_EMAIL: 'ana@example.com',
};

export function git(cwd: string, args: string[]): string {
  const env = { ...process.env, ...IDENTITY };
  return execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).replace(/\n$/, '');
}

/** A real repository on branch `main`, without a commit unless `commits` is given. */
export function tempRepo(options: { commits?: number; bare?: boolean } = {}): TempRepo {
  const root = tempFolder();
  git(root, ['init', '-q', '-b', 'main', ...(options.bare ? ['--bare'] : [])]);
  git(root, ['config', 'user.name', 'Ana']);
  git(root, ['config', 'user.email', 'ana@example.com']);
  const repo: TempRepo = {
    root,
    git: (args, cwd = root) => git(cwd, args),
    write: (path, text) => writeFileSync(join(root, path), text),
    commit(path, text, message = `change ${path}`) {
      repo.write(path, text);
      git(root, ['add', '--', path]);
      git(root, ['commit', '-q', '-m', message]);
      return git(root, ['rev-parse', 'HEAD']);
    },
  };
  for (let i = 1; i <= (options.commits ?? 0); i++) repo.commit('app.txt', `version ${i}\n`);
  return repo;
}
