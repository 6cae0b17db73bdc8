import { PulseError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/events.ts';
import type { AppendOutcome, AppendRequest } from '../../ports.ts';
import { buildLines, missingDrafts, standingEvents, type Writer } from '../event-lines.ts';
import type { Client, Sql } from './client.ts';
import { asPulseError, failureOf } from './errors.ts';
import { openedWith } from './openings.ts';
import { forget, headWith, type Known, owes, readRow, takeEvent, takeRows } from './rows.ts';

/** How long others may come first, or a broken connection may stand in the way. Milliseconds. */
const PATIENCE_MS = 12_000;
const PAUSE_MS = 5;
const MOST_PAUSE_MS = 500;

/** Lines for the end of an incident. */
interface NewLine {
  event: RecordedEvent;
  /** Null where an earlier line of the incident has it. */
  key: string | null;
  line: string;
}

export interface Writing {
  client: Client;
  /** Null where the engine cannot notify. */
  channel: string | null;
}

/** Takes in what was stored since the last time; everything once more when a purge came to light. */
export async function refresh(client: Client, known: Known): Promise<void> {
  if (takeRows(known, await rowsAfter(client, known.uid, known.seq)) !== 'purged') return;
  forget(known);
  takeRows(known, await rowsAfter(client, known.uid, 0));
}

export async function rowsAfter(client: Client, uid: string, seq: number): Promise<Row[]> {
  return client.ask(
    (sql) => sql<Row[]>`
      select seq, line from hotfix_pulse.event
      where workspace = ${client.workspace} and incident = ${uid} and seq > ${seq} order by seq`,
  );
}
type Row = { seq: number; line: string };

/** The key has opened another incident already: what was to be recorded belongs there. */
interface Elsewhere {
  elsewhere: string;
}

/**
 * Goes on from the last line that is known: the place in the incident is taken by one writer only, whoever comes
 * second reads and builds its lines anew. An answer that was lost is settled by the ids of the lines that were sent.
 * A key opens one incident in the workspace, which the database sees to, whoever numbers at the same moment.
 */
export async function appendDrafts(
  to: Writing,
  known: Known,
  request: AppendRequest,
  writer: Writer,
): Promise<AppendOutcome | Elsewhere> {
  const standing = (key: string) => known.keys.get(key);
  // What others have stored since is found out by the place being taken.
  let isFresh = false;
  if (known.seq === 0 || missingDrafts(request, standing).length === 0) {
    await refresh(to.client, known);
    isFresh = true;
  }
  const built = await settle(to, known, isFresh, async () => {
    const drafts = missingDrafts(request, standing);
    const lines = buildLines(request, drafts, writer, known);
    const opened = await openedBefore(to.client, known.uid, lines);
    const [elsewhere] = opened.values();
    if (elsewhere !== undefined && known.seq === 0) return { elsewhere };
    return lines.map((one) => ({ ...one, key: keyUnless(opened, one.event) }));
  });
  if (!Array.isArray(built)) return built;
  return { ...standingEvents(request, built, standing), removed: [] };
}

/**
 * Lines from elsewhere, as they are; those whose id stands here already are left out. An opening whose key has opened
 * another incident is taken in all the same. Answers how many were new.
 */
export async function appendLines(to: Writing, known: Known, lines: readonly string[]): Promise<number> {
  await refresh(to.client, known);
  const added = await settle(to, known, true, async () => {
    const read = lines.map((line) => {
      const reading = readRow({ seq: 0, line }, known.uid);
      if (!('event' in reading)) throw new Error('a line that is no event was handed over');
      return { event: reading.event, line };
    });
    const missing = read.filter(({ event }) => !known.ids.has(event.id));
    const opened = await openedBefore(to.client, known.uid, missing);
    const keys = new Set(known.keys.keys());
    return missing.map(({ event, line }): NewLine => {
      const isFirst = event.key !== undefined && !keys.has(event.key);
      if (event.key !== undefined) keys.add(event.key);
      return { event, key: isFirst ? keyUnless(opened, event) : null, line };
    });
  });
  return Array.isArray(added) ? added.length : 0;
}

/** Keys of openings among the lines that have opened another incident before, each with that incident. */
async function openedBefore(
  client: Client,
  uid: string,
  lines: readonly { event: RecordedEvent }[],
): Promise<ReadonlyMap<string, string>> {
  return openedWith(
    client,
    uid,
    lines.flatMap(({ event }) => (event.kind === 'opened' && event.key !== undefined ? [event.key] : [])),
  );
}

/** A key that has opened another incident stays in the line alone. */
function keyUnless(opened: ReadonlyMap<string, string>, { kind, key }: RecordedEvent): string | null {
  return key === undefined || (kind === 'opened' && opened.has(key)) ? null : key;
}

async function settle<T extends NewLine>(
  to: Writing,
  known: Known,
  isFresh: boolean,
  build: () => Promise<T[] | Elsewhere>,
): Promise<T[] | Elsewhere> {
  const sent: T[][] = [];
  const until = performance.now() + PATIENCE_MS;
  for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, MOST_PAUSE_MS)) {
    if (sent.length > 0 || (!isFresh && known.seq === 0)) await refresh(to.client, known);
    const stored = sent.find((lines) => lines.some(({ event }) => known.ids.has(event.id)));
    if (stored !== undefined) return stored;
    const lines = await build();
    if (!Array.isArray(lines) || lines.length === 0) return lines;
    try {
      await store(to, known, lines);
      return lines;
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'other') throw asPulseError(error);
      if (performance.now() > until) throw failure === 'lost' ? asPulseError(error) : crowded();
      sent.push(lines);
    }
    await new Promise((done) => setTimeout(done, pause * Math.random()));
  }
}

/** One statement: the lines at their places, the row of the incident, and the wake-up. All of it or nothing. */
async function store({ client, channel }: Writing, known: Known, lines: readonly NewLine[]): Promise<void> {
  const { workspace } = client;
  const events = lines.map(({ event }) => event);
  const last = known.seq + lines.length;
  const rows = lines.map(({ event, key, line }, i) => ({
    ...{ workspace, incident: known.uid, seq: known.seq + 1 + i, id: event.id, key, line },
  }));
  const head = headWith(known.head, events);
  const { number, is_open } = head;
  await client.once(
    (sql) => sql`
      with added as (insert into hotfix_pulse.event ${sql(rows)} returning seq),
      head as (
        insert into hotfix_pulse.incident (workspace, uid, number, is_open, owes, last_seq)
        values (${workspace}, ${known.uid}, ${number}, ${is_open}, ${owes(head)}, ${last})
        on conflict (workspace, uid) do update set number = excluded.number, is_open = excluded.is_open,
          owes = excluded.owes, last_seq = excluded.last_seq
        returning uid)
      select ${wakeUp(sql, channel)} from (select max(seq) from added) as done`,
  );
  for (const { event, line } of lines) takeEvent(known, event, line);
}

/** Says nothing but that there is something: everybody who may connect to a database can listen. */
function wakeUp(sql: Sql, channel: string | null) {
  return channel === null ? sql`1` : sql`pg_notify(${channel}, '')`;
}

function crowded(): PulseError {
  return new PulseError(
    'upstream',
    'Others kept writing to this incident at the same moment; nothing was recorded.',
    'Repeat the same call with the same idempotency key.',
  );
}
