import { formatShort } from '../duration.ts';
import type { Review } from '../review/review.ts';
import type { ReviewRow } from '../review/rows.ts';
import { PERCENTILES_FROM, type Spread } from '../review/spread.ts';
import { percent, reworkText } from '../review/text.ts';
import { type Html, html, table } from './html.ts';
import { page } from './page.ts';
import { cadenceChart, intervalsChart, monthsChart } from './review-charts.ts';
import { incidentsTable, owedTables, repeatsTables } from './review-tables.ts';

/** The review as one self-contained page. Every number comes from the record; every text is escaped. */
export function reviewPage(review: Review, rows: readonly ReviewRow[]): string {
  const { period } = review;
  const from = period.from === null ? 'the first incident' : period.from.slice(0, 10);
  const left = review.drills_left_out;
  return page({
    title: 'Incident review',
    lead: `Incidents opened from ${from} to ${period.until.slice(0, 10)} (UTC): ${review.incidents}${left > 0 ? `; ${left} rehearsal(s) left out` : ''}`,
    body: [
      glance(review, rows),
      times(review),
      deployments(review),
      updates(review),
      repeatsTables(review),
      owedTables(review),
      incidentsTable(rows),
    ],
    foot: 'Computed by hotfix-pulse from recorded events alone. What nobody recorded is unknown and is left out of every number.',
  });
}

const section = (title: string, ...parts: readonly (Html | null)[]): Html =>
  html`<section><h2>${title}</h2>
${parts}</section>
`;

function glance(
  { period, incidents, imported, by_severity, by_status }: Review,
  rows: readonly ReviewRow[],
): Html {
  if (incidents === 0) return section('At a glance', html`<p>No incident was opened in this period.</p>`);
  const counts = (caption: string, name: string, of: Record<string, number>) =>
    table({
      caption,
      columns: [name, 'Incidents'],
      rows: Object.entries(of).map(([key, n]) => [key, String(n)]),
      numeric: [1],
    });
  return section(
    'At a glance',
    monthsChart(rows, period),
    counts('Incidents by severity', 'Severity', by_severity),
    counts('Incidents by status', 'Status now', by_status),
    imported > 0 ? html`<p>${imported} of them were imported from records kept elsewhere.</p>` : null,
  );
}

type Measured = Spread & { missing: number; impossible: number };

function spreadCells(one: Measured): (Html | string)[] {
  const middle = one.n < PERCENTILES_FROM ? '-' : `${span(one.p25_ms)} to ${span(one.p75_ms)}`;
  return [
    span(one.median_ms),
    one.n === 0 ? span(null) : `${span(one.min_ms)} to ${span(one.max_ms)}`,
    middle,
    one.n < PERCENTILES_FROM ? '-' : span(one.p90_ms),
    ...[one.n, one.missing, one.impossible].map(String),
  ];
}

const SPREAD = ['Median', 'Range', 'Middle half', '90 % within', 'Known', 'Unknown', 'Impossible'];

function span(ms: number | null): string {
  return ms === null ? 'unknown' : formatShort(ms);
}

function times({ intervals, warnings }: Review): Html {
  return section(
    'How long it took',
    intervalsChart(intervals),
    table({
      caption: `Named intervals; percentiles from ${PERCENTILES_FROM} values on`,
      columns: ['Interval', ...SPREAD],
      rows: intervals.map((one) => [one.label, ...spreadCells(one)]),
      numeric: [5, 6, 7],
    }),
    warnings.length === 0
      ? null
      : html`<h3>Times that contradict each other</h3>
<ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>
`,
  );
}

function deployments({ deployments: deploys }: Review): Html {
  return section(
    'Deployments',
    html`<p>A failed deployment is counted where an incident was ended by taking the release back or by deploying a hotfix, and where a hotfix was taken back itself. Failed deployments: ${deploys.failed}.</p>
`,
    table({
      caption: 'Failed deployment recovery time (DORA), by two readings',
      columns: ['From, to', ...SPREAD],
      rows: [
        ['Detected, impact ended', ...spreadCells(deploys.detected_to_restored)],
        ['Start of harm, remedied', ...spreadCells(deploys.failed_to_remedied)],
      ],
      numeric: [5, 6, 7],
    }),
    html`<p>Deployment rework rate (DORA): ${reworkText(deploys)}.</p>
`,
  );
}

function updates({ cadence }: Review): Html {
  const kept = cadence.share === null ? 'unknown, none was owed' : percent(cadence.share);
  return section(
    'Updates',
    html`<p>In time: ${kept}. Owed by the severity in force: ${cadence.in_time + cadence.late + cadence.never}. Incidents without a measure: ${cadence.unmeasured}.</p>
`,
    cadenceChart(cadence),
  );
}
