/** One replaced stretch of a text. `offset` counts UTF-16 units from the start of the text before the change. */
export interface Splice {
  offset: number;
  replaced: string;
  inserted: string;
}

/** Applies splices that are in order and do not overlap; their offsets all belong to the text given. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let out = '';
  let at = 0;
  for (const { offset, replaced, inserted } of splices) {
    out += text.slice(at, offset) + inserted;
    at = offset + replaced.length;
  }
  return out + text.slice(at);
}

/** What takes the result of `applySplices` back to the text before. */
export function inverseOf(splices: readonly Splice[]): Splice[] {
  let shift = 0;
  return splices.map(({ offset, replaced, inserted }) => {
    const back = { offset: offset + shift, replaced: inserted, inserted: replaced };
    shift += inserted.length - replaced.length;
    return back;
  });
}

/** Whether every stretch to be replaced is really there: a stored inverse is checked before it is used. */
export function fits(text: string, splices: readonly Splice[]): boolean {
  let end = 0;
  return splices.every(({ offset, replaced }) => {
    const ok = offset >= end && text.startsWith(replaced, offset);
    end = offset + replaced.length;
    return ok;
  });
}

/** What a configuration file cannot be edited for; line and column count from 1, columns in UTF-16 units. */
export interface Fault {
  what: string;
  line: number;
  column: number;
}

export function faultAt(text: string, offset: number, what: string): Fault {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  const column = (before.at(-1)?.length ?? 0) + 1;
  // A byte order mark is no column that an editor shows.
  return {
    what,
    line: before.length,
    column: before.length === 1 && text.startsWith('\ufeff') ? Math.max(1, column - 1) : column,
  };
}

/** The line end that a text uses, by its first one. */
export function lineEndOf(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
}

export type Edited = { ok: true; splices: Splice[] } | { ok: false; fault: Fault };
