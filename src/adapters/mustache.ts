import type { TemplateView } from '../core/documents/template-view.ts';
import { PulseError } from '../core/errors.ts';
import { mdInline } from '../core/untrusted.ts';
import type { Templates } from '../ports.ts';

/** Longest template and longest result; characters. */
const MAX_TEMPLATE = 64 * 1024;
const MAX_RESULT = 512 * 1024;
/** Nested lists multiply: no template of this kind needs more. */
const MAX_STEPS = 200_000;
const MAX_DEPTH = 8;
const HINT =
  'mend the template (docs/templates.md lists every name and what is not allowed), then call again';

const ACTIVE_HTML = /<\/?(?:script|style|iframe|object|embed|svg|math|form|meta|link|base)\b/i;

/** One parsed piece: `text`, `name`, `&`, `#`, `^`, `>`, `!`, `=`, its word, where it starts, what it holds. */
type Token = readonly unknown[];
interface Piece {
  text: string;
  isValue: boolean;
}

/**
 * The repository's own templates. The package only takes a template apart; what the pieces mean is decided
 * here: names of plain data and sections, nothing else. No partials, no functions, no unescaped form.
 */
export function createTemplates(): Templates {
  return { render };
}

async function render(template: string, view: TemplateView): Promise<string> {
  const fail = failureIn(template);
  if (template.length > MAX_TEMPLATE) throw fail(null, 'it is larger than 64 KB');
  const active = ACTIVE_HTML.exec(template);
  if (active) throw fail(active.index, 'HTML that runs, hides or loads something is not allowed');
  const tokens = await parse(template, fail);
  checkPlaces(tokens, template, fail, 1);
  let steps = 0;
  let length = 0;
  const pieces: Piece[] = [];
  const put = (text: string, isValue: boolean, at: number) => {
    length += text.length;
    if (length > MAX_RESULT) throw fail(at, 'the text that it gives is too long');
    pieces.push({ text, isValue });
  };
  const walk = (list: readonly Token[], scopes: readonly TemplateView[]): void => {
    for (const token of list) {
      const at = startOf(token);
      steps += 1;
      if (steps > MAX_STEPS) throw fail(at, 'its sections repeat too often');
      const word = String(token[1]);
      const kind = String(token[0]);
      if (kind === 'text') put(word, false, at);
      else if (kind === 'name' || kind === '&') put(textOf(word, at, scopes, fail), true, at);
      else if (kind === '#' || kind === '^') {
        const inner = insideOf(lookup(word, at, scopes, fail), kind === '^');
        for (const scope of inner) {
          walk(childrenOf(token), scope === null ? scopes : [scope, ...scopes]);
        }
      }
    }
  };
  walk(tokens, [view]);
  return escaped(pieces);
}

type Fail = (at: number | null, why: string) => PulseError;

/** Our own words and a line number; never text of the template. */
function failureIn(template: string): Fail {
  return (at, why) => {
    const line = at === null ? '' : ` at line ${template.slice(0, at).split('\n').length}`;
    return new PulseError('invalid_input', `the postmortem template cannot be used${line}: ${why}`, HINT);
  };
}

async function parse(template: string, fail: Fail): Promise<readonly Token[]> {
  const { default: mustache } = await import('mustache');
  try {
    return new mustache.Writer().parse(template) as unknown[] as Token[];
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : '', template, fail);
  }
}

const PROBLEMS: readonly [RegExp, string][] = [
  [/^Unclosed tag/, 'a tag is not closed'],
  [/^Unclosed section/, 'a section is opened and never closed'],
  [/^Unopened section/, 'a section is closed that was not opened'],
  [/^Invalid tags/, 'its delimiters are wrong'],
];

function malformed(message: string, template: string, fail: Fail): PulseError {
  const why = PROBLEMS.find(([start]) => start.test(message))?.[1] ?? 'it is malformed';
  const opened = /^Unclosed section "(.*)"/s.exec(message)?.[1];
  const at =
    opened === undefined ? Number(/at (\d+)$/.exec(message)?.[1] ?? 0) : lastOpening(template, opened);
  return fail(Math.min(at, template.length), why);
}

/** Where the section of that name was opened last: the parser only tells that the text ended. */
function lastOpening(template: string, name: string): number {
  const openings = [...template.matchAll(/[#^]\s*(\S[^}]*?)\s*\}/g)].filter(([, found]) => found === name);
  return openings.at(-1)?.index ?? template.length;
}

function startOf(token: Token | undefined): number {
  return Number(token?.[2] ?? 0);
}

function childrenOf(token: Token): readonly Token[] {
  return Array.isArray(token[4]) ? token[4] : [];
}

function lookup(name: string, at: number, scopes: readonly TemplateView[], fail: Fail) {
  const scope = scopes.find((candidate) => Object.hasOwn(candidate, name));
  const value = scope?.[name];
  if (value !== undefined) return value;
  const known = /^[a-z][a-z0-9_]{0,40}$/.test(name) ? `nothing is called ${name} here` : 'that is no name';
  throw fail(at, known);
}

/** Per repetition the entry whose names are added, or null for none. */
function insideOf(value: TemplateView[string], inverted: boolean): readonly (TemplateView | null)[] {
  const isThere = value !== '' && value !== false;
  const entries = typeof value === 'object' ? value : isThere ? [null] : [];
  return inverted ? (entries.length === 0 ? [null] : []) : entries;
}

function textOf(name: string, at: number, scopes: readonly TemplateView[], fail: Fail): string {
  const value = lookup(name, at, scopes, fail);
  if (typeof value !== 'object') return String(value);
  throw fail(at, 'a list is printed as if it were a text: open a section for it');
}

/** Before anything is rendered: what may never stand in a template, wherever it is. */
function checkPlaces(tokens: readonly Token[], template: string, fail: Fail, depth: number): void {
  for (const token of tokens) {
    const at = startOf(token);
    const kind = String(token[0]);
    if (kind === '>') throw fail(at, 'partials are not allowed');
    if (kind === 'name' || kind === '&') {
      const why = misplaced(template, at);
      if (why !== null) throw fail(at, why);
    }
    if (kind !== '#' && kind !== '^') continue;
    if (depth >= MAX_DEPTH) throw fail(at, 'its sections are nested too deeply');
    checkPlaces(childrenOf(token), template, fail, depth + 1);
  }
}

/** A value inside a tag or a link target could act; in text it can only be read. */
function misplaced(template: string, at: number): string | null {
  const last = (text: string) => (at === 0 ? -1 : template.lastIndexOf(text, at - 1));
  const open = last('<');
  const isTag = open > last('>') && (open === at - 1 || /[a-z!/?]/i.test(template.charAt(open + 1)));
  if (isTag) return 'a name stands inside an HTML tag';
  const line = template.slice(last('\n') + 1, at);
  const isTarget = last('](') > last(')') || /^\s*\[[^\]]*\]:/.test(line);
  return isTarget ? 'a name stands inside a link target' : null;
}

/** Values that touch are escaped as one: each alone could be harmless and both together a link. */
function escaped(pieces: readonly Piece[]): string {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last?.isValue && piece.isValue) last.text += piece.text;
    else joined.push({ ...piece });
  }
  return joined.map(({ text, isValue }) => (isValue ? mdInline(text) : text)).join('');
}
