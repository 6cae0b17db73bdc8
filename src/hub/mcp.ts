import type { IncomingMessage, ServerResponse } from 'node:http';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { mayDo, type Token } from '../core/team-tokens.ts';
import { type JsonRpcId, readMessage } from '../mcp/json-rpc.ts';
import type { Team } from '../ports-team.ts';
import { VERSION } from '../version.ts';
import { type Access, createAccess, type Refusal, tooNarrow } from './auth/access.ts';
import { readBody } from './body.ts';
import { HUB } from './context.ts';
import type { HubContext, HubDoor, OpenDoor } from './door.ts';
import { refuseRpc, sendWeb, webRequest } from './mcp-http.ts';
import { createMethods, HUB_INSTRUCTIONS, type Methods, neededScope } from './mcp-methods.ts';

/** Calls answer within 40 s, and may say nothing meanwhile. */
const SILENCE_MS = 90_000;
/** Of ours, for refusals that no standard numbers. Source: JSON-RPC 2.0, section 5.1, and MCP 2026-07-28. */
const REFUSED = -32000;

/**
 * MCP over HTTP (Streamable HTTP, `/mcp`) for whoever holds a token, in the versions of 2025 and of 2026-07-28. Nothing
 * is kept between two requests, so any hub on the same record can answer each.
 */
export const openMcpDoor: OpenDoor = async (context) => {
  const { clock } = await context.depsFor(HUB);
  return createMcpDoor(context, { team: await context.team(), now: () => clock.now() });
};

/** What a test replaces. */
export interface McpParts {
  team: Team;
  now(): number;
  access?: Access;
}

/** What is asked, for whoever makes the server of one request. */
interface Asking {
  token: Token;
  method: string;
}

export function createMcpDoor(context: HubContext, parts: McpParts): HubDoor {
  const access = parts.access ?? createAccess(parts);
  const methods = createMethods(context);
  const asked = new WeakMap<Request, Asking>();
  const handler = createMcpHandler(({ requestInfo }) => {
    const asking = requestInfo && asked.get(requestInfo);
    if (!asking) throw new Error('a request that nobody has let in');
    return createServer(asking, methods);
  });

  async function serve(message: object, asking: Asking, req: IncomingMessage, res: ServerResponse) {
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    req.socket.setTimeout(SILENCE_MS);
    const request = webRequest(req, gone.signal);
    asked.set(request, asking);
    await sendWeb(await handler.fetch(request, { parsedBody: message }), res);
  }

  return {
    name: 'mcp',
    paths: ['/mcp'],
    // A client of 2025 looks for a stream of its own by GET, and ends a session by DELETE; there is neither here.
    methods: ['POST', 'GET', 'DELETE'],
    refuses: 'itself',
    async handle(req, res, { address }) {
      const admission = await access.admit(req, address);
      if ('refusal' in admission) return refuse(res, admission.refusal);
      const { token } = admission;
      if (req.method !== 'POST') {
        const headers = { allow: 'POST' };
        const message = 'Only POST is answered here: nothing is kept between requests.';
        return refuseRpc(res, { status: 405, headers, code: REFUSED, message });
      }
      if (!isJson(req)) {
        const message = 'The body must be JSON: Content-Type: application/json.';
        return refuseRpc(res, { status: 415, code: REFUSED, message });
      }
      const reading = readMessage(await readBody(req));
      if (reading.kind === 'dropped') return void res.writeHead(202).end();
      if (reading.kind === 'refused') {
        return refuseRpc(res, { status: 400, id: reading.reply.id, ...reading.reply.error });
      }
      const { id, method = '', params } = reading.message;
      const needed = neededScope(method, params);
      if (!mayDo(token, needed)) return refuse(res, tooNarrow(needed), id);
      await serve(reading.message, { token, method }, req, res);
    },
    stop: () => handler.close(),
  };
}

function isJson(req: IncomingMessage): boolean {
  return /^application\/json\s*(?:;|$)/i.test(req.headers['content-type'] ?? '');
}

function refuse(
  res: ServerResponse,
  { status, headers, message }: Refusal,
  id: JsonRpcId | null = null,
): void {
  // What a stranger still sends is not read.
  const close = status === 403 && id !== null ? {} : { connection: 'close' };
  refuseRpc(res, { status, headers: { ...headers, ...close }, id, code: REFUSED, message });
}

/** Cheap: the table of methods is shared, and this only lends it a protocol. */
function createServer({ token, method: asked }: Asking, methods: Methods): Server {
  const server = new Server(
    { name: 'hotfix-pulse', title: 'hotfix-pulse', version: VERSION },
    {
      capabilities: { tools: {}, resources: {}, prompts: {} },
      instructions: HUB_INSTRUCTIONS,
      // Asks nobody for anything, so no answer has to be checked against a schema.
      jsonSchemaValidator: {
        getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
      },
    },
  );
  // What we do not know is the SDK's to refuse, since how differs between versions.
  if (!methods.has(asked)) return server;
  server.fallbackRequestHandler = ({ method, params }, { mcpReq }) =>
    methods.answer({
      ...{ method, params, token },
      progress(progressToken, progress, message) {
        mcpReq
          .notify({ method: 'notifications/progress', params: { progressToken, progress, message } })
          .catch(() => undefined);
      },
    });
  return server;
}
