import type { MarkKind } from '../outward/github-facts.ts';
import type { Change } from './suspect-signals.ts';

/** What a caller, the settings and the record know about the range to look at. */
export interface RangeWanted {
  good?: string;
  bad?: string;
  /** Branch, tag or commit that runs in production, from the settings. */
  production?: string;
  /** Glob below `refs/tags/`, from the settings; without it tags that look like versions or deploys count. */
  releaseTags?: string;
  /** What a person called the last known good; words that name no ancestor are passed over. */
  stated: readonly { ref: string; atMs: number }[];
  /** Deploys to production before the harm began: recorded, or known to a service (`source`). */
  deploys: readonly { ref: string; atMs: number; source?: MarkKind }[];
  /** When the harm began. */
  startedMs: number | null;
}

/** Everything after `good` up to and with `bad`. */
export interface ChangeRange {
  /** Full commit; null when the range is all history. */
  good: string | null;
  bad: string;
  /** `window`: nothing says what last worked, so the newest changes are looked at. */
  basis: 'given' | 'stated' | 'release_tag' | 'deploy_mark' | 'window';
  /** What of a service says so; absent when the record or git does. */
  source?: MarkKind;
  /** The tag that `good` is, when it can be shown. */
  name: string | null;
  /** The release before it, for when it was broken there already. */
  before: string | null;
  /** `bad` is a branch that has gone on since its latest release, and nobody said that production runs its end. */
  assumed: boolean;
  /** The remote's address as git has it; it may hold credentials and is never shown. */
  remote: string | null;
}

/** The last deploy before the harm, and the one before that; names of commits. */
export interface LiveWanted {
  last: string;
  before: string | null;
}

/** Commits of the range by what production had of them. */
export interface Live {
  /** Came with the last deploy. */
  fresh: ReadonlySet<string>;
  /** All that production had. */
  live: ReadonlySet<string>;
}

export interface ListedChanges {
  changes: Change[];
  /** `whole`: merges count as one change; `inner`: too few of them, so the commits inside are listed. */
  depth: 'whole' | 'inner';
}

export interface BisectWanted {
  /** Full commits. */
  good: string;
  bad: string;
  command: readonly string[];
  timeoutMs: number;
}

/** How far a bisection is. */
export interface BisectProgress {
  runs: number;
  /** Git's estimate of runs still needed; null before it has one. */
  left: number | null;
}

export interface BisectRun {
  commit: string;
  /** Null when the command was killed, stopped or could not start. */
  code: number | null;
  verdict: 'good' | 'bad' | 'skipped' | 'none';
}

export type BisectOutcome =
  | 'found'
  /** Only commits that had to be skipped are left; `candidates` has them. */
  | 'only_skipped'
  /** The command does not fail at `bad`: it does not show the harm. */
  | 'passes_at_bad'
  /** The command does not succeed at `good`: it fails for another reason, such as missing dependencies. */
  | 'fails_at_good'
  /** Exit code 126, 127 or above 128, or no start at all. */
  | 'could_not_run'
  | 'time_limit'
  | 'stopped';

export interface BisectReport {
  outcome: BisectOutcome;
  /** The first bad commit, when found. */
  commit: string | null;
  candidates: string[];
  runs: BisectRun[];
  /** The end of the output of the last run that failed; from outside, not redacted. */
  tail: string;
  ms: number;
}
