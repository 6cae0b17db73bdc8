import { describe, expect, it } from 'vitest';
import { checkoutPrint } from '../../support/checkout.ts';
import { colleague, FIX_BRANCH, refusal, shippingIn, world } from '../../support/ship-kit.ts';

const push = (repo: ReturnType<typeof world>, commit: string, branch = FIX_BRANCH) =>
  repo.git(['push', '-q', 'origin', `${commit}:refs/heads/${branch}`]);

describe('a branch of its own for a pull request', () => {
  it('is new, goes forward, or is there already; never back', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const wanted = { remote: 'origin', branch: FIX_BRANCH, commit: repo.fix };
    const ref = `refs/heads/${FIX_BRANCH}`;
    expect(await shipping.request(wanted)).toEqual({ ref, old: null, new: repo.fix });
    push(repo, repo.release);
    expect(await shipping.request(wanted)).toEqual({ ref, old: repo.release, new: repo.fix });
    push(repo, repo.fix);
    expect(await shipping.request(wanted)).toEqual({ ref, old: repo.fix, new: repo.fix });
    const other = colleague(repo.bare);
    other.git(['checkout', '-q', FIX_BRANCH]);
    other.commit('more.txt', 'more\n');
    other.git(['push', '-q', 'origin', FIX_BRANCH]);
    const before = checkoutPrint(repo.root);
    expect(await refusal(shipping.request(wanted))).toMatchObject({ code: 'conflict' });
    expect(checkoutPrint(repo.root)).toEqual(before);
  });
});

describe('what was merged', () => {
  /** The fix of two commits on the branch, and production merged by somebody in that way. */
  async function merged(how: string[][], more: { base?: string } = {}) {
    const repo = world();
    repo.git(['checkout', '-q', FIX_BRANCH]);
    const fix = repo.commit('second.txt', 'second\n', 'fix: [HOTFIX] second');
    repo.git(['checkout', '-q', 'main']);
    push(repo, fix);
    const other = colleague(repo.bare);
    other.commit('before.txt', 'unrelated\n');
    for (const args of how) other.git(args);
    const commit = other.git(['rev-parse', 'HEAD']);
    other.commit('after.txt', 'unrelated\n');
    other.git(['push', '-q', 'origin', 'HEAD:main']);
    const wanted = { remote: 'origin', base: more.base ?? 'main', commit: fix, merged_as: commit };
    return shippingIn(repo.root).landed(wanted);
  }
  const there = `origin/${FIX_BRANCH}`;

  it.each<[string, string[][], string | null]>([
    ['merged', [['merge', '-q', '--no-ff', '-m', 'Merge', there]], 'contains'],
    [
      'squashed',
      [
        ['merge', '-q', '--squash', there],
        ['commit', '-q', '-m', 'squash'],
      ],
      'same_content',
    ],
    ['rebased', [['cherry-pick', `main..${there}`]], 'same_content'],
    ['half of it', [['cherry-pick', `${there}~1`]], null],
    ['something else', [['commit', '-q', '--allow-empty', '-m', 'nothing']], null],
  ])('is the fix, or is not: %s', async (_, how, expected) => {
    expect(await merged(how)).toBe(expected);
  });

  it('is nothing for a branch that is not there, and for a commit that is not on it', async () => {
    expect(await merged([['merge', '-q', '--no-ff', '-m', 'Merge', there]], { base: 'develop' })).toBeNull();
    const repo = world();
    const elsewhere = { remote: 'origin', base: 'main', commit: repo.fix, merged_as: repo.fix };
    expect(await shippingIn(repo.root).landed(elsewhere)).toBeNull();
    const unknown = { ...elsewhere, merged_as: 'ab'.repeat(20) };
    expect(await shippingIn(repo.root).landed(unknown)).toBeNull();
  });
});
