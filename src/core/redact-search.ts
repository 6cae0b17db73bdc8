import { findAssignments, NAME_STARTS } from './redact-assignments.ts';
import { CARRIER_FINDERS, findJwts, JWT_START } from './redact-carriers.ts';
import { base64View, unescapedView } from './redact-decode.ts';
import type { Finder } from './redact-hit.ts';
import { createKnownFinder } from './redact-known.ts';
import { findColumns, findNearWords, SAYS_STARTS } from './redact-near.ts';
import { findPublicIps, PHONE_STARTS, PII_FINDERS } from './redact-pii.ts';
import { findProviderTokens, PROVIDER_STARTS } from './redact-providers.ts';
import { createScanner, type Scan } from './redact-scan.ts';
import { REMOVED, type View, viewsOf } from './redact-view.ts';
import { unwrappedView } from './redact-wrap.ts';

/** What one finder found, in offsets of the text. */
export interface Span {
  type: string;
  /** Rank of the finder; the lowest names a span that several found. */
  rank: number;
  start: number;
  end: number;
}

/** Finders by what they need: `marked` know a token by itself, `placed` and `near` a secret by what stands around it. */
interface Finders {
  scan: (text: string) => Scan;
  marked: Finder[];
  placed: readonly Finder[];
  near: Finder[];
  personal: Finder[];
}

export function createFinders(
  values: readonly { name: string; value: string }[],
  ips: 'keep' | 'public',
): Finders {
  const known = createKnownFinder(values);
  return {
    scan: createScanner({
      prefixes: [...PROVIDER_STARTS, JWT_START, ...known.starts],
      words: [...NAME_STARTS, ...PHONE_STARTS],
      says: SAYS_STARTS,
    }),
    marked: [known.find, findProviderTokens, findJwts],
    placed: CARRIER_FINDERS,
    near: [findAssignments, findNearWords, findColumns],
    personal: [...PII_FINDERS, ...(ips === 'public' ? [findPublicIps] : [])],
  };
}

/** An escape this far before a secret may be what hid it: the `=` of `password%3D`. */
const NEAR_ESCAPE = 64;

/** What every finder sees in every reading of a text, in offsets of the text. */
export function spansOf(text: string, finders: Finders, isAllowed: (value: string) => boolean): Span[] {
  const secrets = [...finders.marked, ...finders.placed, ...finders.near];
  const ranked = [...secrets, ...finders.personal];
  const spans: Span[] = [];
  const search = (
    view: View,
    wanted: readonly Finder[],
    scan: Scan,
    counts = (_start: number, _end: number) => true,
  ) => {
    for (const find of wanted) {
      for (const { type, start, end } of find(view.text, scan)) {
        if (!counts(start, end) || isAllowed(view.text.slice(start, end))) continue;
        for (const piece of piecesOf(view, start, end))
          spans.push({ type, rank: ranked.indexOf(find), ...piece });
      }
    }
  };
  const [view, ...spaced] = viewsOf(text);
  const scan = finders.scan(view.text);
  search(view, ranked, scan);
  for (const other of spaced) search(other, ranked, finders.scan(other.text));
  const derived = [
    { decoded: unescapedView(view.text), wanted: ranked, before: NEAR_ESCAPE },
    { decoded: base64View(view.text, scan), wanted: secrets },
    { decoded: unwrappedView(view.text, 'marked'), wanted: finders.marked },
    { decoded: unwrappedView(view.text, 'likely'), wanted: finders.near },
  ];
  for (const { decoded, wanted, before = 0 } of derived) {
    if (decoded === null) continue;
    // What was decoded came out of the view, and that out of the text.
    const originOf: View['originOf'] = (start, end) => {
      const inView = decoded.originOf(start, end);
      return view.originOf(inView.start, inView.end);
    };
    search({ text: decoded.text, originOf }, wanted, finders.scan(decoded.text), (start, end) =>
      decoded.touches(start - before, end),
    );
  }
  return spans;
}

/** The parts of a hit that are not an earlier removal and not just white space, in offsets of the original. */
function piecesOf(view: View, start: number, end: number): { start: number; end: number }[] {
  const pieces: { start: number; end: number }[] = [];
  let from = start;
  for (const part of view.text.slice(start, end).split(REMOVED)) {
    const first = from + part.length - part.trimStart().length;
    const last = from + part.trimEnd().length;
    if (first < last) pieces.push(view.originOf(first, last));
    from += part.length + REMOVED.length;
  }
  return pieces;
}
