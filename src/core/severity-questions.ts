import { compare, LEVELS, type Level } from './severity.ts';
import type { Assignment, FactName, Known } from './severity-facts.ts';
import { LADDERS } from './severity-facts.ts';
import { levelOf, plausible, possibleErrorRates, rangeOf } from './severity-range.ts';

/** A fact whose answer would change the severity. */
export interface Question {
  fact: FactName;
  ask: string;
  /** "P0 if lost or corrupted, exposed; P1 if none". */
  would_become: string;
}

const MOST_QUESTIONS = 5;

type LadderFact = keyof typeof LADDERS;

const ASK: Record<LadderFact, string> = {
  service: 'Is the service down, degraded or working?',
  users: 'How many users are affected (all, most, many, some, few, one, none, or a per cent)?',
  data: 'Was data lost, corrupted or exposed, or is it at risk?',
  security: 'Is there a security breach, or a suspicion of one?',
  flow: 'Which flow is hit: login, payment, checkout, data write, another, or none?',
  error_rate: 'What share of requests fails, in per cent?',
  workaround: 'Do users have a workaround?',
  spreading: 'Is it getting worse?',
};

const WORDS: Record<string, string> = {
  lost_or_corrupted: 'lost or corrupted',
  at_risk: 'at risk',
  login: 'a critical flow (login, payment, checkout, data write)',
  other: 'another flow',
  'error_rate:0': '1 % or less',
  'error_rate:5': 'over 1 %',
  'error_rate:50': 'half or more',
};

interface Candidate extends Question {
  /** Levels that it could raise the severity by, levels that it could lower it by, levels of range that it could close. */
  gain: readonly [number, number, number];
}

const widthOf = (range: { lowest: Level; highest: Level }): number => compare(range.lowest, range.highest);

function outcomesOf(fact: LadderFact, known: Known): { value: string; known: Known }[] {
  const values: readonly Assignment[LadderFact][] =
    fact === 'error_rate' ? possibleErrorRates(known) : LADDERS[fact];
  // The cast-free way to set one key of a union: the entry is built by name and read back by the rules.
  return values.map((value) => ({ value: String(value), known: { ...known, [fact]: value } }));
}

function candidate(fact: LadderFact, known: Known, current: Level): Candidate | undefined {
  const { [fact]: _asked, ...others } = known;
  const outcomes = outcomesOf(fact, others).map((outcome) => ({
    value: outcome.value,
    level: levelOf(plausible(outcome.known)),
    range: rangeOf(outcome.known),
  }));
  const width = widthOf(rangeOf(others));
  const raise = Math.max(...outcomes.map(({ level }) => compare(current, level)));
  const lower = Math.max(...outcomes.map(({ level }) => compare(level, current)));
  const narrow = Math.max(...outcomes.map(({ range }) => width - widthOf(range)));
  if (raise === 0 && lower === 0 && narrow === 0) return undefined;
  const parts = LEVELS.flatMap((level) => {
    const values = outcomes.filter((outcome) => outcome.level === level).map(({ value }) => value);
    if (values.length === 0) return [];
    return [
      `${level} if ${values
        .reverse()
        .map((value) => WORDS[`${fact}:${value}`] ?? WORDS[value] ?? value)
        .join(', ')}`,
    ];
  });
  return { fact, ask: ASK[fact], would_become: parts.join('; '), gain: [raise, lower, narrow] };
}

/**
 * The questions worth asking, most decisive first: what could raise the level most, then what could
 * lower it, then what closes the range; ties keep the order data, security, service, users.
 * Facts that are stated are not asked again; extracted ones are, because only an answer confirms them.
 */
export function questionsFor(known: Known, stated: Known): Question[] {
  const current = levelOf(plausible(known));
  const facts: LadderFact[] = [
    'data',
    'security',
    'service',
    'users',
    'flow',
    'error_rate',
    'workaround',
    'spreading',
  ];
  return facts
    .filter((fact) => stated[fact] === undefined || (fact === 'security' && stated.security === 'suspected'))
    .flatMap((fact) => candidate(fact, known, current) ?? [])
    .sort((a, b) => b.gain[0] - a.gain[0] || b.gain[1] - a.gain[1] || b.gain[2] - a.gain[2])
    .slice(0, MOST_QUESTIONS)
    .map(({ fact, ask, would_become }) => ({ fact, ask, would_become }));
}
