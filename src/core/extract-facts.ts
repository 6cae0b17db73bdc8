import { FACT_PATTERNS, type FactPattern } from './fact-patterns.ts';
import type { FactName } from './severity-facts.ts';

/** A fact read from the description: a reading, not a statement, so it never confirms a severity. */
export interface ExtractedFact {
  fact: FactName;
  /** As `SeverityFacts` spells it; per cents as "40%". */
  value: string;
  /** The exact words, a substring of the description. User text: fence it before a model reads it. */
  quote: string;
}

const LOOK_BACK = 40;
const LOOK_AHEAD = 40;

/**
 * Words before a hit, in the same clause, that deny it. Only small words may stand between: a denial
 * that is missed rounds up, one that is imagined ("we don't know why login fails") hides an incident.
 */
const DENIED_BEFORE =
  /\b(?:no|not|without|never|neither|nor|isn['’]t|aren['’]t|wasn['’]t|weren['’]t|doesn['’]t|don['’]t|didn['’]t|ruled out)(?: (?:any|an?|the|all|of|yet|been|be|to|user|customer|known|currently|aware|affect|affecting|impact|impacting|cause|causing|caused|see|seeing|seen|signs?|evidence|indication|reports?|experiencing|have|has|lead|involve)){0,4} ?$/i;
/** Words after a hit that deny it: "login is not affected", "data loss ruled out". */
const DENIED_AFTER =
  /^(?: (?:is|are|was|were|has|have|been|being|now|fully|flow|page)){0,3} (?:not (?:been )?(?:affected|impacted)|unaffected|ruled out|excluded|works? fine|working (?:fine|as expected|normally)|operating normally|resolved|fixed)\b/i;
/** Denials inside a hit that spans a noun and a word of harm. */
const DENIED_WITHIN = /\b(?:unaffected|not (?:affected|affecting|impacted|impacting)|no|without)\b/i;
/** Words before a hit that make it a suspicion. */
const HEDGED_BEFORE =
  /\b(?:possible|possibly|potential|potentially|suspected|suspect|may|might|could|maybe|risk of|fear of|in case of|danger of|unsure if|unclear if|unclear whether)(?: [\w'’-]+){0,3} ?$/i;
/** "Looking for a workaround" is not one. */
const SOUGHT_BEFORE =
  /\b(?:looking for|searching for|working on|need|needs|seeking|find|finding)(?: an?| any)? ?$/i;

/** The part of the text just before or after a hit that belongs to the same clause. */
function clauseBefore(text: string, index: number): string {
  return (
    text
      .slice(Math.max(0, index - LOOK_BACK), index)
      .split(/[.,;:!?\n]/)
      .at(-1) ?? ''
  );
}

interface Reading {
  kind: 'affirmed' | 'hedged' | 'denied';
  /** The span of the words that carry the fact, the denial or hedge included. */
  from: number;
  to: number;
}

function readingOf(pattern: FactPattern, text: string, match: RegExpExecArray): Reading {
  const before = clauseBefore(text, match.index);
  const from = match.index;
  const to = from + match[0].length;
  const denial = DENIED_BEFORE.exec(before);
  if (denial !== null) return { kind: 'denied', from: from - before.length + denial.index, to };
  const after = DENIED_AFTER.exec(text.slice(to, to + LOOK_AHEAD));
  if (after !== null) return { kind: 'denied', from, to: to + after[0].length };
  if (pattern.spans === true && DENIED_WITHIN.test(match[0])) return { kind: 'denied', from, to };
  const hedge = pattern.hedged === undefined ? null : HEDGED_BEFORE.exec(before);
  if (hedge !== null) return { kind: 'hedged', from: from - before.length + hedge.index, to };
  return { kind: 'affirmed', from, to };
}

/** True when the words around a hit deny it ("no outage", "login is not affected"). */
export function isDenied(text: string, match: RegExpExecArray): boolean {
  const to = match.index + match[0].length;
  return (
    DENIED_BEFORE.test(clauseBefore(text, match.index)) || DENIED_AFTER.test(text.slice(to, to + LOOK_AHEAD))
  );
}

function valueGivenBy(
  pattern: FactPattern,
  reading: Reading,
  text: string,
  match: RegExpExecArray,
): string | undefined {
  if (reading.kind === 'denied') return pattern.denied;
  if (reading.kind === 'hedged') return pattern.hedged;
  if (pattern.fact === 'workaround' && SOUGHT_BEFORE.test(clauseBefore(text, match.index))) return undefined;
  if (pattern.value !== undefined) return pattern.value;
  const perCent = Number(match[1]);
  return perCent <= 100 ? `${perCent}%` : undefined;
}

/** The lowest rank wins: numbers before words, plain readings before suspicions, denials only when alone. */
const RANK: Record<Reading['kind'], number> = { affirmed: 0, hedged: 1000, denied: 2000 };

/**
 * Facts that an English description spells out, at most one value per fact (the worst that it says),
 * each with its words. Linear in the length of the text; the caller caps it (16 KB).
 */
export function extractFacts(description: string): ExtractedFact[] {
  const best = new Map<FactName, ExtractedFact & { rank: number }>();
  FACT_PATTERNS.forEach((pattern, row) => {
    for (const match of description.matchAll(pattern.pattern)) {
      const reading = readingOf(pattern, description, match);
      const value = valueGivenBy(pattern, reading, description, match);
      if (value === undefined) continue;
      const rank = value.endsWith('%') ? -Number.parseFloat(value) : RANK[reading.kind] + row;
      const known = best.get(pattern.fact);
      if (known === undefined || rank < known.rank) {
        const quote = description.slice(reading.from, reading.to);
        best.set(pattern.fact, { fact: pattern.fact, value, quote, rank });
      }
    }
  });
  return [...best.values()].map(({ fact, value, quote }) => ({ fact, value, quote }));
}
