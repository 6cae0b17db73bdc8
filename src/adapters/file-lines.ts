import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { hasErrno } from '../core/errors.ts';
import type { RecordedEvent, TimelineEvent } from '../core/events.ts';
import { parseEvent } from '../core/events.ts';
import { ULID_PATTERN, ulidTime } from '../core/ulid.ts';
import type { Damage } from '../ports.ts';

/** A line above this is never written and never parsed. Bytes. */
export const MAX_LINE = 64 * 1024;

export interface RawLine {
  /** Without the line end; empty when `tooLong`. */
  text: string;
  /** First byte in the file. */
  offset: number;
  bytes: number;
  /** First byte of the next line. */
  next: number;
  /** False for what stands behind the last line end: a torn tail, or a write that is still going on. */
  terminated: boolean;
  tooLong: boolean;
}

const NEWLINE = 10;
const RETURN = 13;
const chunk = Buffer.allocUnsafeSlow(256 * 1024);

/** True for errors that mean: there is nothing of that name. */
export function isAbsent(error: unknown): boolean {
  return hasErrno(error, 'ENOENT', 'ENOTDIR');
}

/** What stands under a name itself, links not followed; null when nothing does. */
export function lookAt(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Opens a regular file for reading: no symbolic link is followed and a pipe cannot block. */
export function openRegular(path: string, flags: number = constants.O_RDONLY): number {
  const fd = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw Object.assign(new Error('not a regular file'), { code: 'EINVAL' });
}

/**
 * Calls `each` for every line from byte `from` on, blank ones too, until it answers false; memory stays bounded
 * whatever the file holds.
 */
export function scanLines(fd: number, from: number, each: (line: RawLine) => unknown): void {
  let rest: Buffer = Buffer.alloc(0);
  let start = from;
  let dropped = 0;
  const emit = (tail: Buffer, terminated: boolean): boolean => {
    const whole = dropped + rest.length + tail.length;
    const tooLong = dropped > 0 || whole > MAX_LINE + 1;
    const buffer = rest.length > 0 && !tooLong ? Buffer.concat([rest, tail]) : tail;
    const end = buffer.at(-1) === RETURN ? 1 : 0;
    const text = tooLong ? '' : buffer.toString('utf8', 0, buffer.length - end);
    const next = start + whole + (terminated ? 1 : 0);
    const line = { text, offset: start, bytes: whole - end, next, terminated, tooLong };
    start = next;
    rest = Buffer.alloc(0);
    dropped = 0;
    return each(line) !== false;
  };
  for (let at = from; ; ) {
    const got = readSync(fd, chunk, 0, chunk.length, at);
    if (got === 0) break;
    at += got;
    const view = chunk.subarray(0, got);
    let begin = 0;
    for (let end = view.indexOf(NEWLINE); end !== -1; end = view.indexOf(NEWLINE, begin)) {
      if (!emit(view.subarray(begin, end), true)) return;
      begin = end + 1;
    }
    rest = Buffer.concat([rest, view.subarray(begin)]);
    if (rest.length > MAX_LINE + 1) {
      dropped += rest.length;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0 || dropped > 0) emit(Buffer.alloc(0), false);
}

/** Gives the bytes of a file from `from` up to `to`, as far as there are any, in pieces that are only valid meanwhile. */
export function readBytes(fd: number, from: number, to: number, each: (bytes: Buffer) => void): void {
  for (let at = from; at < to; ) {
    const got = readSync(fd, chunk, 0, Math.min(chunk.length, to - at), at);
    if (got === 0) return;
    each(chunk.subarray(0, got));
    at += got;
  }
}

/** True for lines that separate and say nothing. */
export function isBlank(line: RawLine): boolean {
  return !line.tooLong && line.text.trim() === '';
}

/** 1 January 2200: an id from later would push every following id behind it. */
const LAST_TIME = 7_258_118_400_000;

export type LineReading =
  | { event: RecordedEvent }
  | { problem: Exclude<Damage['problem'], 'edited_or_removed'>; detail: string };

/** One line as an event of this incident, or what is wrong with it in our own words. */
export function readLine(line: RawLine, uid: string, live: boolean): LineReading {
  if (line.tooLong) return { problem: 'too_long', detail: `${line.bytes} bytes on one line` };
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    return { problem: 'torn', detail: 'incomplete line' };
  }
  const parsed = parseEvent(value);
  if ('problem' in parsed) return { problem: 'not_an_event', detail: parsed.problem };
  const { event } = parsed;
  if (event.incident !== uid) return { problem: 'other_incident', detail: 'an event of another incident' };
  if (!ULID_PATTERN.test(event.id) || ulidTime(event.id) > LAST_TIME) {
    return { problem: 'not_an_event', detail: 'an id from an impossible time' };
  }
  return { event: Object.assign(event, { live: live && event.imported !== true }) };
}

/** The first event of a file that answers to `wanted`, whatever incident it names; reads no further. */
export function findEvent(path: string, wanted: (event: TimelineEvent) => boolean): TimelineEvent | null {
  const fd = openRegular(path);
  let found: TimelineEvent | null = null;
  try {
    scanLines(fd, 0, (line) => {
      const event = isBlank(line) || line.tooLong ? null : eventIn(line.text);
      if (event !== null && wanted(event)) found = event;
      return found === null;
    });
  } finally {
    closeSync(fd);
  }
  return found;
}

function eventIn(text: string): TimelineEvent | null {
  try {
    const parsed = parseEvent(JSON.parse(text));
    return 'event' in parsed ? parsed.event : null;
  } catch {
    return null;
  }
}
