import { PulseError } from '../core/errors.ts';

export interface FrontMatter {
  /** Every scalar is text, as it stands in the file: `12345e6` and `0123` are not numbers. */
  data: Record<string, unknown>;
  body: string;
}

/** Larger front matter is refused: parsing time grows with it. Bytes of UTF-16 halved are close enough. */
const MAX_CHARS = 64 * 1024;
const MAX_DEPTH = 32;

const HINT =
  'Begin the file with ---, a few lines of YAML (name: "text") and ---, or without any front matter.';

/**
 * A YAML schema without implicit types and without tags, in the form in which the parser looks types up:
 * plain values stay text, and every explicit tag (`!!js/function`, `!!binary`, ...) is an error.
 */
const TEXT_ONLY = {
  compiledImplicit: [],
  compiledTypeMap: { scalar: {}, sequence: {}, mapping: {}, fallback: {} },
};

const refuseCode = (): never => {
  throw new PulseError('unsafe', 'The front matter is not YAML.', HINT);
};

/**
 * The package evaluates `---js` unless the engine of that very name is replaced, and caches by text unless
 * options are passed; so options are passed always. The first line is checked before it gets here.
 */
const OPTIONS = {
  language: 'yaml',
  schema: TEXT_ONLY,
  engines: { javascript: refuseCode, js: refuseCode, coffee: refuseCode, json: refuseCode, toml: refuseCode },
};

/**
 * Front matter and the rest of a Markdown file. Only `---` and YAML are read; nothing in the file is ever run.
 * @throws PulseError `unsafe` for another language after the dashes, `invalid_input` for YAML that is
 * malformed, unclosed, larger than 64 KB, nested too deeply, or made of aliases
 */
export async function readFrontMatter(text: string): Promise<FrontMatter> {
  const clean = text.replace(/^\ufeff/, '');
  const first = /^---(.*)/.exec(clean);
  if (!first || first[1]?.startsWith('-')) return { data: {}, body: clean };
  if (first[1]?.trim() !== '') return refuseCode();
  const close = /\r?\n---[ \t]*(?:\r?\n|$)/.exec(clean.slice(3));
  if (!close) throw malformed('is not closed by a line of ---');
  const end = 3 + close.index + close[0].length;
  if (end > MAX_CHARS) throw malformed('is larger than 64 KB');
  const data = await parse(clean.slice(0, end));
  return { data, body: clean.slice(end) };
}

async function parse(block: string): Promise<Record<string, unknown>> {
  const { default: matter } = await import('gray-matter');
  let parsed: unknown;
  try {
    parsed = matter(block, OPTIONS).data;
  } catch (error) {
    if (error instanceof PulseError) throw error;
    throw malformed('is not valid YAML');
  }
  if (parsed === null || parsed === undefined || parsed === '') return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed))
    throw malformed('is not a list of names and values');
  checkShape(parsed, new Set(), 0);
  // Own copies of the entries: a key such as __proto__ must never become a prototype.
  return Object.fromEntries(Object.entries(parsed).filter(([key]) => key !== '__proto__'));
}

/** An object met twice is an alias: nothing of ours has one, and a few of them can stand for gigabytes. */
function checkShape(value: unknown, seen: Set<object>, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (seen.has(value)) throw malformed('uses YAML aliases');
  if (depth > MAX_DEPTH) throw malformed('is nested too deeply');
  seen.add(value);
  for (const member of Object.values(value)) checkShape(member, seen, depth + 1);
}

function malformed(how: string): PulseError {
  return new PulseError('invalid_input', `The front matter ${how}.`, HINT);
}
