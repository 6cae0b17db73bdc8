import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import {
  CallToolResultSchema,
  type ClientCapabilities,
  type ElicitRequest,
  ElicitRequestSchema,
  type ElicitResult,
  type JSONRPCMessage,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/v4';
import { clientApprovals, type Elicited } from '../../src/mcp/approvals.ts';
import { toolDefinitions } from '../../src/mcp/definitions.ts';
import { createMcpServer } from '../../src/mcp/server.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { type Deps, defineTool } from '../../src/tools/tool.ts';
import { stubDeps, stubOperations } from '../support/mcp-stubs.ts';

const REQUEST = {
  title: 'Roll back the release',
  lines: ['Refs:', '  refs/heads/main 1 -> 2'],
  code: 'K7QP',
};

const ask = defineTool({
  name: 'ask_somebody',
  title: 'Ask',
  effect: 'local',
  description: 'Asks for a yes.',
  input: z.strictObject({}),
  output: z.object({ answer: z.string(), by: z.unknown(), strength: z.string() }),
  async run(_input, { approvals }) {
    const said = (await approvals?.ask(REQUEST)) ?? { answer: 'nobody can be asked' };
    const yes = said.answer === 'yes' && 'by' in said ? said : null;
    const data = { answer: said.answer, by: yes?.by ?? null, strength: yes?.strength ?? '' };
    return { text: said.answer, data, warnings: [] };
  },
});

/** What the last call was given to show progress with. */
let kept: Deps['progress'];
const work = defineTool({
  name: 'work_long',
  title: 'Work',
  effect: 'local',
  description: 'Tells how far it is.',
  input: z.strictObject({ fail: z.boolean().optional() }),
  output: z.object({ hasProgress: z.boolean() }),
  async run({ fail }, { progress }) {
    kept = progress;
    progress?.('test 1\nof \u001b[31m2');
    await Promise.resolve();
    progress?.('x'.repeat(500));
    if (fail) throw new Error('broken');
    return { text: 'done', data: { hasProgress: progress !== undefined }, warnings: [] };
  },
});
const TOOLS = [ask, work];

function serverFor(actor: Deps['actor']) {
  return createMcpServer({
    version: '1.2.3',
    definitions: toolDefinitions(TOOLS),
    operations: async () => ({
      ...(await stubOperations()),
      toolOf: async (name) => TOOLS.find((one) => one.name === name),
      callTool,
    }),
    report: () => {},
    depsFor: async () => ({ ...stubDeps('/found'), actor }),
  });
}

type Handler = (request: ElicitRequest) => Promise<ElicitResult>;
const agent: Deps['actor'] = { kind: 'agent', name: 'codex-mcp-client', on_behalf_of: 'Ana Ruiz' };

/** The SDK's own client with a person behind it. */
async function connect(
  elicitation: ClientCapabilities['elicitation'],
  answer: Handler = async () => ({ action: 'cancel' }),
  actor = agent,
) {
  const server = serverFor(actor);
  const client = new Client(
    { name: 'tester', version: '0' },
    { capabilities: elicitation ? { elicitation } : {} },
  );
  const seen: ElicitRequest[] = [];
  if (elicitation) {
    client.setRequestHandler(ElicitRequestSchema, (request) => {
      seen.push(request);
      return answer(request);
    });
  }
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  await client.connect(ours);
  const call = async (name = 'ask_somebody') => {
    const { structuredContent } = await client.request(
      { method: 'tools/call', params: { name, arguments: {} } },
      CallToolResultSchema,
      { timeout: 3_600_000 },
    );
    return structuredContent;
  };
  return { client, server, call, seen };
}

const FORM = { form: {} };
const typing =
  (code: unknown): Handler =>
  async () => ({ action: 'accept', content: { code: String(code) } });

afterEach(() => {
  vi.useRealTimers();
});

describe('a yes in the client', () => {
  it('is the typed code, and counts as that of the person whom the agent works for', async () => {
    const { call, seen } = await connect(FORM, typing(' k7qp '));
    expect(await call()).toEqual({
      ...{ answer: 'yes', strength: 'elicitation' },
      by: { kind: 'human', name: 'Ana Ruiz', via: 'elicitation' },
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.params).toMatchObject({
      message: 'hotfix-pulse: Roll back the release?\n\nRefs:\n  refs/heads/main 1 -> 2',
      requestedSchema: {
        type: 'object',
        properties: { code: { type: 'string', title: 'Type K7QP to approve' } },
        required: ['code'],
      },
    });
  });

  it('is that of a user without a name where nobody knows one', async () => {
    const { call } = await connect(FORM, typing('K7QP'), { kind: 'agent', name: 'codex-mcp-client' });
    expect(await call()).toMatchObject({ by: { kind: 'human', name: 'user of codex-mcp-client' } });
  });

  const ANSWERS: [string, Handler, string][] = [
    ['a wrong code', typing('K7QQ'), 'no'],
    ['a part of it', typing('K7Q'), 'no'],
    ['more than it', typing('K7QP and all others'), 'no'],
    ['yes', typing('yes'), 'no'],
    ['nothing', typing(''), 'no'],
    ['accept without a form', async () => ({ action: 'accept' }), 'no'],
    ['accept with another member', async () => ({ action: 'accept', content: { kode: 'K7QP' } }), 'no'],
    ['decline', async () => ({ action: 'decline' }), 'no'],
    ['decline with the code', async () => ({ action: 'decline', content: { code: 'K7QP' } }), 'no'],
    ['cancel', async () => ({ action: 'cancel' }), 'none'],
    ['cancel with the code', async () => ({ action: 'cancel', content: { code: 'K7QP' } }), 'none'],
    ['an error of the client', async () => Promise.reject(new Error('no dialog here')), 'none'],
  ];
  it.each(ANSWERS)('is not: %s', async (_what, answer, expected) => {
    const { call, seen } = await connect(FORM, answer);
    expect(await call()).toMatchObject({ answer: expected, by: null });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['forms', FORM, true],
    ['an empty capability, which is older and means forms', {}, true],
    ['forms and addresses', { form: {}, url: {} }, true],
    ['addresses alone', { url: {} }, false],
    ['nothing', undefined, false],
  ])('is asked for in a client that declares %s', async (_what, elicitation, isAsked) => {
    const { call, seen } = await connect(elicitation, typing('K7QP'));
    expect(await call()).toMatchObject({ answer: isAsked ? 'yes' : 'nobody can be asked' });
    expect(seen).toHaveLength(isAsked ? 1 : 0);
  });

  it('is waited for ten minutes', async () => {
    const { call, seen } = await connect(FORM, () => new Promise(() => {}));
    vi.useFakeTimers();
    let said: unknown = 'waiting';
    void call().then((data) => {
      said = data?.answer;
    });
    await vi.advanceTimersByTimeAsync(590_000);
    expect([seen.length, said]).toEqual([1, 'waiting']);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toBe('none');
  });

  it('is none when the client goes away', async () => {
    const { call, client, seen } = await connect(FORM, () => new Promise(() => {}));
    const running = call();
    running.catch(() => {});
    await vi.waitFor(() => expect(seen).toHaveLength(1));
    await client.close();
    await expect(running).rejects.toThrow(/closed/i);
  });

  it.each([
    [{ action: 'accept', content: { code: ['K7QP'] } }],
    [{ action: 'accept', content: { code: { toString: 'K7QP' } } }],
    [{ action: 'ACCEPT', content: { code: 'K7QP' } }],
    [{ action: 'accept', content: Object.create({ code: 1 }) }],
  ] as Elicited[][])('is not %j, which a client should not send', async (elicited) => {
    const { ask: asks } = clientApprovals(async () => elicited as Elicited, 'Ana');
    expect(await asks(REQUEST)).toEqual({ answer: 'no' });
  });
});

/** Everything that the server sends for one call, in order, and what comes within a moment after the answer. */
async function wire(meta: object | undefined, args: object = {}) {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const messages: JSONRPCMessage[] = [];
  ours.onmessage = (message) => messages.push(message);
  await serverFor(agent).connect(theirs);
  await ours.start();
  const params = { name: 'work_long', arguments: args, ...(meta ? { _meta: meta } : {}) };
  await ours.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params } as JSONRPCMessage);
  await vi.waitFor(() => expect(messages.some((message) => 'id' in message)).toBe(true));
  kept?.('much later');
  await new Promise((done) => setTimeout(done, 20));
  return messages;
}

describe('progress', () => {
  it.each(['token', 7, 0])(
    'is sent under the token %j of the call, one more each time, and none after the answer',
    async (token) => {
      const messages = await wire({ progressToken: token });
      expect(messages).toMatchObject([
        {
          method: 'notifications/progress',
          params: { progressToken: token, progress: 1, message: 'test 1 of 2' },
        },
        { method: 'notifications/progress', params: { progressToken: token, progress: 2 } },
        { id: 1, result: { structuredContent: { hasProgress: true } } },
      ]);
      expect(JSON.stringify(messages[1])).toContain(`${'x'.repeat(199)}…"`);
    },
  );

  it.each([undefined, {}])('is not sent to who did not ask: %j', async (meta) => {
    const messages = await wire(meta);
    expect(messages).toMatchObject([{ id: 1, result: { structuredContent: { hasProgress: false } } }]);
  });

  it('ends with a call that fails, too', async () => {
    const messages = await wire({ progressToken: 1 }, { fail: true });
    expect(messages).toHaveLength(3);
    expect(messages.at(-1)).toMatchObject({ id: 1, result: { isError: true } });
  });

  it('reaches the client of the SDK', async () => {
    const { client } = await connect(undefined);
    const told: { progress: number; message?: string | undefined }[] = [];
    await client.request(
      { method: 'tools/call', params: { name: 'work_long', arguments: {} } },
      CallToolResultSchema,
      {
        onprogress: ({ progress, message }) => told.push({ progress, message }),
      },
    );
    expect(told.map(({ progress }) => progress)).toEqual([1, 2]);
    expect(told[0]?.message).toBe('test 1 of 2');
  });

  it('of two calls at once is told apart', async () => {
    const { client } = await connect(undefined);
    const told: number[][] = [[], []];
    await Promise.all(
      told.map((list) =>
        client.request(
          { method: 'tools/call', params: { name: 'work_long', arguments: {} } },
          CallToolResultSchema,
          {
            onprogress: ({ progress }) => list.push(progress),
          },
        ),
      ),
    );
    expect(told).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});
