import type { RecordedEvent } from '../../core/events.ts';
import { rowsAfter } from './append.ts';
import type { Client, Sql } from './client.ts';
import { readRow } from './rows.ts';

export interface ChangedEvent {
  incident: string;
  seq: number;
  event: RecordedEvent;
}

export interface WatchOptions {
  /** Last place seen of each incident; those that are not named are told from their first line. `now` tells only what comes. */
  since?: ReadonlyMap<string, number> | 'now';
  signal?: AbortSignal;
  /** How often is looked without being woken. Milliseconds. */
  pollMs?: number;
}

export interface Watched {
  client: Client;
  channel: string;
  ready(): Promise<{ notifies: boolean }>;
}

const POLL_MS = 5_000;
/** After a failed look. Milliseconds. */
const PAUSE_MS = 500;
/** A look at the latest rows is enough when the last one is not longer ago than this; else all incidents are compared. Milliseconds. */
const RECENT_MS = 30_000;
/**
 * How far the latest rows go back, in seconds: a row can be seen when its statement ends, which is at most that
 * statement's time limit (15 s) after its `stored_at`, and the look before this one is at most RECENT_MS ago.
 */
const LATEST_S = 90;

interface Head {
  uid: string;
  last_seq: number;
}

/**
 * New events in the order of each incident, once each. A notification only says: look now. Without any, such as
 * while the connection is away or on an engine that has none, a slow look finds the same.
 */
export async function* watchEvents(watched: Watched, options: WatchOptions): AsyncGenerator<ChangedEvent> {
  const { client, channel } = watched;
  const { signal, since, pollMs = POLL_MS } = options;
  const seen = new Map(since === 'now' ? [] : since);
  const bell = createBell(signal);
  const { notifies } = await watched.ready();
  let looked: number | null = null;
  if (since === 'now') {
    for (const { uid, last_seq } of await client.ask((sql) => heads(sql, client.workspace, false)))
      seen.set(uid, last_seq);
    looked = performance.now();
  }
  const stop = notifies ? client.listen(channel, bell.ring) : null;
  try {
    while (!signal?.aborted) {
      bell.reset();
      const at = performance.now();
      const isRecent = looked !== null && at - looked < RECENT_MS;
      const found = await client.ask((sql) => heads(sql, client.workspace, isRecent)).catch(() => null);
      const behind = (found ?? []).filter(({ uid, last_seq }) => last_seq > (seen.get(uid) ?? 0));
      let isWhole = found !== null;
      for (const { uid } of behind) {
        const rows = await rowsAfter(client, uid, seen.get(uid) ?? 0).catch(() => null);
        isWhole &&= rows !== null;
        for (const row of rows ?? []) {
          seen.set(uid, row.seq);
          const reading = readRow(row, uid);
          if ('event' in reading) yield { incident: uid, seq: row.seq, event: reading.event };
        }
      }
      if (isWhole) looked = at;
      await bell.wait(isWhole ? pollMs : PAUSE_MS);
    }
  } finally {
    await stop?.().catch(() => {});
  }
}

/** How far each incident has come: all of them, or those with late rows only. */
async function heads(sql: Sql, workspace: string, isRecent: boolean): Promise<Head[]> {
  if (!isRecent)
    return sql<Head[]>`select uid, last_seq from hotfix_pulse.incident where workspace = ${workspace}`;
  return sql<Head[]>`
    select incident as uid, max(seq) as last_seq from hotfix_pulse.event
    where workspace = ${workspace} and stored_at > now() - make_interval(secs => ${LATEST_S})
    group by incident`;
}

/** Rings that come while nobody waits are not lost. */
function createBell(signal: AbortSignal | undefined) {
  let isRung = false;
  let answer: () => void = () => {};
  const ring = (): void => {
    isRung = true;
    answer();
  };
  return {
    ring,
    reset: () => {
      isRung = false;
    },
    wait: (ms: number) =>
      new Promise<void>((done) => {
        if (isRung || signal?.aborted) return done();
        const timer = setTimeout(finish, ms);
        function finish(): void {
          clearTimeout(timer);
          signal?.removeEventListener('abort', finish);
          answer = () => {};
          done();
        }
        answer = finish;
        signal?.addEventListener('abort', finish, { once: true });
      }),
  };
}
