import { describe, expect, it } from 'vitest';
import { readTime, resolveTime, zoneNamedIn } from '../../../src/core/interchange/written-time.ts';
import { instantOf, zoneOf } from '../../../src/core/interchange/zones.ts';

const DAY = { year: 2021, month: 2, day: 15 };
const NOW = Date.parse('2026-11-20T12:00:00Z');
const read = (text: string, zone: string | null = null, day: typeof DAY | null = DAY) => {
  const time = readTime(text);
  if (time === null) return null;
  const found = resolveTime(time, { day, zone: zone === null ? null : zoneOf(zone), nowMs: NOW });
  return 'at' in found ? found.at.slice(0, 16) : found.problem;
};

describe('a time as people write it', () => {
  it.each([
    ['06:05', '2021-02-15T06:05'],
    ['6:05 AM', '2021-02-15T06:05'],
    ['6.05', null],
    ['12:10 am', '2021-02-15T00:10'],
    ['12 pm', '2021-02-15T12:00'],
    ['15:00 pm', null],
    ['06:05:59', '2021-02-15T06:05'],
    ['2021-03-01T06:05:00', '2021-03-01T06:05'],
    ['2021-03-01 06:05 UTC', '2021-03-01T06:05'],
    ['2021-03-01T06:05+01:00', '2021-03-01T05:05'],
    ['15 Mar 2021 6:05pm CET', '2021-03-15T17:05'],
    ['March 15th, 2021, 18:05', '2021-03-15T18:05'],
    ['Mon 2021-03-01 10:00 (CEST)', '2021-03-01T08:00'],
    ['25/02/2021 10:00', '2021-02-25T10:00'],
    ['~14:05', '2021-02-15T14:05'],
    ['2021-03-01 10:00 Europe/Copenhagen', '2021-03-01T09:00'],
  ])('%s is %s in UTC', (text, at) => {
    expect(read(text, 'UTC')).toBe(at);
  });

  it.each([
    ['06:05', null, 'the zone is not stated'],
    ['06:05 CST', null, 'the zone has a name of more than one meaning'],
    ['06:05 CST', 'UTC', 'the zone has a name of more than one meaning'],
    ['2021-02-15', 'UTC', 'no time of day is stated'],
    ['25:00', 'UTC', 'this time does not exist'],
    ['2021-02-30 10:00', 'UTC', 'this time does not exist'],
    ['0202-01-16 12:00', 'UTC', 'the time lies before 2000 or in the future'],
    ['2027-01-01 12:00', 'UTC', 'the time lies before 2000 or in the future'],
    ['2021-10-31 02:30', 'Europe/Copenhagen', 'that clock showed this time twice'],
    ['2021-03-28 02:30', 'Europe/Copenhagen', 'this time does not exist'],
  ])('%s under %s stays open: %s', (text, zone, problem) => {
    expect(read(text, zone)).toBe(problem);
  });

  it.each(['HH:MM', '[time]', 'about noon', 'hello 10:00', '03/04/2021 10:00', 'T+15m', '', '10'])(
    '%j is none',
    (text) => {
      expect(readTime(text)).toBeNull();
    },
  );

  it('a day that nobody names is not today', () => {
    expect(read('06:05', 'UTC', null)).toBe('the day is not stated');
  });
});

describe('a zone', () => {
  it('of one meaning only', () => {
    expect(
      ['UTC', 'GMT', 'CET', 'CEST', '+05:30', 'UTC-3', 'Europe/Copenhagen'].map(
        (name) => zoneOf(name) !== null,
      ),
    ).not.toContain(false);
    for (const name of [
      'CST',
      'IST',
      'EST',
      'PST',
      'local time',
      'Nowhere/Land',
      '+25:00',
      '../etc/passwd',
      '',
    ])
      expect(zoneOf(name)).toBeNull();
  });

  it('of a place moves with the season', () => {
    const zone = zoneOf('Europe/Copenhagen');
    const at = (month: number) =>
      zone && instantOf({ year: 2021, month, day: 2, hour: 7, minute: 32, second: 0 }, zone);
    expect([at(1), at(7)]).toEqual([Date.parse('2021-01-02T06:32:00Z'), Date.parse('2021-07-02T05:32:00Z')]);
  });

  it('is read from a heading or a sentence', () => {
    const minutes = (text: string) => {
      const zone = zoneNamedIn(text);
      return zone?.kind === 'offset' ? zone.minutes : zone;
    };
    expect(
      ['Timeline (UTC)', 'Time (UTC, 2026-11-20)', 'All times are in CET', 'When (UTC+2)'].map(minutes),
    ).toEqual([0, 0, 60, 120]);
    expect(['Timeline', 'When (local time)', 'Time to detect'].map(minutes)).toEqual([null, null, null]);
  });
});
