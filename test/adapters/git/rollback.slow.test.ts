import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRollbacks } from '../../../src/adapters/git/rollbacks.ts';
import { PulseError } from '../../../src/core/errors.ts';
import { checkoutPrint } from '../../support/checkout.ts';
import { makeDirty } from '../../support/hotfix-start-kit.ts';
import { git, tempFolder, tempRepo } from '../../support/repo.ts';
import { lines, type Production, production, pushOf, treeByHand } from '../../support/rollback-kit.ts';

afterEach(() => vi.unstubAllEnvs());

async function refusal(call: Promise<unknown>): Promise<PulseError> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof PulseError) return error;
  throw error;
}

const short = (commit: string) => commit.slice(0, 10);

describe('the rehearsal', () => {
  it('takes a squashed change back from under later ones, as git revert does', async () => {
    const repo = production();
    const bad = repo.change('feat: all of it (#12)', {
      'app.txt': lines('app', { 2: 'bad' }),
      'new.txt': 'new\n',
    });
    repo.change('later', { 'app.txt': lines('app', { 2: 'bad', 19: 'later' }) });
    const one = await repo.rehearse({ kind: 'change', newest: bad });
    expect(one).toMatchObject({
      ...{ outcome: 'applies', conflicts: [], class: 'reversible', file_count: 2, notes: [] },
      changes: [{ commit: bad, shape: 'plain', state: 'applies', brings_back: null, inner_merge: false }],
      files: [
        { path: 'app.txt', change: 'modified' },
        { path: 'new.txt', change: 'deleted' },
      ],
    });
    const made = String(one.commit);
    expect(repo.git(['show', `${made}:app.txt`])).toBe(lines('app', { 19: 'later' }).trimEnd());
    expect(repo.git(['rev-parse', `${made}^`])).toBe(repo.git(['rev-parse', 'main']));
    expect(repo.git(['log', '-1', '--format=%B', made])).toContain(`This reverts commit ${bad}.`);
    expect(repo.git(['log', '-1', '--format=%(trailers:key=Rollback)', made])).toContain('hotfix-001');
    // A branch with the revert has lost the fix: it must never count as one that got it.
    expect(repo.git(['log', '-1', '--format=%(trailers:key=Hotfix)', made])).toBe('');
    expect(treeByHand(repo, one)).toBe(one.tree);
  });

  it('takes a merge back to its first parent, and a whole range to exactly the last good release', async () => {
    const repo = production();
    repo.git(['checkout', '-q', '-b', 'topic']);
    repo.change('topic 1', { 'topic.txt': '1\n' });
    repo.change('topic 2', { 'topic.txt': '2\n', 'app.txt': lines('app', { 3: 'topic' }) });
    repo.git(['checkout', '-q', 'main']);
    repo.change('direct', { 'other.txt': 'changed\n' });
    repo.git(['merge', '-q', '--no-ff', '-m', 'Merge topic', 'topic']);
    const merge = repo.git(['rev-parse', 'HEAD']);
    repo.change('last', { 'last.txt': 'x\n' });

    const one = await repo.rehearse({ kind: 'change', newest: merge });
    expect(one.changes).toMatchObject([{ shape: 'merge', state: 'applies', inner_merge: false }]);
    expect(repo.git(['ls-tree', '--name-only', String(one.commit)])).toBe('app.txt\nlast.txt\nother.txt');
    expect(repo.git(['log', '-1', '--format=%B', String(one.commit)])).toContain(
      `This reverts commit ${merge}, reversing\nchanges made to ${repo.git(['rev-parse', `${merge}^1`])}.`,
    );
    expect(treeByHand(repo, one)).toBe(one.tree);

    const good = repo.git(['rev-parse', 'v1.0.0^{commit}']);
    const all = await repo.rehearse(await repo.rollbacks.named('v1.0.0..main'));
    expect(all.changes.map(({ shape }) => shape)).toEqual(['plain', 'merge', 'plain']);
    expect(all.good).toEqual({ commit: good, equal: true, files: 0 });
    expect(all.tree).toBe(repo.tree('v1.0.0'));
    const part = await repo.rehearse(
      { kind: 'range', good: String(merge), newest: repo.git(['rev-parse', 'main']) },
      good,
    );
    expect(part.good).toMatchObject({ commit: good, equal: false, files: 3 });
  });

  it('an octopus merge goes whole, and says so', async () => {
    const repo = production();
    for (const name of ['a', 'b', 'c']) {
      repo.git(['checkout', '-q', '-b', name, 'v1.0.0']);
      repo.change(name, { [`${name}.txt`]: `${name}\n` });
    }
    repo.git(['checkout', '-q', 'main']);
    repo.change('between', { 'other.txt': 'between\n' });
    repo.git(['merge', '-q', '-m', 'all three', 'a', 'b', 'c']);
    const merge = repo.git(['rev-parse', 'HEAD']);
    repo.change('later', { 'later.txt': 'x\n' });
    const one = await repo.rehearse({ kind: 'change', newest: merge });
    expect(one).toMatchObject({ outcome: 'applies', file_count: 3, changes: [{ shape: 'octopus' }] });
    expect(one.notes).toEqual([
      `${short(merge)} merged several branches at once: all of them are taken back`,
    ]);
    expect(treeByHand(repo, one)).toBe(one.tree);
  });

  it('a revert of a revert: says what comes in again, and passes over what is gone already', async () => {
    const repo = production();
    const bad = repo.change('bad', { 'app.txt': lines('app', { 5: 'bad' }) });
    repo.git(['revert', '--no-edit', bad]);
    const undone = repo.git(['rev-parse', 'HEAD']);
    const gone = await repo.rehearse({ kind: 'change', newest: bad });
    expect(gone).toMatchObject({
      outcome: 'nothing_left',
      commit: null,
      changes: [{ state: 'already_gone' }],
    });
    repo.change('later', { 'later.txt': 'x\n' });
    const back = await repo.rehearse({ kind: 'change', newest: undone });
    expect(back).toMatchObject({ outcome: 'applies', changes: [{ brings_back: bad }] });
    expect(back.notes[0]).toBe(
      `${short(undone)} is a revert itself: what it took back (${short(bad)}) comes in again`,
    );
    expect(repo.git(['show', `${back.commit}:app.txt`])).toContain('bad');
    expect(treeByHand(repo, back)).toBe(back.tree);
    repo.git(['revert', '--no-edit', undone]);
    const again = await repo.rehearse({ kind: 'change', newest: repo.git(['rev-parse', 'HEAD']) });
    expect(again).toMatchObject({ outcome: 'applies', changes: [{ brings_back: undone }] });
    const range = await repo.rehearse({
      kind: 'range',
      good: `${repo.git(['rev-parse', 'v1.0.0^{commit}'])}`,
      newest: undone,
    });
    expect(range.changes.map(({ state }) => state)).toEqual(['already_gone', 'applies']);
  });

  it('names the files of a conflict and makes no commit', async () => {
    const repo = production();
    const bad = repo.change('bad', { 'app.txt': lines('app', { 5: 'bad' }), 'new file.txt': 'n\n' });
    const before = repo.change('before', { 'other.txt': 'x\n' });
    repo.change('on top', { 'app.txt': lines('app', { 5: 'on top' }), 'new file.txt': 'changed\n' });
    const good = repo.git(['rev-parse', 'v1.0.0^{commit}']);
    const one = await repo.rehearse({ kind: 'range', good, newest: before });
    expect(one).toMatchObject({ outcome: 'conflicts', commit: null, tree: null, file_count: 0, good: null });
    expect(one.conflicts).toEqual(['app.txt', 'new file.txt']);
    expect(one.changes.map(({ state }) => state)).toEqual(['applies', 'conflicts']);
    expect(one.changes[1]?.commit).toBe(bad);
  });

  it('names migrations and lock files of the range, by the text that production got', async () => {
    const repo = production();
    repo.change('column', { 'migrations/001_add.sql': 'ALTER TABLE users ADD COLUMN note text;\n' });
    const plain = await repo.rehearse(await repo.rollbacks.named('main'));
    expect(plain).toMatchObject({ class: 'reversible', migrations: [{ path: 'migrations/001_add.sql' }] });
    repo.change('edit', {
      'migrations/001_add.sql': 'ALTER TABLE users DROP COLUMN email;\n',
      'package-lock.json': '{}\n',
    });
    repo.change('and away', { 'migrations/001_add.sql': null });
    const one = await repo.rehearse(await repo.rollbacks.named('v1.0.0..main'));
    expect(one).toMatchObject({
      ...{ outcome: 'applies', class: 'destructive', lock_files: ['package-lock.json'] },
      kinds: ['migration', 'dependency'],
    });
    expect(one.migrations).toMatchObject([{ class: 'destructive' }]);
    expect(one.migrations[0]?.says.join()).toContain('column');
  });

  it('a submodule goes back to the commit it had', async () => {
    const inner = tempRepo({ commits: 2 });
    const repo = production();
    repo.git(['submodule', 'add', '-q', inner.root, 'lib']);
    const at = (commit: string) => repo.git(['checkout', '-q', commit], join(repo.root, 'lib'));
    at('HEAD~1');
    repo.change('add lib', {});
    const old = repo.git(['rev-parse', 'main:lib']);
    at('main');
    repo.git(['commit', '-q', '-am', 'raise lib']);
    const raised = repo.git(['rev-parse', 'main']);
    repo.change('later', { 'later.txt': 'x\n' });
    expect(repo.git(['rev-parse', 'main:lib'])).not.toBe(old);
    const one = await repo.rehearse({ kind: 'change', newest: raised });
    expect(one.outcome).toBe('applies');
    expect(repo.git(['rev-parse', `${one.commit}:lib`])).toBe(old);
  });

  it('rehearses the way back of a fix that is not there yet, with its migrations', async () => {
    const repo = production();
    repo.change('later', { 'later.txt': 'x\n' });
    repo.git(['checkout', '-q', '-b', 'hotfix/001-x', 'v1.0.0']);
    const fix = repo.change('fix', {
      'app.txt': lines('app', { 1: 'fixed' }),
      'db/migrate.sql': 'DROP TABLE old;\n',
    });
    const one = await repo.rehearse({ kind: 'ahead', newest: fix });
    expect(one).toMatchObject({
      ...{ outcome: 'applies', commit: null, class: 'destructive', file_count: 2 },
      good: { commit: repo.git(['rev-parse', 'main']), equal: true },
    });
    expect(one.tree).toBe(repo.tree('main'));
    const clash = repo.change('clash', { 'later.txt': 'other\n' });
    expect(await repo.rehearse({ kind: 'ahead', newest: clash })).toMatchObject({
      ...{ outcome: 'conflicts', conflicts: ['later.txt'] },
    });
  });

  it('a merge inside a branch is pointed out', async () => {
    const repo = production();
    repo.git(['checkout', '-q', '-b', 'topic']);
    repo.change('topic', { 'topic.txt': 'x\n' });
    repo.git(['checkout', '-q', 'main']);
    repo.change('direct', { 'other.txt': 'direct\n' });
    repo.git(['checkout', '-q', 'topic']);
    repo.git(['merge', '-q', '--no-edit', 'main']);
    const inner = repo.git(['rev-parse', 'HEAD']);
    repo.git(['checkout', '-q', 'main']);
    repo.git(['merge', '-q', '--no-ff', '--no-edit', 'topic']);
    const one = await repo.rehearse({ kind: 'change', newest: inner });
    expect(one.changes[0]?.inner_merge).toBe(true);
    expect(one.notes.join()).toContain('takes out what that branch took in');
  });

  it('signs nothing that would ask, and works where git does not know who commits', async () => {
    const repo = production();
    const bad = repo.change('bad', { 'app.txt': 'x\n' });
    repo.git(['config', '--unset', 'user.name']);
    repo.git(['config', '--unset', 'user.email']);
    repo.git(['config', 'user.useConfigOnly', 'true']);
    repo.git(['config', 'commit.gpgSign', 'true']);
    repo.git(['config', 'gpg.program', '/bin/false']);
    const one = await repo.rehearse({ kind: 'change', newest: bad });
    expect(one.outcome).toBe('applies');
    expect(one.notes.join('; ')).toMatch(/the revert is by hotfix-pulse; .* is not signed/);
  });
});

describe('the user’s checkout', () => {
  it.each<[string, (repo: Production) => void]>([
    ['dirty, with a stash', makeDirty],
    ['detached', (repo) => repo.git(['checkout', '-q', '--detach', 'v1.0.0'])],
    ['unborn HEAD', (repo) => repo.git(['symbolic-ref', 'HEAD', 'refs/heads/nothing-yet'])],
    ['index locked', (repo) => writeFileSync(join(repo.root, '.git/index.lock'), '')],
    ['index broken', (repo) => writeFileSync(join(repo.root, '.git/index'), 'not an index')],
    ['files gone', (repo) => rmSync(join(repo.root, 'app.txt'))],
  ])('%s: nothing of it is touched, and the rollback is pushed', async (_name, spoil) => {
    const repo = production();
    const bad = repo.change('bad', { 'app.txt': lines('app', { 2: 'bad' }) });
    repo.push();
    spoil(repo);
    const before = checkoutPrint(repo.root);
    const found = await repo.rollbacks.production({ branch: 'main' });
    expect(found).toMatchObject({ state: 'fresh', remote: 'origin', branch: 'main', tip: bad });
    const scope = await repo.rollbacks.named(bad);
    const one = await repo.rollbacks.rehearse({ scope, tip: bad, good: null, label: 'hotfix-001' });
    await repo.rollbacks.push(pushOf(one), { label: 'hotfix-001', plan: '0123456789ab' });
    expect(checkoutPrint(repo.root)).toEqual(before);
    expect(git(repo.bare, ['rev-parse', 'main'])).toBe(one.commit);
    expect(git(repo.bare, ['rev-parse', 'main^{tree}'])).toBe(repo.tree('v1.0.0'));
    expect(repo.git(['rev-parse', 'refs/incidents/backup/hotfix-001/0123456789ab'])).toBe(bad);
    expect(repo.git(['worktree', 'list', '--porcelain']).match(/^worktree /gm)).toHaveLength(1);
  });
});

describe('the push', () => {
  it('refuses when production has moved on, and says already for the same one again', async () => {
    const repo = production();
    const bad = repo.change('bad', { 'app.txt': 'x\n' });
    repo.push();
    const one = await repo.rehearse({ kind: 'change', newest: bad });
    repo.change('somebody else', { 'b.txt': 'x\n' });
    repo.push();
    const kept = { label: 'hotfix-001', plan: '0123456789ab' };
    expect((await refusal(repo.rollbacks.push(pushOf(one), kept))).code).toBe('conflict');
    expect(git(repo.bare, ['log', '-1', '--format=%s', 'main'])).toBe('somebody else');
    const two = await repo.rehearse({ kind: 'change', newest: bad });
    expect(await repo.rollbacks.push(pushOf(two), kept)).toBe('pushed');
    expect(await repo.rollbacks.push(pushOf(two), kept)).toBe('already');
    // Whatever was in production stays in its history.
    expect(git(repo.bare, ['merge-base', '--is-ancestor', bad, 'main'])).toBe('');
  });
});

describe('what is named', () => {
  it('refuses what is not in production, is no range, or is HEAD', async () => {
    const repo = production();
    repo.git(['checkout', '-q', '-b', 'topic']);
    const aside = repo.change('aside', { 'x.txt': 'x\n' });
    const { named } = repo.rollbacks;
    for (const text of [
      'HEAD',
      'HEAD~1',
      '@',
      'origin/HEAD',
      '--all',
      'no-such',
      '',
      'a b',
      'v1.0.0..',
      '$(x)',
    ])
      expect((await refusal(named(text))).code, text).toBe('not_found');
    for (const text of ['main..v1.0.0', 'topic..main'])
      expect((await refusal(named(text))).code, text).toBe('invalid_input');
    const error = await refusal(repo.rehearse({ kind: 'change', newest: aside }));
    expect(error.message).toContain('not in production');
    const first = await refusal(repo.rehearse(await named('v1.0.0')));
    expect(first.message).toContain('first commit');
  });

  it('finds the merge, the commit or the row of commits that brought a fix in', async () => {
    const repo = production();
    const base = repo.git(['rev-parse', 'main']);
    repo.git(['checkout', '-q', '-b', 'hotfix/001-x']);
    const [one, two] = [repo.change('fix 1', { 'a.txt': '1\n' }), repo.change('fix 2', { 'a.txt': '2\n' })];
    repo.git(['checkout', '-q', 'main']);
    repo.git(['merge', '-q', '--no-ff', '-m', 'Merge fix', 'hotfix/001-x']);
    const merge = repo.git(['rev-parse', 'main']);
    const plain = repo.change('unrelated', { 'b.txt': 'x\n' });
    const trailer = '\n\nHotfix: hotfix-001';
    const first = repo.change(`fix 3${trailer}`, { 'c.txt': '3\n' });
    const second = repo.change(`fix 4${trailer}`, { 'c.txt': '4\n' });
    repo.change('later', { 'd.txt': 'x\n' });
    const tip = repo.git(['rev-parse', 'main']);
    const brought = (ref: string) => repo.rollbacks.broughtBy(ref, tip, 'hotfix-001');
    expect(base).toMatch(/^[0-9a-f]{40}$/);
    for (const commit of [one, two])
      expect(await brought(commit)).toEqual({ scope: { kind: 'change', newest: merge }, inside: 2 });
    expect(await brought(merge)).toEqual({ scope: { kind: 'change', newest: merge }, inside: null });
    expect(await brought(first)).toEqual({ scope: { kind: 'change', newest: first }, inside: null });
    expect(await brought(second)).toEqual({
      scope: { kind: 'range', good: plain, newest: second },
      inside: null,
    });
    expect((await refusal(brought('no-such'))).code).toBe('not_found');
  });
});

describe('a shallow clone', () => {
  it('takes back what it has the parent of, and asks for the rest', async () => {
    const repo = production();
    const older = repo.change('older', { 'a.txt': 'a\n' });
    const newer = repo.change('newer', { 'b.txt': 'b\n' });
    repo.push();
    const root = join(tempFolder(), 'shallow');
    git(tempFolder(), ['clone', '-q', '--depth', '2', `file://${repo.bare}`, root]);
    const rollbacks = createRollbacks(root, join(root, '.git/hotfix-pulse'));
    const run = async (name: string) =>
      rollbacks.rehearse({ scope: await rollbacks.named(name), tip: newer, good: null, label: 'hotfix-001' });
    expect(await run(newer)).toMatchObject({ outcome: 'applies', file_count: 1 });
    const error = await refusal(run(older));
    expect(error).toMatchObject({ code: 'not_configured' });
    expect(error.hint).toContain('git fetch --unshallow --tags');
    expect(readFileSync(join(root, '.git/shallow'), 'utf8')).toContain(older);
  });
});
