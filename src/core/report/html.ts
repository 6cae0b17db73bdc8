import { cleanText } from '../untrusted.ts';

/**
 * Markup that is finished. Only `html` and what is built on it make it, so that a text from outside can never
 * stand in a page unescaped: a plain string in a template is text, whatever it holds.
 */
export interface Html {
  readonly markup: string;
  readonly made: typeof MADE;
}
/** Not reachable from JSON: an object out of the record cannot pass for markup. */
const MADE: unique symbol = Symbol('made by html');

type Part = Html | string | number | null | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text for the inside of an element or of a quoted attribute: the only two places where `html` puts one.
 * Controls are gone and what is invisible is shown (`<U+202E>`), so that no text turns the line around.
 */
function escapeHtml(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}

function markupOf(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if ('made' in part) return part.made === MADE ? part.markup : '';
  return part.map(markupOf).join('');
}

/** A piece of a page. What is put in is escaped unless it is `Html`; attributes must be quoted, and URLs are ours. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = strings.reduce((text, piece, i) => text + markupOf(parts[i - 1] ?? null) + piece);
  return { markup, made: MADE };
}

/** The same text with its lines kept. */
export function lines(text: string): Html {
  const all = text.split('\n').map((line, i) => (i === 0 ? html`${line}` : html`<br>${line}`));
  return html`${all}`;
}

export interface Table {
  /** What the table shows, said to everybody. */
  caption: string;
  columns: readonly string[];
  /** The first cell names its row. A string is escaped. */
  rows: readonly (readonly (Html | string)[])[];
  /** Columns of numbers, by index: set flush right. */
  numeric?: readonly number[];
  /** Columns of times, by index: never broken over lines. */
  times?: readonly number[];
  /** The heading above says the same: the caption is then for those who listen. */
  titled?: boolean;
}

/** A table that can be scrolled on a small screen, by keyboard too. */
export function table({ caption, columns, rows, numeric = [], times = [], titled = false }: Table): Html {
  const kind = (i: number) => (numeric.includes(i) ? 'number' : times.includes(i) ? 'time' : 'text');
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption class="${titled ? 'hidden' : 'shown'}">${caption}</caption>
<thead><tr>${columns.map((name, i) => html`<th scope="col" class="${kind(i)}">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (cells) =>
    html`<tr>${cells.map((cell, i) =>
      i === 0
        ? html`<th scope="row" class="${kind(i)}">${cell}</th>`
        : html`<td class="${kind(i)}">${cell}</td>`,
    )}</tr>
`,
)}</tbody>
</table></div>
`;
}
