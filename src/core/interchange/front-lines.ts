import { PulseError } from '../errors.ts';

/** The plain `name: value` lines of a front matter; nested and listed values are left out. Nothing is ever run. */
export interface FrontLines {
  values: Record<string, string>;
  body: string;
  /** How many lines stood above the body. */
  lines: number;
}

const LINE = /^([A-Za-z_][\w-]{0,40}):[ \t]*(.*)$/;
const MAX_LINES = 400;

/** @throws PulseError unsafe for front matter in a language, invalid_input for one that is not closed */
export function frontLines(text: string): FrontLines {
  const all = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const first = all[0] ?? '';
  if (!/^---(?!-)/.test(first)) return { values: {}, body: text, lines: 0 };
  if (first.trim() !== '---') {
    throw new PulseError(
      'unsafe',
      'the front matter of the file is not YAML',
      'begin it with a line of --- and nothing else, or take it out; nothing was read',
    );
  }
  const end = all.slice(0, MAX_LINES).findIndex((line, i) => i > 0 && line.trim() === '---');
  if (end < 0) {
    // A rule on the first line is no front matter.
    if (all.slice(1, 3).every((line) => !LINE.test(line))) return { values: {}, body: text, lines: 0 };
    throw new PulseError(
      'invalid_input',
      'the front matter of the file is not closed by a line of ---',
      'close it, or take it out; nothing was read',
    );
  }
  const pairs = all.slice(1, end).flatMap((line): [string, string][] => {
    const [, name, value = ''] = LINE.exec(line) ?? [];
    return name === undefined || value === '' || name === '__proto__'
      ? []
      : [[name.toLowerCase(), unquoted(value)]];
  });
  return { values: Object.fromEntries(pairs), body: all.slice(end + 1).join('\n'), lines: end + 1 };
}

function unquoted(value: string): string {
  const said = value.trim();
  if (/^"[^"]*"$/.test(said) || /^'[^']*'$/.test(said)) return said.slice(1, -1);
  return said.replace(/\s#.*$/, '');
}
