import type { JsonRpcId, JsonRpcMessage } from './json-rpc.ts';
import { RPC } from './json-rpc.ts';
import type { McpServer } from './server.ts';
import type { StdioTransport } from './stdio.ts';

/** Answers that are the same in every session, as JSON: the member `result` or `error` of each. */
export interface FrontAnswers {
  /** To initialize, by protocol version; '' for one that is not supported. */
  initialize: Readonly<Record<string, string>>;
  /** To any other method, whatever its parameters. */
  methods: Readonly<Record<string, string>>;
}

export interface FrontOptions {
  transport: StdioTransport;
  answers: FrontAnswers;
  /** Loads and makes the server behind. Rejects when that is impossible; asked again by the next request then. */
  open(): Promise<Pick<McpServer, 'connect'>>;
  report(what: string, error: unknown): void;
}

/** Of our own request to the server behind; a client's id may be any other string. */
const REPLAY: JsonRpcId = 'hotfix-pulse: initialize again';
const INTERNAL = { code: RPC.internal, message: 'internal error, details on stderr' };
const RELATED_TASK = 'io.modelcontextprotocol/related-task';

/**
 * Answers what an agent asks in every session without the SDK; the first message that needs more wakes the server
 * behind, which is told the client's initialize first and gets everything else from then on. Nothing is decided here:
 * the answers are the server's own (see front-answers.ts), and what it might answer otherwise is handed on.
 */
export function createFront({ transport, answers, open, report }: FrontOptions): { start(): Promise<void> } {
  let greeting: JsonRpcMessage | undefined;
  let behind: StdioTransport | undefined;
  let isOpening = false;
  let waiting: JsonRpcMessage[] = [];

  function take(message: JsonRpcMessage): void {
    const { id, method } = message;
    const member = memberFor(message);
    if (member !== null && id !== undefined) {
      if (method === 'initialize') greeting = message;
      void transport.reply(id, member);
    } else if (behind) {
      behind.onmessage?.(message);
    } else if (isOpening || id !== undefined) {
      waiting.push(message);
      if (!isOpening) void wake();
    }
    // Else a notification while nothing runs that it could be about.
  }

  function memberFor({ method = '', params }: JsonRpcMessage): string | null {
    if (isTask(params)) return null;
    if (method !== 'initialize') return own(answers.methods, method);
    const isFirst = behind === undefined && !isOpening;
    if (!isFirst || !isPlainClient(params)) return null;
    return own(answers.initialize, String(params?.protocolVersion)) ?? own(answers.initialize, '');
  }

  async function wake(): Promise<void> {
    isOpening = true;
    try {
      const server = await open();
      const inner = innerTransport();
      await server.connect(inner);
      if (greeting) inner.onmessage?.({ ...greeting, id: REPLAY });
      behind = inner;
      for (const message of waiting) inner.onmessage?.(message);
    } catch (error) {
      report('start', error);
      for (const { id, method } of waiting)
        if (id !== undefined && method !== undefined)
          void transport.reply(id, `"error":${JSON.stringify(INTERNAL)}`);
    }
    waiting = [];
    isOpening = false;
  }

  /** The server's end. The transport is open already, and whoever greeted has had their answer. */
  function innerTransport(): StdioTransport {
    const inner: StdioTransport = {
      start: async () => {},
      send: async (message) => {
        if (message.id !== REPLAY) await transport.send(message);
      },
      reply: (id, member) => transport.reply(id, member),
      close: () => transport.close(),
    };
    return inner;
  }

  transport.onmessage = take;
  transport.onclose = () => behind?.onclose?.();
  transport.onerror = (error) => {
    if (behind?.onerror) behind.onerror(error);
    else report('protocol', error);
  };
  return { start: () => transport.start() };
}

function own(table: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}

/** Requests about tasks are refused by the protocol code, whatever their method. */
function isTask(params: JsonRpcMessage['params']): boolean {
  return params !== undefined && ('task' in params || RELATED_TASK in Object(params._meta));
}

/** True for what the protocol code is sure to accept; it looks at the rest itself. */
function isPlainClient(params: JsonRpcMessage['params'] = {}): boolean {
  const { protocolVersion, capabilities, clientInfo } = params;
  return (
    typeof protocolVersion === 'string' &&
    isRecord(clientInfo) &&
    typeof clientInfo.name === 'string' &&
    typeof clientInfo.version === 'string' &&
    ['title', 'websiteUrl', 'description'].every((name) => isOr('string', clientInfo[name])) &&
    clientInfo.icons === undefined &&
    isRecord(capabilities) &&
    Object.entries(capabilities).every(([name, value]) => isPlainCapability(name, value))
  );
}

function isPlainCapability(name: string, value: unknown): boolean {
  if (!isRecord(value) || name === 'tasks') return false;
  if (name === 'roots') return isOr('boolean', value.listChanged);
  const isForm = isRecord(value.form) ? isOr('boolean', value.form.applyDefaults) : value.form === undefined;
  return isForm && Object.values(value).every(isRecord);
}

function isOr(type: 'string' | 'boolean', value: unknown): boolean {
  return value === undefined || typeof value === type;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
