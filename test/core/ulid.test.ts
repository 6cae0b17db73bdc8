import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ULID_PATTERN, ulidAfter, ulidTime } from '../../src/core/ulid.ts';

const bytes = (value: number) => new Uint8Array(10).fill(value);
const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('ulidAfter', () => {
  it('writes the time and the random bytes as the specification does', () => {
    expect(ulidAfter(null, 1469918176385, bytes(0))).toBe('01ARYZ6S410000000000000000');
    expect(ulidAfter(null, 0, bytes(255))).toBe('0000000000ZZZZZZZZZZZZZZZZ');
    expect(ulidAfter(null, 2 ** 48 - 1, bytes(255))).toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
  });

  it('gives a well-formed id that carries the time', () => {
    fc.assert(
      fc.property(time, random, (ms, noise) => {
        const id = ulidAfter(null, ms, noise);
        expect(id).toMatch(ULID_PATTERN);
        expect(ulidTime(id)).toBe(ms);
      }),
    );
  });

  it('only ever grows, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 41 }), random)), (calls) => {
        let last: string | null = null;
        for (const [ms, noise] of calls) {
          const id = ulidAfter(last, ms, noise);
          expect(id).toMatch(ULID_PATTERN);
          expect(last === null || id > last).toBe(true);
          last = id;
        }
      }),
    );
  });

  it('steps on from the last id when the clock jumped back or stands still', () => {
    const last = ulidAfter(null, 5_000, bytes(0));
    expect(ulidAfter(last, 4_000, bytes(0))).toBe(`${last.slice(0, -1)}1`);
    expect(ulidAfter(last, 5_000, bytes(0))).toBe(`${last.slice(0, -1)}1`);
    const full = ulidAfter(null, 5_000, bytes(255));
    expect(ulidTime(ulidAfter(full, 1, bytes(0)))).toBe(5_001); // the random part was full: carried into the time
  });

  it('gives two writers that have read the same id different next ones', () => {
    fc.assert(
      fc.property(random, random, (mine, theirs) => {
        fc.pre(mine.slice(0, 8).join() !== theirs.slice(0, 8).join());
        const last = ulidAfter(null, 5_000, bytes(7));
        expect(ulidAfter(last, 1, mine)).not.toBe(ulidAfter(last, 1, theirs));
      }),
    );
  });

  it('carries over as many digits as needed', () => {
    expect(ulidAfter('01ARYZ6S4100000000000000ZZ', 0, bytes(0))).toBe('01ARYZ6S410000000000000100');
    expect(ulidAfter('0ZZZZZZZZZZZZZZZZZZZZZZZZZ', 0, bytes(0))).toBe('10000000000000000000000000');
  });
});
