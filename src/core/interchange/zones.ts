import { MINUTE } from '../time.ts';

/** What stands between a clock on a wall and UTC: a fixed offset, or a place whose offset changes with the season. */
export type Zone = { kind: 'offset'; minutes: number } | { kind: 'place'; name: string };

/** A date and a time of day as somebody wrote them, without saying where. */
export interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** Short names that mean one offset everywhere. The others (CST, IST, EST, PST, ...) mean several. */
const SHORT: Record<string, number> = {
  ...{ utc: 0, gmt: 0, z: 0, wet: 0, west: 60, cet: 60, cest: 120, eet: 120, eest: 180, msk: 180, jst: 540 },
  ...{ edt: -240, mdt: -360, pdt: -420 },
};
const OFFSET = /^(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d{2}))?$/i;
const PLACE = /^[A-Za-z_]{1,40}(?:\/[A-Za-z_+-]{1,40}){1,2}$/;
const DAY = 24 * 60 * MINUTE;

/** `UTC`, `CET`, `+01:00`, `UTC+1`, `Europe/Copenhagen`; null for anything that has more than one meaning, or none. */
export function zoneOf(text: string): Zone | null {
  const word = text.trim();
  const short = SHORT[word.toLowerCase()];
  if (short !== undefined) return { kind: 'offset', minutes: short };
  const [, sign, hours = '', minutes = '0'] = OFFSET.exec(word) ?? [];
  if (sign !== undefined) {
    const size = Number(hours) * 60 + Number(minutes);
    return size > 14 * 60 || Number(minutes) > 59
      ? null
      : { kind: 'offset', minutes: sign === '-' ? -size : size };
  }
  if (!PLACE.test(word)) return null;
  const zone: Zone = { kind: 'place', name: word };
  return offsetAt(zone, 0) === null ? null : zone;
}

/** Minutes east of UTC at an instant; null where the place is not known. */
function offsetAt(zone: Zone, ms: number): number | null {
  if (zone.kind === 'offset') return zone.minutes;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone.name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
    const part = Object.fromEntries(
      format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]),
    ) as Record<string, number>;
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return (Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000) / MINUTE;
  } catch {
    return null;
  }
}

/** The instant of a clock's reading, unless the clock showed it twice, never, or it is no date at all. */
export function instantOf(wall: Wall, zone: Zone): number | 'twice' | 'never' {
  const { year, month, day, hour, minute, second } = wall;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const real = new Date(local);
  const exists = real.getUTCMonth() === month - 1 && real.getUTCDate() === day && hour < 24;
  if (!exists || minute > 59 || second > 59) return 'never';
  const offsets = [local - DAY, local + DAY].flatMap((ms) => offsetAt(zone, ms) ?? []);
  const found = [...new Set(offsets)]
    .map((offset) => ({ offset, ms: local - offset * MINUTE }))
    .filter(({ offset, ms }) => offsetAt(zone, ms) === offset);
  const [first] = found;
  if (first === undefined) return 'never';
  return found.length > 1 ? 'twice' : first.ms;
}
