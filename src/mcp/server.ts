import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  ElicitResultSchema,
  GetPromptRequestSchema,
  ReadResourceRequestSchema,
  RootsListChangedNotificationSchema,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import type * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { oneLine } from '../core/untrusted.ts';
import type { Deps } from '../tools/tool.ts';
import { answerResult, errorResult, protocolError } from './answers.ts';
import { clientApprovals } from './approvals.ts';
import { type ToolDefinition, toolDefinitions } from './definitions.ts';
import { INSTRUCTIONS } from './instructions.ts';
import { loadOperations, type Operations } from './operations.ts';
import { promptList, promptOf } from './prompts.ts';
import { readResource, resourcesOf, resourceTemplates } from './resources.ts';

/** The agent at the other end, as far as it says who and where it is. */
export interface Client {
  /** Its own name for itself, cleaned. */
  name: string;
  /** Its workspace folders as addresses; empty when it has none or does not answer in time. */
  roots(): Promise<readonly string[]>;
}

export interface McpServerOptions {
  version: string;
  /** What operations work with. `repo` is the argument of that name, when the caller gave one. */
  depsFor(repo: string | undefined, client: Client): Promise<Deps>;
  /** Takes what is our own bug; stderr in the real server. */
  report(what: string, error: unknown): void;
  /** Told when a call has its answer. */
  onCall?(): void;
  definitions?: readonly ToolDefinition[];
  operations?: () => Promise<Operations>;
}

export interface McpServer {
  connect(transport: Transport): Promise<void>;
  close(): Promise<void>;
}

/** Newest first. */
export const PROTOCOL_VERSIONS: readonly string[] = SUPPORTED_PROTOCOL_VERSIONS;

const ROOTS_TIMEOUT_MS = 2_000;
/** Somebody reads a plan before they answer. */
const ASK_TIMEOUT_MS = 600_000;
/** Source: JSON-RPC 2.0, section 5.1. */
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const INTERNAL = -32603;

/** The MCP door: the tool table, the documents and the prompts over any transport. */
export function createMcpServer(options: McpServerOptions): McpServer {
  const { version, report, definitions = toolDefinitions(), operations = loadOperations } = options;
  const repoTakers = new Map(definitions.map((tool) => [tool.name, 'repo' in tool.inputSchema.properties]));
  const server = new Server(
    { name: 'hotfix-pulse', title: 'hotfix-pulse', version },
    { capabilities: { tools: {}, resources: {}, prompts: {} }, instructions: INSTRUCTIONS },
  );
  let roots: Promise<readonly string[]> | undefined;
  const client: Client = {
    get name() {
      return oneLine(server.getClientVersion()?.name ?? '', 80) || 'unknown agent';
    },
    roots() {
      roots ??= askForRoots(server);
      return roots;
    },
  };
  const depsFor = (repo?: string) => options.depsFor(repo, client);
  server.onerror = (error) => report('protocol', error);
  server.setNotificationHandler(RootsListChangedNotificationSchema, () => {
    roots = undefined;
  });

  const methods: Record<string, (params: unknown) => object | Promise<object>> = {
    'tools/list': () => ({ tools: definitions }),
    'tools/call': callOperation,
    'resources/templates/list': () => ({ resourceTemplates: resourceTemplates() }),
    'resources/list': listResources,
    'resources/read': async (params) => {
      const { uri } = checked(ReadResourceRequestSchema, params);
      return readResource(uri, async (incident) => {
        const deps = await depsFor();
        return (await operations()).documentsOf(incident, deps);
      });
    },
    'prompts/list': () => ({ prompts: promptList() }),
    'prompts/get': (params) => {
      const { name, arguments: typed = {} } = checked(GetPromptRequestSchema, params);
      return promptOf(name, typed);
    },
  };
  // Not the SDK's own registration: that answers wrong parameters with its validator's text and -32603.
  server.fallbackRequestHandler = async ({ method, params }) => {
    const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!handler) throw protocolError(METHOD_NOT_FOUND, 'Method not found');
    try {
      return { ...(await handler(params)) };
    } catch (error) {
      if (error instanceof Error && 'code' in error && typeof error.code === 'number') throw error;
      report(method, error);
      throw protocolError(INTERNAL, 'internal error, details on stderr');
    }
  };

  async function callOperation(params: unknown): Promise<object> {
    const { name, _meta } = checked(CallToolRequestSchema, params);
    const takesRepo = repoTakers.get(name);
    if (takesRepo === undefined) {
      throw protocolError(INVALID_PARAMS, `Unknown tool. Valid tools: ${[...repoTakers.keys()].join(', ')}`);
    }
    try {
      const { repo, rest } = withoutRepo(rawArguments(params), takesRepo);
      const deps = await depsFor(repo);
      const { toolOf, callTool } = await operations();
      const tool = await toolOf(name);
      if (!tool) throw new Error('a listed tool is missing in the table');
      const told = progressTo(server, _meta?.progressToken);
      try {
        return answerResult(await callTool(tool, rest, { ...deps, ...told.deps, ...asksFor(server, deps) }));
      } finally {
        told.end();
      }
    } catch (error) {
      if (!(error instanceof PulseError)) report(`tools/call ${name}`, error);
      return errorResult(error);
    } finally {
      options.onCall?.();
    }
  }

  async function listResources(): Promise<object> {
    try {
      const deps = await depsFor();
      return { resources: resourcesOf(await (await operations()).openIncidents(deps)) };
    } catch (error) {
      // Some agents list at start, wherever they are: no repository is an empty list, not a failure.
      report('resources/list', error);
      return { resources: [] };
    }
  }

  return { connect: (transport) => server.connect(transport), close: () => server.close() };
}

/** Somebody at the client's end, who can be asked for a yes. An empty capability is older and means forms. */
function asksFor(server: Server, { actor }: Deps): Pick<Deps, 'approvals'> {
  const { elicitation } = server.getClientCapabilities() ?? {};
  if (!elicitation || (elicitation.url && !elicitation.form)) return {};
  const elicit = (params: object) =>
    server.request({ method: 'elicitation/create', params: { ...params } }, ElicitResultSchema, {
      timeout: ASK_TIMEOUT_MS,
    });
  return { approvals: clientApprovals(elicit, actor.on_behalf_of ?? `user of ${actor.name}`) };
}

/** Progress for a call that asked for it, until it is answered: later lines would be about no request. */
function progressTo(server: Server, token: string | number | undefined) {
  let progress = 0;
  let isOpen = token !== undefined;
  const line = (message: string): void => {
    if (!isOpen || token === undefined) return;
    progress += 1;
    const params = { progressToken: token, progress, message: oneLine(message, 200) };
    server.notification({ method: 'notifications/progress', params }).catch(() => {});
  };
  const deps: Pick<Deps, 'progress'> = token === undefined ? {} : { progress: line };
  return {
    deps,
    end() {
      isOpen = false;
    },
  };
}

async function askForRoots(server: Server): Promise<readonly string[]> {
  if (!server.getClientCapabilities()?.roots) return [];
  try {
    const { roots } = await server.listRoots(undefined, { timeout: ROOTS_TIMEOUT_MS });
    return roots.map(({ uri }) => uri);
  } catch {
    return [];
  }
}

/** Parameters as MCP wants them, or -32602 with the names of the wrong ones. */
function checked<P>({ shape }: { shape: { params: z.ZodType<P> } }, params: unknown): P {
  const parsed = shape.params.safeParse(params);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path }) => ['params', ...path].join('.'));
  throw protocolError(
    INVALID_PARAMS,
    `Invalid request: wrong or missing ${[...new Set(where)].slice(0, 5).join(', ')}`,
  );
}

/** As they came: the SDK's copy has lost a member named __proto__, which must be refused by name. */
function rawArguments(params: unknown): Record<string, unknown> {
  return Object(Object(params).arguments);
}

/** The repository is the door's business: operations get their dependencies for it instead. */
function withoutRepo(args: Record<string, unknown>, takes: boolean): { repo?: string; rest: object } {
  if (!takes || typeof args.repo !== 'string') return { rest: args };
  const { repo, ...rest } = args;
  return { repo: String(repo), rest };
}
