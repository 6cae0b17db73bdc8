import type { getOctokit } from '@actions/github';
import { type Run, runOf } from './facts.ts';
import { type Asked, type Ending, endingOf, failed } from './failures.ts';

/** An issue or comment of the action's own account. */
export interface Issue {
  number: number;
  url: string;
  isOpen: boolean;
  body: string;
  labels: string[];
  assignees: string[];
}

/** How a write ended: `unknown` may have been done all the same, so the caller looks. */
export type Sent<T = undefined> = { sent: true; made: T } | { sent: false; asked: Asked; ending: Ending };

/** What the action asks and tells GitHub. Reads are repeated, writes never. */
export interface GitHub {
  account(): Promise<string>;
  /** Finished runs of a workflow on a branch, newest first. */
  runs(workflowId: number, branch: string, page: number): Promise<{ runs: Run[]; isLast: boolean }>;
  attempt(run: Run, attempt: number): Promise<Run | null>;
  /** Issues of an account, newest first; pull requests left out. */
  issues(
    account: string,
    state: 'open' | 'closed',
    page: number,
  ): Promise<{ issues: Issue[]; isLast: boolean }>;
  issue(number: number): Promise<Issue>;
  /** Bodies of an account's comments, oldest first. */
  comments(number: number, account: string): Promise<string[]>;
  create(issue: { title: string; body: string; labels: string[] }): Promise<Sent<Issue>>;
  change(number: number, change: { body?: string; close?: 'completed' | 'not_planned' }): Promise<Sent>;
  assign(number: number, assignees: string[]): Promise<Sent>;
  comment(number: number, body: string): Promise<Sent>;
}

export type Client = Pick<ReturnType<typeof getOctokit>, 'request'>;

const TIMEOUT_MS = 20_000;
const PAGE = 100;
/** Pauses between the tries of a read. In seconds. */
const PAUSES: readonly number[] = [1, 3];
const LONGEST_PAUSE = 30;

/** @param pause waits for a number of seconds */
export function createGitHub(
  client: Client,
  repository: { owner: string; repo: string },
  pause: (seconds: number) => Promise<void>,
): GitHub {
  const limits = () => ({ request: { signal: AbortSignal.timeout(TIMEOUT_MS) } });

  async function read<T>(asked: Asked, ask: () => Promise<T>): Promise<T> {
    for (const wait of [...PAUSES, null]) {
      try {
        return await ask();
      } catch (error) {
        const ending = endingOf(error);
        const seconds = ending.kind === 'limited' ? ending.seconds : wait;
        if (ending.kind === 'declined' || wait === null || (seconds ?? 0) > LONGEST_PAUSE)
          throw failed(asked, ending);
        await pause(seconds ?? wait);
      }
    }
    throw failed(asked, { kind: 'unknown', status: 0 });
  }

  async function write<T>(asked: Asked, tell: () => Promise<T>): Promise<Sent<T>> {
    try {
      return { sent: true, made: await tell() };
    } catch (error) {
      return { sent: false, asked, ending: endingOf(error) };
    }
  }

  return {
    account: () =>
      read('the account', async () => {
        try {
          return textOf((await client.request('GET /user', limits())).data.login);
        } catch (error) {
          const ending = endingOf(error);
          // The token of a workflow belongs to an app, which may not ask who it is.
          if (ending.kind === 'declined' && ending.status !== 401) return WORKFLOW_TOKEN;
          throw error;
        }
      }),
    runs: (workflowId, branch, page) =>
      read('the workflow runs', async () => {
        const path = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
        const { data } = await client.request(path, {
          ...{ ...repository, workflow_id: workflowId, branch, status: 'completed' },
          ...{ per_page: PAGE, page, ...limits() },
        });
        const runs = data.workflow_runs.map(runOf).filter((run) => run !== null);
        return { runs, isLast: data.workflow_runs.length < PAGE };
      }),
    attempt: ({ id }, attempt) =>
      read('the workflow runs', async () => {
        const path = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}';
        const wanted = { ...repository, run_id: id, attempt_number: attempt, ...limits() };
        return runOf((await client.request(path, wanted)).data);
      }),
    issues: (account, state, page) =>
      read('the issues', async () => {
        const { data } = await client.request('GET /repos/{owner}/{repo}/issues', {
          ...{ ...repository, creator: account, state, sort: 'created', direction: 'desc' },
          ...{ per_page: PAGE, page, ...limits() },
        });
        const own = data.filter((issue) => issue.pull_request === undefined && issue.user?.login === account);
        return { issues: own.map(issueOf), isLast: data.length < PAGE };
      }),
    issue: (number) =>
      read('the issue', async () => {
        const wanted = { ...repository, issue_number: number, ...limits() };
        return issueOf(
          (await client.request('GET /repos/{owner}/{repo}/issues/{issue_number}', wanted)).data,
        );
      }),
    async comments(number, account) {
      const path = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
      const bodies: string[] = [];
      for (let page = 1; ; page += 1) {
        const { own, isLast } = await read('the issue', async () => {
          const wanted = { ...repository, issue_number: number, per_page: PAGE, page, ...limits() };
          const { data } = await client.request(path, wanted);
          const own = data.filter(({ user }) => user?.login === account).map(({ body }) => body ?? '');
          return { own, isLast: data.length < PAGE };
        });
        bodies.push(...own);
        if (isLast) return bodies;
      }
    },
    create: (issue) =>
      write('the issue', async () => {
        const wanted = { ...repository, ...issue, ...limits() };
        return issueOf((await client.request('POST /repos/{owner}/{repo}/issues', wanted)).data);
      }),
    change: (number, { body, close }) =>
      write('the issue', async () => {
        await client.request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
          ...{ ...repository, issue_number: number, ...limits() },
          ...(body === undefined ? {} : { body }),
          ...(close === undefined ? {} : { state: 'closed', state_reason: close }),
        });
        return undefined;
      }),
    assign: (number, assignees) =>
      write('the issue', async () => {
        await client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/assignees', {
          ...{ ...repository, issue_number: number, assignees, ...limits() },
        });
        return undefined;
      }),
    comment: (number, body) =>
      write('a comment', async () => {
        await client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          ...{ ...repository, issue_number: number, body, ...limits() },
        });
        return undefined;
      }),
  };
}

/** Whom the token of a workflow belongs to. */
const WORKFLOW_TOKEN = 'github-actions[bot]';

interface Listed {
  number: number;
  html_url: string;
  state: string;
  body?: string | null | undefined;
  labels: readonly (string | { name?: string | null | undefined })[];
  assignees?: readonly { login: string }[] | null | undefined;
}

/** An answer of another kind than GitHub's is no answer. */
function textOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError('not a text');
}

function issueOf({ number, html_url, state, body, labels, assignees }: Listed): Issue {
  return {
    ...{ number, url: html_url, isOpen: state === 'open', body: body ?? '' },
    labels: labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
    assignees: (assignees ?? []).map(({ login }) => login),
  };
}
