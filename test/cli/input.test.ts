import { describe, expect, it } from 'vitest';
import { INPUT_CAP, readInput } from '../../src/cli/input.ts';
import { type FakeOptions, fakeIo, fakeWorld, run } from './fakes.ts';

const from = (content: string | Uint8Array, options: FakeOptions = {}) =>
  readInput('a.json', fakeIo({ ...options, files: { 'a.json': content } }));
const bytes = (...parts: (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

describe('arguments from a file', () => {
  const NASTY = { text: `can't "quote" \`id\` $(whoami) \\ \n🔥 --kind` };
  it.each<[string, string | Uint8Array, unknown]>([
    ['an object', JSON.stringify(NASTY), NASTY],
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, '{"a":1}'), { a: 1 }],
    [
      'UTF-16 with a mark, little end',
      bytes(0xff, 0xfe, Buffer.from('{"a":"é"}', 'utf16le').toString('latin1')),
      null,
    ],
    ['CRLF and space around', '\r\n {"a":1}\r\n', { a: 1 }],
    ['an empty object', '{}', {}],
  ])('%s', async (name, content, expected) => {
    const real = name.startsWith('UTF-16')
      ? Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{"a":"é"}', 'utf16le')])
      : content;
    expect(await from(real)).toEqual(expected ?? { a: 'é' });
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['malformed JSON', '{"secret-text": oops}', /not valid JSON \(line 1, column 17\)/],
    ['malformed JSON on line 3', '{\n"a": 1,\n}', /line 3, column 1/],
    ['a text that never ends', '{"secret-text": "', /line 1, column 17\)/],
    ['a raw line break in text', '{"a": "x\ny"}', /line 1, column 9\)/],
    ['a bad escape', '{"a": "C:\\dir"}', /line 1, column 10\)/],
    ['a quote too many', '{"a": "can "t"}', /line 1, column 13\)/],
    ['single quotes', "{'a': 1}", /line 1, column 2\)/],
    ['a comment', '{"a": 1 // why\n}', /line 1, column 9\)/],
    ['a missing comma', '{"a": 1 "b": 2}', /line 1, column 9\)/],
    ['an object cut off', '{"a": 1', /not valid JSON/],
    ['nothing', '', /it is empty/],
    ['white space', ' \n', /it is empty/],
    ['two values', '{} {}', /not valid JSON \(line 1, column 4\)/],
    ['an array', '[1]', /one JSON object/],
    ['text', '"secret-text"', /one JSON object/],
    ['null', 'null', /one JSON object/],
    ['no UTF-8', bytes('{"a":"', 0xff, '"}'), /not UTF-8/],
    ['10 MB and a byte', ' '.repeat(INPUT_CAP + 1), /larger than 10 MB/],
  ])('refuses %s', async (_name, content, message) => {
    const refusal = await from(content).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(message) });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('secret-text');
  });

  it('takes exactly 10 MB', async () => {
    expect(await from(`{}${' '.repeat(INPUT_CAP - 2)}`)).toEqual({});
  });

  it('stops reading at the cap, however much there is', async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given += 1;
        yield new Uint8Array(1024 * 1024);
      }
    }
    const io = { ...fakeIo(), file: () => endless() };
    await expect(readInput('x', io)).rejects.toThrow(/10 MB/);
    expect(given).toBe(11);
  });

  it.each(['ENOENT', 'EISDIR', 'EACCES', 'ERR_INVALID_ARG_VALUE'])('says what to do on %s', async (code) => {
    const file = (): never => {
      throw Object.assign(new Error('/home/ana/secret.json'), { code });
    };
    const refusal = await readInput('x', { ...fakeIo(), file }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(code) });
    expect(String(refusal)).not.toContain('secret.json');
  });
});

describe('--input on a command line', () => {
  it('reads standard input', async () => {
    const { world } = await run(['sample-tool', '--input', '-'], fakeWorld(), {
      stdin: '{"text":"$(whoami)"}',
    });
    expect(world.calls).toEqual([{ text: '$(whoami)' }]);
  });

  it('tells a person at a terminal what is waited for', async () => {
    const { stderr } = await run(['sample-tool', '--input=-'], fakeWorld(), {
      stdin: '{"text":"x"}',
      tty: true,
    });
    expect(stderr).toContain('Ctrl-D');
  });

  it('lets flags win, member by member', async () => {
    const files = { 'a.json': '{"text":"file","kind":"resolved","evidence":["a","b"]}' };
    const { world } = await run(
      ['sample-tool', 'flag', '--input', 'a.json', '--evidence', 'c'],
      fakeWorld(),
      { files },
    );
    expect(world.calls).toEqual([{ text: 'flag', kind: 'resolved', evidence: ['c'] }]);
  });

  it('keeps an odd member name as data', async () => {
    const { world } = await run(['sample-tool', '--input', '-'], fakeWorld(), {
      stdin: '{"text":"x","__proto__":{"admin":true}}',
    });
    expect(Object.keys(world.calls[0] as object)).toEqual(['text', '__proto__']);
    expect(Object.getPrototypeOf(world.calls[0])).toBe(Object.prototype);
  });

  it('exits with 2 and calls nothing when the input is wrong', async () => {
    const { code, world, stdout } = await run(['sample-tool', '--input', 'missing.json', '--json']);
    expect([code, world.calls]).toEqual([2, []]);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'invalid_input' } });
  });
});
