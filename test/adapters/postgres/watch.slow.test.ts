import { expect, it, onTestFinished } from 'vitest';
import type { PostgresLog } from '../../../src/adapters/postgres/postgres-log.ts';
import type { WatchOptions } from '../../../src/adapters/postgres/watch.ts';
import { newUid, note, opened, request } from '../../support/log-kit.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { describeIf } from '../../support/requires.ts';

/** Longer than any test: what arrives then came by a wake-up. Milliseconds. */
const NEVER_MS = 60_000;

describeIf('postgres')('watching the record', () => {
  const database = useTeamDatabase();

  /** What a watch has told so far, and a way to wait for more. */
  function watching(log: PostgresLog, options: WatchOptions) {
    const stop = new AbortController();
    const told: string[] = [];
    const done = (async () => {
      for await (const { seq, event } of log.watch({ signal: stop.signal, ...options }))
        told.push(`${seq} ${event.text}`);
    })();
    onTestFinished(() => stop.abort());
    return {
      told,
      done,
      stop: () => stop.abort(),
      until: (n: number) => expect.poll(() => told.length, { timeout: 8_000 }).toBeGreaterThanOrEqual(n),
    };
  }
  /** Listening has begun: an event of another incident comes through. */
  async function awake(writer: PostgresLog, watch: { told: string[]; until(n: number): Promise<void> }) {
    const uid = newUid();
    await expect
      .poll(
        async () => {
          await writer.append(request(uid, note('awake')));
          return watch.told.length;
        },
        { timeout: 8_000, interval: 50 },
      )
      .toBeGreaterThan(0);
    await new Promise((done) => setTimeout(done, 100));
    watch.told.length = 0;
  }

  it('tells what another process writes, at once and once, in order', async () => {
    const [writer, reader] = [database().open({ workspace: 'a' }), database().open({ workspace: 'a' })];
    const uid = newUid();
    await writer.append(request(uid, opened(1)));
    const watch = watching(reader, { since: 'now', pollMs: NEVER_MS });
    await awake(writer, watch);
    await writer.append(request(uid, note('a'), note('b')));
    await database()
      .open({ workspace: 'other' })
      .append(request(uid, note('not ours')));
    await writer.append(request(uid, note('c')));
    await watch.until(3);
    expect(watch.told).toEqual(['2 a', '3 b', '4 c']);
    watch.stop();
    await watch.done;
  });

  it('begins where it is told, or at the first line', async () => {
    const log = database().open();
    const uid = newUid();
    await log.append(request(uid, note('a'), note('b'), note('c')));
    const later = watching(log, { since: new Map([[uid, 2]]), pollMs: NEVER_MS });
    await later.until(1);
    expect(later.told).toEqual(['3 c']);
    const all = watching(log, { pollMs: NEVER_MS });
    await all.until(3);
    expect(all.told).toEqual(['1 a', '2 b', '3 c']);
  });

  it('needs no notification', async () => {
    const { admin, open } = database();
    await admin`alter function pg_notify(text, text) rename to pg_notify_gone`;
    try {
      const log = open();
      const watch = watching(log, { since: 'now', pollMs: 50 });
      await new Promise((done) => setTimeout(done, 150));
      await log.append(request(newUid(), note('a')));
      await watch.until(1);
      expect(watch.told).toEqual(['1 a']);
    } finally {
      await admin`alter function pg_notify_gone(text, text) rename to pg_notify`;
    }
  });

  it('tells what was written while its connections were away, and goes on after a restart', async () => {
    const { admin, restart } = database();
    const [writer, reader] = [database().open({ workspace: 'r' }), database().open({ workspace: 'r' })];
    const watch = watching(reader, { since: 'now', pollMs: NEVER_MS });
    await awake(writer, watch);
    const uid = newUid();
    await writer.append(request(uid, note('before')));
    await watch.until(1);
    await admin`
      select pg_terminate_backend(pid) from pg_stat_activity where usename = 'pulse_app'`;
    await writer.append(request(uid, note('cut')));
    await watch.until(2);
    restart('fast');
    await writer.append(request(uid, note('restarted')));
    await watch.until(3);
    expect(watch.told).toEqual(['1 before', '2 cut', '3 restarted']);
  });
});
