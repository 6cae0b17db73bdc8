import { randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { hasErrno, PulseError } from '../../core/errors.ts';
import { killGroup } from '../checks.ts';
import { runGit, runGitGroup } from '../git.ts';
import { isOwnFolder } from '../log-places.ts';
import { birthOf, takePidLock } from '../pid-lock.ts';

const CHECKOUT_MS = 120_000;
const NAME = /^hotfix-pulse-wt-[0-9a-f]{16}$/;
/** The repository's hooks are for the user's checkouts, not for ours. */
export const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null'] as const;

interface TempWorktree {
  path: string;
  /** Remembers a command that runs in it, so that the next run can end it when we are killed. */
  note(pid: number): void;
  remove(): Promise<void>;
}

interface Entry {
  path: string;
  running?: { pid: number; started: string };
}

export interface Worktrees {
  /** A detached working tree at a full commit, below the system's folder for temporary files. */
  add(commit: string): Promise<TempWorktree>;
  /** How many of what `sweep` would remove are there. */
  found(): Promise<number>;
  /** Removes what processes that are dead left behind, and only what this program made; answers how many. */
  sweep(): Promise<number>;
}

/**
 * Temporary working trees. Each is written down before it is made, with a lock that names this process, so that a
 * kill at any moment leaves something the next run can find.
 * @param home `<git common dir>/hotfix-pulse`
 */
export function createWorktrees(root: string, home: string): Worktrees {
  const registry = join(home, 'worktrees');

  async function clean(name: string, entry: Entry): Promise<void> {
    const { running } = entry;
    if (running && birthOf(running.pid) === running.started) killGroup(running.pid, 'SIGKILL');
    const forget = ['worktree', 'remove', '--force', '--force', '--', entry.path];
    await runGit(root, forget, { timeoutMs: CHECKOUT_MS });
    if (isOurFolder(entry.path)) rmSync(entry.path, { recursive: true, force: true, maxRetries: 3 });
    // A kill in the middle of `worktree add` leaves an entry that git itself cannot read.
    const left = join(dirname(home), 'worktrees', name);
    if (pointsAt(left, entry.path)) rmSync(left, { recursive: true, force: true, maxRetries: 3 });
    rmSync(join(registry, `${name}.json`), { force: true });
  }

  async function eachDead(work: (name: string, entry: Entry) => Promise<void>): Promise<number> {
    let count = 0;
    for (const file of namesIn(registry)) {
      const name = file.slice(0, -'.json'.length);
      const entry = file.endsWith('.json') && NAME.test(name) ? entryIn(join(registry, file)) : null;
      if (entry === null || basename(entry.path) !== name) continue;
      const release = await taken(join(registry, `${name}.lock`));
      if (release === null) continue;
      try {
        await work(name, entry);
        count += 1;
      } finally {
        release();
      }
    }
    return count;
  }

  return {
    async add(commit) {
      const nonce = randomBytes(8).toString('hex');
      const name = `hotfix-pulse-wt-${nonce}`;
      const path = join(realpathSync(tmpdir()), name);
      const release = await written(registry, name, path, nonce);
      const file = join(registry, `${name}.json`);
      let isGone = false;
      const remove = async (): Promise<void> => {
        if (isGone) return;
        isGone = true;
        await clean(name, { path });
        release();
      };
      mkdirSync(path, { mode: 0o700 });
      // Git hands a sparse checkout on to a new working tree; commands need the whole one.
      const whole = [...NO_HOOKS, '-c', 'core.sparseCheckout=false'];
      const args = [...whole, 'worktree', 'add', '--quiet', '--detach', '--', path, commit];
      const made = await runGitGroup(root, args, { timeoutMs: CHECKOUT_MS });
      if (made.code !== 0) {
        await remove();
        throw new PulseError(
          'upstream',
          'git could not make a temporary working tree',
          'check the free space of the folder for temporary files (TMPDIR) and that git worktree add works, then call again',
        );
      }
      return {
        path,
        remove,
        note: (pid) => {
          const entry: Entry = { path, running: { pid, started: birthOf(pid) ?? '' } };
          writeFileSync(file, JSON.stringify(entry));
        },
      };
    },
    found: () => eachDead(async () => {}),
    sweep: () => eachDead(clean),
  };
}

/** The lock comes first: an entry without one is a dead one. */
async function written(registry: string, name: string, path: string, nonce: string): Promise<() => void> {
  try {
    mkdirSync(registry, { recursive: true });
    isOwnFolder(registry);
    const release = await takePidLock(join(registry, `${name}.lock`), { nonce, waitMs: 0 });
    writeFileSync(join(registry, `${name}.json`), JSON.stringify({ path } satisfies Entry), { flag: 'wx' });
    return release;
  } catch (error) {
    if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC')) throw error;
    throw new PulseError(
      'not_configured',
      'the git folder cannot be written, and a temporary working tree is listed there',
      'run it where the git folder is writable, for example in a terminal outside of the sandbox',
    );
  }
}

/** Null while the process that made the entry lives, here or where it cannot be judged. */
async function taken(lock: string): Promise<(() => void) | null> {
  try {
    return await takePidLock(lock, { nonce: randomBytes(8).toString('hex'), waitMs: 0 });
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function entryIn(file: string): Entry | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('path' in value)) return null;
    if (typeof value.path !== 'string' || !isAbsolute(value.path)) return null;
    const running = 'running' in value ? value.running : undefined;
    if (typeof running !== 'object' || running === null) return { path: value.path };
    if (!('pid' in running) || !('started' in running)) return { path: value.path };
    const { pid, started } = running;
    const isPid = typeof pid === 'number' && Number.isInteger(pid) && pid > 1;
    return isPid && typeof started === 'string' && started !== ''
      ? { path: value.path, running: { pid, started } }
      : { path: value.path };
  } catch {
    return null;
  }
}

/** A real folder of our name below a folder; never a link that somebody put in its place. */
function isOurFolder(path: string): boolean {
  return (
    NAME.test(basename(path)) &&
    resolve(path) === path &&
    (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)
  );
}

/** True for git's own entry of a working tree at `path`, also one that was not finished. */
function pointsAt(entry: string, path: string): boolean {
  if (lstatSync(entry, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  try {
    return readFileSync(join(entry, 'gitdir'), 'utf8').trim() === join(path, '.git');
  } catch {
    return true;
  }
}
