import type { Board, Known } from './decide.ts';
import type { Run, Trigger } from './facts.ts';
import type { GitHub, Issue } from './github.ts';
import { foreign, type History, historyOf } from './history.ts';
import { hasMarker, issueMarker, partOf, toldIn } from './markers.ts';

/** Pages of 100. A streak of more than 300 runs is counted to there. */
const MOST_RUN_PAGES = 3;
const MOST_OPEN_PAGES = 30;
const MOST_CLOSED_PAGES = 5;
/** Earlier attempts of one run that are asked for. */
const MOST_ATTEMPTS = 20;

/** Reads as many runs as it takes to count back to the last success. */
export async function historyFor(
  github: Pick<GitHub, 'runs' | 'attempt'>,
  trigger: Trigger,
  countAttempts: boolean,
): Promise<History> {
  const { run: own, workflowId, defaultBranch } = trigger;
  const seen: Run[] = countAttempts ? await earlierAttempts(github, own) : [];
  const history = () => historyOf(seen, trigger, countAttempts);
  for (let page = 1; page <= MOST_RUN_PAGES; page += 1) {
    const { runs, isLast } = await github.runs(workflowId, defaultBranch, page);
    for (const run of runs) {
      seen.push(run);
      const isCounted = run.number < own.number && foreign(run, trigger) === null;
      if (countAttempts && isCounted && history().lastGreen === null)
        seen.push(...(await earlierAttempts(github, run)));
    }
    if (isLast || history().failures.length === 0 || history().lastGreen !== null) break;
  }
  return history();
}

async function earlierAttempts(github: Pick<GitHub, 'attempt'>, run: Run): Promise<Run[]> {
  const attempts: Run[] = [];
  const oldest = Math.max(1, run.attempt - MOST_ATTEMPTS);
  for (let attempt = run.attempt - 1; attempt >= oldest; attempt -= 1) {
    const found = await github.attempt(run, attempt);
    if (found) attempts.push(found);
  }
  return attempts;
}

/** Open issues of ours about this workflow and branch, oldest first. More than one is one too many. */
export async function openIssues(github: GitHub, account: string, trigger: Trigger): Promise<Issue[]> {
  const found = await marked(github, account, trigger, 'open', MOST_OPEN_PAGES);
  return found.sort((a, b) => a.number - b.number);
}

/**
 * By account and marker, not by label: a label that was dropped or taken off must not lead to a second issue.
 */
async function marked(
  github: GitHub,
  account: string,
  trigger: Trigger,
  state: 'open' | 'closed',
  mostPages: number,
): Promise<Issue[]> {
  const marker = issueMarker(trigger);
  const found: Issue[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const { issues, isLast } = await github.issues(account, state, page);
    found.push(...issues.filter(({ body }) => hasMarker(body, marker)));
    if (isLast || (state === 'closed' && found.length > 0)) break;
  }
  return found;
}

/** What stands on GitHub now. The closed issue is looked for only where it matters. */
export async function boardFor(
  github: GitHub,
  account: string,
  trigger: Trigger,
  state: 'green' | 'failing',
): Promise<Board> {
  const [open] = await openIssues(github, account, trigger);
  if (open) return { open: await knownOf(github, account, open), closed: null };
  if (state === 'green') return { open: null, closed: null };
  const [closed] = await marked(github, account, trigger, 'closed', MOST_CLOSED_PAGES);
  return { open: null, closed: closed ? await knownOf(github, account, closed) : null };
}

async function knownOf(github: GitHub, account: string, { number, url, body }: Issue): Promise<Known> {
  const told = toldIn(body).failures;
  let recoveryTold = false;
  for (const comment of await github.comments(number, account)) {
    const { failures, recovered } = toldIn(comment);
    told.push(...failures);
    if (failures.length > 0 || recovered) recoveryTold = recovered;
  }
  const part = partOf(body);
  return { number, url, told, recoveryTold, recoveryShown: part === null || toldIn(part).recovered };
}
