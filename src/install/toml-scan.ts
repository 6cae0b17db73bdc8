/**
 * Where the statements of a TOML text are. It judges nothing: the text has been read by a real parser before, and
 * every edit that rests on these places is read again after.
 */
export type TomlStatement =
  | { kind: 'table'; path: readonly string[]; start: number; end: number }
  | { kind: 'pair'; path: readonly string[]; start: number; valueStart: number; end: number };

const KEY = /[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*(\.)?/y;
const STRINGS: readonly RegExp[] = [
  /"""(?:[^\\]|\\[\s\S])*?"""+/y,
  /'''[\s\S]*?'''+/y,
  /"(?:[^"\\\n]|\\.)*"/y,
  /'[^'\n]*'/y,
];

/** In order. `end` is behind the last character of the statement, before spaces and comment. */
export function tomlStatements(text: string): TomlStatement[] {
  const found: TomlStatement[] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (/\s/.test(char)) at++;
    else if (char === '#') at = lineEnd(text, at);
    else if (char === '[') {
      const open = text[at + 1] === '[' ? 2 : 1;
      const { path, end } = keys(text, at + open);
      const closing = text.indexOf(']', end);
      const stop = closing === -1 ? text.length : closing + open;
      if (open === 1) found.push({ kind: 'table', path, start: at, end: stop });
      else found.push({ kind: 'table', path: [...path, '[]'], start: at, end: stop });
      at = stop;
    } else {
      const { path, end } = keys(text, at);
      const equals = text.indexOf('=', end);
      const start = at;
      if (equals === -1) return found;
      let valueStart = equals + 1;
      while (text[valueStart] === ' ' || text[valueStart] === '\t') valueStart++;
      at = valueEnd(text, valueStart);
      found.push({ kind: 'pair', path, start, valueStart, end: at });
    }
  }
  return found;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function keys(text: string, from: number): { path: string[]; end: number } {
  const path: string[] = [];
  let at = from;
  for (;;) {
    KEY.lastIndex = at;
    const part = KEY.exec(text);
    if (!part) return { path, end: at };
    path.push(part[1] ?? part[2] ?? part[3] ?? '');
    at += part[0].length;
    if (part[4] === undefined) return { path, end: at };
  }
}

/** Behind the value: brackets are counted, strings and comments in lists are passed over. */
function valueEnd(text: string, from: number): number {
  let depth = 0;
  let at = from;
  let end = from;
  while (at < text.length) {
    const char = text[at] ?? '';
    const string = char === '"' || char === "'" ? stringAt(text, at) : 0;
    if (string > 0) {
      at += string;
      end = at;
      continue;
    }
    if (char === '#') {
      at = lineEnd(text, at);
      continue;
    }
    if ((char === '\n' || char === '\r') && depth === 0) return end;
    if (char === '[' || char === '{') depth++;
    if (char === ']' || char === '}') depth--;
    at++;
    if (!/\s/.test(char)) end = at;
  }
  return end;
}

function stringAt(text: string, at: number): number {
  for (const form of STRINGS) {
    form.lastIndex = at;
    const found = form.exec(text);
    if (found) return found[0].length;
  }
  return 0;
}
