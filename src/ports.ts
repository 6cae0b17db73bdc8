import type { TemplateView } from './core/documents/template-view.ts';
import type { Actor, EventDraft, RecordedEvent, TimelineEvent } from './core/events.ts';
import type {
  BisectProgress,
  BisectReport,
  BisectWanted,
  ChangeRange,
  ListedChanges,
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

/** What the operations need from outside, and nothing more. One adapter per outside thing, one fake per test need. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Ids {
  /** An id greater than `last` (null for none). */
  ulid(nowMs: number, last: string | null): string;
  /** SHA-256 in hex of UTF-8 text. */
  sha256(text: string): string;
  /** Unguessable short text for fences and temporary names. */
  nonce(): string;
}

export interface AppendRequest {
  incident: string;
  by: Actor;
  /** Written in one write; keys within one call are `<key>/0..n`. */
  drafts: EventDraft[];
}

export interface AppendOutcome {
  /** The events that now stand for the drafts, in draft order: new ones, or the first ones of an earlier call with the same key. */
  events: TimelineEvent[];
  /** True when nothing new was written. */
  replayed: boolean;
  /** Secrets and personal data taken out on the way in: type and token, never the value. */
  removed: { type: string; token: string }[];
}

export interface Damage {
  /** `live`, `fallback` or `published`; a file below the log's folder (`archive/...`) for a kept copy. */
  where: string;
  /** 1-based line number; 0 for a whole file. */
  line: number;
  problem: 'torn' | 'not_an_event' | 'other_incident' | 'too_long' | 'edited_or_removed' | 'archive_changed';
  detail: string;
}

interface IncidentLog {
  uid: string;
  /** Recorded order, duplicates by id and key removed. */
  events: RecordedEvent[];
  damage: Damage[];
}

/** The record. Acknowledged means flushed; nothing acknowledged is lost or doubled. */
export interface EventLog {
  append(request: AppendRequest): Promise<AppendOutcome>;
  /** Live and published events merged by id. Unknown incident: no events. */
  read(uid: string): Promise<IncidentLog>;
  /** The stored lines of an incident as one text, byte for byte as its hash links need them, for the published copy. */
  lines(uid: string): Promise<string>;
  /** All incidents, oldest first. */
  uids(): Promise<string[]>;
  /** Runs `work` while no other process on this host numbers or opens an incident. */
  withNumbering<T>(work: (highestKnown: number) => Promise<T>): Promise<T>;
  /** Keeps a text too large for an event; returns its SHA-256. */
  putBlob(uid: string, text: string): Promise<string>;
  /**
   * Keeps the final files of a closed incident beside its log, with a manifest, under the id of an event; whole or
   * not at all. The same id again changes nothing.
   */
  archive(uid: string, event: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** The whole chain of hash links and every archive checked; empty when sound. */
  verify(uid: string): Promise<Damage[]>;
  /** Replaces one event by a tombstone of the same length, in archives too, and appends `purged`. */
  purge(uid: string, eventId: string, by: Actor, reason: string): Promise<TimelineEvent>;
  /** What a person should know about where the record is kept (fallback folder, network file system). */
  notices(): string[];
}

/** A generated document and what happened to it on disk. */
export interface PublishedFile {
  path: string;
  result: 'written' | 'unchanged' | 'absent' | 'tracked' | 'prose_saved' | 'refused';
}

export interface FolderState {
  /** Path relative to the repository, with forward slashes. */
  path: string;
  state: 'absent' | 'private' | 'published' | 'tracked';
  files: Record<string, string>;
}

export interface RefreshRequest {
  uid: string;
  folder: string;
  /** File name to whole generated text. */
  files: Record<string, string>;
  /** `create`: first writing. `refresh`: only what is there and not tracked. `publish`: write all, lift the ignore file. `update`: also tracked copies. */
  mode: 'create' | 'refresh' | 'publish' | 'update';
}

export interface RefreshOutcome {
  files: PublishedFile[];
  /** Sentences for the answer: folder absent, prose saved where, tracked copy not refreshed. */
  notices: string[];
}

/** The incident's folder in the user's working tree. Never another file, never through a symlink. */
export interface Workspace {
  /** Absolute root of the repository (or folder without git). */
  root: string;
  read(folder: string): Promise<FolderState>;
  /** A text file of the repository by its relative path. Never through a link; `other` for anything that is no ordinary text. */
  repoFile(path: string): Promise<{ state: 'absent' | 'other' } | { state: 'text'; text: string }>;
  /** A document of the folder taken apart: front matter (all values text) and body; null when there is none. */
  document(folder: string, file: string): Promise<{ data: Record<string, unknown>; body: string } | null>;
  refresh(request: RefreshRequest): Promise<RefreshOutcome>;
  /**
   * A copy of the postmortem outside of the folder, at `.claude/postmortems/<date>-<slug>.md` and nowhere else. Prose
   * in it survives; a file of that name that is not this incident's is left alone, and the answer says so.
   */
  writeExtra(path: string, text: string, uid: string): Promise<RefreshOutcome>;
  /** Text of the file as last generated, kept beside the live log; null when unknown. */
  lastGenerated(uid: string, file: string): Promise<string | null>;
}

/** A repository's own templates: names are replaced by data, nothing runs. */
export interface Templates {
  /**
   * Every value comes out as one line of escaped Markdown, whatever form of the tag was used.
   * @throws PulseError invalid_input, with the line, for a template that is malformed, too large, names what the view has not, or puts a value where it could act
   */
  render(template: string, view: TemplateView): Promise<string>;
}

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

/** Spreads work out that may come in bursts. */
export interface Pace {
  /** Runs `work` now and gives its result, or gives null and runs it a little later, once for all that was asked meanwhile. */
  soon<T>(key: string, work: () => Promise<T>): Promise<T | null>;
}
