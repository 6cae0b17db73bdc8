import type { Incident } from '../incident.ts';
import { type Anchor, contradictionsOf, INTERVALS, type Interval, intervalsOf } from '../intervals.ts';
import { type Spread, spreadOf } from './spread.ts';

export interface IntervalSummary extends Spread {
  name: string;
  label: string;
  /** Incidents in which nobody recorded one of the ends. */
  missing: number;
  /** Incidents in which the end lies before the start. */
  impossible: number;
}

const WORDS: Record<Anchor, string> = {
  started: 'start of harm',
  detected: 'detection',
  acknowledged: 'acknowledgement',
  mitigated: 'mitigation',
  impact_ended: 'end of impact',
  resolved: 'resolution',
};

export function intervalSummaries(incidents: readonly Incident[]): IntervalSummary[] {
  const all = incidents.map(intervalsOf);
  return INTERVALS.map(({ name, label }) => {
    const ones = all.flatMap((intervals) => intervals.filter((interval) => interval.name === name));
    const count = (problem: Interval['problem']) => ones.filter((one) => one.problem === problem).length;
    return {
      ...{ name, label },
      ...spreadOf(ones.flatMap(({ ms }) => (ms === null ? [] : [ms]))),
      ...{ missing: count('missing'), impossible: count('impossible') },
    };
  });
}

/** Times that contradict each other, one sentence each: `hotfix-003: detection is recorded before start of harm`. */
export function orderWarnings(incidents: readonly Incident[]): string[] {
  return incidents.flatMap((incident) => {
    const impossible = intervalsOf(incident)
      .filter(({ problem }) => problem === 'impossible')
      .map(({ from, to }) => ({ earlier: from, later: to }));
    return [...impossible, ...contradictionsOf(incident)].map(
      ({ earlier, later }) =>
        `${incident.label}: ${WORDS[later]} is recorded before ${WORDS[earlier]}; not counted`,
    );
  });
}
