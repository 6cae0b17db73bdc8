import type { Asked } from './github-contract.ts';
import type { Reply } from './github-faults.ts';

/** Routes that `emulate` lacks and that have to remember something; all others are Prism's. */

export interface GapState {
  /** Numbers of sub-issues by the number of their parent. */
  subIssues: Map<number, number[]>;
}

export const newGapState = (): GapState => ({ subIssues: new Map() });

const SUB = '/repos/{owner}/{repo}/issues/{issue_number}/sub_issues';

interface Issue {
  id: number;
  number: number;
}

/** @param behind address of the emulator, which knows the issues */
export async function answerGap(
  asked: Asked,
  route: string,
  behind: string,
  state: GapState,
  authorization: string,
): Promise<Reply> {
  const [, repository = '', number = ''] = /^(\/repos\/[^/]+\/[^/]+)\/issues\/(\d+)/.exec(asked.path) ?? [];
  const issues = await issuesOf(`${behind}${repository}`, authorization);
  const parent = issues.find((issue) => issue.number === Number(number));
  const notFound = { status: 404, body: { message: 'Not Found' } };
  if (parent === undefined) return notFound;
  const children = state.subIssues.get(parent.number) ?? [];
  if (route === `GET ${SUB}`)
    return { status: 200, body: children.map((child) => issues.find((issue) => issue.number === child)) };
  if (route !== `POST ${SUB}`) return notFound;
  const { sub_issue_id: id } = asked.body as { sub_issue_id: number };
  const child = issues.find((issue) => issue.id === id);
  if (child === undefined) return notFound;
  if (children.includes(child.number))
    return { status: 422, body: { message: 'Issue may not contain duplicate sub-issues' } };
  state.subIssues.set(parent.number, [...children, child.number]);
  // GitHub answers with the parent.
  return { status: 201, body: parent };
}

async function issuesOf(repository: string, authorization: string): Promise<Issue[]> {
  const all: Issue[] = [];
  for (let page = 1; ; page++) {
    const answer = await fetch(`${repository}/issues?state=all&per_page=100&page=${page}`, {
      headers: { authorization },
    });
    const rows = (await answer.json()) as Issue[];
    all.push(...rows);
    if (rows.length < 100) return all;
  }
}
