import { PulseError } from '../../core/errors.ts';
import type { Incident } from '../../core/incident.ts';
import type { PullDraft, PullState } from '../../core/outward/github-facts.ts';
import { pullMarker } from '../../core/outward/pull-body.ts';
import { REFUSALS } from '../../core/outward/sending.ts';
import { SECOND } from '../../core/time.ts';
import type { PullRequests } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { waitFor } from './jobs.ts';

/** The one way in which a pull request is opened. */

export type Ensured = { pull: PullState } | { problem: string };

/** Pauses before looking again for what may have been made, milliseconds. */
const LOOKS = [500, 1_500, 3_000];
const LOCK_TRIES = 8;
const pause = (ms: number) => waitFor(new Promise(() => {}), ms);

/**
 * The pull request of these two branches: the one that is there, else a new one. It is looked for before it is made and
 * after an answer that got lost; a second process on this host waits, one on another host is refused by the service.
 * Never throws for what the service does.
 */
export async function ensurePull(
  incident: Incident,
  pulls: PullRequests,
  draft: PullDraft,
  commit: string,
  deps: Deps,
): Promise<Ensured> {
  const marker = pullMarker(incident.uid, incident.attempt, draft.base);
  const outbox = (await deps.outward?.())?.outbox;
  const work = () => made(pulls, draft, marker, commit);
  try {
    if (outbox === undefined) return await work();
    for (let tries = 0; tries < LOCK_TRIES; tries++) {
      const done = await outbox.exclusively(incident.uid, work);
      if (done !== null) return done;
      await pause(SECOND);
    }
    return { problem: 'another process is at it' };
  } catch (error) {
    if (error instanceof PulseError) return { problem: error.message };
    throw error;
  }
}

async function made(pulls: PullRequests, draft: PullDraft, marker: string, commit: string): Promise<Ensured> {
  const there = await standing(pulls, draft, commit);
  if (there !== null) return { pull: await refreshed(pulls, there, draft, marker) };
  const outcome = await pulls.open(draft, marker);
  if (outcome.outcome === 'done') {
    const [, number = ''] = /#(\d+)$/.exec(outcome.place.ref) ?? [];
    return { pull: await pulls.state(Number(number)) };
  }
  if (outcome.outcome === 'limited') {
    const wait = outcome.retry_after_s === null ? '' : ` for ${outcome.retry_after_s} s`;
    return { problem: `${pulls.name} asks for a pause${wait}` };
  }
  // Refused because it is there already, or made although no answer came: only looking tells.
  for (const ms of outcome.outcome === 'unknown' ? LOOKS : [0]) {
    await pause(ms);
    const found = await standing(pulls, draft, commit);
    if (found !== null) return { pull: found };
  }
  return {
    problem:
      outcome.outcome === 'unknown'
        ? `${pulls.name} did not answer, so it may have been opened`
        : `${pulls.name} did not open it: ${REFUSALS[outcome.why]}`,
  };
}

/** An open one, or one that was merged with exactly this commit; an older merge of the same branches is history. */
async function standing(pulls: PullRequests, draft: PullDraft, commit: string): Promise<PullState | null> {
  const found = await pulls.find(draft);
  return found !== null && (found.state === 'open' || found.head === commit) ? found : null;
}

/** What an earlier plan said is brought up to date; what somebody wrote without us is left alone. */
async function refreshed(
  pulls: PullRequests,
  there: PullState,
  draft: PullDraft,
  marker: string,
): Promise<PullState> {
  if (there.state === 'open' && there.marker === marker) await pulls.update(there.number, draft, marker);
  return there;
}
