import type { Scan } from './redact-scan.ts';

/** A span that must go, in offsets of the text that was searched. */
export interface Hit {
  /** Kind of secret, a slug: `github-pat`, `email`, `password`. */
  type: string;
  start: number;
  end: number;
}

/** Looks through a whole text once. Every finder must be linear in the length of the text. */
export type Finder = (text: string, scan: Scan) => Hit[];

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
