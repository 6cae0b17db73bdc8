import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { toolDefinitions } from '../src/mcp/definitions.ts';
import { MANIFESTS } from './support/manifest-schemas.ts';
import { tempFolder } from './support/repo.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const paths = Object.keys(MANIFESTS);
const read = (path: string, folder = root) => JSON.parse(readFileSync(join(folder, path), 'utf8'));
const pkg = read('package.json');

/** The values of every member of this name, at any depth. */
function every(name: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === name ? [item] : every(name, item)));
}

function writeManifests(folder: string, ...flags: string[]) {
  const run = spawnSync(process.execPath, ['scripts/manifests.mjs', '--root', folder, ...flags], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: run.status, err: run.stderr };
}

describe('manifests', () => {
  it('are what scripts/manifests.mjs makes of package.json', () => {
    expect(writeManifests(root, '--check')).toEqual({ code: 0, err: '' });
  });

  it('a new version reaches all of them in one go, and one that was forgotten is found', () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...pkg, version: '7.8.9' }));
    expect(writeManifests(folder, '--check')).toMatchObject({ code: 1 });
    expect(existsSync(join(folder, 'plugin.json'))).toBe(false);
    expect(writeManifests(folder)).toEqual({ code: 0, err: '' });
    const versions = paths.flatMap((path) => every('version', read(path, folder)));
    expect(versions).toEqual(Array(6).fill('7.8.9'));
    for (const path of paths)
      expect(MANIFESTS[path]?.safeParse(read(path, folder)).error, path).toBeUndefined();
    writeFileSync(join(folder, 'mcp.json'), '{}\n');
    const { code, err } = writeManifests(folder, '--check');
    expect([code, err]).toEqual([1, 'manifests: mcp.json differs. Run: node scripts/manifests.mjs\n']);
  });

  it.each(paths)('%s has the form that its readers demand', (path) => {
    expect(MANIFESTS[path]?.safeParse(read(path)).error).toBeUndefined();
  });

  it('name the same program, version and description', () => {
    for (const path of paths) {
      const value = read(path);
      expect(new Set([...every('version', value), pkg.version])).toEqual(new Set([pkg.version]));
      if (path === 'server.json') continue;
      if ('name' in value) expect(value.name).toBe(pkg.name);
      if ('description' in value) expect(value.description).toBe(pkg.description);
      for (const servers of every('mcpServers', value))
        expect(Object.keys(Object(servers))).toEqual([pkg.name]);
    }
    const registry = read('server.json');
    expect(registry.packages[0].identifier).toBe(pkg.name);
    expect(registry.name.split('/')[1]).toBe(pkg.name);
    expect(pkg.description.startsWith(registry.description.slice(0, -1))).toBe(true);
    // The registry refuses a package whose own mcpName is another.
    expect(pkg.mcpName ?? registry.name).toBe(registry.name);
  });

  it('take in links from package.json once it has them', () => {
    const folder = tempFolder();
    const repository = { type: 'git', url: 'git+https://github.com/example/hotfix-pulse.git' };
    const linked = {
      ...pkg,
      repository,
      homepage: 'https://example.com/',
      mcpName: 'com.example/hotfix-pulse',
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(linked));
    expect(writeManifests(folder).code).toBe(0);
    for (const path of paths)
      expect(MANIFESTS[path]?.safeParse(read(path, folder)).error, path).toBeUndefined();
    expect(read('plugin.json', folder)).toMatchObject({
      homepage: 'https://example.com/',
      repository: 'https://github.com/example/hotfix-pulse',
    });
    expect(read('server.json', folder)).toMatchObject({
      name: 'com.example/hotfix-pulse',
      websiteUrl: 'https://example.com/',
      repository: { url: 'https://github.com/example/hotfix-pulse', source: 'github' },
    });
  });

  it('start a file that is published', () => {
    const starts = paths.flatMap((path) => every('args', read(path))) as string[][];
    expect(starts).toHaveLength(4);
    for (const [file = '', door, ...rest] of starts) {
      const below = file.replaceAll('${/}', '/').replace(/^\$\{\w+\}\/|^\.\//, '');
      expect([below, door, rest]).toEqual(['plugin/start.mjs', 'mcp', []]);
      expect(existsSync(join(root, below))).toBe(true);
    }
    for (const path of [...paths, 'plugin'].filter((name) => name !== 'server.json')) {
      expect(pkg.files).toContain(path.split('/')[0]);
    }
  });

  it('never put a command beside the skill of the same name', () => {
    expect(read('.claude-plugin/plugin.json').commands).toEqual([]);
    expect(read('kimi.plugin.json')).not.toHaveProperty('commands');
    // Gemini takes any TOML file there; Codex, Copilot and Qwen read no commands from an Agent Plugin.
    expect(readdirSync(join(root, 'commands')).filter((name) => !name.endsWith('.md'))).toEqual([]);
  });

  it('leave room in the 64 characters that a tool name may have', () => {
    const longest = (prefix: string) =>
      Math.max(...toolDefinitions().map(({ name }) => prefix.length + name.length));
    expect(longest(`mcp__plugin_${pkg.name}_${pkg.name}__`)).toBeLessThanOrEqual(64);
    expect(longest(`mcp__plugin-${pkg.name}_${pkg.name}__`)).toBeLessThanOrEqual(64);
  });
});

describe('plugin/start.mjs in a clone, which has no dist/', () => {
  /** A clone and an `npx` that says how it was called. */
  function clone(npx: string) {
    const base = tempFolder();
    const [folder, home, bin, elsewhere] = ['plugin', 'home', 'bin', 'elsewhere'].map((name) =>
      join(base, name),
    ) as [string, string, string, string];
    for (const made of [folder, home, bin, elsewhere]) mkdirSync(made);
    cpSync(join(root, 'plugin'), join(folder, 'plugin'), { recursive: true });
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    writeFileSync(join(bin, 'npx'), `#!${process.execPath}\n${npx}\n`);
    chmodSync(join(bin, 'npx'), 0o755);
    const env = { HOME: home, PATH: bin };
    return { folder, home, bin, elsewhere, env, start: join(folder, 'plugin', 'start.mjs') };
  }
  const SAYS =
    'process.stdout.write(JSON.stringify([process.cwd(), ...process.argv.slice(2)]));process.exit(7)';

  it('fetches the same version, outside of what the working directory could decide', () => {
    const { home, elsewhere, env, start } = clone(SAYS);
    const run = spawnSync(process.execPath, [start, 'mcp'], { cwd: elsewhere, env, encoding: 'utf8' });
    const neutral = join(home, '.cache', 'hotfix-pulse', 'npx');
    expect(JSON.parse(run.stdout)).toEqual([
      elsewhere,
      ...['-y', '--prefix', neutral, `hotfix-pulse@${pkg.version}`, 'mcp'],
    ]);
    expect(readdirSync(neutral)).toEqual([]);
    expect(run.status).toBe(7);
    expect(run.stderr).toMatch(/^hotfix-pulse: not built in this folder; npx gets hotfix-pulse@\S+\. .*\n$/);
  });

  it('is never started in its own folder, which is not a repository of the user', () => {
    const { folder, home, env, start } = clone(SAYS);
    const run = spawnSync(process.execPath, [start, 'mcp'], { cwd: folder, env, encoding: 'utf8' });
    expect(JSON.parse(run.stdout)[0]).toBe(home);
  });

  it('says what to do where there is no npx', () => {
    const { elsewhere, home, start } = clone(SAYS);
    const env = { HOME: home, PATH: elsewhere };
    const run = spawnSync(process.execPath, [start, 'mcp'], { cwd: elsewhere, env, encoding: 'utf8' });
    expect([run.status, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toContain('npx did not start (ENOENT); install Node.js with npm');
  });

  it('passes a signal on, so that no server is left behind', async () => {
    const { elsewhere, env, start } = clone(
      "process.on('SIGTERM', () => { process.stdout.write('told'); process.exit(0); });process.stdout.write('up ');setInterval(() => {}, 1000)",
    );
    const child = spawn(process.execPath, [start, 'mcp'], {
      cwd: elsewhere,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (text.startsWith('up')) child.kill('SIGTERM');
    });
    const code = await new Promise((done) => child.on('close', done));
    expect([out, code]).toEqual(['up told', 0]);
  });

  it('runs what is built when it is', () => {
    const { folder, elsewhere, env, start } = clone(SAYS);
    mkdirSync(join(folder, 'dist'));
    writeFileSync(
      join(folder, 'dist', 'hotfix-pulse.js'),
      'process.stdout.write(process.argv.slice(2).join());',
    );
    const out = execFileSync(process.execPath, [start, 'mcp', '--repo', dirname(elsewhere)], {
      env,
      encoding: 'utf8',
    });
    expect(out).toBe(`mcp,--repo,${dirname(elsewhere)}`);
  });
});
