import { DAY, HOUR, isoOf, MINUTE } from '../time.ts';
import { rounded, shortened } from './chart-bars.ts';
import { type Html, html } from './html.ts';

export interface Span {
  label: string;
  /** Milliseconds since the epoch; null ends are not drawn. */
  from: number | null;
  to: number | null;
  /** Written behind the bar, or in its place where it cannot be drawn. */
  shown: string;
}

const WIDTH = 760;
const LABELS = 110;
const MARGIN = 10;
const ROW = 34;
const SPAN = WIDTH - LABELS - MARGIN;
/** Distances between lines of the scale, the first that leaves at most so many lines. */
const STEPS = [
  ...[MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR],
  ...[6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY],
];
const MAX_LINES = 7;

/**
 * Stretches of time under each other, to one scale, with small marks for single moments. What has no two ends
 * in order is not drawn: its row says why. Null when there is nothing to draw at all.
 */
export function spanChart(
  title: string,
  summary: string,
  spans: readonly Span[],
  moments: readonly number[],
): Html | null {
  const drawn = spans.filter(isDrawn);
  if (drawn.length === 0) return null;
  const begin = Math.min(...drawn.map(({ from }) => from));
  const end = Math.max(...drawn.map(({ to }) => to), begin + MINUTE);
  const x = (ms: number) => rounded(LABELS + ((ms - begin) / (end - begin)) * SPAN);
  const inside = moments.filter((ms) => ms >= begin && ms <= end);
  const base = spans.length * ROW + 22;
  const rows = spans.map((span, i) => row(span, i, x));
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${base + 26}" role="img" aria-label="${title}. ${summary}">
${linesOf(begin, end).map(
  (
    ms,
  ) => html`<line class="axis" x1="${x(ms)}" x2="${x(ms)}" y1="0" y2="${base}"/><text class="soft" x="${x(ms)}" y="${base + 18}" text-anchor="${x(ms) > WIDTH - 30 ? 'end' : 'middle'}">${clock(ms, end - begin)}</text>
`,
)}${rows}${inside.map((ms) => html`<rect class="mark" x="${rounded(x(ms) - 1)}" y="${base - 16}" width="2" height="10"/>`)}
${inside.length === 0 ? '' : html`<text class="soft" x="${LABELS - 10}" y="${base - 7}" text-anchor="end">events</text>`}
</svg><figcaption>${title}. Times are UTC.</figcaption></figure>
`;
}

function isDrawn(span: Span): span is Span & { from: number; to: number } {
  return span.from !== null && span.to !== null && span.to >= span.from;
}

function row(span: Span, i: number, x: (ms: number) => number): Html {
  const y = i * ROW + 4;
  const label = html`<text x="${LABELS - 10}" y="${y + 17}" text-anchor="end">${shortened(span.label, 15)}</text>`;
  const text = shortened(span.shown, 78);
  if (!isDrawn(span))
    return html`${label}<text class="soft" x="${LABELS}" y="${y + 17}">${text}</text>
`;
  const [from, to] = [x(span.from), x(span.to)];
  const width = Math.max(2, rounded(to - from));
  // Behind the bar where there is room, else before it: never on it, where its colour would swallow the words.
  const room = text.length * 7 + 8;
  const isBefore = to + room > WIDTH && from - room > LABELS;
  const words =
    to + room > WIDTH && !isBefore
      ? html`<text x="${WIDTH - MARGIN}" y="${y + 30}" text-anchor="end" class="soft">${text}</text>`
      : html`<text x="${isBefore ? from - 6 : to + 6}" y="${y + 17}" text-anchor="${isBefore ? 'end' : 'start'}">${text}</text>`;
  return html`${label}<rect class="bar${(i % 4) + 1}" x="${from}" y="${y}" width="${width}" height="${words.markup.includes('soft') ? 14 : 22}" rx="3"/>${words}
`;
}

function linesOf(begin: number, end: number): number[] {
  const step = STEPS.find((size) => (end - begin) / size <= MAX_LINES) ?? 365 * DAY;
  const lines: number[] = [];
  for (let ms = Math.ceil(begin / step) * step; ms <= end && lines.length <= 40; ms += step) lines.push(ms);
  return lines;
}

/** `14:05`, with the day where the chart spans more than one. */
function clock(ms: number, span: number): string {
  const iso = isoOf(ms);
  const time = iso.slice(11, 16);
  return span > DAY ? (time === '00:00' ? iso.slice(5, 10) : `${iso.slice(5, 10)} ${time}`) : time;
}
