import { INTERVALS, type Interval } from '../intervals.ts';
import { MINUTE } from '../time.ts';
import { cleanText } from '../untrusted.ts';
import type { ReviewRow } from './rows.ts';

/**
 * What makes a spreadsheet take a text for a formula, in ASCII and in the wide forms that some locales read alike.
 * Source: OWASP, CSV injection.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;
const QUOTED = /[",\r\n]/;
/** Nobody recorded it. */
const UNKNOWN = 'UNKNOWN';
/** The end is recorded before the start. */
const IMPOSSIBLE = 'IMPOSSIBLE';

type Cell = string | number | null;

const COLUMNS: readonly { name: string; of: (row: ReviewRow) => Cell }[] = [
  { name: 'incident', of: ({ incident }) => incident },
  { name: 'uid', of: ({ uid }) => uid },
  { name: 'title', of: ({ title }) => title },
  { name: 'severity', of: ({ severity }) => severity },
  { name: 'status', of: ({ status }) => status },
  { name: 'opened_at', of: ({ opened_at }) => opened_at },
  { name: 'started_at', of: ({ anchors }) => anchors.started },
  { name: 'detected_at', of: ({ anchors }) => anchors.detected },
  { name: 'mitigated_at', of: ({ anchors }) => anchors.mitigated },
  { name: 'impact_ended_at', of: ({ anchors }) => anchors.impact_ended },
  { name: 'resolved_at', of: ({ anchors }) => anchors.resolved },
  ...INTERVALS.map(({ name }) => ({ name: `${name}_min`, of: (row: ReviewRow) => minutesOf(row, name) })),
  { name: 'updates_in_time', of: ({ updates }) => updates?.in_time ?? null },
  {
    name: 'updates_owed',
    of: ({ updates }) => (updates ? updates.in_time + updates.late + updates.never : null),
  },
  { name: 'mitigations', of: ({ mitigations }) => mitigations.join(' ') || null },
  { name: 'cause', of: ({ cause }) => cause },
  { name: 'files', of: ({ files }) => files.join(' ') || null },
  { name: 'open_action_items', of: ({ open_actions }) => open_actions },
  { name: 'open_debts', of: ({ open_debts }) => open_debts },
  { name: 'origin', of: ({ origin }) => origin },
];

/** One line per incident as RFC 4180 has it, with a header; no cell can act in a spreadsheet. */
export function reviewCsv(rows: readonly ReviewRow[]): string {
  const records = [COLUMNS.map(({ name }) => name), ...rows.map((row) => COLUMNS.map(({ of }) => of(row)))];
  return records.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(cell: Cell): string {
  if (cell === null) return UNKNOWN;
  if (typeof cell === 'number') return String(cell);
  const plain = cleanText(cell);
  const inert = FORMULA.test(plain) ? `'${plain}` : plain;
  return QUOTED.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

function minutesOf(row: ReviewRow, name: Interval['name']): Cell {
  const interval = row.intervals.find((one) => one.name === name);
  if (!interval || interval.problem === 'missing') return null;
  return interval.ms === null ? IMPOSSIBLE : Math.round((interval.ms / MINUTE) * 100) / 100;
}
