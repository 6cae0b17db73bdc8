/** Bits per character of the value's own letter frequencies. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** Random-looking: long, with letters and digits, and evenly spread. Hex digests and ids are not. */
export function looksRandom(value: string): boolean {
  const start = value.slice(0, 512);
  return (
    start.length >= 20 &&
    /[0-9]/.test(start) &&
    /[A-Za-z]/.test(start) &&
    !/\s/.test(start) &&
    !isIdentifier(start) &&
    entropy(start) >= 3.5
  );
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Things that incidents are full of and that must stay: digests, ids, versions, times, paths. */
const IDENTIFIERS = [
  /^(?:sha(?:1|256|384|512)[:-]|h1:|md5[:-])/i,
  /^(?:0x)?[0-9a-f]+$/i,
  UUID,
  ULID,
  /^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]*)?$/,
  /^\d{4}-\d{2}-\d{2}/,
  /^[a-z][a-z0-9]*(?:[-_.:][a-z0-9]+)*$/,
  /^[a-z0-9_.=-]{1,40}(?:\/[a-z0-9_.=-]{0,40})+$/,
  // Keys of caches: `Linux-node-` and the digest of a lock file.
  /^[A-Za-z]+(?:[-_][A-Za-z0-9]+)+-[0-9a-f]{32,128}$/,
];

function isIdentifier(value: string): boolean {
  return isPath(value) || IDENTIFIERS.some((pattern) => pattern.test(value));
}

/** A file path or URL without credentials: starts like one and has only short plain segments. */
export function isPath(value: string): boolean {
  if (!/^(?:\.{0,2}\/|~\/|[A-Za-z]:\\|[a-z][a-z0-9+.-]{1,20}:\/\/)/.test(value)) return false;
  return value.split(/[/\\]+/).every((segment) => segment.length <= 32 && /^[\w.:%@ -]*$/.test(segment));
}

/** Names that vendors give to their objects: events, payments, requests, messages. */
const OBJECT_ID =
  /^(?:evt|pi|ch|cus|req|in|sub|price|prod|acct|msg|run|thread|file|txn|seti|card|tr|po|org|user|team|resp|chatcmpl|call|item|batch|job|ord|inv|trace|span|asst|conv)[_-][A-Za-z0-9]{12,}$/;
/** A digest or UUID by itself or behind a short mark: `key-3f..`, `dop_v1_3f..`. */
const DIGEST =
  /(?:^|[_.-])(?:[0-9a-f]{24,}|[0-9A-F]{24,})(?:$|[_.-])|(?:^|[_.-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What a value looks like that stands near a credential word: `mixed` no name or number is written like it; `digest`
 * has the form of a hash or id, so that the words around it have to say what it is; null is neither.
 */
export function secretShape(value: string): 'mixed' | 'digest' | null {
  const start = value.slice(0, 512);
  if (start.length < 16 || !/[0-9]/.test(start) || !/[A-Za-z]/.test(start)) return null;
  if (OBJECT_ID.test(start) || ULID.test(start)) return null;
  if (start.length >= 30 && DIGEST.test(start)) return 'digest';
  const part = longestPart(start);
  if (/^[a-z0-9]{30,}$/.test(part) && (part.match(/[a-z][0-9]/g) ?? []).length >= 4) return 'digest';
  if (isIdentifier(start) || !isMingled(start)) return null;
  return entropy(start) >= 3.2 ? 'mixed' : null;
}

/** Digits and capitals stand among small letters without the breaks that words have, in the value or its longest part. */
function isMingled(value: string): boolean {
  return [value, longestPart(value)].some((text) => {
    // No name changes between letters and digits this often; `checkout-service-v2.example.com` does it twice.
    const changes = (text.match(/[A-Za-z][0-9]|[0-9][A-Za-z]|[a-z][A-Z]/g) ?? []).length;
    return text.length >= 16 && changes >= 5 && changes * 8 >= Math.min(text.length, 64);
  });
}

function longestPart(value: string): string {
  return value.split(/[_.-]/).reduce((best, part) => (part.length > best.length ? part : best), '');
}
