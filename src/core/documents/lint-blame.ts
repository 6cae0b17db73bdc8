import type { Incident } from '../incident.ts';
import type { Narrative } from './narrative.ts';

/** Words that judge a person instead of a system. */
const BLAME =
  /\b(should(?: have|'ve|n't have| not have)|careless(?:ly|ness)?|negligen(?:t|tly|ce)|sloppy|stupid|lazy|incompeten(?:t|ce)|forgot|neglected|failed to|messed up|screwed up|to blame|(?:his|her|their|whose) (?:fault|mistake)|'s (?:fault|mistake))\b|'s (?:fault|mistake)\b/i;
const HUMAN_ERROR = /\b(human|operator|user|pilot) (?:error|mistake)\b/i;

/** Texts in which a sentence ends at a full stop, a line end or a semicolon. */
const SENTENCES = /[.!?;\n]+/;

interface Blame {
  where: string;
  text: string;
}

/**
 * Sentences that blame: a judging word in the same sentence as a known person's name, or "human error" given
 * as a cause. Names are those the record knows; they are compared as text, never as patterns.
 */
export function blameFindings(incident: Incident, narrative: Narrative): Blame[] {
  const names = namesOf(incident);
  const isBlame = (sentence: string) => BLAME.test(sentence) && mentions(sentence, names);
  return textsOf(incident, narrative).flatMap(({ where, text, isCause }): Blame[] => {
    const sentences = text.split(SENTENCES);
    return [
      ...(sentences.some(isBlame)
        ? [{ where, text: 'A sentence judges a named person: say what made the slip possible instead.' }]
        : []),
      ...(isCause && sentences.some((sentence) => HUMAN_ERROR.test(sentence))
        ? [{ where, text: '"Human error" is no cause: say what let one slip reach production.' }]
        : []),
    ];
  });
}

function namesOf(incident: Incident): string[] {
  const people = [
    ...[...incident.roles.values()].map((role) => role.person),
    ...incident.recorded.flatMap(({ by }) => [by.kind === 'human' ? by.name : '', by.on_behalf_of ?? '']),
    ...incident.recorded.flatMap((event) =>
      event.kind === 'role_assigned'
        ? [event.data.person]
        : event.kind === 'acknowledged'
          ? [event.data.person ?? '']
          : event.kind === 'action_added'
            ? [event.data.owner ?? '']
            : [],
    ),
  ];
  const words = people.flatMap((name) => wordsOf(name).filter((word) => word.length >= 3));
  return [...new Set(words)];
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function mentions(sentence: string, names: readonly string[]): boolean {
  const words = new Set(wordsOf(sentence));
  return names.some((name) => words.has(name));
}

function textsOf(
  incident: Incident,
  narrative: Narrative,
): { where: string; text: string; isCause: boolean }[] {
  const causes = ['trigger', 'contributing_factors', 'five_whys'];
  const told = Object.entries(narrative).map(([name, value]) => ({
    where: `narrative.${name}`,
    text: Array.isArray(value) ? value.join('\n') : String(value ?? ''),
    isCause: causes.includes(name),
  }));
  const cause = incident.cause ? [{ where: 'cause', text: incident.cause.text, isCause: true }] : [];
  const actions = [...incident.actions.values()].map(({ id, text }) => ({
    where: `actions.${id}`,
    text,
    isCause: false,
  }));
  return [...told, ...cause, ...actions];
}
