/** Longer patterns are a mistake, and more of them than this slow every text down. */
const LONGEST = 256;
const MOST = 200;

/**
 * True for a value that the settings keep: an exact text, or a pattern where each `*` stands for any characters.
 * A lone `*`, or one with fewer than four other characters, would switch the redactor off and keeps nothing.
 */
export function createAllowed(list: readonly string[]): (value: string) => boolean {
  const exact = new Set(list);
  const patterns = list.filter(isPattern).slice(0, MOST);
  const parts = patterns.map((pattern) => pattern.split('*'));
  return (value) => exact.has(value) || parts.some((pieces) => fits(value, pieces));
}

function isPattern(text: string): boolean {
  return text.includes('*') && text.length <= LONGEST && text.replaceAll('*', '').length >= 4;
}

/** The pieces between the stars in order, the first at the start and the last at the end. Never backtracks. */
function fits(value: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  const limit = value.length - last.length;
  if (first.length > limit || !value.startsWith(first) || !value.endsWith(last)) return false;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = value.indexOf(piece, from);
    if (at === -1 || at + piece.length > limit) return false;
    from = at + piece.length;
  }
  return true;
}
