/** The type of a text that was given up: too long, or never at rest. */
export const UNSCANNED = 'unscanned';

/** Pattern of the mark; its one group is the hash. */
const MARK = '\\[UNSCANNED \\d{1,15} bytes, sha256 ([0-9a-f]{64})\\]';
/** The same without the group, for a larger pattern. */
export const UNSCANNED_PATTERN = MARK.replace(/[()]/g, '');

/** What stands in the record for a text that could not be looked through. Source: domain, section 6. */
export function unscannedMark(bytes: number, sha256: string): string {
  return `[UNSCANNED ${bytes} bytes, sha256 ${sha256}]`;
}

/** The hashes that the marks of a text name. */
export function unscannedIn(text: string): string[] {
  return [...text.matchAll(new RegExp(MARK, 'g'))].map(([, sha256 = '']) => sha256);
}
