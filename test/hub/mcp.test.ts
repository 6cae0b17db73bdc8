import { describe, expect, it } from 'vitest';
import { loadAll } from '../../src/tools/support/load.ts';
import { createDeps } from '../../src/wire.ts';
import { ask } from '../support/hub-kit.ts';
import {
  ask2026,
  bearer,
  client2025,
  MODERN,
  messagesOf,
  startMcpHub,
  tokenFor,
} from '../support/mcp-hub.ts';
import { tempRepo } from '../support/repo.ts';

async function hubWith(kind: 'person' | 'agent' = 'agent', scope: 'read' | 'write' | 'approve' = 'write') {
  const { root } = tempRepo({ commits: 1 });
  const hub = await startMcpHub({ root });
  const made = await tokenFor(root, kind, scope);
  return { ...hub, root, ...made };
}

const recorded = async (root: string) => {
  const deps = await createDeps({ root, actor: { name: 'test', kind: 'system' }, env: {} });
  return (await loadAll(deps)).flatMap(({ incident }) => incident.recorded);
};

describe('a client of 2025', () => {
  it('works through an incident as over stdio, as the holder of its token', async () => {
    const { url, text, root } = await hubWith();
    const client = await client2025(url, text);
    expect(client.getServerVersion()).toMatchObject({ name: 'hotfix-pulse' });
    expect(client.getInstructions()).toMatch(/This hub serves one repository/);
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(20);
    expect(tools.filter(({ inputSchema }) => 'repo' in (inputSchema.properties ?? {}))).toEqual([]);
    const opened = await client.callTool({
      name: 'create_hotfix_task',
      arguments: { description: 'Users cannot log in' },
    });
    expect(opened.structuredContent).toMatchObject({ incident: 'hotfix-001', opened: true });
    await client.callTool({
      name: 'record_timeline_event',
      arguments: { text: 'Looked at the logs', kind: 'noted' },
    });
    const { contents } = await client.readResource({ uri: 'incident://hotfix-001/timeline' });
    expect(JSON.stringify(contents)).toContain('Looked at the logs');
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['hotfix', 'incident-review', 'postmortem']);
    const by = (await recorded(root)).map((event) => event.by);
    expect(by.length).toBeGreaterThan(1);
    expect(by).toEqual(by.map(() => ({ name: 'robo', kind: 'agent', via: 'hub token' })));
  });

  it('is told in the answer what an operation refuses, and by the protocol what it asked wrongly', async () => {
    const { url, text } = await hubWith();
    const client = await client2025(url, text);
    const missing = await client.callTool({ name: 'get_incident', arguments: { incident: 'hotfix-009' } });
    expect(missing).toMatchObject({ isError: true, structuredContent: { error: { code: 'not_found' } } });
    const repo = await client.callTool({ name: 'list_incidents', arguments: { repo: '/etc' } });
    expect(repo).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'invalid_input', message: 'this hub serves one repository' } },
    });
    await expect(client.callTool({ name: 'nope', arguments: {} })).rejects.toMatchObject({ code: -32602 });
    await expect(client.readResource({ uri: 'file:///etc/passwd' })).rejects.toMatchObject({ code: -32602 });
  });

  it('is told how far a call is', async () => {
    const { url, text } = await hubWith();
    const client = await client2025(url, text);
    await client.callTool({ name: 'create_hotfix_task', arguments: { description: 'Users cannot log in' } });
    const told: unknown[] = [];
    await client.callTool({ name: 'deploy_hotfix', arguments: {} }, undefined, {
      onprogress: (line) => void told.push(line),
    });
    expect(told).toEqual([{ progress: 1, message: expect.any(String) }]);
  });

  it('cannot say who it is by anything but its token', async () => {
    const { url, text, root } = await hubWith();
    const client = await client2025(url, text);
    await client.callTool({ name: 'create_hotfix_task', arguments: { description: 'Users cannot log in' } });
    const posing = { text: 'x', kind: 'noted', by: { name: 'ana', kind: 'human' }, actor: 'ana' };
    expect(await client.callTool({ name: 'record_timeline_event', arguments: posing })).toMatchObject({
      isError: true,
    });
    expect((await recorded(root)).map(({ by }) => by.name)).not.toContain('ana');
  });
});

describe('a client of 2026-07-28', () => {
  it('asks without a word before, and is answered with what that version wants', async () => {
    const { port, text } = await hubWith();
    const discovered = await ask2026(port, text, 'server/discover');
    expect(messagesOf(discovered)[0]?.result).toMatchObject({
      ...{ resultType: 'complete', supportedVersions: [MODERN] },
      capabilities: { tools: {}, resources: {}, prompts: {} },
    });
    const listed = messagesOf(await ask2026(port, text, 'tools/list'))[0]?.result;
    expect(listed).toMatchObject({ resultType: 'complete', cacheScope: 'private', ttlMs: 0 });
    const description = 'Users cannot log in';
    const opened = await ask2026(port, text, 'tools/call', {
      params: { name: 'create_hotfix_task', arguments: { description } },
    });
    expect(messagesOf(opened)[0]?.result).toMatchObject({
      ...{ resultType: 'complete', structuredContent: { incident: 'hotfix-001', opened: true } },
    });
  });

  it.each([
    ['a method in the header that is not the one of the body', { 'mcp-method': 'tools/list' }, 400],
    ['a name in the header that is not the one of the body', { 'mcp-name': 'deploy_hotfix' }, 400],
    ['no version in the header', { 'mcp-protocol-version': '' }, 400],
    ['a version that nobody speaks', { 'mcp-protocol-version': '2031-01-01' }, 400],
  ])('is refused for %s', async (_what, headers, status) => {
    const { port, text } = await hubWith();
    const params = { name: 'list_incidents', arguments: {} };
    const got = await ask2026(port, text, 'tools/call', { params, headers });
    expect(got.status).toBe(status);
    expect(messagesOf(got)[0]).toHaveProperty('error.code');
  });

  it('is told by the status too that there is no such method', async () => {
    const { port, text } = await hubWith();
    const got = await ask2026(port, text, 'no/such');
    expect(got.status).toBe(404);
    expect(messagesOf(got)[0]).toMatchObject({ error: { code: -32601 } });
  });

  it('is told how far a call is when it asks to be, and else not', async () => {
    const { port, text } = await hubWith();
    const open = { name: 'create_hotfix_task', arguments: { description: 'Users cannot log in' } };
    await ask2026(port, text, 'tools/call', { params: open });
    const params = { name: 'deploy_hotfix', arguments: {} };
    const quiet = await ask2026(port, text, 'tools/call', { params });
    expect(messagesOf(quiet)).toMatchObject([{ id: 1, result: {} }]);
    const told = messagesOf(
      await ask2026(port, text, 'tools/call', { params, meta: { progressToken: 'p' } }),
    );
    expect(told.at(-1)).toMatchObject({ id: 1, result: { resultType: 'complete' } });
    const before = told.slice(0, -1);
    expect(before.length).toBeGreaterThan(0);
    expect(before).toEqual(
      before.map((_, at) => ({
        ...{ jsonrpc: '2.0', method: 'notifications/progress' },
        params: { progressToken: 'p', progress: at + 1, message: expect.any(String) },
      })),
    );
  });

  it('does not hold a stream open: there is nothing to be told of', async () => {
    const { port, text, stop } = await hubWith();
    const notifications = { toolsListChanged: true };
    const got = await ask2026(port, text, 'subscriptions/listen', { params: { notifications } });
    expect(messagesOf(got)).toMatchObject([
      { method: 'notifications/subscriptions/acknowledged', params: { notifications: {} } },
      { id: 1, result: { resultType: 'complete' } },
    ]);
    await stop();
  });
});

describe('what is no request', () => {
  const deep = `{"jsonrpc":"2.0","id":7,"method":"tools/list","params":${'{"a":'.repeat(300)}1${'}'.repeat(300)}}`;
  const BAD: [string, string | Buffer, number, number | string | null][] = [
    ['nothing', '', -32700, null],
    ['no JSON', '{"jsonrpc":"2.0",', -32700, null],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), -32700, null],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, null],
    ['a list', '[]', -32600, null],
    ['another version of JSON-RPC', '{"jsonrpc":"1.0","id":4,"method":"ping"}', -32600, 4],
    ['no id of that kind', '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, null],
    ['positional parameters', '{"jsonrpc":"2.0","id":"a","method":"tools/list","params":[1]}', -32602, 'a'],
    ['a request that is too deep', deep, -32600, 7],
  ];

  it('is answered in our own words', async () => {
    const { port, text, lines } = await hubWith();
    const headers = { ...bearer(text), 'content-type': 'application/json' };
    for (const [what, body, code, id] of BAD) {
      const got = await ask(port, { method: 'POST', path: '/mcp', headers, body });
      expect([what, got.status]).toEqual([what, 400]);
      expect(JSON.parse(got.body), what).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
    }
    expect(lines.join('')).not.toMatch(/ error /);
  });

  it('by its type', async () => {
    const { port, text } = await hubWith();
    for (const type of ['', 'text/plain', 'application/jsonp', 'multipart/form-data']) {
      const headers = { ...bearer(text), 'content-type': type };
      const got = await ask(port, { method: 'POST', path: '/mcp', headers, body: '{}' });
      expect([type, got.status]).toEqual([type, 415]);
      expect(JSON.parse(got.body)).toMatchObject({ error: { message: /Content-Type/ } });
    }
  });

  it('is GET or DELETE, since nothing is kept', async () => {
    const { port, text } = await hubWith();
    for (const method of ['GET', 'DELETE']) {
      const got = await ask(port, { method, path: '/mcp', headers: bearer(text) });
      expect([got.status, got.headers.allow]).toEqual([405, 'POST']);
    }
  });

  it('is a member named __proto__ among the arguments', async () => {
    const { port, text } = await hubWith();
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_incidents","arguments":{"__proto__":{"repo":"/etc"}}}}`;
    const headers = {
      ...{ ...bearer(text), 'content-type': 'application/json' },
      accept: 'application/json, text/event-stream',
    };
    const got = await ask(port, { method: 'POST', path: '/mcp', headers, body });
    expect(got.status).toBe(200);
    expect(({} as Record<string, unknown>).repo).toBeUndefined();
  });
});
