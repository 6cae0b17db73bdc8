import type { RecordedEvent } from '../events.ts';
import { type Incident, lastOf, standingDeploy, standingResolution } from '../incident.ts';
import type { FactName, Kind, Role } from '../kinds.ts';
import { howOf, timeStyleOf, toldOf, whatOf, whoOf } from './describe.ts';
import { type Milestone, unknown } from './postmortem-model.ts';
import { MILESTONES, type MilestoneName } from './postmortem-names.ts';
import { firstMitigation } from './sources.ts';

type Pick = (incident: Incident) => RecordedEvent | null;

const first =
  (...kinds: Kind[]): Pick =>
  (incident) =>
    toldOf(incident, ...kinds)[0] ?? null;

const fact =
  (name: FactName): Pick =>
  (incident) => {
    const id = incident.facts.get(name)?.event;
    return incident.recorded.find((event) => event.id === id) ?? null;
  };

/** Which event marks each point, and who would know when nobody recorded it. */
const PICKS: Record<MilestoneName, [Pick, Role]> = {
  began: [fact('started'), 'ops_lead'],
  detected: [fact('detected'), 'responder'],
  opened: [({ opened }) => opened, 'responder'],
  investigation: [first('acknowledged'), 'incident_commander'],
  mitigation: [firstMitigation, 'ops_lead'],
  cause: [({ cause }) => cause, 'subject_matter_expert'],
  fix: [(incident) => lastOf(incident, 'fix_committed'), 'responder'],
  deployed: [standingDeploy, 'ops_lead'],
  verified: [lastVerified, 'ops_lead'],
  resolved: [standingResolution, 'incident_commander'],
  closed: [(incident) => lastOf(incident, 'closed'), 'incident_commander'],
  monitoring: [watched, 'ops_lead'],
};

function lastVerified(incident: Incident): RecordedEvent | null {
  return lastOf(incident, 'deploy_verified', ({ data }) => data.environment === 'production');
}

function watched(incident: Incident): RecordedEvent | null {
  return lastOf(incident, 'stability_confirmed') ?? fact('observation')(incident);
}

export function milestonesOf(incident: Incident): Record<MilestoneName, Milestone> {
  const style = timeStyleOf(incident);
  const entries = Object.entries(PICKS).map(([name, [pick, ask]]) => {
    const event = pick(incident);
    const label = MILESTONES[name as MilestoneName];
    if (event === null) {
      const { text } = unknown(incident, null, ask);
      return [name, { at: null, time: null, what: label, who: null, notes: text, events: [] }];
    }
    return [name, { ...milestone(event, style.of), what: label, notes: notesOf(event) }];
  });
  return Object.fromEntries(entries) as Record<MilestoneName, Milestone>;
}

function milestone(event: RecordedEvent, time: (iso: string) => string): Milestone {
  return {
    ...{ at: event.at, time: time(event.at), what: whatOf(event), who: whoOf(event), notes: howOf(event) },
    events: [event.id],
  };
}

/** What was said, and how we know it. */
function notesOf(event: RecordedEvent): string {
  const how = howOf(event);
  return how === '' ? event.text : `${event.text} (${how})`;
}

const KEY_KINDS = [
  ...(['severity_changed', 'mitigation_applied', 'mitigation_removed', 'rolled_back', 'deployed'] as const),
  ...(['deploy_verified', 'update_posted', 'reopened', 'stability_confirmed'] as const),
] as const;

/** Turns of the incident that are no milestone. */
export function keyEventsOf(incident: Incident, milestones: Record<MilestoneName, Milestone>): Milestone[] {
  const style = timeStyleOf(incident);
  const marked = new Set(Object.values(milestones).flatMap(({ events }) => events));
  return toldOf(incident, ...KEY_KINDS)
    .filter(({ id }) => !marked.has(id))
    .map((event) => milestone(event, style.of));
}
