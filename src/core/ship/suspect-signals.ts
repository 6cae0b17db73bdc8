import { DAY, HOUR, MINUTE } from '../time.ts';
import type { Live } from './change-range.ts';
import { canonicalPath, type Hints, pathFit } from './suspect-hints.ts';
import { isDocument, KIND_RULES, kindsOf } from './suspect-kinds.ts';

/** One commit, or one merge seen as one change against its first parent. */
export interface Change {
  commit: string;
  parents: string[];
  /** Committer's time, milliseconds since the epoch. */
  at: number;
  author: string;
  subject: string;
  body: string;
  files: string[];
}

/** Whether taking the change back works on its own: `no` when nothing of it is left to take back. */
export type Revertable = 'yes' | 'conflicts' | 'no' | 'unknown';

/** What was found in the code; everything may be empty, then only messages, paths and times speak. */
export interface Traces {
  /** Files at either end of the range that contain a symbol of the hints. */
  symbolFiles: ReadonlySet<string>;
  /** Commits that last changed a line named in the hints. */
  blamed: ReadonlySet<string>;
  /** Commit to symbols of the hints in the lines it added or removed. */
  changedSymbols: ReadonlyMap<string, readonly string[]>;
  /** Commit to lines added and removed. */
  lines: ReadonlyMap<string, number>;
  revertable: ReadonlyMap<string, Revertable>;
}

/** How a change relates to the others of the range. */
export interface Relation {
  /** Taken back later in the range, and not brought back since. */
  takenBackBy?: string;
  reverts?: true;
  /** A revert of a revert: what had been taken out is in again. */
  bringsBack?: true;
  /** A repair of what was repaired shortly before. */
  fixOfFix?: true;
}

export interface SuspectContext {
  hints: Hints;
  /** Words of the incident's own description, lower case, by their first four letters. */
  words: ReadonlyMap<string, readonly string[]>;
  /** When the harm began; null when nobody knows. */
  startedMs: number | null;
  relations: ReadonlyMap<string, Relation>;
  traces: Traces;
  /** What production had when the harm began, where a service knows of deploys. `sure`: every deploy is a mark there. */
  live?: Live & { sure: boolean };
}

export interface Signal {
  name: string;
  points: number;
  /** Our own words: never text of the repository or of the hints. */
  reason: string;
}

type Rule = (change: Change, context: SuspectContext) => Signal | null;

/** Names that many folders hold, so that the name alone says little. */
const EVERYWHERE = /^(?:index|main|app|mod|utils?|helpers?|types?|__init__|constants|config|settings)\.\w+$/;

const namedFile: Rule = ({ files }, { hints }) => {
  let paths = 0;
  let names = 0;
  let common = 0;
  for (const file of files) {
    const base = canonicalPath(file.slice(file.lastIndexOf('/') + 1));
    if (!hints.names.has(base)) continue;
    if (hints.paths.some(({ path }) => pathFit(file, path) === 'path')) paths += 1;
    else if (EVERYWHERE.test(base)) common += 1;
    else names += 1;
  }
  if (paths > 0)
    return {
      name: 'file',
      points: 36 + Math.min(8, (paths - 1) * 4),
      reason: 'touches a file that the hints name by its path',
    };
  if (names > 0) return { name: 'file', points: 24, reason: 'touches a file that has a name from the hints' };
  return common > 0
    ? { name: 'file', points: 6, reason: 'touches a file with a common name that the hints mention' }
    : null;
};

const namedLine: Rule = ({ commit }, { traces }) =>
  traces.blamed.has(commit)
    ? { name: 'line', points: 26, reason: 'last changed a line that the hints name' }
    : null;

const namedSymbol: Rule = ({ commit, files }, { traces }) => {
  const changed = traces.changedSymbols.get(commit)?.length ?? 0;
  if (changed > 0)
    return {
      name: 'symbol',
      points: 22 + Math.min(8, (changed - 1) * 4),
      reason: 'changes lines with a name from the hints, or inside what has that name',
    };
  return files.some((file) => traces.symbolFiles.has(file) && !isDocument(file))
    ? { name: 'symbol', points: 8, reason: 'touches a file in which a name from the hints occurs' }
    : null;
};

const SEGMENT = /[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/;

const described: Rule = ({ files, subject }, { words }) => {
  if (words.size === 0) return null;
  const saysWord = (text: string): boolean =>
    text.split(SEGMENT).some((raw) => {
      const part = raw.toLowerCase();
      return words.get(part.slice(0, 4))?.some((word) => word.startsWith(part) || part.startsWith(word));
    });
  const inPath = files.slice(0, 200).some((file) => !isDocument(file) && saysWord(file));
  const points = (inPath ? 9 : 0) + (saysWord(subject) ? 4 : 0);
  const where = inPath ? 'paths' : 'subject';
  return points > 0
    ? { name: 'description', points, reason: `its ${where} and the incident's description share a word` }
    : null;
};

/** Clocks of committers and of monitoring differ by minutes. */
const SKEW = 5 * MINUTE;
const CLOSE: readonly (readonly [within: number, points: number, reason: string])[] = [
  [HOUR, 18, 'was made less than an hour before the harm began'],
  [6 * HOUR, 14, 'was made less than six hours before the harm began'],
  [DAY, 10, 'was made less than a day before the harm began'],
  [3 * DAY, 5, 'was made less than three days before the harm began'],
];

const time: Rule = ({ at }, { startedMs }) => {
  if (startedMs === null) return null;
  if (at > startedMs + SKEW)
    return { name: 'time', points: -40, reason: 'was made after the harm had begun' };
  const row = CLOSE.find(([within]) => startedMs - at <= within);
  return row ? { name: 'time', points: row[1], reason: row[2] } : null;
};

const kind: Rule = (change, { hints }) => {
  const kinds = kindsOf(change);
  if (kinds[0] === 'documentation')
    return { name: 'kind', points: -20, reason: 'changes only documentation' };
  if (kinds[0] === 'tests') return { name: 'kind', points: -15, reason: 'changes only tests' };
  const rules = KIND_RULES.filter((rule) => kinds.includes(rule.kind));
  const weighed = rules
    .map((rule) => {
      const speaks = hints.kinds.has(rule.kind);
      const reason = speaks ? `${rule.reason}, and the hints speak of that` : rule.reason;
      return { name: 'kind', points: speaks ? 2 * rule.points : rule.points, reason };
    })
    .sort((a, b) => b.points - a.points);
  return weighed[0] ?? null;
};

const size: Rule = ({ commit, files }, { traces }) => {
  const lines = traces.lines.get(commit) ?? 0;
  if (lines > 500 || files.length > 30) return { name: 'size', points: 5, reason: 'is large' };
  return lines > 80 || files.length > 8 ? { name: 'size', points: 3, reason: 'is of middle size' } : null;
};

const relation: Rule = ({ commit }, { relations }) => {
  const known = relations.get(commit);
  if (known?.takenBackBy) return { name: 'revert', points: -60, reason: 'was taken back later in the range' };
  if (known?.bringsBack) return { name: 'revert', points: 22, reason: 'brings back what had been taken out' };
  if (known?.fixOfFix)
    return { name: 'fix_of_fix', points: 12, reason: 'repairs what was repaired shortly before' };
  return known?.reverts ? { name: 'revert', points: 4, reason: 'takes an earlier change back' } : null;
};

const revertable: Rule = ({ commit }, { traces }) => {
  const known = traces.revertable.get(commit);
  if (known === 'yes') return { name: 'revertable', points: 2, reason: 'can be taken back cleanly' };
  return known === 'no' ? { name: 'revertable', points: -20, reason: 'has nothing left to take back' } : null;
};

/** When it was committed says less than when it went live. */
const wentLive: Rule = ({ commit }, { live }) => {
  if (live === undefined) return null;
  if (live.fresh.has(commit))
    return { name: 'live', points: 14, reason: 'went live with the last deploy before the harm began' };
  return live.sure && !live.live.has(commit)
    ? { name: 'live', points: -25, reason: 'was in no deploy before the harm began' }
    : null;
};

const RULES: readonly Rule[] = [
  ...[namedFile, namedLine, namedSymbol, described, time, wentLive, kind, size, relation, revertable],
];

/** Every signal that speaks for or against a change, strongest first. */
export function signalsOf(change: Change, context: SuspectContext): Signal[] {
  return RULES.map((rule) => rule(change, context))
    .filter((signal) => signal !== null)
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
}
