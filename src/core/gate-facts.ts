import {
  by,
  type ChecklistFacts,
  debtsPaid,
  fixLive,
  followUps,
  holds,
  ifCode,
  linked,
  metric,
  mitigatedAndVerified,
  OPEN,
  optional,
  plannedBeforeDeploy,
  postmortem,
  provenAfterDeploy,
  shared,
  stable,
  type Tick,
  task,
  told,
  verifiedBeforeTests,
  within48,
} from './gate-rules.ts';
import { type Incident, lastOf, standingProof, standingResolution } from './incident.ts';

export interface GateFact {
  /** What makes it true, as an instruction. */
  needs: string;
  of(incident: Incident, facts: ChecklistFacts): Tick;
}

const JUDGED = 'a person judges this; no fact can tick it';

/** The one list behind every checklist. Sources: seeds 000 to 004; domain page, section 3 (gates). */
export const GATE_FACTS = {
  severity: {
    needs: 'set the severity (severity_changed)',
    of: (incident) => by(lastOf(incident, 'severity_changed')),
  },
  last_good: {
    needs: 'record the fact "last_known_good"',
    of: (incident) => {
      const fact = incident.facts.get('last_known_good');
      return by(fact && incident.recorded.find((event) => event.id === fact.event));
    },
  },
  cause: { needs: 'record cause_identified', of: (incident) => by(incident.cause) },
  smallest_change: { needs: JUDGED, of: () => OPEN },
  no_refactoring: { needs: JUDGED, of: () => OPEN },
  nothing_unrelated: { needs: JUDGED, of: () => OPEN },
  checks: { needs: 'record checks_run, passed, on the commit of the fix', of: ifCode(task('T008')) },
  review: { needs: 'have the change reviewed (approval of strength review)', of: ifCode(task('T009')) },
  approval: {
    needs: 'get an approval',
    // A yes to issues in a tracker says nothing about the change.
    of: (incident) =>
      by(
        lastOf(
          incident,
          'approval_given',
          (event) => event.id > incident.attemptSince && event.data.about === undefined,
        ),
      ),
  },
  staging: {
    needs: 'verify it in staging: deploy_verified, environment staging, with evidence',
    of: ifCode(task('T011')),
  },
  rollback_plan: { needs: 'record rollback_planned', of: task('T010') },
  rollback_first: { needs: 'record rollback_planned before the deploy', of: ifCode(plannedBeforeDeploy) },
  monitoring: { needs: 'link the dashboard (linked, type dashboard)', of: linked('dashboard') },
  contained: { needs: 'mitigate, and record deploy_verified with evidence', of: mitigatedAndVerified },
  metrics_normal: { needs: 'record evidence of the form "metric: ..." after the last change', of: metric },
  stable: { needs: 'record stability_confirmed after resolved', of: stable },
  resolved: { needs: 'record resolved with evidence', of: (incident) => by(standingResolution(incident)) },
  fix_live: { needs: 'commit, deploy and verify the fix in production', of: ifCode(fixLive) },
  verified_first: {
    needs: 'deploy and verify the fix before proving the test',
    of: ifCode(verifiedBeforeTests),
  },
  stable_48h: { needs: 'record stability_confirmed 48 hours after resolved', of: task('T026') },
  regression: { needs: 'record regression_proven', of: ifCode((incident) => by(standingProof(incident))) },
  regression_after: { needs: 'record regression_proven after the deploy', of: ifCode(provenAfterDeploy) },
  full_suite: { needs: 'record the fact "full_suite"', of: ifCode(task('T019')) },
  page: { needs: 'complete hotfix.md: started, detected, users, data, cause, resolved', of: task('T020') },
  meeting: { needs: 'link the postmortem meeting', of: task('T021') },
  postmortem: {
    needs: 'write_postmortem',
    of: (incident, facts) => (postmortem(incident) ? by(postmortem(incident)) : (optional(facts) ?? OPEN)),
  },
  postmortem_whole: {
    needs: 'write_postmortem, with the cause and actions on the record',
    of: (incident) =>
      incident.cause && followUps(incident).state === 'met' ? by(postmortem(incident)) : OPEN,
  },
  postmortem_48h: { needs: 'write the postmortem within 48 hours of resolved', of: within48 },
  shared: { needs: 'write the postmortem and link where it was shared', of: shared },
  lessons: { needs: 'add an action item for every lesson', of: task('T023') },
  follow_ups: { needs: 'record action_added', of: followUps },
  owned: { needs: 'give every action item an owner and a due date', of: task('T028') },
  documented: { needs: 'link the runbook or documentation that changed', of: task('T025') },
  public_told: { needs: 'record update_posted, type public', of: task('T024') },
  told: { needs: 'record update_posted after resolved', of: told },
  timeline: {
    needs: 'record when it began and was detected',
    of: (incident) => holds(incident.facts.has('started') && incident.facts.has('detected')),
  },
  no_secrets: {
    needs: 'take out what the scan found; nothing is ticked before a scan',
    of: (_incident, { secretsFound }) => holds(secretsFound?.length === 0),
  },
  debts: { needs: 'pay or extend the debts', of: debtsPaid },
  closed: { needs: 'close_incident', of: task('T027') },
} as const satisfies Record<string, GateFact>;
export type GateFactId = keyof typeof GATE_FACTS;
