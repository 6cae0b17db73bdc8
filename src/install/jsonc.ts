import { printParseErrorCode, visit } from 'jsonc-parser';

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

/** The first fault of a text in our own words; anything else is one that cannot be read as JSON. */
const FAULTS: Record<string, string> = {
  PropertyNameExpected: 'a name in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a : is expected here',
  CommaExpected: 'a comma is expected here',
  EndOfFileExpected: 'there is more after the end of the value',
  UnexpectedEndOfComment: 'a comment is never closed',
  UnexpectedEndOfString: 'a string is never closed',
  InvalidUnicode: 'this may not stand in a string',
  InvalidEscapeCharacter: 'this may not stand in a string',
  InvalidCharacter: 'this may not stand in a string',
};

type Holder = Extract<JsonNode, { type: 'object' | 'array' }>;

/** Ends the reading; what is wrong stands in `fault`. Never leaves this file. */
const STOPPED = new Error('not JSON');

export function parseJsonc(text: string): JsonParsed {
  const open: Holder[] = [];
  let root: JsonNode | null = null;
  let ended: Holder | undefined;
  let name = { name: '', start: 0 };
  let fault: JsonFault | null = null;

  function stop(what: string, offset: number): never {
    fault = { what, offset };
    throw STOPPED;
  }

  function place(node: JsonNode): void {
    const holder = open.at(-1);
    if (holder === undefined) root = node;
    else if (holder.type === 'array') holder.items.push(node);
    else holder.members.push({ ...name, value: node, comma: null });
  }

  function begin(holder: Holder): void {
    if (open.length > MAX_DEPTH) stop('it is nested too deeply', holder.start);
    place(holder);
    open.push(holder);
  }

  function end(offset: number, length: number): void {
    ended = open.pop();
    if (ended) ended.end = offset + length;
  }

  try {
    // A byte order mark is no fault; a space in its place keeps every offset.
    visit(
      text.replace(/^\ufeff/, ' '),
      {
        onObjectBegin: (start) => begin({ type: 'object', start, end: start, members: [] }),
        onArrayBegin: (start) => begin({ type: 'array', start, end: start, items: [] }),
        onObjectEnd: end,
        onArrayEnd: end,
        onObjectProperty(text, start) {
          name = { name: text, start };
        },
        onLiteralValue: (value, start, length) =>
          place({ type: 'scalar', start, end: start + length, value }),
        onSeparator(character, offset) {
          const holder = open.at(-1);
          const last = holder?.type === 'object' ? holder.members.at(-1) : undefined;
          if (character === ',' && last) last.comma = offset;
        },
        onError(code, offset) {
          const said = printParseErrorCode(code);
          // The end is told before the fault; where it began tells more than the end of the file.
          const holder = said.startsWith('Close') ? ended : open.at(-1);
          if (holder && text.slice(offset).trim() === '')
            stop(`a ${holder.type === 'object' ? '{' : '['} is never closed`, holder.start);
          // Spaces and comments only.
          if (root === null && text.slice(offset).trim() === '') return;
          stop(FAULTS[said] ?? 'this is not JSON', offset);
        },
      },
      { allowTrailingComma: true },
    );
  } catch (error) {
    if (error === STOPPED && fault) return { ok: false, fault };
    throw error;
  }
  return { ok: true, node: root };
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
