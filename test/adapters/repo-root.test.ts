import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findRoot, type RootSearch } from '../../src/adapters/repo-root.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'repo root-')));
const at = (...path: string[]) => join(base, ...path);
const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, stdio: 'pipe' });

beforeAll(() => {
  const folders = [
    'repo/sub/deep',
    'other',
    'bare/inner',
    'home/plain',
    'plugin/dist',
    'marked/.hotfix-pulse',
    'marked/dist',
    'deps/node_modules/hotfix-pulse/dist',
    'installed-plugin',
    'home2/.hotfix-pulse',
    'dotfiles/project',
  ];
  for (const folder of folders) mkdirSync(at(folder), { recursive: true });
  for (const repo of ['repo', 'other', 'plugin', 'dotfiles']) git(at(repo), 'init', '-q');
  const commit = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-q', '--allow-empty', '-m', 'x'];
  git(at('repo'), ...commit);
  git(at('repo'), 'worktree', 'add', '-q', '--detach', at('tree'));
  git(
    at('repo'),
    '-c',
    'protocol.file.allow=always',
    'submodule',
    '--quiet',
    'add',
    at('repo', '.git'),
    'module',
  );
  symlinkSync(at('repo'), at('link'));
  symlinkSync(at('repo/sub'), at('bare/link-in'));
  writeFileSync(at('file'), '');
  writeFileSync(at('installed-plugin/plugin.json'), '{}');
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const HOME = at('home');
const find = (search: Partial<RootSearch>) =>
  findRoot({ cwd: null, ...search, env: { HOME, ...search.env } });
const roots = (...list: string[]) => ({ clientRoots: async () => list });

describe('the repository', () => {
  it.each<[string, Partial<RootSearch>, string]>([
    [
      'explicit before everything',
      { explicit: at('other'), env: { CLAUDE_PROJECT_DIR: at('repo') }, cwd: at('repo') },
      'other',
    ],
    ['an explicit subfolder: its git root', { explicit: at('repo/sub/deep') }, 'repo'],
    ['an explicit folder without git', { explicit: at('bare/inner') }, 'bare/inner'],
    ['even the home folder, when somebody says so', { explicit: at('home') }, 'home'],
    [
      "Claude's variable before the client's roots",
      { env: { CLAUDE_PROJECT_DIR: at('repo/sub') }, ...roots(at('other')) },
      'repo',
    ],
    [
      "not Qwen's variable, which names its own storage",
      { env: { QWEN_CODE_PROJECT_DIR: at('other') }, cwd: at('repo') },
      'repo',
    ],
    [
      'a variable that names nothing is passed over',
      { env: { CLAUDE_PROJECT_DIR: at('gone') }, cwd: at('other') },
      'other',
    ],
    ['an empty variable is passed over', { env: { CLAUDE_PROJECT_DIR: '' }, cwd: at('other') }, 'other'],
    [
      'a variable that names the home folder is passed over',
      { env: { CLAUDE_PROJECT_DIR: HOME }, cwd: at('other') },
      'other',
    ],
    [
      "the client's root before the working directory",
      { ...roots(pathToFileURL(at('repo/sub')).href), cwd: at('other') },
      'repo',
    ],
    [
      'the first root that is a folder',
      { ...roots('https://x.test/', 'file://%zz', at('file'), pathToFileURL(at('other')).href) },
      'other',
    ],
    ['the working directory', { cwd: at('repo/sub/deep') }, 'repo'],
    ['a linked working tree is its own root', { cwd: at('tree') }, 'tree'],
    ['a submodule is its own root', { cwd: at('repo/module') }, 'repo/module'],
    ['a link is resolved', { cwd: at('link') }, 'repo'],
    ['a link into a repository leads there', { cwd: at('bare/link-in') }, 'repo'],
    ['a bare folder without git works', { cwd: at('bare/inner') }, 'bare/inner'],
    ['a folder below the home folder works', { cwd: at('home/plain') }, 'home/plain'],
    ['a home folder that was used before works', { cwd: at('home2'), env: { HOME: at('home2') } }, 'home2'],
    [
      'a program that is a dependency does not make a plugin',
      { cwd: at('deps'), program: at('deps/node_modules/hotfix-pulse/dist') },
      'deps',
    ],
    ['a program elsewhere does not either', { cwd: at('repo'), program: at('plugin/dist') }, 'repo'],
    [
      'a program folder that was used before works',
      { cwd: at('marked'), program: at('marked/dist') },
      'marked',
    ],
    [
      'a project named by its agent may hold the program',
      { env: { CLAUDE_PROJECT_DIR: at('plugin') }, program: at('plugin/dist') },
      'plugin',
    ],
  ])('%s', async (_, search, expected) => {
    expect(await find(search)).toBe(at(expected));
  });

  it.each<[string, Partial<RootSearch>]>([
    ['nothing to go by', {}],
    ['the home folder', { cwd: HOME }],
    [
      'a home folder that is a git repository',
      { cwd: at('dotfiles/project'), env: { HOME: at('dotfiles') } },
    ],
    ['the root of the file system', { cwd: '/' }],
    ['a working directory that is gone', { cwd: at('gone') }],
    ["the plugin's own folder", { cwd: at('plugin'), program: at('plugin/dist') }],
    ["a folder of the plugin's", { cwd: at('plugin/dist'), program: at('plugin/dist') }],
    ['an installed plugin without git', { cwd: at('installed-plugin') }],
  ])('is never %s', async (_, search) => {
    expect(await find(search)).toBeNull();
  });

  it.each(['', at('gone'), at('file'), 'a\0b'])(
    'refuses the explicit %j and does not repeat it',
    async (explicit) => {
      const refused = find({ explicit, cwd: at('repo') });
      await expect(refused).rejects.toMatchObject({
        code: 'invalid_input',
        hint: expect.stringContaining('--repo'),
      });
      if (explicit) await expect(refused).rejects.not.toThrow(explicit);
    },
  );

  it('asks the client only when it must', async () => {
    const clientRoots = vi.fn(async () => [at('other')]);
    await find({ explicit: at('repo'), clientRoots });
    await find({ env: { CLAUDE_PROJECT_DIR: at('repo') }, clientRoots });
    expect(clientRoots).not.toHaveBeenCalled();
    expect(await find({ cwd: at('repo'), clientRoots })).toBe(at('other'));
  });
});
