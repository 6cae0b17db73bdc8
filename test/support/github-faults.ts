import type { Asked } from './github-contract.ts';

/** What can happen to one request on its way to GitHub and back. */

export interface Reply {
  status: number;
  /** JSON, or text that is none. */
  body: unknown;
  headers?: Readonly<Record<string, string>>;
}

export type GitHubFault =
  /** Carried out; the line is cut before the answer. */
  | 'lose_answer'
  /** The line is cut and nothing is carried out. */
  | 'lose_request'
  /** Carried out at `settle`; who asked has long stopped waiting, so the line is cut. */
  | 'hold'
  /** Never answered. */
  | 'hang'
  /** Carried out; answered with 502. */
  | 'error_after'
  | 'error_before'
  /** Carried out; the answer is no JSON, or JSON of another kind. */
  | 'garbage'
  | 'other_json'
  /** Not carried out. */
  | 'rate_limit'
  | 'secondary_limit'
  | 'secondary_without_header'
  | 'too_many'
  | 'bad_credentials'
  | 'forbidden'
  | 'not_found'
  | 'gone'
  | 'unprocessable'
  | 'moved'
  /** Carried out without what the account has no right to set, as GitHub does. */
  | 'drop_assignees'
  | 'drop_labels'
  | 'drop_milestone';

export interface PlannedFault {
  fault: GitHubFault;
  when(asked: Asked): boolean;
}

const said = (status: number, message: string, headers: Reply['headers'] = {}): Reply => ({
  ...{ status, headers, body: { message, documentation_url: 'https://docs.github.com/rest' } },
});
const SECONDARY = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';

/** Answered at once, with nothing carried out. Texts and headers as GitHub writes them. */
export function refusalOf(fault: GitHubFault): Reply | null {
  const REFUSALS: Partial<Record<GitHubFault, Reply>> = {
    error_before: said(502, 'Server Error'),
    rate_limit: said(403, 'API rate limit exceeded for user ID 1.', {
      ...{ 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0' },
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 90),
    }),
    secondary_limit: said(403, SECONDARY, { 'retry-after': '45' }),
    secondary_without_header: said(403, SECONDARY),
    too_many: said(429, 'Too Many Requests', { 'retry-after': '30' }),
    bad_credentials: said(401, 'Bad credentials'),
    forbidden: said(403, 'Resource not accessible by integration'),
    not_found: said(404, 'Not Found'),
    gone: said(410, 'Issues are disabled for this repo'),
    unprocessable: said(422, 'Validation Failed'),
    moved: said(301, 'Moved Permanently', { location: 'https://127.0.0.1:1/repositories/1' }),
  };
  return REFUSALS[fault] ?? null;
}

const DROPPED: Partial<Record<GitHubFault, string>> = {
  drop_assignees: 'assignees',
  drop_labels: 'labels',
  drop_milestone: 'milestone',
};

/** The body without what is dropped on the way. */
export function withoutDropped(fault: GitHubFault | null, body: unknown): unknown {
  const name = fault === null ? undefined : DROPPED[fault];
  if (name === undefined || typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
}

/** What comes back for something that was carried out; null cuts the line. */
export function spoiled(fault: GitHubFault | null, reply: Reply): Reply | null {
  if (fault === 'lose_answer') return null;
  if (fault === 'error_after') return said(502, 'Server Error');
  if (fault === 'garbage') return { ...reply, body: '<html>not JSON' };
  if (fault === 'other_json') return { ...reply, body: { ok: true } };
  return reply;
}
