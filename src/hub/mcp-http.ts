import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Between Node's requests and the web's, which the MCP SDK speaks. */

/** What the protocol reads of a request. The token and the addresses stay with us. */
const PASSED = /^(?:accept|content-type|last-event-id|mcp-[a-z0-9-]+)$/;
/** What the SDK says about its answer. */
const TOLD = ['content-type', 'cache-control', 'mcp-protocol-version', 'allow'];

/** The headers of a request to the hub; the body is read and passed on apart. */
export function webRequest(req: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    if (PASSED.test(name) && typeof value === 'string') headers.set(name, value);
  }
  return new Request('http://hub.invalid/mcp', { method: 'POST', headers, signal });
}

/** Writes an answer, as it comes; waits where the caller is slow, and ends with the caller. */
export async function sendWeb(answer: Response, res: ServerResponse): Promise<void> {
  const headers = TOLD.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  if (answer.body === null) return void res.writeHead(answer.status, Object.fromEntries(headers)).end();
  if (answer.headers.get('content-type')?.startsWith('application/json')) {
    const body = Buffer.from(await answer.arrayBuffer());
    const length = ['content-length', String(body.length)] as const;
    return void res.writeHead(answer.status, Object.fromEntries([...headers, length])).end(body);
  }
  res.writeHead(answer.status, Object.fromEntries(headers));
  // A proxy in between must not wait for the end of a stream.
  res.flushHeaders();
  const reader = answer.body.getReader();
  const gone = new Promise<never>((_, fail) => res.once('close', () => fail(new Error('gone'))));
  gone.catch(() => undefined);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || res.destroyed) break;
      if (!res.write(value)) await Promise.race([once(res, 'drain'), gone]);
    }
  } catch {
    // The caller went away; what was asked for goes on, and its result is in the record.
  } finally {
    await reader.cancel().catch(() => undefined);
    res.end();
  }
}

export interface RpcRefusal {
  status: number;
  headers?: Record<string, string>;
  /** Of the request, when it could be read. */
  id?: string | number | null;
  code: number;
  message: string;
}

/** A refusal that MCP clients can show: a JSON-RPC error in our own words. */
export function refuseRpc(
  res: ServerResponse,
  { status, headers = {}, id = null, code, message }: RpcRefusal,
): void {
  if (res.headersSent) return;
  const body = JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
  const length = String(Buffer.byteLength(body));
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers });
  res.end(body);
}
