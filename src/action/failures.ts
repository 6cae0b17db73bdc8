import { PulseError } from '../core/errors.ts';

/** How a request to GitHub ended that did not succeed. */
export type Ending =
  /** No answer, or one that does not say whether it was done. */
  | { kind: 'unknown'; status: number }
  /** Too many requests; nothing was done. */
  | { kind: 'limited'; seconds: number }
  /** Refused; nothing was done. */
  | { kind: 'declined'; status: number };

type Headers = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Reads what the client threw: status and headers, where an answer arrived. None of its text is passed on. */
export function endingOf(error: unknown): Ending {
  const thrown = isObject(error) ? error : {};
  const response = isObject(thrown.response) ? thrown.response : null;
  const status = response !== null && typeof thrown.status === 'number' ? thrown.status : 0;
  const headers: Headers = response !== null && isObject(response.headers) ? response.headers : {};
  if (status === 429 || (status === 403 && isLimit(headers, response?.data))) {
    const seconds = Number(headers['retry-after']);
    return { kind: 'limited', seconds: Number.isFinite(seconds) && seconds > 0 ? seconds : 60 };
  }
  return status >= 400 && status < 500 && status !== 408
    ? { kind: 'declined', status }
    : { kind: 'unknown', status };
}

const isLimit = (headers: Headers, data: unknown): boolean =>
  headers['retry-after'] !== undefined ||
  headers['x-ratelimit-remaining'] === '0' ||
  // The secondary limit may come without a header. Source: GitHub, "Rate limits for the REST API".
  (isObject(data) && /\bsecondary rate limit\b/i.test(String(data.message)));

/** What was asked, and which line of `permissions:` it needs. */
export type Asked = keyof typeof NEEDS;
const NEEDS = {
  'the workflow runs': 'actions: read',
  'the issues': 'issues: write',
  'the issue': 'issues: write',
  'a comment': 'issues: write',
  'the account': 'issues: write',
} as const;

/** The error of a person's workflow run: our words, never the answer's. */
export function failed(asked: Asked, ending: Ending): PulseError {
  if (ending.kind === 'limited') {
    return new PulseError(
      'upstream',
      `GitHub takes no more requests for now (${asked}).`,
      `Run this job again in ${ending.seconds} seconds or later; the next failure also makes up for it.`,
    );
  }
  if (ending.kind === 'unknown') {
    return new PulseError(
      'upstream',
      `GitHub did not answer so that it is known what happened (${asked}).`,
      'Run this job again: it looks first and does nothing twice.',
    );
  }
  const hints: Readonly<Record<number, string>> = {
    401: 'Check the input github-token: it is wrong or over.',
    403: `Give the job the permission "${NEEDS[asked]}"; a locked issue and an archived repository also refuse.`,
    404: `Give the job the permission "${NEEDS[asked]}", and check that the repository is the one of the workflow.`,
    410: 'Switch issues on in the settings of the repository.',
    422: 'Check the inputs label, severity-label and assignees.',
  };
  return new PulseError(
    'upstream',
    `GitHub refused the request with status ${ending.status} (${asked}).`,
    hints[ending.status] ?? 'Look at the status page of GitHub, then run this job again.',
  );
}
