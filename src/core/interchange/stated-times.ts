import { formatDuration } from '../duration.ts';
import { DAY, HOUR, MINUTE } from '../time.ts';
import type { Moment, StatedTime } from './imported.ts';

const LABELS: readonly [StatedTime['name'], RegExp][] = [
  ['detect', /^(?:time to detect(?:ion)?|ttd|mttd)$/i],
  ['recover', /^(?:time to (?:recover|recovery|restore|restoration)|ttr|mttr)$/i],
];
const UNITS: readonly [RegExp, number][] = [
  [/(\d{1,5}(?:\.\d{1,2})?)\s?(?:d|days?)\b/i, DAY],
  [/(\d{1,5}(?:\.\d{1,2})?)\s?(?:h|hrs?|hours?)\b/i, HOUR],
  [/(\d{1,6}(?:\.\d{1,2})?)\s?(?:m|mins?|minutes?)\b/i, MINUTE],
];

/** `4 hours 42 minutes` in milliseconds; null for what is no duration. */
function durationIn(text: string): number | null {
  const found = UNITS.map(([pattern, unit]) => {
    const count = pattern.exec(text.slice(0, 100))?.[1];
    return count === undefined ? null : Number(count) * unit;
  }).filter((ms) => ms !== null);
  return found.length === 0 ? null : found.reduce((sum, ms) => sum + ms, 0);
}

/** A field such as `Time to detection: 40 minutes`. */
export function statedIn(label: string, value: string): StatedTime | null {
  const name = LABELS.find(([, pattern]) => pattern.test(label.trim()))?.[0];
  return name === undefined ? null : { name, text: value, ms: durationIn(value) };
}

export interface StatedCheck extends StatedTime {
  /** Between which two lines of the timeline; null when no line says so. */
  from: Moment | null;
  to: Moment | null;
  computed: number | null;
  /** `fits`: two lines lie that far apart, but neither says that it is the one. */
  result: 'agrees' | 'fits' | 'differs' | 'not computable';
}

/** Times are written to the minute. */
const CLOSE = MINUTE;

/**
 * A stated duration against the timeline. The end is the line that says so. The beginning is the line that says so,
 * else the first one; for a recovery also the line of the detection, since people count from either.
 */
export function checkStated(stated: StatedTime, moments: readonly Moment[]): StatedCheck {
  const none: StatedCheck = { ...stated, from: null, to: null, computed: null, result: 'not computable' };
  const timed = moments.filter(({ at }) => at !== null);
  const first = (...kinds: Moment['kind'][]) => timed.find(({ kind }) => kinds.includes(kind));
  const detected = first('detected');
  const ends = timed.filter(({ kind }) => kind === 'ended' || kind === 'resolved');
  const begins = [first('started') ?? timed[0], ...(stated.name === 'recover' ? [detected] : [])];
  const pairs = begins.flatMap((from) =>
    (stated.name === 'detect' ? [detected] : [...ends].reverse()).flatMap((to) =>
      from && to ? [{ from, to, computed: msOf(to) - msOf(from) }] : [],
    ),
  );
  const { ms } = stated;
  const best =
    ms === null ? undefined : (pairs.find(({ computed }) => Math.abs(computed - ms) < CLOSE) ?? pairs[0]);
  if (ms === null) return none;
  if (best !== undefined && Math.abs(best.computed - ms) < CLOSE)
    return { ...stated, ...best, result: 'agrees' };
  const [from] = begins;
  const to = from && timed.find((moment) => Math.abs(msOf(moment) - msOf(from) - ms) < CLOSE);
  if (from && to && from !== to) return { ...stated, from, to, computed: ms, result: 'fits' };
  return best === undefined ? none : { ...stated, ...best, result: 'differs' };
}

function msOf({ at }: Moment): number {
  return Date.parse(at ?? '');
}

/** One sentence for the report of an import. */
export function statedSentence(check: StatedCheck): string {
  const name = check.name === 'detect' ? 'time to detect' : 'time to recover';
  const from =
    check.from === null || check.to === null ? '' : ` (lines ${check.from.line} to ${check.to.line})`;
  if (check.computed === null) {
    const why = check.ms === null ? 'it is no duration' : 'no line of the timeline says when';
    return `stated ${name} "${check.text}": not computed, ${why}`;
  }
  const words = check.computed < 0 ? 'a negative time' : formatDuration(check.computed);
  if (check.result === 'fits')
    return `stated ${name} "${check.text}": two lines lie that far apart${from}, but do not say so`;
  return check.result === 'agrees'
    ? `stated ${name} "${check.text}": the timeline gives the same${from}`
    : `stated ${name} "${check.text}": the timeline gives ${words}${from}`;
}
