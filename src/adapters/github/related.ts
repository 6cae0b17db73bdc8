import * as z from 'zod/v4';
import type { RelatedIssue } from '../../core/outward/github-facts.ts';
import type { RelatedIssues } from '../../ports-outward.ts';
import { cannotAsk } from '../http.ts';
import type { GitHub } from './client.ts';

const Found = z.object({
  items: z.array(
    z.object({
      number: z.int().min(1),
      html_url: z.string().regex(/^https?:\/\/[^\s<>"'`\\]{1,500}$/),
      title: z.string(),
      state: z.enum(['open', 'closed']),
      updated_at: z.string(),
      pull_request: z.unknown().optional(),
    }),
  ),
});

/** GitHub takes five operators and 256 characters. Source: GitHub, "Troubleshooting search queries". */
const MOST_WORDS = 5;
/** Nothing that the search reads as an operator, a qualifier or a quote. */
const WORD = /^[\p{L}\p{N}][\p{L}\p{N}_-]{1,29}$/u;

/** Issues and pull requests of this repository alone. */
export function createRelated(github: GitHub): RelatedIssues {
  const { owner, repo } = github.target;

  async function found(words: string, kind: 'issue' | 'pull-request', most: number, end: AbortSignal) {
    // Some tokens are refused without a kind, so each is asked for on its own.
    const q = `repo:${owner}/${repo} is:${kind} ${words}`;
    return github.attempt(
      Found,
      (rest, { request }) => rest.search.issuesAndPullRequests({ q, per_page: most, request }),
      end,
    );
  }

  return {
    async search(words, most) {
      const safe = [...new Set(words)].filter((word) => WORD.test(word)).slice(0, MOST_WORDS);
      if (safe.length === 0) return [];
      const end = github.deadline();
      const asked = safe.map((word) => `"${word}"`).join(' OR ');
      const [issues, pulls] = await Promise.all([
        found(asked, 'issue', most, end),
        found(asked, 'pull-request', most, end),
      ]);
      if (issues.state === 'failed' && pulls.state === 'failed') throw cannotAsk('GitHub', issues.result);
      const rowsOf = (answer: typeof issues, kind: RelatedIssue['kind']): RelatedIssue[] =>
        answer.state === 'failed'
          ? []
          : answer.data.items.map(({ number, html_url: url, title, state, updated_at }) => ({
              ...{ number, url, title, state, kind, updated_at },
            }));
      return interleaved(rowsOf(issues, 'issue'), rowsOf(pulls, 'pull_request')).slice(0, most);
    },
  };
}

/** Both are best first; one of each in turn. */
function interleaved<T>(a: readonly T[], b: readonly T[]): T[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => [a[at], b[at]])
    .flat()
    .filter((one) => one !== undefined);
}
