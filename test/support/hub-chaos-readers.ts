import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type postgres from 'postgres';
import type { PostgresLog } from '../../src/adapters/postgres/postgres-log.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import type { EventLog } from '../../src/ports.ts';
import { eventOf, type Reader } from './hub-chaos-check.ts';

const run = promisify(execFile);
const linesIn = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** A record as its adapter reads it, `verify` included. */
export async function readerOf(
  name: string,
  log: Pick<EventLog, 'uids' | 'lines' | 'read' | 'verify'>,
): Promise<Reader> {
  const incidents = new Map<string, { lines: string[]; events: RecordedEvent[]; damage: number }>();
  for (const uid of await log.uids()) {
    const { events, damage } = await log.read(uid);
    const found = [...damage, ...(await log.verify(uid))].length;
    incidents.set(uid, { lines: linesIn(await log.lines(uid)), events, damage: found });
  }
  return { name, incidents };
}

/** The record as somebody gives it line by line. */
export async function readerFrom(
  name: string,
  uids: readonly string[],
  textOf: (uid: string) => Promise<string>,
): Promise<Reader> {
  const incidents = new Map<string, { lines: string[]; events: RecordedEvent[]; damage: number }>();
  for (const uid of uids) {
    const lines = linesIn(await textOf(uid));
    const events = lines.flatMap(eventOf);
    incidents.set(uid, { lines, events, damage: lines.length - events.length });
  }
  return { name, incidents };
}

export interface Follower {
  /** Waits until it has seen `count` events, ends it, and gives what it saw in its order. */
  end(count: number): Promise<Reader>;
}

/** Somebody who is told of every event as it comes, once each and in order. */
export function follow(log: PostgresLog): Follower {
  const stop = new AbortController();
  const seen = new Map<string, RecordedEvent[]>();
  const wrong = new Map<string, number>();
  const following = (async () => {
    for await (const { incident, seq, event } of log.watch({ signal: stop.signal, pollMs: 500 })) {
      const events = seen.get(incident) ?? [];
      seen.set(incident, events);
      events.push(event);
      if (seq !== events.length) wrong.set(incident, (wrong.get(incident) ?? 0) + 1);
    }
  })();
  const countSeen = () => [...seen.values()].reduce((sum, events) => sum + events.length, 0);
  return {
    async end(count) {
      const until = performance.now() + 15_000;
      while (countSeen() < count && performance.now() < until)
        await new Promise((done) => setTimeout(done, 100));
      stop.abort();
      await following;
      const incidents = [...seen].map(([uid, events]) => {
        const lines = events.map(({ live: _live, ...event }) => JSON.stringify(event));
        return [uid, { lines, events, damage: wrong.get(uid) ?? 0 }] as const;
      });
      return { name: 'a follower', incidents: new Map(incidents) };
    },
  };
}

/** `hotfix-pulse pull` into the record of a clone. */
export async function pull(script: string, root: string, env: NodeJS.ProcessEnv): Promise<void> {
  await run(process.execPath, [script, 'pull'], { cwd: root, env, timeout: 60_000 });
}

/** Stops and starts the database while everything else goes on; the test kit's own restart would hold this process. */
export async function restartAside(admin: postgres.Sql, how: 'fast' | 'immediate'): Promise<void> {
  const [at] = await admin<{ data: string; bin: string }[]>`
    select current_setting('data_directory') as data, setting as bin from pg_config where name = 'BINDIR'`;
  if (at === undefined) throw new Error('the server does not say where it is');
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  const words = [`${at.bin}/pg_ctl`, '-D', at.data, '-w', '-l', `${at.data}/../log`, '-m', how, 'restart'];
  const [first = '', ...rest] = [...as, ...words];
  await run(first, rest, { cwd: '/' });
}
