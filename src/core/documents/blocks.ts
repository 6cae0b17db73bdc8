/**
 * Generated text stands between marker lines; what a person writes before, between and after them is
 * theirs and survives every rewrite.
 */
export interface Block {
  /** Lower case letters, digits and dashes; unique in its document. */
  name: string;
  /** Generated Markdown. */
  body: string;
  /** Text put behind the block when it is first written; from then on it is the person's. */
  slot?: string;
}

export interface Generated {
  /** Front matter with its fences and last newline, or nothing. */
  front: string;
  blocks: readonly Block[];
}

interface Part {
  name: string;
  body: string;
  /** Everything behind the block up to the next one. */
  gap: string;
}

export interface Parsed {
  front: string;
  /** Everything between the front matter and the first block. */
  before: string;
  parts: Part[];
}

export interface Merge {
  text: string;
  /** Names of generated blocks (or `front`) that differ from what was last generated: a person's edits, about to be replaced. */
  edited: string[];
  /** Prose outside the blocks differs from what was there when the file was last written. */
  proseChanged: boolean;
  /** The markers of the previous text were unusable; all of it was kept below a heading. */
  broken: boolean;
}

const MARKER = /^<!-- pulse:(begin|end) ([a-z][a-z0-9-]{0,40}) -->[ \t]*$/gm;
const MARKER_START = /<!--(\s*)pulse:/gi;

/** Heading above text whose markers could not be read. */
export const KEPT_HEADING = '## Text kept from an earlier version';

/** Makes marker lines in a text harmless: one that came from a user must never look like ours. */
export function guardMarkers(text: string): string {
  return text.replace(MARKER_START, '&lt;!--$1pulse:');
}

export function renderBlocks(document: Generated): string {
  const parts = document.blocks.map((block, i): Part => {
    const isLast = i === document.blocks.length - 1;
    const gap =
      block.slot === undefined
        ? isLast
          ? ''
          : '\n'
        : `\n${guardMarkers(block.slot)}\n${isLast ? '' : '\n'}`;
    return { name: block.name, body: guardMarkers(block.body), gap };
  });
  return assemble({ front: document.front, before: '', parts });
}

function assemble({ front, before, parts }: Parsed): string {
  const blocks = parts.map(
    ({ name, body, gap }) => `<!-- pulse:begin ${name} -->\n${body}\n<!-- pulse:end ${name} -->\n${gap}`,
  );
  return front + before + blocks.join('');
}

/** The pieces of a document; null when markers are missing, nested, doubled or out of order. */
export function parseBlocks(text: string): Parsed | null {
  const clean = normal(text);
  const front = frontOf(clean);
  if (front === null) return null;
  const rest = clean.slice(front.length);
  const marks = [...rest.matchAll(MARKER)];
  if (marks.length === 0 || marks.length % 2 === 1) return null;
  const parts: Part[] = [];
  for (let i = 0; i < marks.length; i += 2) {
    const begin = marks[i];
    const end = marks[i + 1];
    const name = begin?.[2] ?? '';
    if (begin?.[1] !== 'begin' || end?.[1] !== 'end' || end[2] !== name) return null;
    if (parts.some((part) => part.name === name)) return null;
    const body = rest.slice(begin.index + begin[0].length + 1, Math.max(end.index - 1, 0));
    const gap = rest.slice(end.index + end[0].length + 1, marks[i + 2]?.index ?? rest.length);
    parts.push({ name, body, gap });
  }
  return { front, before: rest.slice(0, marks[0]?.index ?? 0), parts };
}

/** A checkout may have changed the line ends of the whole file; that is nobody's edit. */
function normal(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
}

function frontOf(text: string): string | null {
  if (!text.startsWith('---\n')) return '';
  const close = text.indexOf('\n---\n', 3);
  return close < 0 ? null : text.slice(0, close + 5);
}

/**
 * The new text of a file: `generated` with the prose of `previous`. `last` is the text that we last wrote
 * there (null when unknown) and only serves to tell a person's edits from our own older words.
 */
export function mergeProse(previous: string | null, last: string | null, generated: Generated): Merge {
  const fresh = parseBlocks(renderBlocks(generated));
  if (previous === null || previous.trim() === '' || fresh === null) {
    return { text: renderBlocks(generated), edited: [], proseChanged: false, broken: false };
  }
  const found = parseBlocks(previous);
  if (found === null) {
    const kept = normal(previous).replace(MARKER_START, '<!--$1kept pulse:').trimEnd();
    const text = `${renderBlocks(generated)}\n${KEPT_HEADING}\n\n${kept}\n`;
    return { text, edited: [], proseChanged: true, broken: true };
  }
  const base = last === null ? null : parseBlocks(last);
  return {
    text: assemble(withProse(fresh, found)),
    edited: editedBlocks(found, base, fresh),
    proseChanged: proseOf(found) !== proseOf(base ?? fresh),
    broken: false,
  };
}

/** Prose keeps its place behind the block it followed; if that block is gone, behind the one before it. */
function withProse(fresh: Parsed, found: Parsed): Parsed {
  const known = new Set(fresh.parts.map((part) => part.name));
  const gaps = new Map<string, string>();
  let before = isBlank(found.before) ? '' : ended(found.before);
  let target = '';
  for (const part of found.parts) {
    const stays = known.has(part.name);
    if (stays) target = part.name;
    if (target === '') before += isBlank(part.gap) ? '' : ended(part.gap);
    else if (stays) gaps.set(target, ended(part.gap));
    else if (!isBlank(part.gap)) gaps.set(target, (gaps.get(target) ?? '') + ended(part.gap));
  }
  const parts = fresh.parts.map((part, i) => {
    const gap = gaps.get(part.name);
    if (gap === undefined) return part;
    return { ...part, gap: isBlank(gap) ? (i === fresh.parts.length - 1 ? '' : '\n') : gap };
  });
  return { front: fresh.front, before, parts };
}

function editedBlocks(found: Parsed, base: Parsed | null, fresh: Parsed): string[] {
  const bodyIn = (parsed: Parsed | null, name: string) =>
    parsed?.parts.find((part) => part.name === name)?.body;
  const edited = found.parts
    .filter(({ name, body }) => body !== bodyIn(fresh, name) && body !== bodyIn(base, name))
    .map((part) => part.name);
  const frontEdited = found.front !== fresh.front && found.front !== base?.front;
  return frontEdited ? ['front', ...edited] : edited;
}

/** All that stands outside the generated parts, to see whether it changed. */
function proseOf({ before, parts }: Parsed): string {
  return [before, ...parts.map((part) => part.gap)].map((text) => text.trim()).join('\0');
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
