import { mdBlock, mdInline } from '../untrusted.ts';
import { type Block, renderBlocks } from './blocks.ts';
import { renderFrontMatter } from './front-matter-text.ts';
import { box, sourceMark, stack, table, told } from './md.ts';
import type { PostmortemDoc, PostmortemItem, PostmortemSection } from './postmortem-model.ts';

/** A preset over the document model: what stands on top, and which sections follow in which words. */
export interface Layout {
  /** Finished Markdown: title, and the header lines of the format. */
  header: string;
  sections: readonly PostmortemSection[];
  /** Finished Markdown before the line that says what the text was made from. */
  note: string;
}

/** Statements of the narrative are marked as such; everything else was recorded or computed. */
export function renderLayout(doc: PostmortemDoc, { header, sections, note }: Layout): string {
  return inBlocks(doc, [
    { name: 'header', body: stack(header, doc.drill ? '**This was a drill.**' : '') },
    ...grouped(sections).map((parts) => ({
      name: parts[0]?.id.replaceAll('_', '-') ?? 'section',
      body: stack(...parts.map((part, i) => renderSection(part, parts[i + 1], doc))),
    })),
    { name: 'record', body: stack(note, record(doc)) },
  ]);
}

/** The text that a repository's own template gave, as one block: prose around it survives like any other. */
export function renderTemplated(doc: PostmortemDoc, text: string): string {
  return inBlocks(doc, [
    { name: 'template', body: text.trim() },
    { name: 'record', body: stack(sourceList(doc), record(doc)) },
  ]);
}

/** A repository's own template says where things stand, so their events are listed by name below it. */
function sourceList({ pool }: PostmortemDoc): string[] {
  const named: [string, readonly string[]][] = [
    ...Object.entries(pool.fields).map(([name, { events }]): [string, string[]] => [name, events]),
    ...Object.entries(pool.lists).map(([name, items]): [string, string[]] => [
      name,
      items.flatMap(({ events }) => events),
    ]),
    ...Object.entries(pool.milestones).map(([name, { events }]): [string, string[]] => [
      `milestones.${name}`,
      events,
    ]),
  ];
  return named.flatMap(([name, events]) => {
    const mark = sourceMark([...new Set(events)]).trim();
    return mark === '' ? [] : [mark.replace('<!-- ', `<!-- ${name} `)];
  });
}

function inBlocks(doc: PostmortemDoc, blocks: readonly Block[]): string {
  const front = renderFrontMatter({
    id: doc.label,
    uid: doc.uid,
    title: doc.title,
    severity: doc.severity,
    status: doc.status,
  });
  return renderBlocks({ front, blocks });
}

/** A section with the parts that follow it becomes one block. */
function grouped(sections: readonly PostmortemSection[]): PostmortemSection[][] {
  const groups: PostmortemSection[][] = [];
  for (const section of sections) {
    if (section.level === 2 || groups.length === 0) groups.push([section]);
    else groups.at(-1)?.push(section);
  }
  return groups;
}

function renderSection(
  section: PostmortemSection,
  next: PostmortemSection | undefined,
  { pool }: PostmortemDoc,
): string {
  const { title, level, items, table: rows, chart = [] } = section;
  const [lead, rest] = items[0] && isParagraph(items[0]) ? [items[0], items.slice(1)] : [null, items];
  const isEmpty = items.length === 0 && rows === null && !isPartOf(next, section);
  return stack(
    level === 'question' ? title : `${'#'.repeat(level)} ${title}`,
    lead === null ? '' : `${mdBlock(lead.text)}${mark(lead)}${sourceMark(lead.events)}`,
    chart.length === 0 ? '' : ['```mermaid', ...chart, '```'],
    rows === null
      ? ''
      : table(
          rows.columns.map(mdInline),
          rows.rows.map(({ cells, events }) => marked(cells.map(cell), events)),
        ),
    rest.map((item) => bullet(item)),
    isEmpty ? `- ${told(pool.ask.incident_commander)}` : '',
  );
}

function isPartOf(next: PostmortemSection | undefined, { level }: PostmortemSection): boolean {
  const depth = (of: PostmortemSection['level']) => (of === 'question' ? 9 : of);
  return next !== undefined && depth(next.level) > depth(level);
}

/** A narrative text that opens a section may have several lines; it is written as a paragraph, not as a bullet. */
function isParagraph({ label, source, text }: PostmortemItem): boolean {
  return label === null && source === 'narrative' && text.includes('\n');
}

/** A lone box is ours and stays one. */
function cell(text: string): string {
  return text === '[ ]' || text === '[x]' ? text : mdInline(text);
}

function bullet(item: PostmortemItem, indent = ''): string {
  const { label, text, checked, parts = [] } = item;
  const line = `${label === null ? '' : `**${mdInline(label)}**: `}${told(text)}${mark(item)}${sourceMark(item.events)}`;
  return [
    indent + (checked === null ? `- ${line}` : box(checked, line)),
    ...parts.map((part) => bullet(part, `${indent}  `)),
  ].join('\n');
}

/** In the last cell: behind the last bar a comment would be a cell of its own. */
function marked(cells: readonly string[], events: readonly string[]): string[] {
  return cells.map((text, i) => (i === cells.length - 1 ? `${text}${sourceMark(events)}` : text));
}

function mark({ source }: PostmortemItem): string {
  return source === 'narrative' ? ' _(narrative)_' : '';
}

function record(doc: PostmortemDoc): string {
  const count = `${doc.event_count} recorded event${doc.event_count === 1 ? '' : 's'}`;
  return `_Made from ${count}; the last is ${doc.last_event ?? 'none'}. Text between \`pulse\` markers is rewritten from the record; text outside of them is yours and stays._`;
}
