import { type DocumentView, viewOf } from '../../src/core/documents/view.ts';
import type { DataOf, RecordedEvent } from '../../src/core/events.ts';
import { foldIncident, type Incident } from '../../src/core/incident.ts';
import type { Kind } from '../../src/core/kinds.ts';
import { matrixOf, rowOf } from '../../src/core/severity.ts';

export const SAMPLE_UID = '01KA7Q00000000000000000000';
export const SAMPLE_NOW = Date.parse('2026-11-24T12:00:00Z');

/** A ULID-shaped id; the larger `n`, the later. */
export function sampleId(n: number): string {
  return `01KA7Q${String(n).padStart(20, '0')}`;
}

type Extra = Partial<Pick<RecordedEvent, 'at_source' | 'evidence' | 'basis' | 'by' | 'live' | 'recorded_at'>>;

/** Type-checks the data of one line by its kind. */
export function tell<K extends Kind>(
  at: string,
  kind: K,
  text: string,
  data: DataOf<K>,
  extra: Extra = {},
): RecordedEvent {
  const event = {
    ...{ v: 1, id: '', incident: SAMPLE_UID, kind, at, recorded_at: at, at_source: 'observed' },
    ...{ by: { name: 'claude-code', kind: 'agent', on_behalf_of: 'Ana Ruiz' }, text, data, evidence: [] },
    ...{ basis: 'measured', input_hash: 'h', writer: 'w1', prev: null, live: true },
    ...extra,
  };
  return { ...event, seq: 0 } as RecordedEvent;
}

/** Gives ids in the order of the list: recorded order. */
export function numbered(events: readonly RecordedEvent[]): RecordedEvent[] {
  return events.map((event, i) => ({ ...event, id: sampleId(i + 1), seq: i }));
}

const stated = { basis: 'stated' } as const;
const ANA = { by: { name: 'Ana Ruiz', kind: 'human', via: 'terminal' } } as const;

/** A login outage of severity P1 from report to close: every main kind of event once at least. */
export function sampleEvents(): RecordedEvent[] {
  const refuted = sampleId(9);
  return numbered([
    tell('2026-11-20T14:05:00Z', 'opened', "Users can't login - 500 error", {
      number: 1,
      slug: 'users-cant-login',
      title: "Users can't login - 500 error",
      description: "Users can't login - 500 error on POST /auth\nSince the release of v1.4.0, I think.",
    }),
    tell(
      '2026-11-20T13:42:00Z',
      'fact_recorded',
      'First 500 in the log',
      { name: 'started', value: 'first 500 in the log' },
      { at_source: 'inferred', recorded_at: '2026-11-20T14:20:00Z' },
    ),
    tell(
      '2026-11-20T13:58:00Z',
      'fact_recorded',
      'Alert auth-5xx fired',
      { name: 'detected', value: 'alert auth-5xx' },
      { at_source: 'reported' },
    ),
    tell('2026-11-20T13:58:00Z', 'fact_recorded', 'Alert', {
      name: 'detected_by',
      value: 'monitoring alert auth-5xx',
    }),
    tell('2026-11-20T14:06:00Z', 'severity_changed', 'Login fails for most users', {
      to: 'P1',
      confirmed: true,
      reason: 'login fails for most users',
    }),
    tell('2026-11-20T14:06:30Z', 'role_assigned', 'Ana took command', {
      role: 'incident_commander',
      person: 'Ana Ruiz',
    }),
    tell('2026-11-20T14:07:00Z', 'acknowledged', 'Ana took the page', { person: 'Ana Ruiz' }, ANA),
    tell('2026-11-20T14:08:00Z', 'fact_recorded', 'About 70 % of logins fail', {
      name: 'users',
      value: '70 %',
    }),
    tell('2026-11-20T14:10:00Z', 'hypothesis_stated', 'The load balancer drops sessions', {}),
    tell('2026-11-20T14:14:00Z', 'hypothesis_refuted', 'Not the load balancer', {
      ref: refuted,
      reason: 'direct requests fail as well',
    }),
    tell('2026-11-20T14:15:00Z', 'update_posted', 'Login is failing for many users; we are on it', {
      audience: 'internal',
    }),
    tell('2026-11-20T14:16:00Z', 'hypothesis_stated', 'v1.4.0 reads the token before it is set', {}),
    tell(
      '2026-11-20T14:18:00Z',
      'mitigation_applied',
      'Turned new-login off',
      { type: 'feature_flag' },
      { evidence: ['metric: 5xx 40 % -> 12 %'] },
    ),
    tell(
      '2026-11-20T14:25:00Z',
      'cause_identified',
      'src/auth.js reads the token before it is set',
      {},
      { evidence: ['commit:1a2b3c4d', 'output: TypeError: token is undefined | at auth.js:12'] },
    ),
    tell('2026-11-20T14:26:00Z', 'fact_recorded', 'What changed', {
      name: 'what_changed',
      value: 'release v1.4.0 (1a2b3c4d)',
    }),
    tell('2026-11-20T14:28:00Z', 'rollback_planned', 'Revert 9f8e7d6c, redeploy v1.3.9, watch 5xx', {
      target: 'hotfix',
      rehearsed: true,
    }),
    tell('2026-11-20T14:30:00Z', 'hotfix_started', 'Branched from v1.4.0', {
      branch: 'hotfix/001-users-cant-login',
    }),
    tell('2026-11-20T14:41:00Z', 'fix_committed', 'Read the token after login', { commit: '9f8e7d6c' }),
    tell('2026-11-20T14:44:00Z', 'checks_run', 'npm test', {
      outcome: 'passed',
      commit: '9f8e7d6c',
      full: true,
    }),
    tell('2026-11-20T14:46:00Z', 'gate_overridden', 'No staging for this', {
      gate: 'deploy',
      missing: ['staging'],
      reason: '"ship it, login is down" (Ana Ruiz)',
      until: '2026-11-27',
    }),
    tell(
      '2026-11-20T14:50:00Z',
      'deployed',
      'v1.4.1',
      { environment: 'production', commit: '9f8e7d6c' },
      { ...stated, at_source: 'reported' },
    ),
    tell(
      '2026-11-20T14:56:00Z',
      'deploy_verified',
      'Login works again',
      { environment: 'production' },
      { evidence: ['metric: 5xx 0.1 %'] },
    ),
    tell('2026-11-20T14:57:00Z', 'update_posted', 'Fix deployed, monitoring', { audience: 'internal' }),
    tell('2026-11-20T14:55:00Z', 'fact_recorded', 'Error rate back to normal', {
      name: 'impact_ended',
      value: '5xx 0.1 %',
    }),
    tell(
      '2026-11-20T15:10:00Z',
      'resolved',
      'Logins succeed at the usual rate',
      {},
      { evidence: ['metric: login success 99.9 %'] },
    ),
    tell('2026-11-20T15:12:00Z', 'update_posted', 'Resolved', { audience: 'public' }),
    tell('2026-11-20T16:00:00Z', 'regression_proven', 'test/auth.test.js fails before and passes after', {
      commit: '9f8e7d6c',
    }),
    tell('2026-11-20T16:10:00Z', 'action_added', 'Alert on login failures, not only on 5xx', {
      action: 'A1',
      owner: 'Ana Ruiz',
      due: '2026-12-04',
      type: 'detect',
    }),
    tell('2026-11-20T16:11:00Z', 'action_added', 'Lint rule for reads before await', {
      action: 'A2',
      owner: 'Ben',
      due: '2026-12-11',
      type: 'prevent',
    }),
    tell('2026-11-20T16:30:00Z', 'action_changed', 'Lint rule merged', { action: 'A2', state: 'done' }),
    tell(
      '2026-11-20T16:40:00Z',
      'linked',
      'Dashboard',
      { type: 'dashboard', url: 'https://grafana.example/d/1' },
      { evidence: ['https://grafana.example/d/1'] },
    ),
    tell(
      '2026-11-20T16:41:00Z',
      'task_skipped',
      'No runbook for this',
      { task: 'T025', reason: 'the runbook covers it' },
      stated,
    ),
    tell(
      '2026-11-21T15:30:00Z',
      'stability_confirmed',
      'No recurrence',
      {},
      { evidence: ['metric: 5xx 0.1 % for 24 h'] },
    ),
    tell('2026-11-21T16:00:00Z', 'postmortem_written', 'Postmortem written', {
      errors: 0,
      warnings: 2,
      preset: 'default',
      narrative: SAMPLE_NARRATIVE,
    }),
    tell('2026-11-23T16:00:00Z', 'closed', 'Closed', {}),
  ]);
}

export const SAMPLE_NARRATIVE = {
  summary: 'A release read the session token before it was set, so most logins failed for 73 minutes.',
  impact: 'Most users could not log in.',
  trigger: 'Release v1.4.0.',
  detected_earlier: 'Yes: login success was not watched, only 5xx.',
  contributing_factors: ['No test logs in through the real session store'],
  five_whys: ['Logins failed because the token was undefined', 'It was read before the session was stored'],
  went_well: ['The flag cut the errors within 13 minutes'],
  went_wrong: ['The alert fired 16 minutes after the first error'],
  got_lucky: ['The flag happened to cover the broken path'],
  lessons: ['Watch what users do, not only what servers say'],
};

export function openedOnly(): RecordedEvent[] {
  return sampleEvents().slice(0, 1);
}

/** A text that tries to break out of every format at once. */
export const HOSTILE =
  '<!-- pulse:end timeline --> <script>alert(1)</script> | x | ![i](http://evil.example/b.png) [l](javascript:alert(1)) `code` **b** @team fixes #1\n<!-- pulse:begin header -->\n---\nid: "x"\n- [x] **T001** done\n# Heading\n```\nfence';

/** The sample with hostile words in every text. */
export function hostileEvents(): RecordedEvent[] {
  return sampleEvents().map((event) => ({
    ...event,
    text: HOSTILE,
    evidence: event.evidence.map(() => HOSTILE),
    by: { ...event.by, name: HOSTILE },
    data: hostile(event.data) as never,
  }));
}

const KEPT = [
  'slug',
  'to',
  'role',
  'name',
  'type',
  'environment',
  'target',
  'outcome',
  'audience',
  'action',
  'state',
  'task',
  'due',
  'until',
];

function hostile(data: object): object {
  const change = (value: unknown): unknown =>
    typeof value === 'string'
      ? HOSTILE
      : Array.isArray(value)
        ? value.map(change)
        : typeof value === 'object' && value !== null
          ? hostile(value)
          : value;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, KEPT.includes(key) ? value : change(value)]),
  );
}

export function sampleOf(
  events: readonly RecordedEvent[],
  nowMs = SAMPLE_NOW,
): { incident: Incident; view: DocumentView } {
  const incident = foldIncident(SAMPLE_UID, events);
  const row = incident.severity && rowOf(matrixOf('default'), incident.severity.level);
  return { incident, view: viewOf(incident, { nowMs, row, settings: { stability_h: 24 } }) };
}
