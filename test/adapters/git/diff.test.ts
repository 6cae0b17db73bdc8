import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createChanges } from '../../../src/adapters/git/diff.ts';
import type { ChangeDiff, ChangedFile } from '../../../src/core/ship/change-diff.ts';
import { checkoutPrint } from '../../support/checkout.ts';
import { git, type TempRepo, tempFolder, tempRepo } from '../../support/repo.ts';

const tip = (repo: TempRepo): string => repo.git(['rev-parse', 'HEAD']);

function commitAll(repo: TempRepo, message = 'fix: [HOTFIX] x'): string {
  repo.git(['add', '-A']);
  repo.git(['commit', '-q', '-m', message]);
  return tip(repo);
}

const read = (repo: TempRepo, base: string, production: string | null = null): Promise<ChangeDiff> =>
  createChanges(repo.root).read({ base, commit: tip(repo), production });

async function only(repo: TempRepo, base: string): Promise<ChangedFile> {
  const { files } = await read(repo, base);
  const [file] = files;
  if (file === undefined || files.length > 1) throw new Error(`${files.length} files`);
  return file;
}

const plus = (file: ChangedFile) => file.addedLines.map(({ line, text }) => `${line}:${text}`);
const minus = (file: ChangedFile) => file.removedLines.map(({ line, text }) => `${line}:${text}`);

describe('what changed in a file', () => {
  it('lines with their numbers on both sides, also what looks like a header', async () => {
    const repo = tempRepo();
    const base = repo.commit('a.txt', 'one\ntwo\nthree\nfour\nfive\n');
    const odd = ['+++ b/other', '--- a/other', '@@ -1,9 +1,9 @@', 'diff --git a/x b/x', ''];
    repo.commit('a.txt', ['one', 'TWO', 'three', 'four', ...odd, 'no end'].join('\n'));
    const file = await only(repo, base);
    expect(file).toMatchObject({ path: 'a.txt', status: 'modified', added: 7, removed: 2, cut: false });
    expect(plus(file)).toEqual(['2:TWO', ...odd.map((text, at) => `${5 + at}:${text}`), '10:no end']);
    expect(minus(file)).toEqual(['2:two', '5:five']);
    expect(file.bytes).toBeGreaterThan(40);
  });

  it('keeps carriage returns', async () => {
    const repo = tempRepo();
    const base = repo.commit('a.txt', 'one\ntwo\n');
    repo.commit('a.txt', 'one\r\ntwo\r\n');
    expect(plus(await only(repo, base))).toEqual(['1:one\r', '2:two\r']);
  });

  it('a rename with a change, and one without', async () => {
    const repo = tempRepo();
    const text = Array.from({ length: 30 }, (_, at) => `line ${at}\n`).join('');
    const base = repo.commit('old name.txt', text);
    renameSync(join(repo.root, 'old name.txt'), join(repo.root, 'new name.txt'));
    writeFileSync(join(repo.root, 'new name.txt'), `${text}more\n`);
    commitAll(repo);
    const file = await only(repo, base);
    expect(file).toMatchObject({
      path: 'new name.txt',
      oldPath: 'old name.txt',
      status: 'renamed',
      added: 1,
      removed: 0,
    });
    expect(plus(file)).toEqual(['31:more']);
    const after = tip(repo);
    repo.git(['mv', 'new name.txt', 'b.txt']);
    commitAll(repo);
    expect(await only(repo, after)).toMatchObject({ status: 'renamed', addedLines: [], cut: false });
  });

  it('a binary file, also one that only says so', async () => {
    const repo = tempRepo();
    repo.commit('.gitattributes', '*.lock -diff\n');
    const base = repo.commit('a.bin', 'a\0b');
    repo.write('a.bin', 'a\0c\0d');
    repo.write('b.lock', 'x\n');
    commitAll(repo);
    const { files } = await read(repo, base);
    expect(files.map(({ path, binary, added, bytes }) => [path, binary, added, bytes])).toEqual([
      ['a.bin', true, 0, 5],
      ['b.lock', true, 0, 2],
    ]);
  });

  it('the executable bit, a link and a deletion', async () => {
    const repo = tempRepo();
    repo.commit('run.sh', 'x\n');
    repo.commit('gone.txt', 'bye\n');
    const base = repo.commit('link', 'text\n');
    chmodSync(join(repo.root, 'run.sh'), 0o755);
    rmSync(join(repo.root, 'gone.txt'));
    rmSync(join(repo.root, 'link'));
    symlinkSync('/etc/hosts', join(repo.root, 'link'));
    commitAll(repo);
    const { files } = await read(repo, base);
    expect(files).toMatchObject([
      { path: 'gone.txt', status: 'deleted', newMode: '000000', bytes: null, removed: 1 },
      { path: 'link', status: 'type_changed', oldMode: '100644', newMode: '120000' },
      { path: 'run.sh', oldMode: '100644', newMode: '100755', added: 0, cut: false },
    ]);
    expect(files[1]?.addedLines).toEqual([{ line: 1, text: '/etc/hosts' }]);
    expect(files[1]?.removedLines).toEqual([{ line: 1, text: 'text' }]);
    expect(files[1]?.cut).toBe(false);
  });

  it('a submodule by its commits, whatever the settings ignore', async () => {
    const inner = tempRepo({ commits: 1 });
    const repo = tempRepo({ commits: 1 });
    repo.git(['submodule', '--quiet', 'add', inner.root, 'lib']);
    const base = commitAll(repo);
    inner.commit('app.txt', 'newer\n');
    git(join(repo.root, 'lib'), ['pull', '-q']);
    repo.git(['config', 'submodule.lib.ignore', 'all']);
    repo.git(['config', 'diff.submodule', 'log']);
    repo.git(['update-index', '--cacheinfo', `160000,${tip(inner)},lib`]);
    repo.git(['commit', '-q', '-m', 'fix: [HOTFIX] x']);
    const file = await only(repo, base);
    expect(file).toMatchObject({ path: 'lib', oldMode: '160000', newMode: '160000', bytes: null });
    expect(plus(file)).toEqual([`1:Subproject commit ${tip(inner)}`]);
  });

  it.each([
    'with space',
    ' lead',
    'quo"te',
    "apos'trophe",
    'new\nline',
    'tab\t',
    'back\\slash',
    'ünï €',
    '-dash',
    ':(glob)x',
    'a b/c d',
    '\u202Ertl',
  ])('a file named %j', async (name) => {
    const repo = tempRepo({ commits: 1 });
    const base = tip(repo);
    if (name.includes('/')) mkdirSync(join(repo.root, 'a b'));
    writeFileSync(join(repo.root, `${name}.js`), '// @generated by a tool\nx\n');
    commitAll(repo);
    const file = await only(repo, base);
    expect(file).toMatchObject({ path: `${name}.js`, status: 'added', added: 2, generated: true });
    expect(plus(file)).toEqual(['1:// @generated by a tool', '2:x']);
  });

  it('knows a generated file by its top only', async () => {
    const repo = tempRepo({ commits: 1 });
    const base = tip(repo);
    repo.write('a.go', '// Code generated by protoc. DO NOT EDIT.\nx\n');
    repo.write('b.go', `${'x\n'.repeat(12)}// DO NOT EDIT\n`);
    commitAll(repo);
    const { files } = await read(repo, base);
    expect(files.map(({ path, generated }) => [path, generated])).toEqual([
      ['a.go', true],
      ['b.go', false],
    ]);
  });

  it('five thousand lines', async () => {
    const repo = tempRepo({ commits: 1 });
    const base = tip(repo);
    repo.commit('big.txt', Array.from({ length: 5_000 }, (_, at) => `line ${at}\n`).join(''));
    const file = await only(repo, base);
    expect(file).toMatchObject({ added: 5_000, cut: false });
    expect(plus(file).at(-1)).toBe('5000:line 4999');
  });

  it('says so when not all lines of a file were kept', async () => {
    const repo = tempRepo({ commits: 1 });
    const base = tip(repo);
    repo.commit('big.txt', 'x\n'.repeat(20_001));
    const file = await only(repo, base);
    expect(file).toMatchObject({ added: 20_001, cut: true });
    expect(file.addedLines).toHaveLength(20_000);
  });

  it('runs no program of the repository and follows no setting of it', async () => {
    const repo = tempRepo();
    const ran = join(tempFolder(), 'ran');
    repo.commit('.gitattributes', '* diff=evil\n');
    const base = repo.commit('a.txt', 'one\n');
    repo.commit('a.txt', 'two\n');
    for (const [name, value] of [
      ['diff.external', `touch ${ran}; true`],
      ['diff.evil.command', `touch ${ran}; true`],
      ['diff.evil.textconv', `sh -c 'touch ${ran}; cat "$0"'`],
      ['diff.noprefix', 'true'],
      ['diff.context', '9'],
      ['diff.interHunkContext', '9'],
      ['diff.renames', 'false'],
      ['color.ui', 'always'],
      ['core.quotePath', 'false'],
      ['diff.relative', 'true'],
      ['log.showSignature', 'true'],
    ] as const)
      repo.git(['config', name, value]);
    const file = await only(repo, base);
    expect([plus(file), minus(file)]).toEqual([['1:two'], ['1:one']]);
    expect(() => git(repo.root, ['hash-object', '--', ran])).toThrow();
  });
});

describe('the commits of a change', () => {
  const message = 'fix: [HOTFIX] read it';

  it('subject, trailers, and which line they are on', async () => {
    const repo = tempRepo({ commits: 1 });
    const base = tip(repo);
    repo.git(['checkout', '-q', '-b', 'side']);
    const side = repo.commit('side.txt', 'x\n', 'feat: from the side');
    repo.git(['checkout', '-q', 'main']);
    repo.write('app.txt', 'fixed\n');
    repo.git([
      'commit',
      '-qam',
      message,
      '--trailer',
      'Hotfix: hotfix-001',
      '--trailer',
      'Hotfix:  hotfix-002',
    ]);
    const fix = tip(repo);
    repo.git(['merge', '-q', '--no-edit', 'side']);
    const { commits, commitCount } = await read(repo, base);
    expect(commitCount).toBe(3);
    expect(Object.fromEntries(commits.map(({ commit, ...rest }) => [commit, rest]))).toEqual({
      [tip(repo)]: { subject: "Merge branch 'side'", parents: 2, trailers: [], firstParent: true },
      [fix]: { subject: message, parents: 1, trailers: ['hotfix-001', 'hotfix-002'], firstParent: true },
      [side]: { subject: 'feat: from the side', parents: 1, trailers: [], firstParent: false },
    });
  });

  it('what production has not, and what it has more', async () => {
    const repo = tempRepo({ commits: 1 });
    const production = tip(repo);
    const rider = repo.commit('new.txt', 'x\n', 'feat: unreleased');
    repo.git(['checkout', '-q', '-b', 'hotfix/001-x']);
    repo.commit('app.txt', 'fixed\n', message);
    const change = await read(repo, rider, production);
    expect(change).toMatchObject({
      base: rider,
      onBase: true,
      riders: { commits: [rider], count: 1 },
      behind: 0,
    });
    repo.git(['checkout', '-q', '-b', 'later', production]);
    const later = repo.commit('later.txt', 'x\n');
    repo.git(['checkout', '-q', 'hotfix/001-x']);
    expect(await read(repo, rider, later)).toMatchObject({ behind: 1 });
    expect((await read(repo, rider)).riders).toEqual({ commits: [], count: 0 });
  });

  it('a commit that is not built on its base is compared with what both share', async () => {
    const repo = tempRepo({ commits: 1 });
    const shared = tip(repo);
    repo.git(['checkout', '-q', '-b', 'other']);
    repo.commit('app.txt', 'fixed\n', message);
    repo.git(['checkout', '-q', 'main']);
    const base = repo.commit('later.txt', 'x\n');
    repo.git(['checkout', '-q', 'other']);
    const change = await read(repo, base);
    expect(change).toMatchObject({ base: shared, onBase: false });
    expect(change.files.map(({ path }) => path)).toEqual(['app.txt']);
  });

  it('lines that one commit added and a later one took out', async () => {
    const repo = tempRepo({ commits: 1 });
    const base = tip(repo);
    const first = repo.commit('a.txt', 'key\n\u0001looks like a commit\n');
    const second = repo.commit('a.txt', 'none\n');
    const { passing, files, whole } = await read(repo, base);
    expect(whole).toBe(true);
    expect(passing).toEqual([
      { commit: second, added: ['none'] },
      { commit: first, added: ['key', '\u0001looks like a commit'] },
    ]);
    expect(files.flatMap(plus)).toEqual(['1:none']);
  });

  it('knows which lock files and manifests are there', async () => {
    const repo = tempRepo();
    mkdirSync(join(repo.root, 'web'));
    repo.commit('yarn.lock', 'x\n');
    repo.commit('Cargo.toml', 'x\n');
    const base = repo.commit('web/package.json', '{}\n');
    repo.commit('web/package.json', '{"x": 1}\n');
    repo.commit('Cargo.lock', 'x\n');
    expect((await read(repo, base)).present).toEqual(['Cargo.toml', 'yarn.lock']);
  });

  it('refuses what is not there, and what shares no history', async () => {
    const repo = tempRepo({ commits: 1 });
    const changes = createChanges(repo.root);
    const commit = tip(repo);
    await expect(changes.read({ base: 'f'.repeat(40), commit, production: null })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(changes.read({ base: commit, commit: 'main', production: null })).rejects.toMatchObject({
      code: 'not_found',
    });
    repo.git(['checkout', '-q', '--orphan', 'alone']);
    repo.git(['commit', '-q', '-m', 'alone']);
    await expect(changes.read({ base: commit, commit: tip(repo), production: null })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await changes.commitOf('--all')).toBeNull();
    expect(await changes.commitOf('main')).toBe(commit);
  });

  it('names the files of one commit, of a merge against its first parent', async () => {
    const repo = tempRepo({ commits: 1 });
    const changes = createChanges(repo.root);
    expect(await changes.filesOf(tip(repo))).toEqual(['app.txt']);
    repo.git(['checkout', '-q', '-b', 'side']);
    repo.commit('sïde "x".txt', 'x\n');
    repo.git(['checkout', '-q', 'main']);
    repo.commit('main.txt', 'x\n');
    repo.git(['merge', '-q', '--no-edit', 'side']);
    expect(await changes.filesOf(tip(repo))).toEqual(['sïde "x".txt']);
    expect(await changes.filesOf('f'.repeat(40))).toEqual([]);
    expect(await changes.filesOf('--all')).toEqual([]);
  });

  it('touches nothing', async () => {
    const repo = tempRepo({ commits: 2 });
    repo.write('app.txt', 'dirty\n');
    repo.write('staged.txt', 'x\n');
    repo.git(['add', 'staged.txt']);
    const before = checkoutPrint(repo.root);
    await read(repo, repo.git(['rev-parse', 'HEAD~1']));
    expect(checkoutPrint(repo.root)).toEqual(before);
  });
});
