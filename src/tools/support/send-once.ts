import { PulseError } from '../../core/errors.ts';
import { isDue, isStale, type OutboxEntry, retryAt, type Sending } from '../../core/outward/outbox.ts';
import type { Message, Place, SendOutcome } from '../../core/outward/sending.ts';
import { isoOf } from '../../core/time.ts';
import type { Outbox, Surface } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';

/** What became of one thing that was to go out. */
export interface Delivered {
  surface: Surface;
  key: string;
  /**
   * `sent` now; `already` before; `waiting` for another try; `refused` until somebody changes something; `withheld`
   * without being tried, since it is about security and not only the team reads there; `stale` and not tried any more.
   */
  state: 'sent' | 'already' | 'waiting' | 'refused' | 'withheld' | 'stale';
  place: Place | null;
  why: OutboxEntry['why'] | null;
  retry_at: string | null;
  /** What the service did not take over. */
  dropped: readonly string[];
}

/** One thing that is to be over there exactly once, or to look exactly so. */
export interface Attempt {
  surface: Surface;
  key: string;
  hash: string;
  /** Kept with the intent, for whoever has to send it later. */
  message?: Message;
  carries?: string;
  /** Where it is already; left out for what changes nothing when it is done twice. */
  look?: () => Promise<Place | null>;
  make(): Promise<SendOutcome>;
}

/** In place of a hash: nobody knows what is shown there, so it is brought up to date. */
const FOUND = 'found';

interface Sender {
  uid: string;
  outbox: Outbox;
  /** Somebody asked for it: our own pauses are passed over. */
  eager: boolean;
  deps: Pick<Deps, 'clock'>;
}

/**
 * Looks, writes down what is about to be sent, sends it, writes down how it ended; in this order, so that a crash at any
 * point leaves something to look for and nothing to send blindly. The caller holds the incident's lock.
 * @param before what the outbox knows of it
 */
export async function sendOnce(
  attempt: Attempt,
  before: Sending | undefined,
  sender: Sender,
): Promise<Delivered> {
  const { surface, key } = attempt;
  const told = (state: Delivered['state'], more: Partial<Delivered> = {}): Delivered => ({
    ...{ surface, key, state, place: before?.place ?? null, why: before?.why ?? null },
    ...{ retry_at: before?.retry_at ?? null, dropped: [], ...more },
  });
  const nowMs = sender.deps.clock.now();
  const isThere = before?.state === 'done' && (attempt.look !== undefined || before.hash === attempt.hash);
  if (isThere) return told('already');
  // What was refused may be taken in another form.
  const isOther = before?.hash !== attempt.hash && stateOf(before?.why ?? 'unknown') === 'refused';
  if (before && before.state !== 'done' && !isOther && !isDue(before, nowMs, sender.eager)) {
    return told(isStale(before, nowMs) ? 'stale' : stateOf(before.why ?? 'unknown'));
  }
  const note = (step: OutboxEntry['step'], more: Partial<OutboxEntry> = {}): Promise<void> =>
    sender.outbox.append(sender.uid, {
      ...{
        v: 1,
        at: isoOf(sender.deps.clock.now()),
        service: surface.service,
        key,
        step,
        hash: attempt.hash,
      },
      ...more,
    });
  const done = async (place: Place, dropped: readonly string[], more = {}): Promise<Delivered> => {
    await note('done', { place, ...more });
    return told('sent', { place, why: null, retry_at: null, dropped });
  };
  const failed = async (
    why: NonNullable<OutboxEntry['why']>,
    asked: number | null = null,
  ): Promise<Delivered> => {
    const attempts = (before?.state === 'done' ? 0 : (before?.attempts ?? 0)) + 1;
    const retry_at = retryAt(sender.deps.clock.now(), attempts, why, asked);
    await note('failed', { why, retry_at });
    return told(stateOf(why), { why, retry_at });
  };

  const seen = await look(attempt);
  if (seen === 'unreachable') return failed('unknown');
  // What was found may have been made from an older record.
  if (seen !== null) return done(seen, [], { hash: FOUND });
  const { message, carries } = attempt;
  await note('intent', { ...(message ? { message } : {}), ...(carries ? { carries } : {}) });
  const outcome = await made(attempt);
  switch (outcome.outcome) {
    case 'done':
      return done(outcome.place, outcome.dropped);
    case 'declined':
      return failed(outcome.why);
    case 'limited':
      return failed('limited', outcome.retry_after_s);
    case 'unknown': {
      // The answer was lost; more often than not the work was done.
      const after = await look(attempt);
      return after === null || after === 'unreachable' ? failed('unknown') : done(after, []);
    }
  }
}

const stateOf = (why: NonNullable<OutboxEntry['why']>): 'waiting' | 'refused' =>
  why === 'unknown' || why === 'limited' ? 'waiting' : 'refused';

async function look(attempt: Attempt): Promise<Place | null | 'unreachable'> {
  if (!attempt.look) return null;
  try {
    return await attempt.look();
  } catch (error) {
    if (error instanceof PulseError) return 'unreachable';
    throw error;
  }
}

/** An adapter that throws after all has left the outcome open. */
async function made(attempt: Attempt): Promise<SendOutcome> {
  try {
    return await attempt.make();
  } catch {
    return { outcome: 'unknown' };
  }
}
