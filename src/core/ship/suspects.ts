import { DAY } from '../time.ts';
import { canonicalPath, type HintPath, pathFit } from './suspect-hints.ts';
import { isDocument } from './suspect-kinds.ts';
import {
  type Change,
  type Relation,
  type Signal,
  type SuspectContext,
  signalsOf,
} from './suspect-signals.ts';

/** A change with what speaks for its having caused the harm. */
export interface Suspect {
  change: Change;
  score: number;
  signals: Signal[];
}

const REVERTS = /\bThis reverts commit ([0-9a-f]{7,64})\b/gi;
const FIXES = /^Fixes: ([0-9a-f]{7,64})\b/gim;
const REAPPLIES = /^(?:Revert "Revert |Reapply ")/i;
const FIX_LIKE =
  /^(?:hot|bug)?fix(?:up!|es|ed)?\b|^(?:repair|correct|patch)\w*\b|\bfix(?:es|ed)? (?:for|of|the)\b/i;
/** A repair of words or of form repairs nothing that runs. */
const COSMETIC = /\b(?:typos?|spelling|lint|format\w*|whitespace|docs?|comments?|readme|changelog|tests?)\b/i;
const AGAIN =
  /^fixup!|\b(?:again|properly|really|for real|follow[- ]?up|second attempt|fix(?:es)? the fix)\b/i;
/** Two repairs of one file within this time are one story. */
const FIX_WINDOW = 7 * DAY;

/** Reverts, reverts of reverts and repairs of repairs among the changes (newest first, as git lists them). */
export function relationsIn(changes: readonly Change[]): Map<string, Relation> {
  const relations = new Map<string, Relation>();
  const find = finderOf(changes);
  /** What each revert took back, to know what its own revert brings in again. */
  const tookBack = new Map<string, string[]>();
  const lastFix = new Map<string, Change>();
  for (const change of [...changes].reverse()) {
    const targets = [...change.body.matchAll(REVERTS)].map(([, sha = '']) => find(sha) ?? '');
    const inside = targets.filter((sha) => sha !== '');
    const relation: Relation = {};
    if (targets.length > 0 || /^Revert "/i.test(change.subject)) relation.reverts = true;
    if (REAPPLIES.test(change.subject)) relation.bringsBack = true;
    for (const target of inside) {
      relations.set(target, { ...relations.get(target), takenBackBy: change.commit });
      for (const again of tookBack.get(target) ?? []) {
        const { takenBackBy: _gone, ...rest } = relations.get(again) ?? {};
        relations.set(again, rest);
      }
      if (relations.get(target)?.reverts) relation.bringsBack = true;
    }
    tookBack.set(change.commit, inside);
    if (isFixOfFix(change, lastFix, find)) relation.fixOfFix = true;
    if (isFix(change)) for (const file of change.files) lastFix.set(file, change);
    if (Object.keys(relation).length > 0) relations.set(change.commit, relation);
  }
  return relations;
}

/** Full commit of an abbreviation that a message names, when it is one of the changes. */
function finderOf(changes: readonly Change[]): (abbreviation: string) => string | undefined {
  const byPrefix = new Map<string, string[]>();
  for (const { commit } of changes)
    byPrefix.set(commit.slice(0, 7), [...(byPrefix.get(commit.slice(0, 7)) ?? []), commit]);
  return (abbreviation) => {
    const wanted = abbreviation.toLowerCase();
    return byPrefix.get(wanted.slice(0, 7))?.find((commit) => commit.startsWith(wanted));
  };
}

const isFix = ({ subject }: Change): boolean => FIX_LIKE.test(subject) && !COSMETIC.test(subject);

function isFixOfFix(
  change: Change,
  lastFix: ReadonlyMap<string, Change>,
  find: (abbreviation: string) => string | undefined,
): boolean {
  if ([...change.body.matchAll(FIXES)].some(([, sha = '']) => find(sha) !== undefined)) return true;
  if (!isFix(change) && !AGAIN.test(change.subject)) return false;
  return change.files.some((file) => {
    const before = lastFix.get(file);
    return before !== undefined && !isDocument(file) && change.at - before.at <= FIX_WINDOW;
  });
}

/** All changes, most suspicious first; of two alike, the later one. The order is the same for the same input. */
export function rankSuspects(changes: readonly Change[], context: SuspectContext): Suspect[] {
  return changes
    .map((change, index) => {
      const signals = signalsOf(change, context);
      return { change, signals, index, score: signals.reduce((sum, { points }) => sum + points, 0) };
    })
    .sort((a, b) => b.score - a.score || b.change.at - a.change.at || a.index - b.index)
    .map(({ change, signals, score }) => ({ change, signals, score }));
}

/** Lines worth a look at who changed them last: those of hinted files that the range touches, at most `most`. */
export function linesToBlame(
  changes: readonly Change[],
  paths: readonly HintPath[],
  most = 4,
): { path: string; line: number }[] {
  const lined = paths.filter((hint): hint is { path: string; line: number } => hint.line !== null);
  if (lined.length === 0) return [];
  const names = new Set(lined.map(({ path }) => baseOf(path)));
  const touched = new Set<string>();
  for (const { files } of changes) for (const file of files) if (names.has(baseOf(file))) touched.add(file);
  const found: { path: string; line: number }[] = [];
  for (const { path, line } of lined) {
    const fits = [...touched].filter((file) => pathFit(file, path) === 'path');
    const named = [...touched].filter((file) => pathFit(file, path) === 'name');
    const [only, another] = fits.length > 0 ? fits : named;
    // Lines of compiled code are not the lines of its source.
    if (only === undefined || another !== undefined || !sameEnding(only, path)) continue;
    found.push({ path: only, line });
    if (found.length === most) break;
  }
  return found;
}

const baseOf = (path: string): string => canonicalPath(path.slice(path.lastIndexOf('/') + 1));
const endingOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
const sameEnding = (a: string, b: string): boolean => endingOf(a) === endingOf(b);

const STOP = new Set(
  'after with from have that this they their then than when what which were been being does cannot cant users user customers since into about above below error errors page pages request requests fails failing failed broken down slow returns return some many most only while because endpoint service server production'.split(
    ' ',
  ),
);

/** Words of the description that can occur in a path: at least four letters, none of the usual ones; by their first four. */
export function wordsOf(description: string): Map<string, string[]> {
  const words = description
    .slice(0, 4_000)
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length >= 4 && word.length <= 30 && !STOP.has(word));
  const found = new Map<string, string[]>();
  for (const word of new Set(words))
    found.set(word.slice(0, 4), [...(found.get(word.slice(0, 4)) ?? []), word]);
  return found;
}

const BOT = /\[bot\]$|^(?:dependabot|renovate|greenkeeper|github-actions|snyk)\b/i;

/** Who made a change, without a name: the role of a person of this incident, `bot`, or `contributor`. */
export function authorRole(author: string, roles: ReadonlyMap<string, { person: string }>): string {
  const name = author.trim().toLowerCase();
  for (const [role, { person }] of roles) if (person.trim().toLowerCase() === name) return role;
  return BOT.test(author.trim()) ? 'bot' : 'contributor';
}
