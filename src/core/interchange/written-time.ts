import { isoOf } from '../time.ts';
import { instantOf, type Zone, zoneOf } from './zones.ts';

/** Times as people write them in a timeline. What leaves something open stays open: it is told, never guessed. */

interface Day {
  year: number;
  month: number;
  day: number;
}

export interface WrittenTime {
  day: Day | null;
  clock: { hour: number; minute: number; second: number } | null;
  /** A zone that stands right there. */
  zone: Zone | null;
  /** A word in the place of a zone that has more than one meaning. */
  oddZone: boolean;
  about: boolean;
}

/** What is known around a row: its day, and the zone that a heading or the caller names. */
export interface TimeContext {
  day: Day | null;
  zone: Zone | null;
  nowMs: number;
}

export type TimeProblem =
  | 'the zone is not stated'
  | 'the zone has a name of more than one meaning'
  | 'the day is not stated'
  | 'no time of day is stated'
  | 'that clock showed this time twice'
  | 'this time does not exist'
  | 'the time lies before 2000 or in the future';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?';
const DATES: readonly [RegExp, (match: readonly string[]) => Day | null][] = [
  [/\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/, ([, y, m, d]) => dayOf(y, m, d)],
  [
    new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th|\\.)? (?:of )?${MONTH},? (\\d{4})\\b`, 'i'),
    ([, d, m, y]) => dayOf(y, monthOf(m), d),
  ],
  [
    new RegExp(`\\b${MONTH} (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})\\b`, 'i'),
    ([, m, d, y]) => dayOf(y, monthOf(m), d),
  ],
  // 03/04/2021 is two days; 25/04/2021 is one.
  [
    /\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b/,
    ([, a, b, y]) =>
      Number(a) > 12 ? dayOf(y, b, a) : Number(b) > 12 ? dayOf(y, a, b) : a === b ? dayOf(y, a, b) : null,
  ],
];
const CLOCK = /(?<![\d:.])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(?![\d:])\s?(?:([ap])\.?m\b\.?)?/i;
const HOUR = /(?<![\d:.])(\d{1,2})\s?([ap])\.?m\b\.?/i;
const ZONE =
  /(?<![A-Za-z])(?:(?:utc|gmt)\s?[+-]\d{1,2}(?::?\d{2})?|z(?![a-z])|[A-Z]{2,4}T|UTC|utc|Utc|JST|MSK|[+-]\d{2}:?\d{2}(?!\d)|[A-Z][A-Za-z_]{2,30}\/[A-Za-z_]{2,30}(?:\/[A-Za-z_]{2,30})?)/i;
const FILLER =
  /\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b|\b(?:at|on|kl|local|time|hrs?|hours?|o'clock|uhr|the|around|about|approx(?:imately)?|circa|ca|T)\b|[~≈[\](),.*`T–—-]/gi;
const ABOUT = /[~≈]|\b(?:around|about|approx|circa|ca)\b/i;

/** Null when the text is more than a time, or none. */
export function readTime(text: string): WrittenTime | null {
  let rest = text.slice(0, 120).replace(/(\d)[Tt](\d)/, '$1 $2');
  if (text.length > 120) return null;
  const about = ABOUT.test(rest);
  let day: Day | null = null;
  for (const [pattern, make] of DATES) {
    const match = pattern.exec(rest);
    if (match === null) continue;
    day = make(match);
    if (day === null) return null;
    rest = rest.replace(match[0], ' ');
    break;
  }
  const clock = clockIn(rest);
  if (clock !== null) rest = rest.replace(clock.text, ' ');
  if (day === null && clock === null) return null;
  const zoneText = clock === null ? undefined : ZONE.exec(rest)?.[0];
  if (zoneText !== undefined) rest = rest.replace(zoneText, ' ');
  const zone = zoneText === undefined ? null : zoneOf(zoneText);
  if (rest.replace(FILLER, ' ').trim() !== '') return null;
  return { day, clock: clock?.clock ?? null, zone, oddZone: zoneText !== undefined && zone === null, about };
}

function clockIn(text: string): { text: string; clock: NonNullable<WrittenTime['clock']> } | null {
  const long = CLOCK.exec(text);
  const short = long === null ? HOUR.exec(text) : null;
  const [whole, hour, minute = '0', second = '0', half] = long ?? [
    short?.[0],
    short?.[1],
    '0',
    '0',
    short?.[2],
  ];
  if (whole === undefined || hour === undefined) return null;
  const hours = hourOf(Number(hour), half?.toLowerCase());
  return hours === null
    ? null
    : { text: whole, clock: { hour: hours, minute: Number(minute), second: Number(second) } };
}

/** `12 am` is midnight, `12 pm` noon; `15 pm` is neither. */
function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

function dayOf(year = '', month: string | number = '', day = ''): Day | null {
  const found = { year: Number(year), month: Number(month), day: Number(day) };
  return found.month >= 1 && found.month <= 12 && found.day >= 1 && found.day <= 31 ? found : null;
}

function monthOf(word = ''): number {
  return MONTHS.indexOf(word.slice(0, 3).toLowerCase()) + 1;
}

/** The instant, or why there is none. A zone at the time itself counts before the one around it. */
export function resolveTime(
  { day: own, clock, zone: ownZone, oddZone }: WrittenTime,
  context: TimeContext,
): { at: string } | { problem: TimeProblem } {
  const day = own ?? context.day;
  const zone = ownZone ?? context.zone;
  if (clock === null) return { problem: 'no time of day is stated' };
  if (day === null) return { problem: 'the day is not stated' };
  if (oddZone) return { problem: 'the zone has a name of more than one meaning' };
  if (zone === null) return { problem: 'the zone is not stated' };
  const ms = instantOf({ ...day, ...clock }, zone);
  if (ms === 'twice') return { problem: 'that clock showed this time twice' };
  if (ms === 'never') return { problem: 'this time does not exist' };
  const year = new Date(ms).getUTCFullYear();
  if (year < 2000 || ms > context.nowMs + 5 * 60_000) {
    return { problem: 'the time lies before 2000 or in the future' };
  }
  return { at: isoOf(ms) };
}

/** The zone that a heading or a sentence names for all times: `Timeline (UTC)`, `all times are in CET`. */
export function zoneNamedIn(text: string): Zone | null {
  const inBrackets = /[([]([^()[\]]{1,60})[)\]]/.exec(text)?.[1];
  const inWords =
    /\btimes? (?:are |is |given )?(?:in )?([A-Za-z]{1,4}(?:[+-]\d{1,2}(?::\d{2})?)?|[A-Z][a-z]+\/[A-Z][a-z]+)\b/.exec(
      text,
    )?.[1];
  const words = `${inBrackets ?? ''},${inWords ?? ''}`.split(/[,;]/);
  return words.map(zoneOf).find((zone) => zone !== null) ?? null;
}

/** The one day that a text names, such as a heading or a `Date` field. */
export function dayNamedIn(text: string): Day | null {
  for (const [pattern, make] of DATES) {
    const match = pattern.exec(text.slice(0, 200));
    if (match !== null) return make(match);
  }
  return null;
}
