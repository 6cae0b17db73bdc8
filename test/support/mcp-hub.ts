import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { onTestFinished } from 'vitest';
import type { Scope, TokenKind } from '../../src/core/team-tokens.ts';
import { createToken } from '../../src/hub/auth/tokens.ts';
import { openMcpDoor } from '../../src/hub/mcp.ts';
import { openTokens } from '../../src/wire.ts';
import { ask, type Got, type HubWanted, startHub } from './hub-kit.ts';

/** The hub's /mcp, and clients of both protocol generations. */

export const MODERN = '2026-07-28';
const META = 'io.modelcontextprotocol';

/** The hub's clock in a test begins there. */
export const NOW = Date.parse('2026-11-20T14:00:00Z');

export const startMcpHub = (wanted: HubWanted = {}) =>
  startHub({ doors: { mcp: async () => openMcpDoor }, at: Date.now(), ...wanted });

/** A token of the repository's record, valid for a day. */
export async function tokenFor(
  root: string,
  kind: TokenKind,
  scope: Scope,
  { name = kind === 'person' ? 'ana' : 'robo', env = {} as Record<string, string>, hours = 24 } = {},
) {
  const now = Date.now();
  const expires_at = new Date(now + hours * 3_600_000).toISOString();
  return createToken({ name, kind, scope, expires_at }, await openTokens(root, env), now);
}

export const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

/** A client of 2025, as agents have it. */
export async function client2025(url: string, text: string): Promise<Client> {
  const client = new Client({ name: 'a-client', version: '1.0.0' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers: bearer(text) } }),
  );
  onTestFinished(() => client.close());
  return client;
}

interface Sent {
  params?: Record<string, unknown>;
  headers?: Record<string, string>;
  id?: number | string;
  meta?: Record<string, unknown>;
}

/** One request of 2026-07-28: everything is in it, nothing came before. */
export function ask2026(port: number, text: string, method: string, sent: Sent = {}): Promise<Got> {
  const { params = {}, headers = {}, id = 1, meta = {} } = sent;
  const name = params.name ?? params.uri;
  return ask(port, {
    ...{ method: 'POST', path: '/mcp' },
    headers: {
      ...bearer(text),
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...{ 'mcp-protocol-version': MODERN, 'mcp-method': method },
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
      ...headers,
    },
    body: JSON.stringify({
      ...{ jsonrpc: '2.0', id, method },
      params: {
        ...params,
        _meta: {
          [`${META}/protocolVersion`]: MODERN,
          [`${META}/clientInfo`]: { name: 'raw', version: '1.0.0' },
          [`${META}/clientCapabilities`]: {},
          ...meta,
        },
      },
    }),
  });
}

/** What is in an answer, whether it came as JSON or as a stream. */
export function messagesOf({ headers, body }: Pick<Got, 'headers' | 'body'>): Record<string, unknown>[] {
  if (!String(headers['content-type']).startsWith('text/event-stream')) return [JSON.parse(body)];
  const lines = body.split('\n').filter((line) => line.startsWith('data: '));
  return lines.map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
}
