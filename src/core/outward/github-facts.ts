/** What is asked of and told by a code host, as plain facts. */

/** A sign that a commit went live. */
export interface Mark {
  kind: 'deployment' | 'release' | 'run';
  /** Full name of the commit. */
  commit: string;
  /** RFC 3339, UTC: when it was finished. */
  at: string;
  environment: string | null;
  /** Release tag or name of the workflow; untrusted. */
  name: string;
  url: string;
}

export interface MarksWanted {
  /** Only what was finished since then; RFC 3339. */
  since: string;
  environment: string;
  most: number;
}

export interface PullDraft {
  /** Branch that was pushed. */
  head: string;
  base: string;
  title: string;
  /** Markdown, redacted, references out of force; the adapter adds the marker. */
  body: string;
}

export interface PullState {
  number: number;
  url: string;
  state: 'open' | 'merged' | 'closed';
  /** Full name of the head commit. */
  head: string;
  /** Full name of the commit that it was merged as; null before. */
  merged_as: string | null;
  /** Approvals of exactly this head that nobody took back, oldest first; bots and the author left out. */
  approvals: readonly { by: string; at: string; url: string }[];
  /** Somebody's last word is a request for changes. */
  changes_requested: boolean;
}

export interface RelatedIssue {
  url: string;
  number: number;
  /** Untrusted. */
  title: string;
  state: 'open' | 'closed';
  kind: 'issue' | 'pull_request';
  updated_at: string;
}
