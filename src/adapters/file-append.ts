import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';
import { lookAt, openRegular } from './file-lines.ts';
import { isOwnFolder, type LogPlaces } from './log-places.ts';

/** The two system calls of an append; tests put a failing disk in their place. */
export interface Disk {
  write(fd: number, bytes: Buffer): number;
  flush(fd: number): void;
}

export const disk: Disk = {
  write: (fd, bytes) => writeSync(fd, bytes, 0, bytes.length, null),
  flush: (fd) => fdatasyncSync(fd),
};

/** A log file open for appending. */
export interface Target {
  fd: number;
  path: string;
  /** Device and inode, to notice that the file was deleted or replaced meanwhile. */
  identity: string;
}

/** True for errors that mean: not here, but perhaps elsewhere. */
export function isNotWritable(error: unknown): boolean {
  return hasErrno(error, 'EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST', 'ENOENT');
}

/** Opens (and creates) the log of one incident: in the live folder, else in the fallback. */
export function openTarget(places: LogPlaces, uid: string): { target: Target; where: 'live' | 'fallback' } {
  try {
    return { target: openIn(places.live, uid, !places.git), where: 'live' };
  } catch (error) {
    if (!isNotWritable(error)) throw asPulseError(error);
  }
  try {
    return { target: openIn(places.fallback, uid, false), where: 'fallback' };
  } catch (error) {
    throw asPulseError(error);
  }
}

/** Makes a log folder and refuses a symbolic link in its place. `hide`: it lies in the open and gets an ignore file. */
export function ensureBase(base: string, hide: boolean): void {
  if (isOwnFolder(base)) return;
  makeFolders(base);
  isOwnFolder(base);
  if (hide) ignoreAll(base);
}

/** Makes `<base>/<name>` in a log folder. */
export function ensureFolder(base: string, name: string): string {
  const folder = join(base, name);
  if (!isOwnFolder(folder)) makeFolders(folder);
  return folder;
}

/**
 * Makes a folder and those above it; each new name is flushed. Not Node's own recursive mkdir: on a file system
 * that answers ENOENT for a name it does not want, such as /proc, that never returns.
 */
function makeFolders(path: string): void {
  const above = dirname(path);
  if (above !== path && !existsSync(above)) makeFolders(above);
  try {
    mkdirSync(path);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST') || !statSync(path).isDirectory()) throw error;
    return;
  }
  syncFolder(above);
}

/** Outside git the folder may still be added to a repository one day. */
function ignoreAll(base: string): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    const fd = openSync(join(base, '.gitignore'), flags);
    writeSync(fd, '*\n');
    closeSync(fd);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
  }
}

function openIn(base: string, uid: string, hide: boolean): Target {
  ensureBase(base, hide);
  const folder = ensureFolder(base, uid);
  const path = join(folder, 'timeline.jsonl');
  const isNew = lookAt(path) === null;
  const fd = openRegular(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
  try {
    if (isNew) syncFolder(folder);
    return { fd, path, identity: identityOf(path) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Makes a new name in a folder survive a power loss. */
export function syncFolder(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function identityOf(path: string): string {
  const stat = lookAt(path);
  return stat === null ? '' : `${stat.dev}:${stat.ino}`;
}

/** False when the file behind the open descriptor is no longer the one with this name. */
export function isCurrent(target: Target): boolean {
  return identityOf(target.path) === target.identity;
}

/**
 * One write for all lines. Each line stands between two line ends, so a torn line before it, and a torn end of
 * this write, both stand alone. A short write is repeated whole: going on behind it could land in another's line.
 */
export function writeLines(target: Target, lines: readonly string[], io: Disk): void {
  const bytes = Buffer.from(lines.map((line) => `\n${line}\n`).join(''), 'latin1');
  for (let tries = 0; io.write(target.fd, bytes) !== bytes.length; tries++) {
    if (tries === 2) throw Object.assign(new Error('short write'), { code: 'EIO' });
  }
}

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file has reached its size limit',
  EROFS: 'the file system is read-only',
  EACCES: 'permission was refused',
  EPERM: 'permission was refused',
  EIO: 'the disk reported an error',
};

/** A failed write in our own words. `recorded` says how many of the events stand in the log all the same. */
export function asPulseError(error: unknown, recorded = 0): unknown {
  if (error instanceof PulseError || !(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  if (code === 'ELOOP') {
    return new PulseError(
      'unsafe',
      'The log file is a symbolic link; nothing is written through it.',
      'Replace the link by the file it stands for, then repeat the call.',
    );
  }
  const kept =
    recorded === 0
      ? 'Nothing was acknowledged as recorded: keep the text by hand'
      : `${recorded} of the events may already stand in the log: keep the text by hand`;
  return new PulseError(
    'upstream',
    `The incident log could not be written: ${REASONS[code] ?? `the system answered ${code}`}.`,
    `${kept}, make the log writable, then repeat the same call with the same idempotency key.`,
    { errno: code, recorded },
  );
}
