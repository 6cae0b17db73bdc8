/** A stretch of a text, in offsets. */
export interface Place {
  start: number;
  end: number;
}

/** Builds a text from pieces of another one and remembers where each came from. */
export function createPieces() {
  const parts: string[] = [];
  const viewStarts: number[] = [];
  const origins: { start: number; end: number; isCopy: boolean }[] = [];
  let length = 0;
  const push = (part: string, start: number, end: number, isCopy: boolean): void => {
    if (part === '') return;
    viewStarts.push(length);
    origins.push({ start, end, isCopy });
    parts.push(part);
    length += part.length;
  };
  /** The piece that holds the character `index`. */
  const pieceAt = (index: number): number => {
    let low = 0;
    let high = viewStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((viewStarts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const characterAt = (index: number): Place => {
    const piece = pieceAt(index);
    const origin = origins[piece] ?? { start: 0, end: 0, isCopy: true };
    if (!origin.isCopy) return origin;
    const start = origin.start + index - (viewStarts[piece] ?? 0);
    return { start, end: start + 1 };
  };
  return {
    /** Length so far. */
    length: () => length,
    /** The stretch as it is. */
    copy: (text: string, start: number, end: number): void => push(text.slice(start, end), start, end, true),
    /** Another text in place of a stretch: whatever is found in it, the whole stretch is meant. */
    put: (part: string, start: number, end: number): void => push(part, start, end, false),
    view: () => ({
      text: parts.join(''),
      originOf: (start: number, end: number): Place => ({
        start: characterAt(start).start,
        end: characterAt(Math.max(start, end - 1)).end,
      }),
    }),
  };
}
