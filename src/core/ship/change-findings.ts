import type { ChangeDiff } from './change-diff.ts';
import { type ChangeFacts, factsOf } from './change-facts.ts';
import type { Finding, FindingContext, FindingLevel, FindingLimits } from './finding.ts';
import { COMMIT_RULES } from './findings-commits.ts';
import { dependencies } from './findings-dependencies.ts';
import { FILE_RULES } from './findings-files.ts';
import { LINE_FINDINGS } from './findings-lines.ts';
import { NOISE_RULES } from './findings-noise.ts';

/** A hotfix is small: five files, a hundred lines, one part of the system. `check_limits` of the settings changes it. */
export const FINDING_LIMITS: FindingLimits = { files: 5, lines: 100, layers: 1 };

/** Of one id that are listed; the last of them says how many more there are. */
const LISTED = 5;

const ORDER: readonly FindingLevel[] = ['stop', 'warn', 'note'];

export interface ChangeFindings {
  facts: ChangeFacts;
  /** Worst first. Empty does not mean good: `looked` says what was looked at. */
  findings: Finding[];
  /** Also those that are not listed. */
  counts: Record<FindingLevel, number>;
  /** Ids in the order of the findings. */
  ids: string[];
  /** What was looked at, as one sentence of our own words. */
  looked: string;
}

/** Everything that can be said about a change from its text alone: facts, and what a person should look at. */
export function findingsOf(diff: ChangeDiff, context: FindingContext): ChangeFindings {
  const facts = factsOf(diff);
  const rules = [...COMMIT_RULES, ...FILE_RULES, dependencies, ...NOISE_RULES, ...LINE_FINDINGS];
  const all = rules.flatMap((rule) => rule(diff, context, facts));
  const counts: Record<FindingLevel, number> = { stop: 0, warn: 0, note: 0 };
  for (const { level, more = 0 } of all) counts[level] += 1 + more;
  const findings = capped(all).sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
  return { facts, findings, counts, ids: [...new Set(findings.map(({ id }) => id))], looked: lookedAt(diff) };
}

/** The first few of every id; the order within an id stays. */
function capped(all: readonly Finding[]): Finding[] {
  const byId = new Map<string, Finding[]>();
  for (const finding of all) {
    const same = byId.get(finding.id);
    if (same) same.push(finding);
    else byId.set(finding.id, [finding]);
  }
  return [...byId.values()].flatMap((same) => {
    const total = same.reduce((sum, { more = 0 }) => sum + 1 + more, 0);
    const listed = same.slice(0, LISTED);
    const rest = total - listed.length;
    return listed.map(({ more: _, ...finding }, at) =>
      at === listed.length - 1 && rest > 0 ? { ...finding, more: rest } : finding,
    );
  });
}

function lookedAt({ files, commits, whole }: ChangeDiff): string {
  const lines = files.reduce((sum, { addedLines }) => sum + addedLines.length, 0);
  const unread = files.filter(({ binary, cut }) => binary || cut).length;
  const read = `${commits.length} commit(s), ${files.length} file(s), ${lines} added line(s)`;
  const left = unread > 0 || !whole ? `; ${unread} file(s) not or not wholly` : '';
  return `Looked at ${read}${left}, for size, parts touched, noise, unrelated files, dependencies, migrations, generated files, pipeline, flags, secrets, leftovers, switched-off checks, tests, binaries, modes, submodules. Only what is committed, by patterns: what the code does was not judged.`;
}
