import type { Clock } from '../clocks.ts';
import { type Incident, isOpen, severityLabel } from '../incident.ts';
import { MINUTE } from '../time.ts';
import type { Message } from './sending.ts';

/** Reminders of what people are waiting for: one per due time, a little before it, or as soon as it is seen to be late. */

const BEFORE = 5 * MINUTE;

/** The reminder that is to stand in the thread now, with its key; null when none is. The key is the same for one due time. */
export function reminderOf(
  incident: Incident,
  clocks: readonly Clock[],
  nowMs: number,
): { key: string; message: Message } | null {
  if (!isOpen(incident) || incident.drill) return null;
  const clock = clocks.find(({ name }) => name === 'next_update');
  if (!clock || clock.state === 'met') return null;
  const dueMs = Date.parse(clock.due);
  if (nowMs < dueMs - BEFORE) return null;
  const at = `${clock.due.slice(11, 16)} UTC`;
  const what = nowMs > dueMs ? `The next update was due at ${at}.` : `The next update is due at ${at}.`;
  return {
    key: `note/next_update/${clock.due}`,
    message: {
      text: `${what} ${incident.label} (${severityLabel(incident)}) is ${incident.status}: ${clock.todo}.`,
      ...{ audience: 'internal', systems: [], title: incident.label },
      public_status: 'investigating',
    },
  };
}
