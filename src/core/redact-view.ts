/** What a removal leaves behind. The redactor never looks inside one, so its own output is stable. */
const TOKEN = '\\[REDACTED:[a-z0-9-]{1,48}#[0-9a-f]{4}\\]';
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
  /** Offset in the original of the view's character `index`. */
  originOf(index: number): number;
}

/**
 * The views of a text that have to be searched. Secrets may be cut by colour codes or zero-width characters
 * (so these are left out), or touch a word only because a code between them was left out (so a second view
 * has a space there). Plain text needs one view.
 */
export function viewsOf(text: string): View[] {
  const joined = viewOf(text, '');
  return joined.hidden ? [joined, viewOf(text, ' ')] : [joined];
}

function viewOf(text: string, filler: '' | ' '): View & { hidden: boolean } {
  const pattern = new RegExp(`${TOKEN}|${ESCAPE}|${INVISIBLE}`, 'g');
  const parts: string[] = [];
  /** Where each copied stretch begins: in the view, and in the original. */
  const viewStarts: number[] = [];
  const origins: number[] = [];
  let length = 0;
  let from = 0;
  let hidden = false;
  const push = (part: string, origin: number): void => {
    if (part === '') return;
    viewStarts.push(length);
    origins.push(origin);
    parts.push(part);
    length += part.length;
  };
  for (const match of text.matchAll(pattern)) {
    const isToken = match[0].startsWith('[REDACTED:');
    hidden ||= !isToken;
    push(text.slice(from, match.index), from);
    push(isToken ? REMOVED : filler, match.index);
    from = match.index + match[0].length;
  }
  push(text.slice(from), from);
  return {
    text: parts.join(''),
    hidden,
    originOf(index) {
      let low = 0;
      let high = viewStarts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((viewStarts[middle] ?? 0) <= index) low = middle;
        else high = middle - 1;
      }
      return (origins[low] ?? 0) + index - (viewStarts[low] ?? 0);
    },
  };
}

/** A value as its owner knows it, without colour codes and zero-width characters in between. */
export function plainValue(text: string): string {
  return text.replace(new RegExp(`${ESCAPE}|${INVISIBLE}`, 'g'), '');
}
