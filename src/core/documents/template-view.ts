import type { Milestone, PostmortemDoc, PostmortemItem } from './postmortem-model.ts';
import { FIELDS, LISTS, MILESTONES } from './postmortem-names.ts';

/** What a repository's own template may name: texts, yes or no, and lists of the same. Nothing in it can be called. */
export interface TemplateView {
  readonly [name: string]: string | boolean | readonly TemplateView[];
}

/** Members of the view besides the fields and lists by name; the sentences are the rows of docs/templates.md. */
export const TEMPLATE_HEAD = {
  title: 'Title of the incident',
  incident: 'Its label, for example `hotfix-001`',
  uid: 'Its id',
  severity: 'Severity as shown: `P1`, `P0?` while unconfirmed, `unclassified`',
  status: 'Status',
  drill: 'Yes for a rehearsal: use it as a section',
  description: 'What the incident was opened with, on one line',
} as const;

/** Members of one entry, by list. */
export const TEMPLATE_ROWS = {
  milestones: ['name', 'event', 'time', 'who', 'notes', 'known'],
  events: ['time', 'event', 'who', 'how'],
  actions: ['id', 'text', 'owner', 'due', 'type', 'why', 'state', 'done', 'horizon', 'area'],
  intervals: ['name', 'from', 'to', 'duration'],
  debts: ['gate', 'skipped', 'why', 'by', 'until', 'state'],
} as const;
/** Members of one entry of every list in `LISTS`. */
export const TEMPLATE_ENTRY = ['label', 'text', 'checked'] as const;

const UNKNOWN = 'UNKNOWN';

/** The document as plain data for a template. Text of the narrative says so, whatever the template does with it. */
export function templateView(doc: PostmortemDoc): TemplateView {
  const { pool } = doc;
  const ask = pool.ask.incident_commander;
  return {
    ...{ title: doc.title, incident: doc.label, uid: doc.uid, severity: doc.severity, status: doc.status },
    ...{ drill: doc.drill, description: pool.description },
    ...byName(FIELDS, (name) => said(pool.fields[name])),
    ...byName(LISTS, (name) => pool.lists[name].map(entry)),
    milestones: namesOf(MILESTONES).map((name) => milestone(name, pool.milestones[name])),
    events: rowsOf(doc, 'timeline', TEMPLATE_ROWS.events),
    actions: pool.actions.map(({ id, text, owner, due, type, why, state, horizon, area }) => ({
      ...{ id, text, owner: owner ?? ask, due: due ?? ask, type: type ?? ask, why },
      ...{ state, done: state === 'done', horizon, area },
    })),
    intervals: rowsOf(doc, 'intervals', TEMPLATE_ROWS.intervals),
    debts: rowsOf(doc, 'debt', TEMPLATE_ROWS.debts),
  };
}

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table) as Name[];
}

function byName<Name extends string, Value>(
  table: Readonly<Record<Name, unknown>>,
  value: (name: Name) => Value,
): Record<string, Value> {
  return Object.fromEntries(namesOf(table).map((name) => [name, value(name)]));
}

function said({ text, source }: PostmortemItem): string {
  return source === 'narrative' ? `${text} (narrative)` : text;
}

function entry(item: PostmortemItem): TemplateView {
  return { label: item.label ?? '', text: said(item), checked: item.checked === true };
}

function milestone(name: string, { time, what, who, notes }: Milestone): TemplateView {
  return { name, event: what, time: time ?? UNKNOWN, who: who ?? UNKNOWN, notes, known: time !== null };
}

/** The rows of a section's table under names in place of columns. */
function rowsOf({ sections }: PostmortemDoc, id: string, names: readonly string[]): TemplateView[] {
  const rows = sections.find((section) => section.id === id)?.table?.rows ?? [];
  return rows.map(({ cells }) => Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ''])));
}
