import type { PlannedFile, RefMove } from './plan.ts';
import type { PushFault } from './push-verdict.ts';

/**
 * How we know that a branch has the fix, surest first: the commit is in its history; an equal patch is; git would
 * have nothing left to apply; a commit says that it is a pick of it, or names the hotfix; somebody named a commit that
 * is in it; somebody said why it is not affected.
 */
export const HOWS = [
  'contains',
  'patch_id',
  'same_content',
  'cherry_pick_trailer',
  'hotfix_trailer',
  'stated_commit',
  'not_affected',
] as const;
export type How = (typeof HOWS)[number];

/** `not_fetched`: the remote has commits of it that are not here. */
export type UnknownWhy = 'time_limit' | 'shallow' | 'not_fetched' | 'unreadable';

export type Verdict =
  | { state: 'has_fix'; how: How; commit: string | null }
  /** `reverted_by`: it was there, and this commit took it back. `steps`: commits of the fix that it lacks. */
  | { state: 'missing'; reverted_by: string | null; steps: string[] }
  | { state: 'conflicts'; files: string[] }
  /** It shares no history with the fix, so nothing can be compared or picked. */
  | { state: 'diverged' }
  | { state: 'unknown'; why: UnknownWhy };

/** A branch as the remote has it, or the local one where there is no remote. */
export interface LongLived {
  /** Short name. */
  name: string;
  /** Full name on the remote. */
  ref: string;
  /** Full commit. */
  tip: string;
  /** Time of its newest commit, RFC 3339; null when that commit is not here. */
  last_at: string | null;
  verdict: Verdict;
}

/** One step of the fix: a commit, or a merge as a whole (`mainline` is then its first parent). */
export interface FixStep {
  commit: string;
  mainline: boolean;
}

/** The commits that have to be in a branch. */
export interface Fix {
  /** Full commit. */
  commit: string;
  /** Oldest first. */
  steps: FixStep[];
}

/** What is known of the fix and of the branches before git is asked. Names may be short. */
export interface BackportWanted {
  /** Newest commit of the fix. */
  commit: string;
  /** Where the hotfix branch started; null when nobody knows, then the fix is one commit. */
  base: string | null;
  /** Other commits that are the fix as a whole, such as the merge that was deployed. */
  aliases: readonly string[];
  /** `hotfix-001`, as the trailer says it. */
  label: string;
  /** Trailers count only in commits made from then on (an earlier attempt has the same label); null: all count. */
  since: string | null;
  /** Commits that somebody named as the fix in a branch. */
  stated: readonly { branch: string; commit: string }[];
  /** Names and patterns of the settings; undefined: detected. */
  long_lived: readonly string[] | undefined;
  /** `deploy.branch`, `git.production` and `git.release_tags` of the settings. */
  deploy_branch: string | undefined;
  production: string | undefined;
  release_tags: string | undefined;
  /** Remote of the settings. */
  remote: string | undefined;
}

/** `network`: fetches and asks the remote; `here`: what this clone last saw, at once. */
export type BackportLook = 'network' | 'here';

/** `now`: asked over the network; `last_fetch`: as this clone last saw the remote; `local`: there is no remote. */
export type Seen = 'now' | 'last_fetch' | 'local';

export interface BackportStates {
  remote: string | null;
  seen: Seen;
  shallow: boolean;
  /** This clone follows only some of the remote's branches. */
  narrow: boolean;
  fix: Fix;
  branches: LongLived[];
  /** Long-lived branches that this clone still remembers and that the remote no longer has. */
  gone: { name: string; tip: string }[];
}

/** What applying the fix on top of a branch would do; nothing was touched to find out. */
export type Trial =
  | { outcome: 'clean' }
  | { outcome: 'nothing_left' }
  | { outcome: 'conflicts'; files: string[] }
  | { outcome: 'not_tried' };

/** Why the commits for a branch could not be made although they apply. */
export type MakeFault = 'hook' | 'identity' | 'signing' | 'time_limit' | 'stopped' | 'other';

export interface PickTarget {
  /** Short name. */
  name: string;
  /** Full commit to pick onto. */
  tip: string;
  /** The steps that it lacks. */
  steps: readonly FixStep[];
}

export interface MakeWanted {
  targets: readonly PickTarget[];
  /** The repository's hooks are passed over. */
  skip_hooks: boolean;
}

/** What became of one push; `fault` is why it was not taken, and nothing was changed then. */
export type Pushed =
  | { branch: string; outcome: 'pushed' | 'already' }
  | { branch: string; outcome: 'refused'; fault: PushFault | 'drift' | 'stopped' | 'unknown' };

export type Made =
  | { branch: string; outcome: 'made'; move: RefMove; files: PlannedFile[] }
  | { branch: string; outcome: 'nothing_left' }
  | { branch: string; outcome: 'conflicts'; files: string[] }
  | { branch: string; outcome: 'failed'; fault: MakeFault };

/** The verdict with what a trial found. */
export function withTrial(branch: LongLived, trial: Trial | undefined): LongLived {
  if (branch.verdict.state !== 'missing' || trial === undefined) return branch;
  switch (trial.outcome) {
    case 'conflicts':
      return { ...branch, verdict: { state: 'conflicts', files: trial.files } };
    case 'nothing_left':
      return { ...branch, verdict: { state: 'has_fix', how: 'same_content', commit: null } };
    case 'clean':
    case 'not_tried':
      return branch;
  }
}
