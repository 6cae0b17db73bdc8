import { findAssignments } from './redact-assignments.ts';
import { CARRIER_FINDERS } from './redact-carriers.ts';
import type { Finder } from './redact-hit.ts';
import { createKnownFinder } from './redact-known.ts';
import { PII_FINDERS } from './redact-pii.ts';
import { findProviderTokens } from './redact-providers.ts';
import { plainValue, REMOVED, type View, viewsOf } from './redact-view.ts';

/** One span that is taken out; `start` and `end` are offsets in the input. */
interface Removal {
  type: string;
  token: string;
  start: number;
  end: number;
}

export interface Redacted {
  text: string;
  /** What was taken, in order of occurrence; the same value gives the same token. */
  removed: { type: string; token: string }[];
}

export interface RedactOptions {
  /** Values known to be secret (from the environment); shorter than 8 characters are ignored. */
  known_values?: { name: string; value: string }[];
  /** Exact values that are never taken out. */
  allow?: string[];
  /** Four lower-case hex digits for a value, the same for the same value. */
  hash4: (value: string) => string;
}

interface Span {
  type: string;
  /** Rank of the finder; the lowest names a span that several found. */
  rank: number;
  start: number;
  end: number;
}

/**
 * Redacting exposes new edges, so it is repeated until nothing is found. Ordinary text needs one repetition;
 * text made to need more than this is given up as a whole.
 */
const MOST_PASSES = 8;

/**
 * Takes secrets and personal data out of a text, whole tokens only, and leaves `[REDACTED:type#hash]`.
 * Linear in the length of the text; redacting redacted text changes nothing. Source: domain, section 6.
 */
export function createRedactor(options: RedactOptions): { redact(text: string): Redacted } {
  const finders: Finder[] = [
    createKnownFinder(options.known_values ?? []),
    findProviderTokens,
    ...CARRIER_FINDERS,
    findAssignments,
    ...PII_FINDERS,
  ];
  const allowed = new Set(options.allow ?? []);
  const tokenOf = (type: string, value: string): string => `[REDACTED:${type}#${options.hash4(value)}]`;

  const removalsIn = (text: string): Removal[] =>
    merged(viewsOf(text).flatMap((view) => spansIn(view, finders, allowed)))
      .map((span) => ({ ...span, value: plainValue(text.slice(span.start, span.end)) }))
      .filter(({ value }) => !allowed.has(value))
      .map(({ type, value, start, end }) => ({ type, token: tokenOf(type, value), start, end }));

  return {
    redact(input) {
      const removed: Redacted['removed'] = [];
      let text = input;
      for (let pass = 0; pass < MOST_PASSES; pass += 1) {
        const removals = removalsIn(text);
        if (removals.length === 0) return { text, removed };
        for (const { type, token } of removals) removed.push({ type, token });
        text = replaced(text, removals);
      }
      const token = tokenOf('unscanned', input);
      return { text: token, removed: [{ type: 'unscanned', token }] };
    },
  };
}

function spansIn(view: View, finders: readonly Finder[], allowed: ReadonlySet<string>): Span[] {
  return finders.flatMap((find, rank) =>
    find(view.text)
      .filter(({ start, end }) => !allowed.has(view.text.slice(start, end)))
      .flatMap(({ type, start, end }) =>
        piecesOf(view, start, end).map((piece) => ({ type, rank, ...piece })),
      ),
  );
}

/** The parts of a hit that are not an earlier removal and not just white space, in offsets of the original. */
function piecesOf(view: View, start: number, end: number): { start: number; end: number }[] {
  const pieces: { start: number; end: number }[] = [];
  let from = start;
  for (const part of view.text.slice(start, end).split(REMOVED)) {
    const first = from + part.length - part.trimStart().length;
    const last = from + part.trimEnd().length;
    if (first < last) pieces.push({ start: view.originOf(first), end: view.originOf(last - 1) + 1 });
    from += part.length + REMOVED.length;
  }
  return pieces;
}

/** Spans in order, overlapping ones as one, so that no token is ever cut. */
function merged(spans: Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last === undefined || span.start >= last.end) result.push({ ...span });
    else {
      last.end = Math.max(last.end, span.end);
      if (span.rank < last.rank) Object.assign(last, { type: span.type, rank: span.rank });
    }
  }
  return result;
}

function replaced(text: string, removals: readonly Removal[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { token, start, end } of removals) {
    parts.push(text.slice(from, start), token);
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}
