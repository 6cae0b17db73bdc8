import {
  AFTER_PERSON,
  BREAKS,
  CAUSAL,
  COUNTERFACTUALS,
  DEEDS,
  DETERMINERS,
  FAULT_NOUNS,
  FAULTS,
  FAULTS_OF,
  GROUPS,
  HUMAN_ERROR,
  HUMAN_FAULTS,
  JOINS,
  NEGATIONS,
  PARTICIPLE,
  PERSON_NOUNS,
  PERSON_PRONOUNS,
  SYSTEM_REASON,
} from './lint-words.ts';

/** What a sentence can do wrong. `counterfactual`: "should have" without a person. */
export type Slip = 'blame' | 'counterfactual' | 'human_error' | 'stops_at_person';

/** Names that the record knows, as they are written there, word by word. */
export type Names = ReadonlySet<string>;

interface Word {
  /** As written, without a possessive ending. */
  raw: string;
  lower: string;
  possessive: boolean;
}

/** How many words may stand between a person and the fault. */
const REACH = 6;
const MAX_WORDS = 400;

export function slipsIn(text: string, names: Names, isCause: boolean): Set<Slip> {
  const found = new Set<Slip>();
  for (const sentence of text.split(/[.!?;]+(?=\s|$)|\n+/)) {
    const words = wordsOf(sentence);
    for (const slip of sentenceSlips(words, names)) found.add(slip);
    if (isHumanError(sentence, isCause)) found.add('human_error');
  }
  if (isCause && !found.has('human_error') && stopsAtPerson(text, names)) found.add('stops_at_person');
  return found;
}

function wordsOf(sentence: string): Word[] {
  const found = sentence.replaceAll('’', "'").match(/[\p{L}\p{N}'-]+/gu) ?? [];
  return found.slice(0, MAX_WORDS).map((text) => {
    const trimmed = text.replace(/^['-]+|['-]+$/g, '');
    const possessive = /'s$/i.test(trimmed);
    const raw = possessive ? trimmed.slice(0, -2) : trimmed;
    return { raw, lower: raw.toLowerCase(), possessive };
  });
}

function sentenceSlips(words: readonly Word[], names: Names): Slip[] {
  const slips: Slip[] = [];
  words.forEach((word, i) => {
    if (word.possessive && isOne(words, i, names) && FAULT_NOUNS.has(words[i + 1]?.lower ?? ''))
      slips.push('blame');
    if (/^(?:his|her|your)$/.test(word.lower) && FAULT_NOUNS.has(words[i + 1]?.lower ?? ''))
      slips.push('blame');
    if (matches(FAULT_OF, words, i) && personFollows(words, i, names)) slips.push('blame');
    const back = looksBack(words, i);
    const isWish = matches(WISH, words, i) && back;
    if (matches(FAULT, words, i) && back && !isPassive(words, i)) {
      const human = matches(HUMAN_FAULT, words, i);
      if (subjectIsPerson(words, i, names, human)) slips.push('blame');
    }
    if (isWish && !slips.includes('blame')) slips.push('counterfactual');
  });
  return slips;
}

/** Phrases by their first word. */
type Phrases = ReadonlyMap<string, readonly string[][]>;

function byFirst(phrases: readonly string[]): Phrases {
  const index = new Map<string, string[][]>();
  for (const phrase of phrases) {
    const [first = '', ...rest] = phrase.split(' ');
    index.set(first, [...(index.get(first) ?? []), rest]);
  }
  return index;
}

const FAULT = byFirst(FAULTS);
const HUMAN_FAULT = byFirst(HUMAN_FAULTS);
const FAULT_OF = byFirst(FAULTS_OF);
const WISH = byFirst(COUNTERFACTUALS);

/** Whether one of the phrases begins at this word. */
function matches(phrases: Phrases, words: readonly Word[], at: number): boolean {
  const follow = phrases.get(words[at]?.lower ?? '') ?? [];
  return follow.some((rest) => rest.every((word, i) => words[at + 1 + i]?.lower === word));
}

/** Of "should have" only the kind that looks back counts; every other fault does. */
function looksBack(words: readonly Word[], at: number): boolean {
  if (!/^(?:should|could|ought|shouldn't|should've)/.test(words[at]?.lower ?? '')) return true;
  const have = words.findIndex(({ lower }, i) => i >= at && i < at + 4 && /^(?:have|should've)$/.test(lower));
  const next = words.slice(have + 1, have + 4).find(({ lower }) => !/(?:ly|not|also)$/.test(lower));
  return PARTICIPLE.test(next?.lower ?? '');
}

/** "Ana should have been paged": what was owed to a person is no fault of theirs. */
function isPassive(words: readonly Word[], at: number): boolean {
  const end = words.findIndex((word, i) => i >= at && i < at + 4 && word.lower === 'have');
  return end >= 0 && words[end + 1]?.lower === 'been';
}

/** Whether the word at `i` means a person: a known name, a pronoun, or a noun that is not half of another one. */
function isOne(words: readonly Word[], i: number, names: Names, until = i + 1): boolean {
  const word = words[i];
  if (word === undefined) return false;
  if (names.has(word.raw) || PERSON_PRONOUNS.has(word.lower)) return true;
  if (!PERSON_NOUNS.has(word.lower)) return false;
  const next = words[i + 1];
  if (word.possessive || next === undefined || i + 1 === until) return true;
  const { lower } = next;
  return AFTER_PERSON.has(lower) || DEEDS.has(lower) || PERSON_NOUNS.has(lower) || /(?:ly|n't)$/.test(lower);
}

/** The nearest word in front that can be a subject decides. */
function subjectIsPerson(words: readonly Word[], at: number, names: Names, human: boolean): boolean {
  // "Ana restarted it and forgot the other": the subject is that of the sentence.
  if (JOINS.has(words[at - 1]?.lower ?? '')) {
    return words.slice(0, 3).some((word, i) => !word.possessive && isOne(words, i, names, at));
  }
  for (let i = at - 1; i >= Math.max(0, at - REACH); i--) {
    const word = words[i];
    if (word === undefined) return false;
    if (!word.possessive && isOne(words, i, names, at)) return true;
    if (GROUPS.has(word.lower) || DETERMINERS.has(word.lower) || BREAKS.has(word.lower)) return false;
    if (JOINS.has(word.lower)) return false;
    if (human && i === at - 1 && /^\p{Lu}\p{Ll}+$/u.test(word.raw) && !word.possessive) return true;
  }
  return false;
}

function personFollows(words: readonly Word[], at: number, names: Names): boolean {
  if (words.slice(Math.max(0, at - 3), at).some(({ lower }) => NEGATIONS.has(lower))) return false;
  for (let i = at + 1; i < at + 5; i++) {
    const word = words[i];
    if (word === undefined) return false;
    // An "operator error" is no operator.
    if (isOne(words, i, names, -1)) return !word.possessive && !FAULT_NOUNS.has(words[i + 1]?.lower ?? '');
    if (!DETERMINERS.has(word.lower) && !/^(?:of|by|to|on|junior|senior|new)$/.test(word.lower)) return false;
  }
  return false;
}

function isHumanError(sentence: string, isCause: boolean): boolean {
  const hit = HUMAN_ERROR.exec(sentence);
  if (hit === null) return false;
  const before = wordsOf(sentence.slice(Math.max(0, hit.index - 80), hit.index)).slice(-4);
  if (before.some(({ lower }) => NEGATIONS.has(lower) || lower === 'beyond')) return false;
  return isCause || CAUSAL.test(sentence);
}

/** A cause that names who did it and says nothing of what let it happen. */
function stopsAtPerson(text: string, names: Names): boolean {
  const words = wordsOf(text.slice(0, 2000));
  if (SYSTEM_REASON.test(text)) return false;
  const who = words.findIndex((word, i) => !word.possessive && isOne(words, i, names, -1));
  if (who < 0) return false;
  const isAgent = words.slice(Math.max(0, who - 3), who).some(({ lower }) => lower === 'by');
  return isAgent || words.slice(who + 1, who + 6).some(({ lower }) => DEEDS.has(lower));
}
