import type { ActionItem, Incident } from '../incident.ts';
import type { Anchor } from '../intervals.ts';
import { ACTION_TYPES, ROLES, type Role } from '../kinds.ts';
import { duration, roleWords, toldOf, utc, whatOf, whoOf } from './describe.ts';
import {
  item,
  type PostmortemItem,
  type PostmortemSection,
  recorded,
  section,
  unknown,
} from './postmortem-model.ts';
import { actorIds, anchorIds } from './sources.ts';
import type { DocumentView } from './view.ts';

/** Sections of the postmortem that look ahead, and its appendix. */

export const PREVENTION: Record<(typeof ACTION_TYPES)[number], string> = {
  prevent: 'Keep it from happening again',
  detect: 'See it sooner',
  mitigate: 'Make it hurt less',
  process: 'Change how we work',
};

/** The list of action items is whole, so that this is known. */
export const NOT_AMONG = 'not among the action items';

export function actionSections(incident: Incident): PostmortemSection[] {
  const actions = [...incident.actions.values()];
  const ask = unknown(incident, null, 'incident_commander').text;
  const missing = (text: string | undefined) => text ?? ask;
  const table = {
    columns: ['ID', 'Action', 'Owner', 'Due', 'Type', 'Status'],
    rows: actions.map(({ id, text, owner, due, type, state, event }) => ({
      cells: [id, text, missing(owner), missing(due), missing(type), state],
      events: [event],
    })),
  };
  const none = unknown(incident, 'Action items', 'incident_commander');
  const ids = actions.map(({ event }) => event);
  return [
    section(
      'actions',
      'Action Items',
      2,
      actions.length === 0 ? [none] : [],
      actions.length === 0 ? null : table,
    ),
    section(
      'prevention',
      'Prevention',
      2,
      ACTION_TYPES.flatMap((type) => {
        const ofType = actions.filter((action) => action.type === type && action.state !== 'dropped');
        return ofType.length === 0
          ? [actions.length === 0 ? none : item(PREVENTION[type], NOT_AMONG, 'computed', ids, false)]
          : ofType.map((action) => prevention(PREVENTION[type], action));
      }),
    ),
  ];
}

function prevention(label: string, { text, state, event, id }: ActionItem) {
  return item(label, `${id}: ${text}`, 'record', [event], state === 'done');
}

/** Who would know a time that nobody recorded. */
export const ASK: Record<Anchor, Role> = {
  started: 'ops_lead',
  detected: 'responder',
  acknowledged: 'responder',
  mitigated: 'ops_lead',
  impact_ended: 'ops_lead',
  resolved: 'incident_commander',
};

/** A duration with the two events that it lies between, or why there is none. */
export function intervalItem(
  incident: Incident,
  { problem, missing, ms, from, to }: DocumentView['intervals'][number],
): PostmortemItem {
  const ids = anchorIds(incident, from, to);
  const [first] = missing;
  if (problem === 'missing' && first !== undefined) {
    const { text } = unknown(incident, null, ASK[first]);
    return item(null, `${text}: nobody recorded ${missing.map(roleWords).join(' and ')}`, 'unknown', ids);
  }
  const words = duration(ms) ?? 'impossible: the end is recorded before the beginning';
  return item(null, words, 'computed', ids);
}

export function intervalSection(incident: Incident, view: DocumentView): PostmortemSection {
  return section('intervals', 'Intervals', 2, [], {
    columns: ['Interval', 'From', 'To', 'Duration'],
    rows: view.intervals.map((interval) => {
      const { text, events } = intervalItem(incident, interval);
      return { cells: [interval.label, roleWords(interval.from), roleWords(interval.to), text], events };
    }),
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
        until ?? unknown(incident, null, 'incident_commander').text,
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
    item('recorded by', others.join(', '), 'computed', actorIds(incident, whoOf)),
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
  const taskIds = [...new Set(view.tasks.flatMap(({ event }) => event ?? []))].sort();
  const opened = incident.opened ? [incident.opened.id] : [];
  const counted = (state: string) => view.tasks.filter((task) => task.state === state).length;
  return section('appendix', 'Appendix', 2, [
    item(
      'tasks',
      `${counted('done')} done, ${counted('skipped')} skipped, ${counted('open')} open`,
      'computed',
      taskIds.length === 0 ? opened : taskIds,
    ),
    recorded(incident, 'branch', view.branch, opened, 'responder'),
    ...updateItems(incident),
    ...evidenceItems(incident),
  ]);
}
