import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPace } from '../../src/adapters/pace.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Work of so many milliseconds, noted when it begins and ends. */
function worker() {
  const done: { key: string; from: number; to: number }[] = [];
  const work = (key: string, ms: number) => async () => {
    const from = performance.now();
    await sleep(ms);
    done.push({ key, from, to: performance.now() });
    return key;
  };
  return { done, work };
}

it('does the first at once, and a burst that follows once more', async () => {
  const pace = createPace(() => performance.now());
  const { done, work } = worker();
  const first = pace.soon('a', work('a', 10));
  await vi.advanceTimersByTimeAsync(10);
  expect(await first).toBe('a');
  for (let i = 0; i < 50; i++) expect(await pace.soon('a', work('a', 10))).toBeNull();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done.map(({ from }) => from - (done[0]?.from ?? 0))).toEqual([0, 210]);
});

it('lets no other wait for the first look at it', async () => {
  const pace = createPace(() => performance.now());
  const { work } = worker();
  for (const key of ['a', 'b', 'c']) {
    const answer = pace.soon(key, work(key, 10));
    await vi.advanceTimersByTimeAsync(10);
    expect(await answer).toBe(key);
  }
});

it('takes a fifth of the time for what is put off, however many there are', async () => {
  const pace = createPace(() => performance.now());
  const { done, work } = worker();
  const keys = Array.from({ length: 20 }, (_, i) => `incident-${i}`);
  const ask = () => {
    for (const key of keys) void pace.soon(key, work(key, 10));
  };
  ask();
  await vi.advanceTimersByTimeAsync(100);
  const begun = done.length;
  const from = performance.now();
  for (let i = 0; i < 100; i++) {
    ask();
    await vi.advanceTimersByTimeAsync(100);
  }
  const late = done.slice(begun);
  const busy = late.reduce((sum, one) => sum + one.to - one.from, 0);
  expect(busy / (performance.now() - from)).toBeLessThanOrEqual(0.21);
  for (const [i, one] of late.entries())
    expect(one.from).toBeGreaterThanOrEqual(late[i - 1]?.to ?? Number.NEGATIVE_INFINITY);
  // Nobody is forgotten.
  expect(new Set(late.map(({ key }) => key))).toEqual(new Set(keys));
});

it('goes on after work that failed', async () => {
  const pace = createPace(() => performance.now());
  const { done, work } = worker();
  await expect(pace.soon('a', () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(await pace.soon('b', async () => 'b')).toBe('b');
  void pace.soon('a', work('a', 1));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toHaveLength(1);
});
