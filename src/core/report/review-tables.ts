import { formatShort } from '../duration.ts';
import type { Repeat } from '../review/repeats.ts';
import type { Review } from '../review/review.ts';
import type { ReviewRow } from '../review/rows.ts';
import { type Html, html, table } from './html.ts';
import { agesChart } from './review-charts.ts';

/** Rows that one page holds; the CSV has all. */
const MOST_ROWS = 500;

export function repeatsTables({ repeats }: Review): Html {
  const shown = (caption: string, name: string, all: readonly Repeat[]) =>
    all.length === 0
      ? null
      : table({
          caption,
          columns: ['Times', name, 'Incidents'],
          rows: all.map(({ what, n, incidents }) => [
            String(n),
            what,
            `${incidents.join(', ')}${n > incidents.length ? ', ...' : ''}`,
          ]),
        });
  const nothing = repeats.causes.length + repeats.files.length === 0;
  return html`<section><h2>What repeats</h2>
${nothing ? html`<p>No recorded cause and no recorded file came more than once.</p>` : null}
${shown('Causes in like words', 'Cause', repeats.causes)}
${shown('Files of causes, fixes and rollbacks', 'File', repeats.files)}
${shown('How it was noticed', 'Detected by', repeats.detected_by)}
</section>
`;
}

/** A date, or that there is none; and whether it has passed. */
function dueCell(due: string | null, isOverdue: boolean): Html {
  const date = due === null ? unknown('no date') : html`<time>${due.slice(0, 10)}</time>`;
  return isOverdue ? html`${date} <span class="bad">overdue</span>` : date;
}

export function owedTables({ owed }: Review): Html {
  const level = owed.service_level;
  return html`<section><h2>What is owed now</h2>
<p>Of all incidents, whenever they were opened. Priority items (P0, P1) within ${level.weeks} weeks: kept ${level.kept}, missed ${level.missed}, still running ${level.running}.</p>
${agesChart(owed.ages)}
${
  owed.actions.length === 0
    ? html`<p>No action item is open.</p>`
    : table({
        caption: 'Open action items, overdue first, then the oldest',
        columns: ['Item', 'What', 'Owner', 'Due', 'Service level', 'Days old'],
        rows: owed.actions
          .slice(0, MOST_ROWS)
          .map((item) => [
            `${item.incident} ${item.action}`,
            item.text,
            item.owner ?? unknown('no owner'),
            dueCell(item.due, item.is_overdue),
            item.level_ends?.slice(0, 10) ?? '-',
            String(item.age_days),
          ]),
        numeric: [5],
      })
}
${
  owed.debts.length === 0
    ? html`<p>No debt is outstanding.</p>`
    : table({
        caption: 'Debt: what was skipped under pressure and is not paid',
        columns: ['Incident', 'Gate', 'Missing', 'Until', 'Days old'],
        rows: owed.debts
          .slice(0, MOST_ROWS)
          .map((debt) => [
            debt.incident,
            debt.gate,
            debt.missing.join(', '),
            dueCell(debt.until, debt.is_overdue),
            String(debt.age_days),
          ]),
        numeric: [4],
      })
}
</section>
`;
}

const unknown = (said: string): Html => html`<span class="unknown">${said}</span>`;

export function incidentsTable(rows: readonly ReviewRow[]): Html {
  if (rows.length === 0) return html``;
  const latest = rows.slice(-MOST_ROWS).reverse();
  const cut = rows.length - latest.length;
  return html`<section><h2>Incidents</h2>
${table({
  caption: `Newest first${cut > 0 ? `; ${cut} earlier ones are in the CSV only` : ''}`,
  columns: ['Incident', 'Title', 'Severity', 'Status', 'Opened (UTC)', 'Restored', 'Cause'],
  rows: latest.map((row) => [
    row.incident,
    row.title,
    row.severity,
    row.status,
    row.opened_at.slice(0, 16).replace('T', ' '),
    restored(row),
    row.cause ?? unknown('UNKNOWN'),
  ]),
})}</section>
`;
}

function restored({ intervals }: ReviewRow): Html | string {
  const interval = intervals.find(({ name }) => name === 'time_to_restore');
  if (interval?.problem === 'impossible') return unknown('impossible order');
  return interval?.ms == null ? unknown('UNKNOWN') : formatShort(interval.ms);
}
