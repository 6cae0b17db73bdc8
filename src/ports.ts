import type { TemplateView } from './core/documents/template-view.ts';
import type { Actor, EventDraft, RecordedEvent, TimelineEvent } from './core/events.ts';
import type { BoardTask } from './core/interchange/read-ohno.ts';
import type { Match, SearchDoc } from './core/similar.ts';

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
  /**
   * The events that now stand for the drafts, in draft order: new ones, or the first ones of an earlier call with the
   * same key. For an opening these are of another incident, when the key has opened that one at the same moment.
   */
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
  /** Throws what stands in the way of working with a record that is elsewhere. Absent where it is on this machine. */
  check?(): Promise<void>;
  /** Absent where only reading every incident finds one. */
  index?: IncidentIndex;
}

/** Finds incidents at a cost that does not grow with those that are over. Never the truth: who finds one reads it. */
export interface IncidentIndex {
  /** Those on which work goes on. */
  open(): Promise<string[]>;
  /** Those that are over and have an open action item. */
  owing(): Promise<string[]>;
  withNumber(numbers: readonly number[]): Promise<string[]>;
  withSlug(slug: string): Promise<string[]>;
  /** All of them or those that are over, oldest first; only the newest `most` where more would have to be read for it. */
  inOrder(scope: 'closed' | 'all', most?: number): Promise<readonly string[]>;
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

/** Spreads work out that may come in bursts. */
export interface Pace {
  /** Runs `work` now and gives its result, or gives null and runs it a little later, once for all that was asked meanwhile. */
  soon<T>(key: string, work: () => Promise<T>): Promise<T | null>;
}

/** Finds documents by the words that they share with a text. */
export interface TextSearch {
  /** Best first. `stamp` names the state of the documents; they are asked for only where it is another than before. */
  rank(stamp: string, docs: () => readonly SearchDoc[], text: string): Promise<Match[]>;
}

/** A task manager of the repository's own that shows an incident as a task. Absent where there is none. */
export interface TaskBoard {
  name: string;
  /** The task of an incident, started: the one whose description has `ref`, else a new one. */
  begin(wanted: { title: string; description: string; ref: string }): Promise<BoardOutcome>;
  finish(id: string, notes: string): Promise<BoardOutcome>;
  /** @throws PulseError upstream when it cannot be asked */
  list(): Promise<BoardTask[]>;
}

/** Why it did not work is said in our own words. */
export type BoardOutcome = { id: string } | { problem: string };
