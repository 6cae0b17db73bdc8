import { createAllowed } from './redact-allow.ts';
import type { Place } from './redact-pieces.ts';
import { createFinders, type Span, spansOf } from './redact-search.ts';
import { UNSCANNED } from './redact-unscanned.ts';
import { plainValue } from './redact-view.ts';

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
  /** Values that are never taken out: exact, or with `*` for any characters. */
  allow?: string[];
  /** `public`: addresses that anybody can reach are taken out; private ones always stay. */
  ips?: 'keep' | 'public';
  /** Four lower-case hex digits for a value, the same for the same value. */
  hash4: (value: string) => string;
}

/**
 * Redacting exposes new edges, so it is repeated until nothing is found. Ordinary text needs one repetition;
 * text made to need more than this is given up as a whole.
 */
const MOST_PASSES = 8;
/** Longer texts are given up as a whole, so that one call cannot hold up an incident. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** Texts up to this length are remembered when nothing was found in them, so many of them at most. */
const SHORT = 1024;
const MOST_CLEAN = 256;
/** How far from a removal the text is read again. */
const REACH = 16 * 1024;

/**
 * Takes secrets and personal data out of a text, whole tokens only, and leaves `[REDACTED:type#hash]`.
 * Linear in the length of the text; redacting redacted text changes nothing. Source: domain, section 6.
 */
export function createRedactor(options: RedactOptions): { redact(text: string): Redacted } {
  const finders = createFinders(options.known_values ?? [], options.ips ?? 'keep');
  const isAllowed = createAllowed(options.allow ?? []);
  const tokenOf = (type: string, value: string): string => `[REDACTED:${type}#${options.hash4(value)}]`;

  const removalsIn = (text: string, { start, end }: Place): Removal[] =>
    merged(spansOf(text.slice(start, end), finders, isAllowed))
      .map((span) => ({ type: span.type, start: start + span.start, end: start + span.end }))
      .map((span) => ({ ...span, value: plainValue(text.slice(span.start, span.end)) }))
      .filter(({ value }) => !isAllowed(value))
      .map(({ type, value, start, end }) => ({ type, token: tokenOf(type, value), start, end }));

  /** What is found in parts of the text; in all of it, where something reaches over the edge of a part. */
  const removalsInParts = (text: string, parts: readonly Place[]): Removal[] => {
    const found = parts.map((part) => ({ part, removals: removalsIn(text, part) }));
    const isCut = found.some(({ part, removals }) =>
      removals.some(
        ({ start, end }) => (start === part.start && start > 0) || (end === part.end && end < text.length),
      ),
    );
    return isCut
      ? removalsIn(text, { start: 0, end: text.length })
      : found.flatMap(({ removals }) => removals);
  };

  // Names and keys come with every event, and a text that has passed comes once more on its way into the log.
  const clean = new Set<string>();

  return {
    redact(input) {
      if (clean.has(input)) return { text: input, removed: [] };
      const removed: Redacted['removed'] = [];
      let text = input;
      let parts: Place[] = [{ start: 0, end: input.length }];
      for (let pass = 0; pass < MOST_PASSES && input.length <= MOST_CHARACTERS; pass += 1) {
        const removals = removalsInParts(text, parts);
        if (removals.length === 0) {
          if (clean.size >= MOST_CLEAN) clean.clear();
          if (text.length <= SHORT) clean.add(text);
          return { text, removed };
        }
        for (const { type, token } of removals) removed.push({ type, token });
        text = replaced(text, removals);
        parts = partsAround(text, removals);
      }
      const token = tokenOf(UNSCANNED, input);
      return { text: token, removed: [{ type: UNSCANNED, token }] };
    },
  };
}

/** The lines around what was taken out, in offsets of the text without it: only there something new can be seen. */
function partsAround(text: string, removals: readonly Removal[]): Place[] {
  const whole = [{ start: 0, end: text.length }];
  if (text.length < 4 * REACH) return whole;
  const parts: Place[] = [];
  let shift = 0;
  for (const { token, start, end } of removals) {
    const at = start + shift;
    shift += token.length - (end - start);
    const last = parts.at(-1);
    const wanted = at + token.length + REACH;
    if (last !== undefined && wanted <= last.end) continue;
    const line = text.indexOf('\n', wanted);
    const to = line === -1 ? text.length : line;
    const part =
      last !== undefined && at - REACH <= last.end
        ? last
        : { start: text.lastIndexOf('\n', Math.max(0, at - REACH)) + 1, end: to };
    if (part !== last) parts.push(part);
    part.end = to;
    // Long lines would be read again and again.
    if (part.end - part.start > 8 * REACH) return whole;
  }
  return parts;
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
