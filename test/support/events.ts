import type { DataOf, RecordedEvent } from '../../src/core/events.ts';
import { foldIncident, type Incident } from '../../src/core/incident.ts';
import type { Kind } from '../../src/core/kinds.ts';
import type { Level } from '../../src/core/severity.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { ulidAfter } from '../../src/core/ulid.ts';

/** Minute 0 of every story. */
export const T0 = Date.parse('2026-03-01T12:00:00Z');
export const UID = '01KJM4YG00STRY000000000000';
export const COMMIT = '1a2b3c4d';

/** The stored time of a minute of the story. */
export const minute = (n: number): string => new Date(T0 + n * MINUTE).toISOString();
/** Milliseconds of an hour of the story. */
export const hours = (n: number): number => T0 + n * HOUR;

export interface Told<K extends Kind> {
  /** When it happened; a minute after the event before when left out. */
  minute?: number;
  /** When it was recorded; the same minute when left out. */
  recorded?: number;
  text?: string;
  data?: Partial<DataOf<K>>;
  evidence?: string[];
  basis?: 'measured' | 'stated';
  live?: boolean;
  by?: string;
}

export interface Story {
  events: RecordedEvent[];
  add<K extends Kind>(kind: K, told?: Told<K>): Story;
  fold(): Incident;
  /** The last event of a kind. */
  last(kind: Kind): RecordedEvent;
}

/** What an ordinary event of a kind carries; a test names only what it is about. */
const USUAL: { [K in Kind]?: DataOf<K> } = {
  opened: {
    number: 1,
    slug: 'users-cannot-log-in',
    title: 'Users cannot log in',
    description: 'Login fails',
  },
  severity_changed: { to: 'P1', confirmed: true },
  role_assigned: { role: 'incident_commander', person: 'Ana' },
  fact_recorded: { name: 'service', value: 'down' },
  hypothesis_refuted: { reason: 'measured otherwise' },
  mitigation_applied: { type: 'feature_flag' },
  hotfix_started: { branch: 'hotfix/001-users-cannot-log-in' },
  fix_committed: { commit: COMMIT },
  checks_run: { outcome: 'passed', commit: COMMIT },
  regression_proven: { commit: COMMIT },
  approval_given: { strength: 'review' },
  deployed: { environment: 'production', commit: COMMIT },
  deploy_verified: { environment: 'production' },
  rolled_back: { target: 'release' },
  backported: { branch: 'develop' },
  update_posted: { audience: 'internal' },
  reopened: { reason: 'errors are back' },
  task_done: { task: 'T003' },
  task_skipped: { task: 'T003', reason: 'no need' },
  action_added: { action: 'AI-001' },
  action_changed: { action: 'AI-001' },
  postmortem_written: { errors: 0, warnings: 0, preset: 'default' },
  linked: { type: 'other' },
  gate_overridden: { gate: 'close', missing: ['regression'], reason: 'go on' },
  cancelled: { reason: 'false alarm' },
  marked_duplicate: { ref: 'hotfix-002' },
  purged: { event: 'x' },
};

/** An incident as its log tells it: opened at minute 0 and, when given, classified (`P0?`: unconfirmed). */
export function story(severity?: Level | `${Level}?`): Story {
  const events: RecordedEvent[] = [];
  const random = (seed: number) => Uint8Array.from({ length: 10 }, (_, i) => (seed * 37 + i * 11) % 256);
  const self: Story = {
    events,
    add(kind, told = {}) {
      const before = events.at(-1);
      const at = told.minute ?? (before ? (Date.parse(before.at) - T0) / MINUTE + 1 : 0);
      const recorded = T0 + (told.recorded ?? at) * MINUTE;
      const event = {
        ...{ v: 1, id: ulidAfter(before?.id ?? null, recorded, random(events.length)), incident: UID, kind },
        ...{ at: minute(at), recorded_at: new Date(recorded).toISOString(), at_source: 'observed' },
        ...{ by: { name: told.by ?? 'agent', kind: 'agent' }, text: told.text ?? `${kind} happened` },
        ...{ data: { ...USUAL[kind], ...told.data }, evidence: told.evidence ?? [] },
        ...{ basis: told.basis ?? 'stated', input_hash: 'h', writer: 'w', seq: events.length, prev: null },
        live: told.live ?? true,
      };
      events.push(event as RecordedEvent);
      return self;
    },
    fold: () => foldIncident(UID, events),
    last(kind) {
      const found = events.findLast((event) => event.kind === kind);
      if (!found) throw new Error(`the story has no ${kind}`);
      return found;
    },
  };
  self.add('opened');
  if (severity === undefined) return self;
  const to = severity.slice(0, 2) as Level;
  return self.add('severity_changed', { minute: 0, data: { to, confirmed: !severity.endsWith('?') } });
}
