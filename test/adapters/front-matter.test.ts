import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { readFrontMatter } from '../../src/adapters/front-matter.ts';
import { renderFrontMatter } from '../../src/core/documents/front-matter-text.ts';

const PWNED = 'globalThis.__pulse_ran = true';
const ran = () => Object.hasOwn(globalThis, '__pulse_ran');
afterEach(() => expect(ran()).toBe(false));

describe('readFrontMatter', () => {
  it.each<[string, string, Record<string, unknown>, string]>([
    ['none', '# Title\n', {}, '# Title\n'],
    ['an empty text', '', {}, ''],
    ['a rule at the top', '----\ntext', {}, '----\ntext'],
    ['an empty one', '---\n---\nbody', {}, 'body'],
    ['quoted and plain texts', '---\na: "x"\nb: y z\n---\nbody\n', { a: 'x', b: 'y z' }, 'body\n'],
    [
      'what YAML would turn into something else',
      '---\nid: 0123\nsha: 12345e6\nt: 12:30:45\nd: 2026-01-01\nn: no\nz: ~\n---\n',
      { id: '0123', sha: '12345e6', t: '12:30:45', d: '2026-01-01', n: 'no', z: '~' },
      '',
    ],
    ['lists and maps', '---\na: [1, x]\nb:\n  c: 2\n---\n', { a: ['1', 'x'], b: { c: '2' } }, ''],
    ['Windows line ends and a mark', '\ufeff---\r\na: x\r\n---\r\nbody\r\n', { a: 'x' }, 'body\r\n'],
    ['dashes in the body', '---\na: x\n---\ntext\n---js\nmore', { a: 'x' }, 'text\n---js\nmore'],
    ['a merge key', '---\n<<: x\n---\n', { '<<': 'x' }, ''],
  ])('reads %s', async (_, text, data, body) => {
    expect(await readFrontMatter(text)).toEqual({ data, body });
  });

  it.each([
    'js',
    ' js',
    'javascript',
    'JS',
    'JavaScript',
    'Js\r',
    'coffee',
    'cson',
    'json',
    'toml',
    'node',
    'yaml js',
    '\tjavascript ',
  ])('refuses ---%s and runs nothing', async (language) => {
    const text = `---${language}\n(${PWNED}, {a: 1})\n---\nbody`;
    await expect(readFrontMatter(text)).rejects.toMatchObject({ code: 'unsafe' });
  });

  it('runs nothing in the body either', async () => {
    const text = `---\na: x\n---\n---js\n${PWNED}\n---\n`;
    expect((await readFrontMatter(text)).data).toEqual({ a: 'x' });
  });

  it.each<[string, string]>([
    ['an unclosed block', '---\na: x\n'],
    ['broken YAML', '---\na: [\n---\n'],
    ['a function', `---\na: !!js/function 'function(){${PWNED}}'\n---\n`],
    ['any other tag', '---\na: !!binary aGk=\n---\n'],
    ['double keys', '---\na: 1\na: 2\n---\n'],
    ['a list', '---\n- a\n---\n'],
    ['plain text', '---\njust words\n---\n'],
    ['aliases of a map', '---\na: &x {b: c}\nd: *x\n---\n'],
    [
      'an alias bomb',
      `---\na: &a [x, x]\n${'bcdefghijklmnop'
        .split('')
        .map((key, i) => `${key}: &${key} [*${'abcdefghijklmno'[i]}, *${'abcdefghijklmno'[i]}]`)
        .join('\n')}\n---\n`,
    ],
    ['deep nesting', `---\na: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n---\n`],
    ['too much', `---\na: ${'x'.repeat(65 * 1024)}\n---\n`],
  ])('refuses %s with the way out', async (_, text) => {
    await expect(readFrontMatter(text)).rejects.toMatchObject({
      code: 'invalid_input',
      hint: expect.stringContaining('---'),
    });
  });

  it('gives the same answer twice: nothing is cached between calls', async () => {
    const broken = '---\na: [\n---\n';
    await expect(readFrontMatter(broken)).rejects.toThrow();
    await expect(readFrontMatter(broken)).rejects.toThrow();
  });

  it('lets no key become a prototype', async () => {
    const { data } = await readFrontMatter('---\n__proto__:\n  polluted: yes\nconstructor: x\n---\n');
    expect(Object.assign({}, data)).toEqual({ constructor: 'x' });
    expect({}).not.toHaveProperty('polluted');
  });

  it('works where code may not be made from text', () => {
    const file = fileURLToPath(new URL('../../src/adapters/front-matter.ts', import.meta.url));
    const script = `import { build } from 'esbuild';
      const { outputFiles } = await build({ entryPoints: [${JSON.stringify(file)}], bundle: true, write: false, format: 'esm', platform: 'node', banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" } });
      const { readFrontMatter } = await import('data:text/javascript;base64,' + Buffer.from(outputFiles[0].contents).toString('base64'));
      console.log(JSON.stringify(await readFrontMatter('---\\nsha: 12345e6\\n---\\nb')));
      console.log(await readFrontMatter('---js\\n1\\n---\\n').catch((error) => error.code));`;
    const out = execFileSync(
      process.execPath,
      [
        '--disallow-code-generation-from-strings',
        '--input-type=module',
        '-e',
        script.replace('import.meta.url);"', "'file:///x');\""),
      ],
      {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        encoding: 'utf8',
      },
    );
    expect(out).toBe('{"data":{"sha":"12345e6"},"body":"b"}\nunsafe\n');
  });
});

describe('renderFrontMatter', () => {
  it('is read back as the very same texts', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '12345e6',
        '0123',
        'no',
        '~',
        '---',
        'a\n---\nb',
        '2026-01-01',
        '\u0085\u2028\ufeff',
        '',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/), value),
        value,
        async (fields, body) => {
          const text = renderFrontMatter(fields) + body;
          expect(await readFrontMatter(text)).toEqual({ data: { ...fields }, body });
        },
      ),
    );
  });

  it('writes what is not text plainly and leaves out strange keys', () => {
    expect(
      renderFrontMatter({ a: 1, b: true, c: null, d: ['x', '0'], e: 1.5, 'f g': 'h', 'i:\n---': 'j' }),
    ).toBe('---\na: 1\nb: true\nc: null\nd: ["x", "0"]\ne: "1.5"\n---\n');
  });
});
