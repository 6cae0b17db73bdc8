import type { GateFactId } from './gate-facts.ts';
import type { PresetName } from './severity.ts';

/** A part of a checklist: its heading (none for the first part) and one line per gate fact. */
interface ChecklistPart {
  heading: string | null;
  lines: readonly (readonly [GateFactId, string])[];
}

const part = (heading: string | null, ...lines: ChecklistPart['lines']): ChecklistPart => ({
  heading,
  lines,
});

/** Seed 003's five boxes. */
const BEFORE_003 = part(
  null,
  ['cause', 'Root cause identified'],
  ['checks', 'Fix tested locally'],
  ['staging', 'Fix tested in staging (if time permits)'],
  ['rollback_plan', 'Rollback plan ready'],
  ['monitoring', 'Monitoring in place'],
);

/** Seed 001: four rules for the code, then what is verified before the deploy. */
const CODE_001 = part(
  'Rules for hotfix code',
  ['smallest_change', 'Smallest possible change'],
  ['no_refactoring', 'No refactoring'],
  ['nothing_unrelated', 'No unrelated changes'],
  ['checks', 'Must pass tests'],
);

/** Seed 004: the gates that it calls MUST. */
const MUST_BEFORE_004: ChecklistPart['lines'] = [
  ['severity', 'MUST: severity assessed'],
  ['rollback_first', 'MUST: rollback plan before the deployment'],
];
const MUST_004: ChecklistPart['lines'] = [
  ...MUST_BEFORE_004,
  ['verified_first', 'MUST: fix deployed and verified before tests are written'],
  ['postmortem_48h', 'MUST: post-mortem within 48 hours'],
  ['regression_after', 'MUST: regression test after the deployment'],
];

const BEFORE_004 = part(
  'Pre-deployment checks',
  ['checks', 'Fix tested locally'],
  ['review', 'Code reviewed (if time permits)'],
  ['rollback_plan', 'Rollback plan prepared'],
  ['staging', 'Verified in staging (P1, P2)'],
);

const AFTER_004 = part(
  'Post-incident (within 48 hours)',
  ['regression', 'Regression test in the suite'],
  ['full_suite', 'Full test suite passes'],
  ['page', 'hotfix.md complete'],
  ['meeting', 'Post-mortem meeting scheduled'],
  ['postmortem', 'Post-mortem written'],
  ['lessons', 'Prevention tasks created'],
  ['public_told', 'Users informed (if public)'],
  ['documented', 'Runbook and other documents updated'],
);

const DEFAULT_BEFORE: readonly ChecklistPart[] = [
  part(
    null,
    ['severity', 'Severity set'],
    ['cause', 'Cause identified'],
    ['checks', 'Checks passed on the commit'],
    ['review', 'A second person looked at the change'],
    ['staging', 'Verified in staging'],
    ['rollback_plan', 'Rollback planned'],
    ['approval', 'Deploy approved'],
    ['monitoring', 'Dashboard at hand'],
  ),
  CODE_001,
];

const DEFAULT_DONE: readonly ChecklistPart[] = [
  part(
    null,
    ['resolved', 'Harm ended, with evidence'],
    ['metrics_normal', 'Metrics normal'],
    ['fix_live', 'Fix committed, deployed and verified'],
    ['stable', 'Stable since it was resolved'],
    ['regression', 'Regression test proven'],
    ['postmortem', 'Postmortem written'],
    ['owned', 'Every action item owned and dated'],
    ['told', 'Stakeholders told that it is over'],
    ['documented', 'Documentation or runbook updated'],
    ['no_secrets', 'No secret in what is published'],
    ['debts', 'Every debt paid'],
    ['closed', 'Incident closed'],
  ),
];

/** Each source's own order and words over the one list of gate facts; where a source has none, the default stands. */
export const CHECKLISTS: Record<
  PresetName,
  { pre_deploy: readonly ChecklistPart[]; completion: readonly ChecklistPart[] }
> = {
  default: { pre_deploy: DEFAULT_BEFORE, completion: DEFAULT_DONE },
  // Seed 000: stage 3, then its five completion criteria.
  pulse: {
    pre_deploy: [
      part(
        null,
        ['last_good', 'Last known good state identified'],
        ['review', 'Logs and code changes reviewed in a pair'],
        ['staging', 'Fix committed and tested in staging'],
        ['checks', 'CI green'],
        ['approval', 'Approved for production'],
      ),
    ],
    completion: [
      part(
        null,
        ['metrics_normal', 'Service metrics normal'],
        ['fix_live', 'Fix merged, verified and deployed'],
        ['shared', 'Post-mortem logged and shared'],
        ['documented', 'Learnings and actions in the knowledge base'],
        ['closed', 'Pulse meter shows 🟢🟢🟢🟢🟢✅'],
      ),
    ],
  },
  'incident-hotfix': {
    pre_deploy: [
      CODE_001,
      part(
        'Verify',
        ['checks', 'Lint, build and tests pass'],
        ['regression', 'The fix itself tested: fails without it, passes with it'],
        ['staging', 'Verified in staging (if time permits)'],
      ),
    ],
    completion: [
      part(
        'Verify',
        ['contained', 'Issue resolved'],
        ['metrics_normal', 'Error rates normalized'],
        ['stable', 'Performance restored'],
        ['stable', 'No side effects'],
      ),
      part(
        'Communicate',
        ['public_told', 'Status page updated'],
        ['told', 'Stakeholders notified'],
        ['timeline', 'Timeline documented'],
        ['postmortem_48h', 'Postmortem within 48 hours'],
      ),
    ],
  },
  hatch3r: {
    pre_deploy: DEFAULT_BEFORE,
    completion: [
      part(
        'Definition of Done',
        ['contained', 'Incident mitigated and verified'],
        ['postmortem_whole', 'Post-mortem written with timeline, root cause and actions'],
        ['follow_ups', 'Follow-ups created for permanent fixes and prevention'],
        ['told', 'Stakeholders notified (if P0 or P1)'],
        ['no_secrets', 'No sensitive data in post-mortem or logs'],
      ),
    ],
  },
  pokayokay: { pre_deploy: [BEFORE_003], completion: DEFAULT_DONE },
  'spec-kit': {
    pre_deploy: [BEFORE_004, part('Gates', ...MUST_BEFORE_004)],
    completion: [
      part(
        null,
        ['resolved', 'Incident resolved (service restored)'],
        ['stable_48h', 'Fix deployed and stable (48+ hours)'],
        ['regression', 'Regression test added'],
        ['postmortem', 'Post-mortem complete'],
        ['owned', 'Action items created and assigned'],
        ['documented', 'Documentation updated'],
        ['stable', 'No recurrence observed'],
      ),
      part('Gates', ...MUST_004),
      AFTER_004,
    ],
  },
};
