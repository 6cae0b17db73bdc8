import { DAY, HOUR, MINUTE, SECOND } from '../time.ts';

/** Numbers and times that a text states. */
export type Claim =
  | { kind: 'time'; value: string; shown: string }
  | { kind: 'date'; value: string; shown: string }
  /** `value` in milliseconds, exact to `unit`; `about` when the text says so. */
  | { kind: 'duration'; value: number; unit: number; about: boolean; shown: string }
  /** `of`: the word behind it, in lower case, as in "3 updates". */
  | { kind: 'number'; value: string; of: string; shown: string };

const UNITS: readonly [RegExp, number, string][] = [
  [/^(?:ms|msecs?|milliseconds?)$/, 1, 'ms'],
  [/^(?:s|secs?|seconds?)$/, SECOND, 's'],
  [/^(?:m|mins?|minutes?)$/, MINUTE, 'min'],
  [/^(?:h|hrs?|hours?)$/, HOUR, 'h'],
  [/^(?:d|days?)$/, DAY, 'days'],
  [/^weeks?$/, 7 * DAY, 'weeks'],
];
const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  million: 1e6,
  mio: 1e6,
  billion: 1e9,
};
/** Letters that may stand directly behind a number and leave it one; `5xx`, `2FA`, `3rd` are names. */
const GLUED = /^(?:x|px|b|kb|mb|gb|tb|rps|qps|req|usd|eur|pct)$/;

const WORDS: Readonly<Record<string, number>> = {
  ...{
    an: 1,
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
  },
  ...{ eleven: 11, twelve: 12, fifteen: 15, twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60 },
  ...{ ninety: 90, hundred: 100 },
};
const APPROXIMATE = /(?:\b(?:about|around|roughly|nearly|almost|approximately|some|over|under)|~) ?$/i;

/**
 * One pass, alternatives that begin differently: a date, a time of day, a number with what stands behind it, a
 * spelled number before a unit of time. What follows a letter, `_`, `#`, `.`, `/`, `:` or `-` is part of a name.
 */
const CLAIM =
  /(?<![\p{L}\p{N}_#./:-])(?:(?<date>\d{4}-\d{2}-\d{2})(?!\d)|(?<time>\d{1,2}:\d{2})(?::\d{2})?(?![\d:])|(?<number>\d[\d.,]{0,20})(?:[-–](?<upto>\d{1,6}))?(?<gap>\s?)(?<unit>%|\p{L}{1,20})?|(?<spelled>an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety)\s(?<per>seconds?|minutes?|hours?|days?|weeks?|hundred|thousand|million)(?!\p{L}))/giu;

export function claimsIn(text: string): Claim[] {
  const found: Claim[] = [];
  let end = -1;
  for (const match of text.slice(0, 64 * 1024).matchAll(CLAIM)) {
    const groups = match.groups ?? {};
    const before = text.slice(Math.max(0, match.index - 14), match.index);
    const joined = /^(?:\s|,|and)*$/.test(text.slice(Math.max(0, end), match.index)) && end >= 0;
    const claims = readOne(groups, before);
    const [first] = claims;
    const last = found.at(-1);
    // "1 hour 13 minutes" is one statement.
    if (
      joined &&
      claims.length === 1 &&
      first?.kind === 'duration' &&
      last?.kind === 'duration' &&
      last.unit > first.unit
    ) {
      const shown = `${last.shown} ${first.shown}`;
      found[found.length - 1] = { ...last, value: last.value + first.value, unit: first.unit, shown };
    } else found.push(...claims);
    end = match.index + match[0].length;
  }
  return found;
}

type Groups = Partial<Record<string, string>>;

function readOne(
  { date, time, number, upto, gap = '', unit = '', spelled, per }: Groups,
  before: string,
): Claim[] {
  const about = APPROXIMATE.test(before);
  if (date !== undefined) return [{ kind: 'date', value: date, shown: date }];
  if (time !== undefined) {
    const value = time.padStart(5, '0');
    return [{ kind: 'time', value, shown: value }];
  }
  if (spelled !== undefined && per !== undefined)
    return numbered(spelledNumber(spelled, before), per.toLowerCase(), ' ', about);
  if (number === undefined) return [];
  const values = [number, ...(upto === undefined ? [] : [upto])].map(plainNumber);
  return values.flatMap((value) =>
    numbered(value, unit === 'M' ? 'million' : unit.toLowerCase(), gap, about),
  );
}

/** "Half an hour" is half of one. */
function spelledNumber(word: string, before: string): string {
  const value = WORDS[word.toLowerCase()] ?? 0;
  return String(/\bhalf $/i.test(before) ? value / 2 : value);
}

function numbered(value: string, unit: string, gap: string, about: boolean): Claim[] {
  const time = UNITS.find(([pattern]) => pattern.test(unit));
  if (time !== undefined && /^\d+(?:\.\d+)?$/.test(value)) {
    const [, size, word] = time;
    return [{ kind: 'duration', value: Number(value) * size, unit: size, about, shown: `${value} ${word}` }];
  }
  const scale = SCALES[unit];
  if (scale !== undefined) {
    const scaled = String(Number(value) * scale);
    return [{ kind: 'number', value: scaled, of: '', shown: scaled }];
  }
  const isName = gap === '' && unit !== '' && unit !== '%' && !GLUED.test(unit);
  if (isName || value === '') return [];
  const percent = unit === '%' || unit === 'percent';
  return [{ kind: 'number', value, of: percent ? '%' : unit, shown: percent ? `${value} %` : value }];
}

/** `1,200` and `1200.0` are `1200`; a version stays as it is. */
export function plainNumber(text: string): string {
  const trimmed = text.replace(/[.,]+$/, '');
  const joined = /^\d{1,3}(?:,\d{3}){1,5}(?:\.\d+)?$/.test(trimmed) ? trimmed.replaceAll(',', '') : trimmed;
  return /^\d+(?:\.\d+)?$/.test(joined) ? String(Number(joined)) : joined;
}
