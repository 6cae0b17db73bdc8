import { createHash } from 'node:crypto';
import { linkSync, readFileSync, readlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrno, PulseError } from '../core/errors.ts';

export interface LockOptions {
  /** Unguessable text: two holders' files are never equal. */
  nonce: string;
  /** Milliseconds to wait for a holder that is alive or cannot be judged. */
  waitMs?: number;
}

interface Holder {
  pid: number;
  host: string;
  started: string;
}

const WAIT_MS = 10_000;
const PAUSE_MS = 20;

/**
 * Waits until this process holds the lock file at `path`; answers how to let go of it. A lock is broken only when
 * its holder is dead on this host, never by age: a stopped process may go on and would then write beside the new
 * holder.
 */
export async function takePidLock(path: string, options: LockOptions): Promise<() => void> {
  const mine = JSON.stringify({
    pid: process.pid,
    host: hostIdentity(),
    started: birthOf(process.pid) ?? '',
    nonce: options.nonce,
  });
  for (let left = options.waitMs ?? WAIT_MS; ; left -= PAUSE_MS) {
    if (place(path, mine, options.nonce)) {
      return () => {
        if (contentOf(path) === mine) unlinkSync(path);
      };
    }
    const held = contentOf(path);
    if (held !== null && isDead(held)) {
      await breakLock(path, held, options);
      continue;
    }
    if (left <= 0) throw heldError(path);
    await sleep(PAUSE_MS);
  }
}

/** The file appears with its whole content or not at all, so a kill can never leave an empty lock behind. */
function place(path: string, content: string, nonce: string): boolean {
  const draft = `${path}.${process.pid}.${nonce}`;
  writeFileSync(draft, content, { flag: 'wx' });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false;
    if (!hasErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    return placeWithoutLinks(path, content);
  } finally {
    unlinkSync(draft);
  }
}

function placeWithoutLinks(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Only who holds the lock on this very content may remove it, and looks again first. Without that, a slow
 * breaker could remove the lock that a faster one has just taken.
 */
async function breakLock(path: string, held: string, options: LockOptions): Promise<void> {
  const mark = createHash('sha256').update(held, 'utf8').digest('hex').slice(0, 12);
  const release = await takePidLock(`${path}.${mark}`, options);
  try {
    if (contentOf(path) === held) unlinkSync(path);
  } finally {
    release();
  }
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Dead for certain: same host, same process space, and the pid is gone or belongs to a younger process. */
function isDead(content: string): boolean {
  const holder = parseHolder(content);
  if (holder === null || holder.host !== hostIdentity()) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return hasErrno(error, 'ESRCH');
  }
  const birth = birthOf(holder.pid);
  return birth !== null && holder.started !== '' && birth !== holder.started;
}

function parseHolder(content: string): Holder | null {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null) return null;
    if (!('pid' in value) || !('host' in value) || !('started' in value)) return null;
    const { pid, host, started } = value;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1) return null;
    return { pid, host: String(host), started: String(started) };
  } catch {
    return null;
  }
}

/** A pid means something only within one boot and one pid namespace: sandboxes share a host name, not their processes. */
function hostIdentity(): string {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const space = attempt(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot ?? '', space ?? ''].join(' ').trim();
}

/** Start time of a process in clock ticks since boot; null where the system does not tell. Source: proc(5), field 22. */
export function birthOf(pid: number): string | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function attempt(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function heldError(path: string): PulseError {
  return new PulseError(
    'conflict',
    'Another process has been opening an incident for more than 10 seconds.',
    `Wait and repeat the call. If no other process runs, on this machine or another one that shares the folder, delete ${basename(path)} in the hotfix-pulse folder (see details.path).`,
    { path },
  );
}
