import { type Level, parseLevel } from '../severity.ts';
import { type Imported, isBlank } from './imported.ts';
import { plain, type Statement } from './markdown-read.ts';
import { columnOf, folded } from './section-names.ts';
import { statedIn } from './stated-times.ts';
import { readTime } from './written-time.ts';

/** `Label: value` lines of a header, and rows of a `Field | Value` table. */
export interface Field {
  line: number;
  label: string;
  value: string;
}

const LABELLED = /^(?:\*\*)?([A-Za-z][^:*|\n]{0,40}?)(?:\*\*\s*:|:\s*\*\*|:)\s*([\s\S]*)$/;

/** The field that a statement is, if it is one. */
export function fieldOf({ line, text }: Statement): Field | null {
  const [, label, value = ''] = LABELLED.exec(text.replace(/\n/g, ' ')) ?? [];
  return label === undefined ? null : { line, label: plain(label), value: plain(value) };
}

export function isFieldTable(columns: readonly string[]): boolean {
  return (
    columns.length === 2 && columnOf(columns[0] ?? '') === 'field' && columnOf(columns[1] ?? '') === 'value'
  );
}

/** Several options on a line, one of them ticked: `[ ] P0 (...) | [X] P1 (...)`. All of them unticked say nothing. */
function chosen(value: string): string | null {
  const options = value.split('|').map((option) => option.trim());
  if (options.length < 2) return value.trim();
  const ticked = options.find((option) => /^\[[xX]\]/.test(option));
  return ticked === undefined ? null : ticked.slice(3).trim();
}

export function severityIn(value: string): Imported['severity'] {
  const said = chosen(value);
  if (said === null || isBlank(said)) return null;
  const words = [
    /\b(?:P[0-3]|SEV[- ]?[1-4]|S[1-4])\b\??/i.exec(said)?.[0],
    said.split(/[\s(/,]/)[0],
    said.split(/\s/)[1],
  ];
  for (const word of words) {
    const level = levelOf(word?.replace('?', '') ?? '');
    // `P0/P1/P2` is the form's own list of what may be put there.
    if (level !== null) return /P0\/P1/.test(said) ? null : { level, confirmed: !(word ?? '').endsWith('?') };
  }
  return null;
}

function levelOf(word: string): Level | null {
  try {
    return parseLevel(word);
  } catch {
    return null;
  }
}

const OVER = /\b(?:resolved|closed|post-?mortem complete|done|complete[d]?)\b/i;
/** Words of ours that only repeat what the record says elsewhere. */
const REPEATED =
  /^(?:author|incident|post ?mortem (?:date|written|due)|hotfix id|branch|status|pulse status|severity|hash id|date|incident date|duration)$/;

type Take = (record: Imported, value: string, field: Field) => void;

const TAKES: Record<string, Take> = {
  severity: (record, value) => {
    record.severity = severityIn(value) ?? record.severity;
  },
  priority: (record, value) => TAKES.severity?.(record, value, { line: 0, label: '', value }),
  status: (record, value) => {
    const said = chosen(value);
    if (said !== null && OVER.test(said)) record.ended = true;
    if (said !== null && /\b(?:investigating|identified|monitoring|mitigated|open|ongoing)\b/i.test(said))
      record.ended = false;
  },
  'pulse status': (record, value) => {
    // The unfilled form shows the first and the last meter.
    if (!value.includes('→')) record.ended = value.includes('✅');
  },
  impact: (record, value) => {
    record.narrative.impact ??= value;
  },
  'incident commander': (record, value) => {
    record.roles.push({ role: 'incident_commander', person: value });
  },
  'detected by': (record, value) => {
    record.facts.push({ name: 'detected_by', value });
  },
  'what changed': (record, value) => {
    record.facts.push({ name: 'what_changed', value });
  },
};
TAKES.commander = TAKES['incident commander'] as Take;

/** Puts a field where it belongs; what has no place becomes a note. Times are for the caller. */
export function takeField(record: Imported, field: Field): void {
  const name = folded(field.label);
  const value = field.value.replace(/ _\(narrative\)_$/, '');
  if (isBlank(value)) return;
  const stated = statedIn(field.label, value);
  if (stated !== null) record.stated.push(stated);
  else if (TAKES[name]) TAKES[name]?.(record, value, field);
  else if (!REPEATED.test(name)) record.notes.push(`${field.label}: ${value}`);
  else if (isTold(name, value)) record.notes.push(`${field.label}: ${value}`);
}

/** Identity and duration are worth keeping where they say more than a time that was read. */
function isTold(name: string, value: string): boolean {
  if (name === 'date' || name === 'incident date' || name === 'status' || name === 'severity') return false;
  return readTime(value) === null && !/not written yet|no due date|UNKNOWN/.test(value);
}
