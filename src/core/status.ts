import type { RecordedEvent } from './events.ts';
import type { Kind } from './kinds.ts';

/** Derived from events, never typed in. Source: domain page, section 3. */
export const STATUSES = [
  'investigating',
  'identified',
  'mitigated',
  'monitoring',
  'resolved',
  'closed',
  'cancelled',
] as const;
export type Status = (typeof STATUSES)[number];

/** What the status needs to know besides the event: whether a cause stands and how many mitigations (a rollback of the release is one) are active after it. */
export interface StatusContext {
  causeStands: boolean;
  activeMitigations: number;
}

type Next = (status: Status, event: RecordedEvent, context: StatusContext) => Status;

const fallBack: Next = (_status, _event, { causeStands }) => (causeStands ? 'identified' : 'investigating');
const always =
  (to: Status): Next =>
  () =>
    to;
/** A later fact about the repair does not undo a verified end of the harm; only `reopened` does. */
const unlessResolved =
  (next: Next): Next =>
  (status, event, context) =>
    status === 'resolved' ? status : next(status, event, context);

const NEXT: Partial<Record<Kind, Next>> = {
  cause_identified: (status) => (status === 'investigating' ? 'identified' : status),
  mitigation_applied: unlessResolved(always('mitigated')),
  mitigation_removed: unlessResolved((status, event, context) =>
    context.activeMitigations === 0 ? fallBack(status, event, context) : status,
  ),
  rolled_back: unlessResolved((status, event, context) =>
    event.kind === 'rolled_back' && event.data.target === 'hotfix'
      ? fallBack(status, event, context)
      : 'mitigated',
  ),
  deployed: unlessResolved((status, event) =>
    event.kind === 'deployed' && event.data.environment !== 'production' ? status : 'monitoring',
  ),
  deploy_verified: unlessResolved((status, event) =>
    event.kind === 'deploy_verified' && event.data.environment !== 'production' ? status : 'monitoring',
  ),
  resolved: always('resolved'),
  reopened: always('investigating'),
  cancelled: always('cancelled'),
  marked_duplicate: always('cancelled'),
  closed: always('closed'),
};

/**
 * The status after one more event, in recorded order. An incident begins as investigating. Once it has
 * ended only `reopened` moves it: a fact that another writer recorded at the same moment does not.
 */
export function nextStatus(status: Status, event: RecordedEvent, context: StatusContext): Status {
  if (hasEnded(status) && event.kind !== 'reopened') return status;
  return NEXT[event.kind]?.(status, event, context) ?? status;
}

function hasEnded(status: Status): boolean {
  return status === 'closed' || status === 'cancelled';
}

/** All that may still be said of an incident that has ended. */
const AFTER_THE_END: readonly Kind[] = [
  'noted',
  'linked',
  'action_added',
  'action_changed',
  'postmortem_written',
  'purged',
  'reopened',
];

/** Kinds that make no sense from a status. Everything else is legal: real incidents skip and return. */
const ILLEGAL: Partial<Record<Status, readonly Kind[]>> = {
  investigating: ['reopened', 'closed'],
  identified: ['reopened', 'closed'],
  mitigated: ['closed'],
  monitoring: ['closed'],
  resolved: ['resolved'],
};

/** Whether `kind` may be recorded now. */
export function isLegal(status: Status, kind: Kind): boolean {
  if (kind === 'opened') return false;
  if (hasEnded(status)) return AFTER_THE_END.includes(kind);
  return !ILLEGAL[status]?.includes(kind);
}

/** The kinds that would change something from here, for the refusal's hint. */
export function allowedNow(status: Status, kinds: readonly Kind[]): Kind[] {
  return kinds.filter((kind) => isLegal(status, kind));
}
