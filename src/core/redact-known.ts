import type { Hit } from './redact-hit.ts';

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
export function createKnownFinder(
  values: readonly { name: string; value: string }[],
): (text: string) => Hit[] {
  const needles = values
    .map(({ name, value }) => ({ name, value: value.trim() }))
    .filter(({ value }) => value.length >= SHORTEST)
    .flatMap(({ name, value }) => needlesOf(name, value));
  return (text) => needles.flatMap((needle) => findNeedle(text, needle));
}

function findNeedle(text: string, needle: Needle): Hit[] {
  const hits: Hit[] = [];
  let from = 0;
  for (let at = text.indexOf(needle.text); at !== -1; at = text.indexOf(needle.text, from)) {
    let start = at;
    let end = at + needle.text.length;
    if (needle.isBase64) {
      while (start > from && BASE64_RUN.test(text[start - 1] ?? '')) start -= 1;
      while (end < text.length && BASE64_RUN.test(text[end] ?? '')) end += 1;
    }
    hits.push({ type: needle.type, start, end });
    from = end;
  }
  return hits;
}
