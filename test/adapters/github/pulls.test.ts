import { afterEach, describe, expect, it } from 'vitest';
import { pullMarker } from '../../../src/core/outward/pull-body.ts';
import { UID } from '../../support/events.ts';
import { OTHER_TOKEN } from '../../support/github-gateway.ts';
import { exampleOf, isOpening, type PullStand, pullStand } from '../../support/github-pulls.ts';
import { tell } from '../../support/github-stand.ts';
import { refusal } from '../../support/ship-kit.ts';

const WANTED = { head: 'hotfix/001-users-cant-login', base: 'main' };
const DRAFT = { ...WANTED, title: 'fix: [HOTFIX] Users cannot log in', body: 'The evidence.' };
const MARKER = pullMarker(UID, 1, 'main');
const REPO = '/repos/ops-bot/shop';

const REVIEWS = {
  ...{ url: 'https://api.github.com/r', dismiss_stale_reviews: true, require_code_owner_reviews: false },
  required_approving_review_count: 1,
};

const stands: PullStand[] = [];
async function stand() {
  const one = await pullStand();
  stands.push(one);
  return one;
}
afterEach(async () => {
  for (const one of stands.splice(0)) await one.gateway.close();
});

describe('pull requests of GitHub', () => {
  it('opens one that carries text and marker, finds it, and brings it up to date', async () => {
    const { real, all } = await stand();
    expect(await real.find(WANTED)).toBeNull();
    const opened = await real.open(DRAFT, MARKER);
    expect(opened).toMatchObject({ outcome: 'done', place: { ref: 'ops-bot/shop#1' } });
    const found = await real.find(WANTED);
    expect(found).toMatchObject({ number: 1, state: 'open', marker: MARKER, merged_as: null, approvals: [] });
    expect(found?.head).toMatch(/^[0-9a-f]{40}$/);
    await real.update(1, { ...DRAFT, body: 'Other evidence.' }, MARKER);
    expect(await all()).toMatchObject([{ title: DRAFT.title, body: `Other evidence.\n\n${MARKER}` }]);
    expect(await real.find({ ...WANTED, base: 'develop' })).toBeNull();
  });

  it('trusts no marker of somebody else, and takes their pull request all the same', async () => {
    const { gateway, real } = await stand();
    const body = { title: 'by hand', ...WANTED, body: MARKER };
    await tell(gateway, 'POST', `${REPO}/pulls`, body, OTHER_TOKEN);
    expect(await real.find(WANTED)).toMatchObject({ number: 1, state: 'open', marker: null });
  });

  it('says what it was merged as, and prefers an open one to an older merge', async () => {
    const { gateway, real } = await stand();
    await real.open(DRAFT, MARKER);
    const { sha } = await tell<{ sha: string }>(gateway, 'PUT', `${REPO}/pulls/1/merge`, {
      merge_method: 'merge',
    });
    const merged = await real.find(WANTED);
    expect(merged).toMatchObject({ number: 1, state: 'merged', merged_as: sha });
    expect(Date.parse(merged?.merged_at ?? '')).not.toBeNaN();
    await real.open(DRAFT, MARKER);
    expect(await real.find(WANTED)).toMatchObject({ number: 2, state: 'open', merged_as: null });
    await tell(gateway, 'PATCH', `${REPO}/pulls/2`, { state: 'closed' });
    expect(await real.state(2)).toMatchObject({ state: 'closed', merged_as: null });
    expect(await real.find(WANTED)).toMatchObject({ number: 1, state: 'merged' });
  });

  it('counts reviews of this head by people who may approve, and by nobody else', async () => {
    const { real, review } = await stand();
    await real.open(DRAFT, MARKER);
    await review(1, { by: 'stranger', association: 'NONE' });
    await review(1, { by: 'ops-bot', association: 'OWNER' });
    await review(1, { by: 'renovate[bot]', type: 'Bot' });
    await review(1, { by: 'late', commit: 'a'.repeat(40) });
    await review(1, { by: 'ana' });
    await review(1, { by: 'ana', state: 'COMMENTED' });
    await review(1, { by: 'ben' });
    await review(1, { by: 'ben', state: 'CHANGES_REQUESTED' });
    const state = await real.state(1);
    expect(state.approvals.map(({ by }) => by)).toEqual(['ana']);
    expect(state.changes_requested).toBe(true);
    expect(state.approvals[0]?.url).toContain('/pull/1#pullrequestreview-');
    await review(1, { by: 'ana', state: 'DISMISSED' });
    expect((await real.state(1)).approvals).toEqual([]);
  });

  it('tells what came of a request that may have been carried out', async () => {
    const { gateway, real, all } = await stand();
    gateway.fault('lose_answer', isOpening);
    expect(await real.open(DRAFT, MARKER)).toEqual({ outcome: 'unknown' });
    expect(await real.find(WANTED)).toMatchObject({ number: 1 });
    for (const [fault, outcome] of [
      ['error_before', { outcome: 'unknown' }],
      ['secondary_limit', { outcome: 'limited', retry_after_s: 45 }],
      ['forbidden', { outcome: 'declined', why: 'not_allowed' }],
      ['unprocessable', { outcome: 'declined', why: 'invalid' }],
      ['lose_request', { outcome: 'unknown' }],
    ] as const) {
      gateway.fault(fault, isOpening);
      expect(await real.open(DRAFT, MARKER)).toEqual(outcome);
    }
    expect(await all()).toHaveLength(1);
    gateway.reachable(false);
    expect(await refusal(real.find(WANTED))).toMatchObject({ code: 'upstream' });
    gateway.reachable(true);
  });

  it.each<[string, boolean, object | null, boolean | null]>([
    ['free', false, null, false],
    ['protected, and the token may not ask how', true, null, null],
    ['protected against force alone', true, {}, null],
    ['for reviewed pull requests', true, { required_pull_request_reviews: REVIEWS }, true],
  ])('knows a branch that is %s', async (_, isProtected, rules, expected) => {
    const { gateway, real } = await stand();
    const url = 'https://api.github.com/branch';
    gateway.answers(({ path }) => {
      if (path.endsWith('/branches/main/protection'))
        return rules === null
          ? { status: 403, body: { message: 'Resource not accessible' } }
          : { status: 200, body: { url, ...rules } };
      if (!path.endsWith('/branches/main')) return null;
      const commit = { ...exampleOf<object>('commit'), files: [] };
      const links = { html: url, self: url };
      const rest = { name: 'main', commit, _links: links, protection: {}, protection_url: url };
      return { status: 200, body: { ...rest, protected: isProtected } };
    });
    expect(await real.isProtected('main')).toBe(expected);
  });
});
