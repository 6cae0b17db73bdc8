import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock, systemIds } from '../../../src/adapters/clock-ids.ts';
import { createFileLog } from '../../../src/adapters/file-log.ts';
import { findPlaces } from '../../../src/adapters/log-places.ts';
import { type BothRecords, openBoth } from '../../../src/adapters/postgres/record.ts';
import { foldIncident } from '../../../src/core/incident.ts';
import { ANA, newUid, note, opened, request } from '../../support/log-kit.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { tempFolder } from '../../support/repo.ts';
import { describeIf } from '../../support/requires.ts';

describeIf('postgres')('moving incidents', () => {
  const database = useTeamDatabase();
  let count = 0;

  /** A machine with a record of its own, in a workspace; a second machine joins by naming the same one. */
  async function machine(named?: string) {
    count += 1;
    const workspace = named ?? `move/${count}`;
    const root = tempFolder();
    const places = await findPlaces(root, { stateHome: tempFolder() });
    const env = { HOTFIX_PULSE_DATABASE_URL: database().appUrl, HOTFIX_PULSE_WORKSPACE: workspace };
    const both = await openBoth({ places, env, clock: systemClock, ids: systemIds });
    const log = createFileLog({ places, clock: systemClock, ids: systemIds });
    return { root, places, both, log, workspace, ...moves(both) };
  }
  function moves(both: BothRecords) {
    const go = async (
      direction: 'push' | 'pull',
      uid: string,
      change: { dryRun?: boolean; damaged?: boolean } = {},
    ) => {
      const [from, to] = direction === 'push' ? [both.file, both.database] : [both.database, both.file];
      const request = { uids: [uid], by: ANA, dryRun: false, damaged: false, ...change };
      const [moved] = await both.move(from, to, request);
      return moved;
    };
    return {
      push: (uid: string, change = {}) => go('push', uid, change),
      pull: (uid: string, change = {}) => go('pull', uid, change),
    };
  }
  const textOf = (root: string, uid: string) =>
    readFileSync(join(root, '.hotfix-pulse', uid, 'timeline.jsonl'), 'utf8');

  it('brings every line over as it is stored, and the same again does nothing', async () => {
    const here = await machine();
    const uid = newUid();
    await here.log.append(request(uid, opened(1), note('a', 'k'), note('é\u0000\ud800')));
    expect(await here.push(uid, { dryRun: true })).toMatchObject({ events: 3, added: 3 });
    expect(await here.both.database.uids()).toEqual([]);
    expect(await here.push(uid)).toMatchObject({ events: 3, added: 3, same_number: null });
    expect(await here.both.database.log.lines(uid)).toBe(await here.log.lines(uid));
    expect(await here.both.database.verify(uid)).toEqual([]);
    expect(await here.push(uid)).toMatchObject({ added: 0 });
    const there = await machine(here.workspace);
    expect(await there.pull(uid)).toMatchObject({ added: 3 });
    expect(await there.pull(uid)).toMatchObject({ added: 0 });
    expect(await there.log.lines(uid)).toBe(await here.log.lines(uid));
    expect((await there.log.read(uid)).events.every(({ live }) => live)).toBe(true);
    expect(await there.log.verify(uid)).toEqual([]);
  });

  it('joins what was written on both sides meanwhile, either way', async () => {
    const [a, b] = [await machine('join'), await machine('join')];
    const uid = newUid();
    await a.log.append(request(uid, opened(1)));
    await a.push(uid);
    await b.pull(uid);
    await a.log.append(request(uid, note('from a')));
    await b.log.append(request(uid, note('from b')));
    await a.both.database.log.append(request(uid, note('straight')));
    for (const step of [() => a.push(uid), () => b.push(uid), () => a.pull(uid), () => b.pull(uid)])
      await step();
    const all = await Promise.all([a.log, b.log, a.both.database.log].map((log) => log.read(uid)));
    // Two that were written in the same millisecond stand in the order of their ids.
    const [first, ...rest] = (all[0]?.events ?? []).map(({ text }) => text);
    expect([first, ...rest.sort()]).toEqual([opened(1).text, 'from a', 'from b', 'straight']);
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
    for (const log of [a.log, b.log, a.both.database.log]) expect(await log.verify(uid)).toEqual([]);
    expect((await a.both.database.log.append(request(uid, note('on')))).replayed).toBe(false);
    expect(await a.both.database.verify(uid)).toEqual([]);
  });

  it('is made once by several that start at the same moment', async () => {
    const [a, b] = [await machine('once'), await machine('once')];
    const uid = newUid();
    for (let i = 0; i < 30; i++) await a.log.append(request(uid, note(`${i}`, `${i}`)));
    const pushed = await Promise.all([a.push(uid), a.push(uid), a.push(uid)]);
    expect(pushed.reduce((sum, moved) => sum + (moved?.added ?? 0), 0)).toBe(30);
    await Promise.all([b.pull(uid), b.pull(uid), b.pull(uid)]);
    expect(
      textOf(b.root, uid)
        .split('\n')
        .filter((line) => line !== ''),
    ).toHaveLength(30);
    expect(await b.log.verify(uid)).toEqual([]);
  });

  it('keeps both of two events that a retry left under one key', async () => {
    const here = await machine();
    const uid = newUid();
    await here.log.append(request(uid, note('twice', 'k')));
    const [line = ''] = (await here.log.lines(uid)).split('\n');
    const twin = line.replace(
      /"id":"(.{25})(.)"/,
      (_, head, last) => `"id":"${head}${last === 'Z' ? 'Y' : 'Z'}"`,
    );
    appendFileSync(join(here.root, '.hotfix-pulse', uid, 'timeline.jsonl'), `\n${twin}\n`);
    expect(await here.push(uid)).toMatchObject({ added: 2 });
    const team = here.both.database.log;
    expect((await team.read(uid)).events.map(({ text }) => text)).toEqual(['twice']);
    expect((await team.append(request(uid, note('twice', 'k')))).replayed).toBe(true);
    expect(await team.lines(uid)).toBe(`${line}\n${twin}\n`);
  });

  it('takes long texts and archives along', async () => {
    const [a, b] = [await machine('beside'), await machine('beside')];
    const uid = newUid();
    const blob = await a.log.putBlob(uid, 'long é');
    await a.log.append(request(uid, opened(1, 'x', { blob })));
    const name = newUid();
    await a.log.archive(uid, name, { 'hotfix.md': '# é', 'timeline.jsonl': await a.log.lines(uid) });
    expect(await a.push(uid)).toMatchObject({ blobs: 1, archives: 1 });
    expect(await a.push(uid)).toMatchObject({ blobs: 0, archives: 0 });
    expect(await b.pull(uid)).toMatchObject({ blobs: 1, archives: 1 });
    expect(await b.both.file.blobs(uid)).toEqual(new Map([[blob, 'long é']]));
    expect(await b.both.file.archives(uid)).toEqual(await a.both.file.archives(uid));
    expect([await b.log.verify(uid), await b.both.database.verify(uid)]).toEqual([[], []]);
  });

  it('purges in the other record what was purged in this one', async () => {
    const [a, b] = [await machine('purge'), await machine('purge')];
    const uid = newUid();
    const { events } = await a.log.append(request(uid, opened(1), note('s3cret', 'k')));
    await a.push(uid);
    await b.pull(uid);
    await a.log.purge(uid, events[1]?.id ?? '', ANA, 'password');
    expect(await a.push(uid)).toMatchObject({ added: 1, purged: 1 });
    expect(await b.push(uid)).toMatchObject({ purged_there: [events[1]?.id] });
    expect(await b.pull(uid)).toMatchObject({ added: 1, purged: 1 });
    for (const log of [b.log, b.both.database.log]) {
      expect(await log.lines(uid)).toBe(await a.log.lines(uid));
      expect(await log.verify(uid)).toEqual([]);
    }
    expect(textOf(b.root, uid)).not.toContain('s3cret');
    expect(await a.push(uid)).toMatchObject({ added: 0, purged: 0 });
  });

  it('lets two incidents of one number stand side by side and says so', async () => {
    const [a, b] = [await machine('same'), await machine('same')];
    const [first, second] = [newUid(1_000), newUid(2_000)];
    await a.log.append(request(first, opened(3)));
    await b.log.append(request(second, opened(3)));
    await a.push(first);
    expect(await b.push(second)).toMatchObject({ same_number: first });
    const all = await b.both.database.uids();
    expect(all).toEqual([first, second]);
    const { events } = await b.both.database.log.read(second);
    expect(foldIncident(second, events).label).toBe('hotfix-003');
    expect(await b.both.database.log.withNumbering(async (highest) => highest)).toBe(3);
  });

  it('refuses a damaged record unless told, and one with another content for an event', async () => {
    const here = await machine();
    const uid = newUid();
    await here.log.append(request(uid, note('aaa'), note('b'), note('c')));
    const path = join(here.root, '.hotfix-pulse', uid, 'timeline.jsonl');
    const good = textOf(here.root, uid);
    writeFileSync(path, good.replace('aaa', 'AAA'));
    await expect(here.push(uid)).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringMatching('--damaged'),
    });
    expect(await here.both.database.uids()).toEqual([]);
    expect(await here.push(uid, { damaged: true })).toMatchObject({ added: 3, damage: 1 });
    writeFileSync(path, good);
    await expect(here.push(uid)).rejects.toMatchObject({ code: 'conflict' });
    await expect(here.pull(uid)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('never makes a published copy part of the record', async () => {
    const here = await machine();
    const uid = newUid();
    const { log } = await machine();
    await log.append(request(uid, opened(1), note('approved?')));
    const folder = join(here.root, 'specs', 'hotfix-001-users-cannot-log-in');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'timeline.jsonl'), await log.lines(uid));
    expect(await here.log.uids()).toEqual([uid]);
    expect(await here.both.file.uids()).toEqual([]);
    mkdirSync(join(here.places.live, newUid()), { recursive: true });
    expect(await here.both.file.uids()).toEqual([]);
    expect(await here.push(uid)).toMatchObject({ events: 0, added: 0 });
    expect(await here.both.database.uids()).toEqual([]);
  });
});
