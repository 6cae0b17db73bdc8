import { MINUTE, SECOND } from '../time.ts';
import type { Message, Place, Refusal } from './sending.ts';
import type { ServiceName } from './services.ts';

/**
 * What is to go out and what became of it. The intent is written and flushed before anything is sent, the result right
 * after it; what has an intent and no result is looked for before it is sent again. Source: threat model, rows 4 and 19.
 */
export interface OutboxEntry {
  v: 1;
  /** RFC 3339, UTC. */
  at: string;
  service: ServiceName;
  /** What it is: `open`, `refresh`, `post/<plan>`, `note/<what>`. One key is one thing over there. */
  key: string;
  /** `queued`: approved, and not tried yet. */
  step: 'queued' | 'intent' | 'done' | 'failed';
  /** SHA-256 of what is sent. */
  hash: string;
  /** Of what is done. */
  place?: Place;
  /** Of what failed. */
  why?: Refusal | 'limited' | 'unknown';
  /** Not before then; RFC 3339. */
  retry_at?: string;
  /** What a post says, so that it can be sent later and by another process. */
  message?: Message;
  /** Of an `open`: the key of the message that it is made with. */
  carries?: string;
}

export interface Sending {
  service: ServiceName;
  key: string;
  /** `open`: an intent without a result, so it may have arrived. */
  state: 'queued' | 'open' | 'done' | 'failed';
  hash: string;
  place: Place | null;
  why: OutboxEntry['why'] | null;
  attempts: number;
  retry_at: string | null;
  since: string;
  message: Message | null;
  carries: string | null;
}

/** What was sent may still arrive for so long. */
const SETTLE = 2 * MINUTE;
/** Pauses after a failure, by attempts so far; the last one goes on. */
const PAUSES = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 60 * MINUTE];
/** A refusal does not change by itself: somebody has to change a setting or a right first. */
const REFUSED_PAUSE = 15 * MINUTE;
/** Somebody else's number; nobody waits for a day. */
const LONGEST = 60 * MINUTE;
/** A message that nobody has heard by then says what is no longer so: "next update in 30 minutes". */
const STALE = 2 * 60 * MINUTE;

export const sendingKey = (service: ServiceName, key: string): string => `${service} ${key}`;

/** The state of everything that was meant to go out, by `sendingKey`, in the order in which it began. */
export function sendingsOf(entries: readonly OutboxEntry[]): Map<string, Sending> {
  const sendings = new Map<string, Sending>();
  for (const entry of entries) {
    const name = sendingKey(entry.service, entry.key);
    const before = sendings.get(name);
    const begins = entry.step === 'intent';
    sendings.set(name, {
      ...{ service: entry.service, key: entry.key, hash: entry.hash },
      state: entry.step === 'intent' ? 'open' : entry.step,
      // A refresh that failed does not lose the place.
      place: entry.place ?? before?.place ?? null,
      why: entry.why ?? null,
      attempts: entry.step === 'done' ? 0 : (before?.attempts ?? 0) + (begins ? 1 : 0),
      retry_at: entry.retry_at ?? (begins ? after(entry.at, SETTLE) : null),
      since: before?.since ?? entry.at,
      message: entry.message ?? before?.message ?? null,
      carries: entry.carries ?? before?.carries ?? null,
    });
  }
  return sendings;
}

/** A message that is too old to be sent any more. */
export function isStale({ state, message, since }: Sending, nowMs: number): boolean {
  return state !== 'done' && message !== null && nowMs - Date.parse(since) > STALE;
}

/** Given up for so long that nobody has to be told again. */
export function isForgotten({ state, message, since }: Sending, nowMs: number): boolean {
  return state !== 'done' && message !== null && nowMs - Date.parse(since) > 3 * STALE;
}

/**
 * True when it may be tried now.
 * @param eager somebody asks for it: our own pauses are passed over, those of the service and of a lost answer are not
 */
export function isDue(sending: Sending, nowMs: number, eager = false): boolean {
  const { state, retry_at, why } = sending;
  if (state === 'done' || isStale(sending, nowMs)) return false;
  const isOurs = state === 'failed' && why !== 'limited' && why !== 'unknown';
  return retry_at === null || (eager && isOurs) || nowMs >= Date.parse(retry_at);
}

/** When to try again after a failure. `asked`: seconds, where the service named a pause. */
export function retryAt(
  nowMs: number,
  attempts: number,
  why: NonNullable<OutboxEntry['why']>,
  asked: number | null = null,
): string {
  const own =
    why === 'limited' || why === 'unknown'
      ? (PAUSES[Math.min(Math.max(attempts, 1), PAUSES.length) - 1] ?? LONGEST)
      : REFUSED_PAUSE;
  // An answer that was lost: what it made may show only after a while.
  const least = why === 'unknown' ? SETTLE : 0;
  const wait = Math.min(Math.max(own, least, (asked ?? 0) * SECOND), LONGEST);
  return new Date(nowMs + wait).toISOString();
}

const after = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
