/** What one reading of a text found, so that no rule has to read all of it again. Offsets, in order. */
export interface Scan {
  /** Stretches of letters, digits, `_`, `.` and `-` that are long enough for a credential. */
  runs: readonly { start: number; end: number }[];
  /** Where a known beginning of a credential may stand, in exactly these letters. */
  prefixes: readonly number[];
  /** Where a word may begin that names something. */
  words: readonly number[];
  /** Where a word may begin that says that a value near it is a secret. */
  says: readonly number[];
}

export interface Beginnings {
  prefixes: readonly string[];
  words: readonly string[];
  says: readonly string[];
}

const SHORTEST_RUN = 16;
/** Three characters of seven bits; characters beyond ASCII share a number with others, so a mark is only a candidate. */
const SLOTS = 1 << 21;
const next = (code: number, char: number): number => ((code << 7) | (char & 0x7f)) & (SLOTS - 1);

const PREFIX = 1;
const WORD = 2;
const SAYS = 4;
const FLAG_BITS = 3;

const RUN_CHARS = Uint8Array.from({ length: 256 }, (_, char) =>
  char < 128 && /[A-Za-z0-9_.-]/.test(String.fromCharCode(char)) ? 1 : 0,
);

/**
 * Reads a text once, whatever the number of rules. What is looked for is given by its first three characters; words
 * in lower case, found in any case.
 */
export function createScanner(beginnings: Beginnings): (text: string) => Scan {
  const table = new Uint8Array(SLOTS);
  const mark = (three: string, flag: number): void => {
    let code = 0;
    for (let index = 0; index < 3; index += 1) code = next(code, three.charCodeAt(index));
    table[code] = (table[code] ?? 0) | flag;
  };
  for (const prefix of beginnings.prefixes) mark(prefix, PREFIX);
  for (const word of beginnings.words.flatMap(spellings)) mark(word, WORD);
  for (const word of beginnings.says.flatMap(spellings)) mark(word, SAYS);
  return (text) => {
    const { runs, marks } = read(text, table);
    const at = (flag: number): number[] => {
      const found: number[] = [];
      for (let index = 0; index < marks.length; index += 1) {
        const mark = marks[index] ?? 0;
        if ((mark & flag) !== 0) found.push((mark >> FLAG_BITS) - 2);
      }
      return found;
    };
    return { runs, prefixes: at(PREFIX), words: at(WORD), says: at(SAYS) };
  };
}

/** The one loop over every character; a mark is an offset with its flags. */
function read(text: string, table: Uint8Array): { runs: Scan['runs']; marks: Int32Array } {
  const runs: { start: number; end: number }[] = [];
  let marks = new Int32Array(256 + (text.length >> 3));
  let count = 0;
  let code = 0;
  let start = 0;
  const { length } = text;
  for (let index = 0; index < length; index += 1) {
    const char = text.charCodeAt(index);
    code = ((code << 7) | (char & 0x7f)) & (SLOTS - 1);
    const flags = table[code];
    if (flags) {
      if (count === marks.length) {
        const more = new Int32Array(count * 2);
        more.set(marks);
        marks = more;
      }
      marks[count] = (index << FLAG_BITS) | flags;
      count += 1;
    }
    if (RUN_CHARS[char & 0xff] === 0 || char > 0xff) {
      if (index - start >= SHORTEST_RUN) runs.push({ start, end: index });
      start = index + 1;
    }
  }
  if (length - start >= SHORTEST_RUN) runs.push({ start, end: length });
  return { runs, marks: marks.subarray(0, count) };
}

/** Every way to write three characters in small and capital letters. */
function spellings(word: string): string[] {
  return [...word].reduce<string[]>(
    (starts, char) => [...new Set(starts.flatMap((start) => [start + char, start + char.toUpperCase()]))],
    [''],
  );
}
