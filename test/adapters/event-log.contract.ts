import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import type { Clock, EventLog, Ids } from '../../src/ports.ts';
import { ANA, handClock, newUid, note, opened, request, START } from '../support/log-kit.ts';

type Open = (options: { clock: Clock; ids: Ids }) => EventLog | Promise<EventLog>;

/** What every event log must do, whatever it is made of. */
export function eventLogContract(name: string, open: Open): void {
  const fresh = async () => {
    const clock = handClock();
    return { log: await open({ clock, ids: systemIds }), clock, uid: newUid() };
  };
  const texts = async (log: EventLog, uid: string) => (await log.read(uid)).events.map(({ text }) => text);

  describe(`${name}: event log contract`, () => {
    it('gives back what was appended, with identity, order and links', async () => {
      const { log, uid } = await fresh();
      const { events, replayed, removed } = await log.append(request(uid, opened(1), note('first', 'k/0')));
      expect({ replayed, removed }).toEqual({ replayed: false, removed: [] });
      const read = await log.read(uid);
      expect(read.damage).toEqual([]);
      expect(read.events).toEqual(events);
      expect(read.events).toMatchObject([
        { v: 1, incident: uid, kind: 'opened', seq: 0, prev: null, live: true, by: ANA },
        { kind: 'noted', text: 'first', key: 'k/0', seq: 1, recorded_at: new Date(START).toISOString() },
      ]);
      const [a, b] = read.events;
      expect(a?.at).toBe(a?.recorded_at);
      expect(b?.prev).toMatch(/^[0-9a-f]{64}$/);
      expect(b?.writer).toBe(a?.writer);
      expect((b?.id ?? '') > (a?.id ?? '')).toBe(true);
    });

    it('keeps a told time apart from the recorded one', async () => {
      const { log, uid } = await fresh();
      const at = '2026-02-28T23:00:00.000Z';
      const { events } = await log.append(request(uid, { ...note('earlier'), at }));
      expect(events).toMatchObject([{ at, recorded_at: new Date(START).toISOString() }]);
    });

    it('knows nothing of an unknown incident', async () => {
      const { log, uid } = await fresh();
      expect(await log.read(uid)).toEqual({ uid, events: [], damage: [] });
      expect(await log.verify(uid)).toEqual([]);
      expect(await log.lines(uid)).toBe('');
      expect(await log.uids()).toEqual([]);
    });

    it('lists incidents oldest first', async () => {
      const { log } = await fresh();
      const uids = [3, 1, 2].map((n) => newUid(START + n));
      for (const uid of uids) await log.append(request(uid, opened(1)));
      expect(await log.uids()).toEqual([...uids].sort());
    });

    it.each(['', '../x', 'a'.repeat(26), '../../../../../../../../abcd', '01HZZZZZZZZZZZZZZZZZZZZZZ/'])(
      'refuses %j as the id of an incident',
      async (uid) => {
        const { log } = await fresh();
        for (const call of [
          () => log.read(uid),
          () => log.append(request(uid, note('x'))),
          () => log.putBlob(uid, 'x'),
          () => log.archive(uid, newUid(), {}),
          () => log.archive(newUid(), uid, {}),
          () => log.verify(uid),
          () => log.lines(uid),
          () => log.purge(uid, newUid(), ANA, 'x'),
        ]) {
          await expect((async () => call())()).rejects.toMatchObject({ code: 'invalid_input' });
        }
      },
    );

    it('answers a repeated key with the first event', async () => {
      const { log, uid, clock } = await fresh();
      const first = await log.append(request(uid, note('once', 'k')));
      clock.set(START + 60_000);
      const again = await log.append(request(uid, note('once', 'k')));
      expect(again).toEqual({ ...first, replayed: true });
      expect(await texts(log, uid)).toEqual(['once']);
    });

    it('refuses other content under a known key and writes none of the call', async () => {
      const { log, uid } = await fresh();
      await log.append(request(uid, note('once', 'k')));
      await expect(log.append(request(uid, note('new'), note('other', 'k')))).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(await texts(log, uid)).toEqual(['once']);
    });

    it('adds only what a broken-off call had not written', async () => {
      const { log, uid } = await fresh();
      const drafts = [note('a', 'k/0'), note('b', 'k/1'), note('c', 'k/2')] as const;
      const first = await log.append(request(uid, drafts[0]));
      const whole = await log.append(request(uid, ...drafts));
      expect(whole.replayed).toBe(false);
      expect(whole.events.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
      expect(whole.events[0]).toEqual(first.events[0]);
      expect(await texts(log, uid)).toEqual(['a', 'b', 'c']);
    });

    it('takes the same key in two incidents as two things', async () => {
      const { log, uid } = await fresh();
      const other = newUid(START + 1);
      await log.append(request(uid, note('a', 'k')));
      expect((await log.append(request(other, note('b', 'k')))).replayed).toBe(false);
    });

    it('throws when one call uses a key twice', async () => {
      const { log, uid } = await fresh();
      await expect(log.append(request(uid, note('a', 'k'), note('a', 'k')))).rejects.toThrow('same key');
      expect(await texts(log, uid)).toEqual([]);
    });

    it('stands racing retries of one call for one event', async () => {
      const { log, uid } = await fresh();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => log.append(request(uid, note('a', 'k/0'), note('b', 'k/1')))),
      );
      expect(new Set(answers.map(({ events }) => events.map(({ id }) => id).join())).size).toBe(1);
      expect(await texts(log, uid)).toEqual(['a', 'b']);
    });

    it('keeps recorded order when the clock jumps back', async () => {
      const { log, uid, clock } = await fresh();
      for (const [text, ms] of [
        ['a', 0],
        ['b', -3_600_000],
        ['c', 5],
        ['d', -86_400_000],
      ] as const) {
        clock.set(START + ms);
        await log.append(request(uid, note(text)));
      }
      expect(await texts(log, uid)).toEqual(['a', 'b', 'c', 'd']);
      expect(await log.verify(uid)).toEqual([]);
    });

    it.each([
      ['emoji and right to left', '🔥 خدمة \u202e'],
      ['lines', 'a\nb\r\nc\u2028d'],
      ['lone surrogate and NUL', 'x\ud800\u0000y'],
    ])('keeps %s', async (_, text) => {
      const { log, uid } = await fresh();
      await log.append(request(uid, note(text)));
      expect(await texts(log, uid)).toEqual([text]);
      expect(await log.lines(uid)).toMatch(/^[ -~]+\n$/);
    });

    it('refuses an event above 64 KB and one that no reader would accept', async () => {
      const { log, uid } = await fresh();
      const wrong = { ...note('x'), at: '2026-03-01 10:00' };
      for (const draft of [note('x'.repeat(65_536)), wrong]) {
        await expect(log.append(request(uid, note('ok'), draft))).rejects.toMatchObject({
          code: 'invalid_input',
        });
      }
      expect(await texts(log, uid)).toEqual([]);
      await log.append(request(uid, note('x'.repeat(60_000))));
      expect(await texts(log, uid)).toEqual(['x'.repeat(60_000)]);
    });

    it('marks what was taken over from elsewhere as history', async () => {
      const { log, uid } = await fresh();
      await log.append(request(uid, { ...note('old'), imported: true }, note('new')));
      expect((await log.read(uid)).events.map(({ live }) => live)).toEqual([false, true]);
    });

    it('numbers one at a time, above the highest known', async () => {
      const { log } = await fresh();
      await log.append(request(newUid(), opened(7)));
      const taken = await Promise.all(
        Array.from({ length: 5 }, (_, i) =>
          log.withNumbering(async (highest) => {
            await new Promise((done) => setTimeout(done, 2));
            await log.append(request(newUid(START + i), opened(highest + 1)));
            return highest + 1;
          }),
        ),
      );
      expect(taken).toEqual([8, 9, 10, 11, 12]);
    });

    it('lets go of the numbering when the work fails', async () => {
      const { log } = await fresh();
      await expect(log.withNumbering(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await log.withNumbering(async (highest) => highest)).toBe(0);
    });

    it('keeps a blob under its hash', async () => {
      const { log, uid } = await fresh();
      const hash = await log.putBlob(uid, 'long excerpt é');
      expect(hash).toBe(systemIds.sha256('long excerpt é'));
      expect(await log.putBlob(uid, 'long excerpt é')).toBe(hash);
    });

    it('purges one event and says so', async () => {
      const { log, uid } = await fresh();
      const { events } = await log.append(request(uid, opened(1), note('s3cret', 'k'), note('after')));
      const id = events[1]?.id ?? '';
      const purged = await log.purge(uid, id, ANA, 'a password');
      expect(purged).toMatchObject({ kind: 'purged', by: ANA, data: { event: id, reason: 'a password' } });
      const read = await log.read(uid);
      expect(read.events.map((event) => [event.kind, event.text])).toMatchObject([
        ['opened', 'Users cannot log in'],
        ['purged', ''],
        ['noted', 'after'],
        ['purged', purged.text],
      ]);
      expect(read.events[1]).toMatchObject({ id, at: events[1]?.at, recorded_at: events[1]?.recorded_at });
      expect(JSON.stringify(read) + (await log.lines(uid))).not.toContain('s3cret');
      expect(await log.verify(uid)).toEqual([]);
      expect(await log.purge(uid, id, ANA, 'again')).toEqual(purged);
    });

    it('keeps number and slug of a purged opening', async () => {
      const { log, uid } = await fresh();
      const { events } = await log.append(request(uid, opened(4, 's3cret title')));
      await log.purge(uid, events[0]?.id ?? '', ANA, 'x');
      const read = await log.read(uid);
      expect(read.events[0]).toMatchObject({
        kind: 'opened',
        data: { number: 4, slug: 'users-cannot-log-in' },
      });
      expect(JSON.stringify(read)).not.toContain('s3cret');
      expect(await log.withNumbering(async (highest) => highest)).toBe(4);
    });

    it('refuses to purge what is not there or is itself a purge', async () => {
      const { log, uid } = await fresh();
      const { events } = await log.append(request(uid, note('a')));
      const purged = await log.purge(uid, events[0]?.id ?? '', ANA, 'x');
      await expect(log.purge(uid, purged.id, ANA, 'x')).rejects.toMatchObject({ code: 'invalid_input' });
      for (const id of [newUid(), '', '..']) {
        await expect(log.purge(uid, id, ANA, 'x')).rejects.toMatchObject({ code: 'not_found' });
      }
    });
  });
}
