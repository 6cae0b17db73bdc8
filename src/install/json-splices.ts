import type { JsonMember, JsonNode } from './jsonc.ts';
import { lineEndOf, type Splice } from './splice.ts';

type ObjectNode = Extract<JsonNode, { type: 'object' }>;

const SPACE = /[ \t]*/y;
/** Spaces and comments up to the end of a line; a comment that spans lines stays out. */
const SAME_LINE = /(?:[ \t]+|\/\*(?:[^*\r\n]|\*(?!\/))*\*\/)*(?:\/\/[^\r\n]*)?/y;

function lengthAt(text: string, at: number, form: RegExp): number {
  form.lastIndex = at;
  return form.exec(text)?.[0].length ?? 0;
}

function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text[at - 1] !== '\n' && text[at - 1] !== '\r') at--;
  return at === 0 && text.startsWith('\ufeff') ? 1 : at;
}

function indentOf(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return text.slice(start, start + lengthAt(text, start, SPACE));
}

/** One step of indentation, by the first line that is indented; two spaces when none is. */
function unitOf(text: string): string {
  const first = /(?:^|[\r\n])([ \t]+)["}\]{[]/.exec(text)?.[1];
  return first === undefined ? '  ' : first.startsWith('\t') ? '\t' : first;
}

/** JSON text in several lines; every line after the first begins with `indent`. Short lists stay on one line. */
export function render(value: unknown, unit: string, indent: string, eol: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value);
  if (members.length === 0) return '{}';
  const inner = indent + unit;
  const lines = members.map(
    ([name, member]) => `${inner}${JSON.stringify(name)}: ${render(member, unit, inner, eol)}`,
  );
  return `{${eol}${lines.join(`,${eol}`)}${eol}${indent}}`;
}

const hasBreak = (text: string): boolean => /[\r\n]/.test(text);

export function insertMember(text: string, parent: ObjectNode, name: string, value: unknown): Splice[] {
  const eol = lineEndOf(text);
  const unit = unitOf(text);
  const first = parent.members[0];
  const last = parent.members.at(-1);
  if (!first || !last) return intoEmpty(text, parent, name, value, unit, eol);
  const anchor = last.comma === null ? last.value.end : last.comma + 1;
  if (!hasBreak(text.slice(parent.start, first.start))) {
    const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
    const gap = /[,{] /.test(text.slice(parent.start, last.value.end)) ? ' ' : '';
    const inserted = last.comma === null ? `,${gap}${member}` : `${gap}${member},`;
    return [{ offset: anchor, replaced: '', inserted }];
  }
  const indent = indentOf(text, first.start);
  const member = `${eol}${indent}${JSON.stringify(name)}: ${render(value, unit, indent, eol)}`;
  const behind = anchor + lengthAt(text, anchor, SAME_LINE);
  // A comment behind the last value stays with it, unless the closing brace stands on that line too.
  const isLineEnd = behind >= text.length || hasBreak(text[behind] ?? '');
  const offset = isLineEnd ? behind : anchor;
  if (last.comma !== null) return [{ offset, replaced: '', inserted: `${member},` }];
  if (offset === anchor) return [{ offset, replaced: '', inserted: `,${member}` }];
  return [
    { offset: anchor, replaced: '', inserted: ',' },
    { offset, replaced: '', inserted: member },
  ];
}

function intoEmpty(
  text: string,
  parent: ObjectNode,
  name: string,
  value: unknown,
  unit: string,
  eol: string,
): Splice[] {
  const interior = text.slice(parent.start + 1, parent.end - 1);
  const isBlank = interior.trim() === '';
  const isOneLine = parent.start > 1 && !hasBreak(text.trim());
  if (isOneLine && isBlank) {
    const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
    return [{ offset: parent.start + 1, replaced: interior, inserted: member }];
  }
  const outer = indentOf(text, parent.start);
  const indent = outer + unit;
  const member = `${eol}${indent}${JSON.stringify(name)}: ${render(value, unit, indent, eol)}`;
  return isBlank
    ? [{ offset: parent.start + 1, replaced: interior, inserted: `${member}${eol}${outer}` }]
    : [{ offset: parent.start + 1, replaced: '', inserted: member }];
}

export function replaceValue(text: string, node: JsonNode, value: unknown): Splice[] {
  const replaced = text.slice(node.start, node.end);
  const indent = indentOf(text, node.start);
  const isPlain =
    typeof value !== 'object' || value === null || Array.isArray(value) || !hasBreak(text.trim());
  const inserted =
    isPlain && !Array.isArray(value)
      ? JSON.stringify(value)
      : render(value, unitOf(text), indent, lineEndOf(text));
  return [{ offset: node.start, replaced, inserted }];
}

/** The member with its comma, and with its lines when nothing else stands on them. */
export function removeMember(text: string, parent: ObjectNode, member: JsonMember): Splice[] {
  const before = parent.members[parent.members.indexOf(member) - 1];
  const end = member.comma === null ? member.value.end : member.comma + 1;
  const own = cut(text, ownLines(text, member.start, end));
  // The last member without a comma: the comma before it must go, which strict readers refuse.
  if (member.comma !== null || before === undefined || before.comma === null) {
    const rest = parent.members.length === 1 ? text.slice(parent.start + 1, parent.end - 1) : '';
    const isAlone =
      parent.members.length === 1 && rest.replace(text.slice(member.start, end), '').trim() === '';
    return isAlone ? cut(text, [parent.start + 1, parent.end - 1]) : own;
  }
  return [...cut(text, [before.comma, before.comma + 1]), ...own];
}

function cut(text: string, [start, end]: readonly [number, number]): Splice[] {
  return [{ offset: start, replaced: text.slice(start, end), inserted: '' }];
}

function ownLines(text: string, start: number, end: number): [number, number] {
  const begin = lineStart(text, start);
  const stop = end + lengthAt(text, end, SPACE);
  const isAlone =
    text.slice(begin, start).trim() === '' && (stop >= text.length || hasBreak(text[stop] ?? ''));
  if (!isAlone) {
    const isFirst = text.slice(begin, start).trim() === '';
    return isFirst ? [start, stop] : [start, end];
  }
  // With the line end in front, so that what follows stays as it is.
  const lead = text.slice(0, begin);
  const eol = lead.endsWith('\r\n') ? 2 : hasBreak(lead.slice(-1)) ? 1 : 0;
  return [begin - eol, end];
}
