import { DAY } from '../time.ts';

/** A branch without a commit for longer than this may have been given up; whether it was, nobody guesses. */
const STALE_MS = 365 * DAY;

/** Names of branches that live on after a release. Source: the flows of git-flow, GitLab, Linux and jQuery. */
const LONG_LIVED: readonly RegExp[] = [
  /^(?:develop|development|dev|main|master|trunk|next)$/,
  /^(?:releases?|support|maint)\/./,
  /^v?\d+(?:\.\d+)*\.x$/,
];
/** Names of branches that end with their work, whatever a pattern in the settings says. */
const SHORT_LIVED = /^(?:hotfix|feature|dependabot)\//;

/**
 * The branches that need every hotfix: the configured names and patterns (`*` is any text), else those whose name says
 * so. The production branch is not among them: the fix gets there by the deploy.
 * @param production short name of the production branch, null when it is none
 */
export function longLivedOf(
  names: readonly string[],
  patterns: readonly string[] | undefined,
  production: string | null,
): string[] {
  const isWanted = (name: string): boolean =>
    patterns === undefined
      ? LONG_LIVED.some((pattern) => pattern.test(name)) && !SHORT_LIVED.test(name)
      : patterns.includes(name) || (matchesAny(name, patterns) && !SHORT_LIVED.test(name));
  return [...new Set(names)].filter((name) => name !== production && isWanted(name)).sort();
}

/** True when one of the patterns is the name, or matches it whole with `*` as any text. */
export function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(name, pattern));
}

/** Piece by piece and without a regular expression: a pattern of many stars would take one exponential time. */
function matches(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === pattern;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= name.length - last.length;
}

/** @param lastAt time of the newest commit, RFC 3339 */
export function isStale(lastAt: string, nowMs: number): boolean {
  return nowMs - Date.parse(lastAt) > STALE_MS;
}
