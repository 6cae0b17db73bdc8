import type { ActionItem, Incident } from '../incident.ts';
import { endedAt } from '../intervals.ts';
import { DAY, msOf } from '../time.ts';
import { PREVENTION } from './postmortem-after.ts';
import { type PostmortemAction, unknown } from './postmortem-model.ts';

/** Days after the end of the incident up to which an action item counts as immediate, short-term, long-term. */
const HORIZONS = [
  [7, 'week'],
  [31, 'month'],
] as const;

/** Words that tell where the work lies, where the stated type leaves it open. A hint for the reader. */
const AREAS: readonly [PostmortemAction['area'], RegExp][] = [
  ['documentation', /\b(docs?|documentation|document|runbooks?|readme|playbooks?)\b/i],
  ['tests', /\b(tests?|testing|coverage|regression|lint|assertions?)\b/i],
  ['monitoring', /\b(alerts?|alarms?|monitors?|monitoring|dashboards?|probes?|metrics?)\b/i],
];
const AREA_OF_TYPE: Record<string, PostmortemAction['area']> = { detect: 'monitoring', process: 'process' };

export function actionsOf(incident: Incident): PostmortemAction[] {
  const from = endedAt(incident) ?? incident.opened?.at ?? null;
  const ask = unknown(incident, null, 'incident_commander').text;
  return [...incident.actions.values()].map((action) => ({
    id: action.id,
    text: action.text,
    owner: action.owner ?? null,
    due: action.due ?? null,
    type: action.type ?? null,
    state: action.state,
    horizon: horizonOf(action.due, from),
    area: areaOf(action),
    why: Object.entries(PREVENTION).find(([type]) => type === action.type)?.[1] ?? ask,
    event: action.event,
  }));
}

/** A due date is the end of its day: "this week" includes the seventh day. */
function horizonOf(due: string | undefined, from: string | null): PostmortemAction['horizon'] {
  if (due === undefined || from === null) return 'undated';
  const days = (msOf(due.length === 10 ? `${due}T00:00:00Z` : due) - msOf(from)) / DAY;
  return HORIZONS.find(([limit]) => days <= limit)?.[1] ?? 'quarter';
}

function areaOf({ text, type }: ActionItem): PostmortemAction['area'] {
  const said = AREAS.find(([, words]) => words.test(text))?.[0];
  return AREA_OF_TYPE[type ?? ''] ?? said ?? (type === undefined ? 'process' : 'architecture');
}
