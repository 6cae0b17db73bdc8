import type { Finder, Hit } from './redact-hit.ts';
import { isPlaceholder } from './redact-placeholder.ts';
import { isPath, looksRandom, secretShape } from './redact-random.ts';

/** Names whose value is a secret. What stands before them (`DB_`, `my-`, `--`) does not matter and is not read. */
const STRONG =
  'pass[_.-]?word|passwd|pass[_-]?phrase|pwd|passcode|secret|client[_.-]?secret|' +
  '(?:api|secret|access|private|encryption|signing|auth|account|shared|master|deploy|service|hmac|webhook)[_.-]?key|' +
  '(?:secret|aws)[_.-]?access[_.-]?key|(?:access|auth|refresh|bearer|session|id|security|bot)[_.-]?token|token|jwt|' +
  'client-key-data|connection[_-]?string';
/** Names that often hold something harmless: only a random-looking value counts. */
const WEAK =
  '(?<!(?:public|primary|foreign|partition|routing|sort|cache|object)[_-]?)key|auth|credentials?|creds|signature|session(?:[_-]?id)?|sid|pass|salt|dsn|bearer|otp|cookie';
/** `ALGOLIA_ADMIN_KEY`, `adminKey`: a key that says whose it is may have the form of a digest, unless it names data. */
const OWN_KEY =
  '(?<=[A-Za-z0-9]{2}[_.-]|[a-z0-9](?=K))(?<!(?:public|primary|foreign|partition|routing|sort|cache|object|idempotency|dedup|dedupe|group|row|message|shard|hash|range|index|map|issue|project|event|log|registry|lookup|composite|unique|natural|surrogate|s3|host|storage|file|item|record|sha|etag|build|tree|commit|content)[_.-]?)key';

const NAME = `(?:(?<strong>${STRONG})|(?<own>${OWN_KEY}|pat)|(?<=[_-])(?<suffix>pass|pw)|(?<![A-Za-z0-9])(?<weak>${WEAK}))`;
const SEPARATOR =
  '\\\\?["\'`]?\\]?[ \\t]{0,8}(?<separator>={1,2}>?|:=?|>(?=[^<>\\s]{1,512}</)|[ \\t](?:is|was)[ \\t:]|\\n?[ \\t]{1,40}value[ \\t]{0,4}[:=])[ \\t]{0,8}';
const ASSIGNMENT = new RegExp(`${NAME}${SEPARATOR}`, 'iy');
/** `--password hunter2`, `ENV PASSWORD hunter2`: the value is the next word. */
const FLAG = new RegExp(
  `(?:(?<=--(?:[a-z0-9]{1,20}-){0,3})|(?<=^[ \\t]{0,8}ENV[ \\t]{1,4}(?:[A-Z0-9]{1,20}_){0,4}))(?:(?<strong>${STRONG})|(?<own>${OWN_KEY}|pat))[ \\t]{1,4}(?=[^\\s-])`,
  'imy',
);

/** What the scan of a text has to mark for this finder: the beginnings of the names above. */
export const NAME_STARTS: readonly string[] =
  'pas pwd sec cli api acc pri enc sig aut sha mas dep ser hma web aws ref bea ses id_ id- id. idt bot tok jwt con key cre sid pat sal dsn otp coo pw= pw: pw" pw\' pw` pw] pw\\'
    .split(' ')
    .concat('pw ');

const QUOTES = '"\'`';
const LONGEST_VALUE = 4096;

interface Value {
  start: number;
  end: number;
  isQuoted: boolean;
}

/** Quoted value: up to the same quote, escaped or not as the first was; null when it does not close on its line. */
function quotedValue(text: string, start: number): Value | null {
  const isEscaped = text[start] === '\\';
  const open = isEscaped ? start + 1 : start;
  const quote = text[open] ?? '';
  if (quote === '' || !QUOTES.includes(quote)) return null;
  const limit = Math.min(text.length, open + LONGEST_VALUE);
  for (let index = open + 1; index < limit; index += 1) {
    const char = text[index];
    // Backticks quote code and prose too; a secret in them has no space.
    if (char === '\n' || (quote === '`' && char === ' ')) return null;
    if (char === '\\' && !isEscaped) index += 1;
    else if (char === quote) return { start: open + 1, end: isEscaped ? index - 1 : index, isQuoted: true };
  }
  return null;
}

const STOP = /[\s"'`<>|]/;
const LIST_BREAK = /[,;&]/;

/** End of a word; a `,`, `;` or `&` ends it only before the next `name=` or white space. */
function wordEnd(text: string, from: number): number {
  let end = from;
  let lastBreak = -1;
  for (let char = text[end]; char !== undefined && !STOP.test(char); char = text[end]) {
    if (char === '\\' && /[nrt"']/.test(text[end + 1] ?? '')) break;
    if (lastBreak !== -1 && (char === '=' || char === ':')) return lastBreak;
    if (LIST_BREAK.test(char)) lastBreak = end;
    end += 1;
  }
  return end;
}

/** Unquoted value, without the punctuation around it. */
function wordValue(text: string, from: number, to: number): Value {
  let end = to;
  while (end > from && isTrailing(text.slice(from, from + 512), text[end - 1] ?? '')) end -= 1;
  return { start: from, end, isQuoted: false };
}

/** Punctuation of the sentence or bracket around a value. */
function isTrailing(value: string, char: string): boolean {
  if ('.,;:&'.includes(char)) return true;
  return (
    (char === ')' && !value.includes('(')) ||
    (char === ']' && !value.includes('[')) ||
    (char === '}' && !value.includes('{'))
  );
}

/** Program text in place of a value: a call, a member, a variable named like the secret. */
function isCode(value: string): boolean {
  return (
    /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)+(?:\(.*)?$/.test(value) ||
    /^[A-Za-z_$][\w$.:]*[([]/.test(value) ||
    /^[a-z]+(?:[A-Z][a-z]+)+$/.test(value) ||
    /^\/[*^]/.test(value) ||
    /^(?:new|await|return|function|process|typeof|keyof|readonly|unknown|never)$/.test(value)
  );
}

/** In prose (`password: required by the form`) only what no word looks like is a value. */
function isValue(text: string, { start, end, isQuoted }: Value, separator: string, keyword: string): boolean {
  const value = text.slice(start, Math.min(end, start + 512));
  if (value.length < 3 || isPlaceholder(value) || isPath(value)) return false;
  if (!isQuoted && isCode(value)) return false;
  const isToken = /token|jwt|key|secret$/i.test(keyword);
  if (/^\d{1,5}$/.test(value) && isToken) return false;
  if (isQuoted || separator.startsWith('=')) return value.length >= (isToken ? 6 : 3);
  if (/^(?:is|was)/i.test(separator)) return /\d/.test(value);
  const isPlainWord = /^[A-Za-z]+(?:[-'/][A-Za-z]+)*$/.test(value);
  return !isPlainWord && value.length >= 5;
}

function slug(keyword: string): string {
  return keyword.toLowerCase().replace(/[^a-z]+/g, '-');
}

/** `name = value` in environment dumps, INI, YAML, JSON, code, flags and log lines. */
export const findAssignments: Finder = (text, scan) => [
  ...assigned(text, scan.words, ASSIGNMENT),
  ...assigned(text, scan.words, FLAG),
];

function assigned(text: string, words: readonly number[], pattern: RegExp): Hit[] {
  const hits: Hit[] = [];
  // In `key=key=key=` every value ends at the same place: it is looked for once.
  let knownEnd = -1;
  let next = 0;
  for (const at of words) {
    if (at < next) continue;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) continue;
    const start = at + match[0].length;
    next = start;
    const { strong, own, weak, suffix, separator = '=' } = match.groups ?? {};
    if (start > knownEnd) knownEnd = wordEnd(text, start);
    const value = quotedValue(text, start) ?? wordValue(text, start, knownEnd);
    const found = text.slice(value.start, value.end);
    const isText = value.isQuoted || !isCode(found.slice(0, 512));
    const isSecret =
      own !== undefined
        ? isText && (secretShape(found) !== null || looksRandom(found))
        : weak === undefined
          ? isValue(text, value, separator.trim(), strong ?? suffix ?? '')
          : isText && looksRandom(found);
    if (!isSecret) continue;
    hits.push({
      type: slug(strong ?? own ?? weak ?? suffix ?? 'secret'),
      start: value.start,
      end: value.end,
    });
    next = value.end;
  }
  return hits;
}
