import { describe, expect, it } from 'vitest';
import { isDeployWorkflow, isEnvironment, type PullState } from '../../../src/core/outward/github-facts.ts';
import { type ListedReview, missingOf, reviewsOf } from '../../../src/core/outward/pull-reviews.ts';

const HEAD = 'f1'.repeat(20);
let minute = 0;
function review(by: string, state: string, more: Partial<ListedReview> = {}): ListedReview {
  minute += 1;
  return {
    ...{ by, state, is_bot: false, commit: HEAD, association: 'MEMBER' },
    at: new Date(Date.UTC(2026, 10, 20, 14, minute)).toISOString(),
    url: `https://github.com/acme/shop/pull/1#${minute}`,
    ...more,
  };
}
const of = (...reviews: ListedReview[]) => {
  const found = reviewsOf(reviews, { head: HEAD, author: 'Ops-Bot' });
  return { yes: found.approvals.map(({ by }) => by), no: found.changes_requested };
};

describe('whose yes counts', () => {
  it.each<[string, ListedReview[], { yes: string[]; no: boolean }]>([
    ['nobody', [], { yes: [], no: false }],
    ['a member', [review('ana', 'APPROVED')], { yes: ['ana'], no: false }],
    ['the owner', [review('ana', 'APPROVED', { association: 'OWNER' })], { yes: ['ana'], no: false }],
    ['a stranger', [review('eve', 'APPROVED', { association: 'NONE' })], { yes: [], no: false }],
    ['a contributor', [review('eve', 'APPROVED', { association: 'CONTRIBUTOR' })], { yes: [], no: false }],
    ['the author, however it is written', [review('ops-BOT', 'APPROVED')], { yes: [], no: false }],
    ['a bot', [review('renovate[bot]', 'APPROVED', { is_bot: true })], { yes: [], no: false }],
    ['another commit', [review('ana', 'APPROVED', { commit: 'a'.repeat(40) })], { yes: [], no: false }],
    ['an unknown commit', [review('ana', 'APPROVED', { commit: null })], { yes: [], no: false }],
    [
      'a comment after it',
      [review('ana', 'APPROVED'), review('ana', 'COMMENTED')],
      { yes: ['ana'], no: false },
    ],
    ['a dismissal after it', [review('ana', 'APPROVED'), review('Ana', 'DISMISSED')], { yes: [], no: false }],
    ['a no after it', [review('ana', 'APPROVED'), review('ana', 'CHANGES_REQUESTED')], { yes: [], no: true }],
    [
      'a yes after a no',
      [review('ana', 'CHANGES_REQUESTED'), review('ana', 'APPROVED')],
      { yes: ['ana'], no: false },
    ],
    [
      'a no of somebody else',
      [review('ana', 'APPROVED'), review('ben', 'CHANGES_REQUESTED')],
      { yes: ['ana'], no: true },
    ],
    ['one that is being written', [review('ana', 'PENDING')], { yes: [], no: false }],
  ])('%s', (_, reviews, expected) => {
    expect(of(...reviews)).toEqual(expected);
    expect(of(...[...reviews].reverse())).toEqual(expected);
  });
});

describe('what it waits for', () => {
  const pull: PullState = {
    ...{ number: 1, url: 'https://x/1', state: 'open', head_branch: 'h', base: 'main', head: HEAD },
    ...{
      merged_as: null,
      merged_at: null,
      approvals: [],
      changes_requested: false,
      checks: null,
      marker: null,
    },
  };
  it.each<[Partial<PullState>, string[]]>([
    [{}, ['an approving review of exactly this commit', 'the merge']],
    [{ approvals: [{ by: 'ana', at: '', url: '' }] }, ['the merge']],
    [
      {
        approvals: [{ by: 'ana', at: '', url: '' }],
        ...{ changes_requested: true, checks: { passed: 1, failed: 2, running: 3 } },
      },
      [
        'an answer to the changes that were requested',
        '2 failing check(s)',
        'the end of 3 running check(s)',
        'the merge',
      ],
    ],
  ])('%j', (change, expected) => {
    expect(missingOf({ ...pull, ...change })).toEqual(expected);
  });
});

describe('what counts as a deploy', () => {
  it.each<[string, string, boolean]>([
    ['Deploy', '.github/workflows/deploy.yml', true],
    ['Deploy to production', '.github/workflows/x.yml', true],
    ['Release', '.github/workflows/release.yaml', true],
    ['', '.github/workflows/cd.yml', true],
    ['CI', '.github/workflows/ci.yml', false],
    ['Deploy to staging', '.github/workflows/deploy_staging.yml', false],
    ['Deploy preview', '.github/workflows/deploy.yml', false],
    ['pages build and deployment', 'dynamic/pages', false],
    ['Relationship tests', '.github/workflows/test.yml', false],
    ['Product tests', '.github/workflows/products.yml', false],
  ])('%s in %s: %s', (name, path, expected) => {
    expect(isDeployWorkflow(name, path)).toBe(expected);
  });

  it('knows production by its names', () => {
    expect(
      ['production', 'Production', 'prod', 'LIVE'].map((name) => isEnvironment(name, 'production')),
    ).toEqual([true, true, true, true]);
    expect(['staging', 'production-eu', 'preprod'].some((name) => isEnvironment(name, 'production'))).toBe(
      false,
    );
  });
});
