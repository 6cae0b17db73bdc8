import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchRemote, pickRemote } from '../../../src/adapters/git/fetch.ts';
import { runGitGroup } from '../../../src/adapters/git.ts';
import type { FetchFault } from '../../../src/core/ship/hotfix-start.ts';
import { checkoutPrint } from '../../support/checkout.ts';
import { git, released } from '../../support/hotfix-start-kit.ts';
import { tempFolder, tempRepo } from '../../support/repo.ts';

afterEach(() => vi.unstubAllEnvs());

describe('fetchRemote', () => {
  it('moves remote-tracking branches only, also when the remote is set up as a mirror and pruning is on', async () => {
    const repo = released({ remote: true });
    repo.git(['branch', 'keep']);
    repo.git(['tag', 'local-only']);
    repo.git(['config', 'remote.origin.fetch', '+refs/*:refs/*']);
    repo.git(['config', 'fetch.prune', 'true']);
    repo.git(['config', 'fetch.pruneTags', 'true']);
    repo.git(['checkout', '-q', '-b', 'work']);
    const other = tempFolder();
    git(other, ['clone', '-q', repo.bare, '.']);
    git(other, ['commit', '-q', '--allow-empty', '-m', 'theirs']);
    git(other, ['push', '-q', 'origin', 'HEAD:main', 'HEAD:refs/heads/keep']);
    const before = checkoutPrint(repo.root);
    expect(await fetchRemote(repo.root, null)).toEqual({
      ...{ state: 'fetched', remote: 'origin', shallow: false, tags_differ: false },
    });
    expect(checkoutPrint(repo.root)).toEqual(before);
    expect(repo.git(['rev-parse', 'origin/main'])).toBe(git(other, ['rev-parse', 'HEAD']));
  });

  it('keeps a tag that differs, says so, and takes the rest', async () => {
    const repo = released({ remote: true });
    repo.git(['tag', '-f', 'v1.0.0', 'main']);
    const ours = repo.git(['rev-parse', 'v1.0.0']);
    git(repo.bare, ['--git-dir=.', 'tag', 'v1.2.0', 'main']);
    expect(await fetchRemote(repo.root, null)).toMatchObject({ state: 'fetched', tags_differ: true });
    expect(repo.git(['rev-parse', 'v1.0.0'])).toBe(ours);
    expect(repo.git(['tag', '--list'])).toContain('v1.2.0');
  });

  it.each<[string, FetchFault]>([
    ['git@host: Permission denied (publickey).', 'no_access'],
    ['Host key verification failed.', 'no_access'],
    ['ERROR: Repository not found.', 'not_found'],
    ['ssh: Could not resolve hostname host: Name or service not known', 'unreachable'],
    ['ssh: connect to host host port 22: Connection timed out', 'unreachable'],
    ['something else', 'other'],
  ])('%s is %s, over ssh that may not ask', async (words, fault) => {
    const repo = released();
    const folder = tempFolder();
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/args\necho '${words}' >&2\nexit 255\n`;
    writeFileSync(join(folder, 'ssh'), script, { mode: 0o755 });
    repo.git(['config', 'core.sshCommand', `${folder}/ssh -i key`]);
    repo.git(['remote', 'add', 'origin', 'git@host:x/y.git']);
    expect(await fetchRemote(repo.root, null)).toEqual({ state: 'failed', remote: 'origin', fault });
    expect(readFileSync(join(folder, 'args'), 'utf8')).toMatch(/^-i\nkey\n-oBatchMode=yes\n/);
  });

  it('never starts a program that asks for a password', async () => {
    const repo = released();
    const ran = join(tempFolder(), 'ran');
    const ask = join(tempFolder(), 'ask');
    writeFileSync(ask, `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    for (const name of ['GIT_ASKPASS', 'SSH_ASKPASS']) vi.stubEnv(name, ask);
    repo.git(['config', 'core.askPass', ask]);
    // A port of this host that nobody listens on: it fails before or at the question, never after it.
    repo.git(['remote', 'add', 'origin', 'http://user@127.0.0.1:9/x.git']);
    expect(await fetchRemote(repo.root, null)).toMatchObject({ state: 'failed' });
    expect(existsSync(ran)).toBe(false);
  });

  it('no remote, or a name that could be an option, is none', async () => {
    const repo = released();
    expect(await fetchRemote(repo.root, null)).toEqual({ state: 'no_remote' });
    repo.git(['config', 'remote.--upload-pack=touch x.url', 'x']);
    expect(await fetchRemote(repo.root, '--upload-pack=touch x/main')).toEqual({ state: 'no_remote' });
  });
});

describe('pickRemote', () => {
  it.each<[string[], string | null, string | null]>([
    [['origin', 'upstream'], null, 'origin'],
    [['origin', 'upstream'], 'upstream/main', 'upstream'],
    [['origin', 'upstream'], 'refs/remotes/upstream/main', 'upstream'],
    [['gitlab'], null, 'gitlab'],
    [['a', 'b'], null, null],
    [['a', 'b', 'preferred'], null, 'preferred'],
  ])('%j and %j give %j', async (remotes, wanted, expected) => {
    const repo = tempRepo();
    for (const name of remotes) repo.git(['remote', 'add', name, '/nowhere']);
    repo.git(['config', 'checkout.defaultRemote', 'preferred']);
    expect(await pickRemote(repo.root, wanted)).toBe(expected);
  });
});

describe('runGitGroup', () => {
  it('answers like runGit, and tells its own limit from a failure', async () => {
    const { root } = tempRepo({ commits: 1 });
    expect(await runGitGroup(root, ['rev-parse', '--abbrev-ref', 'HEAD'])).toEqual({
      ...{ code: 0, out: 'main\n', err: '', stopped: false },
    });
    expect(await runGitGroup(root, ['rev-parse', '--verify', 'x'])).toMatchObject({
      code: 128,
      stopped: false,
    });
    expect(await runGitGroup('/nowhere/at/all', ['status'])).toMatchObject({ code: -1, stopped: false });
    const slow = ['-c', 'alias.wait=!sleep 20', 'wait'];
    expect(await runGitGroup(root, slow, { timeoutMs: 50 })).toMatchObject({ code: -1, stopped: true });
    const read = await runGitGroup(root, ['hash-object', '--stdin'], { input: 'x\n' });
    expect(read.out).toBe('587be6b4c3f93f93c489c0111bba5596147a26cb\n');
  });
});
