import { isDeepStrictEqual } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import type { Entry, EntryValue } from './host.ts';
import { applySplices, type Edited, type Fault, faultAt, lineEndOf, type Splice } from './splice.ts';
import { type TomlStatement, tomlStatements } from './toml-scan.ts';

type Table = Record<string, unknown>;

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

function read(text: string): { ok: true; value: Table } | { ok: false; fault: Fault } {
  const isMarked = text.startsWith('\ufeff');
  try {
    return { ok: true, value: parse(isMarked ? text.slice(1) : text, { integersAsBigInt: 'asNeeded' }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The parser's own message quotes the text.
    return { ok: false, fault: { what: 'it is not valid TOML', line: error.line, column: error.column } };
  }
}

/** What stands at a path; `value` is undefined when nothing does. */
export function readToml(
  text: string,
  path: readonly string[],
): { ok: true; value: unknown } | { ok: false; fault: Fault } {
  const parsed = read(text);
  if (!parsed.ok) return parsed;
  let value: unknown = parsed.value;
  for (const [depth, name] of path.entries()) {
    if (!isTable(value)) {
      const statement = tomlStatements(text).find(({ path: at }) => at[0] === path[0]);
      const what = `${path.slice(0, depth).join('.')} must be a table`;
      return { ok: false, fault: faultAt(text, statement?.start ?? 0, what) };
    }
    value = Object.hasOwn(value, name) ? value[name] : undefined;
    if (value === undefined) return { ok: true, value };
  }
  return { ok: true, value };
}

const BARE = /^[A-Za-z0-9_-]+$/;
const key = (name: string): string => (BARE.test(name) ? name : text(name));
/** A basic string; JSON's escapes are valid TOML, except that TOML wants DEL escaped too. */
const text = (value: string): string => JSON.stringify(value).replaceAll('\u007f', '\\u007f');

function shown(value: EntryValue): string {
  if (typeof value === 'string') return text(value);
  return typeof value === 'object' ? `[${value.map(text).join(', ')}]` : String(value);
}

/** Appends a table for the entry; nothing that stands in the file is touched. */
export function addTomlTable(source: string, path: readonly string[], entry: Entry): Edited {
  const before = readToml(source, path);
  if (!before.ok) return before;
  if (before.value !== undefined) throw new Error('the table is there already');
  const eol = lineEndOf(source);
  const bare = source.replace(/^\ufeff/, '');
  const lead = bare === '' ? '' : /\n$/.test(bare) ? eol : `${eol}${eol}`;
  const lines = Object.entries(entry).map(([name, value]) => `${key(name)} = ${shown(value)}`);
  const inserted = `${lead}${[`[${path.map(key).join('.')}]`, ...lines].join(eol)}${eol}`;
  return checked(source, [{ offset: source.length, replaced: '', inserted }], path, entry);
}

/** Takes the table and those below it away, with the empty line in front. No splices when it is not there. */
export function removeTomlTable(source: string, path: readonly string[]): Edited {
  const before = readToml(source, path);
  if (!before.ok) return before;
  if (before.value === undefined) return { ok: true, splices: [] };
  const splices: Splice[] = [];
  for (const [start, end] of blocks(source, path)) {
    const from = source.slice(0, start).replace(/(\r?\n)[ \t]*\r?\n$/, '$1').length;
    splices.push({ offset: from, replaced: source.slice(from, end), inserted: '' });
  }
  return checked(source, splices, path, undefined);
}

/** Brings members of the table up to date; those that the entry does not name stay. */
export function updateToml(source: string, path: readonly string[], entry: Entry): Edited {
  const splices: Splice[] = [];
  const pairs = pairsOf(source, path);
  const before = readToml(source, path);
  if (!before.ok) return before;
  const wanted: Table = { ...(isTable(before.value) ? before.value : {}), ...entry };
  for (const [name, value] of Object.entries(entry)) {
    const pair = pairs.find((known) => known.path.length === 1 && known.path[0] === name);
    if (!pair) continue;
    const replaced = source.slice(pair.valueStart, pair.end);
    splices.push({ offset: pair.valueStart, replaced, inserted: shown(value) });
  }
  splices.sort((a, b) => a.offset - b.offset);
  return checked(source, splices, path, wanted);
}

function pairsOf(source: string, path: readonly string[]): Extract<TomlStatement, { kind: 'pair' }>[] {
  let isIn = false;
  return tomlStatements(source).filter((statement): statement is Extract<TomlStatement, { kind: 'pair' }> => {
    if (statement.kind === 'table') isIn = isDeepStrictEqual(statement.path, path);
    return isIn && statement.kind === 'pair';
  });
}

/** From each header at or below the path to the end of the last line of its table; adjoining ones are one block. */
function blocks(source: string, path: readonly string[]): [number, number][] {
  const found: [number, number][] = [];
  let isIn = false;
  for (const { kind, path: at, start, end } of tomlStatements(source)) {
    const wasIn = isIn;
    if (kind === 'table') isIn = path.every((name, depth) => at[depth] === name);
    if (!isIn) continue;
    const lineStop = source.indexOf('\n', end);
    const stop = lineStop === -1 ? source.length : lineStop + 1;
    const last = found.at(-1);
    if (wasIn && last) last[1] = stop;
    else found.push([source.lastIndexOf('\n', start - 1) + 1, stop]);
  }
  return found;
}

/** The result is read again: everything else must be as it was, and our part as wanted. */
function checked(source: string, splices: Splice[], path: readonly string[], wanted: unknown): Edited {
  const before = read(source);
  if (!before.ok) return before;
  const after = read(applySplices(source, splices));
  const expected = withValue(before.value, path, wanted);
  if (after.ok && isDeepStrictEqual(plain(after.value, path[0]), plain(expected, path[0])))
    return { ok: true, splices };
  const place = tomlStatements(source).find(({ path: at }) => at[0] === path[0]);
  const what = `${path[0]} is written in a form that cannot be edited safely (as an inline table or with dotted names)`;
  return { ok: false, fault: faultAt(source, place?.start ?? 0, what) };
}

function withValue(table: Table, path: readonly string[], value: unknown): Table {
  const [name = '', ...deeper] = path;
  const copy: Table = { ...table };
  const inner = table[name];
  const next = deeper.length > 0 ? withValue(isTable(inner) ? inner : {}, deeper, value) : value;
  // A table that was only there for ours goes with it.
  if (next === undefined || (value === undefined && isTable(next) && Object.keys(next).length === 0))
    delete copy[name];
  else copy[name] = next;
  return copy;
}

/** Without prototypes, and without the holder of our table when it is empty: a bare header sets nothing. */
function plain(value: unknown, holder?: string): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (!isTable(value)) return value instanceof Date ? value.toISOString() : value;
  const members = Object.entries(value).map(([name, inner]): [string, unknown] => [name, plain(inner)]);
  return Object.fromEntries(
    members.filter(([name, inner]) => name !== holder || !isDeepStrictEqual(inner, {})),
  );
}
