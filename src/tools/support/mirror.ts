import { canonicalJson } from '../../core/canonical.ts';
import { type Incident, isOpen } from '../../core/incident.ts';
import { isForgotten, isStale, type Sending, sendingKey, sendingsOf } from '../../core/outward/outbox.ts';
import type { Place } from '../../core/outward/sending.ts';
import { showOf } from '../../core/outward/services.ts';
import type { Outward, Surface } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { type Loaded, loadUid } from './load.ts';
import { recordPosts } from './post-record.ts';
import { OPEN, openingOf, postOf, recordPlace } from './send-attempts.ts';
import { type Delivered, sendOnce } from './send-once.ts';
import { discloses, mayDisclose, placeOf, surfaceView } from './surfaces.ts';

/** What is shown changes what is shown (a link, a post in the timeline); more rounds than this are somebody else's events. */
const ROUNDS = 4;
const REFRESH = 'refresh';

interface Now {
  loaded: Loaded;
  outward: Outward;
  sendings: ReadonlyMap<string, Sending>;
  eager: boolean;
  deps: Deps;
}

/**
 * Brings every service in line with the record and sends what waits. One process of this host does it at a time; whoever
 * comes second leaves it to the first, which looks again before it ends. Nothing of a rehearsal goes out.
 * @param eager a person asked for it now
 */
export async function sendWaiting(uid: string, deps: Deps, { eager = false } = {}): Promise<Delivered[]> {
  const outward = await deps.outward?.();
  if (outward === undefined || outward.surfaces.length === 0) return [];
  const told = new Map<string, Delivered>();
  for (let round = 0; round < ROUNDS; round++) {
    // A refusal is not asked for twice in one go.
    const isEager = eager && round === 0;
    const seen = await outward.outbox.exclusively(uid, () => oneRound(uid, outward, isEager, told, deps));
    // Events that came while this process held the lock are its to show.
    if (seen === null || seen === (await lastEvent(uid, deps))) break;
  }
  return [...told.values()];
}

async function lastEvent(uid: string, deps: Deps): Promise<string | null> {
  return (await loadUid(uid, deps)).incident.recorded.at(-1)?.id ?? null;
}

/** Answers the last event that it has shown. */
async function oneRound(
  uid: string,
  outward: Outward,
  eager: boolean,
  told: Map<string, Delivered>,
  deps: Deps,
): Promise<string | null> {
  const loaded = await loadUid(uid, deps);
  const { incident } = loaded;
  const last = incident.recorded.at(-1)?.id ?? null;
  if (!incident.opened || incident.drill) return last;
  const round: Delivered[] = [];
  for (const surface of outward.surfaces) {
    const sendings = sendingsOf(await outward.outbox.read(uid));
    round.push(...(await sendTo(surface, { loaded, outward, sendings, eager, deps })));
  }
  for (const one of round) {
    const name = sendingKey(one.surface.service, one.key);
    // "Already" is no news of what was sent a round ago.
    if (one.state !== 'already' || !told.has(name)) told.set(name, one);
  }
  await recordPosts(incident, round, sendingsOf(await outward.outbox.read(uid)), deps);
  return last;
}

async function sendTo(surface: Surface, at: Now): Promise<Delivered[]> {
  const { loaded, outward, sendings, eager, deps } = at;
  const { incident } = loaded;
  const { service } = surface;
  const known = (key: string): Sending | undefined => sendings.get(sendingKey(service, key));
  const nowMs = deps.clock.now();
  const waiting = [...sendings.values()].filter(
    (one) =>
      one.service === service && one.message !== null && one.state !== 'done' && !isForgotten(one, nowMs),
  );
  const fresh = waiting.filter((one) => !isStale(one, nowMs));
  const stood =
    placeOf(incident, service) ?? (known(OPEN)?.state === 'done' ? known(OPEN)?.place : null) ?? null;
  if (stood === null && !wantsOpening(surface, incident, known(OPEN), fresh, deps)) {
    return waiting.map((one) => given(surface, one, 'stale'));
  }
  if ((await discloses(incident, surface)) && !mayDisclose(incident, service, deps)) {
    const held = fresh.length > 0 ? fresh.map((one) => given(surface, one, 'withheld')) : [];
    return held.length > 0 ? held : [given(surface, { key: stood === null ? OPEN : REFRESH }, 'withheld')];
  }
  const sender = { uid: incident.uid, outbox: outward.outbox, eager, deps };
  const draft = surface.draft(surfaceView(loaded, deps));
  const hash = deps.ids.sha256(canonicalJson(draft));
  const out: Delivered[] = [];
  let place = stood;
  // This process or an earlier one may have ended between the opening and this note.
  if (place !== null && known(OPEN)?.state === 'done')
    await markCarried(place, known(OPEN)?.carries ?? undefined, at, surface);
  if (place === null) {
    const first = surface.opens === 'message' || surface.posts === 'never' ? (fresh[0] ?? null) : null;
    const opened = await sendOnce(openingOf(surface, incident, draft, hash, first), known(OPEN), sender);
    out.push(opened);
    if (opened.place === null || (opened.state !== 'sent' && opened.state !== 'already')) return out;
    place = opened.place;
    await markCarried(opened.place, known(OPEN)?.carries ?? first?.key, at, surface);
  }
  await recordPlace(incident, surface, place, deps);
  const here = place;
  const now = sendingsOf(await outward.outbox.read(incident.uid));
  const opened = surface.opensBare === true ? undefined : now.get(sendingKey(service, OPEN));
  const shown = now.get(sendingKey(service, REFRESH)) ?? opened;
  if (surface.mirrors && (shown?.state !== 'done' || shown.hash !== hash)) {
    const make = () => surface.refresh(here, draft);
    out.push(await sendOnce({ surface, key: REFRESH, hash, make }, known(REFRESH), sender));
  }
  for (const { key } of waiting) {
    const one = now.get(sendingKey(service, key));
    if (surface.posts === 'never') await markCarried(here, key, at, surface);
    else if (one?.message)
      out.push(await sendOnce(postOf(surface, incident, here, one, one.message, deps), one, sender));
  }
  return out;
}

/** By the team's standing yes in the settings, for a message that was approved, or because it was begun. */
function wantsOpening(
  surface: Surface,
  incident: Incident,
  open: Sending | undefined,
  posts: readonly Sending[],
  deps: Deps,
): boolean {
  if (posts.length > 0) return true;
  if (surface.opens === 'message') return false;
  if (open !== undefined) return true;
  return showOf(surface.service, deps.settings.outward ?? {}) === 'auto' && isOpen(incident);
}

/** The message that a service was opened with has arrived with it. */
async function markCarried(
  place: Place,
  key: string | undefined,
  { loaded, outward, sendings, deps }: Now,
  { service }: Surface,
): Promise<void> {
  const carried = key === undefined ? undefined : sendings.get(sendingKey(service, key));
  if (!carried || carried.state === 'done') return;
  await outward.outbox.append(loaded.incident.uid, {
    ...{ v: 1, at: new Date(deps.clock.now()).toISOString(), service, key: carried.key, step: 'done' },
    ...{ hash: carried.hash, place },
  });
}

function given(
  surface: Surface,
  sending: Partial<Sending> & { key: string },
  state: Delivered['state'],
): Delivered {
  const { key, place = null, why = null, retry_at = null } = sending;
  return { surface, key, state, place, why, retry_at, dropped: [] };
}
