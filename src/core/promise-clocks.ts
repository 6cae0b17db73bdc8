import { type ActionSettings, actionDue, endOfDay } from './action-items.ts';
import type { RunningClock } from './clocks.ts';
import { openDebts } from './debts.ts';
import type { Incident } from './incident.ts';

/** What somebody has promised for a day: action items and debts. They outlive the close. */
export function promiseClocks(incident: Incident, settings: ActionSettings): RunningClock[] {
  const actions = [...incident.actions.values()]
    .filter((item) => item.state === 'open')
    .flatMap((item): RunningClock[] => {
      const due = actionDue(incident, item, settings);
      if (due === null) return [];
      const isLevel = due.by === 'service_level';
      const weeks = `${settings.priority_weeks} weeks`;
      return [
        {
          ...{ name: 'action_item', dueMs: Date.parse(due.at), metAt: null },
          label: `Action item ${item.id}${isLevel ? ` (${weeks})` : ''}`,
          todo: isLevel
            ? `finish ${item.id} with evidence, or drop it with a reason (action_changed): a priority item has ${weeks}`
            : `finish ${item.id} or move its due date (action_changed)`,
        },
      ];
    });
  const debts = openDebts(incident)
    .filter((debt) => debt.until !== undefined)
    .map(
      (debt): RunningClock => ({
        ...{ name: 'debt', label: `Debt from the ${debt.gate} gate`, dueMs: endOfDay(debt.until ?? '') },
        metAt: null,
        todo: `pay what was skipped: ${debt.missing.join(', ')}`,
      }),
    );
  return [...actions, ...debts];
}
