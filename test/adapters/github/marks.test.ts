import { afterEach, describe, expect, it } from 'vitest';
import { createMarks } from '../../../src/adapters/github/marks.ts';
import { createRelated } from '../../../src/adapters/github/related.ts';
import type { Asked } from '../../support/github-contract.ts';
import { exampleOf, type PullStand, pullStand } from '../../support/github-pulls.ts';
import { clientOf, seedIssue, tell } from '../../support/github-stand.ts';
import { refusal } from '../../support/ship-kit.ts';

const REPO = '/repos/ops-bot/shop';
const SINCE = '2026-01-01T00:00:00.000Z';
const WANTED = { since: SINCE, environment: 'production', most: 40 };
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

const stands: PullStand[] = [];
async function stand() {
  const one = await pullStand();
  stands.push(one);
  return one.gateway;
}
afterEach(async () => {
  for (const one of stands.splice(0)) await one.gateway.close();
});

const deployment = (id: number, sha: string, environment: string, at: string) => ({
  ...exampleOf<object[]>('deployment-items')[0],
  ...{ id, sha, environment, created_at: at },
});
const status = (state: string, at: string) => ({
  ...exampleOf<object[]>('deployment-status-items')[0],
  ...{ state, created_at: at },
});
const run = (name: string, sha: string, event: string, at: string) => ({
  ...exampleOf<{ workflow_runs: object[] }>('workflow-run-paginated').workflow_runs[0],
  ...{ name, head_sha: sha, event, status: 'completed', conclusion: 'success', updated_at: at },
  path: `.github/workflows/${name.toLowerCase()}.yml`,
});

/** Deployments and runs as GitHub describes them; emulate has none. */
function deploys(asked: Asked) {
  const at = (day: string) => `2026-02-${day}T12:00:00Z`;
  if (asked.path === `${REPO}/deployments`) {
    return [
      deployment(4, C, 'staging', at('09')),
      deployment(3, B, 'Production', at('08')),
      deployment(2, C, 'production', at('07')),
      deployment(1, A, 'production', at('01')),
      deployment(0, C, 'production', '2025-01-01T00:00:00Z'),
    ];
  }
  const [, id] = /\/deployments\/(\d+)\/statuses$/.exec(asked.path) ?? [];
  if (id === '1') return [status('inactive', at('08')), status('success', at('01'))];
  if (id === '2') return [status('failure', at('07')), status('in_progress', at('07'))];
  if (id === '3') return [status('success', at('08')), status('pending', at('08'))];
  return null;
}

describe('deploy marks of GitHub', () => {
  it('takes deployments to production by their success, and runs that deploy, newest first', async () => {
    const gateway = await stand();
    gateway.answers((asked) => {
      const body = deploys(asked);
      if (body) return { status: 200, body };
      if (asked.path !== `${REPO}/actions/runs`) return null;
      const runs = [
        run('Deploy', A, 'push', '2026-02-10T12:00:00Z'),
        run('CI', B, 'push', '2026-02-11T12:00:00Z'),
        run('Deploy', C, 'pull_request', '2026-02-12T12:00:00Z'),
      ];
      return { status: 200, body: { total_count: 3, workflow_runs: runs } };
    });
    const marks = await createMarks(clientOf(gateway)).marks(WANTED);
    expect(marks.map(({ kind, commit, at }) => [kind, commit[0], at.slice(0, 10)])).toEqual([
      ['run', 'a', '2026-02-10'],
      ['deployment', 'b', '2026-02-08'],
      ['deployment', 'a', '2026-02-01'],
    ]);
    const asked = gateway.asked.find(({ path }) => path.endsWith('/actions/runs'));
    expect(asked?.query).toContain('status=success');
  });

  it('takes a release by the commit of its tag, no draft and no pre-release; lacking sources are left out', async () => {
    const gateway = await stand();
    const { object } = await tell<{ object: { sha: string } }>(gateway, 'GET', `${REPO}/git/ref/heads/main`);
    for (const [name, more] of [
      ['v1.4.0', {}],
      ['v1.5.0-rc.1', { prerelease: true }],
      ['v2.0.0', { draft: true }],
    ] as const)
      await tell(gateway, 'POST', `${REPO}/releases`, { tag_name: name, target_commitish: 'main', ...more });
    gateway.answers(({ path }) =>
      path.endsWith('/deployments') || path.endsWith('/actions/runs')
        ? { status: 403, body: { message: 'Resource not accessible' } }
        : path.endsWith('/commits/tags/v1.4.0') || path.endsWith('/commits/tags%2Fv1.4.0')
          ? { status: 200, body: { ...exampleOf<object>('commit'), files: [], sha: object.sha } }
          : null,
    );
    const marks = await createMarks(clientOf(gateway)).marks(WANTED);
    expect(marks).toMatchObject([{ kind: 'release', commit: object.sha, name: 'v1.4.0' }]);
  });

  it('fails only when nothing answers', async () => {
    const gateway = await stand();
    gateway.reachable(false);
    expect(await refusal(createMarks(clientOf(gateway)).marks(WANTED))).toMatchObject({ code: 'upstream' });
  });
});

describe('related issues of GitHub', () => {
  it('searches this repository for any of the words, issues and pull requests, and quotes them', async () => {
    const gateway = await stand();
    await seedIssue(gateway, { title: 'Login fails with 500', body: 'login' });
    const related = createRelated(clientOf(gateway));
    const found = await related.search(['login', 'is:closed', 'a" OR repo:evil/x', 'checkout', 'login'], 5);
    expect(found.length).toBeLessThanOrEqual(5);
    const queries = gateway.asked.map(({ query }) => new URLSearchParams(query).get('q'));
    expect(queries.sort()).toEqual([
      'repo:ops-bot/shop is:issue "login" OR "checkout"',
      'repo:ops-bot/shop is:pull-request "login" OR "checkout"',
    ]);
    expect(await related.search(['(((', '-'], 5)).toEqual([]);
    expect(gateway.asked).toHaveLength(2);
  });

  it('says that it could not be asked', async () => {
    const gateway = await stand();
    gateway.fault('secondary_limit');
    gateway.fault('secondary_limit');
    expect(await refusal(createRelated(clientOf(gateway)).search(['login'], 5))).toMatchObject({
      code: 'upstream',
    });
  });
});
