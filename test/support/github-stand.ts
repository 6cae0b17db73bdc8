import { createGitHub, type GitHub, type GitHubLimits } from '../../src/adapters/github/client.ts';
import { createTracker } from '../../src/adapters/github/tracker.ts';
import type { IssueDraft } from '../../src/core/followup-issue.ts';
import type { Asked } from './github-contract.ts';
import type { GitHubFault } from './github-faults.ts';
import { type Gateway, startGateway, TOKEN } from './github-gateway.ts';
import type { Fault, TrackerStand } from './memory-tracker.ts';

/** Our client on the gateway, without the pauses that GitHub asks for. */

/** More time than in real life: what is late here is the machine. */
export const QUICK: GitHubLimits = { callMs: 30_000, paced: false, retryMs: 5 };

export function clientOf(
  gateway: Gateway,
  more: { token?: string; limits?: Partial<GitHubLimits> } = {},
): GitHub {
  const target = {
    host: 'github.com',
    api: gateway.url,
    web: 'https://github.com',
    owner: 'ops-bot',
    repo: 'shop',
  };
  return createGitHub(target, more.token ?? TOKEN, { ...QUICK, ...more.limits });
}

export const isCreate = ({ method, path }: Asked): boolean => method === 'POST' && /\/issues$/.test(path);

const FAULTS: Record<Fault, GitHubFault> = {
  reply_lost: 'lose_answer',
  bad_gateway_after: 'error_after',
  bad_gateway_before: 'error_before',
  slow: 'hold',
  limited: 'rate_limit',
  declined: 'gone',
  drops_assignee: 'drop_assignees',
};

export interface ListedIssue {
  id: number;
  number: number;
  html_url: string;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  labels: { name: string; color: string }[];
  assignees: { login: string }[];
  milestone: { number: number; title: string; due_on: string | null } | null;
  comments: number;
  user: { login: string; type: string };
}

/** Tells the emulator itself something, past the gateway. */
export async function tell<T>(
  gateway: Gateway,
  method: string,
  path: string,
  body?: unknown,
  token = TOKEN,
): Promise<T> {
  const answer = await fetch(`${gateway.behind}${path}`, {
    method,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

const REPO = '/repos/ops-bot/shop';

/** All issues, oldest first. */
export async function issuesIn(gateway: Gateway): Promise<ListedIssue[]> {
  const all: ListedIssue[] = [];
  for (let page = 1; ; page++) {
    const path = `${REPO}/issues?state=all&per_page=100&page=${page}`;
    const rows = await tell<ListedIssue[]>(gateway, 'GET', path);
    all.push(...rows);
    if (rows.length < 100) return all.sort((a, b) => a.number - b.number);
  }
}

export async function seedIssue(
  gateway: Gateway,
  issue: { body: string; title?: string; state?: 'open' | 'closed'; token?: string },
): Promise<ListedIssue> {
  const { body, title = 'seeded', state = 'open', token = TOKEN } = issue;
  const made = await tell<ListedIssue>(gateway, 'POST', `${REPO}/issues`, { title, body }, token);
  return state === 'open' ? made : tell(gateway, 'PATCH', `${REPO}/issues/${made.number}`, { state });
}

/** The GitHub tracker with the levers of the tracker suites. */
export async function githubTracker(opened: Gateway[]): Promise<TrackerStand> {
  const gateway = await startGateway();
  opened.push(gateway);
  return {
    tracker: createTracker(clientOf(gateway)),
    fault: (fault) => gateway.fault(FAULTS[fault], isCreate),
    settle: () => gateway.settle(),
    reachable: (is) => gateway.reachable(is),
    seed: async ({ body }, state = 'open') => (await seedIssue(gateway, { body, state })).html_url,
    async issues() {
      return (await issuesIn(gateway)).map(({ title, body, labels, assignees, html_url }) => ({
        ...{ title, body: body ?? '', url: html_url, labels: labels.map(({ name }) => name) },
        assignee: assignees[0]?.login ?? null,
      })) satisfies (Pick<IssueDraft, 'title' | 'body' | 'labels' | 'assignee'> & { url: string })[];
    },
  };
}
