/** A change as it was read from the repository: what stands in it is outside text. */

/** Full object names, all three. */
export interface ChangeWanted {
  /** Where the hotfix was started. */
  base: string;
  commit: string;
  /** What production runs; null when nobody knows. */
  production: string | null;
}

export interface DiffLine {
  /** 1-based, in the new file for added lines, in the old one for removed lines. */
  line: number;
  text: string;
}

export type FileStatus = 'added' | 'modified' | 'deleted' | 'renamed' | 'copied' | 'type_changed';

export interface ChangedFile {
  path: string;
  /** Where it was before; null unless it was renamed or copied. */
  oldPath: string | null;
  status: FileStatus;
  /** Git's file modes; `000000` where there is no file. */
  oldMode: string;
  newMode: string;
  /** Lines; 0 for a binary file. */
  added: number;
  removed: number;
  /** Binary, or marked so in .gitattributes: its lines were not read. */
  binary: boolean;
  /** Size of the new file in bytes; null when unknown or gone. */
  bytes: number | null;
  addedLines: DiffLine[];
  removedLines: DiffLine[];
  /** Not all of its lines were read. */
  cut: boolean;
  /** Its first lines say that a program wrote it. */
  generated: boolean;
}

/** A commit between base and the fix. */
export interface RangeCommit {
  /** Full object name. */
  commit: string;
  subject: string;
  /** More than one: a merge. */
  parents: number;
  /** Values of its `Hotfix:` trailers. */
  trailers: string[];
  /** On the line of the fix itself, and not brought in by a merge. */
  firstParent: boolean;
}

export interface ChangeDiff {
  /** Full names. `base` is the last commit that both share, and what the lines are compared with. */
  base: string;
  commit: string;
  /** The base that was asked for is in the history of the commit. */
  onBase: boolean;
  files: ChangedFile[];
  /** Newest first. */
  commits: RangeCommit[];
  /** Of all commits, also those that are not listed. */
  commitCount: number;
  /** Commits before `base` that production has not: they would go live with the fix. */
  riders: { commits: string[]; count: number };
  /** Commits of production that the fix has not. */
  behind: number;
  /** Lines that each commit added, also those that a later one took out again; they stay in the history. */
  passing: { commit: string; added: string[] }[];
  /** Manifests and lock files that the commit holds, of those that belong to the changed ones. */
  present: string[];
  /** Everything was read. False: the change is larger than what one call reads. */
  whole: boolean;
}
