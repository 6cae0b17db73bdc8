import { closeSync } from 'node:fs';
import { canonicalJson } from '../core/canonical.ts';
import type { RecordedEvent } from '../core/events.ts';
import type { Damage, Ids } from '../ports.ts';
import { isAbsent, isBlank, MAX_LINE, openRegular, type RawLine, readLine, scanLines } from './file-lines.ts';

export interface ChainFile {
  where: 'live' | 'fallback' | 'published';
  path: string;
}

interface ChainLine {
  where: string;
  line: number;
  /** Line of the event before this one in the same file, 0 for none. */
  after: number;
  event: RecordedEvent;
}

/**
 * Reads every file from its first byte and follows each event's link to the line that its writer saw last. An
 * edited or removed line is found as soon as a later event refers to it; no more than that is claimed.
 */
export function verifyChain(files: readonly ChainFile[], uid: string, ids: Ids): Damage[] {
  const found: Found = { hashes: new Set(), lines: [], damage: [] };
  for (const file of files) readFile(file, uid, ids, found);
  return followLinks(found);
}

/** The same for lines that are not kept in a file. Null for a line that is known to have been there. */
export function verifyLines(
  where: string,
  lines: readonly (string | null)[],
  uid: string,
  ids: Ids,
): Damage[] {
  const found: Found = { hashes: new Set(), lines: [], damage: [] };
  const take = taker({ where, live: true }, uid, ids, found);
  for (const [i, text] of lines.entries()) {
    if (text === null) {
      const detail = `line ${i + 1} is no longer there`;
      found.damage.push({ where, line: i + 1, problem: 'edited_or_removed', detail });
      continue;
    }
    const bytes = Buffer.byteLength(text);
    take({ text, offset: 0, bytes, next: bytes, terminated: true, tooLong: bytes > MAX_LINE }, i + 1);
  }
  return followLinks(found);
}

interface Found {
  hashes: Set<string>;
  lines: ChainLine[];
  damage: Damage[];
}

function followLinks({ hashes, lines, damage }: Found): Damage[] {
  const byId = new Map<string, ChainLine>();
  const missing = new Set<string>();
  for (const line of lines) {
    const first = byId.get(line.event.id);
    if (first === undefined) byId.set(line.event.id, line);
    else if (!sameContent(first.event, line.event)) damage.push(differs(first, line));
    const { prev } = line.event;
    if (prev === null || hashes.has(prev) || missing.has(prev)) continue;
    missing.add(prev);
    damage.push(broken(line));
  }
  return damage;
}

function readFile(file: ChainFile, uid: string, ids: Ids, into: Found): void {
  let fd: number;
  try {
    fd = openRegular(file.path);
  } catch (error) {
    if (isAbsent(error)) return;
    const detail = 'the file cannot be read';
    into.damage.push({ where: file.where, line: 0, problem: 'not_an_event', detail });
    return;
  }
  const take = taker({ where: file.where, live: file.where !== 'published' }, uid, ids, into);
  let number = 0;
  try {
    scanLines(fd, 0, (line) => {
      number += 1;
      if (!isBlank(line)) take(line, number);
    });
  } finally {
    closeSync(fd);
  }
}

/** Takes the lines of one place in, in their order. */
function taker(from: { where: string; live: boolean }, uid: string, ids: Ids, into: Found) {
  const { where, live } = from;
  let after = 0;
  return (line: RawLine, number: number): void => {
    const reading = readLine(line, uid, live);
    if (!('event' in reading)) {
      into.damage.push({ where, line: number, ...reading });
      return;
    }
    into.hashes.add(ids.sha256(line.text));
    if (reading.event.line_sha256 !== undefined) into.hashes.add(reading.event.line_sha256);
    into.lines.push({ where, line: number, after, event: reading.event });
    after = number;
  };
}

function sameContent(a: RecordedEvent, b: RecordedEvent): boolean {
  if (a.line_sha256 !== undefined && b.line_sha256 !== undefined) return true;
  return canonicalJson({ ...a, live: true }) === canonicalJson({ ...b, live: true });
}

function broken({ where, line, after }: ChainLine): Damage {
  const detail =
    after === 0
      ? `line ${line} refers to a line that is no longer there: what stood before it was edited or removed`
      : `line ${line} refers to a line that is no longer there: line ${after}, or one next to it, was edited or removed`;
  return { where, line: after, problem: 'edited_or_removed', detail };
}

function differs(first: ChainLine, line: ChainLine): Damage {
  const purged = (first.event.line_sha256 === undefined) !== (line.event.line_sha256 === undefined);
  const other = `line ${first.line} of the ${first.where} log`;
  const detail = purged ? `purged here or in ${other}, but not in both` : `differs from ${other}`;
  return { where: line.where, line: line.line, problem: 'edited_or_removed', detail };
}

/** Every event line of these files as stored, in file order, each event once. */
export function storedLines(files: readonly ChainFile[], uid: string): string {
  const seen = new Set<string>();
  const lines: string[] = [];
  for (const file of files) {
    let fd: number;
    try {
      fd = openRegular(file.path);
    } catch {
      continue;
    }
    try {
      scanLines(fd, 0, (line) => {
        const reading = isBlank(line) ? null : readLine(line, uid, true);
        if (reading === null || !('event' in reading) || seen.has(reading.event.id)) return;
        seen.add(reading.event.id);
        lines.push(`${line.text}\n`);
      });
    } finally {
      closeSync(fd);
    }
  }
  return lines.join('');
}
