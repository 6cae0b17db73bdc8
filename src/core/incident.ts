import type { EventOf, RecordedEvent } from './events.ts';
import { type ByKind, byRecorded, byTold, filedByKind } from './events.ts';
import type { FactName, Kind, Role } from './kinds.ts';
import { labelOf, REDUCERS } from './reduce.ts';
import type { Level } from './severity.ts';
import { nextStatus, type Status } from './status.ts';

interface SeverityNow {
  level: Level;
  /** A person or a stated fact set it; an unconfirmed one is shown as `P0?`. */
  confirmed: boolean;
  since: string;
  reason: string | undefined;
}

interface Fact {
  name: FactName | string;
  value: string;
  at: string;
  event: string;
  live: boolean;
}

interface Hypothesis {
  event: string;
  text: string;
  state: 'open' | 'refuted';
  reason?: string;
}

export interface ActiveMitigation {
  event: EventOf<'mitigation_applied'> & { live: boolean };
  active: boolean;
}

export interface ActionItem {
  id: string;
  text: string;
  owner: string | undefined;
  due: string | undefined;
  type: string | undefined;
  /** Its own; the incident's where nobody stated one. */
  severity: Level | undefined;
  state: 'open' | 'done' | 'dropped';
  /** Where the team tracks it. */
  issue: string | undefined;
  evidence: string[];
  event: string;
  added: string;
  /** When it was finished or dropped. */
  ended: string | undefined;
  /** Taken over from a record kept elsewhere. */
  imported: boolean;
}

export interface Debt {
  event: string;
  gate: string;
  missing: string[];
  reason: string;
  until: string | undefined;
  by: string;
}

/** Everything derived from the events of one incident. A value, made by `foldIncident` and `foldFurther` alone; shared, so nobody changes one. */
export interface Incident {
  uid: string;
  number: number;
  /** `hotfix-001` */
  label: string;
  slug: string;
  title: string;
  description: string;
  opened: (EventOf<'opened'> & { live: boolean }) | null;
  drill: boolean;
  status: Status;
  severity: SeverityNow | null;
  severityHistory: { level: Level; at: string }[];
  facts: Map<string, Fact>;
  roles: Map<Role, { person: string; at: string }>;
  hypotheses: Hypothesis[];
  cause: (EventOf<'cause_identified'> & { live: boolean }) | null;
  mitigations: ActiveMitigation[];
  /** The rollback of the release that still stands: no later deploy to production, no reopening. */
  releaseRollback: (EventOf<'rolled_back'> & { live: boolean }) | null;
  /** A hotfix is in production and was not taken back. */
  hotfixStands: boolean;
  actions: Map<string, ActionItem>;
  debts: Debt[];
  doneTasks: Map<string, RecordedEvent>;
  skippedTasks: Map<string, RecordedEvent>;
  /** 1, and one more after every hotfix that had to be taken back. */
  attempt: number;
  /** The recorded id after which work on the current attempt began. */
  attemptSince: string;
  duplicateOf: string | null;
  recorded: readonly RecordedEvent[];
  told: readonly RecordedEvent[];
  /** The recorded events of each kind, in recorded order. */
  byKind: ByKind;
}

/**
 * The fold: recorded order decides everything but the timeline's order. `events` may come in any order
 * and is not changed. Events of kinds that a newer version added pass through untouched.
 */
export function foldIncident(uid: string, events: readonly RecordedEvent[]): Incident {
  const recorded = [...events].sort(byRecorded);
  const state: Incident = {
    uid,
    number: 0,
    label: 'hotfix-???',
    slug: '',
    title: '',
    description: '',
    opened: null,
    drill: false,
    status: 'investigating',
    severity: null,
    severityHistory: [],
    facts: new Map(),
    roles: new Map(),
    hypotheses: [],
    cause: null,
    mitigations: [],
    releaseRollback: null,
    hotfixStands: false,
    actions: new Map(),
    debts: [],
    doneTasks: new Map(),
    skippedTasks: new Map(),
    attempt: 1,
    attemptSince: '',
    duplicateOf: null,
    recorded,
    told: [...recorded].sort(byTold),
    byKind: filedByKind(new Map(), recorded),
  };
  for (const event of recorded) takeIn(state, event);
  return state;
}

/** One more event, the latest so far, changes what follows from the events: all but their lists. */
export function takeIn(state: Incident, event: RecordedEvent): void {
  REDUCERS[event.kind]?.(state, event);
  state.hotfixStands = standsAfter(state.hotfixStands, event);
  // A hotfix in production is a mitigation too: taking the flag or the rollback back leaves it in place.
  const others = (state.releaseRollback ? 1 : 0) + (state.hotfixStands ? 1 : 0);
  state.status = nextStatus(state.status, event, {
    causeStands: state.cause !== null,
    activeMitigations: activeMitigations(state).length + others,
  });
}

function standsAfter(before: boolean, event: RecordedEvent): boolean {
  if (event.kind === 'deployed') return before || event.data.environment === 'production';
  const undone =
    event.kind === 'reopened' || (event.kind === 'rolled_back' && event.data.target === 'hotfix');
  return before && !undone;
}

export function activeMitigations(incident: Incident): ActiveMitigation[] {
  return incident.mitigations.filter((mitigation) => mitigation.active);
}

/** The recorded events of a kind. */
export function allOf<K extends Kind>(
  incident: Incident,
  kind: K,
): readonly (EventOf<K> & { live: boolean })[] {
  return (incident.byKind.get(kind) ?? []) as readonly (EventOf<K> & { live: boolean })[];
}

/** The last event of a kind in recorded order, optionally narrowed. */
export function lastOf<K extends Kind>(
  incident: Incident,
  kind: K,
  where: (event: EventOf<K> & { live: boolean }) => boolean = () => true,
): (EventOf<K> & { live: boolean }) | null {
  return allOf(incident, kind).findLast(where) ?? null;
}

/** The last deploy to production that has not been taken back since. */
export function standingDeploy(incident: Incident): (EventOf<'deployed'> & { live: boolean }) | null {
  const deploy = lastOf(incident, 'deployed', (event) => event.data.environment === 'production');
  const undone = lastOf(incident, 'rolled_back', (event) => event.data.target === 'hotfix');
  return deploy && undone && undone.id > deploy.id ? null : deploy;
}

/** The first proof that is not about a hotfix taken back since. */
export function standingProof(
  incident: Incident,
  where: (event: EventOf<'regression_proven'> & { live: boolean }) => boolean = () => true,
): (EventOf<'regression_proven'> & { live: boolean }) | null {
  const undone = lastOf(incident, 'rolled_back', (event) => event.data.target === 'hotfix')?.id ?? '';
  return allOf(incident, 'regression_proven').find((event) => event.id > undone && where(event)) ?? null;
}

/** Whether something done since the last reopening holds the harm down: a mitigation, a rollback or a deploy. */
export function isContained(incident: Incident): boolean {
  const since = lastOf(incident, 'reopened')?.id ?? '';
  const held = [incident.releaseRollback, standingDeploy(incident)];
  return [...held, ...activeMitigations(incident).map(({ event }) => event)].some(
    (event) => event !== null && event.id > since,
  );
}

/** Whether code was changed for this incident, by a commit or a production deploy that still stands. */
export function codeChanged(incident: Incident): boolean {
  const commit = lastOf(incident, 'fix_committed');
  return standingDeploy(incident) !== null || (commit !== null && commit.id > incident.attemptSince);
}

/** The resolution that still stands. */
export function standingResolution(incident: Incident): (EventOf<'resolved'> & { live: boolean }) | null {
  const resolved = lastOf(incident, 'resolved');
  const reopened = lastOf(incident, 'reopened');
  return resolved && reopened && reopened.id > resolved.id ? null : resolved;
}

/** Open means that people may still have to act: neither closed nor cancelled. */
export function isOpen(incident: Incident): boolean {
  return incident.status !== 'closed' && incident.status !== 'cancelled';
}

/** `P1`, `P0?` while unconfirmed, `unclassified` before any severity. */
export function severityLabel(incident: Incident): string {
  if (!incident.severity) return 'unclassified';
  return incident.severity.confirmed ? incident.severity.level : `${incident.severity.level}?`;
}

/** Folder of the incident, relative to the repository. */
export function folderOf(incident: Incident): string {
  return `specs/${labelOf(incident.number)}-${incident.slug}`;
}

/** Branch of the current attempt. */
export function branchOf(incident: Incident): string {
  const suffix = incident.attempt > 1 ? `-${incident.attempt}` : '';
  return `hotfix/${labelOf(incident.number).slice('hotfix-'.length)}-${incident.slug}${suffix}`;
}
