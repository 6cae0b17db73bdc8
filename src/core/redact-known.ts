import type { Finder, Hit } from './redact-hit.ts';

/** Shorter values are words and numbers that occur everywhere. */
const SHORTEST = 8;
const BASE64_RUN = /[A-Za-z0-9+/_=-]/;

interface Needle {
  type: string;
  text: string;
  isBase64: boolean;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** The part of the base64 text that does not depend on what stands before and after, for each of 3 alignments. */
function base64Cores(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  return [0, 1, 2].flatMap((shift) => {
    const padded = new Uint8Array(shift + bytes.length);
    padded.set(bytes, shift);
    const whole = Math.floor((padded.length * 8) / 6);
    const core = base64(padded).slice(Math.ceil((shift * 8) / 6), whole);
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function needlesOf(name: string, value: string): Needle[] {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  const type = slug === '' ? 'known-value' : slug;
  // A lone surrogate has no URL form.
  const encoded = encodeURIComponent(value.replace(/\p{Cs}/gu, '\uFFFD'));
  const plain = [
    value,
    encoded,
    encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    encoded.replaceAll('%20', '+'),
    JSON.stringify(value).slice(1, -1),
  ];
  return [
    ...[...new Set(plain)].map((text) => ({ type, text, isBase64: false })),
    ...[...new Set(base64Cores(value))].map((text) => ({ type, text, isBase64: true })),
  ];
}

/** Finds exact values that are known to be secret, as they are, URL-encoded, JSON-escaped and inside base64. */
export function createKnownFinder(values: readonly { name: string; value: string }[]): {
  find: Finder;
  /** What the scan of a text has to mark for this finder. */
  starts: string[];
} {
  const byStart = new Map<string, Needle[]>();
  for (const { name, value } of values) {
    const known = value.trim();
    if (known.length < SHORTEST) continue;
    for (const needle of needlesOf(name, known)) {
      const start = needle.text.slice(0, 3);
      byStart.set(start, [...(byStart.get(start) ?? []), needle]);
    }
  }
  const find: Finder = (text, scan) => {
    const hits: Hit[] = [];
    // Runs of base64 are walked once for a value: what an earlier hit of it has taken is not walked again.
    const ends = new Map<Needle, number>();
    for (const at of scan.prefixes) {
      for (const needle of byStart.get(text.slice(at, at + 3)) ?? []) {
        const from = ends.get(needle) ?? 0;
        if (at < from || !text.startsWith(needle.text, at)) continue;
        const hit = around(text, at, from, needle);
        ends.set(needle, hit.end);
        hits.push(hit);
      }
    }
    return hits;
  };
  return { find, starts: [...byStart.keys()] };
}

/** The value; of base64 the whole stretch around it. */
function around(text: string, at: number, from: number, needle: Needle): Hit {
  let start = at;
  let end = at + needle.text.length;
  if (needle.isBase64) {
    while (start > from && BASE64_RUN.test(text[start - 1] ?? '')) start -= 1;
    while (end < text.length && BASE64_RUN.test(text[end] ?? '')) end += 1;
  }
  return { type: needle.type, start, end };
}
