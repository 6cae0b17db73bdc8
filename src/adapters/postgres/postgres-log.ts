import type { AppendOutcome, AppendRequest, Clock, EventLog, Ids, IncidentIndex } from '../../ports.ts';
import { createWriter, purgedDraft } from '../event-lines.ts';
import { checkUid } from '../log-places.ts';
import { isPurge } from '../log-source.ts';
import { notFound, notPurgeable } from '../purge-refusals.ts';
import { verifyLines } from '../verify-chain.ts';
import { appendDrafts, appendLines, refresh, rowsAfter } from './append.ts';
import { archivesOf, blobsOf, putArchive, putBlob, verifyArchives } from './beside.ts';
import { type ClientOptions, createClient, type Sql } from './client.ts';
import { createIndex } from './index-rows.ts';
import { createNumbering } from './numbering.ts';
import { dropUnused } from './openings.ts';
import { purgeRows } from './purge.ts';
import { createKnown, forget, type Known, readRow, WHERE } from './rows.ts';
import { createReady } from './schema.ts';
import { type ChangedEvent, type WatchOptions, watchEvents } from './watch.ts';

export interface PostgresLogOptions extends ClientOptions {
  clock: Clock;
  ids: Ids;
  /** The highest number that branches and published folders of this clone show; 0 when left out. */
  numbersHere?: () => Promise<number>;
}

export interface PostgresLog extends EventLog {
  workspace: string;
  /** Incidents on which work goes on, oldest first: what it costs does not grow with those that are over. */
  openUids(): Promise<string[]>;
  index: IncidentIndex;
  /** Numbers of all incidents by uid. */
  numbers(): Promise<Map<string, number>>;
  /** Lines of another record as they are, each id once. Answers how many were new. */
  receive(uid: string, lines: readonly string[]): Promise<number>;
  blobs(uid: string): Promise<Map<string, string>>;
  archives(uid: string): Promise<Map<string, Map<string, string>>>;
  /** New events as they come, from all writers. */
  watch(options?: WatchOptions): AsyncIterable<ChangedEvent>;
  /** Throws what stands in the way of working: no sign-in, other tables, a role that may not. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Incidents kept in memory between calls. */
const MAX_KNOWN = 512;

/** The record of a team: the same lines as in a file, in one database for any number of machines. */
export function createPostgresLog(options: PostgresLogOptions): PostgresLog {
  const { clock, ids, workspace } = options;
  const client = createClient(options);
  const writer = createWriter(clock, ids);
  const ready = createReady(client);
  const numbering = createNumbering(client, options, ids, options.numbersHere ?? (async () => 0));
  const channel = `hotfix_pulse_${ids.sha256(workspace).slice(0, 16)}`;
  const entries = new Map<string, { known: Known; turn: Promise<unknown> }>();

  async function writing() {
    return { client, channel: (await ready()).notifies ? channel : null };
  }

  /** One after the other for one incident: what is known of it changes in steps. */
  async function inTurn<T>(uid: string, work: (known: Known) => Promise<T>): Promise<T> {
    checkUid(uid);
    const entry = entries.get(uid) ?? { known: createKnown(uid), turn: Promise.resolve() };
    entries.delete(uid);
    entries.set(uid, entry);
    const [oldest] = entries.keys();
    if (oldest !== undefined && entries.size > MAX_KNOWN) entries.delete(oldest);
    const mine = entry.turn.then(() => work(entry.known));
    entry.turn = mine.catch(() => {});
    return mine;
  }

  async function append(request: AppendRequest): Promise<AppendOutcome> {
    const outcome = await inTurn(request.incident, async (known) =>
      appendDrafts(await writing(), known, request, writer),
    );
    if (!('elsewhere' in outcome)) return outcome;
    // Two callers have opened with one key; the first has the incident, and the second gets its answer.
    await dropUnused(client, request.incident);
    return append({ ...request, incident: outcome.elsewhere });
  }

  async function linesOf(uid: string): Promise<{ seq: number; line: string }[]> {
    checkUid(uid);
    await ready();
    return rowsAfter(client, uid, 0);
  }

  /** Uids from one statement, in the order given. */
  async function found(ask: (sql: Sql) => Promise<{ uid: string }[]>): Promise<string[]> {
    await ready();
    return (await client.ask(ask)).map(({ uid }) => uid);
  }

  async function select<T extends object>(what: 'all' | 'open'): Promise<T[]> {
    await ready();
    return client.ask(
      (sql) => sql<T[]>`
        select uid, number from hotfix_pulse.incident
        where workspace = ${workspace} ${what === 'open' ? sql`and is_open` : sql``} order by uid`,
    );
  }
  const uidsOf = async (what: 'all' | 'open') => (await select<{ uid: string }>(what)).map(({ uid }) => uid);

  return {
    workspace,
    append,
    uids: () => uidsOf('all'),
    openUids: () => uidsOf('open'),
    notices: () => [],
    index: createIndex(workspace, found),
    blobs: (uid) => blobsOf(client, uid),
    archives: (uid) => archivesOf(client, uid),
    watch: (watching = {}) => watchEvents({ client, channel, ready }, watching),
    close: () => client.close(),

    async check() {
      await ready();
    },

    read: (uid) =>
      inTurn(uid, async (known) => {
        await ready();
        await refresh(client, known);
        return { uid, events: known.events.slice(), damage: known.damage.slice() };
      }),

    async numbers() {
      const rows = await select<{ uid: string; number: number | null }>('all');
      return new Map(rows.flatMap(({ uid, number }) => (number === null ? [] : [[uid, number] as const])));
    },

    async lines(uid) {
      const rows = await linesOf(uid);
      return rows.flatMap((row) => ('event' in readRow(row, uid) ? [`${row.line}\n`] : [])).join('');
    },

    receive: (uid, lines) => inTurn(uid, async (known) => appendLines(await writing(), known, lines)),

    async withNumbering(work) {
      await ready();
      return numbering.run(work);
    },

    async putBlob(uid, text) {
      checkUid(uid);
      await ready();
      const name = ids.sha256(text);
      await putBlob(client, uid, name, text);
      return name;
    },

    async archive(uid, event, files) {
      for (const id of [uid, event]) checkUid(id);
      await ready();
      await putArchive(client, uid, event, files, ids);
    },

    async verify(uid) {
      const rows = await linesOf(uid);
      const [head] = await client.ask(
        (sql) => sql<{ last_seq: number }[]>`
          select last_seq from hotfix_pulse.incident where workspace = ${workspace} and uid = ${uid}`,
      );
      const last = Math.max(rows.at(-1)?.seq ?? 0, head?.last_seq ?? 0);
      const there = new Map(rows.map(({ seq, line }) => [seq, line]));
      const lines = Array.from({ length: last }, (_, i) => there.get(i + 1) ?? null);
      return [...verifyLines(WHERE, lines, uid, ids), ...(await verifyArchives(client, uid, ids))];
    },

    async purge(uid, eventId, by, reason) {
      const found = await inTurn(uid, async (known) => {
        await ready();
        await refresh(client, known);
        const event = known.events.find(({ id }) => id === eventId);
        if (event !== undefined && isPurge(event)) throw notPurgeable();
        const target = { uid, event: eventId, key: event?.key, inputHash: event?.input_hash ?? '' };
        const isFound = await purgeRows(client, target, ids);
        forget(known);
        return isFound;
      });
      if (!found) throw notFound();
      const { events } = await append({ incident: uid, by, drafts: [purgedDraft(eventId, reason, ids)] });
      const [purged] = events;
      if (purged === undefined) throw new Error('the purge was not recorded');
      return purged;
    },
  };
}
