import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSource, refreshSource } from '../../src/adapters/log-source.ts';
import { storedLines } from '../../src/adapters/verify-chain.ts';
import { fileCase } from '../support/file-log-kit.ts';
import { ANA, note, opened, request } from '../support/log-kit.ts';
import { tempFolder } from '../support/repo.ts';
import { linesFor } from '../support/scale-kit.ts';

describe('the lines of a log', () => {
  it('are those of its files, whatever was appended, torn, published or purged', async () => {
    const { log, another, uid, path, places, add } = await fileCase();
    const copy = join(places.specs, 'hotfix-001-login', 'timeline.jsonl');
    mkdirSync(dirname(copy), { recursive: true });
    const files = [
      { where: 'live', path },
      { where: 'fallback', path: join(places.fallback, uid, 'timeline.jsonl') },
      { where: 'published', path: copy },
    ] as const;
    const agree = async () => {
      const text = await log.lines(uid);
      expect(text).toBe(storedLines(files, uid));
      expect(await another().lines(uid)).toBe(text);
      return text;
    };
    await log.append(request(uid, opened(1), note('Grüße aus München')));
    writeFileSync(copy, await agree());
    // Two writers, a retry, and lines that are none.
    await another().append(request(uid, note('theirs', 'key/0')));
    await log.append(request(uid, note('mine')));
    add('\n{"v":1,"id":"01KJM\n<<<<<<< HEAD\r\n');
    await log.append(request(uid, note('after the damage')));
    expect((await agree()).split('\n')).toHaveLength(6);
    // What only another clone's copy has.
    const [foreign = ''] = linesFor(uid, [note('from a clone')]);
    writeFileSync(copy, `${await agree()}${foreign}\n`);
    expect(await agree()).toContain('from a clone');
    // A line end that was lost.
    const [tail = ''] = linesFor(uid, [note('its line end was lost')]);
    add(tail);
    expect(await agree()).toContain('its line end was lost');
    await log.append(request(uid, note('and one more')));
    const [event] = (await log.read(uid)).events.filter(({ text }) => text === 'mine');
    await another().purge(uid, event?.id ?? '', ANA, 'not for here');
    expect(await agree()).not.toContain('"text":"mine"');
  });
});

describe('a published copy', () => {
  it('that has grown is read on from where it ended, and any other change is read anew', () => {
    const { uid } = { uid: '01KJM4YG00STRY000000000000' };
    const path = join(tempFolder(), 'timeline.jsonl');
    const lines = linesFor(uid, [note('one'), note('two'), note('three')]);
    const put = (text: string) => {
      // As a refresh does it: another file under the same name.
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    };
    const source = createSource('published', path, uid);
    const read = () => {
      refreshSource(source);
      return source.events.map(({ text }) => text);
    };
    put(`${lines.slice(0, 2).join('\n')}\n`);
    expect(read()).toEqual(['one', 'two']);
    const [first] = source.events;
    put(`${lines.join('\n')}\n`);
    expect(read()).toEqual(['one', 'two', 'three']);
    expect(source.events[0]).toBe(first);
    put(`${lines.join('\n')}\n`.replace('"text":"one"', '"text":"ONE"'));
    expect(read()).toEqual(['ONE', 'two', 'three']);
    expect(source.events[0]).not.toBe(first);
    put(`${lines.slice(1).join('\n')}\n`);
    expect(read()).toEqual(['two', 'three']);
    put('');
    expect(read()).toEqual([]);
    put(`${lines.join('\n')}`);
    expect(read()).toEqual(['one', 'two']);
    expect(source.tail).toMatchObject({ event: { text: 'three' } });
  });
});
