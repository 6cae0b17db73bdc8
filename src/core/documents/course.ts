import { type Incident, standingDeploy } from '../incident.ts';
import { type Anchor, anchorsOf } from '../intervals.ts';
import type { Role } from '../kinds.ts';
import { msOf } from '../time.ts';
import { duration, utc } from './describe.ts';
import { ASK } from './postmortem-after.ts';
import { unknown } from './postmortem-model.ts';
import { anchorIds } from './sources.ts';

/** A moment of the course that somebody recorded. */
interface Moment {
  name: string;
  at: string;
  events: string[];
}

/** A stretch between two recorded moments. A stretch without both is not drawn, and `why` says so. */
export interface Phase {
  name: 'detect' | 'mitigate' | 'repair' | 'monitor';
  label: string;
  from: Moment | null;
  to: Moment | null;
  /** Null when it cannot be drawn. */
  ms: number | null;
  /** Why it cannot be drawn and whom to ask, in our words; null when it can. */
  why: string | null;
}

type Point = 'started' | 'detected' | 'mitigated' | 'repaired' | 'resolved';

const NAMES: Record<Point, string> = {
  started: 'harm began',
  detected: 'detected',
  mitigated: 'mitigated',
  repaired: 'fix deployed',
  resolved: 'resolved',
};

/**
 * From which moment to which. A later one stands in for a step that an incident may well not have had: without
 * a mitigation the repair begins at the detection, without a deployed fix the watch begins at the mitigation.
 * The ends are always named, so nobody reads one for the other.
 */
const PHASES: readonly [Phase['name'], string, readonly Point[], Point][] = [
  ['detect', 'Detect', ['started'], 'detected'],
  ['mitigate', 'Mitigate', ['detected'], 'mitigated'],
  ['repair', 'Repair', ['mitigated', 'detected'], 'repaired'],
  ['monitor', 'Monitor', ['repaired', 'mitigated'], 'resolved'],
];

/** How the incident went, as stretches to draw to scale. Only recorded times; nothing is guessed from another. */
export function courseOf(incident: Incident): Phase[] {
  const moments = momentsOf(incident);
  return PHASES.map(([name, label, froms, end]): Phase => {
    const start = froms.find((point) => moments[point] !== null) ?? froms[0] ?? end;
    const [from, to] = [moments[start], moments[end]];
    const missing = [start, end].filter((point) => moments[point] === null);
    if (from === null || to === null)
      return { name, label, from, to, ms: null, why: whom(incident, missing) };
    const ms = msOf(to.at) - msOf(from.at);
    const why = ms < 0 ? `impossible: "${to.name}" is recorded before "${from.name}"` : null;
    return { name, label, from, to, ms: ms < 0 ? null : ms, why };
  });
}

function momentsOf(incident: Incident): Record<Point, Moment | null> {
  const anchors = anchorsOf(incident);
  const moment = (point: Point & Anchor): Moment | null => {
    const at = anchors[point];
    return at === null ? null : { name: NAMES[point], at, events: anchorIds(incident, point) };
  };
  const deploy = standingDeploy(incident);
  return {
    started: moment('started'),
    detected: moment('detected'),
    mitigated: moment('mitigated'),
    repaired: deploy && { name: NAMES.repaired, at: deploy.at, events: [deploy.id] },
    resolved: moment('resolved'),
  };
}

function whom(incident: Incident, missing: readonly Point[]): string {
  const [first = 'started'] = missing;
  const role: Role = first === 'repaired' ? 'ops_lead' : ASK[first];
  const names = missing.map((point) => `"${NAMES[point]}"`).join(' and ');
  return `${unknown(incident, null, role).text}: nobody recorded ${names}`;
}

/** Cells of a phase as text: what the chart shows, for those who cannot see it. */
export function phaseCells({ label, from, to, ms, why }: Phase): string[] {
  const end = (moment: Moment | null) => (moment === null ? 'UNKNOWN' : `${moment.name} ${utc(moment.at)}`);
  return [label, end(from), end(to), why ?? duration(ms) ?? ''];
}

export function phaseIds({ from, to }: Phase): string[] {
  return [...(from?.events ?? []), ...(to?.events ?? [])];
}

/**
 * The chart in Mermaid's words, or nothing when no phase can be drawn. Only our own words and recorded times
 * go in: no title, name or text of anybody, so that nothing can break or steer it.
 */
export function mermaidOf(phases: readonly Phase[]): string[] {
  const bars = phases.flatMap(({ name, label, from, to, ms }) =>
    from === null || to === null || ms === null
      ? []
      : [`  ${label}, ${duration(ms)} :${name}, ${minute(from.at)}, ${minute(to.at)}`],
  );
  if (bars.length === 0) return [];
  const days = new Set(phases.flatMap(({ from, to }) => [from, to].map((moment) => moment?.at.slice(0, 10))));
  days.delete(undefined);
  return [
    'gantt',
    '  accTitle: Course of the incident to scale',
    '  accDescr: The same phases stand in the table below',
    '  dateFormat YYYY-MM-DD HH:mm',
    `  axisFormat ${days.size > 1 ? '%m-%d %H:%M' : '%H:%M'}`,
    '  section UTC',
    ...bars,
  ];
}

/** Mermaid reads it in the reader's own zone and writes it the same way: what is shown is UTC. */
function minute(iso: string): string {
  return (utc(iso) ?? '').replace(' UTC', '');
}
