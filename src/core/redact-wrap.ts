import { createSnippets, type DecodedView } from './redact-snippets.ts';

/** Line end of a terminal, a shell, quoted-printable text; indentation, quote and diff marks of the next line. */
const LINE_END =
  /[A-Za-z0-9_+/=.~-](?:\\|=)?\r?\n(?:[ \t]{0,16}[>|+][ \t]|[ \t]{0,16})(?=[A-Za-z0-9_+/=.~-])/g;
const TOKEN_CHAR = /[A-Za-z0-9_+/=.~-]/;
const LONGEST_PART = 512;
const SHORTEST_TOKEN = 16;
/** Narrower lines end where their writer wanted, not where a screen did. */
const NARROWEST_SCREEN = 50;

/**
 * Tokens that go over a line end put together again. A line end inside a token is known only by what stands around
 * it: `marked` takes every one that could be inside, for finders that know a token by itself; `likely` those where a
 * screen is full or both parts look like pieces of something random.
 */
export function unwrappedView(text: string, which: 'marked' | 'likely'): DecodedView | null {
  if (!text.includes('\n')) return null;
  const snippets = createSnippets(text);
  for (const match of text.matchAll(LINE_END)) {
    const head = match.index + 1;
    const tail = match.index + match[0].length;
    if (isOneToken(text, head, tail, which)) snippets.change('', head, tail);
  }
  return snippets.view();
}

/** Whether the token before a line end and the one after it look like parts of one. */
function isOneToken(text: string, head: number, tail: number, which: 'marked' | 'likely'): boolean {
  let start = head;
  while (start > 0 && head - start < LONGEST_PART && TOKEN_CHAR.test(text[start - 1] ?? '')) start -= 1;
  let end = tail;
  while (end - tail < LONGEST_PART && TOKEN_CHAR.test(text[end] ?? '')) end += 1;
  const before = text.slice(start, head);
  const after = text.slice(tail, end);
  const whole = before + after;
  if (whole.length < SHORTEST_TOKEN || !/[0-9]/.test(whole) || !/[A-Za-z]/.test(whole)) return false;
  if (which === 'marked') return true;
  // A new line of a log or of settings begins with a date, a word or a name.
  if (/^(?:[A-Za-z]+|\d+|\d{4}-\d\d.*|[A-Za-z_]+=.*)$/.test(after) || /[:(]/.test(text[end] ?? ''))
    return false;
  const isWide = head >= NARROWEST_SCREEN && !text.slice(head - NARROWEST_SCREEN, head).includes('\n');
  return isWide || (isPiece(before) && isPiece(after));
}

function isPiece(part: string): boolean {
  return /[0-9]/.test(part) && /[A-Za-z]/.test(part);
}
