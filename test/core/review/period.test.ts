import { expect, it } from 'vitest';
import { periodOf } from '../../../src/core/review/period.ts';

const NOW = Date.parse('2026-11-20T15:30:00Z');

it.each([
  [{}, null, '2026-11-20T15:30:00.000Z'],
  [{ since: '-90d' }, '2026-08-22T15:30:00.000Z', '2026-11-20T15:30:00.000Z'],
  [{ since: '2026-07-01', until: '2026-09-30' }, '2026-07-01T00:00:00.000Z', '2026-09-30T23:59:59.999Z'],
  [{ until: '2026-11-20' }, null, '2026-11-20T15:30:00.000Z'],
  [
    { since: '2026-11-01T10:00:00+01:00', until: '-2d' },
    '2026-11-01T09:00:00.000Z',
    '2026-11-18T15:30:00.000Z',
  ],
])('%j', (given, from, until) => {
  expect(periodOf(given, NOW)).toEqual({ from, until });
});

it.each([
  [{ since: '2026-10-01', until: '2026-09-30' }],
  [{ since: 'last quarter' }],
  [{ since: '2026-13-01' }],
  [{ since: '2027-01-01' }],
])('refuses %j', (given) => {
  expect(() => periodOf(given, NOW)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
