import type { DocumentView } from '../../src/core/documents/view.ts';
import type { Incident } from '../../src/core/incident.ts';
import { mdInline } from '../../src/core/untrusted.ts';
import { type Facts, factsOf, timeForms } from './truth-facts.ts';
import { KNOWN, toldTexts, withoutTold } from './truth-sources.ts';
import { COUNTED, FIXED } from './truth-tables.ts';

/**
 * The truth test: every number and time in a generated document must come from somewhere. It is part of what
 * somebody told in an event, the time of an event, a clock, an interval that is worked out here again, a count
 * of things that can be counted here again, an id, or a number of the template that `FIXED` lists with its reason.
 */
export interface Untraced {
  document: string;
  /** 1-based. */
  line: number;
  number: string;
  why: string;
}

const TIME =
  /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{3})?)?Z|\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?|\b\d{2}:\d{2}\b/g;
const BARE_TIME = /(?<![\d-] ?)\b\d{2}:\d{2}\b/g;
const DURATION = /\b\d+ (?:day|hour|minute|second)s?(?: \d+ (?:day|hour|minute|second)s?)?\b/g;
const NUMBER = /[\p{L}\p{N}_-]*\p{Nd}(?:[\p{L}\p{N}_-]|[.,:](?=\p{N}))*/gu;

/** How many numbers and times a document holds. */
export function numbersIn(text: string): number {
  return text.match(NUMBER)?.length ?? 0;
}

/** Judges documents of one incident as it stands. `said`: texts that a caller gave besides the record. */
export function tracer(incident: Incident, view: DocumentView, said: readonly string[] = []) {
  const facts = factsOf(incident, view);
  const texts = toldTexts(incident.recorded, said);
  return (document: string, text: string): Untraced[] => {
    const found: Untraced[] = [];
    const report = (index: number, number: string, why: string) =>
      found.push({ document, line: text.slice(0, index).split('\n').length, number, why });
    let rest = withoutTold(text, texts, facts.names);
    for (const { pattern } of FIXED) rest = hide(rest, pattern, () => true);
    for (const { pattern, numbers } of COUNTED)
      rest = hide(rest, pattern, (...groups) => isSame(groups, numbers(incident, view)));
    for (const match of rest.matchAll(BARE_TIME))
      if (!/\d{4}-\d{2}-\d{2}/.test(text))
        report(match.index, match[0], 'a time of day in a document without a date');
    rest = hide(rest, TIME, (time) => facts.instants.has(time ?? ''));
    rest = hide(rest, DURATION, (words) => facts.durations.has(words ?? ''));
    for (const match of rest.matchAll(NUMBER))
      report(match.index, match[0].replaceAll(KNOWN, ''), 'no event, clock, interval or count says this');
    wrongLines(text, incident, facts, report);
    return found;
  };
}

function hide(text: string, pattern: RegExp, isTrue: (...groups: (string | undefined)[]) => boolean): string {
  return text.replace(pattern, (all: string, ...rest: unknown[]) => {
    const groups = rest.filter((part) => typeof part === 'string' || part === undefined).slice(0, -1);
    const values = groups.length === 0 ? [all] : (groups as (string | undefined)[]);
    return isTrue(...values) ? all.replace(/\p{Nd}/gu, KNOWN) : all;
  });
}

function isSame(groups: (string | undefined)[], numbers: (string | number)[]): boolean {
  return groups.length === numbers.length && groups.every((group, i) => group === String(numbers[i]));
}

/** A row of a timeline as a table, as a list, or an event as a bullet: the time that its event must have. */
const ROWS = [
  /^\| (\d{4}-\d{2}-\d{2} \d{2}:\d{2}|\d{2}:\d{2}) \|/,
  /^- (\d{4}-\d{2}-\d{2} \d{2}:\d{2}|\d{2}:\d{2}): /,
  /^- .*\((\d{4}-\d{2}-\d{2} \d{2}:\d{2}) UTC, /,
];
const WHY = /^- \*\*Why (\d+)\*\*: /;
const PROOF = /^ {2}- (\d{4}-\d{2}-\d{2} \d{2}:\d{2}) UTC by .*\(event ([0-9A-Z]{26})\)$/;
const LABELLED = /^(?:- \*\*([^*]+)\*\*: (\d{4}-\d{2}-\d{2} \d{2}:\d{2}) UTC|([a-z_]+_at): "([^"]+)")/;

/** A right time in the wrong place: rows of a timeline, and times under a label. */
function wrongLines(
  text: string,
  incident: Incident,
  facts: Facts,
  report: (index: number, number: string, why: string) => void,
): void {
  let index = 0;
  let whys = 0;
  for (const line of text.split('\n')) {
    const time = ROWS.map((row) => row.exec(line)?.[1]).find((found) => found !== undefined);
    if (time !== undefined && !incident.recorded.some((event) => isRowOf(line, time, event)))
      report(index, time, 'no event of this row happened then');
    const [, label, shown, key, stored] = LABELLED.exec(line) ?? [];
    const expected = facts.labelled[label ?? key ?? ''];
    const says = shown ?? stored;
    if (says !== undefined && expected !== undefined) {
      const forms = expected === null ? [] : timeForms(new Date(expected).toISOString());
      if (!forms.includes(says)) report(index, says, `not the recorded time of "${label ?? key}"`);
    }
    const [, why] = WHY.exec(line) ?? [];
    if (why !== undefined && Number(why) !== ++whys) report(index, why, 'not the next why');
    const [, when = '', id] = PROOF.exec(line) ?? [];
    const proof = incident.recorded.find((event) => event.id === id);
    if (id !== undefined && !timeForms(proof?.at ?? '').includes(when))
      report(index, when, 'not the time of the event that is named');
    index += line.length + 1;
  }
}

function isRowOf(line: string, time: string, event: Incident['recorded'][number]): boolean {
  const said = mdInline(`x ${event.text}`).slice(2);
  return timeForms(event.at).concat(event.at.slice(11, 16)).includes(time) && line.includes(said);
}
