import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkoutPrint } from '../../support/checkout.ts';
import { tempFolder } from '../../support/repo.ts';
import { hook, pushOf, refsOf, refusal, shippingIn, wanted, world } from '../../support/ship-kit.ts';

describe('hooks', () => {
  it("runs the checkout's hooks from a relative, ignored folder such as husky's", async () => {
    const repo = world();
    repo.git(['config', 'core.hooksPath', '.husky/_']);
    const log = join(tempFolder(), 'log');
    for (const name of ['pre-merge-commit', 'prepare-commit-msg', 'post-merge', 'post-commit'])
      hook(join(repo.root, '.husky/_'), name, `echo ${name} >> ${log}; cat`);
    hook(
      join(repo.root, '.husky/_'),
      'commit-msg',
      `echo commit-msg >> ${log}; echo "Change-Id: I1" >> "$1"`,
    );
    writeFileSync(join(repo.root, '.git/info/exclude'), '.husky\n');
    const draft = await shippingIn(repo.root).plan(wanted(repo.fix));
    expect(readFileSync(log, 'utf8')).toBe('pre-merge-commit\nprepare-commit-msg\ncommit-msg\n');
    expect(repo.git(['log', '-1', '--format=%B', draft.ships])).toContain('Change-Id: I1');
  });

  it.each<[string, string, string, string]>([
    ['pre-merge-commit', 'exit 1', 'declined', 'the pre-merge-commit hook of this repository declined'],
    ['commit-msg', 'read x || exit 3; sleep 60', 'declined', 'the commit-msg hook'],
    ['commit-msg', 'no-such-linter-xyz', 'dependencies', 'its dependencies are not installed'],
    [
      'pre-merge-commit',
      'echo "Error: Cannot find module \'x\'" >&2; exit 1',
      'dependencies',
      'the pre-merge-commit hook',
    ],
  ])('names %s (%s) and the way on', async (name, script, why, words) => {
    const repo = world();
    hook(join(repo.root, '.git/hooks'), name, script);
    const shipping = shippingIn(repo.root);
    const error = await refusal(shipping.plan(wanted(repo.fix)));
    expect(error).toMatchObject({ code: 'upstream', details: { hook: name, why } });
    expect(error.message).toContain(words);
    expect(error.hint).toContain('skip_hooks');
    expect((await shipping.plan(wanted(repo.fix, { skip_hooks: true }))).tag).toBe('v1.4.1');
    expect(repo.git(['worktree', 'list']).split('\n')).toHaveLength(1);
  });

  it('honours pre-push, and passes over it only when that was planned', async () => {
    const repo = world();
    hook(join(repo.root, '.git/hooks'), 'pre-push', 'cat >/dev/null; exit 1');
    const shipping = shippingIn(repo.root);
    const draft = await shipping.plan(wanted(repo.fix));
    const before = refsOf(repo.bare);
    const error = await refusal(shipping.push(pushOf(draft, repo.fix)));
    expect(error.details).toEqual({ fault: 'pre_push_hook' });
    expect(refsOf(repo.bare)).toEqual(before);
    expect(await shipping.push(pushOf(draft, repo.fix, { skip_hooks: true }))).toBe('pushed');
  });
});

describe('signing', () => {
  it('finds out first that a key cannot sign without asking', async () => {
    const repo = world();
    repo.git(['config', 'tag.gpgSign', 'true']);
    repo.git(['config', 'gpg.program', 'false']);
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('hotfix-pulse-sign-'));
    const error = await refusal(shippingIn(repo.root).plan(wanted(repo.fix)));
    expect(error).toMatchObject({ code: 'not_configured' });
    expect(error.message).toContain('cannot sign without asking');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('hotfix-pulse-sign-'))).toEqual(before);
  });

  it('signs commit and tag, and leaves no tag here', async () => {
    const repo = world();
    // A stand-in for gpg: says what git wants to hear, and signs with a word.
    const folder = tempFolder();
    hook(
      folder,
      'gpg',
      'cat >/dev/null; echo "[GNUPG:] SIG_CREATED " >&2; echo "-----BEGIN PGP SIGNATURE-----"; echo word; echo "-----END PGP SIGNATURE-----"',
    );
    repo.git(['config', 'gpg.program', join(folder, 'gpg')]);
    repo.git(['config', 'tag.gpgSign', 'true']);
    repo.git(['config', 'commit.gpgSign', 'true']);
    const before = checkoutPrint(repo.root);
    const draft = await shippingIn(repo.root).plan(wanted(repo.fix));
    expect(repo.git(['cat-file', '-p', draft.moves[1]?.new ?? ''])).toContain('BEGIN PGP SIGNATURE');
    expect(repo.git(['cat-file', '-p', draft.ships])).toContain('gpgsig');
    expect(checkoutPrint(repo.root)).toEqual(before);
    expect(repo.git(['tag', '-l'])).toBe('v1.4.0');
  });
});
