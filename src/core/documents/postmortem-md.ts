import { mdBlock, mdInline } from '../untrusted.ts';
import { type Block, type Generated, renderBlocks } from './blocks.ts';
import { renderFrontMatter } from './front-matter-text.ts';
import { box, stack, table, told } from './md.ts';
import type { PostmortemDoc, PostmortemItem, PostmortemSection } from './postmortem-model.ts';

/**
 * The default template: the union of the sections of all five sources. Statements of the narrative are marked
 * as such; everything else was recorded or computed.
 */
export function renderPostmortem(doc: PostmortemDoc): string {
  return renderBlocks(postmortemDocument(doc));
}

function postmortemDocument(doc: PostmortemDoc): Generated {
  const blocks: Block[] = [
    { name: 'header', body: header(doc) },
    ...grouped(doc.sections).map(([first, ...parts]) => ({
      name: first?.id.replaceAll('_', '-') ?? 'section',
      body: stack(...[first, ...parts].map((part) => (part ? renderSection(part) : ''))),
    })),
    { name: 'record', body: record(doc) },
  ];
  const front = renderFrontMatter({
    id: doc.label,
    uid: doc.uid,
    title: doc.title,
    severity: doc.severity,
    status: doc.status,
  });
  return { front, blocks };
}

function header(doc: PostmortemDoc): string {
  return stack(
    `# Postmortem: ${told(doc.title)}`,
    doc.drill ? '**This was a drill.**' : '',
    'Blameless: it asks how the system let this happen, not who did it. Lines marked _(narrative)_ were written afterwards; everything else comes from the record.',
  );
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

function renderSection({ title, level, items, table: rows }: PostmortemSection): string {
  const [lead, rest] = items[0] && isParagraph(items[0]) ? [items[0], items.slice(1)] : [null, items];
  return stack(
    `${'#'.repeat(level)} ${title}`,
    lead === null ? '' : `${mdBlock(lead.text)}${mark(lead)}`,
    rows === null
      ? ''
      : table(
          rows.columns.map(mdInline),
          rows.rows.map((row) => row.cells.map(mdInline)),
        ),
    rest.map(bullet),
    items.length === 0 && rows === null ? '- none recorded' : '',
  );
}

/** A narrative text that opens a section may have several lines; it is written as a paragraph, not as a bullet. */
function isParagraph({ label, source, text }: PostmortemItem): boolean {
  return label === null && source === 'narrative' && text.includes('\n');
}

function bullet(item: PostmortemItem): string {
  const text = `${item.label === null ? '' : `**${mdInline(item.label)}**: `}${told(item.text)}${mark(item)}`;
  return item.checked === null ? `- ${text}` : box(item.checked, text);
}

function mark({ source }: PostmortemItem): string {
  return source === 'narrative' ? ' _(narrative)_' : '';
}

function record(doc: PostmortemDoc): string {
  const count = `${doc.event_count} recorded event${doc.event_count === 1 ? '' : 's'}`;
  return `_Made from ${count}; the last is ${doc.last_event ?? 'none'}. Text between \`pulse\` markers is rewritten from the record; text outside of them is yours and stays._`;
}
