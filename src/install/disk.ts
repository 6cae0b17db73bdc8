import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { fullPath, type Spot } from './places.ts';

/** Why a file is left alone. */
export type Refused =
  | 'link'
  | 'outside'
  | 'not_a_file'
  | 'too_large'
  | 'not_text'
  | 'read_only'
  | 'unreadable';

export type FileState =
  | { is: 'absent' }
  | { is: 'text'; text: string; sha256: string }
  | { is: 'refused'; why: Refused };

/** Agents keep megabytes of history in some of these files. In bytes. */
const MAX_BYTES = 32 * 1024 * 1024;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** The real folder of a spot's base, and whether the way below it is free of links. */
function guarded(spot: Spot): { file: string } | { why: Refused } {
  const path = normalize(spot.path);
  if (isAbsolute(path) || path === '..' || path.startsWith(`..${sep}`)) return { why: 'outside' };
  const base = existsSync(spot.base) ? realpathSync(spot.base) : spot.base;
  let at = base;
  const parts = path.split(sep);
  for (const [depth, part] of parts.entries()) {
    at = join(at, part);
    const stat = statOf(at);
    if (stat?.isSymbolicLink()) return { why: 'link' };
    if (stat && !stat.isDirectory() && depth < parts.length - 1) return { why: 'not_a_file' };
  }
  return { file: at };
}

function statOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (hasErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** The text of a file, byte for byte (a byte order mark stays in it). Never throws for what a person may have there. */
export function readState(spot: Spot): FileState {
  const refused = (why: Refused): FileState => ({ is: 'refused', why });
  const way = guarded(spot);
  if ('why' in way) return refused(way.why);
  const stat = statOf(way.file);
  if (!stat) return { is: 'absent' };
  if (!stat.isFile()) return refused('not_a_file');
  if (stat.size > MAX_BYTES) return refused('too_large');
  // Not by access(): for root everything is writable, and the person still said no.
  if ((stat.mode & 0o200) === 0) return refused('read_only');
  let bytes: Buffer;
  try {
    const fd = openSync(way.file, O_RDONLY | O_NOFOLLOW);
    try {
      bytes = readFileSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (hasErrno(error, 'EACCES', 'EPERM', 'ELOOP', 'EIO')) return refused('unreadable');
    throw error;
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { is: 'text', text, sha256: sha256(bytes) };
  } catch {
    return refused('not_text');
  }
}

/** Largest text that is looked at through a link. In bytes. */
const PEEK_BYTES = 1024 * 1024;

/** What an agent would read under this name, through links too; null when nothing. For looking only. */
export function peek(spot: Spot): string | null {
  const path = fullPath(spot);
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= PEEK_BYTES ? readFileSync(path, 'utf8') : '';
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null;
    if (hasErrno(error, 'EACCES', 'EPERM')) return '';
    throw error;
  }
}

export type Written = { ok: true; made: string[] } | { ok: false; why: Refused | 'changed' | 'not_writable' };

/**
 * Replaces one file whole or not at all, when it still is what was planned for: temporary file beside it, flush,
 * rename. Its mode stays.
 * @param before hash of what must stand there; null for nothing
 * @returns `made`: the folders that were made for it, outermost first
 */
export function writeFile(spot: Spot, before: string | null, text: string, mode = 0o644): Written {
  const state = readState(spot);
  if (state.is === 'refused') return { ok: false, why: state.why };
  if ((state.is === 'text' ? state.sha256 : null) !== before) return { ok: false, why: 'changed' };
  const way = guarded(spot);
  if ('why' in way) return { ok: false, why: way.why };
  const { file } = way;
  const temp = join(dirname(file), `.hotfix-pulse-${process.pid}-${randomUUID()}.tmp`);
  try {
    const made = makeFolders(dirname(file));
    const fd = openSync(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    try {
      writeFileSync(fd, text, 'utf8');
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    const old = statOf(file);
    if (old) chmodSync(temp, old.mode & 0o7777);
    renameSync(temp, file);
    return { ok: true, made };
  } catch (error) {
    if (statOf(temp)) rmSync(temp, { force: true });
    if (hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC'))
      return { ok: false, why: 'not_writable' };
    throw error;
  }
}

function makeFolders(folder: string): string[] {
  const made: string[] = [];
  for (let at = folder; !existsSync(at); at = dirname(at)) made.unshift(at);
  mkdirSync(folder, { recursive: true });
  return made;
}

/** Removes a file that still is what was planned for. */
export function removeFile(spot: Spot, before: string): Written {
  const state = readState(spot);
  if (state.is === 'absent') return { ok: true, made: [] };
  if (state.is === 'refused') return { ok: false, why: state.why };
  if (state.sha256 !== before) return { ok: false, why: 'changed' };
  try {
    rmSync(fullPath(spot));
    return { ok: true, made: [] };
  } catch (error) {
    if (hasErrno(error, 'EACCES', 'EPERM', 'EROFS')) return { ok: false, why: 'not_writable' };
    throw error;
  }
}

/** Removes those of the folders that are empty, innermost first. Quiet about the others. */
export function removeEmptyFolders(folders: readonly string[]): void {
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
    try {
      if (statOf(folder)?.isDirectory()) rmdirSync(folder);
    } catch (error) {
      if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error;
    }
  }
}

/** A path as it really is, where it exists. */
export function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
