import { createHash, randomBytes } from 'node:crypto';
import { ulidAfter } from '../core/ulid.ts';
import type { Clock, Ids } from '../ports.ts';

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** Ids from the operating system's randomness. */
export const systemIds: Ids = {
  ulid: (nowMs, last) => ulidAfter(last, nowMs, randomBytes(10)),
  sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
  nonce: () => randomBytes(8).toString('hex'),
};
