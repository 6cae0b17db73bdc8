import type { RecordedEvent } from './events.ts';
import type { Incident } from './incident.ts';
import { lastOf, standingDeploy, standingResolution } from './incident.ts';
import type { Kind } from './kinds.ts';
import { HOUR } from './time.ts';

/** What ticked a task: the event, or null. Only facts tick; time alone never does. */
export type TickRule = (incident: Incident) => RecordedEvent | null;

const fact =
  (name: string): TickRule =>
  (incident) => {
    const found = incident.facts.get(name);
    return found ? byId(incident, found.event) : null;
  };
const linked =
  (...types: string[]): TickRule =>
  (incident) =>
    lastOf(incident, 'linked', (event) => types.includes(event.data.type));
const said =
  (kind: Kind): TickRule =>
  (incident) =>
    lastOf(incident, kind);
/** Only what happened in the current attempt: a failed fix reopens T004 to T013. */
const thisAttempt =
  (rule: TickRule): TickRule =>
  (incident) => {
    const event = rule(incident);
    return event && event.id > incident.attemptSince ? event : null;
  };
const anyOf =
  (...rules: TickRule[]): TickRule =>
  (incident) => {
    for (const rule of rules) {
      const event = rule(incident);
      if (event) return event;
    }
    return null;
  };

function byId(incident: Incident, id: string): RecordedEvent | null {
  return incident.recorded.find((event) => event.id === id) ?? null;
}

const observedAfter =
  (hours: number): TickRule =>
  (incident) => {
    const deploy = standingDeploy(incident);
    if (!deploy) return null;
    const from = Date.parse(deploy.at) + hours * HOUR;
    return lastOf(
      incident,
      'fact_recorded',
      (event) => event.data.name === 'observation' && Date.parse(event.at) >= from,
    );
  };

const deployedTo =
  (where: (environment: string) => boolean): TickRule =>
  (incident) =>
    lastOf(incident, 'deployed', (event) => where(event.data.environment));
const verifiedIn =
  (where: (environment: string) => boolean): TickRule =>
  (incident) =>
    lastOf(
      incident,
      'deploy_verified',
      (event) => event.evidence.length > 0 && where(event.data.environment),
    );
const production = (environment: string) => environment === 'production';

const owned: TickRule = (incident) => {
  const items = [...incident.actions.values()].filter((item) => item.state !== 'dropped');
  const ready = items.length > 0 && items.every((item) => item.owner !== undefined && item.due !== undefined);
  if (!ready) return null;
  const [added, changed] = [lastOf(incident, 'action_added'), lastOf(incident, 'action_changed')];
  return added && changed && changed.id > added.id ? changed : added;
};

const stableAt48: TickRule = (incident) => {
  const resolved = standingResolution(incident);
  if (!resolved) return null;
  const from = Date.parse(resolved.recorded_at) + 48 * HOUR;
  return lastOf(incident, 'stability_confirmed', (event) => Date.parse(event.at) >= from);
};

const commanderInPlace: TickRule = (incident) => {
  const commander = lastOf(incident, 'role_assigned', (event) => event.data.role === 'incident_commander');
  const acknowledged = lastOf(incident, 'acknowledged');
  if (!commander || !acknowledged) return null;
  return commander.id > acknowledged.id ? commander : acknowledged;
};

/** hotfix.md is complete when its own sections have an answer: times, users, data, cause, end. */
const pageComplete: TickRule = (incident) => {
  const facts = ['started', 'detected', 'users', 'data'].map((name) => fact(name)(incident));
  const needed = [...facts, incident.cause, standingResolution(incident)];
  if (needed.some((event) => event === null)) return null;
  return needed.reduce((latest, event) => (latest && event && event.id < latest.id ? latest : event));
};

/** As many action items as the postmortem names lessons, and at least one of each. */
const lessonsHaveActions: TickRule = (incident) => {
  const written = lastOf(
    incident,
    'postmortem_written',
    (event) => (event.data.narrative?.lessons ?? []).length > 0,
  );
  const lessons = written?.data.narrative?.lessons?.length ?? 0;
  const items = [...incident.actions.values()].filter((item) => item.state !== 'dropped');
  return lessons > 0 && items.length >= lessons ? lastOf(incident, 'action_added') : null;
};

const toldAfterDeploy: TickRule = (incident) => {
  const deploy = standingDeploy(incident);
  return deploy && lastOf(incident, 'update_posted', (event) => event.id > deploy.id);
};

const checkedCommit: TickRule = (incident) => {
  const commit = lastOf(incident, 'fix_committed');
  if (!commit || commit.id <= incident.attemptSince) return null;
  // The latest run with an outcome decides: checks that fail now are not made good by an earlier pass.
  const run = lastOf(
    incident,
    'checks_run',
    (event) => event.data.outcome !== 'could_not_run' && sameCommit(event.data.commit, commit.data.commit),
  );
  return run?.data.outcome === 'passed' ? run : null;
};

/** Short and full SHAs of one commit are the same commit; seven digits at least. Names (a tag can move) never are. */
export function sameCommit(a: string, b: string): boolean {
  if (!/^[0-9a-f]+$/i.test(a + b)) return false;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 7 && long.toLowerCase().startsWith(short.toLowerCase());
}

/** A search for suspects by our own operation; a stated note cannot stand for one. */
const suspectsRun: TickRule = (incident) =>
  lastOf(incident, 'noted', (event) => event.basis === 'measured' && event.data.suspects !== undefined);

/** Source: the domain page's table 4.1. */
export const TICK_RULES: Record<string, TickRule> = {
  T001: (incident) => (incident.severity?.confirmed ? lastOf(incident, 'severity_changed') : null),
  T002: commanderInPlace,
  T003: fact('reproduced'),
  T004: anyOf(thisAttempt(said('hypothesis_stated')), thisAttempt(suspectsRun)),
  T005: thisAttempt((incident) =>
    incident.cause && incident.cause.evidence.length > 0 ? incident.cause : null,
  ),
  T006: anyOf(thisAttempt(said('mitigation_applied')), thisAttempt(said('rollback_planned'))),
  T007: thisAttempt(said('fix_committed')),
  T008: thisAttempt(checkedCommit),
  T009: thisAttempt((incident) =>
    lastOf(incident, 'approval_given', ({ data }) => data.strength === 'review' && data.about === undefined),
  ),
  T010: thisAttempt(said('rollback_planned')),
  T011: thisAttempt(verifiedIn((environment) => environment === 'staging')),
  T012: thisAttempt(deployedTo(production)),
  T013: thisAttempt((incident) => {
    const deploy = standingDeploy(incident);
    const verified = verifiedIn(production)(incident);
    return deploy && verified && verified.id > deploy.id ? verified : null;
  }),
  T014: toldAfterDeploy,
  T015: observedAfter(2),
  T016: observedAfter(24),
  T017: (incident) => {
    const deploy = standingDeploy(incident);
    const decision = fact('decision')(incident);
    if (!deploy) return lastOf(incident, 'rolled_back', (event) => event.data.target === 'hotfix');
    return decision && decision.id > deploy.id ? decision : null;
  },
  T018: said('regression_proven'),
  T019: anyOf(fact('full_suite'), (incident) =>
    lastOf(incident, 'checks_run', (event) => event.data.full === true && event.data.outcome === 'passed'),
  ),
  T020: pageComplete,
  T021: linked('meeting'),
  T022: said('postmortem_written'),
  T023: lessonsHaveActions,
  T024: (incident) => lastOf(incident, 'update_posted', (event) => event.data.audience === 'public'),
  T025: linked('documentation', 'runbook'),
  T026: stableAt48,
  T027: (incident) => (incident.status === 'closed' ? lastOf(incident, 'closed') : null),
  T028: owned,
};
