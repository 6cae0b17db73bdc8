import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  knownSecrets,
  parseEnv,
  readSettings,
  readTemplate,
  stampOf,
} from '../../src/adapters/root-files.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'root-files-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const put = (name: string, text: string) => writeFileSync(join(root, name), text);
const values = async (env: Record<string, string> = {}) =>
  (await knownSecrets(root, env)).map(({ value }) => value);

describe('known secrets from the environment', () => {
  it.each([
    'GITHUB_TOKEN',
    'my_secret_thing',
    'DB_PASSWORD',
    'MYSQL_PASSWD',
    'API_KEY',
    'OPENAI_APIKEY',
    'SSH_PRIVATE_KEY',
    'AWS_CREDENTIALS',
    'DATABASE_URL',
    'SENTRY_DSN',
  ])('%s is one', async (name) => {
    expect(await knownSecrets(root, { [name]: 'v8Kq-2mZ' })).toEqual([{ name, value: 'v8Kq-2mZ' }]);
  });

  it.each([
    ['HOME', '/home/somebody'],
    ['GITHUB_TOKEN', 'short12'],
    ['DB_PASSWORD', 'postgres'],
    ['DB_PASSWORD', 'Password123'],
    ['API_TOKEN', `\${OTHER_TOKEN}`],
    ['API_TOKEN', '   '],
  ])('%s=%s is none', async (name, value) => {
    expect(await values({ [name]: value })).toEqual([]);
  });

  it('finds the password in any address, as written and decoded', async () => {
    expect(await values({ REDIS_URL: 'redis://u:p%40ss-w0rd9@h:1/0', WEB: 'https://user:short@h/' })).toEqual(
      ['p%40ss-w0rd9', 'p@ss-w0rd9'],
    );
  });
});

describe('known secrets from .env files', () => {
  it('reads all of them but samples, and links to files', async () => {
    put('.env', 'A_TOKEN=from-dot-env\n');
    put('.env.local', 'A_TOKEN=from-env-local\n');
    put('.envrc', 'export A_TOKEN=from-envrc\n');
    put('.env.example', 'A_TOKEN=your-token-here\n');
    put('env', 'A_TOKEN=not-an-env-file\n');
    put('shared', 'A_TOKEN=through-a-link\n');
    symlinkSync(join(root, 'shared'), join(root, '.env.shared'));
    symlinkSync(join(root, 'gone'), join(root, '.env.gone'));
    symlinkSync('/dev/zero', join(root, '.env.zero'));
    mkdirSync(join(root, '.env.d'));
    expect(await values()).toEqual(['from-dot-env', 'from-env-local', 'through-a-link', 'from-envrc']);
  });

  it('leaves out a file of more than 256 KB, and a root that is gone', async () => {
    put('.env', `A_TOKEN=too-large-a-file\n${'#'.repeat(256 * 1024)}`);
    expect(await values()).toEqual([]);
    expect(await knownSecrets(join(root, 'gone'), {})).toEqual([]);
  });

  it.each([
    ['A=b', [['A', 'b']]],
    ['export A = b c ', [['A', 'b c']]],
    ['A=b # comment', [['A', 'b']]],
    ['A=b#c', [['A', 'b#c']]],
    [`A='b # $c'`, [['A', 'b # $c']]],
    [
      'A="b \\"c\\""',
      [
        ['A', 'b \\"c\\"'],
        ['A', 'b "c"'],
      ],
    ],
    [
      'A="-----BEGIN\nx\n-----END"\nB=c',
      [
        ['A', '-----BEGIN\nx\n-----END'],
        ['B', 'c'],
      ],
    ],
    [
      'A="x\\ny"',
      [
        ['A', 'x\\ny'],
        ['A', 'x\ny'],
      ],
    ],
    [
      'A="open\nB=c',
      [
        ['A', '"open'],
        ['B', 'c'],
      ],
    ],
    [
      'A=b\r\nC=d\r\n',
      [
        ['A', 'b'],
        ['C', 'd'],
      ],
    ],
    ['# A=b\n=c\nnothing\n\n', []],
    ['A="', [['A', '"']]],
  ])('parses %j', (text, expected) => {
    expect(parseEnv(text).map(({ name, value }) => [name, value])).toEqual(expected);
  });

  it('stays quick on hostile files', () => {
    const began = performance.now();
    for (const line of ['A="', "A='", 'A=`', '   ', 'A="\\', 'A', 'A= '])
      parseEnv(`${line}\n`.repeat(40_000));
    for (const part of ['"', 'A', ' ', '\\', ' #']) parseEnv(`A=${part.repeat(200_000)}`);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('the settings file', () => {
  it('is read, and may be missing', async () => {
    expect(await readSettings(root)).toBeNull();
    put('hotfix-pulse.config.json', '{}');
    expect(await readSettings(root)).toBe('{}');
  });

  it('that cannot be read is an error with the way out', async () => {
    mkdirSync(join(root, 'hotfix-pulse.config.json'));
    await expect(readSettings(root)).rejects.toMatchObject({
      code: 'invalid_input',
      hint: expect.any(String),
    });
  });
});

describe('the stamp', () => {
  it('changes with the settings and with every .env file, and else stays', async () => {
    const stamps = [await stampOf(root)];
    for (const [name, text] of [
      ['hotfix-pulse.config.json', '{}'],
      ['.env', 'A=1'],
      ['.env', 'A=12'],
      ['.env.local', ''],
    ] as const) {
      put(name, text);
      stamps.push(await stampOf(root));
    }
    expect(new Set(stamps).size).toBe(5);
    put('README.md', 'x');
    expect(await stampOf(root)).toBe(stamps.at(-1));
  });
});

describe('the template of the postmortem', () => {
  it('is read where it is an ordinary file of the repository', async () => {
    mkdirSync(join(root, 'docs', 'our forms'), { recursive: true });
    put('docs/our forms/postmortem.md', '# {{title}}\n');
    put('pm.mustache', 'x');
    expect(await readTemplate(root, 'docs/our forms/postmortem.md')).toBe('# {{title}}\n');
    expect(await readTemplate(root, 'pm.mustache')).toBe('x');
  });

  it.each([
    ['/etc/x.md', /must be relative/],
    ['../x.md', /must be relative/],
    ['docs/../../x.md', /must be relative/],
    ['./x.md', /must be relative/],
    ['docs\\x.md', /must be relative/],
    ['.git/x.md', /must be relative/],
    ['.env', /must be relative/],
    ['.env.md/../.env', /must be relative/],
    ['x.txt', /must be relative/],
    ['x.md\n', /must be relative/],
    ['missing.md', /no such file/],
    ['link.md', /symbolic link/],
    ['linked/x.md', /symbolic link/],
    ['folder.md', /no ordinary file/],
    ['big.md', /at most 64 KB/],
    ['binary.md', /at most 64 KB/],
  ])('%j is refused', async (path, why) => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    writeFileSync(join(outside, 'x.md'), 'secret');
    symlinkSync(join(outside, 'x.md'), join(root, 'link.md'));
    symlinkSync(outside, join(root, 'linked'));
    mkdirSync(join(root, 'folder.md'));
    put('.env', 'TOKEN=x');
    put('x.txt', 'x');
    put('big.md', 'x'.repeat(64 * 1024 + 1));
    writeFileSync(join(root, 'binary.md'), Uint8Array.of(0xff, 0xfe, 0x00));
    await expect(readTemplate(root, path)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(why),
    });
    rmSync(outside, { recursive: true });
  });
});
