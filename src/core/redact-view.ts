import { createPieces, type Place } from './redact-pieces.ts';
import { UNSCANNED_PATTERN } from './redact-unscanned.ts';

/** What a removal leaves behind. The redactor never looks inside one, so its own output is stable. */
const TOKEN = `\\[REDACTED:[a-z0-9-]{1,48}#[0-9a-f]{4}\\]|${UNSCANNED_PATTERN}`;
/** Terminal escapes, raw and as they are printed in JSON logs. */
const ESCAPE = [
  '(?:\\u001b|\\\\u001[bB]|\\\\x1[bB]|\\\\033)\\[[0-?]*[ -/]*[@-~]',
  '\\u001b\\][^\\u0007\\u001b\\n]*(?:\\u0007|\\u001b\\\\)',
].join('|');
const INVISIBLE =
  '[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff]';

/** Stands for one earlier removal in a view: no rule's own character, so no secret reaches across it. */
export const REMOVED = '\uE000';

/** A copy of a text to search in, with the way back to the offsets of the original. */
export interface View {
  text: string;
  /** Where a stretch of the view stands in the original: whole escapes, never a part of one. */
  originOf(start: number, end: number): Place;
}

/**
 * The text as it is to be searched. Secrets may be cut by colour codes or zero-width characters (so these are left
 * out), or touch a word only because a code between them was left out (so a second view has a space there). Plain
 * text needs one view.
 */
export function viewsOf(text: string): [View, ...View[]] {
  const joined = viewOf(text, '');
  return joined.hidden ? [joined, viewOf(text, ' ')] : [joined];
}

function viewOf(text: string, filler: '' | ' '): View & { hidden: boolean } {
  const pieces = createPieces();
  let from = 0;
  let hidden = false;
  for (const match of text.matchAll(new RegExp(`${TOKEN}|${ESCAPE}|${INVISIBLE}`, 'g'))) {
    const isToken = match[0].startsWith('[');
    hidden ||= !isToken;
    const to = match.index + match[0].length;
    pieces.copy(text, from, match.index);
    pieces.put(isToken ? REMOVED : filler, match.index, to);
    from = to;
  }
  pieces.copy(text, from, text.length);
  return { ...pieces.view(), hidden };
}

/** A value as its owner knows it, without colour codes and zero-width characters in between. */
export function plainValue(text: string): string {
  return text.replace(new RegExp(`${ESCAPE}|${INVISIBLE}`, 'g'), '');
}
