import type { FileState } from './disk.ts';
import type { Entry, HostId, Launch, McpTarget, Scope } from './host.ts';
import type { EditRecord, Manifest } from './manifest.ts';
import type { Pack } from './pack.ts';
import type { Spot, Where } from './places.ts';
import type { Splice } from './splice.ts';

/** All that a plan is made from; it touches nothing but `read`. */
export interface Request {
  scope: Scope;
  hosts: readonly HostId[];
  where: Where;
  launch: Launch;
  /** Already under the name that is wanted. */
  pack: Pack;
  /** What the main skill is called. */
  name: string;
  manifest: Manifest | null;
  /** Full paths that may be overwritten although a person edited them; `all` for every one. */
  replace: ReadonlySet<string> | 'all';
  /** Path of Claude Code's own program; null when it is not found. */
  claude: string | null;
  read(spot: Spot): FileState;
  /** What an agent would read under this name, through links too; null when nothing. */
  peek(spot: Spot): string | null;
}

export interface FileEdit {
  kind: 'file';
  what: EditRecord['what'];
  action: 'create' | 'update' | 'unchanged' | 'remove';
  spot: Spot;
  hosts: HostId[];
  /** Hash of what must stand there when it is applied; null for nothing. */
  before: string | null;
  /** Null to remove the file. */
  after: string | null;
  /** What changes in a configuration, for showing; empty for whole texts. */
  splices: readonly Splice[];
  /** What the manifest keeps; null when the record goes. */
  record: Omit<EditRecord, 'base' | 'path' | 'what' | 'hosts' | 'folders'> | null;
  /** Folders to remove when they are empty afterwards. */
  folders: readonly string[];
}

/** Calls of an agent's own command. */
export interface CommandEdit {
  kind: 'command';
  action: 'create' | 'update' | 'unchanged' | 'remove';
  hosts: HostId[];
  program: string;
  /** Arguments of each call, in order. */
  calls: readonly (readonly string[])[];
  /** Words that take it back; null when the record goes. */
  undo: string[] | null;
  /** What must stand there afterwards; null for nothing. */
  wanted: Entry | null;
  /** Where the result is to be seen. */
  spot: Spot;
  form: Pick<McpTarget, 'format' | 'key'>;
}

export type Edit = FileEdit | CommandEdit;

/** A file that is left alone, and why. */
export interface Refusal {
  code: 'broken' | 'unsafe' | 'edited' | 'taken';
  path: string;
  hosts: HostId[];
  message: string;
  hint: string;
  /** Set for a configuration that cannot be read. */
  line?: number;
  column?: number;
  /** A person may say: overwrite it all the same. */
  may_replace: boolean;
}

export interface Plan {
  scope: Scope;
  edits: Edit[];
  refusals: Refusal[];
  /** Sentences for people. */
  notices: string[];
}
