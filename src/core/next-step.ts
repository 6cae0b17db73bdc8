import { type Gate, resolveGate } from './gates.ts';
import { type Incident, isContained, lastOf, standingDeploy, standingResolution } from './incident.ts';
import { TICK_RULES } from './task-rules.ts';

/** What should happen next, as one instruction that names the tool. Mitigation comes before the cause, always. */
export function nextStep(incident: Incident, closing: Gate): string {
  for (const { when, say } of STEPS)
    if (when(incident, closing)) return typeof say === 'string' ? say : say(closing);
  return 'Close it: close_incident.';
}

interface Step {
  when: (incident: Incident, closing: Gate) => boolean;
  say: string | ((closing: Gate) => string);
}

/** A hotfix on its way: from the branch to production, each step with its own operation. */
const FIX_STEPS: readonly Step[] = [
  {
    when: (incident) => isUnderWay(incident) && lastOf(incident, 'fix_committed', since(incident)) === null,
    say: 'Commit the smallest fix on the hotfix branch, then look at it and run the checks (check_hotfix).',
  },
  {
    when: (incident) => isUnderWay(incident) && !isChecked(incident),
    say: 'Look at the fix and run the checks on exactly this commit (check_hotfix).',
  },
  {
    when: (incident) => isUnderWay(incident) && !hasWayBack(incident),
    say: 'Rehearse the way back before the deploy (plan_mitigation, target hotfix).',
  },
  {
    when: (incident) => isUnderWay(incident),
    say: 'Plan the deploy, have it approved, carry it out (deploy_hotfix).',
  },
];

const since =
  ({ attemptSince }: Incident) =>
  ({ id }: { id: string }): boolean =>
    id > attemptSince;

/** Begun in this attempt, and nothing deployed since. */
function isUnderWay(incident: Incident): boolean {
  const started = lastOf(incident, 'hotfix_started', since(incident));
  const deployed = standingDeploy(incident);
  return started !== null && (deployed === null || deployed.id < started.id);
}

/** Rehearsed for the hotfix: taking the release back is another way. */
function hasWayBack(incident: Incident): boolean {
  const isOurs = since(incident);
  return (
    lastOf(
      incident,
      'rollback_planned',
      (event) => isOurs(event) && event.data.rehearsed === true && event.data.target !== 'release',
    ) !== null
  );
}

function isChecked(incident: Incident): boolean {
  return TICK_RULES.T008?.(incident) != null;
}

/** First row that applies wins. */
const STEPS: readonly Step[] = [
  {
    when: (incident) => incident.status === 'cancelled',
    say: 'Nothing: the incident was cancelled (reopened starts it again).',
  },
  {
    when: (incident) => incident.status === 'closed',
    say: 'Follow up on the action items; review_incidents shows trends.',
  },
  {
    when: (incident) => standingResolution(incident) !== null,
    say: (closing) => {
      const missing = closing.missing.find((item) => item.waits_until === undefined) ?? closing.missing[0];
      return missing ? `To close: ${missing.todo}.` : 'Close it: close_incident.';
    },
  },
  {
    when: (incident) => !isContained(incident) && incident.severity === null,
    say: 'Set the severity from facts (classify_severity), then mitigate.',
  },
  ...FIX_STEPS.map((step) => ({
    ...step,
    // Without another way to hold the harm down the fix is the mitigation, and nothing comes before it.
    when: (incident: Incident, closing: Gate) => !isContained(incident) && step.when(incident, closing),
  })),
  {
    when: (incident) => !isContained(incident),
    say: 'Mitigate first, before the cause is known (plan_mitigation ranks the ways): roll back, turn the flag off, scale up or redirect; then record mitigation_applied with its type.',
  },
  {
    when: (incident) => !resolveGate(incident, []).open,
    say: 'Verify that the harm has stopped and record deploy_verified with evidence (metric, output or link).',
  },
  {
    when: (incident) => incident.cause === null,
    say: 'Find the cause: state hypotheses, refute or confirm them, record cause_identified. If the harm has ended for good, record resolved.',
  },
  ...FIX_STEPS,
  {
    when: (incident) => incident.cause !== null && standingDeploy(incident) === null,
    say: 'Fix what is left on a branch from production (start_hotfix); or, if nothing is left to fix, record resolved with evidence.',
  },
  { when: () => true, say: 'Watch it, fix what is left, then record resolved with evidence.' },
];
