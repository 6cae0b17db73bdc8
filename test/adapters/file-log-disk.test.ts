import {
  appendFileSync,
  existsSync,
  fdatasyncSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Disk } from '../../src/adapters/file-append.ts';
import type { EventDraft } from '../../src/core/events.ts';
import { fileCase } from '../support/file-log-kit.ts';
import { ANA, newUid, note, opened, request, START } from '../support/log-kit.ts';
import { tempFolder } from '../support/repo.ts';

const real: Disk = { write: (fd, bytes) => writeSync(fd, bytes), flush: (fd) => fdatasyncSync(fd) };
const fails = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

describe('a disk that fails', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS'])(
    'says what to do on %s and stays usable',
    async (code) => {
      const state = { disk: { ...real, write: fails(code) } as Disk };
      const disk: Disk = {
        write: (fd, bytes) => state.disk.write(fd, bytes),
        flush: (fd) => state.disk.flush(fd),
      };
      const { log, uid } = await fileCase(tempFolder(), { disk });
      await expect(log.append(request(uid, note('a', 'k')))).rejects.toMatchObject({
        code: 'upstream',
        hint: expect.stringContaining('by hand'),
        details: { errno: code, recorded: 0 },
      });
      expect((await log.read(uid)).events).toEqual([]);
      state.disk = real;
      expect((await log.append(request(uid, note('a', 'k')))).replayed).toBe(false);
    },
  );

  it('does not acknowledge what was not flushed, and does not double it', async () => {
    const state = { flush: fails('EIO') as Disk['flush'], flushes: 0 };
    const disk: Disk = { ...real, flush: (fd) => state.flush(fd) };
    const { log, uid } = await fileCase(tempFolder(), { disk });
    await expect(log.append(request(uid, note('a', 'k')))).rejects.toMatchObject({
      details: { recorded: 1 },
    });
    state.flush = real.flush;
    await log.append(request(uid, note('a', 'k')));
    expect((await log.read(uid)).events).toHaveLength(1);
  });

  it('repeats a short write whole', async () => {
    const sizes: number[] = [];
    const disk: Disk = {
      ...real,
      write(fd, bytes) {
        sizes.push(bytes.length);
        return sizes.length === 1 ? writeSync(fd, bytes, 0, 400) : writeSync(fd, bytes);
      },
    };
    const { log, uid, another } = await fileCase(tempFolder(), { disk });
    await log.append(request(uid, note('a', 'k/0'), note('b', 'k/1')));
    expect(sizes[0]).toBe(sizes[1]);
    const { events, damage } = await another().read(uid);
    expect(events.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(damage.length).toBeLessThanOrEqual(1);
    expect((await another().verify(uid)).filter(({ problem }) => problem !== 'torn')).toEqual([]);
  });

  it('says how much of a half-written call stands, and a retry adds the rest', async () => {
    const state = { broken: true };
    const disk: Disk = {
      ...real,
      write(fd, bytes) {
        if (!state.broken) return writeSync(fd, bytes);
        writeSync(fd, bytes, 0, bytes.indexOf('\n\n') + 10);
        return fails('ENOSPC')();
      },
    };
    const { log, uid } = await fileCase(tempFolder(), { disk });
    const call = request(uid, note('a', 'k/0'), note('b', 'k/1'));
    await expect(log.append(call)).rejects.toMatchObject({ details: { recorded: 1 } });
    state.broken = false;
    expect((await log.append(call)).events.map(({ text }) => text)).toEqual(['a', 'b']);
    expect((await log.read(uid)).events).toHaveLength(2);
  });

  it('acknowledges a write that lost no more than its last line end', async () => {
    const disk: Disk = {
      ...real,
      write(fd, bytes) {
        writeSync(fd, bytes, 0, bytes.length - 1);
        return fails('ENOSPC')();
      },
    };
    const { log, uid, another } = await fileCase(tempFolder(), { disk });
    expect((await log.append(request(uid, note('a', 'k')))).events).toMatchObject([{ text: 'a' }]);
    await another().append(request(uid, note('b')));
    const { events, damage } = await another().read(uid);
    expect(events.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(damage).toEqual([]);
  });

  it('writes again when the log is deleted between write and flush', async () => {
    const state = { left: 1, path: '' };
    const disk: Disk = {
      ...real,
      flush(fd) {
        real.flush(fd);
        if (state.left-- > 0) rmSync(state.path);
      },
    };
    const { log, uid, path, another } = await fileCase(tempFolder(), { disk });
    state.path = path;
    await log.append(request(uid, note('a', 'k')));
    expect((await another().read(uid)).events.map(({ text }) => text)).toEqual(['a']);
  });

  it('flushes what another process wrote before it acknowledges it again', async () => {
    const { log, uid, another } = await fileCase();
    await log.append(request(uid, note('a', 'k')));
    const retry = another({ disk: { ...real, flush: fails('EIO') } });
    await expect(retry.append(request(uid, note('a', 'k')))).rejects.toMatchObject({ code: 'upstream' });
  });
});

describe('two processes with one key', () => {
  /** Lets another process write its event between our look at the log and our write. */
  async function race(theirs: EventDraft) {
    const rival = { path: '', line: '' };
    const made = await fileCase(tempFolder(), {
      disk: {
        ...real,
        write(fd, bytes) {
          appendFileSync(rival.path, `\n${rival.line}\n`);
          return writeSync(fd, bytes);
        },
      },
    });
    const other = await fileCase();
    await other.log.append(request(other.uid, theirs));
    rival.line = (await other.log.lines(other.uid)).trim().replaceAll(other.uid, made.uid);
    rival.path = made.path;
    return made;
  }

  it('both answer with the event that stands first in the file', async () => {
    const { log, uid, another } = await race(note('a', 'k'));
    const answer = await log.append(request(uid, note('a', 'k')));
    const read = await another().read(uid);
    expect(read.events).toEqual(answer.events);
    expect(answer.replayed).toBe(true);
    expect((await another().append(request(uid, note('a', 'k')))).events).toEqual(answer.events);
  });

  it('the later one is told when the content differs', async () => {
    const { log, uid, another } = await race(note('theirs', 'k'));
    await expect(log.append(request(uid, note('mine', 'k')))).rejects.toMatchObject({ code: 'conflict' });
    expect((await another().read(uid)).events.map(({ text }) => text)).toEqual(['theirs']);
  });
});

describe('a folder that cannot be written', () => {
  // Works for root too: nothing can be made below a file or in /proc.
  it.each(['a file in its place', 'a path below a file', '/proc'])(
    'falls back, says so and reads both: %s',
    async (what) => {
      const made = await fileCase();
      const { uid, places, another } = made;
      await made.log.append(request(uid, opened(3), note('before', 'k')));
      const kept = made.text();
      rmSync(places.live, { recursive: true });
      const live =
        {
          'a file in its place': places.live,
          'a path below a file': `${places.live}/x`,
          '/proc': '/proc/hotfix-pulse',
        }[what] ?? '';
      if (what !== '/proc') writeFileSync(places.live, 'in the way');
      const log = another({ places: { ...places, live } });
      expect(log.notices()).toEqual([]);
      made.clock.set(START + 1000);
      await log.append(request(uid, note('a', 'a')));
      expect(log.notices()).toEqual([expect.stringContaining(places.fallback)]);
      expect((await log.append(request(uid, note('a', 'a')))).replayed).toBe(true);
      expect(await log.withNumbering(async (highest) => highest)).toBe(0);
      await log.putBlob(uid, 'blob');
      expect(existsSync(join(places.fallback, uid, 'blobs'))).toBe(true);

      // Later the folder is there again: both are read, the live one is written.
      rmSync(places.live, { force: true });
      mkdirSync(dirname(made.path), { recursive: true });
      made.set(kept);
      const later = another();
      await later.append(request(uid, note('b')));
      expect((await later.append(request(uid, note('a', 'a')))).replayed).toBe(true);
      expect((await later.read(uid)).events.map(({ text }) => text)).toEqual([
        'Users cannot log in',
        'before',
        'a',
        'b',
      ]);
      expect(await later.withNumbering(async (highest) => highest)).toBe(3);
      expect(await later.uids()).toEqual([uid]);
      expect(await later.verify(uid)).toEqual([]);
      const target = (await later.read(uid)).events[2]?.id ?? '';
      await later.purge(uid, target, ANA, 'x');
      expect(readFileSync(join(places.fallback, uid, 'timeline.jsonl'), 'utf8')).not.toContain('"text":"a"');
    },
  );

  it('explains itself when neither place can be written', async () => {
    const { uid, places, another } = await fileCase();
    const log = another({ places: { ...places, live: '/proc/a', fallback: '/proc/b' } });
    await expect(log.append(request(uid, note('a')))).rejects.toMatchObject({ code: 'upstream' });
    await expect(log.putBlob(uid, 'a')).rejects.toMatchObject({ code: 'upstream' });
    await expect(log.withNumbering(async () => 1)).rejects.toMatchObject({ code: 'upstream' });
    expect((await log.read(uid)).events).toEqual([]);
  });

  it('hides its folder from git where there is no repository yet', async () => {
    const { log, uid, places } = await fileCase();
    await log.append(request(uid, note('a')));
    expect(readFileSync(join(places.live, '.gitignore'), 'utf8')).toBe('*\n');
  });
});

describe('symbolic links', () => {
  it.each(['base', 'incident', 'file', 'quarantine', 'blobs'])(
    'writes nothing through a link: %s',
    async (which) => {
      const { uid, places, path, another, log } = await fileCase();
      const target = tempFolder();
      const victim = join(target, 'victim');
      writeFileSync(victim, 'untouched');
      const at =
        {
          base: places.live,
          incident: dirname(path),
          file: path,
          quarantine: join(dirname(path), 'quarantine'),
          blobs: join(dirname(path), 'blobs'),
        }[which] ?? '';
      mkdirSync(dirname(at), { recursive: true });
      symlinkSync(which === 'file' ? victim : target, at);
      if (which === 'quarantine' || which === 'blobs') {
        writeFileSync(path, '{"torn');
        await another().read(uid);
      } else {
        await expect(log.append(request(uid, note('a')))).rejects.toMatchObject({ code: 'unsafe' });
      }
      if (which !== 'file' && which !== 'quarantine') {
        await expect(log.putBlob(uid, 'x')).rejects.toMatchObject({ code: 'unsafe' });
      }
      expect(readFileSync(victim, 'utf8')).toBe('untouched');
      expect(lstatSync(at).isSymbolicLink()).toBe(true);
      expect(existsSync(join(target, uid)) || existsSync(join(target, 'timeline.jsonl'))).toBe(false);
      expect(readdirSync(target)).toEqual(['victim']);
    },
  );
});

describe('published copies', () => {
  async function published() {
    const here = await fileCase();
    const there = await fileCase();
    await there.log.append(request(there.uid, opened(5), note('theirs', 'k')));
    const folder = join(here.places.specs, 'hotfix-005-users-cant-login');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'timeline.jsonl');
    writeFileSync(path, await there.log.lines(there.uid));
    return { ...here, folder, path, uid: there.uid, theirs: there };
  }

  it('reads what another clone published, as history', async () => {
    const { log, uid, another } = await published();
    expect(await log.uids()).toEqual([uid]);
    const { events } = await log.read(uid);
    expect(events.map(({ text, live }) => [text, live])).toEqual([
      ['Users cannot log in', false],
      ['theirs', false],
    ]);
    expect(await log.withNumbering(async (highest) => highest)).toBe(5);
    const mine = await log.append(request(uid, note('mine')));
    const read = await another().read(uid);
    expect(read.events.map(({ text, live }) => [text, live]).at(-1)).toEqual(['mine', true]);
    expect((mine.events[0]?.id ?? '') > (events[1]?.id ?? '')).toBe(true);
    expect(await another().verify(uid)).toEqual([]);
  });

  it('is never a key', async () => {
    const { log, uid } = await published();
    await log.read(uid);
    expect((await log.append(request(uid, note('theirs', 'k')))).replayed).toBe(false);
  });

  it('keeps a copy of a live event live, whatever the copy says', async () => {
    const { log, uid, places } = await fileCase();
    await log.append(request(uid, note('a')));
    const folder = join(places.specs, 'hotfix-001-x');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'timeline.jsonl'), (await log.lines(uid)).replace('"a"', '"forged"'));
    expect((await log.read(uid)).events).toMatchObject([{ text: 'a', live: true }]);
  });

  it('takes no foreign claim to be live', async () => {
    const { log, uid, path } = await published();
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('{"v":1,', '{"v":1,"live":true,'));
    expect((await log.read(uid)).events.map(({ live }) => live)).toEqual([false, false]);
  });

  it('reports other incidents in it and follows no link to it', async () => {
    const { log, uid, path, folder, places, another } = await published();
    const other = readFileSync(path, 'utf8').split('\n')[0] ?? '';
    writeFileSync(path, `${readFileSync(path, 'utf8')}${other.replaceAll(uid, newUid())}\n`);
    expect((await log.read(uid)).damage).toMatchObject([
      { where: 'published', line: 3, problem: 'other_incident' },
    ]);
    const outside = tempFolder();
    writeFileSync(join(outside, 'timeline.jsonl'), readFileSync(path));
    rmSync(path);
    symlinkSync(join(outside, 'timeline.jsonl'), path);
    expect(await another().uids()).toEqual([]);
    rmSync(folder, { recursive: true });
    symlinkSync(outside, folder);
    expect(await another().uids()).toEqual([]);
    rmSync(places.specs, { recursive: true });
    symlinkSync(outside, places.specs);
    expect(await another().uids()).toEqual([]);
  });
});

describe('notices', () => {
  it.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 | 0, 'CIFS'],
    [0xfe534d42, 'SMB'],
    [0x65735546, 'FUSE'],
    [0x01021997, '9P'],
  ])('names the network file system %i', async (type, name) => {
    const { log } = await fileCase(tempFolder(), { fileSystemType: () => type });
    expect(log.notices()).toEqual([expect.stringContaining(name)]);
  });

  it('is silent on a local disk and when the system does not tell', async () => {
    const fileSystemType = () => {
      throw new Error('no');
    };
    expect((await fileCase()).log.notices()).toEqual([]);
    expect((await fileCase(tempFolder(), { fileSystemType })).log.notices()).toEqual([]);
  });
});
