import { openDebts } from '../../src/core/debts.ts';
import type { DocumentView } from '../../src/core/documents/view.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import type { Incident } from '../../src/core/incident.ts';

/** What an incident's documents may say in numbers, worked out here again from its events alone. */
export interface Facts {
  instants: Set<string>;
  durations: Set<string>;
  names: string[];
  /** Instants by the label under which a document shows them, in milliseconds; null: nobody recorded it. */
  labelled: Record<string, number | null>;
}

const MINUTE = 60_000;

/** The largest unit and the next one, cut. Written a second time on purpose. */
export function wordsOf(ms: number): string {
  let rest = Math.floor(ms / 1000);
  const words: string[] = [];
  const units: [string, number][] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ];
  const first = units.findIndex(([, size]) => rest >= size);
  if (first < 0) return '0 seconds';
  for (const [unit, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (unit === 'second' && ms >= 10 * MINUTE) continue;
    if (count > 0) words.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return words.join(' ');
}

/** The five named intervals and the whole, from the events alone: null when an end is missing or the order impossible. */
export function measured(events: readonly RecordedEvent[]) {
  const at = anchors(events);
  const between = (from: number | null, to: number | null) =>
    from === null || to === null || to < from ? null : to - from;
  return {
    anchors: at,
    time_to_detect: between(at.started, at.detected),
    time_to_acknowledge: between(at.detected, at.acknowledged),
    time_to_mitigate: between(at.started, at.mitigated),
    time_to_restore: between(at.started, at.impact_ended),
    time_to_resolve: between(at.detected, at.resolved),
    duration: between(at.started ?? at.detected, at.impact_ended ?? at.resolved),
    mitigate: between(at.detected, at.mitigated),
    repair: between(at.mitigated ?? at.detected, at.deployed),
    monitor: between(at.deployed ?? at.mitigated, at.resolved),
  };
}

function anchors(events: readonly RecordedEvent[]) {
  const recorded = [...events].sort((a, b) => (a.id < b.id ? -1 : 1));
  const told = [...recorded].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const ms = (event: RecordedEvent | undefined) => (event ? Date.parse(event.at) : null);
  const fact = (name: string) =>
    ms(recorded.filter((e) => e.kind === 'fact_recorded' && e.data.name === name).at(-1));
  const standing = (kind: string, undoneBy: (e: RecordedEvent) => boolean) => {
    const last = recorded.filter((e) => e.kind === kind).at(-1);
    return last && recorded.some((e) => undoneBy(e) && e.id > last.id) ? null : ms(last);
  };
  return {
    started: fact('started'),
    detected: fact('detected'),
    acknowledged: ms(told.find((e) => e.kind === 'acknowledged')),
    mitigated: ms(
      told.find(
        (e) => e.kind === 'mitigation_applied' || (e.kind === 'rolled_back' && e.data.target === 'release'),
      ),
    ),
    impact_ended: fact('impact_ended'),
    resolved: standing('resolved', (e) => e.kind === 'reopened'),
    cause: standing('cause_identified', (e) => e.kind === 'reopened'),
    opened: ms(recorded.find((e) => e.kind === 'opened')),
    deployed: deployedAt(recorded),
  };
}

/** The last deploy to production, unless a hotfix was taken back after it. */
function deployedAt(recorded: readonly RecordedEvent[]): number | null {
  const last = recorded.filter((e) => e.kind === 'deployed' && e.data.environment === 'production').at(-1);
  const isUndone = (e: RecordedEvent) =>
    e.kind === 'rolled_back' && e.data.target === 'hotfix' && last !== undefined && e.id > last.id;
  return last === undefined || recorded.some(isUndone) ? null : Date.parse(last.at);
}

export function factsOf(incident: Incident, view: DocumentView): Facts {
  const { recorded } = incident;
  const { anchors: at, ...spans } = measured(recorded);
  const instants = new Set<string>();
  const add = (iso: string | null | undefined) => {
    for (const form of iso == null ? [] : timeForms(iso)) instants.add(form);
  };
  for (const event of recorded) {
    add(event.at);
    add(event.recorded_at);
    // The time of day alone stands only in the timeline of one day.
    instants.add(event.at.slice(11, 16));
  }
  for (const clock of view.clocks) add(clock.due);
  for (const action of incident.actions.values()) add(action.due);
  for (const debt of [...incident.debts, ...openDebts(incident)]) add(debt.until);
  const durations = new Set(Object.values(spans).flatMap((ms) => (ms === null ? [] : [wordsOf(ms)])));
  return {
    instants,
    durations,
    names: [
      ...recorded.map((event) => event.id),
      ...[incident.uid, incident.label, view.folder, view.branch, incident.slug],
      ...[...incident.actions.keys()],
    ],
    labelled: {
      'Incident Start': at.started,
      Detection: at.detected,
      'Investigation Start': at.acknowledged,
      'Root Cause Identified': at.cause,
      'Incident End': at.impact_ended ?? at.resolved,
      From: at.started,
      To: at.impact_ended ?? at.resolved,
      Began: at.started,
      Ended: at.impact_ended ?? at.resolved,
      'Detected at': at.detected,
      'Reported at': at.opened,
      reported_at: at.opened,
      started_at: at.started,
      detected_at: at.detected,
      mitigated_at: at.mitigated,
      resolved_at: at.resolved,
    },
  };
}

/** All forms in which a stored time or date may be written. */
export function timeForms(stored: string): string[] {
  if (stored.length === 10) return [stored];
  const ms = Date.parse(stored);
  if (Number.isNaN(ms)) return [];
  const iso = new Date(ms).toISOString();
  const [date, time] = [iso.slice(0, 10), iso.slice(11, 16)];
  return [iso, `${iso.slice(0, 19)}Z`, `${iso.slice(0, 16)}Z`, `${date} ${time}`, date];
}
