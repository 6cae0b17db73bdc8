import { VERSION } from '../version.ts';
import type { FrontAnswers } from './front.ts';
import type { JsonRpcMessage } from './json-rpc.ts';
import { createMcpServer, PROTOCOL_VERSIONS } from './server.ts';
import type { StdioTransport } from './stdio.ts';

/** Asked in every session, answered the same in each. `server/discover` is how newer clients find out that we are older. */
const METHODS = [
  'ping',
  'tools/list',
  'prompts/list',
  'resources/templates/list',
  'server/discover',
] as const;

/**
 * What the front answers, taken from the server's own mouth. The build puts the result in place of this module, so
 * nothing else may be exported from here at run time.
 */
export async function frontAnswers(): Promise<FrontAnswers> {
  const { ask, close } = await connected();
  const initialize: Record<string, string> = {};
  for (const version of ['', ...PROTOCOL_VERSIONS]) {
    const clientInfo = { name: 'build', version: '0' };
    initialize[version] = await ask('initialize', { protocolVersion: version, capabilities: {}, clientInfo });
  }
  const methods: Record<string, string> = {};
  for (const method of METHODS) methods[method] = await ask(method);
  await close();
  return { initialize, methods };
}

/** A server that is asked in this process, and has no repository. */
async function connected() {
  const server = createMcpServer({
    version: VERSION,
    report: () => {},
    depsFor: () => Promise.reject(new Error('nothing here needs a repository')),
  });
  let next = 0;
  const asked = new Map<number, (member: string) => void>();
  const transport: StdioTransport = {
    start: async () => {},
    send: async (message) => {
      asked.get(Number(message.id))?.(memberOf(message));
    },
    reply: async () => {},
    close: async () => {},
  };
  await server.connect(transport);
  const ask = (method: string, params?: Record<string, unknown>) =>
    new Promise<string>((resolve) => {
      asked.set(++next, resolve);
      transport.onmessage?.({ jsonrpc: '2.0', id: next, method, ...(params ? { params } : {}) });
    });
  return { ask, close: () => server.close() };
}

function memberOf({ result, error }: JsonRpcMessage): string {
  return error === undefined ? `"result":${JSON.stringify(result)}` : `"error":${JSON.stringify(error)}`;
}
