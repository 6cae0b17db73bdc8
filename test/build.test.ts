import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const checkout = fileURLToPath(new URL('..', import.meta.url));
const cache = join(checkout, 'node_modules', '.cache');
const made: string[] = [];

const SOURCES: Record<string, string> = {
  'src/mcp/definitions.ts': `
    import * as z from 'zod/v4';
    Reflect.set(globalThis, 'computed', true);
    export const toolDefinitions = () => [{ name: 'stub_tool', inputSchema: z.toJSONSchema(z.strictObject({ text: z.string() })) }];`,
  'src/mcp/front-answers.ts': `
    Reflect.set(globalThis, 'computed', true);
    export const frontAnswers = async () => ({ ping: 'pong' });`,
  'src/mcp/serving.ts': `
    import { Server } from '@modelcontextprotocol/sdk/server/index.js';
    import { toolDefinitions } from './definitions.ts';
    export const createServing = async ({ said }: { said: string }) =>
      ({ said, server: typeof new Server({ name: 'stub', version: '0' }, {}), tools: toolDefinitions() });`,
  'src/mcp/main.ts': `
    import { VERSION } from '../version.ts';
    import { frontAnswers } from './front-answers.ts';
    const start = async () => {
      const answers = await frontAnswers();
      const { createServing } = await import('./serving.ts');
      const serving = await createServing({ said: 'hello' });
      process.stdout.write(JSON.stringify({ door: 'mcp', VERSION, computed: 'computed' in globalThis, answers, ...serving }));
    };
    void start();`,
  'src/cli/main.ts': `
    const lazy = async () => (await import('gray-matter')).default;
    const read = async (text: string) => { try { return (await lazy())(text, {}).data; } catch (e) { return String(e); } };
    const start = async () => process.stdout.write(JSON.stringify({ door: 'cli', argv: process.argv.slice(2), yaml: await read('---\\na: 1\\n---\\n'), js: await read('---js\\n(globalThis.ran = 1, {})\\n---\\n'), ran: 'ran' in globalThis }));
    void start();`,
};

/** A small package inside this one's node_modules, so that the real dependencies resolve. */
function stubPackage(change: Record<string, string | null> = {}): string {
  mkdirSync(cache, { recursive: true });
  const root = mkdtempSync(join(cache, 'build-test-'));
  made.push(root);
  cpSync(join(checkout, 'scripts'), join(root, 'scripts'), { recursive: true });
  cpSync(join(checkout, 'package.json'), join(root, 'package.json'));
  const real = ['src/version.ts', 'src/load.ts'].map((path): [string, string] => [
    path,
    readFileSync(join(checkout, path), 'utf8'),
  ]);
  for (const [path, text] of Object.entries({ ...SOURCES, ...Object.fromEntries(real), ...change })) {
    if (text === null) continue;
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const build = (root: string) => run(process.execPath, ['scripts/build.mjs'], { cwd: root });
const failure = (root: string) =>
  build(root).then(
    () => 'built',
    (error: { stderr: string }) => error.stderr,
  );

afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

describe('the build', () => {
  let root = '';
  let table = '';
  beforeAll(async () => {
    root = stubPackage();
    table = (await build(root)).stderr;
  }, 60_000);

  const bin = async (...args: string[]) =>
    JSON.parse((await run(process.execPath, [join(root, 'dist/hotfix-pulse.js'), ...args])).stdout);
  const dist = (name: string) => readFileSync(join(root, 'dist', name), 'utf8');

  it('lists every file with its size', () => {
    const lines = table.trim().split('\n');
    const files = lines.map((l) => l.split(/\s+/)[0] ?? '');
    expect(files.map((file) => file.replace(/-[0-9a-f]{8}\./, '-HASH.'))).toEqual([
      'dist/package.json',
      'dist/hotfix-pulse.js',
      'dist/cli.js',
      'dist/mcp.js',
      // Few calls need it, so it is not in the program.
      'dist/packages/gray-matter.js',
      'dist/program-HASH.js',
      'dist/THIRD_PARTY_NOTICES.txt',
    ]);
    expect(lines.every((l) => /\d KB$/.test(l))).toBe(true);
  });

  it('opens the mcp door with what was computed early, and the program behind it', async () => {
    const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
    expect(await bin('mcp')).toMatchObject({
      door: 'mcp',
      VERSION: version,
      computed: false,
      answers: { ping: 'pong' },
      ...{ said: 'hello', server: 'object' },
      tools: [{ name: 'stub_tool', inputSchema: { properties: { text: { type: 'string' } } } }],
    });
  });

  it('opens the cli door for everything else; CommonJS works and front matter never runs', async () => {
    const answer = await bin('status', '--json');
    expect(answer).toMatchObject({ door: 'cli', argv: ['status', '--json'], yaml: { a: 1 }, ran: false });
    expect(answer.js).toMatch(/JavaScript front matter is off/);
    expect(await bin()).toMatchObject({ door: 'cli', argv: [] });
  });

  it('bundles no AJV and no eval', () => {
    const bad = /\beval\(|ajv-formats/;
    const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
    const programs = files.filter((file) => file.endsWith('.js'));
    expect(programs.length).toBeGreaterThan(4);
    expect(programs.filter((file) => bad.test(dist(file)))).toEqual([]);
    expect(statSync(join(root, 'dist/mcp.js')).size).toBeLessThan(20 * 1024);
  });

  it('keeps the program in ASCII, whatever its regular expressions hold', async () => {
    const odd = stubPackage({
      'src/cli/main.ts': `process.stdout.write(JSON.stringify('a – ü 😀'.split(/[–ü]|\\u{1F600}|😀/u)));`,
    });
    await build(odd);
    const name = readdirSync(join(odd, 'dist')).find((file) => file.startsWith('program-')) ?? '';
    expect(readFileSync(join(odd, 'dist', name)).every((byte) => byte < 0x80)).toBe(true);
    const { stdout } = await run(process.execPath, [join(odd, 'dist/hotfix-pulse.js')]);
    expect(JSON.parse(stdout)).toEqual(['a ', ' ', ' ', '']);
  });

  it('collects the licences of what is bundled, and only of that', () => {
    const notices = dist('THIRD_PARTY_NOTICES.txt');
    for (const name of ['@modelcontextprotocol/sdk', 'zod', 'gray-matter', 'js-yaml']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
    expect(notices).toContain('Permission is hereby granted');
    expect(notices).not.toMatch(/^(ajv|esbuild|vitest) \d/m);
  });

  it('leaves nothing of an earlier build behind', async () => {
    const old = ['program-00000000.js', 'packages/old.js', 'chunks/old.js', 'cache/old.bin'].map((name) =>
      join(root, 'dist', name),
    );
    for (const path of old) {
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, '');
    }
    await build(root);
    expect(old.filter((path) => existsSync(path))).toEqual([]);
  }, 60_000);

  it('is an executable file with a shebang', () => {
    expect(statSync(join(root, 'dist/hotfix-pulse.js')).mode & 0o111).toBe(0o111);
    expect(dist('hotfix-pulse.js')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('refuses an old Node with a clear message', async () => {
    const fake = `Object.defineProperty(process.versions, 'node', { value: '18.20.0' })`;
    const old = run(process.execPath, [
      '--import',
      `data:text/javascript,${fake}`,
      join(root, 'dist/hotfix-pulse.js'),
    ]);
    await expect(old).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/needs Node\.js 20\.19 or newer; this is 18\.20\.0/),
    });
  });
});

describe('a build that cannot be right says why', () => {
  it.each<[string, Record<string, string | null>, RegExp]>([
    ['a missing door', { 'src/cli/main.ts': null }, /^build: src\/cli\/main\.ts is missing/],
    [
      'no definitions file',
      { 'src/mcp/definitions.ts': null },
      /^build: src\/mcp\/definitions\.ts is missing/,
    ],
    [
      'no toolDefinitions',
      { 'src/mcp/definitions.ts': 'export const x = 1;' },
      /must export toolDefinitions/,
    ],
    [
      'no tools',
      { 'src/mcp/definitions.ts': 'export const toolDefinitions = () => [];' },
      /at least one tool/,
    ],
    [
      'AJV by another way',
      { 'src/cli/main.ts': `import Ajv from 'ajv'; new Ajv();` },
      /must not be bundled: .*ajv/,
    ],
  ])('%s', async (_, change, message) => {
    expect(await failure(stubPackage(change))).toMatch(message);
  });
});
