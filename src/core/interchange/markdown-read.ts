import { cleanText } from '../untrusted.ts';
import { isAboutItself } from './own-words.ts';

/** A Markdown text taken apart just far enough to read records from it. Line numbers count from 1. */
export interface Line {
  line: number;
  text: string;
}

export interface Part {
  /** Empty for what stands above the first heading. */
  title: string;
  level: number;
  line: number;
  lines: Line[];
}

export interface Table {
  columns: string[];
  rows: { line: number; cells: string[] }[];
}

/** One statement: a bullet with what is indented below it, or a paragraph. */
export interface Statement {
  line: number;
  text: string;
  /** `x` or blank in a box; null without a box. */
  box: boolean | null;
  under: string[];
}

const HEADING = /^(#{1,6})[ \t]+(.+?)[ \t]*#*$/;
const FENCE = /^ {0,3}(?:```|~~~)/;
const COMMENT = /^[ \t]*<!--.*-->[ \t]*$/;
const BULLET = /^([ \t]*)(?:[-*+•]|\d{1,3}[.)])[ \t]+(?:\[([ xX])\][ \t]*)?(.*)$/;
/** `**Severity**: P1` begins a line of a header, also without a blank line above it. */
const LABEL = /^\s*\*\*(?:[^*:]{1,40}\*\*\s?:|[^*]{1,40}:\*\*)/;
const RULE = /^[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*$/;
const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&#39;': "'",
  '&quot;': '"',
};

/** Headings outside of code, in order; `question` lines that act as headings are named by the caller. */
export function partsOf(text: string, isQuestion: (line: string) => boolean): Part[] {
  const parts: Part[] = [{ title: '', level: 0, line: 1, lines: [] }];
  let isCode = false;
  for (const [index, raw] of cleanText(text).split('\n').entries()) {
    const line = index + 1;
    if (FENCE.test(raw)) isCode = !isCode;
    const heading = isCode ? null : HEADING.exec(raw);
    const level = heading?.[1]?.length ?? (!isCode && isQuestion(raw.trim()) ? 7 : 0);
    if (level > 0) parts.push({ title: plain(heading?.[2] ?? raw), level, line, lines: [] });
    else if (isAboutItself(raw)) continue;
    else if (!COMMENT.test(raw) && !(RULE.test(raw) && !isCode) && !FENCE.test(raw)) {
      parts.at(-1)?.lines.push({ line, text: raw });
    }
  }
  return parts;
}

/** Words without their decoration: what Markdown renders, less the marks that we put there ourselves. */
export function plain(text: string): string {
  return text
    .replace(/\s{0,4}<!--[^<>]{0,4000}-->/g, '')
    .replace(/ _\(narrative\)_$/, '')
    .replace(/\\([!-/:-@[-`{-~])|\*\*|<br ?\/?>|&(?:lt|gt|amp|quot|#39);/g, (found, escaped?: string) => {
      if (escaped !== undefined) return escaped;
      return found === '**' ? '' : (ENTITIES[found] ?? ' ');
    })
    .replace(/(?<=[@#-])(?:\u200D|<U\+200D>)/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
}

/** Cells of a line with bars; a bar behind a backslash or between backticks is text. */
function cellsOf(text: string): string[] {
  const cells: string[] = [''];
  let isCode = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '\\') cells[cells.length - 1] += char + (text[++i] ?? '');
    else if (char === '|' && !isCode) cells.push('');
    else {
      if (char === '`') isCode = !isCode && text.indexOf('`', i + 1) > 0;
      cells[cells.length - 1] += char;
    }
  }
  if (cells[0]?.trim() === '') cells.shift();
  if (cells.at(-1)?.trim() === '') cells.pop();
  return cells.map((cell) => cell.trim());
}

const isRuler = (text: string): boolean =>
  text.includes('-') && text.includes('|') && cellsOf(text).every((cell) => /^:?-+:?$/.test(cell));

/** The tables among some lines, and the lines that belong to none. */
export function tablesIn(lines: readonly Line[]): { tables: Table[]; rest: Line[] } {
  const tables: Table[] = [];
  const rest: Line[] = [];
  for (let i = 0; i < lines.length; i++) {
    const head = lines[i];
    const ruler = lines[i + 1];
    if (head === undefined) break;
    if (!head.text.includes('|') || ruler === undefined || !isRuler(ruler.text)) {
      rest.push(head);
      continue;
    }
    const table: Table = { columns: cellsOf(head.text).map(plain), rows: [] };
    for (i += 2; lines[i]?.text.includes('|'); i++) {
      const row = lines[i];
      if (row) table.rows.push({ line: row.line, cells: cellsOf(row.text) });
    }
    i -= 1;
    tables.push(table);
  }
  return { tables, rest };
}

/** Bullets with their children, and paragraphs, in order. */
export function statementsOf(lines: readonly Line[]): Statement[] {
  const found: Statement[] = [];
  let isOpen = false;
  let indent = 0;
  for (const { line, text } of lines) {
    const [, space = '', box, said = ''] = BULLET.exec(text) ?? [];
    const isBullet = BULLET.test(text);
    const last = found.at(-1);
    if (text.trim() === '') isOpen = false;
    else if (isBullet && last !== undefined && space.length > indent && space.length >= 2) {
      last.under.push(box === undefined ? said : `[${box}] ${said}`);
    } else if (isBullet) {
      indent = space.length;
      found.push({ line, text: said, box: box === undefined ? null : box !== ' ', under: [] });
      isOpen = true;
    } else if (isOpen && last && !LABEL.test(text)) {
      const { under } = last;
      if (under.length > 0) under.push(`${under.pop()} ${text.trim()}`);
      else last.text += `\n${text.trim()}`;
    } else {
      indent = 0;
      found.push({ line, text: text.replace(/^[ \t]*>[ \t]?/, '').trim(), box: null, under: [] });
      isOpen = true;
    }
  }
  return found;
}
