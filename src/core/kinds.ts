/**
 * The kinds of timeline event: who may say them, what they need, and one complete example each.
 * Everything that differs from kind to kind lives in this table and in `events.ts`, nowhere else.
 */

/** `stated`: anyone may say it. `measured`: an operation did it, or somebody says so (`basis: stated`). `own`: its operation only. */
type SourceClass = 'stated' | 'measured' | 'own';

export const MITIGATIONS = [
  'rollback',
  'feature_flag',
  'config_change',
  'scale_up',
  'database_fix',
  'redirect',
  'traffic_gate',
  'hotfix',
] as const;

export const ROLES = [
  'incident_commander',
  'communications_owner',
  'ops_lead',
  'scribe',
  'subject_matter_expert',
  'responder',
] as const;
export type Role = (typeof ROLES)[number];

export const AUDIENCES = ['internal', 'public', 'executive'] as const;
export const ACTION_TYPES = ['prevent', 'detect', 'mitigate', 'process'] as const;
export const ACTION_STATES = ['open', 'done', 'dropped'] as const;
export const CHECK_OUTCOMES = ['passed', 'failed', 'could_not_run'] as const;
export const ROLLBACK_TARGETS = ['release', 'hotfix'] as const;
export const LINK_TYPES = [
  'meeting',
  'documentation',
  'runbook',
  'issue',
  'pull_request',
  'dashboard',
  'chat',
  'status_page',
  'other',
] as const;

/** Named facts. The first group feeds the severity rules, the second marks times, the third ticks tasks. */
export const SEVERITY_FACTS = [
  'service',
  'users',
  'error_rate',
  'flow',
  'data',
  'security',
  'workaround',
  'spreading',
  'environment',
] as const;
const TIME_FACTS = ['started', 'detected', 'impact_ended'] as const;
const OTHER_FACTS = [
  'reproduced',
  'detected_by',
  'affected_systems',
  'plans',
  'blast_radius',
  'what_changed',
  'last_known_good',
  'revenue',
  'sla',
  'observation',
  'decision',
  'full_suite',
  'files_changed',
  'rollback_trigger',
  'rollback_estimate',
] as const;
export const FACTS = [...SEVERITY_FACTS, ...TIME_FACTS, ...OTHER_FACTS] as const;
export type FactName = (typeof FACTS)[number];

/** The flat arguments of `record_timeline_event` that a kind can need besides `text`. */
export type Field =
  | 'evidence'
  | 'person'
  | 'role'
  | 'severity'
  | 'reason'
  | 'environment'
  | 'ref'
  | 'owner'
  | 'due'
  | 'type';

export interface KindSpec {
  source: SourceClass;
  /** Past-tense label for people. */
  label: string;
  /** Fields without which the event says nothing. */
  needs: readonly Field[];
  /** Values that `type` may take for this kind. */
  types?: readonly string[];
  /** One complete call, shown when a field is missing. */
  example: Record<string, string | string[]>;
}

const stated = (
  label: string,
  needs: readonly Field[],
  example: KindSpec['example'],
  types?: readonly string[],
): KindSpec => ({ source: 'stated', label, needs, example, ...(types ? { types } : {}) });
const measured = (...args: Parameters<typeof stated>): KindSpec => ({
  ...stated(...args),
  source: 'measured',
});
const own = (label: string): KindSpec => ({ source: 'own', label, needs: [], example: {} });

/** Source: the event list of the domain page, section 3. */
const KINDS = {
  opened: own('Incident opened'),
  acknowledged: stated('Acknowledged', [], { text: 'On-call engineer took the page', person: 'Ana' }),
  noted: stated('Note', [], { text: 'Error rate on /auth reached 40 %', evidence: ['metric: 5xx 40 %'] }),
  severity_changed: stated('Severity changed', ['severity'], {
    text: 'Raised after checkout failed too',
    severity: 'P0',
    reason: 'checkout is down for all users',
  }),
  role_assigned: stated(
    'Role assigned',
    ['role', 'person'],
    { text: 'Ana took command', role: 'incident_commander', person: 'Ana' },
    ROLES,
  ),
  fact_recorded: stated(
    'Fact recorded',
    ['type'],
    { text: '2026-01-01 13:40 UTC, first 500 in the log', type: 'started', at: '2026-01-01T13:40:00Z' },
    FACTS,
  ),
  hypothesis_stated: stated('Hypothesis stated', [], { text: 'Session cookie name changed in v1.4.0' }),
  hypothesis_refuted: stated('Hypothesis refuted', ['reason'], {
    text: 'It was not the load balancer',
    reason: 'direct requests fail as well',
  }),
  cause_identified: stated('Cause identified', [], {
    text: 'src/auth.js reads the token before it is set',
    evidence: ['commit:1a2b3c4d'],
  }),
  mitigation_applied: stated(
    'Mitigation applied',
    ['type'],
    { text: 'Turned the new login off', type: 'feature_flag' },
    MITIGATIONS,
  ),
  mitigation_removed: stated('Mitigation removed', [], { text: 'Turned the new login on again' }),
  rollback_planned: measured(
    'Rollback planned',
    [],
    { text: 'Revert 1a2b3c4d, redeploy, watch 5xx', type: 'release' },
    ROLLBACK_TARGETS,
  ),
  hotfix_started: measured('Hotfix started', ['ref'], {
    text: 'Branched from v1.4.0',
    ref: 'hotfix/001-users-cant-login',
  }),
  fix_committed: measured('Fix committed', ['ref'], { text: 'Read the token after login', ref: '1a2b3c4d' }),
  checks_run: measured(
    'Checks run',
    ['type', 'ref'],
    { text: 'CI was green', type: 'passed', ref: '1a2b3c4d', evidence: ['https://ci.example/1'] },
    CHECK_OUTCOMES,
  ),
  regression_proven: measured('Regression proven', ['ref'], {
    text: 'test/auth.test.js fails before and passes after',
    ref: '1a2b3c4d',
  }),
  approval_given: own('Approval given'),
  deployed: measured('Deployed', ['ref'], { text: 'v1.4.1 to production', ref: '1a2b3c4d' }),
  deploy_verified: stated('Verified', ['evidence'], {
    text: 'Login works again',
    evidence: ['metric: 5xx back to 0.1 %'],
  }),
  rolled_back: measured(
    'Rolled back',
    ['type'],
    { text: 'Redeployed v1.3.9', type: 'release' },
    ROLLBACK_TARGETS,
  ),
  backported: measured('Backported', ['ref'], { text: 'Cherry-picked to develop', ref: 'develop' }),
  update_drafted: own('Update drafted'),
  update_posted: stated(
    'Update posted',
    [],
    { text: 'Login is failing; we are on it', type: 'internal' },
    AUDIENCES,
  ),
  resolved: stated('Resolved', [], {
    text: 'Logins succeed at the usual rate',
    evidence: ['metric: login success 99.9 %'],
  }),
  reopened: stated('Reopened', ['reason'], { text: 'Errors are back', reason: '5xx above 5 % again' }),
  stability_confirmed: stated('Stability confirmed', [], {
    text: 'No recurrence in the window',
    evidence: ['metric: 5xx 0.1 % for 24 h'],
  }),
  task_done: own('Task done'),
  task_skipped: own('Task skipped'),
  action_added: stated(
    'Action item added',
    [],
    { text: 'Alert on login failures', owner: 'Ana', due: '+2w', type: 'detect' },
    ACTION_TYPES,
  ),
  action_changed: stated(
    'Action item changed',
    ['ref'],
    { text: 'Alert is live', ref: 'AI-001', type: 'done', evidence: ['https://alerts.example/1'] },
    [...ACTION_TYPES, ...ACTION_STATES],
  ),
  postmortem_written: own('Postmortem written'),
  linked: stated(
    'Linked',
    ['evidence'],
    { text: 'Dashboard', type: 'dashboard', evidence: ['https://grafana.example/d/1'] },
    LINK_TYPES,
  ),
  gate_overridden: own('Gate overridden'),
  cancelled: stated('Cancelled', ['reason'], { text: 'False alarm', reason: 'synthetic probe was broken' }),
  marked_duplicate: stated('Marked as duplicate', ['ref'], { text: 'Same outage', ref: 'hotfix-001' }),
  purged: own('Event purged'),
  closed: own('Closed'),
} as const satisfies Record<string, KindSpec>;

export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

/** Kinds that `record_timeline_event` takes: everything but what only its own operation may write. */
export const RECORDABLE_KINDS = KIND_NAMES.filter((kind) => KINDS[kind].source !== 'own');

/** The table entry, widened so that optional members can be read for any kind. */
export function kindSpec(kind: Kind): KindSpec {
  return KINDS[kind];
}
