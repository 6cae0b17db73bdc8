import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { mayDo, type Scope, type Token } from '../core/team-tokens.ts';
import { oneLine } from '../core/untrusted.ts';
import { answerResult, errorResult, protocolError } from '../mcp/answers.ts';
import { type ToolDefinition, toolDefinitions } from '../mcp/definitions.ts';
import { INSTRUCTIONS } from '../mcp/instructions.ts';
import { loadOperations } from '../mcp/operations.ts';
import { promptList, promptOf } from '../mcp/prompts.ts';
import { readResource, resourcesOf, resourceTemplates } from '../mcp/resources.ts';
import { TOOLS } from '../tools/index.ts';
import type { Deps } from '../tools/tool.ts';
import { isNamedYes, recordNamedYes } from './auth/named-yes.ts';
import { depsWithin, scopeOf } from './auth/scopes.ts';
import { actorOfToken } from './auth/tokens.ts';
import type { HubContext } from './door.ts';
import { kindOf } from './hub-log.ts';

/** The methods of MCP for the holder of a token, whatever protocol version they speak: nothing is kept between calls. */

/** Source: JSON-RPC 2.0, section 5.1. */
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const INTERNAL = -32603;

/** The stdio server looks for repositories; a hub serves one. */
export const HUB_INSTRUCTIONS = INSTRUCTIONS.replace(
  / No repository found:[^\n]*/,
  ' This hub serves one repository, and git work is done in its copy of it.',
);

interface Asked {
  method: string;
  params: unknown;
  token: Token;
  /** Tells the caller how far a call is; they asked for it under this token. */
  progress(progressToken: string | number, progress: number, message: string): void;
}

export interface Methods {
  has(method: string): boolean;
  /** @throws errors with the `code` that the protocol wants */
  answer(asked: Asked): Promise<Record<string, unknown>>;
}

const Named = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() });
const Uri = z.object({ uri: z.string() });

/** The scope that a request takes; looked at before anything is done. */
export function neededScope(method: string, params: unknown): Scope {
  if (method !== 'tools/call') return 'read';
  const name: unknown = Object(params).name;
  const tool = TOOLS.find((one) => one.name === name);
  return tool ? scopeOf(tool) : 'read';
}

export function createMethods({
  depsFor,
  log,
  called,
}: Pick<HubContext, 'depsFor' | 'log' | 'called'>): Methods {
  const definitions = toolDefinitions().map(withoutRepo);
  const operations = loadOperations();
  // Whoever calls first gets the failure.
  operations.catch(() => undefined);
  const depsOf = async (token: Token): Promise<Deps> => depsWithin(token, await depsFor(actorOfToken(token)));

  const methods: Record<string, (asked: Asked) => object | Promise<object>> = {
    'tools/list': ({ token }) => ({ tools: definitions.filter(({ name }) => mayCall(token, name)) }),
    'tools/call': callOperation,
    'resources/templates/list': () => ({ resourceTemplates: resourceTemplates() }),
    'resources/list': async ({ token }) => {
      const deps = await depsOf(token);
      return { resources: resourcesOf(await (await operations).openIncidents(deps)) };
    },
    'resources/read': async ({ params, token }) => {
      const { uri } = checked(Uri, params);
      return readResource(uri, async (incident) =>
        (await operations).documentsOf(incident, await depsOf(token)),
      );
    },
    'prompts/list': () => ({ prompts: promptList() }),
    'prompts/get': ({ params }) => {
      const { name, arguments: typed = {} } = checked(Named, params);
      return promptOf(name, typed);
    },
  };

  async function callOperation({ params, token, progress }: Asked): Promise<object> {
    const { name, arguments: args = {} } = checked(Named, params);
    const { toolOf, callTool } = await operations;
    const tool = await toolOf(name);
    if (!tool || !mayCall(token, name)) {
      const valid = definitions.filter((one) => mayCall(token, one.name)).map((one) => one.name);
      throw protocolError(INVALID_PARAMS, `Unknown tool. Valid tools: ${valid.join(', ')}`);
    }
    const told = progressOf(params, progress);
    try {
      const deps = await depsOf(token);
      const answer = await callTool(tool, await settled(args, token, deps), { ...deps, ...told.deps });
      called?.(tool.name, 'ok');
      return answerResult(answer);
    } catch (error) {
      called?.(tool.name, error instanceof PulseError ? error.code : 'internal');
      if (!(error instanceof PulseError)) report(`tools/call ${name}`, error);
      return errorResult(error);
    } finally {
      told.end();
    }
  }

  function report(what: string, error: unknown): void {
    log(`mcp: ${what} failed in a way it should not: ${JSON.stringify(kindOf(error))}`);
  }

  const has = (method: string): boolean => Object.hasOwn(methods, method);
  return {
    has,
    async answer(asked) {
      const { method } = asked;
      const handler = has(method) ? methods[method] : undefined;
      if (!handler) throw protocolError(METHOD_NOT_FOUND, 'Method not found');
      try {
        return { ...(await handler(asked)) };
      } catch (error) {
        if (error instanceof Error && 'code' in error && typeof error.code === 'number') throw error;
        if (error instanceof PulseError) {
          throw protocolError(INTERNAL, `${error.code}: ${error.message}. Next: ${error.hint}`);
        }
        report(method, error);
        throw protocolError(INTERNAL, 'internal error, details in the log of the hub');
      }
    },
  };
}

function mayCall(token: Token, name: string): boolean {
  return mayDo(token, neededScope('tools/call', { name }));
}

/** The arguments as the operation gets them: the yes of a named person is in the record by then. */
async function settled(args: Record<string, unknown>, token: Token, deps: Deps): Promise<object> {
  if (Object.hasOwn(args, 'repo')) {
    throw new PulseError('invalid_input', 'this hub serves one repository', 'leave repo out');
  }
  if (!isNamedYes(token, args)) return args;
  const { approval, ...rest } = args;
  const incident = typeof args.incident === 'string' ? args.incident : undefined;
  const isRecorded = await recordNamedYes(token, { incident, plan: String(args.plan_id) }, deps);
  return isRecorded ? rest : { ...rest, approval };
}

function withoutRepo(definition: ToolDefinition): ToolDefinition {
  const { repo: _repo, ...properties } = definition.inputSchema.properties;
  return { ...definition, inputSchema: { ...definition.inputSchema, properties } };
}

/** Lines for a call that asked for them, until it is answered: later ones would be about no request. */
function progressOf(params: unknown, tell: Asked['progress']) {
  const progressToken: unknown = Object(Object(params)._meta).progressToken;
  if (typeof progressToken !== 'string' && typeof progressToken !== 'number') {
    return { deps: {}, end: () => undefined };
  }
  let count = 0;
  let isOpen = true;
  const deps: Pick<Deps, 'progress'> = {
    progress(line) {
      if (isOpen) tell(progressToken, ++count, oneLine(line, 200));
    },
  };
  return {
    deps,
    end() {
      isOpen = false;
    },
  };
}

/** Parameters as MCP wants them, or -32602 with the names of the wrong ones. */
function checked<P>(schema: z.ZodType<P>, params: unknown): P {
  const parsed = schema.safeParse(params ?? {});
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path }) => ['params', ...path.slice(0, 1)].join('.'));
  throw protocolError(
    INVALID_PARAMS,
    `Invalid request: wrong or missing ${[...new Set(where)].slice(0, 5).join(', ')}`,
  );
}
