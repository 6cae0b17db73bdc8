import { type Incident, lastOf } from '../incident.ts';
import { type Anchor, anchorsOf, durationMs, endedAt } from '../intervals.ts';
import { type FactName, ROLES, type Role } from '../kinds.ts';
import { dateOf } from '../time.ts';
import { duration, toldOf, utc, whoOf } from './describe.ts';
import type { Narrative } from './narrative.ts';
import { actionsOf } from './postmortem-actions.ts';
import { intervalItem } from './postmortem-after.ts';
import { dueWords, endIds, factItem, wayOutItem } from './postmortem-facts.ts';
import { listsOf } from './postmortem-lists.ts';
import { keyEventsOf, milestonesOf } from './postmortem-milestones.ts';
import {
  item,
  narrated,
  type PostmortemItem,
  type PostmortemPool,
  recorded,
  unknown,
} from './postmortem-model.ts';
import type { FieldName } from './postmortem-names.ts';
import { anchorIds, attemptIds, beginIds, beginOf, dueIds, durationIds, roleIds } from './sources.ts';
import type { DocumentView } from './view.ts';

/** Everything that a postmortem can say, each thing once and by name. */
export function poolOf(incident: Incident, told: Narrative, view: DocumentView): PostmortemPool {
  const milestones = milestonesOf(incident);
  return {
    description: incident.description,
    fields: { ...narrative(incident, told), ...times(incident), ...facts(incident), ...rest(incident, view) },
    lists: listsOf(incident, told),
    milestones,
    key_events: keyEventsOf(incident, milestones),
    actions: actionsOf(incident),
    ask: Object.fromEntries(ROLES.map((role) => [role, unknown(incident, null, role).text])) as Record<
      Role,
      string
    >,
  };
}

type Some<Name extends FieldName> = Record<Name, PostmortemItem>;

function narrative(
  incident: Incident,
  told: Narrative,
): Some<'summary' | 'impact' | 'trigger' | 'detected_earlier'> {
  return {
    summary: narrated(incident, null, told, 'summary', 'incident_commander'),
    impact: narrated(incident, null, told, 'impact', 'incident_commander'),
    trigger: narrated(incident, null, told, 'trigger', 'subject_matter_expert'),
    detected_earlier: narrated(incident, null, told, 'detected_earlier', 'ops_lead'),
  };
}

function times(incident: Incident) {
  const anchors = anchorsOf(incident);
  const time = (at: string | null, anchor: Anchor, ask: Role) =>
    recorded(incident, null, utc(at), anchorIds(incident, anchor), ask);
  const began = beginOf(incident);
  return {
    date: recorded(incident, null, began && dateOf(began), beginIds(incident), 'incident_commander'),
    duration: recorded(
      incident,
      null,
      duration(durationMs(incident)),
      durationIds(incident),
      'incident_commander',
    ),
    started: time(anchors.started, 'started', 'ops_lead'),
    detected: time(anchors.detected, 'detected', 'responder'),
    acknowledged: time(anchors.acknowledged, 'acknowledged', 'responder'),
    mitigated: time(anchors.mitigated, 'mitigated', 'ops_lead'),
    impact_ended: recorded(incident, null, utc(endedAt(incident)), endIds(incident), 'ops_lead'),
    resolved: time(anchors.resolved, 'resolved', 'incident_commander'),
  } satisfies Partial<Some<FieldName>>;
}

function facts(incident: Incident) {
  const fact = (name: FactName, ask: Role = 'incident_commander') => factItem(incident, null, name, ask);
  return {
    users: fact('users'),
    plans: fact('plans'),
    error_rate: fact('error_rate', 'ops_lead'),
    flow: fact('flow'),
    affected_systems: fact('affected_systems', 'ops_lead'),
    blast_radius: fact('blast_radius', 'ops_lead'),
    data: fact('data', 'subject_matter_expert'),
    security: fact('security', 'subject_matter_expert'),
    revenue: fact('revenue', 'communications_owner'),
    workaround: fact('workaround', 'responder'),
    what_changed: fact('what_changed', 'responder'),
    last_known_good: fact('last_known_good', 'responder'),
    detected_by: fact('detected_by', 'responder'),
  } satisfies Partial<Some<FieldName>>;
}

function rest(incident: Incident, view: DocumentView) {
  const written = toldOf(incident, 'postmortem_written').at(-1);
  const ids = written ? [written.id] : [];
  const people = participantsOf(incident);
  const interval = (name: DocumentView['intervals'][number]['name']) => {
    const found = view.intervals.find((candidate) => candidate.name === name);
    return found ? intervalItem(incident, found) : unknown(incident, null, 'incident_commander');
  };
  return {
    commander: recorded(
      incident,
      null,
      incident.roles.get('incident_commander')?.person,
      roleIds(incident, 'incident_commander'),
      'responder',
    ),
    participants:
      people.length === 0
        ? unknown(incident, null, 'incident_commander')
        : item(
            null,
            people.map(({ name }) => name).join(', '),
            'record',
            people.map(({ id }) => id),
          ),
    author: item(null, written ? whoOf(written) : 'not written yet', 'computed', ids),
    written: item(null, utc(written?.at) ?? 'not written yet', 'computed', ids),
    due: item(null, dueWords(incident, view), 'computed', dueIds(incident)),
    way_out: wayOutItem(incident, null),
    branch: item(null, view.branch, 'computed', incident.opened ? [incident.opened.id] : []),
    attempts: attemptsOf(incident),
    time_to_detect: interval('time_to_detect'),
    time_to_acknowledge: interval('time_to_acknowledge'),
    time_to_mitigate: interval('time_to_mitigate'),
    time_to_restore: interval('time_to_restore'),
    time_to_resolve: interval('time_to_resolve'),
  } satisfies Partial<Some<FieldName>>;
}

/** People by the names that the record gives them; agents and systems are no participants. */
function participantsOf(incident: Incident): { name: string; id: string }[] {
  const named = incident.told.flatMap((event) =>
    [
      ...(event.kind === 'role_assigned' ? [event.data.person] : []),
      ...(event.kind === 'acknowledged' && event.data.person !== undefined ? [event.data.person] : []),
      ...(event.by.kind === 'human' && event.by.via !== 'editor' ? [event.by.name] : []),
    ].map((name) => ({ name, id: event.id })),
  );
  return named.filter(({ name }, i) => named.findIndex((other) => other.name === name) === i);
}

/** How many fixes were begun: the first attempt counts only once there is work on it. */
function attemptsOf(incident: Incident): PostmortemItem {
  const undone = lastOf(incident, 'rolled_back', ({ data }) => data.target === 'hotfix')?.id ?? '';
  const begun = toldOf(incident, 'hotfix_started', 'fix_committed', 'deployed').some(({ id }) => id > undone);
  const attempts = incident.attempt - (begun ? 0 : 1);
  return attempts === 0
    ? unknown(incident, null, 'responder')
    : item(null, String(attempts), 'computed', attemptIds(incident));
}
