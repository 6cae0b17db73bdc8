import { formatShort } from '../duration.ts';
import type { IntervalSummary } from '../review/intervals.ts';
import type { Period } from '../review/period.ts';
import type { Review } from '../review/review.ts';
import type { ReviewRow } from '../review/rows.ts';
import { DAY, HOUR, MINUTE } from '../time.ts';
import { type Bar, barChart, rounded } from './chart-bars.ts';
import { type Html, html } from './html.ts';

/** Width of every chart; the page scales it. */
const WIDTH = 760;
const LEFT = 160;

interface Chart {
  /** What it shows, and the finding in words for those who do not see it. */
  says: string;
  caption: string;
  height: number;
  body: readonly Html[];
}

function figure({ says, caption, height, body }: Chart): Html {
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${says}">
${body}
</svg><figcaption>${caption}</figcaption></figure>
`;
}

function text(x: number, y: number, said: string, anchor: 'start' | 'middle' | 'end' = 'start'): Html {
  return html`<text x="${rounded(x)}" y="${rounded(y)}" text-anchor="${anchor}">${said}</text>
`;
}

function rect(x: number, y: number, width: number, height: number, look: string, title: string): Html {
  return html`<rect class="${look}" x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}"><title>${title}</title></rect>
`;
}

function line(x1: number, y1: number, x2: number, y2: number): Html {
  return html`<line class="axis" x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}"/>
`;
}

const LEVELS = [
  { level: 'P0', look: 'bar1' },
  { level: 'P1', look: 'bar2' },
  { level: 'P2', look: 'bar3' },
  { level: 'P3', look: 'bar4' },
  { level: 'not classified', look: 'soft' },
] as const;
/** More bars than this cannot be read. */
const MOST_MONTHS = 24;

/** Incidents per month, one bar each, its parts by severity with their numbers. */
export function monthsChart(rows: readonly ReviewRow[], period: Period): Html | null {
  const months = monthsOf(rows, period);
  if (months.length === 0) return null;
  const most = Math.max(1, ...months.map(({ rows: all }) => all.length));
  const [top, height] = [34, 180];
  const step = (WIDTH - 60) / months.length;
  const body = months.flatMap(({ month, rows: all }, i) => {
    const x = 40 + i * step;
    const width = Math.min(step * 0.7, 60);
    let y = top + height;
    const parts = LEVELS.flatMap(({ level, look }) => {
      const n = all.filter((row) => levelOf(row) === level).length;
      if (n === 0) return [];
      const tall = (n / most) * height;
      y -= tall;
      const part = rect(x, y, width, tall, look, `${month}, ${level}: ${n}`);
      return tall < 18
        ? [part]
        : [
            part,
            html`<text class="on" x="${rounded(x + width / 2)}" y="${rounded(y + tall / 2 + 5)}" text-anchor="middle">${n}</text>`,
          ];
    });
    const label =
      months.length > 12 && i % 3 !== 0 ? [] : [text(x + width / 2, top + height + 18, month, 'middle')];
    const whole = all.length === 0 ? [] : [text(x + width / 2, y - 5, String(all.length), 'middle')];
    return [...parts, ...whole, ...label];
  });
  const legend = LEVELS.filter(({ level }) => rows.some((row) => levelOf(row) === level)).flatMap(
    ({ level, look }, i) => [rect(40 + i * 90, 2, 12, 12, look, level), text(57 + i * 90, 13, level)],
  );
  return figure({
    says: `Incidents per month: ${months.map(({ month, rows: all }) => `${month} ${all.length}`).join(', ')}`,
    caption: `Incidents per month by severity (UTC), at most the last ${MOST_MONTHS} months. The number above a bar is its whole.`,
    height: top + height + 28,
    body: [...legend, line(40, top + height, WIDTH - 10, top + height), ...body],
  });
}

function levelOf({ severity }: ReviewRow): string {
  const level = severity.slice(0, 2);
  return LEVELS.some((one) => one.level === level) ? level : 'not classified';
}

/** Every month of the period, also those without an incident: a gap is news. */
function monthsOf(
  rows: readonly ReviewRow[],
  { from, until }: Period,
): { month: string; rows: ReviewRow[] }[] {
  const by = new Map<string, ReviewRow[]>();
  for (const row of rows) {
    const month = row.opened_at.slice(0, 7);
    by.set(month, [...(by.get(month) ?? []), row]);
  }
  const first = from?.slice(0, 7) ?? [...by.keys()].filter((month) => /^\d{4}-\d{2}$/.test(month)).sort()[0];
  const all: { month: string; rows: ReviewRow[] }[] = [];
  for (let month = first; month !== undefined && month <= until.slice(0, 7); month = after(month))
    all.push({ month, rows: by.get(month) ?? [] });
  return rows.length === 0 ? [] : all.slice(-MOST_MONTHS);
}

function after(month: string): string {
  const [year = 0, of = 0] = month.split('-').map(Number);
  return of === 12 ? `${year + 1}-01` : `${year}-${String(of + 1).padStart(2, '0')}`;
}

const TICKS = [
  { ms: MINUTE, label: '1m' },
  { ms: 10 * MINUTE, label: '10m' },
  { ms: HOUR, label: '1h' },
  { ms: 10 * HOUR, label: '10h' },
  { ms: 4 * DAY, label: '4d' },
  { ms: 40 * DAY, label: '40d' },
] as const;

/** Each named interval: its range, its middle half where there are enough, its median. The scale is logarithmic. */
export function intervalsChart(intervals: readonly IntervalSummary[]): Html | null {
  const shown = intervals.filter(({ n }) => n > 0);
  if (shown.length === 0) return null;
  const longest = Math.max(...shown.map(({ max_ms }) => max_ms ?? 0), 10 * MINUTE);
  const ticks = TICKS.filter((_tick, i) => i === 0 || (TICKS[i - 1]?.ms ?? 0) < longest);
  const end = Math.max(longest, ticks.at(-1)?.ms ?? 0);
  const scale = (ms: number | null): number =>
    LEFT + (Math.log(Math.max(ms ?? 0, MINUTE) / MINUTE) / Math.log(end / MINUTE)) * (WIDTH - LEFT - 70);
  const row = 40;
  const bottom = shown.length * row + 8;
  const body = shown.flatMap((one, i) => {
    const y = i * row + 24;
    const short = (ms: number | null) => (ms === null ? 'unknown' : formatShort(ms));
    const says = `${one.label}: median ${short(one.median_ms)}, from ${short(one.min_ms)} to ${short(one.max_ms)}`;
    const box =
      one.p25_ms === null
        ? []
        : [
            rect(
              scale(one.p25_ms),
              y - 8,
              Math.max(2, scale(one.p75_ms) - scale(one.p25_ms)),
              16,
              'bar3',
              says,
            ),
          ];
    return [
      text(LEFT - 10, y + 4, one.label, 'end'),
      rect(scale(one.min_ms), y - 2, Math.max(2, scale(one.max_ms) - scale(one.min_ms)), 4, 'bar3', says),
      ...box,
      rect(scale(one.median_ms) - 2, y - 12, 4, 24, 'mark', says),
      text(scale(one.max_ms) + 8, y + 4, short(one.median_ms)),
    ];
  });
  const axis = ticks.flatMap(({ ms, label }) => [
    line(scale(ms), 4, scale(ms), bottom),
    text(scale(ms), bottom + 16, label, 'middle'),
  ]);
  return figure({
    says: `Named intervals: ${shown.map(({ label, median_ms }) => `${label} median ${median_ms === null ? 'unknown' : formatShort(median_ms)}`).join(', ')}`,
    caption:
      'Thin line: shortest to longest. Box, from ten values on: middle half. Upright mark and number: median. Logarithmic scale; what lies under a minute stands at one.',
    height: bottom + 24,
    body: [...axis, ...body],
  });
}

/** Updates that were owed, by how they came. */
export function cadenceChart({ in_time, late, never }: Review['cadence']): Html | null {
  if (in_time + late + never === 0) return null;
  const bars = [
    { label: 'in time', value: in_time, shown: String(in_time) },
    { label: 'late', value: late, shown: String(late) },
    { label: 'never', value: never, shown: String(never) },
  ];
  return barChart('Updates that the severity asked for', saidBy(bars), bars);
}

/** Open action items by age. */
export function agesChart(ages: Review['owed']['ages']): Html | null {
  if (ages.every(({ n }) => n === 0)) return null;
  const bars = ages.map(({ label, n, overdue }) => ({
    ...{ label, value: n },
    shown: overdue > 0 ? `${n}, ${overdue} overdue` : String(n),
  }));
  return barChart('Open action items of all incidents, by age', saidBy(bars), bars);
}

function saidBy(bars: readonly Bar[]): string {
  return bars.map(({ label, shown }) => `${label}: ${shown}`).join('; ');
}
