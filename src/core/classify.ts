import { type ExtractedFact, extractFacts } from './extract-facts.ts';
import { NOT_PRODUCTION, type NotAnIncident, notAnIncident } from './not-an-incident.ts';
import { inAllPresets, type Level, type LevelRow, type Matrix, type PresetName, rowOf } from './severity.ts';
import { type FactName, type Known, knownFacts, SeverityFacts } from './severity-facts.ts';
import { type Question, questionsFor } from './severity-questions.ts';
import { levelOf, plausible, rangeOf } from './severity-range.ts';
import { CEILINGS, RULES } from './severity-rules.ts';

/** Where a fact comes from: a person or tool said it, the description says it, or it was rounded up. */
type FactOrigin = 'stated' | 'extracted' | 'assumed';

/** A rule that fired, with the fact that fired it. */
interface FiredRule {
  id: string;
  /** "at least P1: a critical flow is hit". Our own words. */
  effect: string;
  fact: FactName;
  value: string;
  origin: FactOrigin;
  /** The words of the description, when the fact was extracted. User text: fence it. */
  quote?: string;
}

export interface Classification {
  verdict: 'incident' | 'not_an_incident';
  not_incident_reason?: string;
  severity: Level;
  /** True when stated facts alone leave one level; only then may a P0 relax anything. */
  confirmed: boolean;
  /** "P1", or "P1?" while unconfirmed. */
  label: string;
  range: { lowest: Level; highest: Level };
  rules: FiredRule[];
  questions: Question[];
  clock: Pick<
    LevelRow,
    'respond_within_min' | 'resolve_within_min' | 'first_update_min' | 'update_every_min'
  >;
  presets: Record<PresetName, string>;
  extracted: ExtractedFact[];
}

interface ClassifyInput {
  facts: SeverityFacts;
  /** Untrusted, at most 16 KB. */
  description?: string;
  matrix: Matrix;
}

/** Stated facts that speak against "this is no incident". */
function saysHarm(known: Known): boolean {
  return (
    (known.service !== undefined && known.service !== 'working') ||
    (known.users !== undefined && known.users !== 'none') ||
    (known.error_rate ?? 0) > 0 ||
    (known.flow !== undefined && known.flow !== 'none') ||
    known.spreading === 'yes' ||
    saysDataHarm(known)
  );
}

function saysDataHarm(known: Known): boolean {
  return (known.data ?? 'none') !== 'none' || (known.security ?? 'no') !== 'no';
}

function whyNoIncident(stated: Known, known: Known, description: string): NotAnIncident | undefined {
  const notProduction = known.environment !== undefined && known.environment !== 'production';
  if (notProduction && !(known.data === 'exposed' || (known.security ?? 'no') !== 'no'))
    return NOT_PRODUCTION;
  return saysHarm(stated) || saysDataHarm(known) ? undefined : notAnIncident(description);
}

function firedRules(
  known: Known,
  stated: Known,
  extracted: readonly ExtractedFact[],
  facts: SeverityFacts,
): FiredRule[] {
  const filled = plausible(known);
  const originOf = (fact: FactName): FactOrigin =>
    stated[fact] !== undefined ? 'stated' : known[fact] !== undefined ? 'extracted' : 'assumed';
  const explain = (
    rule: { id: string; facts: readonly [FactName, ...FactName[]] },
    effect: string,
  ): FiredRule => {
    // A stated fact explains best, then an extracted one; an assumption speaks only when there is nothing else.
    const fact =
      rule.facts.find((name) => originOf(name) === 'stated') ??
      rule.facts.find((name) => originOf(name) === 'extracted') ??
      rule.facts[0];
    const origin = originOf(fact);
    const source = extracted.find((row) => row.fact === fact);
    const value = origin === 'stated' ? facts[fact] : origin === 'extracted' ? source?.value : filled[fact];
    return {
      id: rule.id,
      effect,
      fact,
      value: String(value),
      origin,
      ...(origin === 'extracted' && source !== undefined ? { quote: source.quote } : {}),
    };
  };
  const floors = RULES.filter((rule) => rule.when(filled)).map((rule) => {
    const level =
      rule.until_ruled_out === undefined
        ? rule.level
        : `${rule.until_ruled_out} until ruled out, ${rule.level}`;
    return explain(rule, `at least ${level}: ${rule.reason}`);
  });
  const ceilings = CEILINGS.filter((rule) => rule.when(filled)).map((rule) =>
    explain(rule, `at most ${rule.level}: ${rule.reason}`),
  );
  return [...floors, ...ceilings];
}

/**
 * The severity that the facts give, how far it could still move, and why.
 *
 * Stated facts beat the same facts extracted from the description. The severity is what stated and
 * extracted facts give when the rest is rounded up (see `plausible`); the range holds every level
 * that the unknown facts still allow, so a further fact can only narrow it (exceptions: a stated
 * fact that contradicts the description, and an environment other than production, which is
 * otherwise taken for granted). It is confirmed when the stated facts alone leave a single level.
 * Source: seeds 001 to 004; a missing fact never counts as "no impact".
 */
export function classify(input: ClassifyInput): Classification {
  const description = input.description ?? '';
  const extracted = extractFacts(description);
  const stated = knownFacts(input.facts);
  const read = knownFacts(
    SeverityFacts.parse(Object.fromEntries(extracted.map(({ fact, value }) => [fact, value]))),
  );
  const known: Known = { ...read, ...stated };

  const reason = whyNoIncident(stated, known, description);
  const open = rangeOf(known);
  const range = reason === undefined ? open : { lowest: 'P3' as const, highest: open.highest };
  const severity = reason === undefined ? levelOf(plausible(known)) : 'P3';
  const fixed = rangeOf(stated);
  const confirmed = fixed.lowest === fixed.highest && fixed.highest === severity;
  const row = rowOf(input.matrix, severity);
  return {
    verdict: reason === undefined ? 'incident' : 'not_an_incident',
    ...(reason === undefined ? {} : { not_incident_reason: reason.reason }),
    severity,
    confirmed,
    label: confirmed ? severity : `${severity}?`,
    range,
    rules: firedRules(known, stated, extracted, input.facts),
    questions: reason === undefined && !confirmed ? questionsFor(known, stated) : [],
    clock: {
      respond_within_min: row.respond_within_min,
      resolve_within_min: row.resolve_within_min,
      first_update_min: row.first_update_min,
      update_every_min: row.update_every_min,
    },
    presets: inAllPresets(severity),
    extracted,
  };
}
