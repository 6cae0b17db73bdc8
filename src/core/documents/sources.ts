import type { RecordedEvent } from '../events.ts';
import { type Incident, lastOf, standingDeploy, standingResolution } from '../incident.ts';
import { type Anchor, anchorsOf } from '../intervals.ts';
import type { Kind, Role } from '../kinds.ts';
import { toldOf } from './describe.ts';
import type { Narrative } from './narrative.ts';

/** Which events stand behind a computed value, so that a reader can look them up. Ids, in recorded order. */

const idsOf = (...events: readonly (RecordedEvent | null | undefined)[]): string[] =>
  [...new Set(events.flatMap((event) => (event ? [event.id] : [])))].sort();

export function factIds(incident: Incident, name: string): string[] {
  const fact = incident.facts.get(name);
  return fact ? [fact.event] : [];
}

/** The event that each anchor of an interval is the time of. */
export function anchorIds(incident: Incident, ...anchors: readonly Anchor[]): string[] {
  const found = anchors.flatMap((anchor) => PICKS[anchor](incident));
  return [...new Set(found)].sort();
}

const PICKS: Record<Anchor, (incident: Incident) => string[]> = {
  started: (incident) => factIds(incident, 'started'),
  detected: (incident) => factIds(incident, 'detected'),
  acknowledged: (incident) => idsOf(toldOf(incident, 'acknowledged')[0]),
  mitigated: (incident) => idsOf(firstMitigation(incident)),
  impact_ended: (incident) => factIds(incident, 'impact_ended'),
  resolved: (incident) => idsOf(standingResolution(incident)),
};

export function firstMitigation(incident: Incident): RecordedEvent | null {
  const steps = toldOf(incident, 'mitigation_applied', 'rolled_back');
  return steps.find((event) => event.kind !== 'rolled_back' || event.data.target === 'release') ?? null;
}

/** The first recorded moment of harm and its end: what a duration is measured between. */
export function durationIds(incident: Incident): string[] {
  const begin: Anchor = incident.facts.has('started') ? 'started' : 'detected';
  const end: Anchor = incident.facts.has('impact_ended') ? 'impact_ended' : 'resolved';
  return anchorIds(incident, begin, end);
}

/** The moment that gives the incident its date: when it began, else was detected, else was opened. */
export function beginOf(incident: Incident): string | null {
  const anchors = anchorsOf(incident);
  return anchors.started ?? anchors.detected ?? incident.opened?.at ?? null;
}

/** The event whose time `beginOf` gives. */
export function beginIds(incident: Incident): string[] {
  const at = beginOf(incident);
  const named = anchorIds(incident, 'started', 'detected');
  const found = incident.recorded.filter(({ id, at: when }) => named.includes(id) && when === at);
  return idsOf(found[0] ?? incident.opened);
}

/** The writing that the text in force of a narrative field came with. */
export function narrativeIds(incident: Incident, field: keyof Narrative): string[] {
  return idsOf(lastOf(incident, 'postmortem_written', ({ data }) => data.narrative?.[field] !== undefined));
}

export function severityIds(incident: Incident): string[] {
  return idsOf(lastOf(incident, 'severity_changed'));
}

/** Kinds after which the status is another one. Source: domain page, section 3. */
const MOVERS: readonly Kind[] = [
  ...(['opened', 'cause_identified', 'mitigation_applied', 'mitigation_removed', 'rolled_back'] as const),
  ...(['deployed', 'deploy_verified', 'resolved', 'reopened', 'cancelled', 'marked_duplicate'] as const),
  'closed',
];

/** The last event that could move the status. */
export function statusIds(incident: Incident): string[] {
  return idsOf(incident.recorded.findLast(({ kind }) => MOVERS.includes(kind)));
}

export function roleIds(incident: Incident, role: Role): string[] {
  return idsOf(lastOf(incident, 'role_assigned', ({ data }) => data.role === role));
}

/** The postmortem is due so many hours after the resolution; how many, the severity says. */
export function dueIds(incident: Incident): string[] {
  return [...idsOf(standingResolution(incident)), ...severityIds(incident)].sort();
}

/** What the words about the way out were made from. */
export function wayOutIds(incident: Incident): string[] {
  const back = toldOf(incident, 'rolled_back').filter(
    (event) => event.kind === 'rolled_back' && event.data.target === 'release',
  );
  return idsOf(standingDeploy(incident), ...back, ...incident.mitigations.map(({ event }) => event));
}

/** The first event by each of those who recorded anything: enough to look a name up. */
export function actorIds(incident: Incident, nameOf: (event: RecordedEvent) => string): string[] {
  const firsts = new Map<string, RecordedEvent>();
  for (const event of incident.recorded) if (!firsts.has(nameOf(event))) firsts.set(nameOf(event), event);
  return idsOf(...firsts.values());
}

/** Work on a fix, and fixes that were taken back. */
export function attemptIds(incident: Incident): string[] {
  const undone = toldOf(incident, 'rolled_back').filter(
    (event) => event.kind === 'rolled_back' && event.data.target === 'hotfix',
  );
  return idsOf(...undone, ...toldOf(incident, 'hotfix_started', 'fix_committed', 'deployed'));
}
