/** ULIDs (Crockford base 32, 48-bit time, 80-bit random), as pure functions of time and random bytes. Source: github.com/ulid/spec */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/**
 * The next id of a writer: greater than `last` (the largest id it has written or read), and carrying
 * `nowMs` when the clock allows. A clock that jumped back therefore never reorders the log.
 * `random` holds 10 bytes.
 */
export function ulidAfter(last: string | null, nowMs: number, random: Uint8Array): string {
  const fresh = encodeTime(nowMs) + encodeRandom(random);
  return last === null || fresh > last ? fresh : stepOn(last, random);
}

/** Milliseconds since the epoch that a ULID carries. */
export function ulidTime(id: string): number {
  let ms = 0;
  for (const char of id.slice(0, 10)) ms = ms * 32 + ALPHABET.indexOf(char);
  return ms;
}

function encodeTime(ms: number): string {
  let rest = Math.max(0, Math.floor(ms));
  let out = '';
  for (let i = 0; i < 10; i++) {
    out = ALPHABET.charAt(rest % 32) + out;
    rest = Math.floor(rest / 32);
  }
  return out;
}

function encodeRandom(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes.slice(0, 10)) bits = (bits << 8n) | BigInt(byte);
  let out = '';
  for (let i = 0; i < 16; i++) {
    out = ALPHABET.charAt(Number(bits & 31n)) + out;
    bits >>= 5n;
  }
  return out;
}

/**
 * Steps on by a random amount below 2^64: two processes that have read the same last id in the same millisecond
 * must not both come to the same next one, or readers would take the second event for a copy of the first.
 */
function stepOn(id: string, random: Uint8Array): string {
  let step = 0n;
  for (const byte of random.slice(0, 8)) step = (step << 8n) | BigInt(byte);
  let rest = 0n;
  for (const char of id) rest = (rest << 5n) | BigInt(ALPHABET.indexOf(char));
  rest += step + 1n;
  let out = '';
  for (let i = 0; i < id.length; i++) {
    out = ALPHABET.charAt(Number(rest & 31n)) + out;
    rest >>= 5n;
  }
  return out;
}
