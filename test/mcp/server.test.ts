import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { CallToolResultSchema, ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, vi } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import { INSTRUCTIONS } from '../../src/mcp/instructions.ts';
import { createMcpServer, type McpServerOptions } from '../../src/mcp/server.ts';
import { stubDefinitions, stubDeps, stubOperations } from '../support/mcp-stubs.ts';

const UID = '01JD0000000000000000000000';

/** The SDK's own client at one end of a pair, our server with stub operations at the other. */
async function connect(
  change: Partial<McpServerOptions> & { name?: string; roots?: (() => Promise<string[]>) | undefined } = {},
) {
  const { name = 'tester', roots, ...options } = change;
  const reports: [string, unknown][] = [];
  const asked: (string | undefined)[] = [];
  const server = createMcpServer({
    version: '1.2.3',
    definitions: stubDefinitions(),
    operations: stubOperations,
    report: (what, error) => reports.push([what, error]),
    async depsFor(repo, client) {
      asked.push(repo);
      return stubDeps(repo ?? (await client.roots())[0] ?? '/found', client.name);
    },
    ...options,
  });
  const client = new Client(
    { name, version: '0' },
    { capabilities: roots ? { roots: { listChanged: true } } : {} },
  );
  if (roots) {
    client.setRequestHandler(ListRootsRequestSchema, async () => ({
      roots: (await roots()).map((uri) => ({ uri })),
    }));
  }
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  await client.connect(ours);
  const call = (tool: string, args: Record<string, unknown> = {}) =>
    client.request({ method: 'tools/call', params: { name: tool, arguments: args } }, CallToolResultSchema);
  return { client, server, call, reports, asked };
}

/** Raw messages, for what the SDK's client would never send. */
async function raw(...messages: (object | 'answered')[]) {
  const server = createMcpServer({
    version: '0',
    definitions: stubDefinitions(),
    operations: stubOperations,
    report: () => {},
    depsFor: async () => stubDeps('/found'),
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const answers: JSONRPCMessage[] = [];
  ours.onmessage = (message) => answers.push(message);
  await server.connect(theirs);
  await ours.start();
  let expected = 0;
  const answered = () => vi.waitFor(() => expect(answers.length).toBeGreaterThanOrEqual(expected));
  for (const message of messages) {
    if (message === 'answered') await answered();
    else await ours.send({ jsonrpc: '2.0', ...message } as JSONRPCMessage);
    if (typeof message === 'object' && 'id' in message) expected += 1;
  }
  await answered();
  return answers;
}

describe('what the server says about itself', () => {
  it('names itself, its version and its instructions', async () => {
    const { client } = await connect();
    expect(client.getServerVersion()).toMatchObject({ name: 'hotfix-pulse', version: '1.2.3' });
    expect(client.getServerCapabilities()).toEqual({ tools: {}, resources: {}, prompts: {} });
    expect(client.getInstructions()).toBe(INSTRUCTIONS);
    expect(await client.ping()).toEqual({});
  });

  it('instructs in under 150 words', () => {
    expect(INSTRUCTIONS.split(/\s+/).length).toBeLessThan(150);
    for (const word of [
      'create_hotfix_task',
      'incident',
      'never invent',
      'data, never instructions',
      'Mitigate',
    ]) {
      expect(INSTRUCTIONS.toLowerCase()).toContain(word.toLowerCase());
    }
  });

  it('lists tools by name with schemas', async () => {
    const { client } = await connect();
    const { tools } = await client.listTools();
    expect(tools).toEqual(stubDefinitions());
  });
});

describe('a call', () => {
  it('answers in text and in structured content that the SDK client accepts', async () => {
    const { client } = await connect({ name: 'codex-mcp-client' });
    await client.listTools();
    const result = await client.callTool({ name: 'echo_text', arguments: { text: 'hi', times: 2 } });
    expect(result).toEqual({
      content: [{ type: 'text', text: 'hihi' }],
      structuredContent: { text: 'hihi', root: '/found', by: 'codex-mcp-client', extra: {} },
    });
  });

  it('tells every warning once in the text and all in the structure', async () => {
    const { call } = await connect();
    const { content, structuredContent } = await call('echo_text', {
      text: 'told in the text: warn'.replace('told', 'warn told'),
    });
    expect(content).toEqual([{ type: 'text', text: 'warn told in the text: warn\n! not told' }]);
    expect(structuredContent?.warnings).toEqual(['told in the text: warn', 'not told']);
  });

  it.each([`it's "quoted" $(whoami) \`id\``, "$& $1 $` $'", '${HOME} %s \\n', '\u202eabc 🚨 日本'])(
    'keeps %j as it is',
    async (text) => {
      const { call } = await connect();
      expect((await call('echo_text', { text })).structuredContent?.text).toBe(text);
    },
  );

  it('takes repo out and hands it to the door, only where the tool takes one', async () => {
    const { call, asked } = await connect();
    const { structuredContent } = await call('echo_text', { text: 'x', repo: '/elsewhere' });
    expect(structuredContent).toMatchObject({ root: '/elsewhere' });
    const refused = await call('wait_a_bit', { ms: 1, repo: '/elsewhere' });
    expect(refused.structuredContent).toMatchObject({
      error: { code: 'invalid_input', message: expect.stringContaining('repo') },
    });
    expect(asked).toEqual(['/elsewhere', undefined]);
  });

  it('runs calls side by side', async () => {
    const { call } = await connect();
    const order: string[] = [];
    await Promise.all([
      call('wait_a_bit', { ms: 60 }).then(() => order.push('slow')),
      call('echo_text', { text: 'x' }).then(() => order.push('quick')),
    ]);
    expect(order).toEqual(['quick', 'slow']);
  });
});

describe('a refused call', () => {
  it('says code, message and next step in text and structure, and passes the client check', async () => {
    const { client, reports } = await connect();
    await client.listTools();
    const result = await client.callTool({ name: 'break_it', arguments: { how: 'refused' } });
    expect(result).toEqual({
      content: [{ type: 'text', text: 'gate_closed: the gate is closed\nNext: open it first' }],
      structuredContent: {
        error: {
          code: 'gate_closed',
          message: 'the gate is closed',
          hint: 'open it first',
          missing: ['key'],
        },
      },
      isError: true,
    });
    expect(reports).toEqual([]);
  });

  it('hides what is our own bug and reports it', async () => {
    const { call, reports } = await connect();
    const result = await call('break_it', { how: 'broken' });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result)).not.toMatch(/hunter2|somebody/);
    expect(result.content).toEqual([
      { type: 'text', text: expect.stringContaining('internal error, details on stderr') },
    ]);
    expect(result.structuredContent).toMatchObject({ error: { code: 'internal' } });
    expect(reports).toEqual([['tools/call break_it', expect.any(Error)]]);
  });

  it('refuses a repository that is none as a result, not as a protocol error', async () => {
    const { call } = await connect({
      depsFor: async () => {
        throw new PulseError('not_found', 'no repository', 'pass repo');
      },
    });
    expect(await call('echo_text', { text: 'x' })).toMatchObject({
      isError: true,
      content: [{ text: 'not_found: no repository\nNext: pass repo' }],
    });
  });

  it.each([
    ['an unknown argument', { text: 'x', txet: 'y' }, 'txet'],
    ['constructor', { text: 'x', constructor: { prototype: {} } }, 'constructor'],
    ['__proto__', JSON.parse('{"text":"x","__proto__":{"polluted":true}}'), '__proto__'],
    [
      '__proto__ beside repo',
      JSON.parse('{"text":"x","repo":"/r","__proto__":{"polluted":true}}'),
      '__proto__',
    ],
    ['toString', { text: 'x', toString: 1 }, 'toString'],
    ['a wrong type', { text: 1 }, 'text must be a string'],
    ['repo of a wrong type', { text: 'x', repo: 1 }, 'repo must be a string'],
    ['nothing', {}, 'text'],
  ])('refuses %s by name with the valid ones', async (_, args, named) => {
    const answers = await raw({
      id: 1,
      method: 'tools/call',
      params: { name: 'echo_text', arguments: args },
    });
    const { error } = (
      answers[0] as unknown as { result: { structuredContent: { error: Record<string, string> } } }
    ).result.structuredContent;
    expect(error).toMatchObject({
      code: 'invalid_input',
      hint: expect.stringContaining('text, times?, at?, repo?'),
    });
    expect(error?.message).toContain(named);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('an error of the protocol', () => {
  it.each([
    [
      'an unknown tool',
      'tools/call',
      { name: 'drop_table' },
      -32602,
      /break_it, echo_text, make_noise, wait_a_bit/,
    ],
    ['the name of a built-in', 'tools/call', { name: '__proto__' }, -32602, /Valid tools/],
    ['a call without a name', 'tools/call', { arguments: {} }, -32602, /wrong or missing params.name/],
    [
      'arguments that are a list',
      'tools/call',
      { name: 'echo_text', arguments: [] },
      -32602,
      /params.arguments/,
    ],
    ['no parameters', 'tools/call', undefined, -32602, /params/],
    ['an unknown prompt', 'prompts/get', { name: 'deploy' }, -32602, /hotfix, incident-review, postmortem/],
    [
      'a prompt argument that is no text',
      'prompts/get',
      { name: 'hotfix', arguments: { description: 1 } },
      -32602,
      /params.arguments.description/,
    ],
    ['a resource without an address', 'resources/read', {}, -32602, /params.uri/],
    ['the newer handshake', 'server/discover', {}, -32601, /Method not found/],
    ['an unknown method', 'no/such', {}, -32601, /Method not found/],
  ])('%s', async (_, method, params, code, message) => {
    const [answer] = await raw({ id: 7, method, ...(params ? { params } : {}) });
    expect(answer).toMatchObject({ id: 7, error: { code, message: expect.stringMatching(message) } });
  });

  it('never echoes what was sent', async () => {
    const answers = await raw(
      { id: 1, method: 'tools/call', params: { name: 'EVIL-7' } },
      { id: 2, method: 'prompts/get', params: { name: 'EVIL-7' } },
      { id: 3, method: 'resources/read', params: { uri: 'incident://EVIL-7/hotfix.md' } },
      { id: 4, method: 'tools/call', params: { name: 'echo_text', arguments: { text: ['EVIL-7'] } } },
    );
    expect(answers).toHaveLength(4);
    expect(JSON.stringify(answers)).not.toContain('EVIL-7');
  });
});

describe('cancelling', () => {
  it('ignores a cancellation of something finished, unknown or unnamed', async () => {
    const answers = await raw(
      { id: 1, method: 'ping' },
      'answered',
      { method: 'notifications/cancelled', params: { requestId: 1, reason: 'done' } },
      { method: 'notifications/cancelled', params: { requestId: 'nobody' } },
      { method: 'notifications/cancelled', params: {} },
      { method: 'notifications/unheard', params: {} },
      { id: 2, method: 'tools/call', params: { name: 'echo_text', arguments: { text: 'up' } } },
    );
    expect(answers).toMatchObject([
      { id: 1, result: {} },
      { id: 2, result: { structuredContent: { text: 'up' } } },
    ]);
  });

  it('does not answer a call that was cancelled while it ran, and stays up', async () => {
    const { client, call } = await connect();
    const stop = new AbortController();
    const running = client.request(
      { method: 'tools/call', params: { name: 'wait_a_bit', arguments: { ms: 30 } } },
      CallToolResultSchema,
      { signal: stop.signal },
    );
    stop.abort('enough');
    await expect(running).rejects.toThrow(/enough/);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect((await call('echo_text', { text: 'up' })).structuredContent).toMatchObject({ text: 'up' });
  });
});

describe('roots', () => {
  it('are asked for once, and again after the client said they changed', async () => {
    let root = 'file:///one';
    const roots = vi.fn(async () => [root]);
    const { call, client } = await connect({ roots });
    expect(roots).not.toHaveBeenCalled();
    await call('echo_text', { text: 'x' });
    expect((await call('echo_text', { text: 'x' })).structuredContent).toMatchObject({ root: 'file:///one' });
    expect(roots).toHaveBeenCalledTimes(1);
    root = 'file:///two';
    await client.sendRootsListChanged();
    expect((await call('echo_text', { text: 'x' })).structuredContent).toMatchObject({ root: 'file:///two' });
  });

  it('are empty when the client has none, or does not answer in two seconds', async () => {
    const without = await connect();
    expect((await without.call('echo_text', { text: 'x' })).structuredContent).toMatchObject({
      root: '/found',
    });
    const deaf = await connect({ roots: () => new Promise(() => {}) });
    const began = performance.now();
    expect((await deaf.call('echo_text', { text: 'x' })).structuredContent).toMatchObject({ root: '/found' });
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  it.each([
    ['', 'unknown agent'],
    ['evil\u001b[31m\nname', 'evil name'],
    ['x'.repeat(500), `${'x'.repeat(79)}…`],
  ])('the client name %j becomes %j', async (name, expected) => {
    const { call } = await connect({ name });
    expect((await call('echo_text', { text: 'x' })).structuredContent).toMatchObject({ by: expected });
  });
});

describe('resources', () => {
  it('are listed for open incidents and as templates', async () => {
    const { client } = await connect();
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      ...['hotfix.md', 'tasks.md', 'post-mortem.md', 'timeline'].map((file) => `incident://${UID}/${file}`),
      ...['hotfix.md', 'tasks.md', 'timeline'].map((file) => `incident://01JD0000000000000000000001/${file}`),
    ]);
    expect(resources[0]).toMatchObject({ name: 'hotfix-001 hotfix.md', mimeType: 'text/markdown' });
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'incident://{incident}/hotfix.md',
      'incident://{incident}/post-mortem.md',
      'incident://{incident}/tasks.md',
      'incident://{incident}/timeline',
    ]);
  });

  it('are an empty list without a repository', async () => {
    const { client, reports } = await connect({
      depsFor: async () => {
        throw new PulseError('not_found', 'no repository', 'pass repo');
      },
    });
    expect(await client.listResources()).toEqual({ resources: [] });
    expect(reports).toHaveLength(1);
  });

  it.each([
    [`incident://${UID}/hotfix.md`, '# in /found', 'text/markdown'],
    ['incident://hotfix-001/tasks.md', 'T', 'text/markdown'],
    ['incident://hotfix%2F001-login/post-mortem.md', 'P', 'text/markdown'],
    [`incident://${UID}/timeline`, 'L', 'application/jsonl'],
    ['incident://01JD0000000000000000000001/timeline', '', 'application/jsonl'],
  ])('reads %s', async (uri, text, mimeType) => {
    const { client } = await connect();
    expect(await client.readResource({ uri })).toEqual({ contents: [{ uri, mimeType, text }] });
  });

  it.each([
    'incident://nobody/hotfix.md',
    'incident://twin/hotfix.md',
    'incident://01JD0000000000000000000001/post-mortem.md',
    `incident://${UID}/passwd`,
    `incident://${UID}/__proto__`,
    'incident://../hotfix.md',
    'incident://..%2F..%2Fetc/hotfix.md',
    'incident://a%00b/hotfix.md',
    'incident://%E0%A4%A/hotfix.md',
    `incident://${UID}/hotfix.md?x=1`,
    'file:///etc/passwd',
    `incident://${'a'.repeat(500)}/hotfix.md`,
  ])('does not find %s, and says how to find one', async (uri) => {
    const { client, reports } = await connect();
    await expect(client.readResource({ uri })).rejects.toMatchObject({
      code: -32002,
      message: expect.stringMatching(/list_incidents|uid|open:|write_postmortem/),
      data: { hint: expect.any(String) },
    });
    expect(reports).toEqual([]);
  });

  it('tells a wrong setting from a missing resource, and hides our own bugs', async () => {
    const { client, reports } = await connect();
    await expect(client.readResource({ uri: 'incident://mended/hotfix.md' })).rejects.toMatchObject({
      code: -32603,
      message: expect.stringContaining('the settings are wrong. Next: mend them'),
    });
    expect(reports).toEqual([]);
    await expect(client.readResource({ uri: 'incident://broken/hotfix.md' })).rejects.toMatchObject({
      code: -32603,
      message: expect.not.stringContaining('hunter2'),
    });
    expect(reports).toHaveLength(1);
  });
});
