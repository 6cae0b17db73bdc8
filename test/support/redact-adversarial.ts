import type { Draw } from './redact-providers.ts';

/** A way to write a text so that a plain search for a token in it fails; `undo` reads it as a person would. */
export interface Disguise {
  id: string;
  apply: (text: string, token: string, draw: Draw) => string;
  undo: (output: string) => string;
}

const ESC = '\u001b';
const same = (text: string): string => text;
/** The token with `cut` put into it, away from its ends, wherever it stands in the text. */
const cutBy =
  (cut: string) =>
  (text: string, token: string, draw: Draw): string => {
    const at = 4 + draw(token.length - 8);
    return text.replaceAll(token, () => token.slice(0, at) + cut + token.slice(at));
  };
const inToken =
  (write: (char: string, index: number) => string) =>
  (text: string, token: string): string =>
    text.replaceAll(token, () => [...token].map(write).join(''));
const hexOf = (char: string): string => (char.codePointAt(0) ?? 0).toString(16).padStart(2, '0');
const unpercent = (text: string): string =>
  text.replace(/%([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
const unbase64 = (text: string): string =>
  text.replace(/[A-Za-z0-9+/_-]{12,}={0,2}/g, (run) => Buffer.from(run, 'base64').toString('latin1'));
const fold = (text: string, width: number): string =>
  text
    .split('\n')
    .map((line) => line.replace(new RegExp(`(.{${width}})(?=.)`, 'g'), '$1\n'))
    .join('\n');
const unfold = (text: string): string => text.replace(/[=\\]?\r?\n[ \t]*(?:> )?/g, '');

export const DISGUISES: readonly Disguise[] = [
  {
    id: 'colour around and inside',
    apply: (text, token, draw) =>
      cutBy(`${ESC}[1;31m`)(text, token, draw).replaceAll(': ', `:${ESC}[0m ${ESC}[32m`),
    undo: (output) => output.replace(/\u001b\[[\d;]*m/g, ''),
  },
  {
    id: 'colour as JSON prints it',
    apply: cutBy('\\u001b[0m'),
    undo: (output) => output.replaceAll('\\u001b[0m', ''),
  },
  { id: 'zero-width space', apply: cutBy('\u200b'), undo: (output) => output.replaceAll('\u200b', '') },
  { id: 'zero-width joiner', apply: cutBy('\u200d'), undo: (output) => output.replaceAll('\u200d', '') },
  { id: 'soft hyphen', apply: cutBy('\u00ad'), undo: (output) => output.replaceAll('\u00ad', '') },
  { id: 'right-to-left mark', apply: cutBy('\u202e'), undo: (output) => output.replaceAll('\u202e', '') },
  { id: 'folded at 80 columns', apply: (text) => fold(`${'prefix '.repeat(8)}${text}`, 80), undo: unfold },
  {
    id: 'folded by a screen, then indented',
    apply: (text, token, draw) => cutBy('\n    ')(`${'prefix '.repeat(8)}${text}`, token, draw),
    undo: unfold,
  },
  {
    id: 'folded and quoted',
    apply: (text, token, draw) => cutBy('\n> ')(`> ${'prefix '.repeat(8)}${text}`, token, draw),
    undo: unfold,
  },
  {
    id: 'quoted-printable',
    apply: (text, token, draw) => cutBy('=\r\n')(`${'prefix '.repeat(8)}${text}`, token, draw),
    undo: unfold,
  },
  {
    id: 'shell continuation',
    apply: (text, token, draw) => cutBy('\\\n')(`${'prefix '.repeat(8)}${text}`, token, draw),
    undo: unfold,
  },
  { id: 'URL-encoded whole', apply: (text) => `q=${encodeURIComponent(text)}&r=1`, undo: unpercent },
  { id: 'every character URL-encoded', apply: inToken((char) => `%${hexOf(char)}`), undo: unpercent },
  {
    id: 'JSON-escaped whole',
    apply: (text) => JSON.stringify({ body: text }),
    undo: same,
  },
  {
    id: 'every third character JSON-escaped',
    apply: inToken((char, index) => (index % 3 === 2 ? `\\u00${hexOf(char)}` : char)),
    undo: (output) =>
      output.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  },
  {
    id: 'every fourth character an HTML entity',
    apply: inToken((char, index) => (index % 4 === 3 ? `&#x${hexOf(char)};` : char)),
    undo: (output) =>
      output.replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  },
  {
    id: 'base64 of everything',
    apply: (text) => `payload ${Buffer.from(text).toString('base64')} sent`,
    undo: unbase64,
  },
  {
    id: 'base64url of everything',
    apply: (text) => `payload=${Buffer.from(text).toString('base64url')}&x=1`,
    undo: unbase64,
  },
];

/** The carriers that disguises are put on: what is mostly pasted. */
export const DISGUISED_CARRIERS: readonly string[] = [
  'environment dump',
  'JSON log message',
  'stack trace',
  'own header',
  'YAML',
  'source',
];
