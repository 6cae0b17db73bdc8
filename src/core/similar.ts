import { type Incident, severityLabel } from './incident.ts';
import type { Kind } from './kinds.ts';
import { touchedFiles } from './touched-files.ts';
import { oneLine } from './untrusted.ts';

/** What an incident is found by. */
export interface SearchDoc {
  uid: string;
  title: string;
  cause: string;
  mitigation: string;
  files: string;
  /** Description, facts, suppositions, resolution. */
  rest: string;
}

/** How well a document fits a text. */
export interface Match {
  uid: string;
  /** Comparable within one answer only. */
  score: number;
  /** Share of the text's words that the document has, 0 to 1. */
  share: number;
  /** How many of them. */
  words: number;
}

/** Longest part of a document that is indexed; characters. */
const LONGEST = 6_000;
const TOLD: readonly Kind[] = ['fact_recorded', 'hypothesis_stated', 'fix_committed', 'resolved', 'noted'];

/** A weaker hit than this share of the best one is noise. */
const WEAKEST = 0.3;

/** Named without being asked: at least this share of the words, and this many. */
const RESEMBLES = { share: 0.5, words: 3 } as const;

export function searchDocOf(incident: Incident): SearchDoc {
  const { recorded, mitigations } = incident;
  const told = recorded.flatMap((event) => (TOLD.includes(event.kind) ? [event.text] : []));
  return {
    uid: incident.uid,
    title: incident.title,
    cause: [incident.cause?.text ?? '', ...(incident.cause?.evidence ?? [])].join('\n').slice(0, LONGEST),
    mitigation: mitigations
      .map(({ event }) => `${event.data.type} ${event.text}`)
      .join('\n')
      .slice(0, LONGEST),
    files: touchedFiles(incident).join('\n'),
    rest: [incident.description.slice(0, LONGEST), ...told].join('\n').slice(0, 2 * LONGEST),
  };
}

/** The state of the record that an index was made from: every event by id, and whether it was purged. */
export function stampOf(incidents: readonly Incident[]): string {
  return incidents
    .flatMap(({ recorded }) => recorded.map(({ id, line_sha256 }) => (line_sha256 ? `-${id}` : id)))
    .join('');
}

/** What is worth showing to somebody who searched, best first. */
export function worthShowing(matches: readonly Match[]): Match[] {
  const best = matches[0]?.score ?? 0;
  return matches.filter(({ score }) => score >= best * WEAKEST);
}

/** What is worth mentioning to somebody who did not ask. */
export function resembling(matches: readonly Match[]): Match[] {
  return worthShowing(matches).filter(
    ({ share, words }) => share >= RESEMBLES.share && words >= RESEMBLES.words,
  );
}

/** How an incident went, in the words of the record. */
export interface Lesson {
  cause: string;
  mitigation: string;
  open_actions: string[];
}

const WORDS = { title: 100, cause: 160, mitigation: 120, action: 80 } as const;
const MOST_ACTIONS = 3;

export function lessonOf(incident: Incident): Lesson {
  const applied = incident.mitigations.at(-1)?.event;
  const rolledBack = incident.releaseRollback?.text;
  const mitigation = applied
    ? `${applied.data.type}, ${applied.text}`
    : rolledBack && `rollback, ${rolledBack}`;
  return {
    cause: incident.cause ? oneLine(incident.cause.text, WORDS.cause) : 'UNKNOWN',
    mitigation: mitigation ? oneLine(mitigation, WORDS.mitigation) : 'UNKNOWN',
    open_actions: [...incident.actions.values()]
      .filter(({ state }) => state === 'open')
      .map(
        ({ id, text, due }) =>
          `${id} ${oneLine(text, WORDS.action)}${due === undefined ? '' : ` (due ${due})`}`,
      ),
  };
}

/** Two lines: what it was, then how it went. Words of the record: fence them before a model reads them. */
export function lessonLines(incident: Incident, { cause, mitigation, open_actions }: Lesson): string[] {
  const date = incident.opened?.at.slice(0, 10) ?? 'no date';
  const more = open_actions.length - MOST_ACTIONS;
  const actions = [...open_actions.slice(0, MOST_ACTIONS), ...(more > 0 ? [`${more} more`] : [])];
  return [
    `${incident.label} · ${severityLabel(incident)} · ${incident.status} · ${date} · ${oneLine(incident.title, WORDS.title)}`,
    `  cause: ${cause} · mitigation: ${mitigation} · open action items: ${actions.join('; ') || 'none'}`,
  ];
}
