import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/repo.ts';
import {
  colleague,
  FIX_BRANCH,
  hook,
  pushOf,
  refsOf,
  refusal,
  shippingIn,
  wanted,
  world,
} from '../../support/ship-kit.ts';

describe('pushing', () => {
  it.each<[string, string, string, string]>([
    [
      'protected by the host',
      'echo "remote: error: GH006: Protected branch update failed for refs/heads/main." >&2; exit 1',
      'protected',
      'open a pull request: git push origin',
    ],
    ['declined by a hook', 'echo no >&2; exit 1', 'hook_declined', 'open a pull request: git push origin'],
    ['with secrets', 'echo "GH013: Push cannot contain secrets" >&2; exit 1', 'secrets', 'rotate the secret'],
  ])('says what to do when it is %s', async (_, script, fault, hint) => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    hook(join(repo.bare, 'hooks'), 'pre-receive', script);
    const before = refsOf(repo.bare);
    const error = await refusal(shipping.push(pushOf(draft, repo.fix)));
    expect(error.details).toEqual({ fault });
    expect(error.hint).toContain(hint);
    expect(refsOf(repo.bare)).toEqual(before);
    expect(repo.git(['tag', '-l'])).toBe('v1.4.0');
  });

  it('refuses when the branch has moved on since the plan', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    const other = colleague(repo.bare);
    const theirs = other.commit('other.txt', '1');
    other.git(['push', '-q', 'origin', 'main']);
    const error = await refusal(shipping.push(pushOf(draft, repo.fix)));
    expect(error).toMatchObject({ code: 'conflict', details: { fault: 'moved_on' } });
    expect(refsOf(repo.bare)).toMatchObject({ 'refs/heads/main': theirs });
    expect(refsOf(repo.bare)['refs/tags/v1.4.1']).toBeUndefined();
  });

  it('refuses when the branch was taken away since the plan, and does not make it again', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    repo.git(['update-ref', '-d', 'refs/heads/main'], repo.bare);
    const error = await refusal(shipping.push(pushOf(draft, repo.fix)));
    expect(error).toMatchObject({ code: 'conflict', details: { fault: 'moved_on' } });
    expect(refsOf(repo.bare)['refs/heads/main']).toBeUndefined();
  });

  it('refuses when somebody else has pushed the tag since the plan', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    const other = colleague(repo.bare);
    other.git(['tag', 'v1.4.1']);
    other.git(['push', '-q', 'origin', 'v1.4.1']);
    const error = await refusal(shipping.push(pushOf(draft, repo.fix)));
    expect(error).toMatchObject({ code: 'conflict', details: { fault: 'tag_exists' } });
    expect(refsOf(repo.bare)['refs/heads/main']).toBe(repo.release);
  });

  it('does not push in two steps to a remote without atomic pushes', async () => {
    const repo = world();
    repo.git(['config', 'receive.advertiseAtomic', 'false'], repo.bare);
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    const before = refsOf(repo.bare);
    const error = await refusal(shipping.push(pushOf(draft, repo.fix)));
    expect(error.details).toEqual({ fault: 'no_atomic' });
    expect(refsOf(repo.bare)).toEqual(before);
  });

  it('takes a push whose answer was lost for what it was', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    // Takes the push whole, then ends with an error as a broken line would.
    const folder = tempFolder();
    hook(folder, 'pack', 'git receive-pack "$@"; exit 1');
    repo.git(['config', 'remote.origin.receivepack', join(folder, 'pack')]);
    expect(await shipping.push(pushOf(draft, repo.fix))).toBe('pushed');
    expect(refsOf(repo.bare)['refs/heads/main']).toBe(draft.ships);
  });

  it('says so when the remote broke off with a part of it', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    // It takes all, loses the branch again, and ends before it has said anything but which refs it had.
    const folder = tempFolder();
    const undo = `git --git-dir='${repo.bare}' update-ref refs/heads/main ${repo.release}`;
    hook(
      folder,
      'pack',
      `said=$(git receive-pack --advertise-refs "$@" | wc -c); git receive-pack "$@" | head -c "$said"; ${undo}; exit 1`,
    );
    repo.git(['config', 'remote.origin.receivepack', join(folder, 'pack')]);
    const error = await refusal(shipping.push(pushOf(draft, repo.fix)));
    expect(error.details).toEqual({ fault: 'in_part' });
    expect(error.hint).toContain('the same plan_id');
    expect(refsOf(repo.bare)['refs/tags/v1.4.1']).toBeDefined();
    repo.git(['config', '--unset', 'remote.origin.receivepack']);
    expect(await shipping.push(pushOf(draft, repo.fix))).toBe('pushed');
    expect(refsOf(repo.bare)['refs/heads/main']).toBe(draft.ships);
  });

  it('makes whole what a remote with a full disk took in part', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    expect(await shipping.push(pushOf(draft, repo.fix))).toBe('pushed');
    const whole = refsOf(repo.bare);
    expect(whole['refs/tags/v1.4.1']).toBeDefined();
    // It has written the tag, and failed before the branch.
    repo.git(['update-ref', 'refs/heads/main', repo.release], repo.bare);
    const half = refsOf(repo.bare);
    hook(join(repo.bare, 'hooks'), 'pre-receive', 'echo no >&2; exit 1');
    const error = await refusal(shipping.push(pushOf(draft, repo.fix)));
    expect(error.details).toEqual({ fault: 'hook_declined' });
    expect(refsOf(repo.bare)).toEqual(half);
    hook(join(repo.bare, 'hooks'), 'pre-receive', 'exit 0');
    expect(await shipping.push(pushOf(draft, repo.fix))).toBe('pushed');
    expect(refsOf(repo.bare)).toEqual(whole);
  });

  it('is done already when the branch has gone on from the merge', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    await shipping.push(pushOf(draft, repo.fix));
    const other = colleague(repo.bare);
    other.commit('after.txt', '1');
    other.git(['push', '-q', 'origin', 'main']);
    expect(await shipping.push(pushOf(draft, repo.fix))).toBe('already');
  });

  it('never takes commits away, whatever a plan says', async () => {
    const repo = world({ riders: 1 });
    const shipping = shippingIn(repo.root);
    const tip = repo.git(['rev-parse', 'main']);
    const error = await refusal(
      shipping.push({
        ...{
          remote: 'origin',
          branch: 'main',
          hotfix_branch: FIX_BRANCH,
          commit: repo.fix,
          skip_hooks: false,
        },
        moves: [{ ref: 'refs/heads/main', old: tip, new: repo.fix }],
      }),
    );
    expect(error.code).toBe('unsafe');
    expect(refsOf(repo.bare)['refs/heads/main']).toBe(tip);
  });

  it('refuses when what was planned is gone', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    repo.git(['prune', '--expire=now']);
    const error = await refusal(shipping.push(pushOf(draft, repo.fix)));
    expect(error.message).toContain('no longer in this repository');
  });
});

describe('any repository', () => {
  /** What one of two people does between plan and push. */
  const moves = fc.constantFrom('release', 'commit', 'tag', 'branch', 'none');

  it('loses no commit that a ref of the remote could reach, whatever happened between plan and push', async () => {
    const story = fc.record({
      riders: fc.nat({ max: 2 }),
      before: fc.array(moves, { maxLength: 2 }),
      between: fc.array(moves, { maxLength: 2 }),
      branch: fc.constantFrom(undefined, 'main'),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ riders, before, between, branch }) => {
        const repo = world({ riders });
        const other = colleague(repo.bare);
        let n = 0;
        const play = (what: string): void => {
          n += 1;
          if (what === 'none') return;
          if (what !== 'branch') other.commit(`other${n}.txt`, `${n}`);
          if (what === 'tag') other.git(['tag', `v1.4.${n}`]);
          if (what === 'release') other.git(['tag', `v1.${4 + n}.0`]);
          if (what === 'branch') other.git(['push', '-q', 'origin', `HEAD:refs/heads/release/${n}`]);
          other.git(['push', '-q', '--tags', 'origin', 'main']);
        };
        for (const what of before) play(what);
        const shipping = shippingIn(repo.root);
        const draft = await shipping.plan(wanted(repo.fix, { branch })).catch(() => null);
        for (const what of between) play(what);
        const had = repo.git(['rev-list', '--all'], repo.bare).split('\n');
        const tags = refsOf(repo.bare);
        if (draft) await shipping.push(pushOf(draft, repo.fix)).catch(() => null);
        const has = new Set(repo.git(['rev-list', '--all'], repo.bare).split('\n'));
        expect(had.filter((commit) => !has.has(commit))).toEqual([]);
        for (const [ref, object] of Object.entries(tags))
          if (ref.startsWith('refs/tags/')) expect(refsOf(repo.bare)[ref]).toBe(object);
      }),
      { numRuns: 6 },
    );
  });
});
