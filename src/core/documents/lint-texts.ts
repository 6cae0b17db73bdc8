import type { Incident } from '../incident.ts';
import type { Names } from './lint-sentence.ts';
import type { Narrative } from './narrative.ts';

/** A text of the postmortem that people or agents wrote, and what it is for. */
export interface WrittenText {
  /** `narrative.summary`, `cause`, `actions.A1`, `prose`. */
  where: string;
  text: string;
  /** It says why: there a person is never the answer. */
  isCause: boolean;
  /** `told` speaks of what happened; `ahead` of what to do or what might have been. */
  speaks: 'told' | 'ahead';
  /** Stored as an event of its own, which supports its own numbers. */
  isRecorded: boolean;
}

const CAUSES = ['contributing_factors', 'trigger'];
const AHEAD = ['lessons', 'detected_earlier', 'got_lucky'];

export function writtenTexts(incident: Incident, narrative: Narrative, prose: string): WrittenText[] {
  const texts: WrittenText[] = [];
  const add = (where: string, text: string | undefined, more: Partial<WrittenText> = {}) => {
    if (text !== undefined && text.trim() !== '')
      texts.push({ where, text, isCause: false, speaks: 'told', isRecorded: false, ...more });
  };
  for (const [name, value] of Object.entries(narrative)) {
    const where = `narrative.${name}`;
    const speaks = AHEAD.includes(name) ? 'ahead' : 'told';
    const all = typeof value === 'string' ? [value] : (value ?? []);
    // Of the whys only the last is given as the end of the chain.
    all.forEach((text, i) => {
      const isCause = CAUSES.includes(name) || (name === 'five_whys' && i === all.length - 1);
      add(where, text, { isCause, speaks });
    });
  }
  add('cause', incident.cause?.text, { isCause: true, isRecorded: true });
  for (const { id, text } of incident.actions.values())
    add(`actions.${id}`, text, { speaks: 'ahead', isRecorded: true });
  add('prose', prose, { speaks: 'ahead' });
  return texts;
}

/** Words in an owner's or actor's name that make it a group's or a machine's. */
const NO_PERSON =
  /\b(?:team|squad|group|guild|crew|ops|sre|support|backend|frontend|platform|infra|bot|on-?call|unknown)\b/i;

/** The names of people, word by word, as the record writes them. Nobody's name is guessed. */
export function namesOf(incident: Incident): Names {
  const people = [
    ...[...incident.roles.values()].map(({ person }) => person),
    ...[...incident.actions.values()].map(({ owner }) => owner ?? ''),
    ...incident.recorded.flatMap((event) => [
      event.by.kind === 'human' ? event.by.name : '',
      event.by.on_behalf_of ?? '',
      event.kind === 'role_assigned' ? event.data.person : '',
      event.kind === 'acknowledged' ? (event.data.person ?? '') : '',
    ]),
  ].filter((name) => !NO_PERSON.test(name));
  const words = [...new Set(people)].flatMap((name) => name.match(/[\p{L}\p{N}-]+/gu) ?? []);
  return new Set(words.filter((word) => word.length >= 2));
}
