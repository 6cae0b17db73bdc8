/** A complete line without its newline, or the two ends of one that went over the limit. */
export type Line =
  | { kind: 'line'; bytes: Uint8Array }
  | { kind: 'oversize'; head: Uint8Array; tail: Uint8Array };

interface LineSplitter {
  /** Takes the next bytes and reports every line that ends in them. `bytes` are valid only during the report. */
  push(chunk: Uint8Array): void;
  /** Reports what came after the last newline, if anything did. */
  end(): void;
}

const NEWLINE = 0x0a;
const KEPT = 512;
const SMALL = 16 * 1024;

/**
 * Cuts a byte stream at '\n'. Works on bytes, so a character cut between two chunks is never damaged.
 * @param limit longest line in bytes; the rest of a longer one is skipped, not stored
 */
export function lineSplitter(limit: number, report: (line: Line) => void): LineSplitter {
  let held = Buffer.allocUnsafe(SMALL);
  let used = 0;
  let tail: Buffer | undefined; // set while the rest of an oversize line is being skipped

  function hold(part: Uint8Array): void {
    if (tail) {
      tail = Buffer.concat([tail, part.subarray(-KEPT)]).subarray(-KEPT);
    } else if (used + part.length > limit) {
      const soFar = Buffer.concat([held.subarray(0, used), part]);
      tail = Buffer.from(soFar.subarray(-KEPT));
      held = Buffer.from(soFar.subarray(0, KEPT));
      used = held.length;
    } else {
      reserve(used + part.length).set(part, used);
      used += part.length;
    }
  }

  function reserve(size: number): Buffer {
    if (size > held.length) {
      const grown = Buffer.allocUnsafe(Math.max(size, held.length * 2));
      held.copy(grown, 0, 0, used);
      held = grown;
    }
    return held;
  }

  function flush(): void {
    const bytes = held.subarray(0, used);
    const line: Line = tail ? { kind: 'oversize', head: bytes, tail } : { kind: 'line', bytes };
    used = 0;
    tail = undefined;
    if (held.length !== SMALL) held = Buffer.allocUnsafe(SMALL);
    report(line);
  }

  function push(chunk: Uint8Array): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      hold(chunk.subarray(from, at));
      flush();
      from = at + 1;
    }
    if (from < chunk.length) hold(chunk.subarray(from));
  }

  function end(): void {
    if (used > 0 || tail) flush();
  }

  return { push, end };
}
