import { PassThrough, Writable } from 'node:stream';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolRequestSchema, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { JsonRpcMessage } from '../../src/mcp/json-rpc.ts';
import { type StdioOptions, type StdioTransport, stdioTransport } from '../../src/mcp/stdio.ts';

type Answer = {
  jsonrpc: string;
  id: unknown;
  error?: { code: number; message: string };
  result?: unknown;
};

/** A transport on in-memory pipes, with everything it said and everything it handed on. */
async function open(options: StdioOptions = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const transport = stdioTransport({ input, output, ...options });
  const messages: JsonRpcMessage[] = [];
  const errors: Error[] = [];
  const closed: number[] = [];
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => chunks.push(chunk));
  transport.onmessage = (message) => messages.push(message);
  transport.onerror = (error) => errors.push(error);
  transport.onclose = () => closed.push(1);
  await transport.start();
  const answers = (): Answer[] =>
    Buffer.concat(chunks)
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const feed = async (...parts: (string | Buffer)[]): Promise<void> => {
    for (const part of parts) {
      input.write(part);
      await settled();
    }
  };
  return { input, output, transport, messages, errors, closed, answers, feed };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const ping = (id: string | number = 1) => ({ jsonrpc: '2.0', id, method: 'ping' }) as const;
const line = (message: unknown): string => `${JSON.stringify(message)}\n`;
const codes = (answers: Answer[]) => answers.map((a) => [a.id, a.error?.code]);

describe('types', () => {
  it('is an SDK transport by shape', () => {
    expectTypeOf<StdioTransport>().toExtend<Transport>();
    expectTypeOf<JSONRPCMessage>().toExtend<JsonRpcMessage>();
    const asSdk: Transport = stdioTransport({ input: new PassThrough(), output: new PassThrough() });
    expect(typeof asSdk.start).toBe('function');
  });
});

describe('lines', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('hands on one message per line (%s)', async (_, newline) => {
    const t = await open();
    await t.feed(JSON.stringify(ping(1)) + newline + JSON.stringify(ping(2)) + newline);
    expect(t.messages).toEqual([ping(1), ping(2)]);
    expect(t.answers()).toEqual([]);
  });

  it('ignores blank lines', async () => {
    const t = await open();
    await t.feed('\n\r\n  \t\n', line(ping()));
    expect(t.messages).toEqual([ping()]);
    expect(t.errors).toEqual([]);
  });

  it('joins a message cut at every byte, multi-byte characters included', async () => {
    const message = { jsonrpc: '2.0', id: 'é🚨', method: 'm', params: { text: 'naïve \u202e 日本' } };
    const bytes = Buffer.from(line(message));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const t = await open();
      await t.feed(bytes.subarray(0, cut), bytes.subarray(cut), line(ping()));
      expect(t.messages, `cut at ${cut}`).toEqual([message, ping()]);
    }
  });

  it('reads any messages in any chunks (property)', async () => {
    const message = fc.record({
      jsonrpc: fc.constant('2.0' as const),
      id: fc.oneof(fc.string(), fc.maxSafeInteger()),
      method: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('__proto__', 'constructor', 'toString'),
      ),
      params: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
    });
    const noise = fc.constantFrom('', '\r', '  ');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(message, noise), { maxLength: 8 }),
        fc.array(fc.nat(200), { maxLength: 40 }),
        async (items, sizes) => {
          const wanted = items.map(([m]) => ({ ...m, params: { ...m.params, _meta: {} } }));
          const t = await open();
          let bytes = Buffer.from(wanted.map((m, i) => `${items[i]?.[1]}\n${JSON.stringify(m)}\n`).join(''));
          for (const size of sizes) {
            t.input.write(bytes.subarray(0, size));
            bytes = bytes.subarray(size);
          }
          await t.feed(bytes);
          expect(JSON.stringify(t.messages)).toBe(
            JSON.stringify(wanted.map(({ id, method, params }) => ({ jsonrpc: '2.0', id, method, params }))),
          );
          expect(t.answers()).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('survives any bytes: every answer is JSON-RPC and the next message still arrives (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), async (chunks) => {
        const t = await open({ maxLineBytes: 200 });
        await t.feed(...chunks.map((c) => Buffer.from(c)), '\n', line(ping('last')));
        expect(t.messages.at(-1)).toEqual(ping('last'));
        for (const answer of t.answers()) expect(answer).toMatchObject({ jsonrpc: '2.0', error: {} });
      }),
      { numRuns: 200 },
    );
  });

  it('hands on a last line without a newline when the input ends', async () => {
    const t = await open();
    t.input.end(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    await settled();
    expect(t.messages).toEqual([{ jsonrpc: '2.0', method: 'notifications/initialized' }]);
    expect(t.closed).toEqual([1]);
  });
});

describe('refusals', () => {
  const deep = (id: string) =>
    `{"jsonrpc":"2.0","id":"${id}","method":"tools/call","params":${'['.repeat(20_000)}${']'.repeat(20_000)}}\n`;
  it.each<[string, string | Buffer, unknown, number]>([
    ['invalid json', '{oops\n', null, -32700],
    ['bad utf-8', Buffer.from([0xff, 0xfe, 0x7b, 0x0a]), null, -32700],
    [
      'bad utf-8 inside a string',
      Buffer.concat([
        Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'),
        Buffer.from([0xc3]),
        Buffer.from('"}\n'),
      ]),
      null,
      -32700,
    ],
    ['two messages on a line', `${JSON.stringify(ping())}${JSON.stringify(ping())}\n`, null, -32700],
    ['batch', '[{"jsonrpc":"2.0","id":"b1","method":"ping"}]\n', null, -32600],
    ['empty batch', '[]\n', null, -32600],
    ['a string', '"ping"\n', null, -32600],
    ['null', 'null\n', null, -32600],
    ['empty object', '{}\n', null, -32600],
    ['no jsonrpc', '{"id":"b2","method":"ping"}\n', 'b2', -32600],
    ['jsonrpc 1.0', '{"jsonrpc":"1.0","id":7,"method":"ping"}\n', 7, -32600],
    ['id null', '{"jsonrpc":"2.0","id":null,"method":"ping"}\n', null, -32600],
    ['id true', '{"jsonrpc":"2.0","id":true,"method":"ping"}\n', null, -32600],
    ['id an object', '{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}\n', null, -32600],
    ['id a fraction', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}\n', null, -32600],
    ['id beyond whole numbers', '{"jsonrpc":"2.0","id":1e400,"method":"ping"}\n', null, -32600],
    ['method a number', '{"jsonrpc":"2.0","id":3,"method":9}\n', 3, -32600],
    ['no method', '{"jsonrpc":"2.0","id":3}\n', 3, -32600],
    ['params a string', '{"jsonrpc":"2.0","id":4,"method":"m","params":"x"}\n', 4, -32600],
    ['params null', '{"jsonrpc":"2.0","id":4,"method":"m","params":null}\n', 4, -32600],
    ['params an array (not MCP)', '{"jsonrpc":"2.0","id":5,"method":"m","params":[1]}\n', 5, -32602],
    ['_meta a string (not MCP)', '{"jsonrpc":"2.0","id":5,"method":"m","params":{"_meta":"x"}}\n', 5, -32602],
    [
      'progress token an object',
      '{"jsonrpc":"2.0","id":5,"method":"m","params":{"_meta":{"progressToken":{}}}}\n',
      5,
      -32602,
    ],
    [
      'related task without id',
      '{"jsonrpc":"2.0","id":5,"method":"m","params":{"_meta":{"io.modelcontextprotocol/related-task":{}}}}\n',
      5,
      -32602,
    ],
    ['request and answer at once', '{"jsonrpc":"2.0","id":6,"method":"m","result":{}}\n', null, -32600],
    [
      'answer with result and error',
      '{"jsonrpc":"2.0","id":6,"result":{},"error":{"code":1,"message":"x"}}\n',
      null,
      -32600,
    ],
    ['answer whose result is no object', '{"jsonrpc":"2.0","id":6,"result":1}\n', null, -32600],
    ['answer without id', '{"jsonrpc":"2.0","result":{}}\n', null, -32600],
    ['error without code', '{"jsonrpc":"2.0","id":6,"error":{"message":"x"}}\n', null, -32600],
    ['error without message', '{"jsonrpc":"2.0","id":6,"error":{"code":1}}\n', null, -32600],
    ['deep json', deep('b4'), 'b4', -32600],
    [
      'deep json, id last',
      `{"method":"m","params":${'{"a":'.repeat(300)}1${'}'.repeat(300)},"id":12}\n`,
      12,
      -32600,
    ],
    ['deep and unclosed', `${'['.repeat(100_000)}\n`, null, -32600],
  ])('%s', async (_, bytes, id, code) => {
    const t = await open();
    await t.feed(bytes, line(ping('next')));
    expect(codes(t.answers())).toEqual([[id, code]]);
    expect(t.messages).toEqual([ping('next')]);
    expect(t.errors).toHaveLength(1);
  });

  it('never quotes the bad input', async () => {
    const t = await open();
    await t.feed('{"ghp_secret": oops\n', '{"jsonrpc":"ghp_secret","id":1}\n');
    expect(JSON.stringify(t.answers())).not.toContain('ghp_secret');
    expect(t.errors.map(String).join()).not.toContain('ghp_secret');
  });

  it('brackets inside strings are not depth', async () => {
    const message = { ...ping(), params: { text: `${'[{'.repeat(1000)}\\"[` } };
    const t = await open();
    await t.feed(line(message));
    expect(t.messages).toEqual([message]);
  });

  it('drops a notification with bad parameters without an answer', async () => {
    const t = await open();
    await t.feed('{"jsonrpc":"2.0","method":"notifications/x","params":[1]}\n');
    expect([t.answers(), t.messages, t.errors.length]).toEqual([[], [], 1]);
  });
});

describe('what is handed on', () => {
  it.each(['__proto__', 'constructor', 'toString', '', 'nope/x', 'a\u0000b'])('method %j', async (method) => {
    const t = await open();
    await t.feed(line({ jsonrpc: '2.0', id: 0, method }));
    expect(t.messages).toEqual([{ jsonrpc: '2.0', id: 0, method }]);
  });

  it.each<[string, unknown, JsonRpcMessage]>([
    [
      'an unexpected answer',
      { jsonrpc: '2.0', id: 99999, result: {} },
      { jsonrpc: '2.0', id: 99999, result: {} },
    ],
    [
      'an error answer',
      { jsonrpc: '2.0', id: 'a', error: { code: -1, message: 'm', data: [1] } },
      { jsonrpc: '2.0', id: 'a', error: { code: -1, message: 'm', data: [1] } },
    ],
    [
      'an error about nothing (never answered back)',
      { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'm' } },
      { jsonrpc: '2.0', error: { code: -32700, message: 'm' } },
    ],
    ['members outside the standard are left out', { ...ping(), extra: 1 }, ping()],
    ['an empty id', { ...ping(''), params: {} }, { ...ping(''), params: {} }],
  ])('%s', async (_, sent, wanted) => {
    const t = await open();
    await t.feed(line(sent));
    expect(t.messages).toEqual([wanted]);
    expect(t.answers()).toEqual([]);
  });

  it('keeps __proto__ in parameters as plain data', async () => {
    const t = await open();
    await t.feed('{"jsonrpc":"2.0","id":1,"method":"m","params":{"__proto__":{"polluted":1}}}\n');
    expect(Object.keys(t.messages[0]?.params ?? {})).toEqual(['__proto__']);
    expect('polluted' in {}).toBe(false);
  });

  it('answers -32603 when the handler throws, and goes on', async () => {
    const t = await open();
    t.transport.onmessage = () => {
      throw new RangeError('boom');
    };
    await t.feed(line(ping(5)));
    expect(codes(t.answers())).toEqual([[5, -32603]]);
    expect(t.errors).toEqual([new RangeError('boom')]);
    expect(t.closed).toEqual([]);
  });
});

describe('oversize lines', () => {
  const long = 'y'.repeat(5000);
  it.each<[string, string, unknown]>([
    ['id first', `{"jsonrpc":"2.0","id":"b5","method":"m","params":{"a":"${long}"}}\n`, 'b5'],
    ['id last', `{"method":"m","params":{"a":"${long}"},"jsonrpc":"2.0","id":42}\n`, 42],
    ['id only inside the parameters', `{"method":"m","params":{"id":1,"a":"${long}","id":2}}\n`, null],
    ['no id', `${long}\n`, null],
    ['a character cut by the kept prefix', `{"id":"ü","a":"${'ü'.repeat(3000)}"}\n`, 'ü'],
  ])('%s', async (_, bytes, id) => {
    const whole = await open({ maxLineBytes: 1000 });
    await whole.feed(bytes, line(ping('next')));
    const cut = await open({ maxLineBytes: 1000 });
    await cut.feed(...(bytes.match(/[\s\S]{1,97}/g) ?? []), line(ping('next')));
    for (const t of [whole, cut]) {
      expect(codes(t.answers())).toEqual([[id, -32600]]);
      expect(t.messages).toEqual([ping('next')]);
    }
  });

  it('the limit is exact', async () => {
    const text = JSON.stringify(ping());
    const fits = await open({ maxLineBytes: text.length });
    await fits.feed(`${text}\n`);
    expect(fits.messages).toEqual([ping()]);
    const over = await open({ maxLineBytes: text.length - 1 });
    await over.feed(`${text}\n`);
    expect(codes(over.answers())).toEqual([[1, -32600]]);
  });

  it('skips 12 MB by default and accepts 9 MB', async () => {
    const t = await open();
    const of = (size: number, id: string) =>
      line({ jsonrpc: '2.0', id, method: 'tools/call', params: { a: 'y'.repeat(size) } });
    await t.feed(of(12e6, 'b5'), of(9e6, 'big'), line(ping('next')));
    expect(codes(t.answers())).toEqual([['b5', -32600]]);
    expect(t.messages.map((m) => m.id)).toEqual(['big', 'next']);
  });
});

describe('writing', () => {
  /** Takes `room` bytes, then refuses until `drain()` is called. */
  function slowSink() {
    const written: string[] = [];
    let release: (() => void) | undefined;
    const sink = new Writable({
      highWaterMark: 1,
      write(chunk, _, done) {
        written.push(String(chunk));
        release = done;
      },
    });
    return { sink, written, drain: () => release?.() };
  }

  it('waits for a slow reader, keeps the order, and adds one listener only', async () => {
    const { sink, written, drain } = slowSink();
    const t = await open({ output: sink });
    let done = 0;
    const sends = Array.from({ length: 30 }, (_, i) =>
      t.transport.send({ jsonrpc: '2.0', id: i, result: {} }).then(() => done++),
    );
    await settled();
    expect([written.length, done, sink.listenerCount('drain')]).toEqual([1, 0, 1]);
    for (let i = 0; i < 30; i++) {
      drain();
      await settled();
    }
    await Promise.all(sends);
    expect(written.map((w) => JSON.parse(w).id)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it('a send that waits ends when the connection closes; a send after close does not throw', async () => {
    const { sink, written } = slowSink();
    const t = await open({ output: sink });
    const waiting = t.transport.send({ jsonrpc: '2.0', method: 'a' });
    await settled();
    await t.transport.close();
    await waiting;
    await t.transport.send({ jsonrpc: '2.0', method: 'b' });
    expect(written).toHaveLength(1);
    expect(t.closed).toEqual([1]);
  });

  it('writes one line per message, newlines inside strings escaped', async () => {
    const t = await open();
    await t.transport.send({ jsonrpc: '2.0', id: 1, result: { text: 'a\nb\u2028\ud800' } });
    expect(t.answers()).toEqual([{ jsonrpc: '2.0', id: 1, result: { text: 'a\nb\u2028\ud800' } }]);
  });

  it.each(['EPIPE', 'EIO'])('%s on the output closes, once, and late errors are harmless', async (code) => {
    const t = await open();
    t.output.emit('error', Object.assign(new Error(code), { code }));
    t.output.emit('error', Object.assign(new Error(code), { code }));
    expect([t.closed, t.errors.length]).toEqual([[1], 1]);
    await t.transport.send({ jsonrpc: '2.0', method: 'late' });
  });
});

describe('end of input and close', () => {
  it('closes at once when nothing is being worked on', async () => {
    const t = await open();
    t.input.end();
    await settled();
    expect(t.closed).toEqual([1]);
  });

  it('lets requests already read answer first', async () => {
    const t = await open();
    t.input.end(line(ping(1)) + line(ping(2)));
    await settled();
    await t.transport.send({ jsonrpc: '2.0', id: 2, result: {} });
    expect(t.closed).toEqual([]);
    await t.transport.send({ jsonrpc: '2.0', id: 1, result: {} });
    await settled();
    expect(t.closed).toEqual([1]);
    expect(t.answers().map((a) => a.id)).toEqual([2, 1]);
  });

  it('does not wait for a cancelled request', async () => {
    const t = await open();
    t.input.end(
      line(ping(1)) + line({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }),
    );
    await settled();
    expect(t.closed).toEqual([1]);
  });

  it('waits no longer than the deadline', async () => {
    const t = await open({ drainMs: 20 });
    t.input.end(line(ping(1)));
    await settled();
    expect(t.closed).toEqual([]);
    await vi.waitFor(() => expect(t.closed).toEqual([1]));
  });

  it('an input that breaks counts as its end', async () => {
    const t = await open();
    t.input.destroy(new Error('gone'));
    await settled();
    expect([t.closed, t.errors.map((e) => e.message)]).toEqual([[1], ['gone']]);
  });

  it('close stops reading, also in the middle of a chunk', async () => {
    const t = await open();
    t.transport.onmessage = (message) => {
      t.messages.push(message);
      void t.transport.close();
    };
    await t.feed(line(ping(1)) + line(ping(2)), line(ping(3)));
    await t.transport.close();
    expect(t.messages).toEqual([ping(1)]);
    expect(t.closed).toEqual([1]);
  });

  it('cannot be started twice', async () => {
    const t = await open();
    await expect(t.transport.start()).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe("under the SDK's server", () => {
  it('every id gets exactly one answer, whatever came before', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const server = new Server({ name: 't', version: '0' }, { capabilities: { tools: {} } });
    server.setRequestHandler(CallToolRequestSchema, async ({ params }) => ({
      content: [{ type: 'text', text: params.name }],
    }));
    await server.connect(stdioTransport({ input, output }));
    const call = (id: number, params: unknown) => line({ jsonrpc: '2.0', id, method: 'tools/call', params });
    input.write('{oops\n');
    input.write(call(1, { name: '__proto__' }));
    input.write(call(2, ['x']));
    input.write(call(3, { name: 'x', _meta: { progressToken: {} } }));
    input.write(call(4, { name: 1 }));
    input.write(line({ jsonrpc: '2.0', id: 5, method: 'constructor' }));
    input.write(line({ jsonrpc: '2.0', id: 6, method: 'ping', extra: true }));
    input.end(call(7, { name: 'last' }));
    const answers: Answer[] = [];
    output.on('data', (chunk: Buffer) => {
      for (const text of chunk.toString().trim().split('\n')) answers.push(JSON.parse(text));
    });
    await new Promise<void>((resolve) => {
      server.onclose = resolve;
    });
    const byId = new Map(answers.map((a) => [a.id, a.error?.code ?? 'ok']));
    expect(answers).toHaveLength(8);
    expect([...byId].sort()).toEqual(
      [
        [null, -32700],
        [1, 'ok'],
        [2, -32602],
        [3, -32602],
        [4, expect.any(Number)],
        [5, -32601],
        [6, 'ok'],
        [7, 'ok'],
      ].sort(),
    );
  });
});
