import * as z from 'zod/v4';
import { isPage } from '../../core/followup-issue.ts';
import { DAY } from '../../core/time.ts';
import { ulidTime } from '../../core/ulid.ts';
import { Author, type GitHub, isOwn } from './client.ts';
import type { GitHubTarget } from './target.ts';

/** What is there already. The list, not the search: its index lags behind by seconds and more. */

export const IssueRow = z.object({
  id: z.number(),
  number: z.int().min(1),
  html_url: z.string(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  created_at: z.string(),
  user: Author,
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  assignees: z.array(z.object({ login: z.string() })).nullish(),
  milestone: z.object({ number: z.int() }).nullish(),
  pull_request: z.unknown().optional(),
});
export type IssueRow = z.infer<typeof IssueRow>;

/** Its page: as GitHub says it, if that is an address, else as it must be. */
export function pageOfIssue({ web, owner, repo }: GitHubTarget, { html_url, number }: IssueRow): string {
  return isPage(html_url) ? html_url : `${web}/${owner}/${repo}/issues/${number}`;
}

const UID = /^<!-- hotfix-pulse:([0-7][0-9A-HJKMNP-TV-Z]{25})[ :]/;
/** A clock here may be wrong, but not by more. */
const CLOCKS_MS = 7 * DAY;

/**
 * Issues of our own account with the marker in their body, open or closed, oldest first. Nothing older than the incident
 * in the marker can be one of its issues, so the list is read no further than that.
 * @throws PulseError upstream
 */
export async function findMarked(
  github: GitHub,
  marker: string,
  end = github.deadline(),
): Promise<IssueRow[]> {
  const self = await github.whoami(end);
  const since = notBefore(marker);
  const found: IssueRow[] = [];
  const rows = github.pages(
    z.array(IssueRow),
    (rest, at) =>
      rest.issues.listForRepo({
        ...at,
        ...{ state: 'all', sort: 'created', direction: 'desc' },
        // Not by label: one that was dropped or taken off would hide the issue.
        ...(self.kind === 'user' ? { creator: self.login } : {}),
      }),
    end,
  );
  for await (const row of rows) {
    if (Date.parse(row.created_at) < since) break;
    const isOurs = row.pull_request === undefined && isOwn(self, row.user);
    // A new issue pushes the others onto the next page, so a row may come twice.
    if (isOurs && hasMarker(row.body, marker) && !found.some(({ number }) => number === row.number))
      found.push(row);
  }
  return found.sort((a, b) => a.number - b.number);
}

/** Texts come back with line ends of their own. */
export function hasMarker(body: string | null | undefined, marker: string): boolean {
  return (body ?? '').includes(marker);
}

function notBefore(marker: string): number {
  const [, uid] = UID.exec(marker) ?? [];
  return uid === undefined ? 0 : ulidTime(uid) - CLOCKS_MS;
}

export function labelNames(row: Pick<IssueRow, 'labels'>): string[] {
  return row.labels.flatMap((label) => {
    const name = typeof label === 'string' ? label : label.name;
    return name ? [name] : [];
  });
}

/** GitHub's labels and logins do not differ by case. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
