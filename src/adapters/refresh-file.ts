import { isAbsolute, join, relative } from 'node:path';
import { type Generated, mergeProse, parseBlocks } from '../core/documents/blocks.ts';
import { mergeLogLines } from '../core/documents/log-lines.ts';
import type { PublishedFile } from '../ports.ts';
import { nodeAt, readRegular, writeAtomic } from './atomic-file.ts';
import type { FolderMemory } from './folder-memory.ts';

/** A file above this is not ours; it is left alone. Bytes. */
export const MAX_FILE = 64 * 1024 * 1024;
/** A person may save the file while we write; then their version is merged again. */
const TRIES = 5;

export interface FileRefresh {
  root: string;
  /** Real path of the incident's folder. */
  folder: string;
  name: string;
  /** Whole generated text. */
  text: string;
  memory: FolderMemory;
  /** False for a tracked copy in a mode that leaves those alone. */
  touch: boolean;
  /** Whether the file may be made when it is not there. */
  mayAppear: boolean;
}

export interface FileOutcome {
  result: PublishedFile['result'];
  notice: string | null;
}

interface Merged {
  text: string;
  /** Set when a person's words differ from what we last wrote: what to say about it. */
  changed: string | null;
  /** Words of a person would be gone without a copy. */
  mustSave: boolean;
}

/** Brings one file in line with the record; what a person changed is kept, in place or as a copy. */
export function refreshFile(file: FileRefresh): FileOutcome {
  const { folder, name, memory } = file;
  const path = join(folder, name);
  const notices: string[] = [];
  const done = (result: FileOutcome['result']): FileOutcome => ({
    result,
    notice: notices.join(' ') || null,
  });
  let saved = false;
  for (let tries = 0; tries < TRIES; tries++) {
    const node = nodeAt(path);
    const previous = node === 'file' ? readRegular(path, MAX_FILE) : null;
    if (node !== 'absent' && previous === null) {
      notices.push(
        `${name} was not written: in its place stands ${node === 'file' ? 'a file too large to read' : `a ${node}`}.`,
      );
      return done('refused');
    }
    if (previous === null && !file.mayAppear) return done('absent');
    const merged = merge(file, previous, memory.last(name));
    if (previous !== null && merged.changed !== null) {
      const copy = saveCopy(file, previous);
      if (copy.failed && merged.mustSave && file.touch) {
        notices.push(`${name} was left as it is: it was changed by hand, and no copy of it could be kept.`);
        return done('refused');
      }
      if (copy.path !== null) {
        saved = true;
        notices.push(`${name}: ${merged.changed}; a copy is kept at ${shown(file.root, copy.path)}.`);
      }
    }
    if (!file.touch) return done('tracked');
    if (merged.text === previous) {
      rememberQuietly(memory, name, merged.text);
      return done('unchanged');
    }
    const isSame = () => (nodeAt(path) === 'absent' ? null : readRegular(path, MAX_FILE)) === previous;
    if (writeAtomic({ folder, name, text: merged.text, stillWanted: isSame })) {
      rememberQuietly(memory, name, merged.text);
      return done(saved ? 'prose_saved' : 'written');
    }
  }
  notices.push(`${name} was not written: it kept changing meanwhile. The next call tries again.`);
  return done('refused');
}

function merge({ name, text }: FileRefresh, previous: string | null, last: string | null): Merged {
  if (name.endsWith('.jsonl')) {
    const lines = mergeLogLines(previous ?? '', text);
    const changed = lines.dropped ? 'lines that are no events were taken out' : null;
    return { text: lines.text, changed, mustSave: true };
  }
  const generated = generatedOf(text);
  if (generated === null) {
    const isOurs = previous === null || previous === last || previous === text;
    return { text, changed: isOurs ? null : 'it was changed by hand', mustSave: true };
  }
  const merged = mergeProse(previous, last, generated);
  const changed = merged.broken
    ? 'its markers were damaged, so all of its text was kept below a heading'
    : merged.edited.length > 0
      ? `generated parts were changed by hand or by git (${merged.edited.join(', ')}) and are written from the record`
      : merged.proseChanged
        ? 'your text was kept'
        : null;
  return { text: merged.text, changed, mustSave: merged.edited.length > 0 };
}

/** A rendered document taken apart again; null for a text without generated parts. */
function generatedOf(text: string): Generated | null {
  const parsed = parseBlocks(text);
  if (!parsed) return null;
  return {
    front: parsed.front,
    blocks: parsed.parts
      .map(({ name, body, gap }) => ({ name, body, slot: gap.trim() }))
      .map(withoutEmptySlot),
  };
}

function withoutEmptySlot({ name, body, slot }: { name: string; body: string; slot: string }) {
  return slot === '' ? { name, body } : { name, body, slot };
}

function saveCopy({ name, memory }: FileRefresh, text: string): { path: string | null; failed: boolean } {
  try {
    return { path: memory.save(name, text), failed: false };
  } catch {
    return { path: null, failed: true };
  }
}

/** Without it the next refresh only knows less about who changed what. */
function rememberQuietly(memory: FolderMemory, name: string, text: string): void {
  try {
    if (memory.last(name) !== text) memory.remember(name, text);
  } catch {
    // The folder beside the log cannot be written; the log itself says so where it matters.
  }
}

function shown(root: string, path: string): string {
  const short = relative(root, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'a file has reached its size limit',
  EROFS: 'the file system is read-only',
  EACCES: 'permission was refused',
  EPERM: 'permission was refused',
  EIO: 'the disk reported an error',
  ENOENT: 'the folder went away meanwhile',
};

/** A failed write in our own words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? 'the system refused it';
}
