import { describe, expect, it } from 'vitest';
import {
  isDue,
  isForgotten,
  isStale,
  type OutboxEntry,
  retryAt,
  sendingsOf,
} from '../../../src/core/outward/outbox.ts';
import type { Message } from '../../../src/core/outward/sending.ts';

const AT = Date.parse('2026-01-05T14:00:00.000Z');
const MIN = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();
const message: Message = {
  text: 't',
  audience: 'internal',
  systems: [],
  public_status: 'identified',
  title: 'T',
};
const entry = (step: OutboxEntry['step'], more: Partial<OutboxEntry> = {}): OutboxEntry => ({
  ...{ v: 1, at: iso(AT), service: 'slack', key: 'post/aaaaaaaaaaaa', step, hash: 'h1', ...more },
});
const one = (...entries: OutboxEntry[]) => {
  const [sending] = sendingsOf(entries).values();
  if (!sending) throw new Error('no sending');
  return sending;
};

describe('what the outbox knows', () => {
  it('is due as soon as it is queued', () => {
    expect(isDue(one(entry('queued', { message })), AT)).toBe(true);
  });

  it('waits for an intent without a result to settle', () => {
    const open = one(entry('queued', { message }), entry('intent'));
    expect(open).toMatchObject({ state: 'open', attempts: 1, message });
    expect([isDue(open, AT + MIN), isDue(open, AT + 2 * MIN)]).toEqual([false, true]);
    expect(isDue(open, AT + MIN, true)).toBe(false);
  });

  it('is done with its place, and keeps it over a failed refresh', () => {
    const place = { ref: 'r', url: null };
    const after = one(
      entry('intent'),
      entry('done', { place }),
      entry('intent', { hash: 'h2' }),
      entry('failed', { why: 'unknown' }),
    );
    expect(after).toMatchObject({ state: 'failed', place, attempts: 1 });
    expect(one(entry('intent'), entry('done', { place }))).toMatchObject({ state: 'done', attempts: 0 });
  });

  it('passes over our own pause when somebody asks, and not over that of the service', () => {
    const later = iso(AT + 10 * MIN);
    const failed = (why: NonNullable<OutboxEntry['why']>) =>
      one(entry('intent'), entry('failed', { why, retry_at: later }));
    expect(isDue(failed('not_allowed'), AT, true)).toBe(true);
    expect(isDue(failed('not_allowed'), AT)).toBe(false);
    for (const why of ['limited', 'unknown'] as const) expect(isDue(failed(why), AT, true)).toBe(false);
  });

  it('gives a message up after two hours and forgets it after six', () => {
    const queued = one(entry('queued', { message }));
    expect([119, 121].map((minutes) => isStale(queued, AT + minutes * MIN))).toEqual([false, true]);
    expect(isDue(queued, AT + 121 * MIN, true)).toBe(false);
    expect([359, 361].map((minutes) => isForgotten(queued, AT + minutes * MIN))).toEqual([false, true]);
    expect(isStale(one(entry('intent', { key: 'open' })), AT + 500 * MIN)).toBe(false);
  });
});

describe('the pause after a failure', () => {
  it.each<[number, NonNullable<OutboxEntry['why']>, number | null, number]>([
    [1, 'unknown', null, 120],
    [2, 'unknown', null, 120],
    [3, 'unknown', null, 600],
    [4, 'unknown', null, 3600],
    [99, 'unknown', null, 3600],
    [1, 'limited', null, 30],
    [1, 'limited', 90, 90],
    [1, 'limited', 86_400, 3600],
    [1, 'not_allowed', null, 900],
  ])('attempt %i, %s, asked for %s: %i s', (attempts, why, asked, seconds) => {
    expect(retryAt(AT, attempts, why, asked)).toBe(iso(AT + seconds * 1000));
  });
});
