import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toolDefinitions } from '../../src/mcp/definitions.ts';
import { bundleDoor } from '../support/mcp-bundle.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-real-')));
const door = join(folder, 'door.mjs');
const clients: Client[] = [];
const TYPED = `Users can't login - 500 "quoted" $(whoami) \`id\` $& $1`;

beforeAll(() => bundleDoor(door, 'real'), 60_000);
afterAll(async () => {
  for (const client of clients) await client.close();
  rmSync(folder, { recursive: true, force: true });
});

function repository(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  execFileSync('git', ['init', '-q'], { cwd: path });
  execFileSync('git', ['config', 'user.name', 'Ada'], { cwd: path });
  return path;
}

/** The real operations over real stdio with the SDK's own client. */
async function open(cwd: string, env: Record<string, string> = {}): Promise<Client> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [door],
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
    stderr: 'pipe',
  });
  const client = new Client({ name: 'opencode', version: '1' });
  clients.push(client);
  await client.connect(transport);
  await client.listTools();
  return client;
}

const call = async (client: Client, name: string, args: Record<string, unknown> = {}) => {
  const { structuredContent, isError } = await client.callTool({ name, arguments: args });
  return { isError, data: Object(structuredContent) };
};

describe('the real server', () => {
  it('keeps one incident over two sessions: call, resources, prompt', async () => {
    const repo = repository('repo');
    const first = await open(repo);
    expect((await first.listTools()).tools).toEqual(toolDefinitions());
    expect(await first.listResources()).toEqual({ resources: [] });
    const opened = await call(first, 'create_hotfix_task', { description: TYPED });
    expect(opened).toMatchObject({ data: { incident: 'hotfix-001', opened: true } });
    await first.close();

    const second = await open(repo);
    const { resources } = await second.listResources();
    expect(resources.map(({ name }) => name)).toEqual(
      ['hotfix.md', 'tasks.md', 'timeline'].map((file) => `hotfix-001 ${file}`),
    );
    for (const { uri } of resources) {
      const { contents } = await second.readResource({ uri });
      expect(contents[0]).toMatchObject({ uri, text: expect.stringMatching(/\S/) });
    }
    const { contents } = await second.readResource({ uri: 'incident://hotfix-001/timeline' });
    expect(JSON.stringify(contents)).toContain('whoami');
    await expect(second.readResource({ uri: 'incident://hotfix-002/timeline' })).rejects.toMatchObject({
      code: -32002,
    });
    expect((await call(second, 'get_incident')).data).toMatchObject({ incident: 'hotfix-001' });
    expect((await call(second, 'create_hotfix_task', { description: TYPED })).data).toMatchObject({
      opened: false,
    });
  });

  it('asks for a repository where there is none, and remembers the one that a call names', async () => {
    const repo = repository('named');
    const client = await open(folder);
    const refused = await call(client, 'list_incidents');
    expect(refused).toMatchObject({
      isError: true,
      data: { error: { code: 'not_found', hint: expect.stringContaining('repo') } },
    });
    expect((await call(client, 'list_incidents', { repo })).data).toMatchObject({ total: 0 });
    expect(
      (await call(client, 'create_hotfix_task', { description: 'Checkout is down' })).isError,
    ).toBeFalsy();
    expect((await call(client, 'record_timeline_event', { text: 'Looked at the logs' })).isError).toBeFalsy();
    expect((await call(await open(repo), 'list_incidents')).data).toMatchObject({ total: 1 });
  });

  it("works in the agent's project folder, not in its own working directory", async () => {
    const repo = repository('project');
    const client = await open(folder, { CLAUDE_PROJECT_DIR: repo });
    expect((await call(client, 'create_hotfix_task', { description: 'Login is down' })).isError).toBeFalsy();
    expect((await call(await open(repo), 'list_incidents')).data).toMatchObject({ total: 1 });
  });

  it('refuses unknown arguments by name, built-in names too', async () => {
    const client = await open(repository('args'));
    for (const name of ['constructor', 'toString', 'severtiy']) {
      const { data } = await call(client, 'create_hotfix_task', { description: 'x', [name]: 1 });
      expect(data.error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(name) });
    }
    expect((await call(client, 'list_incidents')).data).toMatchObject({ total: 0 });
  });
});
