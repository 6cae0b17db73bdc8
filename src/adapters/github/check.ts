import * as z from 'zod/v4';
import type { ServiceCheck } from '../../ports-outward.ts';
import { failureOf } from '../http.ts';
import type { GitHub, WriteFailure } from './client.ts';

/** What doctor asks of GitHub. Reads only. */

const Repository = z.object({
  full_name: z.string(),
  private: z.boolean(),
  visibility: z.string().optional(),
  has_issues: z.boolean(),
  archived: z.boolean().optional(),
  permissions: z
    .object({ push: z.boolean().optional(), triage: z.boolean().optional(), admin: z.boolean().optional() })
    .optional(),
});
type Repository = z.infer<typeof Repository>;

const User = z.object({ login: z.string().regex(/^[\w.[\]-]{1,100}$/) });
/** One of them lets a classic token write issues. */
const SCOPES = /(?:^|[\s,])(?:repo|public_repo)(?:$|[\s,])/;

export async function checkGitHub(github: GitHub): Promise<ServiceCheck[]> {
  const token = await checkToken(github);
  if (token.some(({ state }) => state === 'fail')) return token;
  return [...token, ...(await checkRepository(github))];
}

async function checkToken(github: GitHub): Promise<ServiceCheck[]> {
  const answer = await github.attempt(User, (rest, { request }) => rest.users.getAuthenticated({ request }));
  const line = lineOf('github_token');
  if (answer.state === 'done') {
    const scopes = answer.header('x-oauth-scopes');
    const lines = [line('ok', `the token is that of ${answer.data.login} on ${github.target.host}`)];
    if (scopes === null) return lines;
    const listed = scopes.replace(/[^\w:, -]/g, '').slice(0, 200);
    const isEnough = SCOPES.test(scopes);
    return [
      ...lines,
      lineOf('github_scopes')(
        isEnough ? 'ok' : 'warn',
        listed.trim() === '' ? 'a classic token without scopes' : `a classic token with the scopes ${listed}`,
        isEnough
          ? ''
          : 'give it the scope repo (public_repo is enough for a public repository), or use a fine-grained token',
      ),
    ];
  }
  const failure = failureOf(answer.result);
  if (answer.result.state === 'answered' && answer.result.status === 403) {
    return [
      line(
        'warn',
        'the token is that of an app, which cannot ask for its own name: markers in issues of any app are believed',
        'nothing, if no other app of the repository copies texts between issues; else use the token of an account',
      ),
    ];
  }
  return [line('fail', ...whyNot(failure, 'the token'))];
}

async function checkRepository(github: GitHub): Promise<ServiceCheck[]> {
  const { owner, repo } = github.target;
  const answer = await github.attempt(Repository, (rest, at) => rest.repos.get(at));
  if (answer.state === 'failed')
    return [lineOf('github_repo')('fail', ...whyNot(failureOf(answer.result), `${owner}/${repo}`))];
  return [visible(answer.data, `${owner}/${repo}`), issuesLine(answer.data), rightsLine(answer.data)];
}

function visible({ private: isPrivate, visibility }: Repository, name: string): ServiceCheck {
  const line = lineOf('github_repo');
  if (isPrivate) return line('ok', `${name} is ${visibility === 'internal' ? 'internal' : 'private'}`);
  return line(
    'warn',
    `${name} is public: everybody reads what an incident issue says`,
    'set github.repo to a private repository, or github.show to ask; a security incident is never shown there by itself',
  );
}

function issuesLine({ has_issues, archived }: Repository): ServiceCheck {
  const line = lineOf('github_issues');
  if (archived === true)
    return line(
      'fail',
      'the repository is archived, so nothing can be written',
      'set github.repo to another one',
    );
  if (!has_issues)
    return line('fail', 'issues are turned off there', 'turn them on in its settings, or set github.repo');
  return line('ok', 'issues are turned on');
}

function rightsLine({ permissions }: Repository): ServiceCheck {
  const line = lineOf('github_rights');
  if (permissions === undefined)
    return line('warn', 'GitHub does not say what the token may do there', 'give it Issues: read and write');
  if (permissions.push === true) return line('ok', 'the account may write');
  if (permissions.triage === true)
    return line(
      'ok',
      'the account may triage: issues, labels and assignees work, labels are not made and pull requests are not opened',
    );
  return line(
    'warn',
    'the account may only read: GitHub leaves out labels, assignees and milestones without a word',
    'give the account the role Triage or Write in the repository',
  );
}

const lineOf =
  (id: string) =>
  (state: ServiceCheck['state'], seen: string, todo = ''): ServiceCheck => ({ id, state, seen, todo });

/** What failed and what to do, in our words. */
function whyNot(failure: WriteFailure, what: string): [string, string] {
  if (failure.outcome === 'unknown')
    return ['GitHub does not answer', 'check the network, GH_HOST and GITHUB_API_URL; then ask again'];
  if (failure.outcome === 'limited')
    return ['GitHub asks for a pause', `ask again in ${failure.retry_after_s ?? 60} s`];
  const WHY: Record<typeof failure.why, [string, string]> = {
    not_allowed: [
      `GitHub does not accept ${what}`,
      'set GH_TOKEN anew; a token ends on a day that was chosen for it',
    ],
    not_found: [
      `${what} is not there, has been renamed, or the token may not see it`,
      'check github.repo and the remote; give a fine-grained token that repository',
    ],
    gone: [`${what} has been deleted`, 'check github.repo'],
    nothing_there: [`${what} is not there`, 'check github.repo'],
    invalid: [`GitHub does not understand the question for ${what}`, 'check GITHUB_API_URL'],
  };
  return WHY[failure.why];
}
