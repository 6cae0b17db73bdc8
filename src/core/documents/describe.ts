import { formatDuration } from '../duration.ts';
import { byTold, type RecordedEvent } from '../events.ts';
import type { Incident } from '../incident.ts';
import { type Kind, kindSpec, type Role } from '../kinds.ts';
import { dateOf, hhmm } from '../time.ts';

/** Words for what events say. All texts here are raw: whoever renders them escapes them. */

/** How times are written in one document: with the date when the incident spans days. UTC. */
export interface TimeStyle {
  heading: string;
  of(iso: string): string;
}

export function timeStyleOf(incident: Incident): TimeStyle {
  const days = new Set(incident.told.map((event) => dateOf(event.at)));
  const [day] = days;
  if (days.size === 1 && day !== undefined) return { heading: `Time (UTC, ${day})`, of: hhmm };
  return { heading: 'Time (UTC)', of: fullTime };
}

/** `2026-11-20 14:05` in UTC. */
function fullTime(iso: string): string {
  return `${dateOf(iso)} ${hhmm(iso)}`;
}

/** `2026-11-20 14:05 UTC`, or null for a time that nobody recorded. */
export function utc(iso: string | null | undefined): string | null {
  return iso == null ? null : `${fullTime(iso)} UTC`;
}

export function duration(ms: number | null): string | null {
  return ms === null ? null : formatDuration(ms);
}

export function whoOf({ by }: RecordedEvent): string {
  const details = [
    by.kind === 'human' ? null : by.kind,
    by.on_behalf_of === undefined ? null : `for ${by.on_behalf_of}`,
    by.via === undefined ? null : `via ${by.via}`,
  ].filter((detail) => detail !== null);
  return details.length === 0 ? by.name : `${by.name} (${details.join(', ')})`;
}

/** What an event says: its kind's words, what the kind adds, and the text. */
export function whatOf(event: RecordedEvent): string {
  const extra = EXTRA[event.kind]?.(event) ?? '';
  const label = kindSpec(event.kind)?.label ?? event.kind;
  const head = extra === '' ? label : `${label} (${extra})`;
  const says = event.text.toLowerCase() !== label.toLowerCase() && event.text !== '';
  return says ? `${head}: ${event.text}` : head;
}

/** Where the knowledge comes from, when it is not simply seen and recorded at once. */
export function howOf(event: RecordedEvent): string {
  const parts = [
    event.at_source === 'observed' ? null : event.at_source,
    kindSpec(event.kind)?.source === 'measured' && event.basis === 'stated'
      ? `stated by ${event.by.name}`
      : null,
    event.live ? null : 'from a published copy or an import',
    ...event.evidence,
  ];
  return parts.filter((part) => part !== null).join('; ');
}

type Extra = (event: RecordedEvent) => string;
const words = (value: unknown): string => (typeof value === 'string' ? value.replaceAll('_', ' ') : '');
const data =
  (...names: string[]): Extra =>
  (event) =>
    names
      .map((name) => words((event.data as Record<string, unknown>)[name]))
      .filter((text) => text !== '')
      .join(', ');
/** Ids, commits and branches keep their underscores. */
const exact =
  (...names: string[]): Extra =>
  (event) =>
    names
      .map((name) => (event.data as Record<string, unknown>)[name])
      .filter((value) => typeof value === 'string')
      .join(', ');

const EXTRA: Partial<Record<Kind, Extra>> = {
  severity_changed: (event) =>
    event.kind === 'severity_changed'
      ? `${event.data.to}${event.data.confirmed ? '' : '?, unconfirmed'}`
      : '',
  role_assigned: (event) =>
    event.kind === 'role_assigned' ? `${roleWords(event.data.role)}: ${event.data.person}` : '',
  acknowledged: exact('person'),
  fact_recorded: data('name'),
  hypothesis_refuted: exact('reason'),
  mitigation_applied: data('type'),
  rollback_planned: (event) => (event.kind === 'rollback_planned' && event.data.rehearsed ? 'rehearsed' : ''),
  hotfix_started: exact('branch'),
  fix_committed: exact('commit'),
  checks_run: (event) =>
    event.kind === 'checks_run' ? `${words(event.data.outcome)} on ${event.data.commit}` : '',
  regression_proven: exact('commit'),
  approval_given: data('strength'),
  deployed: exact('environment', 'commit'),
  deploy_verified: exact('environment'),
  rolled_back: data('target'),
  backported: exact('branch'),
  update_posted: data('audience'),
  reopened: exact('reason'),
  task_done: exact('task'),
  task_skipped: exact('task', 'reason'),
  action_added: exact('action'),
  action_changed: (event) =>
    event.kind === 'action_changed'
      ? [event.data.action, event.data.state, event.data.reason]
          .filter((part) => part !== undefined)
          .join(', ')
      : '',
  linked: data('type'),
  gate_overridden: (event) =>
    event.kind === 'gate_overridden'
      ? `${words(event.data.gate)}, missing ${event.data.missing.map(words).join(', ')}; ${event.data.reason}`
      : '',
  cancelled: exact('reason'),
  marked_duplicate: exact('ref'),
};

/** `incident commander` for `incident_commander`. */
export function roleWords(role: Role | string): string {
  return role.replaceAll('_', ' ').replace('subject matter', 'subject-matter');
}

/** Events of some kinds in told order. */
export function toldOf(incident: Incident, ...kinds: Kind[]): RecordedEvent[] {
  return incident.recorded.filter((event) => kinds.includes(event.kind)).sort(byTold);
}

/** Written into every document, so that a text can be told from one made of other events. */
export function recordLine(incident: Incident): string {
  const last = incident.recorded.at(-1)?.id ?? 'none';
  const count = incident.recorded.length;
  return `_Made from ${count} recorded event${count === 1 ? '' : 's'}; the last is ${last}. Text between \`pulse\` markers is rewritten from the record; text outside of them is yours and stays._`;
}
