/**
 * How many tokens a text may cost a model, never less than the o200k vocabulary counts and about twice that for
 * plain English: a bound, because a record can hold any script and any noise.
 */
export function tokenCost(text: string): number {
  let cost = 0;
  let before = '';
  for (const char of text) {
    cost += costOf(char, before);
    before = char;
  }
  return Math.ceil(cost);
}

/** The longest beginning that costs at most `max`, with `…` where something was cut. */
export function cutToCost(text: string, max: number): string {
  if (tokenCost(text) <= max) return text;
  let cost = 3;
  let units = 0;
  let before = '';
  for (const char of text) {
    cost += costOf(char, before);
    if (cost > max) break;
    units += char.length;
    before = char;
  }
  return `${text.slice(0, units).trimEnd()}…`;
}

/** Letters share a token with their neighbours, less so where the case changes; a space joins the word after it. */
function costOf(char: string, before: string): number {
  if (/[a-z]/.test(char)) return /[A-Z\d]/.test(before) ? 0.9 : 0.6;
  if (/[A-Z]/.test(char)) return /[a-z\d]/.test(before) ? 0.9 : 0.6;
  if (/\d/.test(char)) return /\d/.test(before) ? 0.34 : before === ' ' ? 2 : 1;
  if (char === ' ') return 0.1;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return before === ' ' ? 1.1 : 1;
  if (code < 0x800) return 2;
  if ((code >= 0x3040 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)) return 2.1;
  return code < 0x10000 ? 3 : 4;
}
