import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createFront, type FrontAnswers } from '../../src/mcp/front.ts';
import { frontAnswers } from '../../src/mcp/front-answers.ts';
import type { JsonRpcMessage } from '../../src/mcp/json-rpc.ts';
import { createMcpServer, PROTOCOL_VERSIONS } from '../../src/mcp/server.ts';
import type { StdioTransport } from '../../src/mcp/stdio.ts';
import { VERSION } from '../../src/version.ts';
import { stubDeps, stubOperations } from '../support/mcp-stubs.ts';

let answers: FrontAnswers;
beforeAll(async () => {
  answers = await frontAnswers();
});

type Sent = Omit<JsonRpcMessage, 'jsonrpc'>;

/** A transport whose other end is the test: what is sent, and a way to say something. */
function line() {
  const said: Record<string, unknown>[] = [];
  const transport: StdioTransport = {
    start: async () => {},
    send: async (message) => {
      said.push(JSON.parse(JSON.stringify(message)));
    },
    reply: async (id, member) => {
      said.push(JSON.parse(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${member}}`));
    },
    close: async () => transport.onclose?.(),
  };
  const say = (message: Sent) => transport.onmessage?.({ jsonrpc: '2.0', ...message });
  return { transport, said, say };
}

const seen = () => ({ clients: [] as string[], reports: [] as string[] });
function behind({ clients, reports }: ReturnType<typeof seen>) {
  return createMcpServer({
    version: VERSION,
    operations: stubOperations,
    report: (what) => reports.push(what),
    async depsFor(_, client) {
      clients.push(client.name);
      return stubDeps('/found', client.name);
    },
  });
}

/** The front with the server behind it, which counts how often it was opened. */
async function fronted(open?: () => Promise<never>) {
  const { transport, said, say } = line();
  const notes = seen();
  let opened = 0;
  const front = createFront({
    ...{ transport, answers, report: (what) => notes.reports.push(what) },
    async open() {
      opened += 1;
      return open ? open() : behind(notes);
    },
  });
  await front.start();
  return { transport, said, say, ...notes, opened: () => opened };
}

/** The same said to the server without a front. */
async function bare() {
  const { transport, said, say } = line();
  const notes = seen();
  await behind(notes).connect(transport);
  return { said, say };
}

const until = (said: unknown[], count: number) =>
  vi.waitFor(() => expect(said.length).toBeGreaterThanOrEqual(count), { timeout: 5_000, interval: 1 });

/** What both answer, in the order of ids. */
async function both(...messages: Sent[]) {
  const [ours, theirs] = [await fronted(), await bare()];
  const count = messages.filter(({ id, method }) => id !== undefined && method !== undefined).length;
  const results = [];
  for (const { said, say } of [ours, theirs]) {
    for (const message of messages) say(message);
    await until(said, count);
    results.push(said.toSorted((a, b) => Number(a.id) - Number(b.id)));
  }
  const [front, server] = results;
  return { front, server, opened: ours.opened() };
}

const CLIENT = { name: 'tester', version: '1' };
const hello = (params: Record<string, unknown> = {}, id = 1): Sent => ({
  id,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT, ...params },
});

describe('what the front answers is what the server answers', () => {
  it.each([...PROTOCOL_VERSIONS, '2026-07-28', '', 'constructor', '__proto__'])(
    'to initialize in version %j',
    async (protocolVersion) => {
      const { front, server, opened } = await both(hello({ protocolVersion }));
      expect(front).toEqual(server);
      expect(front).toMatchObject([{ result: { serverInfo: { name: 'hotfix-pulse' } } }]);
      expect(opened).toBe(0);
    },
  );

  it.each<[string, Sent]>([
    ['ping', { method: 'ping' }],
    ['ping with parameters', { method: 'ping', params: { a: 1, _meta: { progressToken: 1 } } }],
    ['tools', { method: 'tools/list' }],
    ['tools with a cursor', { method: 'tools/list', params: { cursor: 'x' } }],
    ['tools with an odd cursor', { method: 'tools/list', params: { cursor: 7, more: null } }],
    ['prompts', { method: 'prompts/list', params: {} }],
    ['templates', { method: 'resources/templates/list', params: {} }],
    ['newer clients', { method: 'server/discover', params: { _meta: { 'io.modelcontextprotocol/x': 1 } } }],
  ])('%s', async (_, message) => {
    const { front, server, opened } = await both({ ...message, id: 1 }, hello({}, 2), { ...message, id: 3 });
    expect(front).toEqual(server);
    expect(opened).toBe(0);
  });

  it.each<[string, Sent]>([
    ['a wrong version', hello({ protocolVersion: 7 })],
    ['no client', hello({ clientInfo: undefined })],
    ['a client without a version', hello({ clientInfo: { name: 'x' } })],
    ['icons', hello({ clientInfo: { ...CLIENT, icons: [{ src: 'x' }] } })],
    ['a capability that is none', hello({ capabilities: { roots: true } })],
    ['null for a capability', hello({ capabilities: { sampling: null } })],
    ['an odd form', hello({ capabilities: { elicitation: { form: { applyDefaults: 'yes' } } } })],
    ['tasks', hello({ capabilities: { tasks: { list: {} } } })],
    ['a request for a task', { id: 1, method: 'tools/list', params: { task: { ttl: 1 } } }],
    ['no parameters', { id: 1, method: 'initialize' }],
    ['an unknown method', { id: 1, method: 'toString' }],
    ['a prompt', { id: 1, method: 'prompts/get', params: { name: 'nonsense' } }],
  ])('what it is not sure of is for the server: %s', async (_, message) => {
    const { front, server, opened } = await both(message);
    expect(front).toEqual(server);
    expect(opened).toBe(1);
  });

  it('any initialize, and whatever it can hold (property)', async () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>({}, { form: {} }, { url: {} }, { listChanged: true }, { a: {} }, null, 1, []),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const names = ['roots', 'sampling', 'elicitation', 'experimental', 'extensions', 'tasks', 'other'];
    const capabilities = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 });
    const clientInfo = fc.record(
      {
        name: fc.string(),
        version: fc.string(),
        title: value,
        description: value,
        websiteUrl: value,
        extra: value,
      },
      { requiredKeys: ['name', 'version'] },
    );
    const version = fc.constantFrom(...PROTOCOL_VERSIONS, '2026-07-28', 'x');
    await fc.assert(
      fc.asyncProperty(capabilities, clientInfo, version, async (some, info, protocolVersion) => {
        const asked = hello({ capabilities: some, clientInfo: info, protocolVersion });
        const { front, server } = await both(asked);
        expect(front).toEqual(server);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the server behind', () => {
  const call = (id: number): Sent => ({
    id,
    method: 'tools/call',
    params: { name: 'echo_text', arguments: { text: 'x' } },
  });

  it('is opened once, by what the front cannot answer, and knows who greeted', async () => {
    const { said, say, opened, clients } = await fronted();
    say(hello());
    say({ method: 'notifications/initialized' });
    say({ id: 2, method: 'tools/list' });
    expect(opened()).toBe(0);
    say({ id: 3, method: 'resources/list' });
    say({ id: 4, method: 'ping' });
    say({ id: 5, method: 'resources/list' });
    await until(said, 5);
    expect(said.map(({ id }) => id).toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect([opened(), clients]).toEqual([1, ['tester', 'tester']]);
  });

  it('gets a second greeting itself', async () => {
    const { said, say, clients } = await fronted();
    say(hello());
    say({ id: 2, method: 'resources/list' });
    await until(said, 2);
    say(hello({ clientInfo: { name: 'another', version: '2' } }, 3));
    await until(said, 3);
    say({ id: 4, method: 'resources/list' });
    await until(said, 4);
    expect(clients).toEqual(['tester', 'another']);
  });

  it('that cannot be opened is answered for, and tried again', async () => {
    let fails = true;
    const notes = seen();
    const { said, say, reports, opened } = await fronted(async () => {
      if (fails) throw new Error('gone');
      return behind(notes) as never;
    });
    say(call(1));
    await until(said, 1);
    expect(said).toEqual([
      { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'internal error, details on stderr' } },
    ]);
    expect(reports).toEqual(['start']);
    fails = false;
    say({ id: 2, method: 'resources/list' });
    await until(said, 2);
    expect(said[1]).toMatchObject({ id: 2, result: { resources: expect.any(Array) } });
    expect(opened()).toBe(2);
  });

  it('hears of the end, and of what could not be read', async () => {
    const { transport, said, say, reports } = await fronted();
    transport.onerror?.(new Error('odd line'));
    say({ id: 1, method: 'resources/list' });
    await until(said, 1);
    transport.onerror?.(new Error('odd line'));
    expect(reports).toEqual(['protocol', 'protocol']);
    await transport.close();
    say({ id: 2, method: 'tools/list' });
    await until(said, 2);
  });
});
