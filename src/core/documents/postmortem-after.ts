import type { ActionItem, Incident } from '../incident.ts';
import { ACTION_TYPES, ROLES } from '../kinds.ts';
import { duration, roleWords, toldOf, utc, whatOf, whoOf } from './describe.ts';
import {
  item,
  type PostmortemItem,
  type PostmortemSection,
  recorded,
  section,
  unknown,
} from './postmortem-model.ts';
import type { DocumentView } from './view.ts';

/** Sections of the postmortem that look ahead, and its appendix. */

export const PREVENTION: Record<(typeof ACTION_TYPES)[number], string> = {
  prevent: 'Keep it from happening again',
  detect: 'See it sooner',
  mitigate: 'Make it hurt less',
  process: 'Change how we work',
};

export function actionSections(incident: Incident): PostmortemSection[] {
  const actions = [...incident.actions.values()];
  const missing = (text: string | undefined) => text ?? 'UNKNOWN';
  const table = {
    columns: ['ID', 'Action', 'Owner', 'Due', 'Type', 'Status'],
    rows: actions.map(({ id, text, owner, due, type, state, event }) => ({
      cells: [id, text, missing(owner), missing(due), missing(type), state],
      events: [event],
    })),
  };
  const none = [unknown(incident, 'Action items', 'incident_commander')];
  return [
    section(
      'actions',
      'Action Items',
      2,
      actions.length === 0 ? none : [],
      actions.length === 0 ? null : table,
    ),
    section(
      'prevention',
      'Prevention',
      2,
      ACTION_TYPES.flatMap((type) => {
        const ofType = actions.filter((action) => action.type === type && action.state !== 'dropped');
        return ofType.length === 0
          ? [item(PREVENTION[type], 'no action item', 'computed', [], false)]
          : ofType.map((action) => prevention(PREVENTION[type], action));
      }),
    ),
  ];
}

function prevention(label: string, { text, state, event, id }: ActionItem) {
  return item(label, `${id}: ${text}`, 'record', [event], state === 'done');
}

/** A duration, or why there is none. */
export function intervalWords(interval: DocumentView['intervals'][number]): string {
  if (interval.problem === 'missing')
    return `unknown: nobody recorded ${interval.missing.map(roleWords).join(' and ')}`;
  if (interval.problem === 'impossible') return 'impossible: the end is recorded before the beginning';
  return duration(interval.ms) ?? 'unknown';
}

export function intervalSection(incident: Incident, view: DocumentView): PostmortemSection {
  const anchors = (names: readonly string[]) =>
    names.flatMap((name) => {
      const fact = incident.facts.get(name);
      return fact ? [fact.event] : [];
    });
  return section('intervals', 'Intervals', 2, [], {
    columns: ['Interval', 'From', 'To', 'Duration'],
    rows: view.intervals.map((interval) => ({
      cells: [interval.label, roleWords(interval.from), roleWords(interval.to), intervalWords(interval)],
      events: anchors([interval.from, interval.to]),
    })),
  });
}

export function debtSection(incident: Incident, view: DocumentView): PostmortemSection {
  const open = new Set(view.debts.map((debt) => debt.event));
  if (incident.debts.length === 0) {
    return section('debt', 'Debt', 2, [item(null, 'Nothing was skipped by an override.', 'computed')]);
  }
  return section('debt', 'Debt', 2, [], {
    columns: ['Gate', 'Skipped', 'Why', 'By', 'Until', 'State'],
    rows: incident.debts.map(({ event, gate, missing, reason, by, until }) => ({
      cells: [
        gate,
        missing.map(roleWords).join(', '),
        reason,
        by,
        until ?? 'UNKNOWN',
        open.has(event) ? 'open' : 'paid',
      ],
      events: [event],
    })),
  });
}

export function participantSection(incident: Incident): PostmortemSection {
  const assigned = ROLES.flatMap((role) => {
    const events = toldOf(incident, 'role_assigned').filter(
      (event) => event.kind === 'role_assigned' && event.data.role === role,
    );
    const people = events.map((event) => (event.kind === 'role_assigned' ? event.data.person : ''));
    const ids = events.map((event) => event.id);
    return events.length === 0 ? [] : [item(roleWords(role), [...new Set(people)].join(', '), 'record', ids)];
  });
  const others = [...new Set(incident.told.map(whoOf))];
  return section('participants', 'Participants', 2, [
    ...(incident.roles.has('incident_commander')
      ? []
      : [unknown(incident, 'incident commander', 'responder')]),
    ...assigned,
    item('recorded by', others.join(', '), 'computed'),
  ]);
}

/** Everything that was recorded with evidence, links included. */
export function evidenceItems(incident: Incident): PostmortemItem[] {
  return incident.told
    .filter((event) => event.evidence.length > 0)
    .map((event) =>
      item(
        event.kind === 'linked' ? 'link' : 'evidence',
        `${whatOf(event)}: ${event.evidence.join('; ')}`,
        'record',
        [event.id],
      ),
    );
}

export function updateItems(incident: Incident): PostmortemItem[] {
  return toldOf(incident, 'update_posted').map((event) =>
    item('update', `${utc(event.at)} ${whatOf(event)}`, 'record', [event.id]),
  );
}

export function appendixSection(incident: Incident, view: DocumentView): PostmortemSection {
  const counted = (state: string) => view.tasks.filter((task) => task.state === state).length;
  return section('appendix', 'Appendix', 2, [
    item(
      'tasks',
      `${counted('done')} done, ${counted('skipped')} skipped, ${counted('open')} open`,
      'computed',
    ),
    recorded(incident, 'branch', view.branch, [], 'responder'),
    ...updateItems(incident),
    ...evidenceItems(incident),
  ]);
}
