import * as z from 'zod/v4';
import type { PullDraft, PullState, PullWanted } from '../../core/outward/github-facts.ts';
import { withMarker } from '../../core/outward/github-text.ts';
import type { PullRequests } from '../../ports-outward.ts';
import { cannotAsk } from '../http.ts';
import { Author, type GitHub, isOwn } from './client.ts';
import { checksOf } from './pulls-checks.ts';
import { readReviews } from './reviews.ts';

const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);
const Side = z.object({
  ref: z.string(),
  sha: Sha,
  repo: z.object({ full_name: z.string() }).nullish(),
});
const PullRow = z.object({
  number: z.int().min(1),
  html_url: z.string().regex(/^https?:\/\/[^\s<>"'`\\]{1,500}$/),
  state: z.enum(['open', 'closed']),
  body: z.string().nullish(),
  user: Author,
  head: Side,
  base: Side,
  merged_at: z.string().nullish(),
  merge_commit_sha: Sha.nullish(),
});
type PullRow = z.infer<typeof PullRow>;

/** Newest first; more than that were never opened between two branches of one hotfix. */
const LISTED = 30;
const MARKER = /<!-- hotfix-pulse:[0-9A-Z]{26}:pull\/[^\s<>]{1,300} -->/;

/** Pull requests of the repository of the settings, between two of its own branches. */
export function createPulls(github: GitHub): PullRequests {
  const { target } = github;

  /** A branch of the same name in somebody's fork is not ours. */
  function isBetween({ head, base }: PullRow, wanted: PullWanted): boolean {
    const repository = `${target.owner}/${target.repo}`.toLowerCase();
    return (
      head.ref === wanted.head &&
      base.ref === wanted.base &&
      (head.repo?.full_name.toLowerCase() ?? repository) === repository
    );
  }

  async function stateOf(row: PullRow, end: AbortSignal): Promise<PullState> {
    const [self, reviews, checks] = await Promise.all([
      github.whoami(),
      readReviews(github, row.number, { head: row.head.sha, author: row.user?.login ?? '' }, end),
      row.state === 'open' ? checksOf(github, row.head.sha, end) : null,
    ]);
    const isMerged = row.merged_at != null;
    return {
      ...{ number: row.number, url: row.html_url, head_branch: row.head.ref, base: row.base.ref },
      state: isMerged ? 'merged' : row.state,
      head: row.head.sha,
      // Before the merge it names a trial merge.
      merged_as: isMerged ? (row.merge_commit_sha ?? null) : null,
      merged_at: isMerged ? timeOf(row.merged_at) : null,
      ...{ ...reviews, checks },
      // Anybody can copy a marker.
      marker: isOwn(self, row.user) ? (MARKER.exec(row.body ?? '')?.[0] ?? null) : null,
    };
  }

  const get = (number: number, end: AbortSignal) =>
    github.read(PullRow, (rest, at) => rest.pulls.get({ ...at, pull_number: number }), end);

  return {
    name: github.name,
    repository: `${target.owner}/${target.repo}`,
    async find(wanted) {
      const end = github.deadline();
      const rows = await github.read(
        z.array(PullRow),
        (rest, at) =>
          rest.pulls.list({
            ...at,
            ...{ state: 'all', sort: 'created', direction: 'desc', per_page: LISTED },
            ...{ head: `${target.owner}:${wanted.head}`, base: wanted.base },
          }),
        end,
      );
      const ours = rows.filter((row) => isBetween(row, wanted));
      const found =
        ours.find(({ state }) => state === 'open') ?? ours.find(({ merged_at }) => merged_at != null);
      // The list does not tell all of what it was merged as.
      return found === undefined ? null : stateOf(await get(found.number, end), end);
    },
    async open({ head, base, title, body }, marker) {
      const made = await github.write(PullRow, (rest, at) =>
        rest.pulls.create({ ...at, head, base, title, body: withMarker(body, marker) }),
      );
      if (made.outcome !== 'done') return made;
      const { number, html_url: url } = made.data;
      return {
        outcome: 'done',
        place: { ref: `${target.owner}/${target.repo}#${number}`, url },
        dropped: [],
      };
    },
    async update(number, { title, body }: PullDraft, marker) {
      const text = withMarker(body, marker);
      const done = await github.write(PullRow, (rest, at) =>
        rest.pulls.update({ ...at, pull_number: number, title, body: text }),
      );
      if (done.outcome !== 'done') return done;
      const place = { ref: `${target.owner}/${target.repo}#${number}`, url: done.data.html_url };
      return { outcome: 'done', place, dropped: [] };
    },
    async state(number) {
      const end = github.deadline();
      return stateOf(await get(number, end), end);
    },
    isProtected: (branch) => isProtected(github, branch),
  };
}

const Branch = z.object({ protected: z.boolean() });
const Protection = z.object({
  required_pull_request_reviews: z.unknown().optional(),
  required_status_checks: z.unknown().optional(),
});

/** Only an administrator may ask what a protection is about; without the right nobody can tell from here. */
async function isProtected(github: GitHub, branch: string): Promise<boolean | null> {
  const end = github.deadline();
  const found = await github.attempt(Branch, (rest, at) => rest.repos.getBranch({ ...at, branch }), end);
  if (found.state === 'failed') throw cannotAsk('GitHub', found.result);
  if (!found.data.protected) return false;
  const rules = await github.attempt(
    Protection,
    (rest, at) => rest.repos.getBranchProtection({ ...at, branch }),
    end,
  );
  if (rules.state === 'failed') return null;
  const { required_pull_request_reviews: reviews, required_status_checks: checks } = rules.data;
  return reviews != null || checks != null ? true : null;
}

/** GitHub's times, in the one form of the record. */
function timeOf(value: string | null | undefined): string | null {
  const ms = Date.parse(value ?? '');
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
