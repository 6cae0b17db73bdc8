import { type Clock, overdueClocks } from './clocks.ts';
import { openDebts } from './debts.ts';
import type { Incident } from './incident.ts';

/** What one incident still owes: `hotfix-001 debt regression (until 2026-01-08)`, `hotfix-001 AI-002 overdue since 2026-01-19`. */
export function owedBy(incident: Incident, clocks: readonly Clock[]): string[] {
  if (incident.drill || incident.status === 'cancelled') return [];
  const debts = openDebts(incident).map(
    ({ missing, until }) => `${incident.label} debt ${missing.join(', ')} (until ${until ?? 'no date'})`,
  );
  return [...debts, ...lateActions(incident, clocks)];
}

/** `hotfix-001 AI-002 overdue since 2026-01-19`. A rehearsal is late for nothing. */
export function lateActions(incident: Incident, clocks: readonly Clock[]): string[] {
  if (incident.drill || incident.status === 'cancelled') return [];
  return overdueClocks(clocks)
    .filter((clock) => clock.name === 'action_item')
    .map(
      (clock) =>
        `${incident.label} ${clock.label.replace(/^Action item /, '')} overdue since ${clock.due.slice(0, 10)}`,
    );
}
