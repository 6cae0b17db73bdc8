import type { RecordedEvent } from '../../src/core/events.ts';
import { mdInline } from '../../src/core/untrusted.ts';

/**
 * Everything that somebody said in an event, in the forms in which a document may show it: raw, as one safe
 * line of Markdown, as a line of a quotation, as JSON. Only texts with a number in them matter here.
 */
export function toldTexts(events: readonly RecordedEvent[], said: readonly string[] = []): string[] {
  const raw = new Set(said);
  for (const event of events) for (const text of textsOf(event)) raw.add(text);
  const forms = new Set<string>();
  for (const text of raw)
    for (const form of formsOf(text)) if (/\d/.test(form) && form.trim() !== '') forms.add(form.trim());
  return [...forms];
}

function textsOf({ text, data, evidence, by }: RecordedEvent): string[] {
  return [text, ...evidence, by.name, by.on_behalf_of ?? '', ...deepTexts(data)];
}

function deepTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(deepTexts);
}

function formsOf(text: string): string[] {
  const lines = text.split('\n');
  // In the middle of a line nothing is escaped that only matters at its beginning.
  const inside = (part: string) => mdInline(`x ${part}`).slice(2);
  const parts = [text, ...lines];
  return [
    ...lines,
    text.replace(/\s+/g, ' '),
    ...parts.flatMap((part) => [mdInline(part), inside(part)]),
    ...parts.map((part) => inside(part.replaceAll('_', ' '))),
    JSON.stringify(text).slice(1, -1),
  ];
}

/** What stands for a character whose origin is known. */
export const KNOWN = '\u0001';

/** `document` with every passage that repeats a told text replaced by `KNOWN`, character for character. */
export function withoutTold(document: string, texts: readonly string[], names: readonly string[]): string {
  const known = new Uint8Array(document.length);
  const look = (text: string, isOne: (at: number) => boolean) => {
    for (let at = document.indexOf(text); at >= 0; at = document.indexOf(text, at + 1))
      if (isOne(at)) known.fill(1, at, at + text.length);
  };
  for (const text of texts) look(text, (at) => isWhole(document, at, text) && isField(document, at, text));
  for (const name of names) look(name, (at) => isWhole(document, at, name));
  for (const [from, to] of shortened(document, texts)) known.fill(1, from, to);
  return masked(document, known);
}

/** Not a part of a longer word or number. */
function isWhole(document: string, at: number, text: string): boolean {
  const after = document.slice(at + text.length, at + text.length + 2);
  if (/[\p{L}\p{N}]/u.test(document.charAt(at - 1)) && /^[\p{L}\p{N}]/u.test(text)) return false;
  return !(/[\p{L}\p{N}]$/u.test(text) && /^(?:[\p{L}\p{N}]|[.:,]\d)/u.test(after));
}

/** Short texts such as `5` or `40%` count only as a whole field, cell or clause. */
function isField(document: string, at: number, text: string): boolean {
  if (text.length >= 7) return true;
  const before = document.slice(Math.max(0, at - 2), at);
  const after = document.slice(at + text.length, at + text.length + 2);
  return /(?:^|[\n("]|[:,;|>-] )$/.test(before) && /^(?:$|[\n)",;]|\.?\s| \|| _| -)/.test(after);
}

/** A told text may be cut with an ellipsis: then everything before it must be its beginning. */
function shortened(document: string, texts: readonly string[]): [number, number][] {
  const found: [number, number][] = [];
  for (let end = document.indexOf('…'); end >= 0; end = document.indexOf('…', end + 1)) {
    const line = document.lastIndexOf('\n', end) + 1;
    for (const text of texts) {
      const from = document.indexOf(text.slice(0, 12), line);
      if (from >= 0 && from < end && text.startsWith(document.slice(from, end).trimEnd()))
        found.push([from, end]);
    }
  }
  return found;
}

function masked(document: string, known: Uint8Array): string {
  let out = '';
  let from = 0;
  for (let at = 0; at <= known.length; at++) {
    if (at < known.length && known[at] === (from < known.length ? known[from] : 0)) continue;
    out += known[from] === 1 ? KNOWN.repeat(at - from) : document.slice(from, at);
    from = at;
  }
  return out;
}
