import type { Finder, Hit } from './redact-hit.ts';
import { isPlaceholder } from './redact-placeholder.ts';
import { secretShape } from './redact-random.ts';

/** How far before a value the word may stand that says what it is. */
const REACH = 96;

/** Words for a credential, as prose, table headers, variables and log messages have them. */
const SAYS =
  /(?:api|access|secret|private|signing|encryption|auth|admin|account|application|app|license|sdk|user|service|deploy|ingest|origin ca|customer|key)[ _.-]?(?:key|secret|token)|secret|token|pass[ _-]?word|passwd|passphrase|credentials?|bearer|webhook|(?<=[A-Za-z0-9]_)(?<!PUBLIC_)(?:KEY|PAT|PASS|PWD|DSN)(?![A-Za-z0-9])/gi;
/** What the scan of a text has to mark for both finders. */
export const SAYS_STARTS: readonly string[] = [
  'key',
  'sec',
  'tok',
  'pas',
  'cre',
  'bea',
  'bho',
  'pat',
  'pwd',
  'dsn',
];
/** Words between it and the value that say that the value is something else. */
const OTHERWISE =
  /(?<![A-Za-z])(?:commit|sha-?\d*|digest|checksum|etag|trace|span|hash|md5|uuid|guid|image|container|build|revision|fingerprint|thumbprint|version|request|correlation|session|user|account|order|tenant|customer|project|issue|event|job|run|file|path|page|line|index|node|pod|host|by|from|for|at|on|of|in|to|sent|id|ids|count|limit|usage|cache|public)(?![A-Za-z])/i;
/** Between a name and its value on the next line there is only markup. */
const NAME_END = /^["'`\]:=| \t]{0,8}(?:<[^<>\n]{1,40}>){0,3}[ \t]{0,8}$/;
const MARKUP = /^[ \t]{0,40}(?:value[ \t]{0,4}[:=]|<[a-z][^<>\n]{0,40}>|[|>*+-]){0,3}[ \t"'`]{0,4}$/i;

/** A random-looking value near a word for a credential: `Datadog API key 3f..`, table rows, name and value pairs. */
export const findNearWords: Finder = (text, scan) => {
  const hits: Hit[] = [];
  let word = 0;
  // What was looked at once is not looked at again: `aaaa/aaaa/aaaa` is one value.
  let seen = 0;
  for (const run of scan.runs) {
    while (word < scan.says.length && (scan.says[word] ?? 0) < run.start - REACH) word += 1;
    if (run.start < seen || (scan.says[word] ?? run.start) >= run.start) continue;
    const { start, end } = wholeValue(text, run, seen);
    seen = end;
    const value = text.slice(start, end);
    const shape = secretShape(value);
    if (shape === null || isPlaceholder(value)) continue;
    if (isAnnounced(text.slice(Math.max(0, start - REACH), start), shape)) {
      hits.push({ type: 'secret', start, end });
    }
  }
  return hits;
};

/** A run with the characters of base64 around it, and without the punctuation of a sentence. */
function wholeValue(
  text: string,
  run: { start: number; end: number },
  from: number,
): { start: number; end: number } {
  let { start, end } = run;
  const limit = Math.min(text.length, end + 1024);
  while (start > from && run.start - start < 1024 && /[A-Za-z0-9+/]/.test(text[start - 1] ?? '')) start -= 1;
  while (end < limit && /[A-Za-z0-9+/=_.-]/.test(text[end] ?? '')) end += 1;
  while (end > start && /[.-]/.test(text[end - 1] ?? '')) end -= 1;
  return { start, end };
}

function isAnnounced(before: string, shape: 'mixed' | 'digest'): boolean {
  let gapStart = -1;
  SAYS.lastIndex = 0;
  while (SAYS.test(before)) gapStart = SAYS.lastIndex;
  if (gapStart === -1) return false;
  const gap = before.slice(gapStart);
  const lines = gap.split('\n');
  if (
    lines.length > 2 ||
    (lines.length === 2 && !(NAME_END.test(lines[0] ?? '') && MARKUP.test(lines[1] ?? '')))
  )
    return false;
  if (shape === 'mixed') return true;
  return gap.length <= 40 && !OTHERWISE.test(gap);
}

/** The end of a header cell that is such a word; how it begins is looked at when its line is known. */
const HEADER_CELL =
  /(?:key|token|secret|pass[ _-]?word|passwd|credential)s?[ \t]{0,16}"?[ \t]{0,16}(?=[|,;\t]|$)/imy;
const NAMES =
  /^(?:[\w-]{1,24}[ _-]){0,3}(?:api[ _-]?key|key|token|secret|pass[ _-]?word|passwd|credential)s?$/i;
const LONGEST_ROW = 8000;

/** Columns of Markdown, CSV and TSV tables whose header names a credential. */
export const findColumns: Finder = (text, scan) => {
  const hits: Hit[] = [];
  let next = 0;
  for (const at of scan.says) {
    HEADER_CELL.lastIndex = at;
    if (at < next || !HEADER_CELL.test(text)) continue;
    const lineEnd = endOfLine(text, at);
    next = lineEnd;
    const low = Math.max(0, at - LONGEST_ROW);
    const lineStart = low + text.slice(low, at).lastIndexOf('\n') + 1;
    const header = text.slice(lineStart, lineEnd);
    const mark = ['|', '\t', ';', ','].find((char) => header.includes(char));
    if (mark === undefined || header.length > LONGEST_ROW) continue;
    const cells = cellsOf(header, mark);
    const columns = cells.flatMap(({ start, end }, index) =>
      NAMES.test(header.slice(start, end)) ? [index] : [],
    );
    let from = lineEnd + 1;
    for (; from < text.length; from = endOfLine(text, from) + 1) {
      const to = endOfLine(text, from);
      const row = to - from > LONGEST_ROW ? [] : cellsOf(text.slice(from, to), mark);
      if (row.length !== cells.length) break;
      for (const column of columns) {
        const start = from + (row[column]?.start ?? 0);
        const end = from + (row[column]?.end ?? 0);
        const value = text.slice(start, end);
        if (secretShape(value) !== null && !isPlaceholder(value)) hits.push({ type: 'secret', start, end });
      }
    }
    next = from;
  }
  return hits;
};

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** The cells of a line without quotes, code marks and white space around them. */
function cellsOf(line: string, mark: string): { start: number; end: number }[] {
  const cells: { start: number; end: number }[] = [];
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index <= line.length; index += 1) {
    const char = line[index];
    if (char === '"') isQuoted = !isQuoted;
    if (char !== undefined && (char !== mark || isQuoted)) continue;
    cells.push(trimmed(line, start, index));
    start = index + 1;
  }
  return cells;
}

function trimmed(line: string, from: number, to: number): { start: number; end: number } {
  let start = from;
  let end = to;
  while (start < end && /[\s"'`]/.test(line[start] ?? '')) start += 1;
  while (end > start && /[\s"'`]/.test(line[end - 1] ?? '')) end -= 1;
  return { start, end };
}
