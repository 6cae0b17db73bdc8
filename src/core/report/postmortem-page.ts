import { phaseCells } from '../documents/course.ts';
import type { PostmortemDoc, PostmortemItem, PostmortemSection } from '../documents/postmortem-model.ts';
import { msOf } from '../time.ts';
import { spanChart } from './chart-spans.ts';
import { type Html, html, lines, table } from './html.ts';
import { page } from './page.ts';

export interface PostmortemPage {
  doc: PostmortemDoc;
  /** What people wrote by hand, by the generated part that it follows; empty for what stands before all. */
  prose: ReadonlyMap<string, string>;
}

/**
 * The postmortem as one HTML file. It shows what `post-mortem.md` shows under the default preset; a small number
 * behind a statement leads to the line of the timeline that it comes from. No text becomes a link.
 */
export function postmortemPage({ doc, prose }: PostmortemPage): string {
  const numbers = new Map(
    doc.sections
      .find(({ id }) => id === 'timeline')
      ?.table?.rows.map(({ events }, i) => [events[0] ?? '', i + 1] as const) ?? [],
  );
  const refs = (events: readonly string[]): Html => refsOf(events, numbers);
  const top = doc.sections.filter(({ level }) => level === 2);
  const tail = [...prose].filter(([name]) => name !== '' && !top.some(({ id }) => blockOf(id) === name));
  return page({
    title: `Postmortem: ${doc.title}`,
    lead: html`${doc.label} · ${doc.severity} · ${doc.status}${doc.drill ? html` · <strong>this was a drill</strong>` : ''}. Blameless: it asks how the system let this happen, not who did it.`,
    body: [
      byHand(prose.get('')),
      ...doc.sections.map((section, i) => {
        const isLast = doc.sections[i + 1]?.level === 2 || i === doc.sections.length - 1;
        const name = blockOf(doc.sections.slice(0, i + 1).findLast(({ level }) => level === 2)?.id ?? '');
        return html`${sectionOf(section, doc, refs, numbers)}${isLast ? byHand(prose.get(name)) : ''}`;
      }),
      ...tail.map(([, text]) => byHand(text)),
    ],
    foot: html`Made from ${doc.event_count} recorded event${doc.event_count === 1 ? '' : 's'}; the last is <code>${doc.last_event ?? 'UNKNOWN'}</code>. Lines marked as narrative were written afterwards; everything else comes from the record. The small numbers lead to the event behind a statement.`,
  });
}

/** Name of the block of `post-mortem.md` that holds a section. */
function blockOf(id: string): string {
  return id.replaceAll('_', '-');
}

type Refs = (events: readonly string[]) => Html;

function refsOf(events: readonly string[], numbers: ReadonlyMap<string, number>): Html {
  const known = events.flatMap((id) => {
    const number = numbers.get(id);
    return number === undefined ? [] : [{ id, number }];
  });
  const shown = known.slice(0, MOST_REFS);
  const more =
    known.length > shown.length ? html`<span class="ref">+${known.length - shown.length}</span>` : '';
  return html`${shown.map(
    ({ id, number }) =>
      html`<a class="ref" href="#ev-${id}" aria-label="event ${number} of the timeline">${number}</a>`,
  )}${more}`;
}

/** More would hide the statement; the Markdown names them all. */
const MOST_REFS = 6;

function sectionOf(
  section: PostmortemSection,
  doc: PostmortemDoc,
  refs: Refs,
  numbers: ReadonlyMap<string, number>,
): Html {
  const { id, title, level, items, table: rows } = section;
  const heading =
    level === 2 || level === 'question'
      ? html`<h2 id="${blockOf(id)}">${title}</h2>`
      : html`<h3 id="${blockOf(id)}">${title}</h3>`;
  const isTimeline = id === 'timeline';
  return html`${heading}
${id === 'course' ? courseChart(doc) : ''}${
  rows === null
    ? ''
    : table({
        caption: title,
        titled: true,
        columns: isTimeline ? ['No.', ...rows.columns] : rows.columns,
        times: isTimeline ? [1] : [],
        rows: rows.rows.map(({ cells, events }) =>
          isTimeline
            ? [anchor(events[0] ?? '', numbers), ...cells.map(words)]
            : cells.map((text, i) =>
                i === cells.length - 1 ? html`${words(text)}${refs(events)}` : words(text),
              ),
        ),
      })
}${items.length === 0 ? '' : list(items, refs)}`;
}

/** The line of the timeline that references lead to. */
function anchor(id: string, numbers: ReadonlyMap<string, number>): Html {
  return html`<span id="ev-${id}" title="event ${id}">${numbers.get(id) ?? 'UNKNOWN'}</span>`;
}

function words(text: string): Html {
  return text.startsWith('UNKNOWN') ? html`<span class="unknown">${text}</span>` : html`${text}`;
}

function list(items: readonly PostmortemItem[], refs: Refs): Html {
  const boxes = items.every(({ checked }) => checked !== null);
  return html`<ul class="${boxes ? 'boxes' : 'plain'}">
${items.map(
  (one) => html`<li>${entry(one, refs)}</li>
`,
)}</ul>
`;
}

function entry({ label, text, source, events, checked }: PostmortemItem, refs: Refs): Html {
  const box = checked === null ? '' : checked ? '☑ ' : '☐ ';
  const state = checked === null ? '' : checked ? 'done: ' : 'open: ';
  const mark = source === 'narrative' ? html` <span class="tag">narrative</span>` : '';
  const body = source === 'unknown' ? html`<span class="unknown">${text}</span>` : lines(text);
  return html`${checked === null ? '' : html`<span aria-hidden="true">${box}</span><span class="hidden">${state}</span>`}${label === null ? '' : html`<strong>${label}:</strong> `}${body}${mark}${refs(events)}`;
}

function courseChart({ course, moments }: PostmortemDoc): Html {
  const spans = course.map((phase) => ({
    label: phase.label,
    from: phase.ms === null || phase.from === null ? null : msOf(phase.from.at),
    to: phase.ms === null || phase.to === null ? null : msOf(phase.to.at),
    shown: phaseCells(phase)[3] ?? '',
  }));
  const chart = spanChart(
    'Course of the incident, to scale',
    'The same phases stand in the table that follows.',
    spans,
    moments.map(msOf),
  );
  return (
    chart ?? html`<p class="unknown">Nobody recorded both ends of any phase: there is nothing to draw.</p>`
  );
}

function byHand(text: string | undefined): Html {
  return text === undefined || text === ''
    ? html``
    : html`<div class="by-hand"><p class="tag">Written by hand:</p><p>${lines(text)}</p></div>
`;
}
