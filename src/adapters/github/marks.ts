import * as z from 'zod/v4';
import {
  isDeployWorkflow,
  isEnvironment,
  type Mark,
  type MarksWanted,
} from '../../core/outward/github-facts.ts';
import type { DeployMarks } from '../../ports-outward.ts';
import { cannotAsk, type HttpResult } from '../http.ts';
import type { GitHub } from './client.ts';

const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);
const Page = z.string().regex(/^https?:\/\/[^\s<>"'`\\]{1,500}$/);
const Deployments = z.array(
  z.object({ id: z.int(), sha: Sha, environment: z.string(), created_at: z.string() }),
);
const Statuses = z.array(z.object({ state: z.string(), created_at: z.string() }));
const Releases = z.array(
  z.object({
    ...{ tag_name: z.string(), draft: z.boolean(), prerelease: z.boolean() },
    ...{ published_at: z.string().nullish(), html_url: Page },
  }),
);
const Runs = z.object({
  workflow_runs: z.array(
    z.object({
      ...{ name: z.string().nullish(), path: z.string().nullish(), head_sha: Sha, event: z.string() },
      ...{ conclusion: z.string().nullish(), updated_at: z.string(), html_url: Page },
    }),
  ),
});

/** Each costs a request of its own. */
const MOST_ASKED = 10;
/** A pull request's run deploys nothing that production keeps. */
const PREVIEWS: readonly string[] = ['pull_request', 'pull_request_target', 'merge_group'];

type Source = (github: GitHub, wanted: MarksWanted, end: AbortSignal) => Promise<Mark[] | HttpResult>;

/** Deployments that succeeded in that environment: by their newest success. */
const deployments: Source = async (github, { since, environment }, end) => {
  const listed = await github.attempt(
    Deployments,
    (rest, at) => rest.repos.listDeployments({ ...at, per_page: 50 }),
    end,
  );
  if (listed.state === 'failed') return listed.result;
  const there = listed.data
    .filter((one) => isEnvironment(one.environment, environment) && isSince(one.created_at, since))
    .slice(0, MOST_ASKED);
  const { web, owner, repo } = github.target;
  const marks = await Promise.all(
    there.map(async ({ id, sha, environment: name }): Promise<Mark[]> => {
      const statuses = await github.attempt(
        Statuses,
        (rest, at) => rest.repos.listDeploymentStatuses({ ...at, deployment_id: id, per_page: 30 }),
        end,
      );
      const success =
        statuses.state === 'done' ? statuses.data.find(({ state }) => state === 'success') : undefined;
      const at = success && timeOf(success.created_at);
      if (!at) return [];
      const url = `${web}/${owner}/${repo}/deployments`;
      return [{ kind: 'deployment', commit: sha, at, environment: name, name, url }];
    }),
  );
  return marks.flat();
};

const releases: Source = async (github, { since }, end) => {
  const listed = await github.attempt(
    Releases,
    (rest, at) => rest.repos.listReleases({ ...at, per_page: 30 }),
    end,
  );
  if (listed.state === 'failed') return listed.result;
  const published = listed.data
    .filter(({ draft, prerelease, published_at: at }) => !draft && !prerelease && at && isSince(at, since))
    .slice(0, MOST_ASKED);
  const marks = await Promise.all(
    published.map(async ({ tag_name: tag, published_at, html_url: url }): Promise<Mark[]> => {
      // What a release says of its target may be a branch: only the tag is what was released.
      const named = await github.attempt(
        z.object({ sha: Sha }),
        (rest, at) => rest.repos.getCommit({ ...at, ref: `tags/${tag}` }),
        end,
      );
      const at = timeOf(published_at);
      if (named.state === 'failed' || at === null) return [];
      return [{ kind: 'release', commit: named.data.sha, at, environment: null, name: tag, url }];
    }),
  );
  return marks.flat();
};

const runs: Source = async (github, { since }, end) => {
  const listed = await github.attempt(
    Runs,
    (rest, at) =>
      rest.actions.listWorkflowRunsForRepo({
        ...at,
        ...{ status: 'success', per_page: 100 },
        exclude_pull_requests: true,
      }),
    end,
  );
  if (listed.state === 'failed') return listed.result;
  return listed.data.workflow_runs.flatMap((run): Mark[] => {
    const at = timeOf(run.updated_at);
    const isDeploy = isDeployWorkflow(run.name ?? '', run.path ?? '');
    if (!isDeploy || PREVIEWS.includes(run.event) || at === null || !isSince(at, since)) return [];
    const name = run.name ?? run.path ?? '';
    return [{ kind: 'run', commit: run.head_sha, at, environment: null, name, url: run.html_url }];
  });
};

const SOURCES: readonly Source[] = [deployments, releases, runs];

/** What GitHub knows of deploys. A source that does not answer is left out; only all of them together are a failure. */
export function createMarks(github: GitHub): DeployMarks {
  return {
    async marks(wanted) {
      const end = github.deadline();
      const found = await Promise.all(SOURCES.map((source) => source(github, wanted, end)));
      const lists = found.filter((one) => Array.isArray(one));
      const [failure] = found.filter((one): one is HttpResult => !Array.isArray(one));
      if (lists.length === 0 && failure !== undefined) throw cannotAsk('GitHub', failure);
      return lists
        .flat()
        .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
        .slice(0, wanted.most);
    },
  };
}

const isSince = (at: string, since: string): boolean => Date.parse(at) >= Date.parse(since);

function timeOf(value: string | null | undefined): string | null {
  const ms = Date.parse(value ?? '');
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
