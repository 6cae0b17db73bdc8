import { isDeepStrictEqual } from 'node:util';
import { insertMember, removeMember, render, replaceValue } from './json-splices.ts';
import { type JsonMember, type JsonNode, parseJsonc, plainValue } from './jsonc.ts';
import { applySplices, type Edited, type Fault, faultAt, lineEndOf, type Splice } from './splice.ts';

type ObjectNode = Extract<JsonNode, { type: 'object' }>;

/** How far a path goes in a file. */
type Walk =
  | { reached: 'all'; parent: ObjectNode; member: JsonMember }
  | { reached: 'part'; parent: ObjectNode; missing: readonly string[] }
  | { reached: 'nothing' }
  | { reached: 'fault'; fault: Fault };

function walk(text: string, path: readonly string[]): Walk {
  const parsed = parseJsonc(text);
  if (!parsed.ok) return { reached: 'fault', fault: faultAt(text, parsed.fault.offset, parsed.fault.what) };
  if (parsed.node === null) return { reached: 'nothing' };
  let node = parsed.node;
  for (const [depth, name] of path.entries()) {
    const shown = path.slice(0, depth).join(' / ') || 'the file';
    if (node.type !== 'object') {
      return { reached: 'fault', fault: faultAt(text, node.start, `${shown} must hold an object { }`) };
    }
    const parent = node;
    const [member, second] = parent.members.filter((known) => known.name === name);
    if (second) return { reached: 'fault', fault: faultAt(text, second.start, `${name} is there twice`) };
    if (!member) return { reached: 'part', parent, missing: path.slice(depth) };
    if (depth === path.length - 1) return { reached: 'all', parent, member };
    node = member.value;
  }
  return { reached: 'nothing' };
}

/** What stands at a path; `value` is undefined when nothing does. */
export function readJson(
  text: string,
  path: readonly string[],
): { ok: true; value: unknown } | { ok: false; fault: Fault } {
  const found = walk(text, path);
  if (found.reached === 'fault') return { ok: false, fault: found.fault };
  return { ok: true, value: found.reached === 'all' ? plainValue(found.member.value) : undefined };
}

/**
 * Puts a value at a path, making the objects on the way; what stands there is replaced. Every byte that is not
 * part of it stays. `fresh` are members for a file that holds nothing yet.
 */
export function setJson(
  text: string,
  path: readonly string[],
  value: unknown,
  fresh: Readonly<Record<string, unknown>> = {},
): Edited & { created?: readonly string[] } {
  const found = walk(text, path);
  if (found.reached === 'fault') return { ok: false, fault: found.fault };
  if (found.reached === 'nothing') {
    const eol = lineEndOf(text);
    const lead = text === '' || text === '\ufeff' || /[\r\n]$/.test(text) ? '' : eol;
    const whole = render({ ...fresh, ...nest(path, value) }, '  ', '', eol);
    const splices = [{ offset: text.length, replaced: '', inserted: `${lead}${whole}${eol}` }];
    return checked(text, path, value, splices, path.slice(0, -1));
  }
  if (found.reached === 'all') {
    return checked(text, path, value, replaceValue(text, found.member.value, value), []);
  }
  const [name = '', ...deeper] = found.missing;
  const splices = insertMember(text, found.parent, name, deeper.length > 0 ? nest(deeper, value) : value);
  return checked(text, path, value, splices, path.slice(path.length - found.missing.length, -1));
}

function nest(path: readonly string[], value: unknown): Record<string, unknown> {
  const [name = '', ...deeper] = path;
  return { [name]: deeper.length > 0 ? nest(deeper, value) : value };
}

/** The change is tried before anybody hears of it. */
function checked(
  text: string,
  path: readonly string[],
  value: unknown,
  splices: Splice[],
  created: readonly string[],
): Edited & { created?: readonly string[] } {
  const after = readJson(applySplices(text, splices), path);
  if (!after.ok || !isDeepStrictEqual(after.value, value)) throw new Error('the edit did not come out right');
  return { ok: true, splices, created };
}

/**
 * Takes the member at a path away, and then those of `created` above it that are empty: the objects that were
 * made for it. No splices when it is not there.
 */
export function removeJson(text: string, path: readonly string[], created: readonly string[]): Edited {
  const found = walk(text, path);
  if (found.reached === 'fault') return { ok: false, fault: found.fault };
  if (found.reached === 'all') {
    const splices = removeMember(text, found.parent, found.member);
    const after = readJson(applySplices(text, splices), path);
    if (!after.ok || after.value !== undefined) throw new Error('the removal did not come out right');
    if (found.parent.members.length > 1) return { ok: true, splices };
    return withParent(text, splices, path, created);
  }
  return withParent(text, [], path, created);
}

function withParent(
  text: string,
  splices: Splice[],
  path: readonly string[],
  created: readonly string[],
): Edited {
  const above = path.slice(0, -1);
  const name = above.at(-1);
  if (name === undefined || !created.includes(name)) return { ok: true, splices };
  const holder = walk(text, above);
  if (holder.reached !== 'all' || holder.member.value.type !== 'object') return { ok: true, splices };
  const left = holder.member.value.members.length - (splices.length > 0 ? 1 : 0);
  return left > 0 ? { ok: true, splices } : removeJson(text, above, created);
}

/** Whether nothing but these members is left, so that a file that we made may go. */
export function holdsOnly(text: string, fresh: Readonly<Record<string, unknown>>): boolean {
  const parsed = parseJsonc(text);
  if (!parsed.ok || /\/[/*]/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ''))) return false;
  if (parsed.node === null) return true;
  const value = plainValue(parsed.node);
  return (
    isDeepStrictEqual(value, {}) || (Object.keys(fresh).length > 0 && isDeepStrictEqual(value, { ...fresh }))
  );
}
