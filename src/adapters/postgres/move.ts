import { PulseError } from '../../core/errors.ts';
import type { Actor } from '../../core/events.ts';
import { planMove, type StoredLine } from '../../core/record-move.ts';
import type { Damage, EventLog } from '../../ports.ts';
import { readRow } from './rows.ts';

/** One record as an end of a move. */
export interface Side {
  /** For people: `file log` or `database`. */
  where: string;
  log: EventLog;
  uids(): Promise<string[]>;
  /** Event lines as stored, without line ends, each event once. */
  lines(uid: string): Promise<string[]>;
  verify(uid: string): Promise<Damage[]>;
  /** Lines as they are; answers how many were new. */
  receive(uid: string, lines: readonly string[]): Promise<number>;
  /** Numbers of incidents by uid. */
  numbers(): Promise<Map<string, number>>;
  blobs(uid: string): Promise<Map<string, string>>;
  archives(uid: string): Promise<Map<string, Map<string, string>>>;
}

export interface MoveRequest {
  uids: readonly string[];
  by: Actor;
  /** Tells what would be done. */
  dryRun: boolean;
  /** Moves a record that `verify` finds damaged. */
  damaged: boolean;
}

export interface Moved {
  uid: string;
  /** Of the source: events it has. */
  events: number;
  /** Events that were (or would be) added to the other record. */
  added: number;
  /** Events purged there as well. */
  purged: number;
  blobs: number;
  archives: number;
  /** What verify found in the source, when the move was made all the same. */
  damage: number;
  /** Another incident there has the same number: both stay. */
  same_number: string | null;
  /** Purged there, but not here. */
  purged_there: string[];
}

const MANIFEST = 'manifest.json';
const PURGED = 'It was purged from another record of this incident';

/**
 * Brings every event of the named incidents that the other record has not, line by line as it is stored. The same
 * again does nothing; a move that was broken off goes on where it stopped.
 * @throws PulseError conflict when a record is damaged or both have the same event with other content
 */
export async function moveIncidents(from: Side, to: Side, request: MoveRequest): Promise<Moved[]> {
  const moved: Moved[] = [];
  for (const uid of request.uids) moved.push(await moveOne(from, to, uid, request));
  const [here, there] = [await from.numbers(), await to.numbers()];
  return moved.map((one) => ({ ...one, same_number: sameNumber(one.uid, here, there) }));
}

async function moveOne(from: Side, to: Side, uid: string, request: MoveRequest): Promise<Moved> {
  const damage = await from.verify(uid);
  if (damage.length > 0 && !request.damaged) throw isDamaged(from, uid, damage.length);
  const lines = (await from.lines(uid)).flatMap((line) => asStored(line, uid));
  const plan = planMove(
    lines,
    (await to.lines(uid)).flatMap((line) => asStored(line, uid)),
  );
  if (plan.differ.length > 0) throw differs(uid, plan.differ);
  const blobs = missingIn(await from.blobs(uid), await to.blobs(uid));
  const archives = missingIn(await from.archives(uid), await to.archives(uid));
  const base = {
    ...{ uid, events: lines.length, damage: damage.length, same_number: null },
    ...{ purged: plan.purge.length, purged_there: plan.purgedThere },
    ...{ blobs: blobs.length, archives: archives.length },
  };
  if (request.dryRun) return { ...base, added: plan.missing.length };
  // What the events refer to comes first, so that nobody reads an event whose text is not there yet.
  for (const [, text] of blobs) await to.log.putBlob(uid, text);
  const added = plan.missing.length === 0 ? 0 : await to.receive(uid, plan.missing);
  for (const id of plan.purge) await to.log.purge(uid, id, request.by, PURGED);
  for (const [event, files] of archives) {
    const kept = [...files].filter(([file]) => file !== MANIFEST);
    await to.log.archive(uid, event, Object.fromEntries(kept));
  }
  return { ...base, added };
}

function asStored(line: string, uid: string): StoredLine[] {
  const reading = readRow({ seq: 0, line }, uid);
  if (!('event' in reading)) return [];
  return [{ id: reading.event.id, line, purged: reading.event.line_sha256 !== undefined }];
}

function missingIn<T>(here: ReadonlyMap<string, T>, there: ReadonlyMap<string, unknown>): [string, T][] {
  return [...here].filter(([name]) => !there.has(name));
}

function sameNumber(
  uid: string,
  here: ReadonlyMap<string, number>,
  there: ReadonlyMap<string, number>,
): string | null {
  const number = here.get(uid);
  if (number === undefined) return null;
  return [...there].find(([other, taken]) => other !== uid && taken === number)?.[0] ?? null;
}

function isDamaged(from: Side, uid: string, count: number): PulseError {
  return new PulseError(
    'conflict',
    `The ${from.where} of incident ${uid} is damaged in ${count} place(s); nothing was moved.`,
    'Look at it with hotfix-pulse verify. To move what can be read all the same, repeat the command with --damaged.',
    { incident: uid, damage: count },
  );
}

function differs(uid: string, ids: readonly string[]): PulseError {
  return new PulseError(
    'conflict',
    `Incident ${uid} has ${ids.length} event(s) with other content in the other record; nothing was moved.`,
    'One of the two was changed by hand. Compare both with hotfix-pulse timeline --json, and keep the one that verify finds sound.',
    { incident: uid, events: ids.slice(0, 10) },
  );
}
