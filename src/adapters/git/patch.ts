import type { ChangedFile, DiffLine, FileStatus } from '../../core/ship/change-diff.ts';

const STATUSES: Readonly<Record<string, FileStatus>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  T: 'type_changed',
};
const RAW = /^:(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([A-Z])\d*$/;
const COUNTS = /^(\d+|-)\t(\d+|-)\t(.*)$/s;
const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** A changed file before its lines were read. */
export interface RawFile extends ChangedFile {
  /** Full object name of the new content; zeros when there is none. */
  object: string;
}

/**
 * Output of `git diff-tree --raw --numstat -z`: all raw entries, then all counts in the same order. Fields are cut by
 * zero bytes and taken by position, since a path may look like anything.
 */
export function parseRaw(out: string): RawFile[] {
  const fields = out.split('\0');
  const files: RawFile[] = [];
  let at = 0;
  for (; at < fields.length; at += 1) {
    const [, oldMode, newMode, , object, letter = ''] = RAW.exec(fields[at] ?? '') ?? [];
    if (oldMode === undefined || newMode === undefined || object === undefined) break;
    const status = STATUSES[letter] ?? 'modified';
    const hasTwo = status === 'renamed' || status === 'copied';
    const oldPath = hasTwo ? (fields[at + 1] ?? null) : null;
    at += hasTwo ? 2 : 1;
    files.push({
      ...{ path: fields[at] ?? '', oldPath, status, oldMode, newMode, object, added: 0, removed: 0 },
      ...{ binary: false, bytes: null, addedLines: [], removedLines: [], cut: false, generated: false },
    });
  }
  for (const file of files) {
    const [, added, removed, path] = COUNTS.exec(fields[at] ?? '') ?? [];
    if (added === undefined || removed === undefined) break;
    at += path === '' ? 3 : 1;
    file.binary = added === '-';
    file.added = file.binary ? 0 : Number(added);
    file.removed = file.binary ? 0 : Number(removed);
  }
  return files;
}

/** What of one file is kept, in lines of each side. */
const MOST_LINES = 20_000;

/**
 * Puts the lines of a patch (`-U0`, same commits and options) to their files. Files come in the order of the raw
 * entries, so no name in the patch is read; hunks are read by their counts, so no content looks like a header.
 */
export function addLines(files: readonly RawFile[], patch: string): void {
  // A file that became a link, or the other way round, is told as two.
  const order = files.flatMap((file) => (file.status === 'type_changed' ? [file, file] : [file]));
  let which = -1;
  const keep = (lines: DiffLine[] | undefined, line: number, text: string): void => {
    if (lines !== undefined && lines.length < MOST_LINES) lines.push({ line, text });
  };
  eachHunkLine(patch, {
    header: (line) => {
      if (line.startsWith('diff --git ')) which += 1;
    },
    added: (line, text) => keep(order[which]?.addedLines, line, text),
    removed: (line, text) => keep(order[which]?.removedLines, line, text),
  });
  for (const one of files) {
    one.cut = one.addedLines.length < one.added || one.removedLines.length < one.removed;
  }
}

interface PatchVisitor {
  /** A line outside of every hunk. */
  header(line: string): void;
  added(line: number, text: string): void;
  removed(line: number, text: string): void;
}

/** Walks through a patch made with `-U0`. Hunks are read by their counts. */
export function eachHunkLine(patch: string, visit: PatchVisitor): void {
  let oldLine = 0;
  let newLine = 0;
  let oldLeft = 0;
  let newLeft = 0;
  for (let at = 0; at < patch.length; ) {
    const end = patch.indexOf('\n', at);
    const line = patch.slice(at, end === -1 ? patch.length : end);
    at += line.length + 1;
    if (oldLeft > 0 && line.startsWith('-')) {
      visit.removed(oldLine, line.slice(1));
      oldLine += 1;
      oldLeft -= 1;
    } else if (newLeft > 0 && line.startsWith('+')) {
      visit.added(newLine, line.slice(1));
      newLine += 1;
      newLeft -= 1;
    } else if (oldLeft === 0 && newLeft === 0) {
      const [, oldStart, oldCount = '1', newStart, newCount = '1'] = HUNK.exec(line) ?? [];
      if (oldStart === undefined) visit.header(line);
      [oldLine, oldLeft] = [Number(oldStart ?? 0), oldStart === undefined ? 0 : Number(oldCount)];
      [newLine, newLeft] = [Number(newStart ?? 0), newStart === undefined ? 0 : Number(newCount)];
    }
  }
}
