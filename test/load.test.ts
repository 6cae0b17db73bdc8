import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from './support/repo.ts';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'hotfix-pulse-load-'));
const loader = join(base, 'loader.cjs');
afterAll(() => rmSync(base, { recursive: true, force: true }));
beforeAll(async () => {
  const stdin = {
    contents: `import { loadCompiled } from './src/load.ts'; const { exports, keep } = loadCompiled(process.argv[2]); if (process.argv[3] === 'keep') keep(); process.stdout.write(JSON.stringify(exports));`,
    resolveDir: checkout,
  };
  await build({ stdin, outfile: loader, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
}, 60_000);

const PROGRAM =
  "exports.sum = ((a, b) => a + b)(20, 22); exports.here = __filename; exports.os = typeof require('node:os').EOL;";

function place() {
  const folder = tempFolder();
  const file = join(folder, 'program-1.js');
  writeFileSync(file, PROGRAM);
  const run = (...args: string[]) => {
    const { stdout, stderr } = spawnSync(process.execPath, [loader, file, ...args], { encoding: 'utf8' });
    return stderr || JSON.parse(stdout);
  };
  const kept = () => (existsSync(join(folder, 'cache')) ? readdirSync(join(folder, 'cache')) : []);
  return { folder, file, run, kept, good: { sum: 42, here: file, os: 'string' } };
}

describe('a program that is loaded', () => {
  it('runs, and leaves nothing behind unless it was asked to', () => {
    const { run, kept, good } = place();
    expect(run()).toEqual(good);
    expect(kept()).toEqual([]);
  });

  it('keeps compiled code that only its user can read, and starts from it', () => {
    const { folder, run, kept, good } = place();
    expect(run('keep')).toEqual(good);
    const [name = ''] = kept();
    expect(kept()).toHaveLength(1);
    const { mode, ino } = statSync(join(folder, 'cache', name));
    expect([mode & 0o777, statSync(join(folder, 'cache')).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(run('keep')).toEqual(good);
    // What was accepted is not written again.
    expect(statSync(join(folder, 'cache', name)).ino).toBe(ino);
  });

  it.each<[string, (path: string) => void]>([
    ['cut short', (path) => writeFileSync(path, readFileSync(path).subarray(0, 40))],
    ['empty', (path) => writeFileSync(path, '')],
    ['of something else', (path) => writeFileSync(path, 'x'.repeat(5_000))],
    [
      'a folder',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ])('works where the compiled code is %s', (_, harm) => {
    const { folder, run, kept, good } = place();
    run('keep');
    harm(join(folder, 'cache', kept()[0] ?? ''));
    expect(run('keep')).toEqual(good);
    expect(run()).toEqual(good);
  });

  /** Compiled code of another program under this one's name: who reads it runs that. */
  function poisoned() {
    const [mine, other] = [place(), place()];
    writeFileSync(other.file, PROGRAM.replace('20, 22', '20, 99'));
    for (const { run } of [mine, other]) run('keep');
    const path = join(mine.folder, 'cache', mine.kept()[0] ?? '');
    writeFileSync(path, readFileSync(join(other.folder, 'cache', other.kept()[0] ?? '')));
    return { ...mine, path };
  }

  it.each<[string, (at: ReturnType<typeof poisoned>) => void]>([
    ['the file', ({ path }) => chmodSync(path, 0o620)],
    ['its folder', ({ folder }) => chmodSync(join(folder, 'cache'), 0o777)],
    ["the program's folder", ({ folder }) => chmodSync(folder, 0o775)],
  ])('does not read what others may have written: %s', (_, open) => {
    const at = poisoned();
    // Otherwise this test would show nothing.
    expect(at.run()).toMatchObject({ sum: 119 });
    open(at);
    expect(at.run()).toEqual(at.good);
  });

  it('does not follow a link to compiled code', () => {
    const { folder, run, kept, path, good } = poisoned();
    const elsewhere = join(tempFolder(), 'code.bin');
    writeFileSync(elsewhere, readFileSync(path), { mode: 0o600 });
    rmSync(path);
    symlinkSync(elsewhere, path);
    expect(run()).toEqual(good);
    expect([kept().length, existsSync(folder)]).toEqual([1, true]);
  });

  it('starts where nothing can be written, and writes nothing into a shared folder', () => {
    const { folder, run, kept, good } = place();
    chmodSync(folder, 0o777);
    expect(run('keep')).toEqual(good);
    expect(kept()).toEqual([]);
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'cache'), 'in the way');
    expect(run('keep')).toEqual(good);
  });
});
