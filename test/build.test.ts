import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
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
  'src/mcp/main.ts': `
    import { Server } from '@modelcontextprotocol/sdk/server/index.js';
    import { toolDefinitions } from './definitions.ts';
    import { VERSION } from '../version.ts';
    new Server({ name: 'stub', version: VERSION }, {});
    process.stdout.write(JSON.stringify({ door: 'mcp', VERSION, computed: 'computed' in globalThis, tools: toolDefinitions() }));`,
  'src/cli/main.ts': `
    const lazy = async () => (await import('gray-matter')).default;
    const read = async (text: string) => { try { return (await lazy())(text, {}).data; } catch (e) { return String(e); } };
    process.stdout.write(JSON.stringify({ door: 'cli', argv: process.argv.slice(2), yaml: await read('---\\na: 1\\n---\\n'), js: await read('---js\\n(globalThis.ran = 1, {})\\n---\\n'), ran: 'ran' in globalThis }));`,
};

/** A small package inside this one's node_modules, so that the real dependencies resolve. */
function stubPackage(change: Record<string, string | null> = {}): string {
  mkdirSync(cache, { recursive: true });
  const root = mkdtempSync(join(cache, 'build-test-'));
  made.push(root);
  cpSync(join(checkout, 'scripts'), join(root, 'scripts'), { recursive: true });
  cpSync(join(checkout, 'package.json'), join(root, 'package.json'));
  const version = readFileSync(join(checkout, 'src/version.ts'), 'utf8');
  for (const [path, text] of Object.entries({ ...SOURCES, 'src/version.ts': version, ...change })) {
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
    expect(files.filter((file) => !file.startsWith('dist/chunks/'))).toEqual([
      'dist/hotfix-pulse.js',
      'dist/cli.js',
      'dist/mcp.js',
      'dist/THIRD_PARTY_NOTICES.txt',
    ]);
    // gray-matter is loaded on first use, so it is not in the door.
    expect(files.filter((file) => /chunks\/gray-matter-\w+\.js$/.test(file))).toHaveLength(1);
    expect(lines.every((l) => /\d KB$/.test(l))).toBe(true);
  });

  it('opens the mcp door with precomputed schemas and the version', async () => {
    const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
    expect(await bin('mcp')).toMatchObject({
      door: 'mcp',
      VERSION: version,
      computed: false,
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
    expect(['mcp.js', 'cli.js'].filter((file) => bad.test(dist(file)))).toEqual([]);
    expect(statSync(join(root, 'dist/mcp.js')).size).toBeLessThan(200 * 1024);
  });

  it('collects the licences of what is bundled, and only of that', () => {
    const notices = dist('THIRD_PARTY_NOTICES.txt');
    for (const name of ['@modelcontextprotocol/sdk', 'zod', 'gray-matter', 'js-yaml']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
    expect(notices).toContain('Permission is hereby granted');
    expect(notices).not.toMatch(/^(ajv|esbuild|vitest) \d/m);
  });

  it('leaves no chunk of an earlier build behind', async () => {
    const old = join(root, 'dist/chunks/old-AAAAAAAA.js');
    writeFileSync(old, '');
    await build(root);
    expect(existsSync(old)).toBe(false);
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
