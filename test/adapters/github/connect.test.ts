import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkGitHub } from '../../../src/adapters/github/check.ts';
import { createOutbox } from '../../../src/adapters/outbox.ts';
import { checkService, connectOutward } from '../../../src/adapters/outward.ts';
import type { OutwardSettings } from '../../../src/core/outward/services.ts';
import type { GitHubFault } from '../../support/github-faults.ts';
import { type Gateway, startGateway, TOKEN } from '../../support/github-gateway.ts';
import { clientOf, seedIssue, tell } from '../../support/github-stand.ts';
import { tempFolder, tempRepo } from '../../support/repo.ts';

let gateway: Gateway;
beforeEach(async () => {
  gateway = await startGateway();
});
afterEach(() => gateway.close());

const settings: OutwardSettings = { github: {} };
function options(env: Record<string, string> = {}) {
  const repo = tempRepo({ commits: 1 });
  repo.git(['remote', 'add', 'origin', 'git@github.com:ops-bot/shop.git']);
  const all = { PATH: '/nowhere', GH_TOKEN: TOKEN, GITHUB_API_URL: gateway.url, ...env };
  return { root: repo.root, settings, env: all };
}
const outbox = () => createOutbox(tempFolder(), { nonce: () => 'nonce' });
const rows = async (checks: ReturnType<typeof checkGitHub>) =>
  Object.fromEntries((await checks).map(({ id, state, seen }) => [id, `${state}: ${seen}`]));
const patch = (more: object) => tell(gateway, 'PATCH', '/repos/ops-bot/shop', more);
/** The repository with other words in it. */
const repository = async (more: object) => {
  const body = await tell<object>(gateway, 'GET', '/repos/ops-bot/shop');
  gateway.answers(({ path }) =>
    path === '/repos/ops-bot/shop'
      ? { status: 200, body: { network_count: 0, subscribers_count: 0, ...body, ...more } }
      : null,
  );
};

describe('GitHub connected by settings and environment', () => {
  it('makes no request until something is asked', async () => {
    const outward = await connectOutward(options(), outbox());
    expect(outward.faults).toEqual([]);
    expect(outward.surfaces.map(({ name }) => name)).toEqual(['the GitHub issue in ops-bot/shop']);
    expect(outward.tracker?.name).toBe('GitHub in ops-bot/shop');
    expect(gateway.asked).toEqual([]);
    const { html_url: url } = await seedIssue(gateway, { body: 'marker' });
    expect(await outward.tracker?.find('marker')).toEqual([{ url }]);
  });

  it('without a token is a fault that says what to set, and no more', async () => {
    const outward = await connectOutward(options({ GH_TOKEN: '' }), outbox());
    expect(outward.surfaces).toEqual([]);
    expect(outward.faults).toEqual([
      {
        ...{ service: 'github', message: 'GitHub: there is no token for github.com' },
        hint: 'set GH_TOKEN or GITHUB_TOKEN in the environment, or sign in with: gh auth login --hostname github.com',
      },
    ]);
  });

  it('is checked by doctor', async () => {
    const checks = await checkService('github', options());
    expect(checks.map(({ id, state }) => [id, state])).toEqual([
      ['github_token', 'ok'],
      ['github_repo', 'warn'],
      ['github_issues', 'ok'],
      ['github_rights', 'ok'],
    ]);
    expect(gateway.asked.every(({ method }) => method === 'GET')).toBe(true);
    expect(JSON.stringify(checks)).not.toContain(TOKEN);
  });
});

describe('what doctor says', () => {
  it('of a private repository', async () => {
    await patch({ private: true });
    expect(await rows(checkGitHub(clientOf(gateway)))).toEqual({
      github_token: 'ok: the token is that of ops-bot on github.com',
      github_repo: 'ok: ops-bot/shop is private',
      github_issues: 'ok: issues are turned on',
      github_rights: 'ok: the account may write',
    });
  });

  it.each<[object, string, string]>([
    [{ has_issues: false }, 'github_issues', 'fail: issues are turned off there'],
    [{ archived: true }, 'github_issues', 'fail: the repository is archived, so nothing can be written'],
    [{ private: true, visibility: 'internal' }, 'github_repo', 'ok: ops-bot/shop is internal'],
    [
      { permissions: { admin: false, push: false, triage: true, pull: true } },
      'github_rights',
      'ok: the account may triage',
    ],
    [
      { permissions: { admin: false, push: false, triage: false, pull: true } },
      'github_rights',
      'warn: the account may only read',
    ],
    [{ permissions: undefined }, 'github_rights', 'warn: GitHub does not say'],
  ])('of %o', async (more, id, seen) => {
    await repository(more);
    expect((await rows(checkGitHub(clientOf(gateway))))[id]).toContain(seen);
  });

  it.each<[string, string]>([
    ['repo, read:org', 'ok: a classic token with the scopes repo, read:org'],
    ['public_repo', 'ok: a classic token with the scopes public_repo'],
    ['read:user, <b>', 'warn: a classic token with the scopes read:user, b'],
    ['repo:status', 'warn: a classic token with the scopes repo:status'],
    ['', 'warn: a classic token without scopes'],
  ])('of a classic token with %j', async (scopes, seen) => {
    const body = await tell<object>(gateway, 'GET', '/user');
    gateway.answers(({ path }) =>
      path === '/user' ? { status: 200, body, headers: { 'x-oauth-scopes': scopes } } : null,
    );
    expect((await rows(checkGitHub(clientOf(gateway)))).github_scopes).toBe(seen);
  });

  it.each<[GitHubFault, string, string]>([
    ['bad_credentials', 'github_token', 'fail: GitHub does not accept the token'],
    ['forbidden', 'github_token', 'warn: the token is that of an app'],
    ['secondary_limit', 'github_token', 'fail: GitHub asks for a pause'],
  ])('of a token that meets %s', async (fault, id, seen) => {
    gateway.fault(fault);
    expect((await rows(checkGitHub(clientOf(gateway))))[id]).toContain(seen);
  });

  it.each<[GitHubFault, string]>([
    ['not_found', 'fail: ops-bot/shop is not there, has been renamed, or the token may not see it'],
    ['moved', 'fail: ops-bot/shop is not there, has been renamed, or the token may not see it'],
    ['forbidden', 'fail: GitHub does not accept ops-bot/shop'],
  ])('of a repository that meets %s', async (fault, seen) => {
    // What went wrong on the way is asked again.
    for (let n = 0; n < 3; n++) gateway.fault(fault, ({ path }) => path === '/repos/ops-bot/shop');
    expect((await rows(checkGitHub(clientOf(gateway)))).github_repo).toBe(seen);
  });

  it('of a network that is down', async () => {
    gateway.reachable(false);
    expect(await rows(checkGitHub(clientOf(gateway)))).toEqual({
      github_token: 'fail: GitHub does not answer',
    });
  });
});
