import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
/** A literal behind something that no division follows. */
const LITERAL =
  /(?:^|[=(,:!&|?{};[\s])\/((?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)(?![\w/])/gm;
/** Long enough for a cubic pattern to be noticed, and short enough for one that is quadratic over a capped text. */
const LENGTH = 2_500;
const LIMIT_MS = 1_000;
const PUMPS = [
  'a',
  '0',
  ' ',
  '\n',
  '\t',
  '-',
  '.',
  '/',
  '"',
  "'",
  '=',
  '[',
  '<',
  '`',
  '*',
  '|',
  '\\',
  '{',
  '(',
].concat([':', '@', '#', '_', '%', '&', 'a ', 'a.', 'a-', 'a/', 'a=', 'a:', 'a@', '0 ', ' \n', '\r\n']);

/** Every pattern that is written as one, with the file it is first found in. */
function patterns(): { source: string; flags: string; file: string }[] {
  const found = new Map<string, { source: string; flags: string; file: string }>();
  for (const file of readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )) {
    const code = readFileSync(join(SRC, file), 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    for (const [, source = '', flags = ''] of code.matchAll(LITERAL)) {
      if (isPattern(source, flags)) found.set(`${source}/${flags}`, { source, flags, file });
    }
  }
  return [...found.values()];
}

/** Two divisions on a line look like a literal, too. */
function isPattern(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

/** Words that a pattern asks for literally: what gets it past its beginning. */
function words(source: string): string[] {
  const bare = source
    .replace(
      /\\[bBdDwWsSpP](?:\{[^}]*\})?|\\u\w{4}|\\x\w\w|\[(?:[^\]\\]|\\.)*\]|\(\?[:=!<]*|[(){}|^$?*+.]/g,
      '\0',
    )
    .replace(/\\([^\w])/g, '$1');
  return [...new Set(bare.split('\0').filter((word) => word !== '' && word.length < 30))].slice(0, 12);
}

/** The text that a pattern does not come to an end with; null when there is none among those tried. */
function slowOn(source: string, flags: string): string | null {
  // The clock of a script interrupts a pattern, which nothing else in the process can.
  const context = vm.createContext({ re: new RegExp(source, flags.replace(/[gy]/g, '')), text: '' });
  const script = new vm.Script('re.test(text)');
  const [own, starts] = [words(source), ['', ...words(source).slice(0, 4)]];
  for (const pump of [...PUMPS, ...own, ...own.map((word) => `a${word}`)]) {
    for (const start of starts) {
      for (const end of ['', '\0']) {
        context.text = start + pump.repeat(Math.ceil(LENGTH / pump.length)) + end;
        try {
          script.runInContext(context, { timeout: LIMIT_MS });
        } catch {
          return JSON.stringify([start, pump, end]);
        }
      }
    }
  }
  return null;
}

describe('every pattern of the code', () => {
  it('would be noticed', () => {
    expect(slowOn('^(?:a+)+$', '')).not.toBeNull();
    expect(slowOn('^(?:prod)(?:[-_.]\\w+)*$', 'i')).not.toBeNull();
    expect(slowOn('^[a-z0-9]+(?:-[a-z0-9]+)*$', '')).toBeNull();
  });

  it('every pattern answers hostile text at once', { timeout: 120_000 }, () => {
    const all = patterns();
    expect(all.length).toBeGreaterThan(1_000);
    const slow = all.flatMap(({ source, flags, file }) => {
      const text = slowOn(source, flags);
      return text === null ? [] : [`${file}: /${source}/${flags} on ${text}`];
    });
    expect(slow).toEqual([]);
  });
});
