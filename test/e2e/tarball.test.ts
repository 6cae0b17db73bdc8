import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toolDefinitions } from '../../src/mcp/definitions.ts';
import { tempRepo } from '../support/repo.ts';
import { packTarball, type Tarball, unpackTarball } from '../support/tarball.ts';

/** What `npm publish` would send, installed as anybody installs it: everything works from it. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Half of it are the clients of services, which are loaded when the settings name them. */
const MOST_BYTES = 3_300_000;
/** What every first start by npx downloads. */
const MOST_PACKED_BYTES = 1_100_000;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-tarball-')));
const app = join(base, 'app');
const home = join(base, 'home');
const installed = join(app, 'node_modules', 'hotfix-pulse');
const bin = join(app, 'node_modules', '.bin', 'hotfix-pulse');
/** Nothing of this machine's npm settings, and a home of its own. */
const env = {
  HOME: home,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  npm_config_cache: join(base, 'cache'),
  npm_config_userconfig: join(base, 'npmrc'),
  npm_config_update_notifier: 'false',
};
let tarball: Tarball;

beforeAll(() => {
  tarball = packTarball(join(base, 'packed'));
  for (const folder of [app, home]) mkdirSync(folder);
  writeFileSync(join(app, 'package.json'), '{"private":true}');
  const args = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball.file];
  execFileSync('npm', args, { cwd: app, env, stdio: 'pipe' });
}, 60_000);
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 3 }));

interface Started {
  command: string;
  args: string[];
  cwd: string;
  more?: Record<string, string>;
}

/** Starts a server, does something with it, stops it. */
async function withServer<T>(
  { command, args, cwd, more }: Started,
  act: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ name: 'tarball-test', version: '1' });
  await client.connect(
    new StdioClientTransport({ command, args, cwd, env: { ...env, ...more }, stderr: 'ignore' }),
  );
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}

const names = (listed: { name: string }[]) => listed.map(({ name }) => name).sort();
const open = (client: Client, more = {}) =>
  client.callTool({
    name: 'create_hotfix_task',
    arguments: { description: 'Checkout answers 502', ...more },
  });
const FOLDER = 'hotfix-001-checkout-answers-502';

describe('the tarball', () => {
  it('holds these files and no other', () => {
    const references = readdirSync(join(root, 'skills', 'hotfix', 'references'));
    expect(references.length).toBeGreaterThan(5);
    // Packages that few calls need, each in a file; the program has the hash of its contents in its name.
    const isPackage = (path: string) => /^dist\/packages\/[\w-]+\.js$/.test(path);
    expect(tarball.paths.filter(isPackage).length).toBeGreaterThan(5);
    const isProgram = (path: string) => /^dist\/program-[0-9a-f]{8}\.js$/.test(path);
    expect(tarball.paths.filter(isProgram)).toHaveLength(1);
    expect(tarball.paths.filter((path) => !isPackage(path) && !isProgram(path))).toEqual(
      [
        '.claude-plugin/marketplace.json',
        '.claude-plugin/plugin.json',
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        ...['hotfix', 'incident-review', 'incident', 'postmortem'].map((name) => `commands/${name}.md`),
        'dist/THIRD_PARTY_NOTICES.txt',
        'dist/cli.js',
        'dist/hotfix-pulse.js',
        'dist/mcp.js',
        'dist/migrations/001_record.sql',
        'dist/migrations/002_owes.sql',
        'dist/migrations/003_openings.sql',
        'dist/migrations/004_tokens.sql',
        'dist/package.json',
        'gemini-extension.json',
        'integrations/slack-manifest.json',
        'kimi.plugin.json',
        'mcp.json',
        'package.json',
        'plugin.json',
        'plugin/start.mjs',
        ...['hotfix', 'incident-review', 'incident', 'postmortem'].map((name) => `skills/${name}/SKILL.md`),
        ...references.map((name) => `skills/hotfix/references/${name}`),
      ].sort(),
    );
    const { paths, packedSize, unpackedSize } = tarball;
    process.stdout.write(`tarball: ${paths.length} files, ${packedSize} bytes, ${unpackedSize} unpacked\n`);
    expect(unpackedSize).toBeLessThan(MOST_BYTES);
    expect(packedSize).toBeLessThan(MOST_PACKED_BYTES);
  });

  it('says nothing about the machine that made it', () => {
    for (const path of tarball.paths) {
      const text = readFileSync(join(installed, path), 'utf8');
      for (const folder of [root, `${homedir()}/`, tmpdir()]) {
        if (folder.length > 5) expect(text.includes(folder), `${path} names ${folder}`).toBe(false);
      }
    }
  });

  it('brings no package along', () => {
    expect(readdirSync(join(app, 'node_modules')).sort()).toEqual([
      '.bin',
      '.package-lock.json',
      'hotfix-pulse',
    ]);
    expect(existsSync(join(installed, 'node_modules'))).toBe(false);
  });

  it('runs as a program', () => {
    const run = (...args: string[]) => spawnSync(bin, args, { cwd: app, env, encoding: 'utf8' });
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${pkg.version}\n`, stderr: '' });
    const help = run('--help');
    expect([help.status, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('hotfix-pulse');
  });

  it('serves MCP: the tools, an incident on disk, the prompts with the texts that came along', async () => {
    const repo = tempRepo();
    const seen = await withServer({ command: bin, args: ['mcp'], cwd: repo.root }, async (client) => ({
      server: client.getServerVersion(),
      tools: names((await client.listTools()).tools),
      opened: await open(client),
      prompt: await client.getPrompt({ name: 'hotfix', arguments: { description: 'typed "as is"' } }),
    }));
    expect(seen.server).toMatchObject({ name: 'hotfix-pulse', version: pkg.version });
    expect(seen.tools).toEqual(names(toolDefinitions()));
    expect(seen.opened.structuredContent).toMatchObject({ incident: 'hotfix-001' });
    expect(readdirSync(join(repo.root, 'specs', FOLDER))).toContain('hotfix.md');
    const [message] = seen.prompt.messages;
    const command = readFileSync(join(root, 'commands', 'hotfix.md'), 'utf8').replace(
      /^---\n[\s\S]*?\n---\n/,
      '',
    );
    expect(message?.content).toEqual({ type: 'text', text: command.replace('$ARGUMENTS', 'typed "as is"') });
  });
});

describe('a plugin folder', () => {
  const START = ['plugin/start.mjs', 'mcp'];

  it('works from the published files, started there as some agents do, once it is told the repository', async () => {
    const folder = unpackTarball(tarball, join(base, 'plugin-folder'));
    const repo = tempRepo();
    const seen = await withServer(
      { command: process.execPath, args: START, cwd: folder },
      async (client) => ({
        tools: names((await client.listTools()).tools),
        lost: await open(client),
        found: await open(client, { repo: repo.root }),
      }),
    );
    expect(seen.tools).toEqual(names(toolDefinitions()));
    expect([seen.lost.isError, JSON.stringify(seen.lost.content)]).toEqual([
      true,
      expect.stringContaining('pass repo'),
    ]);
    expect(seen.found.structuredContent).toMatchObject({ incident: 'hotfix-001' });
    expect(readdirSync(join(repo.root, 'specs'))).toEqual([FOLDER]);
    expect(existsSync(join(folder, 'specs'))).toBe(false);
  });

  it('that is a clone fetches the package of its version from the registry', async () => {
    const clone = join(base, 'clone');
    for (const path of ['package.json', 'plugin'])
      cpSync(join(root, path), join(clone, path), { recursive: true });
    execFileSync('git', ['init', '-q', clone]);
    const bytes = readFileSync(tarball.file);
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    const asked: string[] = [];
    const registry = createServer((request, response) => {
      asked.push(request.url ?? '');
      const { port } = registry.address() as AddressInfo;
      const dist = { tarball: `http://127.0.0.1:${port}/package.tgz`, integrity };
      const { name, version } = pkg;
      const versions = { [version]: { name, version, bin: pkg.bin, dist } };
      const known: Record<string, Buffer | string> = {
        '/package.tgz': bytes,
        '/hotfix-pulse': JSON.stringify({ name, 'dist-tags': { latest: version }, versions }),
      };
      const found = known[request.url ?? ''];
      response.writeHead(found === undefined ? 404 : 200).end(found);
    });
    await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done));
    try {
      const { port } = registry.address() as AddressInfo;
      const more = {
        npm_config_registry: `http://127.0.0.1:${port}/`,
        // One of its own: the other holds these bytes from the installation.
        npm_config_cache: join(base, 'clone-cache'),
      };
      const repo = tempRepo();
      const start = { command: process.execPath, args: [join(clone, 'plugin', 'start.mjs'), 'mcp'], more };
      // In the user's repository, as Claude Code and Gemini do.
      const opened = await withServer({ ...start, cwd: repo.root }, open);
      expect(opened.structuredContent).toMatchObject({ incident: 'hotfix-001' });
      expect(readdirSync(join(repo.root, 'specs'))).toEqual([FOLDER]);
      // In the clone itself, as Codex, Copilot and Kimi do: nothing is written there.
      const lost = await withServer({ ...start, cwd: clone }, open);
      expect(JSON.stringify(lost.content)).toContain('pass repo');
      expect(readdirSync(clone).sort()).toEqual(['.git', 'package.json', 'plugin']);
      expect(asked).toContain('/package.tgz');
    } finally {
      registry.closeAllConnections();
      registry.close();
    }
  }, 60_000);
});
