import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';
import { isUntouched, marked } from '../core/interchange/export-forms.ts';
import { nodeAt, readRegular, writeAtomic } from './atomic-file.ts';

export interface ExportedFile {
  /** Relative to the folder. */
  path: string;
  /** `kept`: something else stands there, or somebody changed it; it was left alone. */
  result: 'written' | 'unchanged' | 'kept';
}

/** A file, or one in a folder of the export's own: no name leads anywhere else. */
const FILE = /^(?:[a-z0-9-]+\/)?[a-z0-9-]+\.md$/;
const MAX_FILE = 8 * 1024 * 1024;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Writes files below a folder. A file that an export did not write, or that was changed since, stays as it is, and
 * nothing is written through a link.
 * @throws PulseError unsafe or unavailable when the folder cannot be written
 */
export function writeExport(folder: string, files: Readonly<Record<string, string>>): ExportedFile[] {
  try {
    mkdirSync(folder, { recursive: true });
    const root = realpathSync(folder);
    return Object.entries(files).map(([path, text]) => ({
      path,
      result: writeOne(root, path, marked(text, sha256)),
    }));
  } catch (error) {
    if (
      error instanceof PulseError ||
      !hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST', 'ENOENT')
    ) {
      throw error;
    }
    throw new PulseError(
      'unsafe',
      'the folder cannot be written',
      'name another one with --to, or make it writable',
    );
  }
}

function writeOne(root: string, path: string, text: string): ExportedFile['result'] {
  if (!FILE.test(path)) return 'kept';
  const target = join(root, path);
  const parent = dirname(target);
  if (parent !== root && nodeAt(parent) === 'absent') mkdirSync(parent);
  if (parent !== root && nodeAt(parent) !== 'folder') return 'kept';
  const node = nodeAt(target);
  if (node !== 'absent') {
    const there = node === 'file' ? readRegular(target, MAX_FILE) : null;
    if (there === text) return 'unchanged';
    if (there === null || !isUntouched(there, sha256)) return 'kept';
  }
  writeAtomic({ folder: parent, name: path.split('/').at(-1) ?? path, text });
  return 'written';
}
