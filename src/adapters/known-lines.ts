import { closeSync, fstatSync } from 'node:fs';
import { openRegular, readBytes } from './file-lines.ts';
import type { LogSource } from './log-source.ts';
import { storedLines } from './verify-chain.ts';

/**
 * What `storedLines` says of these sources, from bytes read now: where the lines are known from reading the logs,
 * they are cut out and not parsed again. A log only grows and a purge keeps the length of a line, so places hold.
 */
export function knownLines(sources: readonly LogSource[], uid: string): string {
  const seen = new Set<string>();
  const parts: Buffer[] = [];
  for (const source of sources) {
    if (source.tail !== null) return storedLines(sources, uid);
    const news = source.events.flatMap(({ id }, i) => (seen.has(id) ? [] : [{ id, at: source.spans[i] }]));
    if (news.length === 0) continue;
    const bytes = source.where === 'published' ? null : bytesOf(source);
    if (bytes === null) return storedLines(sources, uid);
    for (const { id, at } of news) {
      // Twice in one file.
      if (seen.has(id) || at === undefined) continue;
      seen.add(id);
      parts.push(bytes.subarray(at.from, at.to), NEWLINE);
    }
  }
  return Buffer.concat(parts).toString('utf8');
}

const NEWLINE = Buffer.from('\n');

/** All bytes of a log up to where it was read; null where another file has its name by now. */
function bytesOf({ path, stamp, offset }: LogSource): Buffer | null {
  let fd: number;
  try {
    fd = openRegular(path);
  } catch {
    return null;
  }
  try {
    const { dev, ino } = fstatSync(fd);
    const pieces: Buffer[] = [];
    readBytes(fd, 0, offset, (bytes) => pieces.push(Buffer.from(bytes)));
    const whole = Buffer.concat(pieces);
    return `${dev}:${ino}` === stamp && whole.length === offset ? whole : null;
  } finally {
    closeSync(fd);
  }
}
