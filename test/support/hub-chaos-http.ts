import { Agent, request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { CallHub, Told } from './hub-chaos-client.ts';
import { bearer, MODERN, messagesOf } from './mcp-hub.ts';

const META = 'io.modelcontextprotocol';
export type Generation = '2025' | '2026';

/** Calls tools over `/mcp` at one address; a connection is kept as long as it lasts. */
export function callerAt(port: number, token: string, generation: Generation): CallHub {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  onTestFinished(() => agent.destroy());
  let id = 0;
  return (name, args, timeoutMs) => {
    id += 1;
    const sent = messageOf(generation, id, 'tools/call', { name, arguments: args });
    return post(port, token, sent, timeoutMs, agent);
  };
}

/** A resource, as a hub gives it at its own port. */
export async function readText(port: number, token: string, uri: string): Promise<string> {
  const agent = new Agent();
  const told = await post(port, token, messageOf('2026', 1, 'resources/read', { uri }), 30_000, agent);
  if (told.kind !== 'answered') throw new Error(`${uri}: ${told.why}`);
  const [content]: unknown[] = Array.isArray(told.data.contents) ? told.data.contents : [];
  return String(Object(content).text);
}

interface Sent {
  headers: Record<string, string>;
  body: string;
}

function messageOf(
  generation: Generation,
  id: number,
  method: string,
  params: Record<string, unknown>,
): Sent {
  const base = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  if (generation === '2025') {
    return {
      headers: { ...base, 'mcp-protocol-version': '2025-06-18' },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
    };
  }
  const _meta = {
    [`${META}/protocolVersion`]: MODERN,
    [`${META}/clientInfo`]: { name: 'chaos', version: '1.0.0' },
    [`${META}/clientCapabilities`]: {},
  };
  return {
    headers: {
      ...base,
      ...{ 'mcp-protocol-version': MODERN, 'mcp-method': method },
      'mcp-name': String(params.name ?? params.uri),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }),
  };
}

function post(
  port: number,
  token: string,
  { headers, body }: Sent,
  timeoutMs: number,
  agent: Agent,
): Promise<Told> {
  return new Promise((done) => {
    const unknown = (why: string) => done({ kind: 'unknown', why });
    const req = request(
      {
        ...{ host: '127.0.0.1', port, agent, method: 'POST', path: '/mcp' },
        ...{ headers: { ...bearer(token), ...headers }, signal: AbortSignal.timeout(Math.ceil(timeoutMs)) },
      },
      (res) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('error', () => unknown('cut in the answer'));
        res.on('end', () =>
          done(toldBy(res.statusCode ?? 0, res.headers, Buffer.concat(parts).toString('utf8'))),
        );
      },
    );
    req.on('error', (error) => unknown('code' in error ? String(error.code) : error.name));
    req.end(body);
  });
}

function toldBy(status: number, headers: Record<string, unknown>, body: string): Told {
  if (status >= 500 || status === 429) return { kind: 'unknown', why: `status ${status}` };
  const message = messageIn(headers, body);
  if (message === null) {
    return { kind: status === 200 ? 'unknown' : 'refused', why: `status ${status}, no whole message` };
  }
  const { result, error } = message;
  if (status !== 200 || error !== undefined) {
    const why = String(Object(error).message);
    return { kind: why.startsWith('upstream:') ? 'unknown' : 'refused', why };
  }
  const { isError, structuredContent } = Object(result);
  if (isError !== true) return { kind: 'answered', data: Object(structuredContent ?? result) };
  const { code, message: why } = Object(Object(structuredContent).error);
  // What an operation says when the database is away; everything else is no answer to a call that is right.
  return { kind: code === 'upstream' ? 'unknown' : 'refused', why: `${code}: ${why}` };
}

function messageIn(headers: Record<string, unknown>, body: string): Record<string, unknown> | null {
  try {
    return messagesOf({ headers, body }).at(-1) ?? null;
  } catch {
    return null;
  }
}
