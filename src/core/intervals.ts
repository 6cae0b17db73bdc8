import type { Incident } from './incident.ts';
import { standingResolution } from './incident.ts';

/** The anchors that intervals are measured between. `null` means nobody recorded it. */
export interface Anchors {
  started: string | null;
  detected: string | null;
  acknowledged: string | null;
  mitigated: string | null;
  impact_ended: string | null;
  resolved: string | null;
}
export type Anchor = keyof Anchors;

/** Named intervals, never a bare "MTTR". Source: standards page, b6. */
export const INTERVALS = [
  { name: 'time_to_detect', label: 'Time to detect', from: 'started', to: 'detected' },
  { name: 'time_to_acknowledge', label: 'Time to acknowledge', from: 'detected', to: 'acknowledged' },
  { name: 'time_to_mitigate', label: 'Time to mitigate', from: 'started', to: 'mitigated' },
  { name: 'time_to_restore', label: 'Time to restore', from: 'started', to: 'impact_ended' },
  { name: 'time_to_resolve', label: 'Time to resolve', from: 'detected', to: 'resolved' },
] as const satisfies readonly { name: string; label: string; from: Anchor; to: Anchor }[];

export interface Interval {
  name: (typeof INTERVALS)[number]['name'];
  label: string;
  from: Anchor;
  to: Anchor;
  /** Milliseconds; null when an end is missing or the order is impossible. */
  ms: number | null;
  problem: 'none' | 'missing' | 'impossible';
  /** Which ends nobody recorded. */
  missing: Anchor[];
}

/** Times that somebody recorded; nothing is guessed from another one. */
export function anchorsOf(incident: Incident): Anchors {
  const fact = (name: string) => incident.facts.get(name)?.at ?? null;
  const first = (...kinds: string[]) =>
    incident.told.find(
      (event) =>
        kinds.includes(event.kind) && (event.kind !== 'rolled_back' || event.data.target === 'release'),
    )?.at ?? null;
  return {
    started: fact('started'),
    detected: fact('detected'),
    acknowledged: first('acknowledged'),
    mitigated: first('mitigation_applied', 'rolled_back'),
    impact_ended: fact('impact_ended'),
    resolved: standingResolution(incident)?.at ?? null,
  };
}

export function intervalsOf(incident: Incident): Interval[] {
  const anchors = anchorsOf(incident);
  return INTERVALS.map((spec) => {
    const from = anchors[spec.from];
    const to = anchors[spec.to];
    const missing = [spec.from, spec.to].filter((anchor) => anchors[anchor] === null);
    if (from === null || to === null) return { ...spec, ms: null, problem: 'missing', missing };
    const ms = Date.parse(to) - Date.parse(from);
    return ms < 0
      ? { ...spec, ms: null, problem: 'impossible', missing }
      : { ...spec, ms, problem: 'none', missing };
  });
}

/** Orders that no named interval spans: `later` before `earlier` means that one of the two times is wrong. */
const ORDERS: readonly { earlier: Anchor; later: Anchor }[] = [
  { earlier: 'started', later: 'acknowledged' },
  { earlier: 'started', later: 'resolved' },
  { earlier: 'impact_ended', later: 'resolved' },
];

/** Recorded times that contradict each other, apart from the impossible intervals. */
export function contradictionsOf(incident: Incident): { earlier: Anchor; later: Anchor }[] {
  const anchors = anchorsOf(incident);
  return ORDERS.filter(({ earlier, later }) => {
    const [from, to] = [anchors[earlier], anchors[later]];
    return from !== null && to !== null && Date.parse(to) < Date.parse(from);
  });
}

/** From the first recorded moment of harm to its recorded end; null unless both are known and in order. */
export function durationMs(incident: Incident): number | null {
  const anchors = anchorsOf(incident);
  const from = anchors.started ?? anchors.detected;
  const to = anchors.impact_ended ?? anchors.resolved;
  if (from === null || to === null) return null;
  const ms = Date.parse(to) - Date.parse(from);
  return ms < 0 ? null : ms;
}

/** When the incident ended for its users, as recorded: the end of impact, else the resolution. */
export function endedAt(incident: Incident): string | null {
  const anchors = anchorsOf(incident);
  return anchors.impact_ended ?? anchors.resolved;
}
