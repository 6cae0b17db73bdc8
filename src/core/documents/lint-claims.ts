import type { RecordedEvent } from '../events.ts';
import type { Incident } from '../incident.ts';
import type { Kind } from '../kinds.ts';
import { dateOf, HOUR, hhmm, MINUTE, msOf } from '../time.ts';
import { type Claim, claimsIn, plainNumber } from './claims.ts';
import type { DocumentView } from './view.ts';

/** What the record knows in numbers: the narrative may say these and no others. */
export interface Support {
  times: ReadonlySet<string>;
  dates: ReadonlySet<string>;
  /** Milliseconds. */
  durations: readonly number[];
  numbers: ReadonlySet<string>;
  /** How many there are of something, by the word for it. */
  counts: Readonly<Record<string, number>>;
}

/** What the agent wrote itself supports nothing. */
const NO_SOURCE: readonly Kind[] = ['postmortem_written', 'update_drafted'];
/** Whole numbers and versions; digits inside a commit or a name are none. */
const RAW_NUMBER = /(?<![\p{L}\p{N}]|[\p{L}\p{N}][.,])v?(\d[\d.,]{0,30})(?![\p{L}\d])/gu;

export function supportOf(incident: Incident, { row }: DocumentView): Support {
  const events = incident.recorded.filter(({ kind }) => !NO_SOURCE.includes(kind));
  const texts = events.flatMap(textsOf);
  const stated = texts.flatMap(claimsIn);
  const instants = events.map(({ at }) => at);
  const policy = [
    ...[row?.respond_within_min, row?.resolve_within_min, row?.first_update_min, row?.update_every_min].map(
      (minutes) => (minutes ?? 0) * MINUTE,
    ),
    (row?.postmortem_within_h ?? 0) * HOUR,
  ];
  return {
    times: new Set([...instants.map(hhmm), ...valuesOf(stated, 'time')]),
    dates: new Set([...instants.map(dateOf), ...valuesOf(stated, 'date')]),
    durations: [
      ...differences(turningPoints(events)),
      ...stated.flatMap((claim) => (claim.kind === 'duration' ? [claim.value] : [])),
      ...policy.filter((ms) => ms > 0),
    ],
    numbers: new Set([
      ...texts.flatMap((text) =>
        [...text.matchAll(RAW_NUMBER)].map(([, number = '']) => plainNumber(number)),
      ),
      ...valuesOf(stated, 'number'),
      ...instants.map((at) => at.slice(0, 4)),
    ]),
    counts: countsOf(incident),
  };
}

function valuesOf(claims: readonly Claim[], kind: 'time' | 'date' | 'number'): string[] {
  return claims.flatMap((claim) => (claim.kind === kind ? [claim.value] : []));
}

function textsOf({ text, data, evidence }: RecordedEvent): string[] {
  return [text, ...evidence, ...deepTexts(data, 4)];
}

function deepTexts(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  return Object.values(value).flatMap((inner) => deepTexts(inner, depth - 1));
}

/** What people measure between. Between any two of all events lies almost every number of minutes. */
const TURNS: readonly string[] = [
  ...['started', 'detected', 'impact_ended', 'opened', 'acknowledged', 'cause_identified'],
  ...['mitigation_applied', 'mitigation_removed', 'rolled_back', 'hotfix_started', 'fix_committed'],
  ...['deployed', 'deploy_verified', 'resolved', 'reopened', 'closed'],
];

/** The first and the last event of each kind that counts. */
function turningPoints(events: readonly RecordedEvent[]): number[] {
  const points = new Map<string, number[]>();
  for (const event of events) {
    const key = event.kind === 'fact_recorded' ? event.data.name : event.kind;
    if (!TURNS.includes(key)) continue;
    const times = points.get(key) ?? [];
    points.set(key, [times[0] ?? msOf(event.at), msOf(event.at)]);
  }
  return [...new Set([...points.values()].flat())].slice(0, 120);
}

function differences(points: readonly number[]): number[] {
  return points.flatMap((from) => points.filter((to) => to > from).map((to) => to - from));
}

const COUNTED: readonly [RegExp, (incident: Incident) => number][] = [
  [/^updates?$/, byKind('update_posted')],
  [/^mitigations?$/, byKind('mitigation_applied')],
  [/^(?:hypothesis|hypotheses)$/, byKind('hypothesis_stated')],
  [/^(?:deploys?|deployments?)$/, byKind('deployed')],
  [/^rollbacks?$/, byKind('rolled_back')],
  [/^events?$/, ({ recorded }) => recorded.length],
  [/^(?:actions?|items?)$/, ({ actions }) => actions.size],
  [/^(?:attempts?|fix|fixes)$/, ({ attempt }) => attempt],
];

function byKind(kind: Kind) {
  return ({ recorded }: Incident) => recorded.filter((event) => event.kind === kind).length;
}

function countsOf(incident: Incident): Record<string, number> {
  return Object.fromEntries(COUNTED.map(([words, count]) => [words.source, count(incident)]));
}

/** What a text claims in numbers and times and nothing recorded says; in our own words, each once. */
export function unsupported(text: string, support: () => Support): string[] {
  const open = claimsIn(text).filter((claim) => !isSupported(claim, support()));
  return [...new Set(open.map(({ shown }) => shown))];
}

function isSupported(claim: Claim, { times, dates, durations, numbers, counts }: Support): boolean {
  if (claim.kind === 'time') return times.has(claim.value);
  if (claim.kind === 'date') return dates.has(claim.value);
  if (claim.kind === 'duration') return durations.some((ms) => fits(ms, claim));
  const words = COUNTED.find(([pattern]) => pattern.test(claim.of))?.[0].source;
  return numbers.has(claim.value) || (words !== undefined && String(counts[words]) === claim.value);
}

/** The same when cut or rounded to the unit that was used; a fifth more or less where the text says "about". */
function fits(ms: number, { value, unit, about }: Extract<Claim, { kind: 'duration' }>): boolean {
  if (about) return Math.abs(ms - value) <= value / 5;
  // "1.5 hours" is said to the half hour.
  const step = value % unit === 0 ? unit : value % (unit / 2) === 0 ? unit / 2 : unit / 10;
  return Math.floor(ms / step) * step === value || Math.round(ms / step) * step === value;
}
