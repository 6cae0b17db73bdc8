import { closeSync, constants, mkdirSync, openSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBlocks } from '../core/documents/blocks.ts';
import { hasErrno } from '../core/errors.ts';
import { nodeAt, readRegular, writeAtomic } from './atomic-file.ts';

/** What is remembered beside the live log about the generated files of one incident. */
export interface FolderMemory {
  /** Text as we last wrote it, prose included; null when unknown. */
  last(file: string): string | null;
  remember(file: string, text: string): void;
  /** Keeps a copy of what a person wrote; its path, or null when the newest copy already says the same. */
  save(file: string, text: string): string | null;
  /** Takes the generated parts out of every copy, since a purge must reach them; names of copies that could not be read. */
  scrub(): string[];
}

const MAX_BYTES = 64 * 1024 * 1024;
const COPY = /^(.+)\.(\d+)$/;

/** `folders` are where the record of this incident may be kept, best first. */
export function createFolderMemory(folders: readonly string[]): FolderMemory {
  return {
    last(file) {
      for (const folder of folders) {
        const text = readRegular(join(folder, 'lastgen', file), MAX_BYTES);
        if (text !== null) return text;
      }
      return null;
    },
    remember(file, text) {
      inFirst(folders, 'lastgen', (folder) => writeAtomic({ folder, name: file, text, flush: false }));
    },
    save(file, text) {
      return inFirst(folders, 'saved', (folder) => saveCopy(folder, file, text));
    },
    scrub() {
      return folders.flatMap((folder) => scrubCopies(join(folder, 'saved')));
    },
  };
}

/** The first place that can be written; the error of the last one when none can. */
function inFirst<T>(folders: readonly string[], part: string, work: (folder: string) => T): T {
  let failure: unknown = new Error('no folder');
  for (const folder of folders) {
    try {
      const path = join(folder, part);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return work(realpathSync(path));
    } catch (error) {
      failure = error;
      if (!hasErrno(error, 'EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST', 'ENOENT')) throw error;
    }
  }
  throw failure;
}

function copiesOf(folder: string, file: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const match = COPY.exec(name);
      return match?.[1] === file ? [Number(match[2])] : [];
    })
    .sort((a, b) => a - b);
}

function saveCopy(folder: string, file: string, text: string): string | null {
  const newest = copiesOf(folder, file).at(-1) ?? 0;
  if (newest > 0 && readRegular(join(folder, `${file}.${newest}`), MAX_BYTES) === text) return null;
  for (let n = newest + 1; ; n++) {
    const path = join(folder, `${file}.${n}`);
    try {
      const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
      const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        writeFileSync(fd, text, 'utf8');
      } finally {
        closeSync(fd);
      }
      return path;
    } catch (error) {
      if (!hasErrno(error, 'EEXIST')) throw error;
    }
  }
}

function scrubCopies(folder: string): string[] {
  if (nodeAt(folder) !== 'folder') return [];
  return readdirSync(folder).flatMap((name) => {
    const text = COPY.test(name) ? readRegular(join(folder, name), MAX_BYTES) : null;
    if (text === null) return [];
    const parsed = parseBlocks(text);
    if (!parsed) return [name];
    const prose = [parsed.before, ...parsed.parts.map((part) => part.gap)].filter((gap) => gap.trim() !== '');
    writeAtomic({ folder: realpathSync(folder), name, text: prose.join('\n') });
    return [];
  });
}
