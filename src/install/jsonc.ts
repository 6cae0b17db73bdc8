/** JSON with comments and trailing commas, read with the offset of everything, so that it can be edited in place. */

export interface JsonMember {
  name: string;
  /** Offset of the opening quote of the name. */
  start: number;
  value: JsonNode;
  /** Offset of the comma that follows; null when there is none. */
  comma: number | null;
}

export type JsonNode =
  | { type: 'object'; start: number; end: number; members: JsonMember[] }
  | { type: 'array'; start: number; end: number; items: JsonNode[] }
  | { type: 'scalar'; start: number; end: number; value: string | number | boolean | null };

interface JsonFault {
  what: string;
  offset: number;
}

/** `node` is null for a text of spaces and comments only. */
export type JsonParsed = { ok: true; node: JsonNode | null } | { ok: false; fault: JsonFault };

const MAX_DEPTH = 500;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
const SPACE = /[ \t\r\n]+/y;
const PLAIN = /[^"\\\u0000-\u001f]+/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

interface Cursor {
  text: string;
  at: number;
  fault: JsonFault | null;
}

/** Ends the reading; what is wrong stands in the cursor. Never leaves this file. */
const STOPPED = new Error('not JSON');

export function parseJsonc(text: string): JsonParsed {
  const cursor: Cursor = { text, at: text.startsWith('\ufeff') ? 1 : 0, fault: null };
  try {
    skip(cursor);
    if (cursor.at >= text.length) return { ok: true, node: null };
    const node = readValue(cursor, 0);
    skip(cursor);
    if (cursor.at < text.length) return bad('there is more after the end of the value', cursor.at);
    return { ok: true, node };
  } catch (error) {
    if (error === STOPPED && cursor.fault) return { ok: false, fault: cursor.fault };
    throw error;
  }
}

const bad = (what: string, offset: number): JsonParsed => ({ ok: false, fault: { what, offset } });

function stop(cursor: Cursor, what: string, offset = cursor.at): never {
  cursor.fault = { what, offset };
  throw STOPPED;
}

function match(cursor: Cursor, form: RegExp): string | null {
  form.lastIndex = cursor.at;
  const found = form.exec(cursor.text)?.[0];
  if (found === undefined) return null;
  cursor.at += found.length;
  return found;
}

/** Spaces and comments. */
function skip(cursor: Cursor): void {
  for (;;) {
    match(cursor, SPACE);
    if (cursor.text.startsWith('//', cursor.at)) {
      const rest = /[\r\n]/g;
      rest.lastIndex = cursor.at;
      cursor.at = rest.exec(cursor.text)?.index ?? cursor.text.length;
    } else if (cursor.text.startsWith('/*', cursor.at)) {
      const end = cursor.text.indexOf('*/', cursor.at + 2);
      if (end === -1) stop(cursor, 'a comment is never closed');
      cursor.at = end + 2;
    } else return;
  }
}

function readValue(cursor: Cursor, depth: number): JsonNode {
  const start = cursor.at;
  if (depth > MAX_DEPTH) stop(cursor, 'it is nested too deeply');
  const char = cursor.text[start];
  if (char === '{') return readObject(cursor, depth);
  if (char === '[') return readArray(cursor, depth);
  if (char === '"') return { type: 'scalar', start, value: readString(cursor), end: cursor.at };
  const word = match(cursor, SCALAR);
  if (word === null) stop(cursor, char === undefined ? 'it ends too early' : 'a value is expected here');
  return { type: 'scalar', start, end: cursor.at, value: JSON.parse(word) as number | boolean | null };
}

function readString(cursor: Cursor): string {
  const start = cursor.at++;
  while (match(cursor, PLAIN) !== null || match(cursor, ESCAPE) !== null);
  const { at, text } = cursor;
  if (text[at] !== '"') {
    const isOpen = at >= text.length || text[at] === '\n' || text[at] === '\r';
    stop(cursor, isOpen ? 'a string is never closed' : 'this may not stand in a string', isOpen ? start : at);
  }
  cursor.at++;
  return JSON.parse(text.slice(start, cursor.at)) as string;
}

function readObject(cursor: Cursor, depth: number): JsonNode {
  const start = cursor.at++;
  const members: JsonMember[] = [];
  for (;;) {
    skip(cursor);
    const at = cursor.at;
    const char = cursor.text[at];
    if (char === '}') break;
    if (char === undefined) stop(cursor, 'a { is never closed', start);
    if (char !== '"') stop(cursor, 'a name in double quotes is expected here');
    const name = readString(cursor);
    skip(cursor);
    if (cursor.text[cursor.at] !== ':') stop(cursor, 'a : is expected here');
    cursor.at++;
    skip(cursor);
    const member: JsonMember = { name, start: at, value: readValue(cursor, depth + 1), comma: null };
    members.push(member);
    member.comma = comma(cursor, '}', start);
    if (member.comma === null) break;
  }
  cursor.at++;
  return { type: 'object', start, end: cursor.at, members };
}

function readArray(cursor: Cursor, depth: number): JsonNode {
  const start = cursor.at++;
  const items: JsonNode[] = [];
  for (;;) {
    skip(cursor);
    if (cursor.text[cursor.at] === ']') break;
    if (cursor.at >= cursor.text.length) stop(cursor, 'a [ is never closed', start);
    items.push(readValue(cursor, depth + 1));
    if (comma(cursor, ']', start) === null) break;
  }
  cursor.at++;
  return { type: 'array', start, end: cursor.at, items };
}

/** Offset of the comma, now behind the cursor; null when the closing bracket stands there instead. */
function comma(cursor: Cursor, closing: string, opening: number): number | null {
  skip(cursor);
  const char = cursor.text[cursor.at];
  if (char === closing) return null;
  if (char === ',') return cursor.at++;
  const open = closing === '}' ? '{' : '[';
  return char === undefined
    ? stop(cursor, `a ${open} is never closed`, opening)
    : stop(cursor, `a comma or ${closing} is expected here`);
}

/** The plain value; of members with one name the last counts, as every JSON reader has it. */
export function plainValue(node: JsonNode): unknown {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'array') return node.items.map(plainValue);
  const value: Record<string, unknown> = {};
  for (const { name, value: member } of node.members) {
    // Not by assignment: a member may be called __proto__.
    Object.defineProperty(value, name, {
      value: plainValue(member),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return value;
}
