import { openDebts } from '../debts.ts';
import { type Incident, severityLabel } from '../incident.ts';
import { anchorsOf, type Interval, intervalsOf } from '../intervals.ts';
import type { Matrix } from '../severity.ts';
import { touchedFiles } from '../touched-files.ts';
import { oneLine } from '../untrusted.ts';
import { cadenceOfOne } from './cadence.ts';

/** One incident of a review, for tables and charts. Words are those of the record. */
export interface ReviewRow {
  incident: string;
  uid: string;
  title: string;
  severity: string;
  status: string;
  opened_at: string;
  anchors: ReturnType<typeof anchorsOf>;
  intervals: Interval[];
  updates: { in_time: number; late: number; never: number } | null;
  mitigations: string[];
  cause: string | null;
  files: string[];
  open_actions: number;
  open_debts: number;
  origin: 'here' | 'imported';
}

const TITLE = 200;
const CAUSE = 500;

export function reviewRows(incidents: readonly Incident[], matrix: Matrix, nowMs: number): ReviewRow[] {
  return incidents.map((incident) => ({
    ...{ incident: incident.label, uid: incident.uid, title: oneLine(incident.title, TITLE) },
    ...{ severity: severityLabel(incident), status: incident.status },
    opened_at: incident.opened?.at ?? '',
    anchors: anchorsOf(incident),
    intervals: intervalsOf(incident),
    updates: cadenceOfOne(incident, matrix, nowMs),
    mitigations: [...new Set(incident.mitigations.map(({ event }) => event.data.type))],
    cause: incident.cause === null ? null : oneLine(incident.cause.text, CAUSE),
    files: touchedFiles(incident),
    open_actions: [...incident.actions.values()].filter(({ state }) => state === 'open').length,
    open_debts: openDebts(incident).length,
    origin: incident.opened?.imported === true ? 'imported' : 'here',
  }));
}
