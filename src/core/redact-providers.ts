import { eachMatch, type Finder, type Hit, isTokenStart, runEnd } from './redact-hit.ts';
import { type Form, HINT_FORMS, RUN_FORMS } from './redact-provider-shapes.ts';
import { PREFIX_FORMS, type PrefixForm } from './redact-provider-table.ts';

/** Forms by the first three characters of their prefix. */
const BY_START = new Map<string, PrefixForm[]>();
for (const form of PREFIX_FORMS) {
  for (const start of form.starts.split(' ')) BY_START.set(start, [...(BY_START.get(start) ?? []), form]);
}

/** What the scan of a text has to mark for this finder. */
export const PROVIDER_STARTS: readonly string[] = [...BY_START.keys()];

/** Credentials that a provider marked with a prefix or a fixed shape. */
export const findProviderTokens: Finder = (text, scan) => {
  const hits: Hit[] = [];
  let end = 0;
  for (const index of scan.prefixes) {
    // What a hit has taken is not looked into again: this keeps the search linear.
    if (index < end) continue;
    for (const form of BY_START.get(text.slice(index, index + 3)) ?? []) {
      if (!form.anywhere && !isTokenStart(text, index)) continue;
      form.pattern.lastIndex = index;
      const match = form.pattern.exec(text);
      if (match === null || form.check?.(text.slice(index, index + 512)) === false) continue;
      end = runEnd(text, index + match[0].length, form.extra);
      hits.push({ type: form.id, start: index, end });
      break;
    }
  }
  for (const form of HINT_FORMS) {
    if (text.includes(form.hint)) hits.push(...shapesIn(text, form, 0, text.length));
  }
  for (const form of RUN_FORMS) {
    for (const run of scan.runs) {
      if (run.end - run.start >= form.shortest) hits.push(...shapesIn(text, form, run.start, run.end));
    }
  }
  return hits;
};

/** Hits of a form without a prefix between two offsets. */
function shapesIn(text: string, { id, pattern, extra, check }: Form, from: number, to: number): Hit[] {
  const hits: Hit[] = [];
  eachMatch(text.slice(from, to), pattern, (match) => {
    const start = from + match.index;
    if (!isTokenStart(text, start)) return match.index + 1;
    if (check?.(text.slice(start, start + 512)) === false) return match.index + match[0].length;
    const end = runEnd(text, start + match[0].length, extra);
    hits.push({ type: id, start, end });
    return end - from;
  });
  return hits;
}
