/** What is asked of and told by a code host, as plain facts. */

/** Where a mark comes from. */
export const MARK_KINDS = {
  deployment: 'a deployment',
  release: 'a release',
  run: 'a run of a deploy workflow',
} as const;
export type MarkKind = keyof typeof MARK_KINDS;

/** A sign that a commit went live. */
export interface Mark {
  kind: MarkKind;
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

/** Which pull request is meant: at most one is open for a branch and a base. Short names. */
export interface PullWanted {
  /** Branch that was pushed. */
  head: string;
  base: string;
}

export interface PullDraft extends PullWanted {
  title: string;
  /** Markdown, redacted, references out of force; the adapter adds the marker. */
  body: string;
}

export interface PullReview {
  by: string;
  /** RFC 3339, UTC. */
  at: string;
  url: string;
}

export interface PullState {
  number: number;
  url: string;
  state: 'open' | 'merged' | 'closed';
  head_branch: string;
  base: string;
  /** Full name of the head commit. */
  head: string;
  /** Full name of the commit that it was merged as; null before. */
  merged_as: string | null;
  /** RFC 3339, UTC. */
  merged_at: string | null;
  /** Approvals of exactly this head that nobody took back, oldest first; bots and the author left out. */
  approvals: readonly PullReview[];
  /** Somebody's last word is a request for changes. */
  changes_requested: boolean;
  /** Of the head; null when the service does not tell. */
  checks: { passed: number; failed: number; running: number } | null;
  /** The hidden marker in it; null without one. */
  marker: string | null;
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

/** True for the name of an environment; production goes by several. */
export function isEnvironment(name: string, wanted: string): boolean {
  const short = (text: string): string =>
    text
      .trim()
      .toLowerCase()
      .replace(/^prod$|^live$/, 'production');
  return short(name) === short(wanted);
}

const DEPLOYS = /(?:^|[^a-z])(?:deploy(?:s|ment)?|release|publish|ship|production|prod|cd)(?:[^a-z]|$)/i;
const ELSEWHERE =
  /(?:^|[^a-z])(?:staging|stage|preview|pre-?prod(?:uction)?|dev(?:elop(?:ment)?)?|test|qa|sandbox|canary|docs?|draft|pages)(?:[^a-z]|$)/i;

/** True for a workflow that puts something live, as far as its name tells. */
export function isDeployWorkflow(name: string, path: string): boolean {
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.ya?ml.*$/, '');
  const words = `${name} ${file}`.replaceAll('_', ' ');
  return DEPLOYS.test(words) && !ELSEWHERE.test(words);
}
