/**
 * In place of src/adapters/clock-ids.ts in a bundled test server: time is what a file says, ids count up, so
 * that every byte on disk can be compared. Everything else of the server is the real thing.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ulidAfter } from '../../src/core/ulid.ts';
import type { Clock, Ids } from '../../src/ports.ts';

export const systemClock: Clock = {
  now: () => Date.parse(readFileSync(process.env.TEST_CLOCK ?? '', 'utf8').trim()),
};

/** Two servers of one test must not count the same ids. */
const SALT = Number(process.env.TEST_SALT ?? 0);
let count = 0;

export const systemIds: Ids = {
  ulid: (nowMs, last) => {
    count += 1;
    return ulidAfter(last, nowMs, Uint8Array.from([0, 0, 0, 0, 0, 0, 0, SALT, count >> 8, count & 255]));
  },
  sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
  nonce: () => {
    count += 1;
    return count.toString(16).padStart(16, '0');
  },
};
