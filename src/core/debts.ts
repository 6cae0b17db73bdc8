import type { RecordedEvent } from './events.ts';
import { type ActionItem, type Debt, type Incident, standingProof } from './incident.ts';

/** An action item that somebody forgot to give to anybody, or to a day. */
export function isLoose(action: ActionItem): boolean {
  return action.state === 'open' && (action.owner === undefined || action.due === undefined);
}

type Payment = (event: RecordedEvent) => boolean;
const of =
  (kind: RecordedEvent['kind']): Payment =>
  (event) =>
    event.kind === kind;

const passed: Payment = (event) =>
  event.kind === 'checks_run' && event.basis === 'measured' && event.data.outcome === 'passed';
const verifiedIn =
  (environment: string): Payment =>
  (event) =>
    event.kind === 'deploy_verified' && event.evidence.length > 0 && event.data.environment === environment;

/** What pays a skipped gate item when it comes after the override. */
const PAID_BY: Record<string, Payment> = {
  resolved: of('resolved'),
  severity: of('severity_changed'),
  postmortem: (event) => event.kind === 'postmortem_written' && event.data.errors === 0,
  stakeholders_told: of('update_posted'),
  stability: of('stability_confirmed'),
  verified_with_evidence: (event) => event.kind === 'deploy_verified' && event.evidence.length > 0,
  checks_green: passed,
  findings_read: passed,
  no_stop_finding: passed,
  hooks: passed,
  rollback_plan: (event) =>
    event.kind === 'rollback_planned' && event.basis === 'measured' && event.data.rehearsed === true,
  clean_rehearsal: verifiedIn('production'),
  staging: verifiedIn('staging'),
  second_review: (event) =>
    event.kind === 'approval_given' && event.basis === 'measured' && event.data.strength === 'review',
  long_lived_branches: of('backported'),
};

/** The debts that still stand: what an override skipped and nobody has paid since. */
export function openDebts(incident: Incident): Debt[] {
  const proven = standingProof(incident, (event) => event.basis === 'measured');
  const hasLoose = [...incident.actions.values()].some(isLoose);
  const isPaid = (id: string, since: string) =>
    (id === 'regression' && proven !== null) ||
    (id === 'action_items' && !hasLoose) ||
    incident.recorded.some((event) => event.id > since && PAID_BY[id]?.(event) === true);
  return incident.debts
    .map((debt) => ({ ...debt, missing: debt.missing.filter((id) => !isPaid(id, debt.event)) }))
    .filter((debt) => debt.missing.length > 0);
}
