import { isAbove } from './next-version.ts';

/** A version file with another version in it, every other byte as it was. */
export type VersionEdit = { text: string; old: string } | { problem: VersionProblem };

export type VersionProblem = 'not_found' | 'not_a_version' | 'elsewhere' | 'higher' | 'same';

const PROBLEMS: Record<VersionProblem, string> = {
  not_found: 'it names no version where one is expected',
  not_a_version: 'what stands there is no version',
  elsewhere: 'it takes its version from somewhere else',
  higher: 'the version in it is higher already',
  same: 'it names that version already',
};

/** Why a version file stays as it is, in our own words. */
export function versionProblem(problem: VersionProblem): string {
  return PROBLEMS[problem];
}

interface Place {
  /** Where the version's own characters begin and end. */
  start: number;
  end: number;
}

type Finder = (text: string) => Place | 'elsewhere' | null;

/** The last part of the path decides. First match wins; anything else holds nothing but a version. */
const FINDERS: readonly [RegExp, Finder][] = [
  [/\.json$/i, inJson],
  [/(?:^|\/)Cargo\.toml$/, (text) => inToml(text, ['package', 'workspace.package'])],
  [/(?:^|\/)pyproject\.toml$/, (text) => inToml(text, ['project', 'tool.poetry'])],
  [/\.toml$/i, (text) => inToml(text, ['', 'package', 'project'])],
  [/^/, inPlain],
];

const VERSION = /^[vV]?\d{1,9}(?:\.\d{1,9}){1,3}(?:[-+][\w.+-]+)?$/;

/** The version that a file names; null when there is none. */
export function versionIn(path: string, text: string): string | null {
  const place = find(path, text);
  if (place === null || place === 'elsewhere') return null;
  const found = text.slice(place.start, place.end);
  return VERSION.test(found) ? found : null;
}

/**
 * Puts `version` into a version file: package.json and other JSON (the top-level `version`), Cargo.toml, pyproject.toml,
 * other TOML, or a file with nothing but a version. Never lowers a version.
 */
export function withVersion(path: string, text: string, version: string): VersionEdit {
  const place = find(path, text);
  if (place === null) return { problem: 'not_found' };
  if (place === 'elsewhere') return { problem: 'elsewhere' };
  const old = text.slice(place.start, place.end);
  if (!VERSION.test(old)) return { problem: 'not_a_version' };
  const next = /^[vV]/.test(old) ? `${old.slice(0, 1)}${version}` : version;
  if (old === next) return { problem: 'same' };
  if (isAbove(old, version)) return { problem: 'higher' };
  return { text: `${text.slice(0, place.start)}${next}${text.slice(place.end)}`, old };
}

function find(path: string, text: string): Place | 'elsewhere' | null {
  const finder = FINDERS.find(([pattern]) => pattern.test(path))?.[1];
  return finder?.(text) ?? null;
}

/** A string, an opening, a closing or a separator; what lies between cannot hold a key. */
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** The value of `"version"` of the outermost object. */
function inJson(text: string): Place | null {
  let depth = 0;
  let before: string[] = [];
  for (const match of text.matchAll(JSON_TOKEN)) {
    const [token] = match;
    const isValue = depth === 1 && before.at(-1) === ':' && before.at(-2) === '"version"';
    if (isValue && token.startsWith('"')) {
      return { start: match.index + 1, end: match.index + token.length - 1 };
    }
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    before = [...before.slice(-1), token];
  }
  return null;
}

/** `version = "..."` of the first of these tables that has one; '' is what stands before any table. */
function inToml(text: string, tables: readonly string[]): Place | 'elsewhere' | null {
  let table = '';
  let at = 0;
  let elsewhere = false;
  for (const line of text.split(/(?<=\n)/)) {
    const [, header] = /^\s*\[\s*([^[\]]+?)\s*\]/.exec(line) ?? [];
    if (header !== undefined) table = header.replace(/\s*\.\s*/g, '.');
    // A list of tables (`[[bin]]`) is none of those that are looked for.
    else if (/^\s*\[\[/.test(line)) table = '[[';
    const [, lead, value] = /^(\s*version\s*=\s*["'])([^"']*)["']/.exec(line) ?? [];
    if (tables.includes(table) && lead !== undefined && value !== undefined) {
      return { start: at + lead.length, end: at + lead.length + value.length };
    }
    const isDynamic = /^\s*dynamic\s*=.*["']version["']/.test(line);
    const isShared =
      /^\s*version\s*\.\s*workspace\s*=\s*true/.test(line) || /^\s*version\s*=\s*\{/.test(line);
    if (tables.includes(table) && (isDynamic || isShared)) elsewhere = true;
    at += line.length;
  }
  return elsewhere ? 'elsewhere' : null;
}

/** The only word of the file. */
function inPlain(text: string): Place | null {
  const [, lead = '', word = ''] = /^(\uFEFF?\s*)(\S+)\s*$/.exec(text) ?? [];
  return word === '' ? null : { start: lead.length, end: lead.length + word.length };
}
