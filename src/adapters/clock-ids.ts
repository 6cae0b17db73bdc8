import { createHash, randomBytes } from 'node:crypto';
import { ulidAfter } from '../core/ulid.ts';
import type { Clock, Ids } from '../ports.ts';

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** Asking the system costs the same for 10 bytes as for thousands; no byte is given out twice. */
let pool = randomBytes(0);

function random(length: number): Buffer {
  if (pool.length < length) pool = randomBytes(4096);
  const bytes = pool.subarray(0, length);
  pool = pool.subarray(length);
  return bytes;
}

/** Ids from the operating system's randomness. */
export const systemIds: Ids = {
  ulid: (nowMs, last) => ulidAfter(last, nowMs, random(10)),
  sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
  nonce: () => random(8).toString('hex'),
};
