import { createPieces } from './redact-pieces.ts';
import type { Scan } from './redact-scan.ts';
import { BREAK, createSnippets, type DecodedView } from './redact-snippets.ts';

const ESCAPES =
  /%[0-9A-Fa-f]{2}|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|["'\\/bfnrt])|&(?:#[0-9]{1,5}|#x[0-9A-Fa-f]{1,4}|amp|lt|gt|quot|apos);/g;
const NAMED: Readonly<Record<string, string>> = {
  '\\b': '\b',
  '\\f': '\f',
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

function decoded(code: string): string {
  if (code in NAMED) return NAMED[code] ?? '';
  if (code[0] === '%') return String.fromCharCode(Number.parseInt(code.slice(1), 16));
  if (/^\\[ux]/.test(code)) return String.fromCharCode(Number.parseInt(code.slice(2), 16));
  if (code[0] === '\\') return code.slice(1);
  const isHex = /^&#x/i.test(code);
  return String.fromCharCode(Number.parseInt(code.slice(isHex ? 3 : 2, -1), isHex ? 16 : 10));
}

/** One level of URL, JSON and HTML escapes taken away, with what stands around them on their line. */
export function unescapedView(text: string): DecodedView | null {
  if (!/[%\\&]/.test(text)) return null;
  const snippets = createSnippets(text);
  for (const match of text.matchAll(ESCAPES)) {
    const to = match.index + match[0].length;
    snippets.change(decoded(match[0]), match.index, to);
  }
  return snippets.view();
}

const BASE64 = /[A-Za-z0-9+/_-]/;
const SHORTEST_BASE64 = 20;

/** The first byte of a text is below 128. */
const FIRST = /[A-Za-f]/;

/** Base64 that is text inside. Whatever is found in it, the whole stretch is meant. */
export function base64View(text: string, scan: Scan): DecodedView | null {
  const pieces = createPieces();
  let seen = 0;
  for (const run of scan.runs) {
    if (run.start < seen) continue;
    let start = leftEnd(text, run.start, seen);
    while (start < run.end) {
      if (!FIRST.test(text[start] ?? '')) {
        const dot = text.slice(start, run.end).indexOf('.');
        start = dot === -1 ? run.end : start + dot + 1;
        continue;
      }
      const end = rightEnd(text, start);
      seen = text.startsWith('==', end) ? end + 2 : text[end] === '=' ? end + 1 : end;
      const inside = end - start < SHORTEST_BASE64 ? null : textIn(text.slice(start, end));
      if (inside !== null) {
        pieces.put(inside, start, seen);
        pieces.put(BREAK, seen, seen);
      }
      start = Math.max(seen, end + 1);
    }
  }
  return pieces.length() === 0 ? null : { ...pieces.view(), touches: () => true };
}

function leftEnd(text: string, from: number, limit: number): number {
  let start = from;
  while (start > limit && BASE64.test(text[start - 1] ?? '')) start -= 1;
  return start;
}

function rightEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && BASE64.test(text[end] ?? '')) end += 1;
  return end;
}

const UNPRINTABLE = /[^\t\n\r -~]/;

function textIn(base64: string): string | null {
  const standard = base64.replaceAll('-', '+').replaceAll('_', '/');
  // Most runs are names and digests: their first bytes already are no text.
  if (UNPRINTABLE.test(atob(standard.slice(0, 16)))) return null;
  const usable = standard.length % 4 === 1 ? standard.slice(0, -1) : standard;
  const inside = atob(usable);
  const odd = inside.length - inside.replace(/[^\t\n\r -~]/g, '').length;
  return odd * 10 > inside.length ? null : inside;
}
