/**
 * One whole incident as calls, told once per preset, with moments at which everything is kept. Login fails after
 * a release; the release is rolled back, a hotfix follows, everything that a document asks for is done and said.
 */
export const MOMENTS = [
  'opened',
  'triaged',
  'mitigated',
  'identified',
  'ready',
  'deployed',
  'resolved',
  'written',
  'closed',
] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Step {
  at: string;
  tool: string;
  args: Record<string, unknown>;
  /** Everything is kept after this step under this name. */
  moment?: Moment;
  /** The answer is kept under this name. */
  as?: string;
}

export const TIMES = {
  started: '2026-01-05T13:40:00.000Z',
  detected: '2026-01-05T13:55:00.000Z',
  opened: '2026-01-05T14:00:00.000Z',
  first_update: '2026-01-05T14:10:00.000Z',
  mitigated: '2026-01-05T14:20:00.000Z',
  cause: '2026-01-05T14:30:00.000Z',
  deployed: '2026-01-05T15:20:00.000Z',
  impact_ended: '2026-01-05T15:22:00.000Z',
  resolved: '2026-01-05T15:30:00.000Z',
} as const;

export const DESCRIPTION = "Users can't login - 500 error on auth endpoint";
export const COMMIT = '9f8e7d6c';
export const BRANCH = 'hotfix/001-users-cant-login';

export const NARRATIVE = {
  summary: 'After release v1.1.0 users without a session could not log in.',
  impact: 'Users without a session saw an error page instead of their account.',
  trigger: 'Release v1.1.0.',
  detected_earlier: 'Yes: nothing watched the share of logins that succeed.',
  contributing_factors: ['No test covers a user without a session.', 'The review had one afternoon.'],
  five_whys: [
    'Logins failed because the session was read.',
    'Nobody had written down that it can be absent.',
  ],
  went_well: [
    'Response: The last release was one command away.',
    'The pager fired within a quarter of an hour.',
  ],
  went_wrong: ['Detection: The alert named the wrong service.', 'Two people looked at the load balancer.'],
  got_lucky: ['Few people log in on a Monday afternoon.'],
  lessons: ['A new field in the token needs a test without it.', 'Watch what users do.'],
};

/** Facts that give each level under every preset with four levels. */
const CALM = { data: 'none', security: 'no' };
export const FACTS_OF = {
  P0: { service: 'down', users: 'all', ...CALM },
  P1: { service: 'degraded', users: 'many', flow: 'login', spreading: 'no', workaround: 'no', ...CALM },
  P2: {
    service: 'degraded',
    users: 'few',
    flow: 'other',
    spreading: 'no',
    workaround: 'yes',
    error_rate: '0.5%',
    ...CALM,
  },
  P3: {
    service: 'working',
    users: 'few',
    flow: 'none',
    spreading: 'no',
    workaround: 'yes',
    error_rate: '0%',
    ...CALM,
  },
};

const day = (clock: string, days = 5): string => `2026-01-${String(days).padStart(2, '0')}T${clock}:00Z`;
const record = (
  clock: string,
  kind: string,
  text: string,
  more: Record<string, unknown> = {},
  moment?: Moment,
): Step => ({
  ...{ at: clock.includes('T') ? clock : day(clock), tool: 'record_timeline_event' },
  args: { kind, text, ...more },
  ...(moment === undefined ? {} : { moment }),
});
const fact = (clock: string, type: string, text: string, more: Record<string, unknown> = {}): Step =>
  record(clock, 'fact_recorded', text, { type, ...more });

const draft = (at: string, form: string, args: Record<string, unknown> = {}, as = form): Step => ({
  ...{ at: at.includes('T') ? at : day(at), tool: 'draft_update', args: { form, ...args }, as },
});

export const SERVICE = 'login';

const ROLE_HOLDERS = {
  incident_commander: 'Ana',
  communications_owner: 'Ben',
  ops_lead: 'Cleo',
  scribe: 'Dan',
  subject_matter_expert: 'Eve',
  responder: 'Finn',
};

export const STORY: readonly Step[] = [
  {
    ...{ at: TIMES.opened, tool: 'create_hotfix_task', moment: 'opened' },
    args: {
      ...{ description: DESCRIPTION, started_at: TIMES.started, detected_at: TIMES.detected },
      ...{ detected_by: 'pager alert auth-5xx' },
      facts: ['service: degraded', 'flow: login'],
    },
  },
  fact('14:01', 'users', '40%'),
  fact('14:01', 'error_rate', '38%', { evidence: ['metric: 5xx on /auth 38 %'] }),
  fact('14:01', 'data', 'none'),
  fact('14:01', 'security', 'no'),
  fact('14:02', 'spreading', 'no'),
  fact('14:02', 'workaround', 'no'),
  fact('14:02', 'environment', 'production'),
  fact(
    '14:02',
    'affected_systems',
    'frontend and auth service; database, payment and third parties are fine',
  ),
  fact('14:03', 'plans', 'free and paid'),
  fact('14:03', 'blast_radius', 'contained: logins only, nothing downstream'),
  fact('14:03', 'what_changed', 'release v1.1.0 at 13:38, no configuration change, no dependency update'),
  fact('14:03', 'last_known_good', 'v1.0.0 (0a1b2c3d)'),
  fact('14:03', 'revenue', 'no sales for new sessions'),
  ...Object.entries(ROLE_HOLDERS).map(([role, person]) =>
    record('14:04', 'role_assigned', `${person} is ${role.replaceAll('_', ' ')}`, { role, person }),
  ),
  record('14:04', 'acknowledged', 'Ana took it', { person: 'Ana' }),
  fact('14:05', 'reproduced', 'POST /auth without a session answers 500', {
    evidence: ['output: POST /auth 500, TypeError: session is undefined', 'commit:1a2b3c4d'],
  }),
  record('14:06', 'linked', 'Incident thread', {
    type: 'chat',
    evidence: ['https://chat.example.com/archives/C1/p1'],
  }),
  record(
    '14:06',
    'linked',
    'Dashboard of the auth service',
    {
      type: 'dashboard',
      evidence: ['https://grafana.example.com/d/auth'],
    },
    'triaged',
  ),
  draft('14:08', 'initial', { system: SERVICE, impact: 'Some users cannot log in' }),
  draft('14:09', 'initial', { system: SERVICE, audience: 'public' }, 'initial-public'),
  record('14:10', 'update_posted', 'Logins fail since 13:40 UTC. We are on it.', { type: 'internal' }),
  record('14:11', 'update_posted', 'Some users cannot log in. We are on it.', { type: 'public' }),
  draft('14:11', 'need_eyes', { system: 'auth service' }),
  record('14:12', 'hypothesis_stated', 'The load balancer drops the cookie'),
  record('14:15', 'hypothesis_refuted', 'It was not the load balancer', {
    reason: 'direct requests fail too',
  }),
  record('14:16', 'hypothesis_stated', 'v1.1.0 reads a session that is not there'),
  record('14:20', 'mitigation_applied', 'Put v1.0.0 back for half of the hosts', { type: 'rollback' }),
  record(
    '14:25',
    'deploy_verified',
    'Logins work on v1.0.0',
    {
      evidence: ['metric: login errors 0.1 % on those hosts'],
    },
    'mitigated',
  ),
  record(
    '14:30',
    'cause_identified',
    'src/auth.js reads the session of users without one; no test logs in without a session',
    {
      evidence: ['commit:1a2b3c4d', 'output: TypeError at src/auth.js:12'],
    },
    'identified',
  ),
  draft('14:35', 'update', { system: SERVICE, eta: '15:30 UTC', impact: 'Half of the hosts still fail' }),
  record('14:40', 'update_posted', 'Cause found, a fix is on its way.', { type: 'internal' }),
  record(
    '14:45',
    'rollback_planned',
    'Redeploy v1.0.0; trigger: login errors above 1 % for 5 minutes; verify with the login check',
    {
      type: 'hotfix',
    },
  ),
  record('14:46', 'hotfix_started', 'Branched from v1.1.0', { ref: BRANCH }),
  record('14:55', 'fix_committed', 'fix: [HOTFIX] a missing session is a new one', {
    ...{ ref: COMMIT, evidence: ['output: git diff --stat: src/auth.js, 3 lines'] },
  }),
  record('15:00', 'checks_run', 'npm test: 41 passed', {
    ...{ type: 'passed', ref: COMMIT, evidence: ['output: npm test, exit code 0'] },
  }),
  {
    ...{ at: day('15:05'), tool: 'update_task' },
    args: { task: 'T009', state: 'skipped', reason: 'nobody else is awake' },
  },
  record('15:10', 'deployed', 'v1.1.1 to staging', { ref: COMMIT, environment: 'staging' }),
  record(
    '15:15',
    'deploy_verified',
    'Works in staging',
    {
      ...{ environment: 'staging', evidence: ['output: smoke test passed'] },
    },
    'ready',
  ),
  record(
    '15:20',
    'deployed',
    'v1.1.1 to production',
    {
      ...{ ref: COMMIT, also: ['The user said: yes, deploy it'] },
    },
    'deployed',
  ),
  draft('15:21', 'update', { system: SERVICE }, 'update-deployed'),
  fact('15:25', 'impact_ended', 'last failed login', { at: TIMES.impact_ended, source: 'login dashboard' }),
  record('15:25', 'deploy_verified', 'Users without a session log in again, no new errors', {
    evidence: ['metric: login errors 0.1 %, latency back to 120 ms'],
  }),
  record('15:30', 'resolved', 'Logins are back to normal', {}, 'resolved'),
  draft('15:31', 'resolution', { system: SERVICE }),
  record('15:32', 'update_posted', 'Fixed since 15:22 UTC. Sorry for the trouble.', { type: 'public' }),
  record('15:33', 'update_posted', 'Resolved; the postmortem follows.', { type: 'executive' }),
  record('15:40', 'backported', 'Cherry-picked to develop', { ref: 'develop' }),
  fact('17:25', 'observation', 'errors and latency flat for two hours, no new reports'),
  fact('17:25', 'decision', 'keep the fix'),
  fact('17:26', 'files_changed', 'src/auth.js'),
  fact('17:26', 'rollback_trigger', 'login errors above 1 % for 5 minutes'),
  fact('17:26', 'rollback_estimate', 'about 4 minutes'),
  record(day('09:00', 6), 'linked', 'Postmortem meeting', {
    ...{ type: 'meeting', evidence: ['https://calendar.example.com/e/1'] },
  }),
  {
    ...{ at: day('09:05', 6), tool: 'cli', as: 'invite' },
    args: { argv: ['invite', '--at', '2026-01-07T10:00:00Z', '--attendee', 'ana@example.com'] },
  },
  record(day('09:10', 6), 'regression_proven', 'test/auth.test.js fails before and passes after', {
    ref: COMMIT,
  }),
  fact(day('09:20', 6), 'full_suite', 'all 412 tests pass'),
  record(day('09:30', 6), 'action_added', 'Test logins without a session', {
    ...{ owner: 'Ana', due: '+2w', type: 'prevent' },
  }),
  record(day('09:31', 6), 'action_added', 'Alert on failed logins within 5 minutes', {
    ...{ owner: 'Ben', due: '+2w', type: 'detect' },
  }),
  record(day('09:32', 6), 'action_added', 'Agree who owns the auth service', {
    ...{ owner: 'Cleo', due: '+4w', type: 'process' },
  }),
  record(day('09:33', 6), 'action_added', 'Keep the last release warm', {
    ...{ owner: 'Dan', due: '+4w', type: 'mitigate' },
  }),
  { at: day('09:40', 6), tool: 'write_postmortem', args: NARRATIVE, moment: 'written' },
  record(day('10:00', 6), 'linked', 'Runbook: logins without a session', {
    ...{ type: 'runbook', evidence: ['https://git.example.com/docs/runbooks/login.md'] },
  }),
  fact(day('15:25', 6), 'observation', 'a whole day without a recurrence'),
  record(day('15:31', 7), 'stability_confirmed', 'No recurrence in 48 hours', {
    evidence: ['metric: login errors 0.1 % for 48 h'],
  }),
  record(day('15:32', 7), 'update_posted', 'Closed: stable for 48 hours.', { type: 'public' }),
  {
    ...{ at: day('15:35', 7), tool: 'close_incident', moment: 'closed' },
    args: { override_reason: 'The user said: I saw the regression test fail', override_until: '2026-01-20' },
  },
  draft(day('15:40', 7), 'closure', { system: SERVICE }),
];
