import { labelOf } from '../reduce.ts';
/** Why a fetch did not work. */
export type FetchFault = 'timed_out' | 'no_access' | 'not_found' | 'unreachable' | 'other';

/** `tags_differ`: a tag names another commit here than on the remote; ours was left as it is. */
export type FetchOutcome =
  | { state: 'fetched'; remote: string; shallow: boolean; tags_differ: boolean }
  | { state: 'failed'; remote: string; fault: FetchFault }
  | { state: 'no_remote' };

/** Where a hotfix starts. */
export interface HotfixBase {
  /** Full object name. */
  commit: string;
  /** The name it was found by. */
  ref: string;
  /** How it was chosen, in our words: `the configured production branch`. */
  how: string;
}

/** A local branch. */
export interface BranchState {
  /** Full object name. */
  tip: string;
  /** Absolute path of the working tree that has it; null when none has. */
  checked_out_at: string | null;
}

/** A worktree path that passed every check; `there` when it already is the branch's own. */
export interface WorktreePlan {
  path: string;
  there: boolean;
}

export interface WorktreeOutcome {
  there: boolean;
  /** Null when all went well. */
  problem: string | null;
}

/** Commits that production has not. Subjects are outside text. */
export interface Unreleased {
  /** The branch that was compared with production. */
  from: string;
  count: number;
  commits: { commit: string; subject: string }[];
}

const FAULTS: Record<FetchFault, string> = {
  timed_out: 'it did not answer in time',
  no_access: 'it wants credentials, and nobody can be asked here',
  not_found: 'there is no repository at its address',
  unreachable: 'it cannot be reached',
  other: 'git refused',
};

/** What the fetch did, as sentences; `warnings` are those that a person must not miss. Null: it was not asked for. */
export function fetchNews(outcome: FetchOutcome | null): { lines: string[]; warnings: string[] } {
  if (outcome === null) return { lines: ['Not fetched: what this clone last saw was used.'], warnings: [] };
  switch (outcome.state) {
    case 'no_remote':
      return { lines: ['No remote to fetch from: what is in this repository was used.'], warnings: [] };
    case 'failed':
      return {
        lines: [],
        warnings: [
          `Could not fetch from ${outcome.remote}: ${FAULTS[outcome.fault]}. The base is what this clone last saw; compare it with production before deploying.`,
        ],
      };
    case 'fetched':
      return {
        lines: [`Fetched ${outcome.remote}.`],
        warnings: [
          ...(outcome.tags_differ
            ? [
                `Some tags name other commits here than on ${outcome.remote}; they were left alone. If production's tag is one of them, pass base.`,
              ]
            : []),
          ...(outcome.shallow
            ? [
                'Shallow clone: older tags and commits are missing, and the list of unreleased commits may be incomplete (git fetch --unshallow --tags).',
              ]
            : []),
        ],
      };
  }
}

/** Commit message form of a hotfix. Source: domain page, section 4. */
export const COMMIT_FORM = 'fix: [HOTFIX] <description>';

/** `Hotfix: hotfix-001`. A twin's `(b)` belongs to this clone's view and not into a commit. */
export function hotfixTrailer(number: number): string {
  return `Hotfix: ${labelOf(number)}`;
}

/** One word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What to type next, in order: into the branch, the fix, the record. */
export function nextCommands(start: {
  branch: string;
  /** Number of the incident. */
  number: number;
  /** Working tree that has the branch; null when none has. */
  at: string | null;
  submodules: boolean;
}): string[] {
  return [
    start.at === null ? `git switch ${start.branch}` : `cd ${quoted(start.at)}`,
    ...(start.submodules ? ['git submodule update --init --recursive'] : []),
    `git commit -m "${COMMIT_FORM}" --trailer "${hotfixTrailer(start.number)}"`,
    'hotfix-pulse record "<what the fix does>" --kind fix_committed --ref "$(git rev-parse HEAD)"',
  ];
}
