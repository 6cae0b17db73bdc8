import { expect, it } from 'vitest';
import { systemClock, systemIds } from '../../src/adapters/clock-ids.ts';
import { ULID_PATTERN, ulidTime } from '../../src/core/ulid.ts';
import { START } from '../support/log-kit.ts';

it('makes ids of the given time that follow the last one', () => {
  const first = systemIds.ulid(START, null);
  expect(first).toMatch(ULID_PATTERN);
  expect(ulidTime(first)).toBe(START);
  expect(systemIds.ulid(START - 1000, first) > first).toBe(true);
});

it('gives two processes that read the same last id different next ones', () => {
  const last = `${systemIds.ulid(START, null).slice(0, 10)}${'Z'.repeat(4)}${'0'.repeat(12)}`;
  const next = Array.from({ length: 1000 }, () => systemIds.ulid(START, last));
  expect(new Set(next).size).toBe(1000);
  expect(next.every((id) => id > last && ULID_PATTERN.test(id))).toBe(true);
});

it('stays above the last id for a long run with a clock that was set back', () => {
  let last = systemIds.ulid(START, null);
  for (let i = 0; i < 5000; i++) {
    const next = systemIds.ulid(START - 3_600_000, last);
    expect(next > last).toBe(true);
    last = next;
  }
  expect(ulidTime(last) - START).toBeLessThan(10);
});

it('tells the time, hashes as everyone does, and never repeats a nonce', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  expect(systemIds.sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(systemIds.nonce()).not.toBe(systemIds.nonce());
  expect(systemIds.nonce()).toMatch(/^[0-9a-f]{16}$/);
});
