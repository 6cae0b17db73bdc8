import { execFile, spawn } from 'node:child_process';
import { isAbsolute, resolve } from 'node:path';
import type { Git } from '../ports-git.ts';
import { gitFolderAt } from './git/folder.ts';

/** What one git command said. `code` is -1 when git could not be started or was stopped at its time limit. */
export interface GitResult {
  code: number;
  out: string;
  err: string;
}

export interface GitOptions {
  /** Milliseconds until the command is killed; 10 s unless told. */
  timeoutMs?: number;
  /** Text for standard input. */
  input?: string;
  /** Variables for this command alone. */
  env?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT = 256 * 1024 * 1024;

/** Settings of the user's environment that stay; a `GIT_DIR` left by a hook would name another repository. */
const KEPT =
  /^GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|CEILING_DIRECTORIES|(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)|SSL_\w+|EXEC_PATH)$/;

/** Nothing asks, opens an editor, takes an optional lock or reaches for the network behind our back. */
const FIXED = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: 'true',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
  LC_ALL: 'C',
};

/** A bare repository hidden in a sub-folder, or a file-system monitor named in a foreign config, could run a program. */
const SAFE = ['-c', 'safe.bareRepository=explicit', '-c', 'core.fsmonitor=false'];

function cleanEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') || KEPT.test(name));
  return { ...Object.fromEntries(kept), ...FIXED };
}

/** Runs git with arguments, never through a shell. Never throws: a failure is a code and git's words. */
export function runGit(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return new Promise((done) => {
    const child = execFile(
      'git',
      [...SAFE, ...args],
      {
        cwd,
        env: { ...cleanEnv(), ...options.env },
        timeout: options.timeoutMs ?? TIMEOUT_MS,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT,
        encoding: 'utf8',
        windowsHide: true,
      },
      (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        done({ code, out, err });
      },
    );
    // A command that ends before it has read its input is not an error of ours.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}

/** How long a command that was asked to end may clean up (locks, half packs) before it is made to. */
const GRACE_MS = 1_000;

/**
 * Like `runGit`, for a command that starts others (ssh, remote helpers, hooks): at the time limit all of them end,
 * and none of them has a terminal to ask at. `stopped` tells the time limit from any other failure.
 */
export function runGitGroup(
  cwd: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitResult & { stopped: boolean }> {
  return new Promise((done) => {
    const env = { ...cleanEnv(), ...options.env };
    const child = spawn('git', [...SAFE, ...args], { cwd, env, detached: true, windowsHide: true });
    const said = { out: '', err: '' };
    let stopped = false;
    const timers: NodeJS.Timeout[] = [];
    const kill = (signal: NodeJS.Signals) => {
      try {
        // A negative number is the whole process group.
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        child.kill(signal);
      }
    };
    const onExit = () => kill('SIGKILL');
    const end = (code: number) => {
      for (const timer of timers) clearTimeout(timer);
      process.off('exit', onExit);
      if (stopped) kill('SIGKILL');
      done({ code: stopped ? -1 : code, stopped, ...said });
    };
    const limit = options.timeoutMs ?? TIMEOUT_MS;
    timers.push(
      setTimeout(() => {
        stopped = true;
        kill('SIGTERM');
      }, limit),
      setTimeout(() => kill('SIGKILL'), limit + GRACE_MS),
      // Somebody may still hold the pipes open from outside of the group.
      setTimeout(() => end(-1), limit + 2 * GRACE_MS),
    );
    process.once('exit', onExit);
    for (const name of ['out', 'err'] as const) {
      const pipe = child[`std${name}`].setEncoding('utf8');
      pipe.on('data', (text: string) => {
        if (said[name].length < MAX_OUTPUT) said[name] += text;
      });
    }
    child.on('error', () => end(-1));
    child.on('close', (code) => end(code ?? -1));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

async function oneLine(cwd: string, args: readonly string[]): Promise<string | null> {
  const { code, out } = await runGit(cwd, args);
  const line = out.replace(/\r?\n$/, '');
  return code === 0 && line !== '' ? line : null;
}

/** A working tree: its root, and the folder that all working trees of the repository share. Absolute. */
export interface GitPlace {
  root: string;
  /** Undefined where git's answer could not be told apart: ask again for it alone. */
  commonDir: string | undefined;
}

/** The working tree that holds `cwd`, in one question; null outside a repository and in a bare one. */
export async function gitPlace(cwd: string): Promise<GitPlace | null> {
  const asked = ['--is-inside-work-tree', '--show-toplevel', '--git-common-dir'];
  const { code, out } = await runGit(cwd, ['rev-parse', '--path-format=absolute', ...asked]);
  // A bare repository answers the first question and then fails; one that cannot be read answers nothing.
  if (code !== 0) return out === '' ? gitFolderAt(cwd) : null;
  const [, root = '', commonDir, ...more] = out.replace(/\r?\n$/, '').split(/\r?\n/);
  // A path with a newline in it.
  if (commonDir === undefined || more.length > 0) return rootAlone(cwd);
  return root === '' ? null : { root, commonDir };
}

async function rootAlone(cwd: string): Promise<GitPlace | null> {
  const { code, out } = await runGit(cwd, ['rev-parse', '--show-toplevel']);
  const root = code === 0 ? out.replace(/\r?\n$/, '') : '';
  return root === '' ? null : { root, commonDir: undefined };
}

/** The folder that all working trees of the repository share; null outside a repository. */
export async function gitCommonDir(cwd: string): Promise<string | null> {
  const path = await oneLine(cwd, ['rev-parse', '--git-common-dir']);
  if (path === null) return gitFolderAt(cwd)?.commonDir ?? null;
  return isAbsolute(path) ? path : resolve(cwd, path);
}

const BRANCH = /^refs\/(?:heads|remotes\/[^ ]+?)\/hotfix\/(\d{3,9})-/;
const ENTRY = /40000 hotfix-(\d{3,9})-[^\0]*\0/g;

/**
 * Hotfix numbers seen in any ref: branches `hotfix/NNN-*` (local and remote) and folders `specs/hotfix-NNN-*`
 * in the tree of any ref. Three processes however many refs there are. Empty outside a repository.
 */
export async function refNumbers(root: string): Promise<number[]> {
  const refs = await runGit(root, ['for-each-ref', '--format=%(objectname) %(refname)']);
  const rows = refs.out.split('\n').filter((row) => row !== '');
  const numbers = new Set<number>();
  const commits = new Set(rows.map((row) => row.slice(0, row.indexOf(' '))));
  for (const row of rows) {
    const match = BRANCH.exec(row.slice(row.indexOf(' ') + 1));
    if (match) numbers.add(Number(match[1]));
  }
  if (commits.size === 0) return [];
  const asked = [...commits].map((commit) => `${commit}:specs\n`).join('');
  const found = await runGit(root, ['cat-file', '--batch-check'], { input: asked });
  const trees = new Set([...found.out.matchAll(/^([0-9a-f]{40,64}) tree /gm)].map((match) => match[1]));
  if (trees.size > 0) {
    // Raw tree objects: names are plain text between binary ids, and only plain ASCII names are looked for.
    const input = [...trees].map((tree) => `${tree}\n`).join('');
    const raw = await runGit(root, ['cat-file', '--batch'], { input });
    for (const match of raw.out.matchAll(ENTRY)) numbers.add(Number(match[1]));
  }
  return [...numbers].sort((a, b) => a - b);
}

/** The name that commits are made with here; null when none is set. */
export function gitUser(root: string): Promise<string | null> {
  return oneLine(root, ['config', '--get', 'user.name']);
}

/** What the tools ask of git, as far as the repository can answer. */
export function createGit(root: string): Git {
  return {
    async facts() {
      const [user, branch] = await Promise.all([
        gitUser(root),
        oneLine(root, ['symbolic-ref', '--quiet', '--short', 'HEAD']),
      ]);
      return { user, branch };
    },
  };
}
