import type { SendOutcome } from '../../src/core/outward/sending.ts';
import type { GitHubFault } from './github-faults.ts';

/** What a fault of a write is to the one who sent it, and how many things it made. */
export const OUTCOMES: readonly [GitHubFault, Partial<SendOutcome>, number][] = [
  ['lose_answer', { outcome: 'unknown' }, 1],
  ['hold', { outcome: 'unknown' }, 0],
  ['error_after', { outcome: 'unknown' }, 1],
  ['error_before', { outcome: 'unknown' }, 0],
  ['garbage', { outcome: 'unknown' }, 1],
  ['rate_limit', { outcome: 'limited' }, 0],
  ['secondary_limit', { outcome: 'limited', retry_after_s: 45 }, 0],
  ['forbidden', { outcome: 'declined', why: 'not_allowed' }, 0],
  ['gone', { outcome: 'declined', why: 'gone' }, 0],
  ['unprocessable', { outcome: 'declined', why: 'invalid' }, 0],
];
