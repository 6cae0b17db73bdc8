/** The id of a request: MCP allows strings and whole numbers, never null. */
export type JsonRpcId = string | number;

/** One JSON-RPC 2.0 message that the protocol layer accepts, reduced to the members the standard names. */
export type JsonRpcMessage = {
  jsonrpc: '2.0';
  id?: JsonRpcId | undefined;
  method?: string | undefined;
  params?: Record<string, unknown> | undefined;
  result?: Record<string, unknown> | undefined;
  error?: { code: number; message: string; data?: unknown } | undefined;
};

/** An error answer. `id` is null when the id of the bad message could not be read. */
export type JsonRpcRefusal = {
  jsonrpc: '2.0';
  id: JsonRpcId | null;
  error: { code: number; message: string };
};

/** What one line turned out to be: a message to hand on, a refusal to send, or a notification to drop. */
export type Reading =
  | { kind: 'message'; message: JsonRpcMessage }
  | { kind: 'refused'; reply: JsonRpcRefusal }
  | { kind: 'dropped'; why: string };

/** JSON-RPC 2.0 error codes, section 5.1 of the standard. */
export const RPC = { parse: -32700, request: -32600, params: -32602, internal: -32603 } as const;

/** Messages nested deeper than this are refused: code behind us may recurse. */
const MAX_DEPTH = 256;

const RELATED_TASK = 'io.modelcontextprotocol/related-task';
const utf8 = new TextDecoder('utf-8', { fatal: true });

export function refusal(id: JsonRpcId | null, code: number, message: string): JsonRpcRefusal {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

/** Reads one line (without its newline). Never throws, whatever the bytes are. */
export function readMessage(line: Uint8Array): Reading {
  if (isDeeperThan(line, MAX_DEPTH)) {
    return refused(
      idFromText(ends(line)),
      RPC.request,
      `Invalid Request: nested deeper than ${MAX_DEPTH} levels`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(line));
  } catch {
    return refused(null, RPC.parse, 'Parse error: the line is not JSON in UTF-8');
  }
  return checkMessage(value);
}

/** The refusal for a line over the size limit; the id is looked for at both ends of what was kept. */
export function refuseOversize(head: Uint8Array, tail: Uint8Array, limit: number): JsonRpcRefusal {
  const id = idFromText(ends(head)) ?? idAtEnd(ends(tail));
  return refusal(id, RPC.request, `Invalid Request: the line is longer than ${limit} bytes`);
}

function checkMessage(value: unknown): Reading {
  if (Array.isArray(value)) return refused(null, RPC.request, 'Invalid Request: batches are not supported');
  if (!isRecord(value)) return refused(null, RPC.request, 'Invalid Request: a message must be an object');
  const isAnswer = 'result' in value || 'error' in value;
  // A broken answer carries one of our ids: echoing it would look like an answer to the peer's own request.
  const id = !isAnswer && isId(value.id) ? value.id : null;
  const bad = (what: string): Reading => refused(id, RPC.request, `Invalid Request: ${what}`);
  if (value.jsonrpc !== '2.0') return bad('"jsonrpc" must be "2.0"');
  if (isAnswer && 'method' in value) return bad('both a request and an answer');
  return isAnswer ? checkAnswer(value, bad) : checkCall(value, bad);
}

function checkCall(value: Record<string, unknown>, bad: (what: string) => Reading): Reading {
  const { id, method, params } = value;
  if (typeof method !== 'string') return bad('"method" must be a string');
  if ('id' in value && !isId(id)) return bad('"id" must be a string or a whole number');
  if ('params' in value && !isRecord(params) && !Array.isArray(params))
    return bad('"params" must be an object');
  // From here on it is JSON-RPC; MCP wants named parameters and a sound `_meta`, and would leave the rest unanswered.
  if (params !== undefined && !(isRecord(params) && isMeta(params._meta))) {
    const why = 'Invalid params: "params" must be an object with a valid "_meta"';
    return isId(id) ? refused(id, RPC.params, why) : { kind: 'dropped', why };
  }
  return {
    kind: 'message',
    message: { jsonrpc: '2.0', ...(isId(id) ? { id } : {}), method, ...(params ? { params } : {}) },
  };
}

function checkAnswer(value: Record<string, unknown>, bad: (what: string) => Reading): Reading {
  const { id, result, error } = value;
  if ('result' in value && 'error' in value) return bad('an answer has either "result" or "error"');
  if (isRecord(error)) {
    const { code, message, data } = error;
    if (!Number.isSafeInteger(code) || typeof code !== 'number')
      return bad('"error.code" must be a whole number');
    if (typeof message !== 'string') return bad('"error.message" must be a string');
    if (id !== undefined && id !== null && !isId(id)) return bad('"id" must be a string or a whole number');
    // `id: null` is the peer's complaint about something it could not read: never answered, or two peers could loop.
    const about = isId(id) ? { id } : {};
    const details = 'data' in error ? { code, message, data } : { code, message };
    return { kind: 'message', message: { jsonrpc: '2.0', ...about, error: details } };
  }
  if (!isRecord(result) || !isMeta(result._meta)) return bad('"result" must be an object');
  if (!isId(id)) return bad('"id" must be a string or a whole number');
  return { kind: 'message', message: { jsonrpc: '2.0', id, result } };
}

function refused(id: JsonRpcId | null, code: number, message: string): Reading {
  return { kind: 'refused', reply: refusal(id, code, message) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is JsonRpcId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function isMeta(meta: unknown): boolean {
  if (meta === undefined) return true;
  if (!isRecord(meta)) return false;
  const { progressToken, [RELATED_TASK]: task } = meta;
  const tokenOk = progressToken === undefined || isId(progressToken);
  return tokenOk && (task === undefined || (isRecord(task) && typeof task.taskId === 'string'));
}

/** True when brackets outside strings nest deeper than `max`. One pass over the bytes, no recursion. */
function isDeeperThan(line: Uint8Array, max: number): boolean {
  if (line.length <= max) return false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < line.length; i++) {
    const byte = line[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > max) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}

const STRING = String.raw`"(?:[^"\\]|\\.)*"`;
const SCALAR = String.raw`(?:${STRING}|[-+.\deE]+|true|false|null)`;
const ID = String.raw`"id"\s*:\s*(${STRING}|-?\d+)`;
/** "id" among the leading top-level members, before the first nested value. */
const LEADING_ID = new RegExp(String.raw`^\s*\{\s*(?:${STRING}\s*:\s*${SCALAR}\s*,\s*)*?${ID}\s*[,}]`);
/** "id" as the last member: many clients write `{method, params, jsonrpc, id}`. */
const TRAILING_ID = new RegExp(String.raw`,\s*${ID}\s*\}\s*$`);
const KEPT_FOR_ID = 512;

function idFromText(text: string): JsonRpcId | null {
  return parseId(LEADING_ID.exec(text.slice(0, KEPT_FOR_ID))?.[1]) ?? idAtEnd(text);
}

function idAtEnd(text: string): JsonRpcId | null {
  return parseId(TRAILING_ID.exec(text.slice(-KEPT_FOR_ID))?.[1]);
}

function parseId(json: string | undefined): JsonRpcId | null {
  try {
    const id: unknown = JSON.parse(json ?? 'null');
    return isId(id) ? id : null;
  } catch {
    return null;
  }
}

/** The readable ends of a line: enough to find an id, whatever the size. */
function ends(bytes: Uint8Array): string {
  if (bytes.length <= 2 * KEPT_FOR_ID) return Buffer.from(bytes).toString();
  return Buffer.concat([bytes.subarray(0, KEPT_FOR_ID), bytes.subarray(-KEPT_FOR_ID)]).toString();
}
