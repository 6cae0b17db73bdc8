import type { PlannedFile, RefMove } from './plan.ts';

/** What a deploy is planned from. Objects are full names; texts are whole messages. */
export interface ShipWanted {
  /** The tip of the fix. */
  commit: string;
  /** What the hotfix was started from, when that was a ref. */
  base: string | null;
  /** Subject, body and trailer of the merge commit. */
  message: string;
  /** Message of the annotated tag. */
  tag_message: string;
  /** The repository's hooks are passed over. */
  skip_hooks: boolean;
  /** From the settings. */
  branch?: string | undefined;
  remote?: string | undefined;
  version_file?: string | undefined;
  production?: string | undefined;
  release_tags?: string | undefined;
}

/** What would be pushed. Every object in it is made already; no ref is. */
export interface ShipDraft {
  /** `landed`: production's branch has the fix already, so at most the tag is missing. `by_hand`: there is no remote. */
  way: 'push' | 'landed' | 'by_hand';
  remote: string | null;
  /** Short name of production's branch; null when the tag alone ships. */
  branch: string | null;
  moves: RefMove[];
  /** The commit that goes live: the merge, or what the tag names. */
  ships: string;
  tag: string | null;
  files: PlannedFile[];
  file_count: number;
  /** What a person could run by hand to the same end. */
  commands: string[][];
  /** How it was decided and what to weigh, in our words; names come from the repository. */
  notes: string[];
}

/** A branch of its own on the remote, for a pull request. Full commit, short name. */
export interface RequestWanted {
  remote: string;
  branch: string;
  commit: string;
}

export interface LandedWanted {
  remote: string;
  /** Short name of the branch that it was merged into. */
  base: string;
  /** The fix, full name. */
  commit: string;
  /** The commit that it was merged as, as the service says. */
  merged_as: string;
}

/** `contains`: the fix is in its history. `same_content`: squashed or rebased, and nothing of the fix is left to apply. */
export type Landed = 'contains' | 'same_content';

/** `pushed` by this call, or `already` there from an earlier one. */
export type PushOutcome = 'pushed' | 'already';

interface RemoteBranch {
  /** Short name. */
  name: string;
  tip: string;
}

export interface ProductionSeen {
  /** `deploy.branch` of the settings. */
  configured: string | undefined;
  /** `git.production` of the settings, without a remote in front; a branch, a tag or a commit. */
  production: string | undefined;
  /** All branches of the remote (of this repository, without a remote). */
  branches: readonly RemoteBranch[];
  /** The remote's default branch. */
  default_branch: string | null;
  /** What production runs; null when that is unknown. */
  commit: string | null;
}

export type ProductionBranch =
  | { branch: RemoteBranch; how: string }
  /** The tag alone ships, on the commit of the fix. */
  | { branch: null; how: string }
  | { problem: 'no_such_branch' | 'unknown' | 'several'; names: string[] };

/** Branches that hold a fix and not what production runs. */
const FIX = /^(?:hotfix|revert)\//;

/**
 * The branch that production runs: configured, else `git.production` when it is a branch, else the branch whose tip is
 * what production runs. None when every branch has moved on: pushing to one would ship what nobody released.
 */
export function pickProductionBranch(seen: ProductionSeen): ProductionBranch {
  const named = (name: string | undefined) => seen.branches.find((branch) => branch.name === name);
  if (seen.configured !== undefined) {
    const branch = named(seen.configured);
    return branch
      ? { branch, how: 'set as deploy.branch' }
      : { problem: 'no_such_branch', names: seen.branches.map(({ name }) => name) };
  }
  const production = named(seen.production?.replace(/^refs\/(?:heads|remotes)\//, ''));
  if (production) return { branch: production, how: 'set as git.production' };
  if (seen.commit === null) return { problem: 'unknown', names: [] };
  const at = seen.branches.filter(({ name, tip }) => tip === seen.commit && !FIX.test(name));
  const preferred = at.find(({ name }) => name === seen.default_branch);
  const only = preferred ?? (at.length === 1 ? at[0] : undefined);
  if (only) return { branch: only, how: 'its tip is what production runs' };
  if (at.length > 1) return { problem: 'several', names: at.map(({ name }) => name) };
  return {
    branch: null,
    how: 'no branch ends where production is: they hold unreleased changes, so the tag alone ships, on the commit of the fix',
  };
}

/** What the placeholders of a deploy command stand for. */
export interface DeployValues {
  commit: string;
  /** Null when no tag is made. */
  tag: string | null;
  /** Production's branch, else the tag, else the commit. */
  ref: string;
}

/**
 * `{commit}`, `{tag}` and `{ref}` inside the words of a configured command; other braces stay. Null when it asks for a
 * tag and there is none.
 */
export function fillCommand(words: readonly string[], values: DeployValues): string[] | null {
  const { tag } = values;
  if (tag === null && words.some((word) => word.includes('{tag}'))) return null;
  const known: Record<string, string> = { commit: values.commit, ref: values.ref, tag: tag ?? '' };
  return words.map((word) => word.replace(/\{(commit|tag|ref)\}/g, (_, name: string) => known[name] ?? ''));
}

/** How a deploy or verification command ended. `could_not_run`: it says nothing about production. */
export interface StepReport {
  command: string[];
  outcome: 'passed' | 'failed' | 'could_not_run' | 'time_limit' | 'stopped';
  code: number | null;
  ms: number;
  /** The end of the output; from outside, not redacted. */
  tail: string;
}

export interface DeployWanted {
  /** Full name; the command runs in a temporary working tree at it. */
  commit: string;
  command: readonly string[] | null;
  /** Runs when the command passed. */
  verify: readonly string[] | null;
  /** For each of the two, milliseconds. */
  timeoutMs: number;
}

export interface DeployReport {
  deploy: StepReport | null;
  verify: StepReport | null;
}

/** A run is `could_not_run` when the program was not found or not allowed. Source: exit codes of POSIX shells. */
export function stepOutcome(
  ended: 'exited' | 'killed' | 'time_limit' | 'stopped' | 'could_not_start',
  code: number | null,
): StepReport['outcome'] {
  if (ended === 'time_limit' || ended === 'stopped') return ended;
  if (ended !== 'exited' || code === null || code === 126 || code === 127) return 'could_not_run';
  return code === 0 ? 'passed' : 'failed';
}
