import { PulseError } from './errors.ts';

/**
 * Longest text accepted per field: `title` in code points, the others in UTF-8 bytes. What is longer is cut
 * and the cut is told. Source: design of the threat model, row 17.
 */
export const CAPS = { title: 200, text: 16 * 1024, evidence: 4 * 1024, excerpt: 64 * 1024 } as const;

const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g;

/**
 * ECMA-48, 7-bit and 8-bit: control strings (OSC, DCS, SOS, PM, APC), control sequences (CSI), other escapes.
 * A control string that is never closed ends with its line, so that one byte cannot hide the rest of a log.
 */
const ESCAPES = new RegExp(
  [
    '(?:\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u0018\\u001a\\u001b\\u009c\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)?',
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?',
    '\\u001b[ -/]*[0-~]?',
  ].join('|'),
  'g',
);
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const LONE_SURROGATES = /\p{Cs}/gu;
/** No writing needs more than 30 marks on a letter, and normalising long runs takes quadratic time. Source: UAX 15. */
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu;

/** Emoji sequences that need their joiners, variation selectors and tags; kept whole. */
const EMOJI = [
  '\\u{1F3F4}[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{2,6}\\u{E007F}',
  '\\p{ExtPict}[\\uFE0E\\uFE0F]?\\p{EMod}?(?:\\u200D\\p{ExtPict}\\uFE0F?\\p{EMod}?)*',
  '[0-9#*]\\uFE0F\\u20E3',
].join('|');

/** Scripts whose spelling uses the joiners U+200C and U+200D between letters. */
const JOINING = [
  'Arab',
  'Syrc',
  'Mong',
  'Deva',
  'Beng',
  'Guru',
  'Gujr',
  'Orya',
  'Taml',
  'Telu',
  'Knda',
  'Mlym',
  'Sinh',
  'Khmr',
  'Mymr',
]
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const SPELLING = `(?<=[${JOINING}])[\\u200C\\u200D](?=[${JOINING}])`;

/** Direction controls, zero-width characters, fillers, variation selectors and tags: all can hide or fake text. */
const INVISIBLE =
  '[\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF9-\\uFFFB\\u{E0000}-\\u{E0FFF}]';

const KEPT_OR_INVISIBLE = new RegExp(`${EMOJI}|${SPELLING}|(${INVISIBLE})`, 'gu');

function visible(invisible: string): string {
  return `<U+${(invisible.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}

/**
 * The one form in which outside text is stored: NFC, `\n` line ends, no terminal escapes, no controls but
 * newline and tab, lone surrogates as U+FFFD, and what is invisible shown as `<U+202E>`. Emoji survive.
 * Cleaning cleaned text changes nothing.
 */
export function cleanText(input: string): string {
  return (
    input
      .replace(LINE_ENDS, '\n')
      .replace(ESCAPES, '')
      .replace(CONTROLS, '')
      .replace(LONE_SURROGATES, '\uFFFD')
      .replace(TOO_MANY_MARKS, '$1')
      .normalize('NFC')
      .replace(TOO_MANY_MARKS, '$1')
      .replace(KEPT_OR_INVISIBLE, (match, invisible?: string) =>
        invisible === undefined ? match : visible(match),
      )
      // A combining mark may now follow the `>` of a visible form and compose with it.
      .normalize('NFC')
  );
}

/**
 * Cleaned text on one line with its white space folded, at most `max` code points; what is cut is cut between
 * graphemes and ends in `…`.
 */
export function oneLine(input: string, max: number): string {
  const line = cleanText(input).replace(/\s+/g, ' ').trim();
  let units = 0;
  let points = 0;
  let fits = 0;
  for (const point of line) {
    if (points === max) break;
    points += 1;
    if (points < max) fits += point.length;
    units += point.length;
  }
  if (units === line.length) return line;
  if (max < 1) return '';
  return `${line.slice(0, graphemeBoundary(line, fits)).trimEnd()}…`;
}

/** The last grapheme boundary at or before `limit`; `limit` itself where one grapheme fills everything. */
function graphemeBoundary(line: string, limit: number): number {
  let boundary = 0;
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { index, segment } of segmenter.segment(line.slice(0, limit + 64))) {
    const end = index + segment.length;
    if (end > limit) break;
    boundary = end;
  }
  return boundary === 0 ? limit : boundary;
}

function bytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** Bytes of the text in UTF-8 (a lone surrogate counts as U+FFFD: 3). */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const point of text) bytes += bytesOf(point.codePointAt(0) ?? 0);
  return bytes;
}

/** The longest beginning of the text that fits in `maxBytes` of UTF-8, and how many bytes were left off. */
export function capText(input: string, maxBytes: number): { text: string; dropped_bytes: number } {
  let bytes = 0;
  let units = 0;
  for (const point of input) {
    const size = bytesOf(point.codePointAt(0) ?? 0);
    if (bytes + size > maxBytes) break;
    bytes += size;
    units += point.length;
  }
  const text = input.slice(0, units);
  return { text, dropped_bytes: utf8Length(input.slice(units)) };
}

const NONCE = /^[A-Za-z0-9_-]{8,64}$/;

/**
 * Outside text for a model to read: between marker lines that carry the nonce, in a code fence longer than
 * any run of backticks or tildes inside. `label` says what it is and that it is data; `nonce` is made per call
 * (8 to 64 letters, digits, `_`, `-`; else throws unsafe), and a copy of it inside the text is taken out.
 */
export function fence(text: string, label: string, nonce: string): string {
  if (!NONCE.test(nonce)) {
    throw new PulseError('unsafe', 'The fence has no usable nonce.', 'Make a random nonce for every call.');
  }
  const body = cleanText(text).replaceAll(nonce, '[nonce]');
  const longest = (body.match(/`+|~+/g) ?? []).reduce((length, run) => Math.max(length, run.length), 3);
  const bars = '`'.repeat(longest + 1);
  const title = oneLine(label, 120).replace(/[^\p{L}\p{N} .,:;()/#-]/gu, '');
  return `[begin ${nonce}: ${title}]\n${bars}text\n${body}\n${bars}\n[end ${nonce}]`;
}

/** Keeps `@team` and `#123` readable but no longer a mention or a reference: hosts look at the rendered text. */
const BREAK = '\u200D';

/** Characters that Markdown or HTML could act on anywhere in a line, and what is written in their place. */
const INLINE_ESCAPES: readonly [RegExp, string][] = [
  [/[\\`*[\]|~]/g, '\\$&'],
  [/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_'],
  [/&(?=#?[A-Za-z0-9]{1,32};)/g, '&amp;'],
  [/</g, '&lt;'],
  // Bare addresses become links by themselves.
  [/:(?=\/\/)/g, '\\:'],
  [/(?<=\bwww)\./gi, '\\.'],
  [/@(?=[\p{L}\p{N}])/gu, `@${BREAK}`],
  [/#(?=\d)/g, `#${BREAK}`],
  [/\bGH-(?=\d)/gi, `$&${BREAK}`],
];

/** What Markdown could act on at the start of a line: headings, rules, quotes, lists, front matter, bot commands. */
const LINE_START = /^(?:[#>+=/:-]|\d{1,9}(?=[.)]))/;

function escapeLine(line: string): string {
  const escaped = INLINE_ESCAPES.reduce(
    (text, [pattern, replacement]) => text.replace(pattern, replacement),
    line,
  );
  return escaped.replace(LINE_START, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}

/** Outside text as one line of Markdown that shows as text only: no structure, links, images, HTML or mentions. */
export function mdInline(text: string): string {
  return escapeLine(cleanText(text).replace(/\s+/g, ' ').trim());
}

/**
 * Outside text of several lines as Markdown that shows as text only. Indentation is dropped, because it could
 * make a code block or a nested list; text that needs it belongs in a fence.
 */
export function mdBlock(text: string): string {
  return cleanText(text)
    .split('\n')
    .map((line) => escapeLine(line.replace(/\s+/g, ' ').trim()))
    .join('\n')
    .trim();
}
