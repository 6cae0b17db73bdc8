import type { RecordedEvent } from '../events.ts';
import { type Incident, severityLabel, standingDeploy } from '../incident.ts';
import { anchorsOf, durationMs, endedAt } from '../intervals.ts';
import type { FactName, Role } from '../kinds.ts';
import { dateOf } from '../time.ts';
import { duration, howOf, timeStyleOf, toldOf, utc, whatOf, whoOf } from './describe.ts';
import type { Narrative } from './narrative.ts';
import {
  item,
  listSection,
  narrated,
  type PostmortemItem,
  type PostmortemSection,
  recorded,
  section,
  unknown,
} from './postmortem-model.ts';
import {
  anchorIds,
  beginIds,
  beginOf,
  dueIds,
  durationIds,
  factIds,
  roleIds,
  severityIds,
  statusIds,
  wayOutIds,
} from './sources.ts';
import type { DocumentView } from './view.ts';

/** Sections of the postmortem up to the resolution. */

export function summarySection(incident: Incident, told: Narrative, view: DocumentView): PostmortemSection {
  const written = incident.recorded.filter((event) => event.kind === 'postmortem_written').at(-1);
  const value = (text: string | null | undefined, ask: Role): string =>
    text ?? unknown(incident, null, ask).text;
  const started = beginOf(incident);
  const opened = incident.opened ? [incident.opened.id] : [];
  const commander = 'incident_commander';
  const author = written === undefined ? null : whoOf(written);
  const rows: [string, string, string[]][] = [
    ['Incident', `${incident.label} (${incident.uid})`, opened],
    ['Date', value(started && dateOf(started), commander), beginIds(incident)],
    ['Duration', value(duration(durationMs(incident)), commander), durationIds(incident)],
    ['Severity', severityLabel(incident), severityIds(incident)],
    ['Status', incident.status, statusIds(incident)],
    [
      'Incident commander',
      value(incident.roles.get(commander)?.person, 'responder'),
      roleIds(incident, commander),
    ],
    ['Author', author ?? 'not written yet', written ? [written.id] : []],
    ['Postmortem written', utc(written?.at) ?? 'not written yet', written ? [written.id] : []],
    ['Postmortem due', dueWords(incident, view), dueIds(incident)],
  ];
  return section('summary', 'Summary', 2, [narrated(incident, null, told, 'summary', commander)], {
    columns: ['Field', 'Value'],
    rows: rows.map(([name, text, events]) => ({ cells: [name, text], events })),
  });
}

/** When the postmortem is due, or why nobody can say. */
export function dueWords(incident: Incident, { clocks, row }: DocumentView): string {
  const due = utc(clocks.find((clock) => clock.name === 'postmortem')?.due);
  if (due !== null) return due;
  if (row === null) return unknown(incident, null, 'incident_commander').text;
  return row.postmortem_within_h === null ? 'not asked for at this severity' : 'counted from the resolution';
}

/** The events behind `endedAt`. */
export function endIds(incident: Incident): string[] {
  return anchorIds(incident, incident.facts.has('impact_ended') ? 'impact_ended' : 'resolved');
}

export function factItem(
  incident: Incident,
  label: string | null,
  name: FactName,
  ask: Role,
): PostmortemItem {
  const fact = incident.facts.get(name);
  return recorded(incident, label, fact?.value, fact ? [fact.event] : [], ask);
}

export function impactSection(incident: Incident, told: Narrative): PostmortemSection {
  const fact = (label: string, name: FactName, ask: Role = 'incident_commander') =>
    factItem(incident, label, name, ask);
  const ended = endedAt(incident);
  return section('impact', 'Impact', 2, [
    narrated(incident, null, told, 'impact', 'incident_commander'),
    fact('Users', 'users'),
    fact('Error rate', 'error_rate', 'ops_lead'),
    fact('Flow', 'flow'),
    fact('Systems', 'affected_systems', 'ops_lead'),
    fact('Blast radius', 'blast_radius', 'ops_lead'),
    fact('Data', 'data', 'subject_matter_expert'),
    fact('Security', 'security', 'subject_matter_expert'),
    fact('Revenue and business', 'revenue', 'communications_owner'),
    recorded(incident, 'Began', utc(anchorsOf(incident).started), factIds(incident, 'started'), 'ops_lead'),
    recorded(incident, 'Ended', utc(ended), endIds(incident), 'ops_lead'),
  ]);
}

export function timelineSection(incident: Incident): PostmortemSection {
  const style = timeStyleOf(incident);
  return section('timeline', 'Timeline', 2, [], {
    columns: [style.heading, 'Event', 'Who', 'How we know'],
    rows: incident.told.map((event) => ({
      cells: [style.of(event.at), whatOf(event), whoOf(event), howOf(event)],
      events: [event.id],
    })),
  });
}

export function triggerSection(incident: Incident, told: Narrative): PostmortemSection {
  return section('trigger', 'Trigger', 2, [
    narrated(incident, null, told, 'trigger', 'subject_matter_expert'),
    factItem(incident, 'What changed', 'what_changed', 'responder'),
    factItem(incident, 'Last known good', 'last_known_good', 'responder'),
  ]);
}

/** Words in "detected by" that tell how; a hint for the reader, corrected by recording the fact again. */
const DETECTIONS: readonly [string, RegExp][] = [
  ['Monitoring alert', /\b(alert|alarm|monitor|monitoring|page|pager|probe|synthetic)\b/i],
  ['Customer report', /\b(customers?|users?|support|clients?|tickets?)\b/i],
  ['Internal discovery', /\b(developers?|engineers?|team|internal|colleagues?|deploys?)\b/i],
];

export function detectionSection(incident: Incident, told: Narrative): PostmortemSection {
  return section('detection', 'Detection', 2, [
    factItem(incident, 'Detected by', 'detected_by', 'responder'),
    recorded(
      incident,
      'Detected at',
      utc(anchorsOf(incident).detected),
      factIds(incident, 'detected'),
      'responder',
    ),
    ...detectionBoxes(incident),
    narrated(incident, 'Could we have detected it earlier?', told, 'detected_earlier', 'ops_lead'),
  ]);
}

/** How it was detected; at most one is ticked. */
export function detectionBoxes(incident: Incident): PostmortemItem[] {
  const fact = incident.facts.get('detected_by');
  const ids = factIds(incident, 'detected_by');
  const how = DETECTIONS.find(([, words]) => fact !== undefined && words.test(fact.value))?.[0];
  return DETECTIONS.map(([label]) => item(null, label, 'computed', ids, label === how));
}

export function causeSections(incident: Incident, told: Narrative): PostmortemSection[] {
  const causes = toldOf(incident, 'cause_identified').map(eventItem);
  const refuted = incident.hypotheses.filter((hypothesis) => hypothesis.state === 'refuted');
  return [
    section(
      'cause',
      'Root Cause',
      2,
      causes.length === 0 ? [unknown(incident, null, 'subject_matter_expert')] : causes,
    ),
    listSection(
      incident,
      'contributing',
      'Contributing Factors',
      3,
      told,
      'contributing_factors',
      'subject_matter_expert',
    ),
    section(
      'refuted',
      'What it was not',
      3,
      refuted.length === 0
        ? [unknown(incident, null, 'subject_matter_expert')]
        : refuted.map(({ text, reason, event }) =>
            item(null, `${text} (because: ${reason ?? 'UNKNOWN'})`, 'record', [event]),
          ),
    ),
    listSection(incident, 'five_whys', 'Five Whys', 3, told, 'five_whys', 'subject_matter_expert'),
  ];
}

function eventItem(event: RecordedEvent): PostmortemItem {
  const how = howOf(event);
  const text = `${whatOf(event)} (${utc(event.at)}, ${whoOf(event)}${how === '' ? '' : `; ${how}`})`;
  return item(null, text, 'record', [event.id]);
}

export function resolutionSection(incident: Incident): PostmortemSection {
  const steps = toldOf(
    incident,
    ...(['mitigation_applied', 'mitigation_removed', 'rolled_back', 'fix_committed', 'deployed'] as const),
    ...(['deploy_verified', 'resolved', 'reopened', 'stability_confirmed'] as const),
  );
  const items = steps.map(eventItem);
  return section('resolution', 'Resolution', 2, [
    wayOutItem(incident, 'Was it a rollback or a hotfix?'),
    ...(items.length === 0 ? [unknown(incident, 'What ended the harm', 'ops_lead')] : items),
  ]);
}

export function wayOutItem(incident: Incident, label: string | null): PostmortemItem {
  const ways = [
    standingDeploy(incident) ? 'a hotfix was deployed' : null,
    toldOf(incident, 'rolled_back').some(
      (event) => event.kind === 'rolled_back' && event.data.target === 'release',
    )
      ? 'the release was rolled back'
      : null,
    ...new Set(
      incident.mitigations.map(({ event }) => `mitigated by ${event.data.type.replaceAll('_', ' ')}`),
    ),
  ].filter((way) => way !== null);
  return ways.length === 0
    ? unknown(incident, label, 'ops_lead')
    : item(label, ways.join('; '), 'computed', wayOutIds(incident));
}
