import { isPage } from '../followup-issue.ts';
import { capText, cleanText } from '../untrusted.ts';

/**
 * Atlassian Document Format, as little of it as we need: text stands in text nodes, which nothing interprets, so markup
 * and mentions in it are out of force. There is no mention, card or media node here on purpose.
 */
type Mark = { type: 'strong' } | { type: 'subsup'; attrs: { type: 'sub' } } | Link;
type Link = { type: 'link'; attrs: { href: string } };
type Text = { type: 'text'; text: string; marks?: readonly Mark[] };
export type AdfInline = Text | { type: 'hardBreak' };
type Paragraph = { type: 'paragraph'; content: readonly AdfInline[] };
type ListItem = { type: 'listItem'; content: readonly Paragraph[] };
export type AdfBlock =
  | Paragraph
  | { type: 'heading'; attrs: { level: number }; content: readonly AdfInline[] }
  | { type: 'bulletList'; content: readonly ListItem[] }
  | { type: 'codeBlock'; content: readonly Text[] };
export type AdfDoc = { type: 'doc'; version: 1; content: readonly AdfBlock[] };

/** Jira takes 32,767 characters per text; counted on the JSON, which is longer than what it counts. */
const MOST = 30_000;
const MOST_BYTES = 20_000;
/** So that what has to be cut can be cut between paragraphs. */
const LINES = 20;
const LINE = 1_000;
const MORE = '… more in the record';

/** Somebody's text, line breaks kept. Text nodes may not be empty. */
export function adfText(value: string, mark?: 'strong' | 'small'): AdfInline[] {
  const marks: Mark[] =
    mark === 'strong'
      ? [{ type: 'strong' }]
      : mark === 'small'
        ? [{ type: 'subsup', attrs: { type: 'sub' } }]
        : [];
  return cleanText(value)
    .split('\n')
    .flatMap((text, i): AdfInline[] => [
      ...(i === 0 ? [] : [{ type: 'hardBreak' } as const]),
      ...(text === '' ? [] : [{ type: 'text', text, ...(marks.length === 0 ? {} : { marks }) } as const]),
    ]);
}

/** A link where the address is a page, its label as text where it is not. */
export function adfLink(label: string, href: string): AdfInline[] {
  if (!isPage(href)) return adfText(label);
  const text = cleanText(label).replace(/\s+/g, ' ').trim() || href;
  return [{ type: 'text', text, marks: [{ type: 'link', attrs: { href } }] }];
}

export const adfParagraph = (...content: readonly AdfInline[]): AdfBlock => ({ type: 'paragraph', content });

export const adfHeading = (level: 2 | 3 | 4, text: string): AdfBlock => ({
  ...{ type: 'heading', attrs: { level }, content: adfText(text) },
});

/** Nothing for an empty list: a list without items is not valid. */
export function adfBullets(items: readonly (readonly AdfInline[])[]): AdfBlock[] {
  const content = items
    .filter((item) => item.length > 0)
    .map((item): ListItem => ({ type: 'listItem', content: [{ type: 'paragraph', content: item }] }));
  return content.length === 0 ? [] : [{ type: 'bulletList', content }];
}

/** Text from outside as it came. */
export function adfCode(text: string, mostBytes: number): AdfBlock[] {
  const { text: kept, dropped_bytes } = capText(cleanText(text).trim(), mostBytes);
  if (kept === '') return [];
  const shown = dropped_bytes > 0 ? `${kept}\n${MORE}` : kept;
  return [{ type: 'codeBlock', content: [{ type: 'text', text: shown }] }];
}

/** Plain text as paragraphs; what is too long is cut and says so. */
export function adfParagraphs(value: string): AdfBlock[] {
  const { text, dropped_bytes } = capText(cleanText(value).trim(), MOST_BYTES);
  const parts = text.split(/\n{2,}/).flatMap((part) => grouped(part.split('\n').flatMap(inPieces)));
  const blocks = parts.map((part) => adfText(part)).filter((content) => content.length > 0);
  return [
    ...blocks.map((content) => adfParagraph(...content)),
    ...(dropped_bytes > 0 ? [adfParagraph(...adfText(MORE))] : []),
  ];
}

/** The whole document; `last` stands at its end even where the middle is cut. */
export function adfDoc(blocks: readonly AdfBlock[], last: readonly AdfBlock[] = []): AdfDoc {
  const sizeOf = (some: readonly AdfBlock[]): number => JSON.stringify(some).length;
  let left = MOST - sizeOf(last) - 100;
  const kept: AdfBlock[] = [];
  for (const block of blocks) {
    left -= sizeOf([block]);
    if (left < 0) break;
    kept.push(block);
  }
  const cut = kept.length < blocks.length ? [adfParagraph(...adfText(MORE))] : [];
  return { type: 'doc', version: 1, content: [...kept, ...cut, ...last] };
}

/** Every text node of a document that came back; nothing of it is trusted. */
export function adfTexts(node: unknown, depth = 0): string[] {
  if (typeof node !== 'object' || node === null || depth > 20) return [];
  const own = 'text' in node && typeof node.text === 'string' ? [node.text] : [];
  const inner = 'content' in node && Array.isArray(node.content) ? node.content : [];
  return [...own, ...inner.flatMap((child) => adfTexts(child, depth + 1))];
}

/** Lines that make one paragraph together. */
function grouped(lines: readonly string[]): string[] {
  const groups: string[][] = [];
  let size = 0;
  for (const line of lines) {
    const last = groups.at(-1);
    size += line.length;
    if (last && last.length < LINES && size <= LINE) last.push(line);
    else {
      groups.push([line]);
      size = line.length;
    }
  }
  return groups.map((group) => group.join('\n'));
}

function inPieces(line: string): string[] {
  const points = [...line];
  if (points.length <= LINE) return [line];
  return Array.from({ length: Math.ceil(points.length / LINE) }, (_, i) =>
    points.slice(i * LINE, (i + 1) * LINE).join(''),
  );
}
