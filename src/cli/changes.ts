import { type Clock, overdueClocks } from '../core/clocks.ts';
import type { RecordedEvent } from '../core/events.ts';
import { isOpen, severityLabel } from '../core/incident.ts';
import { pulseOf } from '../core/pulse.ts';
import type { Loaded } from '../tools/support/load.ts';
import { owedClocks } from './render.ts';

/** One thing that is different from the last look. */
export type Change =
  | { change: 'opened'; one: Loaded }
  | { change: 'ended'; one: Loaded }
  | { change: 'status'; one: Loaded; from: string; to: string }
  | { change: 'severity'; one: Loaded; from: string; to: string }
  | { change: 'pulse'; one: Loaded; from: string; to: string }
  | { change: 'event'; one: Loaded; event: RecordedEvent }
  | { change: 'overdue'; one: Loaded; clock: Clock }
  | { change: 'damage'; one: Loaded; lines: number };

/** A clock that starts again (the next update) is another clock once it has another due time. */
const clockKey = (clock: Clock): string => `${clock.label} ${clock.due}`;

const VALUES = [
  ['severity', (one: Loaded) => severityLabel(one.incident)],
  ['status', (one: Loaded) => one.incident.status as string],
  ['pulse', (one: Loaded) => pulseOf(one.incident).meter],
] as const;

/** What changed between two looks at the same repository, incident by incident, what is overdue last. */
export function changesBetween(before: readonly Loaded[], after: readonly Loaded[]): Change[] {
  return after.flatMap((one) => {
    const old = before.find((known) => known.incident.uid === one.incident.uid);
    if (!old)
      return isOpen(one.incident) ? [{ change: 'opened' as const, one }, ...newlyOverdue(null, one)] : [];
    const seen = new Set(old.incident.recorded.map((event) => event.id));
    const changes: Change[] = one.incident.told
      .filter((event) => !seen.has(event.id))
      .map((event) => ({ change: 'event', one, event }));
    for (const [change, read] of VALUES) {
      const [from, to] = [read(old), read(one)];
      if (from !== to) changes.push({ change, one, from, to });
    }
    if (isOpen(old.incident) && !isOpen(one.incident)) changes.push({ change: 'ended', one });
    if (one.damage.length > old.damage.length)
      changes.push({ change: 'damage', one, lines: one.damage.length });
    return [...changes, ...newlyOverdue(old, one)];
  });
}

function newlyOverdue(old: Loaded | null, one: Loaded): Change[] {
  const known = new Set(old ? overdueClocks(owedClocks(old)).map(clockKey) : []);
  return overdueClocks(owedClocks(one))
    .filter((clock) => !known.has(clockKey(clock)))
    .map((clock) => ({ change: 'overdue', one, clock }));
}
