import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';
import { nodeAt, readRegular } from './atomic-file.ts';

export interface KnownValue {
  name: string;
  value: string;
}

const SETTINGS = 'hotfix-pulse.config.json';
/** Source: threat model, row "known values"; the only layer that finds one's own secrets whatever their form. */
const SECRET_NAME = /TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|CREDENTIAL|DATABASE_URL|DSN/i;
const SHORTEST = 8;
/** Values of samples and local set-ups; as known values they would take ordinary words out of every text. */
const EVERYDAY = new Set(
  'password password1 password123 postgres postgresql changeme username localhost developer development production testtest 12345678 123456789 disabled required optional undefined'.split(
    ' ',
  ),
);
const SAMPLE = /\.(?:example|sample|template|dist|md)$/i;
const URL_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:([^\s/@]+)@/i;
const MAX_BYTES = 256 * 1024;
const MAX_FILES = 20;

/** Text of the repository's settings file, null when there is none. */
export async function readSettings(root: string): Promise<string | null> {
  try {
    return await readFile(join(root, SETTINGS), 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    throw new PulseError(
      'invalid_input',
      `${SETTINGS} cannot be read`,
      'make it a readable file, or move it away to work with the defaults',
    );
  }
}

/**
 * Changes whenever the settings, the template or a file of secrets change, so that a long-lived server does not miss it.
 * Asked before every call, so it does not go through Node's thread pool: that takes longer than the answers.
 */
export function stampOf(root: string, template: string | null = null): string {
  const paths = [SETTINGS, ...(template === null ? [] : [template]), ...envFiles(root)];
  return paths
    .map((name) => {
      const found = statOf(join(root, name));
      return found ? `${name}:${found.mtimeMs}:${found.size}:${found.ino}` : name;
    })
    .join('\n');
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

const TEMPLATE =
  /^(?!\.git\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-][A-Za-z0-9._ -]*(?:\/[A-Za-z0-9._ -]+){0,9}\.(?:md|mustache)$/i;
const MAX_TEMPLATE = 64 * 1024;

/**
 * Text of the repository's own postmortem template.
 * @throws PulseError invalid_input when its path leads out of the repository or through a link, or it is no text of at most 64 KB
 */
export async function readTemplate(root: string, path: string): Promise<string> {
  const refuse = (why: string): never => {
    const hint = `set postmortem.template in ${SETTINGS} to a .md or .mustache file of this repository, for example docs/postmortem.md, or leave it out`;
    throw new PulseError('invalid_input', `the postmortem template cannot be used: ${why}`, hint);
  };
  if (!TEMPLATE.test(path))
    return refuse('its path must be relative, without .., and end in .md or .mustache');
  const steps = path.split('/');
  let at = realpathSync(root);
  for (const [index, step] of steps.entries()) {
    at = join(at, step);
    const node = nodeAt(at);
    if (node === 'absent') return refuse('there is no such file');
    if (node === 'link') return refuse('its path leads through a symbolic link');
    if (node !== (index < steps.length - 1 ? 'folder' : 'file')) return refuse('it is no ordinary file');
  }
  const text = readRegular(at, MAX_TEMPLATE);
  return text === null || text.includes('\ufffd') ? refuse('it is no text of at most 64 KB') : text;
}

/** Secrets of this machine that may turn up in a text: from the environment and from `.env*` files at the root. */
export async function knownSecrets(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<KnownValue[]> {
  const pairs = Object.entries(env).map(([name, value]) => ({ name, value: value ?? '' }));
  for (const name of envFiles(root)) pairs.push(...parseEnv(await readSmall(join(root, name))));
  const found = new Map<string, KnownValue>();
  for (const pair of pairs.flatMap(secretsIn)) if (!found.has(pair.value)) found.set(pair.value, pair);
  return [...found.values()];
}

function secretsIn({ name, value }: KnownValue): KnownValue[] {
  const password = URL_PASSWORD.exec(value)?.[1];
  const values = [
    ...(SECRET_NAME.test(name) ? [value.trim()] : []),
    ...(password === undefined ? [] : [password, decoded(password)]),
  ];
  return values
    .filter(
      (text) => text.length >= SHORTEST && !EVERYDAY.has(text.toLowerCase()) && !/^\$\{?\w+\}?$/.test(text),
    )
    .map((text) => ({ name, value: text }));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*("(?:\\[\s\S]|[^"\\])*"|'[^']*'|`[^`]*`|[^\r\n]*)/gm;

/** `NAME=value` lines as dotenv reads them: quotes, `export`, comments, values over several lines. */
export function parseEnv(text: string): KnownValue[] {
  return [...text.matchAll(ASSIGNMENT)].flatMap(([, name = '', raw = '']) =>
    [...new Set(valuesOf(raw))].map((value) => ({ name, value })),
  );
}

function valuesOf(raw: string): string[] {
  const quote = raw[0];
  const isQuoted = raw.length > 1 && (quote === '"' || quote === "'" || quote === '`') && raw.endsWith(quote);
  if (!isQuoted) return [raw.replace(/\s#.*$/, '').trim()];
  const inner = raw.slice(1, -1);
  return quote === '"' ? [inner, inner.replaceAll('\\n', '\n').replace(/\\(["\\$])/g, '$1')] : [inner];
}

function envFiles(root: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(root, { withFileTypes: true });
  } catch {
    return [];
  }
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  return names
    .filter((name) => name.startsWith('.env') && !SAMPLE.test(name))
    .sort()
    .slice(0, MAX_FILES);
}

/** A link may lead to the shared secrets of a machine: read, but never a device, a pipe or a huge file. */
async function readSmall(path: string): Promise<string> {
  try {
    const found = await stat(path);
    return found.isFile() && found.size <= MAX_BYTES ? await readFile(path, 'utf8') : '';
  } catch {
    return '';
  }
}
