import type {
  BisectProgress,
  BisectReport,
  BisectWanted,
  ChangeRange,
  ListedChanges,
  Live,
  LiveWanted,
  RangeWanted,
} from './core/ship/change-range.ts';
import type {
  BranchState,
  FetchOutcome,
  HotfixBase,
  Unreleased,
  WorktreeOutcome,
  WorktreePlan,
} from './core/ship/hotfix-start.ts';
import type { Change, Revertable, Traces } from './core/ship/suspect-signals.ts';

/** What the tools ask of git. Every value is an argument, never a flag. */
interface GitFacts {
  user: string | null;
  /** Null on a detached HEAD. */
  branch: string | null;
}

/** The changes between a last known good commit and production. Reads only; what it tries out is thrown away. */
export interface GitHistory {
  /** @throws PulseError when the repository has no usable history or a ref names nothing */
  range(wanted: RangeWanted): Promise<ChangeRange>;
  /** Newest first. */
  changes(range: ChangeRange): Promise<ListedChanges>;
  /** Files that hold a symbol, and commits that changed a named line last. */
  locate(
    range: ChangeRange,
    symbols: readonly string[],
    lines: readonly { path: string; line: number }[],
  ): Promise<Pick<Traces, 'symbolFiles' | 'blamed'>>;
  /** What production had when the harm began; null when the commits are not here. */
  live?(range: ChangeRange, wanted: LiveWanted): Promise<Live | null>;
  /** Sizes of a few commits, and which of them change lines of `files` that hold a symbol. */
  inspect(
    commits: readonly string[],
    symbols: readonly string[],
    files: readonly string[],
  ): Promise<Pick<Traces, 'lines' | 'changedSymbols'>>;
  /** Whether each change could be taken back at `head`. */
  tryReverts(head: string, changes: readonly Change[]): Promise<ReadonlyMap<string, Revertable>>;
  /** Runs a command at commits in a temporary working tree until the first bad one is known. */
  bisect(
    wanted: BisectWanted,
    watch: { signal?: AbortSignal | undefined; progress?: ((progress: BisectProgress) => void) | undefined },
  ): Promise<BisectReport>;
  /** Why no command may be run here: names of variables that look like production. */
  productionSigns(command: readonly string[]): string[];
}

export interface Git {
  facts(): Promise<GitFacts>;
  /** Absent where the repository's history cannot be asked. */
  history?: GitHistory;
  branches?: Branches;
}

export interface ProductionWanted {
  /** A branch or tag that always is what production runs. */
  production?: string | undefined;
  /** Glob of the tags that are releases. */
  release_tags?: string | undefined;
}

/** Branches of the repository, made from what is in production. Objects are full names; the user's tree, index and stash stay as they are. */
export interface Branches {
  /** Remote-tracking branches and tags up to date, within 20 s, never asking. `wanted`: a ref whose remote is preferred. */
  refresh(wanted: string | null): Promise<FetchOutcome>;
  /** What is in production: the configured ref, else the latest release tag. Candidates are names of tags, newest first. */
  production(wanted: ProductionWanted): Promise<HotfixBase | { candidates: string[] }>;
  /**
   * The branch, tag or commit that somebody named; never HEAD.
   * @throws PulseError invalid_input or not_found
   */
  named(name: string): Promise<HotfixBase>;
  state(branch: string): Promise<BranchState | null>;
  /** The same branch as last seen on the remote: its ref and tip. */
  remoteState(branch: string): Promise<{ ref: string; tip: string } | null>;
  isAncestor(commit: string, tip: string): Promise<boolean>;
  hasSubmodules(commit: string): Promise<boolean>;
  /** What production has not, of the branch where work usually starts; null when there is nothing to compare. */
  unreleased(base: string, most: number): Promise<Unreleased | null>;
  /** @throws PulseError unsafe or conflict when something of that name is there */
  create(branch: string, commit: string): Promise<void>;
  /** @throws PulseError unsafe or conflict when a worktree must not be made there */
  planWorktree(path: string, branch: string): Promise<WorktreePlan>;
  addWorktree(path: string, branch: string): Promise<WorktreeOutcome>;
}
