/**
 * How many tokens a text may cost a model: a cautious estimate, about twice what the o200k vocabulary counts for
 * plain English and at least about as much for any script and any noise, since a record can hold both.
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
  if (/[A-Za-z]/.test(char)) return before === ' ' ? 0 : sameCase(char, before) ? 0.6 : 1;
  if (/\d/.test(char)) return /\d/.test(before) ? 0.34 : 1;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if ((code >= 0x3040 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)) return 2.1;
  return code < 0x10000 ? 3 : 4;
}

function sameCase(a: string, b: string): boolean {
  return (/[a-z]/.test(a) && /[a-z]/.test(b)) || (/[A-Z]/.test(a) && /[A-Z]/.test(b));
}
