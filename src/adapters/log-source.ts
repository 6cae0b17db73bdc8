import { createHash, type Hash } from 'node:crypto';
import { closeSync, type Stats } from 'node:fs';
import type { RecordedEvent } from '../core/events.ts';
import type { Damage } from '../ports.ts';
import {
  isAbsent,
  isBlank,
  lookAt,
  openRegular,
  type RawLine,
  readBytes,
  readLine,
  scanLines,
} from './file-lines.ts';

/** Damage with the line itself, for quarantine. */
export interface RawDamage extends Damage {
  raw: string;
}

/** What is known of one log file; only bytes that came since are read again. */
export interface LogSource {
  readonly where: 'live' | 'fallback' | 'published';
  readonly path: string;
  readonly uid: string;
  /** Grows whenever something below changed. */
  version: number;
  /** Identity and size of the file when it was last read. */
  stamp: string;
  size: number;
  /** First byte and 1-based line number not yet taken in. */
  offset: number;
  line: number;
  /** SHA-256 of all bytes before `offset`, of a published copy only. */
  digest: string;
  /** File order. */
  events: RecordedEvent[];
  /** Where the line of each event stands: first byte, and the byte after its last. */
  spans: { from: number; to: number }[];
  /** First event of each idempotency key. */
  keys: Map<string, RecordedEvent>;
  largest: string | null;
  /** The last complete event line as stored, padding included. */
  lastLine: string | null;
  damage: RawDamage[];
  /** Lines that this process is writing, byte for byte, with their events: read back, they need no second check. */
  awaited: ReadonlyMap<string, RecordedEvent>;
  /** What stands behind the last line end: whole (its line end was lost) or torn. */
  tail: { event: RecordedEvent } | { damage: RawDamage } | null;
}

const EMPTY = {
  ...{ stamp: '', size: 0, offset: 0, line: 1, digest: '' },
  ...{ largest: null, lastLine: null, tail: null },
};

export function createSource(where: LogSource['where'], path: string, uid: string): LogSource {
  const awaited = new Map();
  return {
    where,
    path,
    uid,
    version: 0,
    ...EMPTY,
    events: [],
    spans: [],
    keys: new Map(),
    damage: [],
    awaited,
  };
}

/** Forgets everything, so that the next refresh reads the whole file. */
export function resetSource(source: LogSource): void {
  const version = source.version + 1;
  Object.assign(source, EMPTY, { version, events: [], spans: [], keys: new Map(), damage: [] });
}

/**
 * Takes in what was appended since the last time. Answers `purged` when a purge by another process came to
 * light: lines that were read before have then changed in place, so every source of the incident must be reset.
 */
export function refreshSource(source: LogSource): 'same' | 'grown' | 'purged' {
  const live = source.where !== 'published';
  let stat: Stats | null;
  try {
    stat = lookAt(source.path);
  } catch {
    return unreadable(source, 'the file cannot be read');
  }
  if (stat?.isSymbolicLink()) return unreadable(source, 'a symbolic link, not followed');
  if (stat === null) {
    if (source.version === 0) return 'same';
    resetSource(source);
    return 'grown';
  }
  // A published copy is rewritten by others (checkout, publish), so there any change means a new file; where that
  // begins with the very bytes that were read, it is read on from there.
  const stamp = `${stat.dev}:${stat.ino}${live ? '' : `:${stat.mtimeMs}:${stat.size}`}`;
  if (stamp === source.stamp && stat.size === source.size) return 'same';
  if ((live && stamp !== source.stamp) || stat.size < source.offset) resetSource(source);
  const first = source.line === 1;
  const known = source.events.length;
  readOn(source, live);
  Object.assign(source, { stamp, version: source.version + 1 });
  const purge = !first && source.events.slice(known).some(isPurge);
  return purge ? 'purged' : 'grown';
}

function readOn(source: LogSource, live: boolean): void {
  let fd: number;
  try {
    fd = openRegular(source.path);
  } catch (error) {
    if (!isAbsent(error)) unreadable(source, 'the file cannot be read');
    return;
  }
  try {
    const bytes = live ? null : begin(source, fd);
    const from = source.offset;
    let end = from;
    source.tail = null;
    scanLines(fd, from, (line) => {
      take(source, line, live);
      end = line.next;
    });
    source.size = Math.max(end, source.offset);
    if (bytes !== null) source.digest = hashed(bytes, fd, from, source.offset).digest('hex');
  } finally {
    closeSync(fd);
  }
}

/** The bytes that were read of a published copy; where it no longer begins with them, they are forgotten. */
function begin(source: LogSource, fd: number): Hash {
  const bytes = hashed(createHash('sha256'), fd, 0, source.offset);
  if (source.offset === 0 || bytes.copy().digest('hex') === source.digest) return bytes;
  resetSource(source);
  return createHash('sha256');
}

function hashed(hash: Hash, fd: number, from: number, to: number): Hash {
  readBytes(fd, from, to, (bytes) => hash.update(bytes));
  return hash;
}

function unreadable(source: LogSource, detail: string): 'grown' {
  resetSource(source);
  source.damage = [{ where: source.where, line: 0, problem: 'not_an_event', detail, raw: '' }];
  return 'grown';
}

function take(source: LogSource, line: RawLine, live: boolean): void {
  const number = source.line;
  if (line.terminated) {
    source.line += 1;
    source.offset = line.next;
  }
  if (isBlank(line)) return;
  const own = source.awaited.get(line.text);
  const reading = own ? { event: own } : readLine(line, source.uid, live);
  if ('problem' in reading) {
    const damage = { where: source.where, line: number, ...reading, raw: line.text };
    if (line.terminated) source.damage.push(damage);
    else source.tail = { damage };
    return;
  }
  if (!line.terminated) {
    source.tail = reading;
    return;
  }
  const { event } = reading;
  source.events.push(event);
  source.spans.push({ from: line.offset, to: line.offset + line.bytes });
  source.lastLine = line.text;
  if (source.largest === null || event.id > source.largest) source.largest = event.id;
  if (event.key !== undefined && !source.keys.has(event.key)) source.keys.set(event.key, event);
}

/** The first event under a key, also one whose line end was lost. */
export function eventByKey(source: LogSource, key: string): RecordedEvent | undefined {
  const tail = source.tail !== null && 'event' in source.tail ? source.tail.event : undefined;
  return source.keys.get(key) ?? (tail?.key === key ? tail : undefined);
}

/** True when the event is among the last few of the file. */
export function endsWith(source: LogSource, id: string): boolean {
  const tail = source.tail !== null && 'event' in source.tail ? source.tail.event.id : '';
  return tail === id || source.events.slice(-64).some((event) => event.id === id);
}

/** A record that says an event was purged; a tombstone itself carries the hash of its line. */
export function isPurge(event: RecordedEvent): boolean {
  return event.kind === 'purged' && event.line_sha256 === undefined;
}

/** Everything in these sources that is not an event. */
export function damageOf(sources: readonly LogSource[]): RawDamage[] {
  return sources.flatMap((source) => [
    ...source.damage,
    ...(source.tail !== null && 'damage' in source.tail ? [source.tail.damage] : []),
  ]);
}
