import type { RecordedEvent } from '../../src/core/events.ts';
import { type ByHand, readByHand } from '../../src/core/import-by-hand.ts';
import { foldIncident } from '../../src/core/incident.ts';
import { T0, UID } from './events.ts';

export const read = (
  timeline: string | null,
  hotfix: string | null = null,
  tasks: string | null = null,
): ByHand =>
  readByHand(
    { 'timeline.md': timeline, 'hotfix.md': hotfix, 'tasks.md': tasks },
    { uid: UID, number: 4, slug: 'login', nowMs: T0, front: {}, inputHash: 'h' },
  );
export const line = (kind: string, text: string, rest = '-', time = '2026-01-01T14:00:00Z') =>
  `- ${time} | ${kind} | ${text} | ${rest}`;
export const told = ({ drafts }: ByHand) => drafts.map(({ kind, text }) => [kind, text]);

/** The incident as the log would give it back. */
export function folded({ drafts }: ByHand) {
  const events = drafts.map((draft, i) => ({
    ...{
      v: 1,
      incident: UID,
      recorded_at: new Date(T0).toISOString(),
      by: { name: 'import', kind: 'system' },
    },
    ...{ writer: 'w', seq: i, prev: null, live: false, at: new Date(T0).toISOString(), ...draft },
    id: `01KJM4YG00${String(i).padStart(16, '0')}`,
  }));
  return foldIncident(UID, events as RecordedEvent[]);
}
