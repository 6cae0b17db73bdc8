import type { PullReview, PullState } from './github-facts.ts';

/** A review as the service lists it. */
export interface ListedReview {
  by: string;
  is_bot: boolean;
  state: string;
  /** The commit that was looked at; null when the service no longer knows. */
  commit: string | null;
  at: string;
  url: string;
  /** What the reviewer is to the repository. */
  association: string;
}

/** States that say something; a comment leaves what was said before. Source: GitHub's REST description of reviews. */
const DECIDES: readonly string[] = ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'];
/** Those who may have the right to merge; a stranger may approve every public pull request. */
const INSIDERS: readonly string[] = ['OWNER', 'MEMBER', 'COLLABORATOR'];

/**
 * Whose last word is a yes to exactly this head, and whether somebody's is a no. A yes to an older commit is about
 * another change; the author and bots approve nothing.
 */
export function reviewsOf(
  reviews: readonly ListedReview[],
  { head, author }: { head: string; author: string },
): Pick<PullState, 'approvals' | 'changes_requested'> {
  const last = new Map<string, ListedReview>();
  const inOrder = [...reviews].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const review of inOrder) if (DECIDES.includes(review.state)) last.set(review.by.toLowerCase(), review);
  const standing = [...last.values()].filter(
    ({ by, is_bot, association }) =>
      !is_bot && by.toLowerCase() !== author.toLowerCase() && INSIDERS.includes(association),
  );
  return {
    approvals: standing
      .filter(({ state, commit }) => state === 'APPROVED' && commit === head)
      .map(({ by, at, url }): PullReview => ({ by, at, url })),
    changes_requested: standing.some(({ state }) => state === 'CHANGES_REQUESTED'),
  };
}

/** What an open pull request still waits for, in our own words; empty when nothing is known to be missing. */
export function missingOf(pull: PullState): string[] {
  const { approvals, changes_requested, checks } = pull;
  return [
    ...(approvals.length === 0 ? ['an approving review of exactly this commit'] : []),
    ...(changes_requested ? ['an answer to the changes that were requested'] : []),
    ...(checks !== null && checks.failed > 0 ? [`${checks.failed} failing check(s)`] : []),
    ...(checks !== null && checks.running > 0 ? [`the end of ${checks.running} running check(s)`] : []),
    'the merge',
  ];
}
