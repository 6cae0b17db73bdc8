import { PulseError } from './errors.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How far ahead of our clock a reported time may lie: clocks differ, but facts are past. */
const FUTURE_TOLERANCE = 5 * MINUTE;
const FIRST_YEAR = 2000;
/** Due dates may lie further ahead than facts. */
const DUE_YEARS = 10;

const FORMS =
  'RFC 3339 with an offset (2026-11-20T14:00:00Z, 2026-11-20T15:00+01:00), -15m, -1h30m, -2d or now';
const DUE_FORMS = 'a date (2026-12-01), RFC 3339 with an offset (2026-12-01T12:00:00Z), +7d or +2w';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;
const ZONELESS = /^(?:(\d{4}-\d{2}-\d{2})[Tt ])?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?$/;
const BEFORE_NOW = /^-(?=\d)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/;
const AFTER_NOW = /^\+(\d{1,4})([dw])$/;

function refuse(message: string, hint: string): never {
  throw new PulseError('invalid_input', message, hint);
}

/** UTC instant in milliseconds, or null when the date or the time of day does not exist. */
function utcMs(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number | null {
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  const isReal =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return isReal ? ms : null;
}

/** Milliseconds of an RFC 3339 time with offset; null for any other form or a time that does not exist. */
function instantMs(input: string): number | null {
  const match = INSTANT.exec(input);
  if (match === null) return null;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '0',
    fraction = '',
    ,
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = match;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null;
  const isLeapSecond = second === '60';
  const local = utcMs(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    isLeapSecond ? 59 : Number(second),
  );
  if (local === null) return null;
  const offset = (Number(offsetHour) * HOUR + Number(offsetMinute) * MINUTE) * (sign === '-' ? -1 : 1);
  const utc = local - offset;
  if (isLeapSecond) {
    // Leap seconds exist only as 23:59:60 UTC; our clocks count without them.
    return isoOf(utc).slice(11, 16) === '23:59' ? utc + 999 : null;
  }
  return utc + Number(fraction.padEnd(3, '0').slice(0, 3));
}

/** The stored form of an instant: UTC, milliseconds, `Z`. */
export function isoOf(ms: number): string {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) {
    refuse('The computed time is outside the range of dates.', 'Use a smaller interval.');
  }
  return new Date(ms).toISOString();
}

/** Milliseconds since the epoch of a stored time (RFC 3339 with offset). Throws invalid_input for anything else. */
export function msOf(iso: string): number {
  return instantMs(iso) ?? refuse('A time is not in RFC 3339 form with an offset.', `Use ${FORMS}.`);
}

function withOffset(utc: number, offsetMinutes: number): string {
  if (offsetMinutes === 0) return `${isoOf(utc).slice(0, 19)}Z`;
  const size = Math.abs(offsetMinutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  const sign = offsetMinutes < 0 ? '-' : '+';
  const local = isoOf(utc + offsetMinutes * MINUTE).slice(0, 19);
  return `${local}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The instant that a zoneless time names at an offset. A bare time of day means its last occurrence. */
function readingAt(match: RegExpExecArray, offsetMinutes: number, nowMs: number): string | null {
  const [, date, hour, minute, second = '0'] = match;
  const day = date ?? isoOf(nowMs + offsetMinutes * MINUTE).slice(0, 10);
  const [, year, month, dayOfMonth] = DATE.exec(day) ?? [];
  const local = utcMs(
    Number(year),
    Number(month),
    Number(dayOfMonth),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (local === null) return null;
  const utc = local - offsetMinutes * MINUTE;
  const isTomorrow = date === undefined && utc > nowMs + FUTURE_TOLERANCE;
  return withOffset(isTomorrow ? utc - DAY : utc, offsetMinutes);
}

function refuseZoneless(match: RegExpExecArray, nowMs: number, localOffsetMinutes: number): never {
  const asUtc = readingAt(match, 0, nowMs);
  const asLocal = readingAt(match, localOffsetMinutes, nowMs);
  if (asUtc === null || asLocal === null) {
    refuse('This date or time of day does not exist.', `Use ${FORMS}.`);
  }
  const readings =
    localOffsetMinutes === 0
      ? `Meant as UTC: ${asUtc}. For another zone write its offset in place of Z.`
      : `Meant as UTC: ${asUtc}. Meant as local time here: ${asLocal}. Repeat the call with one of the two.`;
  refuse('A time without a zone has more than one meaning.', readings);
}

function relativeMs(match: RegExpExecArray): number {
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(days) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
}

function checkYear(ms: number, nowMs: number, yearsAhead: number): void {
  const lastYear = new Date(nowMs).getUTCFullYear() + yearsAhead;
  const year = new Date(ms).getUTCFullYear();
  if (!(year >= FIRST_YEAR && year <= lastYear)) {
    refuse(`The year must lie between ${FIRST_YEAR} and ${lastYear}.`, 'Check the year and repeat the call.');
  }
}

/**
 * When something happened. Accepts RFC 3339 with offset (seconds optional, 23:59:60 UTC read as :59.999),
 * `-15m`, `-2h`, `-1d`, `-90s`, combined as `-1h30m`, or `now`.
 * Throws invalid_input for a time without zone (the hint shows its readings, the second at
 * `localOffsetMinutes` east of UTC), for one that does not exist, lies more than 5 minutes ahead,
 * or outside the years 2000 to next year.
 */
export function parseWhen(
  input: string,
  nowMs: number,
  options: { localOffsetMinutes?: number } = {},
): { at: string } {
  const text = input.trim();
  if (text === 'now') return { at: isoOf(nowMs) };
  const zoneless = ZONELESS.exec(text);
  if (zoneless !== null) refuseZoneless(zoneless, nowMs, options.localOffsetMinutes ?? 0);
  const before = BEFORE_NOW.exec(text);
  const ms = before === null ? instantMs(text) : nowMs - relativeMs(before);
  if (ms === null)
    refuse('The time is not in a form that has one meaning, or it does not exist.', `Use ${FORMS}.`);
  checkYear(ms, nowMs, 1);
  if (ms > nowMs + FUTURE_TOLERANCE) {
    refuse(
      `The time ${isoOf(ms)} is in the future; it is ${isoOf(nowMs)} now.`,
      'Give the time when it happened; check the date and the offset.',
    );
  }
  return { at: isoOf(ms) };
}

/**
 * When something is due. A date stays a date (`YYYY-MM-DD`, no time of day is invented), `+7d` and `+2w` give
 * the date in UTC, RFC 3339 with offset gives the instant in UTC. Dates in the past are accepted: an action
 * item may be recorded late. Throws invalid_input for anything else.
 */
export function parseDue(input: string, nowMs: number): { due: string } {
  const text = input.trim();
  const after = AFTER_NOW.exec(text);
  const date = DATE.exec(text);
  let ms: number | null;
  if (after !== null) ms = nowMs + Number(after[1]) * (after[2] === 'w' ? 7 * DAY : DAY);
  else if (date !== null) ms = utcMs(Number(date[1]), Number(date[2]), Number(date[3]));
  else ms = instantMs(text);
  if (ms === null) refuse('The due date is not in a known form, or it does not exist.', `Use ${DUE_FORMS}.`);
  checkYear(ms, nowMs, DUE_YEARS);
  return { due: after === null && date === null ? isoOf(ms) : isoOf(ms).slice(0, 10) };
}

/** The stored time `ms` later (earlier when negative). */
export function addMs(iso: string, ms: number): string {
  return isoOf(msOf(iso) + ms);
}

/** Milliseconds from `a` to `b`; negative when `b` is earlier. */
export function msBetween(a: string, b: string): number {
  return msOf(b) - msOf(a);
}

/** `HH:MM` in UTC. */
export function hhmm(iso: string): string {
  return isoOf(msOf(iso)).slice(11, 16);
}

/** `YYYY-MM-DD` in UTC. */
export function dateOf(iso: string): string {
  return isoOf(msOf(iso)).slice(0, 10);
}
