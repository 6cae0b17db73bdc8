/** A span that must go, in offsets of the text that was searched. */
export interface Hit {
  /** Kind of secret, a slug: `github-pat`, `email`, `password`. */
  type: string;
  start: number;
  end: number;
}

/** Looks through a whole text once. Every finder must be linear in the length of the text. */
export type Finder = (text: string) => Hit[];

const WORD = /[A-Za-z0-9]/;
const RUN = /[A-Za-z0-9_-]/;

/**
 * True where a credential may begin: at the start, after anything but a letter or digit, or after an escape
 * whose last character only looks like a letter (`\n` in a JSON log, `%3D` in a URL).
 */
export function isTokenStart(text: string, index: number): boolean {
  const previous = text[index - 1];
  if (previous === undefined || !WORD.test(previous)) return true;
  if (text[index - 2] === '\\' && 'nrt'.includes(previous)) return true;
  return text[index - 3] === '%' && /^[0-9A-Fa-f]{2}$/.test(text.slice(index - 2, index));
}

/** End of the run of token characters that begins at or continues through `index`. */
export function runEnd(text: string, index: number, extra = ''): number {
  let end = index;
  for (
    let char = text[end];
    char !== undefined && (RUN.test(char) || extra.includes(char));
    char = text[end]
  ) {
    end += 1;
  }
  return end;
}

/**
 * Calls `visit` for every match; the search goes on where `visit` says, and always at least one further.
 * Taking the position from the visitor lets it consume a whole token by hand, which keeps patterns free of
 * open-ended tails and the search linear.
 */
export function eachMatch(text: string, pattern: RegExp, visit: (match: RegExpExecArray) => number): void {
  const search = new RegExp(pattern.source, pattern.flags);
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    search.lastIndex = Math.max(visit(match), match.index + 1);
  }
}

/** Bits per character of the value's own letter frequencies. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** Random-looking: long, with letters and digits, and evenly spread. Hex digests and ids are not. */
export function looksRandom(value: string): boolean {
  const start = value.slice(0, 512);
  return (
    start.length >= 20 &&
    /[0-9]/.test(start) &&
    /[A-Za-z]/.test(start) &&
    !isIdentifier(start) &&
    entropy(start) >= 3.5
  );
}

/** Things that incidents are full of and that must stay: digests, ids, versions, times, paths. */
const IDENTIFIERS = [
  /^(?:sha(?:1|256|384|512)[:-]|h1:|md5[:-])/i,
  /^(?:0x)?[0-9a-f]+$/i,
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  /^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]*)?$/,
  /^\d{4}-\d{2}-\d{2}/,
  /^[a-z][a-z0-9]*(?:[-_.:][a-z0-9]+)*$/,
  /^[a-z0-9_.=-]{1,40}(?:\/[a-z0-9_.=-]{0,40})+$/,
];

function isIdentifier(value: string): boolean {
  return isPath(value) || IDENTIFIERS.some((pattern) => pattern.test(value));
}

/** A file path or URL without credentials: starts like one and has only short plain segments. */
export function isPath(value: string): boolean {
  if (!/^(?:\.{0,2}\/|~\/|[A-Za-z]:\\|[a-z][a-z0-9+.-]{1,20}:\/\/)/.test(value)) return false;
  return value.split(/[/\\]+/).every((segment) => segment.length <= 32 && /^[\w.:%@ -]*$/.test(segment));
}
