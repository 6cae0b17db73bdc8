import * as z from 'zod/v4';
import type { PullState } from '../../core/outward/github-facts.ts';
import { type ListedReview, reviewsOf } from '../../core/outward/pull-reviews.ts';
import { Author, type GitHub } from './client.ts';

const Row = z.object({
  user: Author,
  state: z.string(),
  commit_id: z.string().nullish(),
  submitted_at: z.string().nullish(),
  html_url: z.string(),
  author_association: z.string().nullish(),
});

/** Also of accounts that a company manages: `name_company`. */
const LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98})$/;
const PAGE = /^https?:\/\/[^\s<>"'`\\]{1,500}$/;

/** All reviews of a pull request, and what follows from them. @throws PulseError upstream */
export async function readReviews(
  github: GitHub,
  number: number,
  about: { head: string; author: string },
  end: AbortSignal,
): Promise<Pick<PullState, 'approvals' | 'changes_requested'>> {
  const reviews: ListedReview[] = [];
  const rows = github.pages(
    z.array(Row),
    (rest, at) => rest.pulls.listReviews({ ...at, pull_number: number }),
    end,
  );
  for await (const row of rows) {
    const ms = Date.parse(row.submitted_at ?? '');
    // A review that is only being written has no time.
    if (!row.user || !LOGIN.test(row.user.login.replace(/\[bot\]$/, '')) || Number.isNaN(ms)) continue;
    if (!PAGE.test(row.html_url)) continue;
    reviews.push({
      ...{ by: row.user.login, state: row.state, commit: row.commit_id ?? null, url: row.html_url },
      is_bot: row.user.type === 'Bot' || row.user.login.endsWith('[bot]'),
      at: new Date(ms).toISOString(),
      association: row.author_association ?? 'NONE',
    });
  }
  return reviewsOf(reviews, about);
}
