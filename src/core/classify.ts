import { type ExtractedFact, extractFacts } from './extract-facts.ts';
import { NOT_PRODUCTION, type NotAnIncident, notAnIncident } from './not-an-incident.ts';
import {
  compare,
  higher,
  inAllPresets,
  type Level,
  type LevelRow,
  lower,
  type Matrix,
  type PresetName,
  rowOf,
} from './severity.ts';
import { type FactName, type Known, knownFacts, SeverityFacts } from './severity-facts.ts';
import { type Question, questionsFor } from './severity-questions.ts';
import { levelOf, plausible, rangeOf } from './severity-range.ts';
import { CEILINGS, RULES } from './severity-rules.ts';
import { readText, type TextReading } from './text-score.ts';

/** Where a fact comes from: a person or tool said it, the description says it, or it was rounded up. */
type FactOrigin = 'stated' | 'extracted' | 'assumed';

/** A rule that fired, with the fact that fired it. */
interface FiredRule {
  id: string;
  /** "at least P1: a critical flow is hit". Our own words. */
  effect: string;
  /** `text` for a sign of the text score: a way of speaking, not a fact. */
  fact: FactName | 'text';
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

/** What was announced beforehand is no P0, unless a fact speaks of one. */
function rangeOfNoIncident(known: Known, highest: Level): Classification['range'] {
  const open = saysDataHarm(known) || known.environment !== undefined;
  return { lowest: 'P3', highest: open ? highest : lower(highest, 'P1') };
}

/** Stated facts that say how large it is: from then on the rules decide and the way of speaking does not. */
function saysSize(stated: Known): boolean {
  return stated.service !== undefined || stated.users !== undefined || saysHarm(stated);
}

/**
 * What the text suggests where the facts leave it open: no stated fact says how large it is, and the
 * facts read from the text set no floor of P1 or above.
 */
function suggestion(
  description: string,
  stated: Known,
  open: Classification['range'],
): Pick<TextReading, 'signs' | 'likely' | 'range'> | undefined {
  if (saysSize(stated) || compare(open.lowest, 'P1') <= 0) return undefined;
  const reading = readText(description);
  if (reading === undefined) return undefined;
  // Facts limit what the way of speaking may suggest, never the other way round.
  const within = (level: Level): Level => lower(higher(level, open.lowest), open.highest);
  const range = { lowest: within(reading.range.lowest), highest: within(reading.range.highest) };
  return { signs: reading.signs, range, likely: within(reading.likely) };
}

function firedRules(
  known: Known,
  stated: Known,
  extracted: readonly ExtractedFact[],
  facts: SeverityFacts,
  /** Rules above it fired on assumptions that the text speaks against. */
  shown: Level,
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
  const floors = RULES.filter((rule) => rule.when(filled) && compare(shown, rule.level) <= 0).map((rule) => {
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

function explainSign(sign: TextReading['signs'][number]): FiredRule {
  const points = sign.points === 0 ? '' : `${sign.points > 0 ? '+' : ''}${sign.points}, `;
  const range = sign.closes === undefined ? '' : ` (${sign.closes} improbable)`;
  return {
    id: `text-${sign.id}`,
    effect: `text ${points}${sign.says}${range}`,
    fact: 'text',
    value: sign.id,
    origin: 'extracted',
    quote: sign.quote,
  };
}

/**
 * The severity that the facts give, how far it could still move, and why.
 *
 * Stated facts beat the same facts extracted from the description. The severity is what stated and
 * extracted facts give when the rest is rounded up (see `plausible`); while only the text speaks
 * about size, its signs pick the level and narrow the range (see `readText`). Otherwise the range
 * holds every level that the unknown facts still allow, so a further fact can only narrow it (exceptions: a stated
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
  const suggested = reason === undefined ? suggestion(description, stated, open) : undefined;
  const range = reason === undefined ? (suggested?.range ?? open) : rangeOfNoIncident(known, open.highest);
  const severity = reason === undefined ? (suggested?.likely ?? levelOf(plausible(known))) : 'P3';
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
    rules: [
      ...firedRules(known, stated, extracted, input.facts, suggested === undefined ? 'P0' : severity),
      ...(suggested?.signs ?? []).map(explainSign),
    ],
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
