import { createPieces, type Place } from './redact-pieces.ts';
import type { View } from './redact-view.ts';

/** A view that holds only what reads differently after decoding; `changed` says where, in its own offsets. */
export interface DecodedView extends View {
  /** A hit counts only where it touches what was decoded: the rest has been searched as it is. */
  touches(start: number, end: number): boolean;
}

/** Characters before a change that may say what it is: `password=`, or are the beginning of the token. */
const CONTEXT = 600;
/** Separates snippets: no rule's own characters. */
export const BREAK = '\n\uE001\n';

/** Pieces of a text with something changed in them, each with its surroundings. */
export function createSnippets(text: string) {
  const pieces = createPieces();
  const changes: Place[] = [];
  /** Up to here the open snippet has been copied; -1: none is open. */
  let copied = -1;
  /** The open snippet goes on at least to here. */
  let wanted = 0;
  const close = (): void => {
    if (copied === -1) return;
    pieces.copy(text, copied, wanted);
    pieces.put(BREAK, wanted, wanted);
    copied = -1;
  };
  return {
    /** Puts `part` in place of a stretch; stretches come in order. */
    change(part: string, start: number, end: number): void {
      if (copied !== -1 && start > wanted) close();
      if (copied === -1) copied = contextStart(text, start, wanted);
      pieces.copy(text, copied, start);
      changes.push({ start: pieces.length(), end: pieces.length() + part.length });
      pieces.put(part, start, end);
      copied = end;
      wanted = Math.max(end, tokenEnd(text, end, wanted));
    },
    view(): DecodedView | null {
      close();
      if (changes.length === 0) return null;
      return { ...pieces.view(), touches: (start, end) => touchesAny(changes, start, end) };
    },
  };
}

function contextStart(text: string, at: number, from: number): number {
  const low = Math.max(from, at - CONTEXT);
  return low + text.slice(low, at).lastIndexOf('\n') + 1;
}

const TOKEN_CHAR = /[^\s"'<>`|]/;

/** End of the token that goes on at `from`; `known` is an end that was found before. */
function tokenEnd(text: string, from: number, known: number): number {
  let end = Math.max(from, known);
  while (end < text.length && TOKEN_CHAR.test(text[end] ?? '')) end += 1;
  return end;
}

/** Whether a stretch overlaps one of those, which are in order; an empty one counts where it lies inside. */
function touchesAny(changes: readonly Place[], start: number, end: number): boolean {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const first = changes[low];
  return first !== undefined && first.start < end;
}
