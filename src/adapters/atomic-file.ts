import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const TEMP = /^\.hotfix-pulse-(\d+)-[0-9a-f-]{36}\.tmp$/;

/** What stands under a name, without following a link. */
export function nodeAt(path: string): 'absent' | 'file' | 'folder' | 'link' | 'other' {
  const stat = statOf(path);
  if (!stat) return 'absent';
  if (stat.isSymbolicLink()) return 'link';
  if (stat.isFile()) return 'file';
  return stat.isDirectory() ? 'folder' : 'other';
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A file stands in the place of a folder on the way.
    if (hasErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Text of a regular file of at most `maxBytes`; null when there is none, or a link, or something else in its place. */
export function readRegular(path: string, maxBytes: number): string | null {
  let fd: number;
  try {
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ELOOP', 'ENOTDIR', 'EMLINK', 'ENXIO')) return null;
    throw error;
  }
  try {
    const stat = fstatSync(fd);
    return stat.isFile() && stat.size <= maxBytes ? readFileSync(fd, 'utf8') : null;
  } finally {
    closeSync(fd);
  }
}

export interface AtomicWrite {
  /** Real path of the folder, without any link in it; checked again after the temporary file is open. */
  folder: string;
  name: string;
  text: string;
  /** Asked at the last moment; false leaves the old file and answers false. */
  stillWanted?: () => boolean;
  /** Flush the data before the rename. */
  flush?: boolean;
}

/**
 * Replaces one file whole or not at all: temporary file in the same folder, flush, rename.
 * @throws PulseError `unsafe` when the folder turned out to be reached through a symbolic link
 */
export function writeAtomic({ folder, name, text, stillWanted, flush = true }: AtomicWrite): boolean {
  const { base, release } = pinned(folder);
  const temp = join(base, `.hotfix-pulse-${process.pid}-${randomUUID()}.tmp`);
  let isTemp = false;
  try {
    const fd = openSync(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
    isTemp = true;
    try {
      checkSame(folder, temp, fd);
      writeFileSync(fd, text, 'utf8');
      if (flush) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (realpathSync(folder) !== folder) throw throughLink();
    if (stillWanted && !stillWanted()) return false;
    renameSync(temp, join(base, name));
    isTemp = false;
    return true;
  } finally {
    if (isTemp) removeQuietly(temp);
    release();
  }
}

/**
 * The folder by its open descriptor, where the system offers such paths (Linux): a folder that is swapped
 * for a link after this moment changes nothing. Elsewhere the path itself, with the checks around each step.
 */
function pinned(folder: string): { base: string; release: () => void } {
  const fd = openFolder(folder);
  const base = `/proc/self/fd/${fd}`;
  try {
    if (readlinkSync(base) === folder) return { base, release: () => closeSync(fd) };
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'EINVAL', 'ENOTDIR')) {
      closeSync(fd);
      return { base: folder, release: () => {} };
    }
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  throw throughLink();
}

function openFolder(folder: string): number {
  try {
    return openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    // A link in the place of the folder answers one of these two.
    throw hasErrno(error, 'ELOOP', 'ENOTDIR') ? throughLink() : error;
  }
}

/** The file just opened must be the one that this path names, in the folder that was meant. */
function checkSame(folder: string, temp: string, fd: number): void {
  const opened = fstatSync(fd);
  const named = lstatSync(temp, { throwIfNoEntry: false });
  const same = named?.ino === opened.ino && named.dev === opened.dev && realpathSync(folder) === folder;
  if (!same) throw throughLink();
}

function throughLink(): PulseError {
  return new PulseError(
    'unsafe',
    'The incident folder is reached through a symbolic link; nothing is written through it.',
    'Replace the link by a real folder, then repeat the call.',
  );
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Best effort: the next writer sweeps it.
  }
}

/** Removes temporary files whose writer is dead on this host. */
export function sweepTemps(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(TEMP.exec(name)?.[1] ?? 0);
    if (pid > 0 && pid !== process.pid && isGone(pid)) removeQuietly(join(folder, name));
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return hasErrno(error, 'ESRCH');
  }
}
