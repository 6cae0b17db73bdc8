import { expect, it } from 'vitest';
import { ANA, newUid, note, opened, request } from '../../support/log-kit.ts';
import { lossyProxy } from '../../support/lossy-proxy.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { describeIf } from '../../support/requires.ts';
import { eventLogContract } from '../event-log.contract.ts';

describeIf('postgres')('the record in PostgreSQL', () => {
  const database = useTeamDatabase();
  eventLogContract('postgres', (options) => database().open(options));

  const texts = async (log: { read(uid: string): Promise<{ events: { text: string }[] }> }, uid: string) =>
    (await log.read(uid)).events.map(({ text }) => text);
  /** The same record through a connection that can be broken. */
  async function throughProxy(workspace: string) {
    const proxy = await lossyProxy(database().port);
    const url = `postgres://pulse_app@127.0.0.1:${proxy.port}/postgres`;
    return { proxy, log: database().open({ url, workspace, statementMs: 500 }) };
  }

  it('goes on from what another process wrote, and sees its purge', async () => {
    const [a, b] = [database().open({ workspace: 'two' }), database().open({ workspace: 'two' })];
    const uid = newUid();
    await a.append(request(uid, opened(1), note('s3cret', 'k')));
    await b.append(request(uid, note('from b')));
    await a.append(request(uid, note('from a')));
    const { events } = await b.read(uid);
    expect(events.map(({ text }) => text)).toEqual(['Users cannot log in', 's3cret', 'from b', 'from a']);
    await b.purge(uid, events[1]?.id ?? '', ANA, 'x');
    expect(JSON.stringify(await a.read(uid))).not.toContain('s3cret');
    expect((await a.append(request(uid, note('s3cret', 'k')))).replayed).toBe(false);
    expect(await a.verify(uid)).toEqual([]);
  });

  it('needs one message to the server for an event once the incident is known', async () => {
    const { log, proxy } = await throughProxy('one message');
    const uid = newUid();
    for (const text of ['a', 'b']) await log.append(request(uid, note(text, text)));
    const before = proxy.sent();
    await log.append(request(uid, note('c', 'c')));
    expect(proxy.sent() - before).toBe(1);
  });

  it.each(['cut', 'swallow'] as const)('writes an event once whose answer is lost (%s)', async (mood) => {
    const { log, proxy } = await throughProxy(`lost ${mood}`);
    const uid = newUid();
    for (const text of ['a', 'b']) await log.append(request(uid, note(text)));
    proxy.next(mood);
    const { events, replayed } = await log.append(request(uid, note('lost')));
    expect([events.length, replayed]).toEqual([1, false]);
    expect(await texts(log, uid)).toEqual(['a', 'b', 'lost']);
    proxy.next(mood);
    expect(await texts(log, uid)).toEqual(['a', 'b', 'lost']);
    expect(await log.verify(uid)).toEqual([]);
  });

  it('says so when the database is away, without the address, and goes on when it is back', async () => {
    const url = 'postgres://pulse_app:s3cret@127.0.0.1:9/nowhere';
    const log = database().open({ url, patienceMs: 200 });
    const error = await log.append(request(newUid(), note('x'))).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'upstream', message: 'The database cannot be reached.' });
    expect(JSON.stringify(error) + error.message + error.hint + error.stack).not.toMatch(
      /s3cret|nowhere|:9\b/,
    );
  });

  it.each([
    ['a changed line', `update hotfix_pulse.event set line = replace(line, '"b"', '"B"') where seq = 2`, 2],
    ['a removed line', 'delete from hotfix_pulse.event where seq = 2', 2],
    ['a removed last line', 'delete from hotfix_pulse.event where seq = 3', 3],
    ['a line that is no event', `update hotfix_pulse.event set line = '{}' where seq = 1`, 1],
  ])('verify finds %s', async (_, change, line) => {
    const { admin, open } = database();
    const log = open();
    const uid = newUid();
    for (const text of ['a', 'b', 'c']) await log.append(request(uid, note(text)));
    await admin.unsafe(`${change} and incident = '${uid}'`);
    const found = await log.verify(uid);
    expect(found).not.toEqual([]);
    expect(found[0]).toMatchObject({ where: 'database', line });
  });

  it('keeps an archive whole and once, finds a change, and empties it when an event is purged', async () => {
    const { admin, open } = database();
    const log = open();
    const uid = newUid();
    const { events } = await log.append(request(uid, opened(1), note('s3cret', undefined, { blob: '' })));
    const name = newUid();
    const files = { 'hotfix.md': 'about s3cret', 'timeline.jsonl': await log.lines(uid) };
    await Promise.all([log.archive(uid, name, files), log.archive(uid, name, files)]);
    await log.archive(uid, name, { 'hotfix.md': 'other' });
    expect(await log.verify(uid)).toEqual([]);
    expect((await log.archives(uid)).get(name)?.get('hotfix.md')).toBe('about s3cret');
    await admin`update hotfix_pulse.archive set body = ${Buffer.from('x')} where incident = ${uid} and file = 'hotfix.md'`;
    expect(await log.verify(uid)).toMatchObject([
      { where: `archive/${name}/hotfix.md`, problem: 'archive_changed' },
    ]);
    await log.purge(uid, events[1]?.id ?? '', ANA, 'x');
    expect(await log.verify(uid)).toEqual([]);
    const left = (await log.archives(uid)).get(name);
    expect([...(left?.keys() ?? [])]).toEqual(['manifest.json', 'timeline.jsonl']);
    expect(JSON.stringify([...(left ?? [])])).not.toContain('s3cret');
  });

  it('takes the blob of a purged event away', async () => {
    const log = database().open();
    const uid = newUid();
    const blob = await log.putBlob(uid, 'long s3cret');
    const { events } = await log.append(request(uid, opened(1, 'x', { blob })));
    expect([...(await log.blobs(uid)).values()]).toEqual(['long s3cret']);
    await log.purge(uid, events[0]?.id ?? '', ANA, 'x');
    expect(await log.blobs(uid)).toEqual(new Map());
  });

  it('knows which incidents are open without reading them', async () => {
    const log = database().open();
    const end = (kind: 'closed' | 'reopened' | 'cancelled') => ({
      ...{ ...note(kind), kind, data: kind === 'closed' ? {} : { reason: 'x' } },
    });
    const uids = [1, 2, 3].map((n) => newUid(Date.parse('2026-03-01') + n));
    for (const [i, uid] of uids.entries()) await log.append(request(uid, opened(i + 1)));
    const [first = '', second = '', third = ''] = uids;
    await log.append(request(first, end('closed')));
    await log.append(request(second, end('cancelled')));
    await log.append(request(second, end('reopened')));
    expect(await log.openUids()).toEqual([second, third]);
    expect(await log.numbers()).toEqual(new Map(uids.map((uid, i) => [uid, i + 1])));
  });

  it('numbers above what this clone knows from its branches', async () => {
    const log = database().open({ numbersHere: async () => 41 });
    await log.append(request(newUid(), opened(7)));
    expect(await log.withNumbering(async (highest) => highest)).toBe(41);
  });

  it('lets go of the numbering when the process that numbers is gone', async () => {
    const { admin, open } = database();
    const [a, b] = [open({ workspace: 'numbers' }), open({ workspace: 'numbers' })];
    let go: () => void = () => {};
    let begin: () => void = () => {};
    const begun = new Promise<void>((done) => {
      begin = done;
    });
    const held = a.withNumbering(() => {
      begin();
      return new Promise<void>((done) => {
        go = done;
      });
    });
    await begun;
    const second = b.withNumbering(async () => 'second');
    const early = await Promise.race([second, new Promise((done) => setTimeout(done, 150, 'waits'))]);
    expect(early).toBe('waits');
    await admin`
      select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted`;
    expect(await second).toBe('second');
    go();
    await held;
  });

  it('works on an engine that cannot notify', async () => {
    const { admin, open } = database();
    await admin`alter function pg_notify(text, text) rename to pg_notify_gone`;
    try {
      const log = open();
      const uid = newUid();
      await log.append(request(uid, note('quiet')));
      expect(await texts(log, uid)).toEqual(['quiet']);
    } finally {
      await admin`alter function pg_notify_gone(text, text) rename to pg_notify`;
    }
  });

  it('keeps ids above those of a writer whose clock is ahead', async () => {
    const [ahead, behind] = [
      database().open({ workspace: 'clocks', clock: { now: () => 2_000_000_000_000 } }),
      database().open({ workspace: 'clocks', clock: { now: () => 1_000_000_000_000 } }),
    ];
    const uid = newUid();
    await ahead.append(request(uid, note('ahead')));
    const { events } = await behind.append(request(uid, note('behind')));
    expect((await ahead.read(uid)).events.map(({ text }) => text)).toEqual(['ahead', 'behind']);
    expect(events[0]?.recorded_at).toBe('2001-09-09T01:46:40.000Z');
  });
});
