import { hasErrno, PulseError } from '../core/errors.ts';
import type { Io } from './io.ts';

/** Largest argument file, in bytes. */
export const INPUT_CAP = 10 * 1024 * 1024;

const UNREADABLE = [
  ...['ENOENT', 'EISDIR', 'EACCES', 'EPERM', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EIO'],
  // A path with a NUL in it.
  'ERR_INVALID_ARG_VALUE',
];
const FILE_HINTS: Record<string, string> = {
  ENOENT: 'Check the path; it is read relative to the folder you are in.',
  EISDIR: 'Name a file, not a folder.',
  EACCES: 'Make the file readable, or pass the object on standard input with --input -.',
};

/**
 * The whole argument object from a file, or from standard input for `-`. So text with quotes, backticks or
 * `$(...)` never passes through a shell.
 * @throws PulseError `invalid_input` for a file that cannot be read, is too large, or is not a JSON object.
 */
export async function readInput(source: string, io: Io): Promise<Record<string, unknown>> {
  if (source === '-' && io.stdin.isTTY) {
    io.stderr.write('Reading the arguments as JSON; end with Ctrl-D on a line of its own.\n');
  }
  const text = decode(await bytesOf(source, io));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PulseError(
      'invalid_input',
      `The input is not valid JSON${placeOf(error, text)}.`,
      'Write one JSON object, for example {"text": "..."}; inside text, " is \\" and a line break is \\n.',
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PulseError(
      'invalid_input',
      'The input must be one JSON object.',
      'Write the arguments as members of an object: {"text": "..."}.',
    );
  }
  return { ...value };
}

async function bytesOf(source: string, io: Io): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of source === '-' ? io.stdin.chunks() : io.file(source)) {
      size += chunk.byteLength;
      if (size > INPUT_CAP) {
        throw new PulseError(
          'invalid_input',
          'The input is larger than 10 MB.',
          'Shorten it: keep long output in a file and name that file in the text.',
        );
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (!hasErrno(error, ...UNREADABLE)) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new PulseError(
      'invalid_input',
      `The input file cannot be read (${code}).`,
      FILE_HINTS[code] ?? 'Check the path, or pass the object on standard input with --input -.',
    );
  }
  return Buffer.concat(chunks);
}

/** UTF-8 with or without a byte order mark; UTF-16 only with one, as some shells on Windows write it. */
function decode(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new PulseError('invalid_input', 'The input is not UTF-8 text.', 'Save the file as UTF-8.');
  }
}

/** Line and column only: the parser's own message quotes the text. */
function placeOf(error: unknown, text: string): string {
  if (text.trim() === '') return ': it is empty';
  const told = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(String(error))?.[1];
  const position = firstBadToken(text) ?? (told === undefined ? null : Number(told));
  if (position === null) return ': it ends too early';
  const before = text.slice(0, position).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

const WORD = /[\s{}[\],:]+|-?\d[\d.eE+-]*|true\b|false\b|null\b/y;

/** Where the text stops being made of JSON's words; null when only their order is wrong. */
function firstBadToken(text: string): number | null {
  let at = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      const end = endOfString(text, at);
      if (!end.ok) return end.at;
      at = end.at;
      continue;
    }
    WORD.lastIndex = at;
    if (!WORD.test(text)) return at;
    at = WORD.lastIndex;
  }
  return null;
}

/** One past the closing quote, or the place of what may not stand in a string; its start when it never ends. */
function endOfString(text: string, start: number): { ok: boolean; at: number } {
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '"') return { ok: true, at: at + 1 };
    if (char < ' ') return { ok: false, at };
    if (char !== '\\') continue;
    if (!'"\\/bfnrtu'.includes(text[at + 1] ?? ' ')) return { ok: false, at };
    at++;
  }
  return { ok: false, at: start };
}
