import { byTold, filedByKind, type RecordedEvent } from './events.ts';
import { foldIncident, type Incident, takeIn } from './incident.ts';

/** What was folded last, and before it, so that an event which comes in a little late costs little. */
interface Known {
  latest: Incident;
  /** States of so many events or more apart, the later one first. */
  earlier: readonly Incident[];
}

/** Under the first of the events: it lives as long as somebody keeps them. */
const KNOWN = new WeakMap<RecordedEvent, Known>();
const APART = 64;

/**
 * `foldIncident` that remembers. An incident that has not changed is the same value again; one that has only grown is
 * folded further, from a little way back where several writers' events came in between each other. Whether it has only
 * grown is seen by comparing the events themselves, not by a note about them: a purge, a merge or an event that is
 * much too late puts another event in some place, and then everything is folded anew. `events` in recorded order, else
 * nothing is gained.
 */
export function foldKnown(uid: string, events: readonly RecordedEvent[]): Incident {
  const [first] = events;
  if (first === undefined) return foldIncident(uid, events);
  const known = KNOWN.get(first);
  const earlier = known?.latest.uid === uid ? known.earlier : [];
  for (const before of known?.latest.uid === uid ? [known.latest, ...earlier] : []) {
    const incident = foldFurther(before, events);
    if (incident !== null) return remembered(first, incident, earlier);
  }
  return remembered(first, foldIncident(uid, events), []);
}

function remembered(first: RecordedEvent, latest: Incident, earlier: readonly Incident[]): Incident {
  const count = latest.recorded.length;
  const [near] = earlier;
  const isFar = near === undefined || count - near.recorded.length >= APART;
  KNOWN.set(first, { latest, earlier: isFar ? [latest, ...earlier.slice(0, 1)] : earlier });
  return latest;
}

/** The fold over `events`, made from the fold over the first of them; null when it is not that. `before` stays as it is. */
export function foldFurther(before: Incident, events: readonly RecordedEvent[]): Incident | null {
  const { recorded } = before;
  if (events.length < recorded.length || recorded.some((event, i) => event !== events[i])) return null;
  if (events.length === recorded.length) return before;
  const news = events.slice(recorded.length);
  let last = recorded.at(-1)?.id ?? '';
  for (const { id } of news) {
    if (id <= last) return null;
    last = id;
  }
  const state = copyOf(before, [...recorded, ...news], news);
  for (const event of news) takeIn(state, event);
  return state;
}

/** What reducers change is copied; events are not changed by anybody. */
function copyOf(before: Incident, recorded: RecordedEvent[], news: readonly RecordedEvent[]): Incident {
  return {
    ...before,
    severityHistory: [...before.severityHistory],
    facts: new Map(before.facts),
    roles: new Map(before.roles),
    hypotheses: before.hypotheses.map((hypothesis) => ({ ...hypothesis })),
    mitigations: before.mitigations.map((mitigation) => ({ ...mitigation })),
    actions: new Map(
      [...before.actions].map(([id, item]) => [id, { ...item, evidence: [...item.evidence] }] as const),
    ),
    debts: [...before.debts],
    doneTasks: new Map(before.doneTasks),
    skippedTasks: new Map(before.skippedTasks),
    recorded,
    told: toldWith(before.told, news),
    byKind: filedByKind(before.byKind, news),
  };
}

/** Mostly the new ones happened last; one that is told late goes to its place. */
function toldWith(told: readonly RecordedEvent[], news: readonly RecordedEvent[]): RecordedEvent[] {
  const all = [...told];
  for (const event of news) {
    let place = all.length;
    for (let one = all[place - 1]; one !== undefined && byTold(one, event) > 0; one = all[place - 1]) place--;
    all.splice(place, 0, event);
  }
  return all;
}
