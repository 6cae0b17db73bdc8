import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileCase } from '../support/file-log-kit.ts';
import { ANA, newUid, note, opened, request } from '../support/log-kit.ts';
import { tempFolder } from '../support/repo.ts';

describe('torn and foreign lines', () => {
  it('reads every whole line whatever byte the file is cut at, and goes on writing', async () => {
    const { log, uid, path, text, another } = await fileCase(tempFolder(), { settleMs: 0 });
    await log.append(request(uid, opened(1), note('a', 'k')));
    await log.append(request(uid, note('b')));
    const whole = text();
    const ends = [...whole.matchAll(/\}(?=\n)/g)].map(({ index }) => index + 1);
    expect(ends).toHaveLength(3);
    for (let size = 0; size <= whole.length; size++) {
      writeFileSync(path, whole.slice(0, size));
      const reader = another();
      const complete = ends.filter((end) => end <= size).length;
      const rest = whole.slice(0, size).slice(complete === 0 ? 0 : ends[complete - 1]);
      const torn = rest.trim() !== '';
      const { events, damage } = await reader.read(uid);
      expect(events, `${size}`).toHaveLength(complete);
      expect(damage.map(({ problem }) => problem)).toEqual(torn ? ['torn'] : []);
      await reader.append(request(uid, note('after', `after-${size}`)));
      const later = await another().read(uid);
      expect(later.events.map(({ text }) => text).at(-1)).toBe('after');
      expect(later.events).toHaveLength(complete + 1);
      expect(later.damage.map(({ problem }) => problem)).toEqual(torn ? ['torn'] : []);
      reader.close();
    }
  }, 120_000);

  it('copies a torn line aside once, reports it and leaves the log as it is', async () => {
    const { log, uid, path, add, text, another } = await fileCase();
    await log.append(request(uid, opened(1)));
    add('\n{"v":1,"id":"01HX');
    await log.append(request(uid, note('next')));
    const before = text();
    for (const reader of [log, log, another()]) {
      const { events, damage } = await reader.read(uid);
      expect(events.map((event) => event.text)).toEqual(['Users cannot log in', 'next']);
      expect(damage).toEqual([{ where: 'live', line: 4, problem: 'torn', detail: expect.any(String) }]);
    }
    const folder = join(dirname(path), 'quarantine');
    const names = readdirSync(folder);
    expect(names).toHaveLength(1);
    expect(readFileSync(join(folder, names[0] ?? ''), 'utf8')).toBe('{"v":1,"id":"01HX');
    expect(text()).toBe(before);
    expect(await log.verify(uid)).toMatchObject([{ problem: 'torn', line: 4 }]);
  });

  it('takes a last line whose line end was lost as written', async () => {
    const { log, uid, path, text, another } = await fileCase();
    await log.append(request(uid, note('a', 'k')));
    truncateSync(path, text().length - 1);
    const again = await another().append(request(uid, note('a', 'k')));
    expect(again.replayed).toBe(true);
    await another().append(request(uid, note('b')));
    expect((await another().read(uid)).events.map((event) => event.text)).toEqual(['a', 'b']);
    expect(await another().verify(uid)).toEqual([]);
  });

  it.each([
    ['an event of another incident', 'other_incident'],
    ['valid JSON that is no event', 'not_an_event'],
    ['an unknown kind', 'not_an_event'],
    ['an id from the far future', 'not_an_event'],
    ['a line above the limit', 'too_long'],
    ['a megabyte of zeros', 'too_long'],
    ['bytes that are no text', 'torn'],
  ])('reports %s and reads the rest', async (what, problem) => {
    const { log, uid, add, text, another } = await fileCase();
    await log.append(request(uid, note('a')));
    const line = text().trim();
    const lines: Record<string, string> = {
      'an event of another incident': line.replaceAll(uid, newUid()),
      'valid JSON that is no event': '{"hello":[1]}',
      'an unknown kind': line.replace('"noted"', '"shrugged"'),
      'an id from the far future': line.replace(/"id":"..../, '"id":"7ZZZ'),
      'a line above the limit': `${line.slice(0, -1)},"more":"${'x'.repeat(70_000)}"}`,
      'a megabyte of zeros': '\0'.repeat(1_000_000),
      'bytes that are no text': Buffer.from([0xff, 0xfe, 0, 0x80]).toString('latin1'),
    };
    add(`\n${lines[what]}\n`);
    for (const reader of [log, another()]) {
      await reader.append(request(uid, note('b', 'b')));
      const read = await reader.read(uid);
      expect(read.events.map((event) => event.text)).toEqual(['a', 'b']);
      expect(read.damage).toMatchObject([{ where: 'live', line: 4, problem }]);
      expect(JSON.stringify(read.damage)).not.toContain('hello');
    }
  });

  it('reads a copy with CRLF line ends', async () => {
    const { log, uid, text, set, another } = await fileCase();
    await log.append(request(uid, note('a'), note('b')));
    set(text().replaceAll('\n', '\r\n'));
    expect((await another().read(uid)).events).toHaveLength(2);
    expect(await another().verify(uid)).toEqual([]);
  });

  it('begins again when the log was deleted, shortened or replaced', async () => {
    const { log, uid, path, text, set, places } = await fileCase();
    await log.append(request(uid, note('a', 'a')));
    rmSync(places.live, { recursive: true });
    expect((await log.read(uid)).events).toEqual([]);
    await log.append(request(uid, note('b', 'b')));
    expect((await log.read(uid)).events.map((event) => event.text)).toEqual(['b']);
    const kept = text();
    rmSync(path);
    set(kept);
    await log.append(request(uid, note('c')));
    expect((await log.read(uid)).events.map((event) => event.text)).toEqual(['b', 'c']);
    set('');
    expect((await log.append(request(uid, note('b', 'b')))).replayed).toBe(false);
  });
});

describe('verify', () => {
  const three = async () => {
    const made = await fileCase();
    for (const text of ['one', 'two', 'three']) await made.log.append(request(made.uid, note(text)));
    return made;
  };

  it.each([
    ['an edited line', (text: string) => text.replace('"one"', '"0ne"'), 2],
    ['a removed first line', (text: string) => text.replace(/^\n.*"one".*\n/m, ''), 0],
    ['a removed middle line', (text: string) => text.replace(/^.*"two".*$/m, ''), 2],
    ['an edited middle line', (text: string) => text.replace('"two"', '"2wo"'), 4],
  ])('finds %s, also in a process that read it before', async (_, change, line) => {
    const { log, uid, text, set } = await three();
    expect(await log.verify(uid)).toEqual([]);
    set(change(text()));
    expect(await log.verify(uid)).toMatchObject([{ where: 'live', problem: 'edited_or_removed', line }]);
  });

  it('finds an edited published copy', async () => {
    const { log, uid, places } = await three();
    const folder = join(places.specs, 'hotfix-001-x');
    mkdirSync(folder, { recursive: true });
    const lines = await log.lines(uid);
    writeFileSync(join(folder, 'timeline.jsonl'), lines);
    expect(await log.verify(uid)).toEqual([]);
    writeFileSync(join(folder, 'timeline.jsonl'), lines.replace('"three"', '"thr33"'));
    expect(await log.verify(uid)).toMatchObject([
      { where: 'published', line: 3, problem: 'edited_or_removed' },
    ]);
  });
});

describe('purge on disk', () => {
  const SECRET = 'hunter2-and-more';

  function holders(folder: string): string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path, 'latin1').includes(SECRET));
  }

  it('leaves the text nowhere, every other byte as it was, and the chain whole', async () => {
    const { log, uid, text, add, places, another } = await fileCase();
    const reader = another();
    const blob = await log.putBlob(uid, `long ${SECRET}`);
    await log.append(request(uid, note('before')));
    const { events } = await log.append(request(uid, note(SECRET, 'k', { blob })));
    const id = events[0]?.id ?? '';
    const line =
      text()
        .split('\n')
        .find((each) => each.includes(SECRET)) ?? '';
    await log.append(request(uid, note('after')));
    // A short write and a racing retry leave further copies of the same event.
    add(`\n${line.slice(0, line.indexOf(SECRET) + SECRET.length)}\n`);
    add(`\n${line.replace(id, newUid())}\n`);
    const folder = join(places.specs, 'hotfix-001-x');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'timeline.jsonl'), await log.lines(uid));
    await reader.read(uid);
    expect(holders(places.root).length).toBeGreaterThan(3);

    const before = text();
    await log.purge(uid, id, ANA, 'a password');
    expect(holders(places.root)).toEqual([]);
    const after = text().slice(0, before.length);
    expect(after.split('\n').map((each) => each.length)).toEqual(
      before.split('\n').map((each) => each.length),
    );
    const others = (all: string) => all.split('\n').filter((each) => /"(before|after)"/.test(each));
    expect(others(after)).toEqual(others(before));

    for (const each of [log, reader, another()]) {
      const read = await each.read(uid);
      expect(JSON.stringify(read)).not.toContain(SECRET);
      expect(read.events.filter((event) => event.kind === 'noted')).toHaveLength(2);
      expect(read.damage).toEqual([]);
      expect(await each.verify(uid)).toEqual([]);
    }
    await reader.append(request(uid, note('later')));
    expect(await reader.verify(uid)).toEqual([]);
  });

  it('cleans a published copy that came back later', async () => {
    const { log, uid, places } = await fileCase();
    const { events } = await log.append(request(uid, note(SECRET)));
    const copy = await log.lines(uid);
    await log.purge(uid, events[0]?.id ?? '', ANA, 'x');
    const folder = join(places.specs, 'hotfix-001-x');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'timeline.jsonl'), copy);
    expect(await log.verify(uid)).toMatchObject([{ where: 'published', problem: 'edited_or_removed' }]);
    expect(JSON.stringify(await log.read(uid))).not.toContain(SECRET);
    await log.purge(uid, events[0]?.id ?? '', ANA, 'x');
    expect(holders(places.root)).toEqual([]);
    expect(await log.verify(uid)).toEqual([]);
  });
});
