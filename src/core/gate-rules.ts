import { openDebts } from './debts.ts';
import type { RecordedEvent } from './events.ts';
import { resolveGate } from './gates.ts';
import {
  codeChanged,
  type Incident,
  isContained,
  lastOf,
  standingDeploy,
  standingProof,
  standingResolution,
} from './incident.ts';
import type { LevelRow } from './severity.ts';
import { TICK_RULES } from './task-rules.ts';
import { HOUR } from './time.ts';

/** What one line of a checklist rests on, looked up in the record. A tick by hand is no fact and ticks nothing here. */
export type Tick =
  | { state: 'met'; event: RecordedEvent | null }
  | { state: 'open' }
  | { state: 'not_needed'; why: string };

export interface ChecklistFacts {
  /** The row of the incident's severity; null before any severity. */
  row: LevelRow | null;
  /** Kinds of secret found in the folder; left out when nobody looked. */
  secretsFound?: readonly string[];
}

export const OPEN: Tick = { state: 'open' };
export const by = (event: RecordedEvent | null | undefined): Tick => (event ? { state: 'met', event } : OPEN);
export const holds = (is: boolean): Tick => (is ? { state: 'met', event: null } : OPEN);
export const task =
  (id: string) =>
  (incident: Incident): Tick =>
    by(TICK_RULES[id]?.(incident));
export const linked =
  (...types: string[]) =>
  (incident: Incident): Tick =>
    by(lastOf(incident, 'linked', (event) => types.includes(event.data.type)));
/** A line about changed code says nothing about an incident that ended without any. */
export const ifCode =
  (of: (incident: Incident) => Tick) =>
  (incident: Incident): Tick =>
    standingResolution(incident) && !codeChanged(incident)
      ? { state: 'not_needed', why: 'no code was changed' }
      : of(incident);

/** Id of the last thing that was done against the harm and stands; null when nothing was. */
function lastDone(incident: Incident): string | null {
  const done = [
    standingDeploy(incident),
    incident.releaseRollback,
    ...incident.mitigations.map((one) => one.event),
  ];
  return (
    done
      .flatMap((event) => event?.id ?? [])
      .sort()
      .at(-1) ?? null
  );
}

export function metric(incident: Incident): Tick {
  const seen = incident.recorded.findLast(
    (event) =>
      ['deploy_verified', 'resolved', 'stability_confirmed'].includes(event.kind) &&
      event.id > (lastDone(incident) ?? '') &&
      event.evidence.some((item) => /^metric:/i.test(item)),
  );
  return by(seen);
}

export function stable(incident: Incident): Tick {
  const resolved = standingResolution(incident);
  return by(resolved && lastOf(incident, 'stability_confirmed', (event) => event.id > resolved.id));
}

export const postmortem = (incident: Incident) => lastOf(incident, 'postmortem_written');
export const optional = ({ row }: ChecklistFacts): Tick | null =>
  row !== null && row.postmortem_within_h === null
    ? { state: 'not_needed', why: 'optional for this severity' }
    : null;

export function within48(incident: Incident, facts: ChecklistFacts): Tick {
  const resolved = standingResolution(incident);
  const first = incident.recorded.find((event) => event.kind === 'postmortem_written');
  if (!resolved || !first) return optional(facts) ?? OPEN;
  return Date.parse(first.at) <= Date.parse(resolved.at) + 48 * HOUR ? by(first) : OPEN;
}

export function plannedBeforeDeploy(incident: Incident): Tick {
  const planned = TICK_RULES.T010?.(incident) ?? null;
  const deploy = standingDeploy(incident);
  return planned && deploy && planned.id > deploy.id ? OPEN : by(planned);
}

export function provenAfterDeploy(incident: Incident): Tick {
  const deploy = standingDeploy(incident);
  return by(deploy && standingProof(incident, (event) => event.id > deploy.id));
}

/** Verified in production, and no proof of a test came before that. */
export function verifiedBeforeTests(incident: Incident): Tick {
  const verified = TICK_RULES.T013?.(incident) ?? null;
  const proof = standingProof(incident);
  return verified && proof && proof.id < verified.id ? OPEN : by(verified);
}

export function told(incident: Incident, { row }: ChecklistFacts): Tick {
  const resolved = standingResolution(incident);
  const event = resolved && lastOf(incident, 'update_posted', (posted) => posted.id > resolved.id);
  if (event) return by(event);
  const level = incident.severity?.level ?? row?.level;
  return level === 'P2' || level === 'P3' ? { state: 'not_needed', why: 'asked for P0 and P1 only' } : OPEN;
}

export function shared(incident: Incident): Tick {
  const written = postmortem(incident);
  if (!written) return OPEN;
  const types = ['meeting', 'documentation', 'issue', 'pull_request', 'chat'];
  return by(
    // The issue of an action item shares the work, not the document.
    incident.recorded.findLast(
      (event) =>
        event.kind === 'linked' && event.data.action === undefined && types.includes(event.data.type),
    ),
  );
}

export const followUps = (incident: Incident): Tick =>
  by(
    lastOf(incident, 'action_added', () =>
      [...incident.actions.values()].some((item) => item.state !== 'dropped'),
    ),
  );

export function mitigatedAndVerified(incident: Incident): Tick {
  const verified = lastOf(incident, 'deploy_verified', (event) => event.evidence.length > 0);
  const ended = verified ?? standingResolution(incident);
  return isContained(incident) && resolveGate(incident, standingResolution(incident)?.evidence ?? []).open
    ? by(ended)
    : OPEN;
}

export function fixLive(incident: Incident): Tick {
  return TICK_RULES.T007?.(incident) && standingDeploy(incident) ? by(TICK_RULES.T013?.(incident)) : OPEN;
}

export function debtsPaid(incident: Incident): Tick {
  if (incident.debts.length === 0) return { state: 'not_needed', why: 'nothing was skipped' };
  return holds(openDebts(incident).length === 0);
}
