import { type Html, html } from './html.ts';

export interface Bar {
  label: string;
  value: number;
  /** The value in words, written behind the bar. */
  shown: string;
}

const ROW = 30;
const WIDTH = 760;
const LABELS = 200;
const VALUES = 130;

/**
 * Horizontal bars to scale, zero at the left; nothing is drawn where there is nothing to compare. The same
 * numbers belong into a table beside it: `title` and `summary` are read out, the bars are not.
 */
export function barChart(title: string, summary: string, bars: readonly Bar[]): Html {
  const largest = Math.max(0, ...bars.map(({ value }) => value));
  if (largest === 0) return html`<p class="soft">${title}: nothing to draw.</p>`;
  const height = bars.length * ROW + 8;
  const span = WIDTH - LABELS - VALUES;
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}. ${summary}">
${bars.map(({ label, value, shown }, i) => {
  const y = i * ROW + 4;
  const width = rounded((Math.max(0, value) / largest) * span);
  return html`<text x="${LABELS - 10}" y="${y + 16}" text-anchor="end">${shortened(label, 28)}</text><rect class="bar3" x="${LABELS}" y="${y}" width="${Math.max(1, width)}" height="22" rx="3"/><text class="soft" x="${LABELS + width + 8}" y="${y + 16}">${shown}</text>
`;
})}</svg><figcaption>${title}</figcaption></figure>
`;
}

/** Two digits are more than a screen shows. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** SVG text does not wrap; the whole of it stands in the table. */
export function shortened(text: string, max: number): string {
  const points = [...text];
  return points.length <= max ? text : `${points.slice(0, max - 1).join('')}…`;
}
