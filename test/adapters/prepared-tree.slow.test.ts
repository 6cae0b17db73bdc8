import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkEnv } from '../../src/adapters/check-env.ts';
import { type PreparedTree, prepareTree } from '../../src/adapters/prepared-tree.ts';
import type { SetupWay } from '../../src/core/ship/check-run.ts';
import { type CheckRepo, checkRepo, ENV, NODE } from '../support/check-repo.ts';
import { checkoutPrint } from '../support/checkout.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';

afterEach(() => vi.unstubAllEnvs());

/** Says in a file that it ran. */
const INSTALL = ['sh', '-c', 'mkdir -p node_modules && echo installed > node_modules/how'];
const NPM: SetupWay = { lock: 'package-lock.json', commands: [INSTALL], folder: 'node_modules', defines: '' };

const IGNORES = { '.gitignore': 'node_modules/\n.venv/\n.env.test\nlocal/\n' };
const LOCKED = { ...IGNORES, 'package-lock.json': '{}\n' };

function put(repo: CheckRepo, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(repo.root, path, '..'), { recursive: true });
    writeFileSync(join(repo.root, path), text);
  }
}

async function prepared<T>(
  repo: CheckRepo,
  work: (tree: PreparedTree) => T | Promise<T>,
  wanted: { setups?: SetupWay[]; copy?: string[]; commit?: string; timeoutMs?: number } = {},
): Promise<T> {
  const commit = repo.git(['rev-parse', 'HEAD']);
  const tree = await prepareTree(
    repo.place(),
    { commit, setups: [], copy: [], timeoutMs: 20_000, ...wanted },
    {},
  );
  if (!('run' in tree)) throw new Error(tree.reason);
  try {
    return await work(tree);
  } finally {
    await tree.remove();
    expect(repo.leftovers()).toEqual([]);
  }
}

async function unprepared(
  repo: CheckRepo,
  wanted: { setups?: SetupWay[]; copy?: string[]; timeoutMs?: number },
) {
  const commit = repo.git(['rev-parse', 'HEAD']);
  const outcome = await prepareTree(
    repo.place(),
    { commit, setups: [], copy: [], timeoutMs: 20_000, ...wanted },
    {},
  );
  if ('run' in outcome) throw new Error('it was prepared');
  expect(repo.leftovers()).toEqual([]);
  return outcome;
}

describe('dependencies', () => {
  it('are copied when the lock file is the same, with links that lead to the copy, and the checkout is only read', async () => {
    const repo = checkRepo({ ...LOCKED, 'packages/b/index.js': 'module.exports = 1;\n' });
    put(repo, {
      'node_modules/a/index.js': 'a\n',
      'node_modules/a/bin.js': 'x\n',
      'packages/b/node_modules/c/c.js': 'c\n',
    });
    mkdirSync(join(repo.root, 'node_modules/.bin'));
    symlinkSync('../a/bin.js', join(repo.root, 'node_modules/.bin/a'));
    symlinkSync('../packages/b', join(repo.root, 'node_modules/b'));
    symlinkSync(join(repo.root, 'packages/b'), join(repo.root, 'node_modules/b-absolute'));
    symlinkSync(process.execPath, join(repo.root, 'node_modules/.bin/node'));
    const before = checkoutPrint(repo.root);
    await prepared(
      repo,
      async (tree) => {
        const at = (path: string) => join(tree.path, path);
        expect(existsSync(at('node_modules/how'))).toBe(false);
        expect(readFileSync(at('node_modules/a/index.js'), 'utf8')).toBe('a\n');
        expect(readFileSync(at('packages/b/node_modules/c/c.js'), 'utf8')).toBe('c\n');
        expect(readlinkSync(at('node_modules/.bin/a'))).toBe('../a/bin.js');
        for (const link of ['node_modules/b', 'node_modules/b-absolute'])
          expect(readlinkSync(at(link))).toBe('../packages/b');
        expect(readlinkSync(at('node_modules/.bin/node'))).toBe(process.execPath);
        expect(tree.notes).toEqual([expect.stringContaining('copied from the checkout')]);
        const evil =
          'for f in node_modules/a/index.js node_modules/b-absolute/index.js; do echo evil > $f; done; rm -rf node_modules/a';
        expect(await tree.run(['sh', '-c', evil], 10_000, {})).toMatchObject({ code: 0 });
      },
      { setups: [NPM] },
    );
    expect(checkoutPrint(repo.root)).toEqual(before);
  });

  it.each<[string, (repo: CheckRepo) => void]>([
    [
      'another lock file',
      (repo) => put(repo, { 'package-lock.json': '{"other":1}\n', 'node_modules/a.js': '' }),
    ],
    ['no folder', () => {}],
    ['a folder that is tracked', (repo) => repo.save({ 'node_modules/a.js': '' })],
    ['a link to a folder elsewhere', (repo) => symlinkSync(tempFolder(), join(repo.root, 'node_modules'))],
    [
      'a link in it that leads to a folder elsewhere',
      (repo) => {
        put(repo, { 'node_modules/a.js': '' });
        symlinkSync(tempFolder(), join(repo.root, 'node_modules/linked'));
      },
    ],
    [
      'a stale installation',
      (repo) => {
        const lock = (version: string) => JSON.stringify({ packages: { 'node_modules/a': { version } } });
        repo.save({ 'package-lock.json': lock('2.0.0') });
        put(repo, { 'node_modules/.package-lock.json': lock('1.0.0') });
      },
    ],
  ])('are installed when there is %s', async (_name, make) => {
    const repo = checkRepo(LOCKED);
    make(repo);
    const before = checkoutPrint(repo.root);
    await prepared(
      repo,
      (tree) => {
        expect(readFileSync(join(tree.path, 'node_modules/how'), 'utf8')).toBe('installed\n');
        expect(existsSync(join(tree.path, 'node_modules/linked'))).toBe(false);
        expect(tree.notes).toEqual([expect.stringContaining('installed by')]);
      },
      { setups: [NPM] },
    );
    expect(checkoutPrint(repo.root)).toEqual(before);
  });

  it('of Python are not copied when they lead back into the checkout', async () => {
    const repo = checkRepo({ ...IGNORES, 'requirements.txt': 'x\n' });
    const commands = [['sh', '-c', 'mkdir .venv && echo installed > .venv/how']];
    const setups = [{ lock: 'requirements.txt', commands, folder: '.venv', defines: '' }];
    put(repo, { '.venv/pyvenv.cfg': '', '.venv/lib/python3.11/site-packages/x.py': '' });
    const how = (tree: PreparedTree) => existsSync(join(tree.path, '.venv/how'));
    expect(await prepared(repo, how, { setups })).toBe(false);
    put(repo, { '.venv/lib/python3.11/site-packages/__editable__.x.pth': `${repo.root}/src\n` });
    expect(await prepared(repo, how, { setups })).toBe(true);
  });

  it.each<[string, string[], RegExp]>([
    ['exit code', ['sh', '-c', 'echo no network; exit 7'], /failed with exit code 7.*Set setup/],
    ['no such program', ['no-such-program-here'], /not found.*Set setup/],
    ['time limit', ['sh', '-c', 'trap "" TERM; sleep 60'], /time limit/],
  ])('that cannot be installed are told: %s', async (_name, command, reason) => {
    const repo = checkRepo(LOCKED);
    const setups = [{ ...NPM, commands: [command] }];
    expect((await unprepared(repo, { setups, timeoutMs: 700 })).reason).toMatch(reason);
  });
});

describe('listed files', () => {
  it('come from the checkout, but never in place of what the commit has', async () => {
    const repo = checkRepo({ ...IGNORES, 'README.md': 'committed\n' });
    put(repo, { '.env.test': 'A=1\n', 'local/data/seed.json': '{}', 'local/x': 'x' });
    await prepared(
      repo,
      (tree) => {
        expect(readFileSync(join(tree.path, '.env.test'), 'utf8')).toBe('A=1\n');
        expect(existsSync(join(tree.path, 'local/data/seed.json'))).toBe(true);
        expect(lstatSync(join(tree.path, '.env.test')).isFile()).toBe(true);
        expect(tree.notes).toEqual([expect.stringMatching(/^2 listed/), expect.stringMatching(/^1 listed/)]);
      },
      { copy: ['.env.test', 'local', 'absent/file'] },
    );
  });

  it.each<[string, (repo: CheckRepo) => void, string[], RegExp]>([
    [
      'a link',
      (repo) => symlinkSync('/etc/passwd', join(repo.root, '.env.test')),
      ['.env.test'],
      /symbolic link/,
    ],
    [
      'a path through a link',
      (repo) => {
        const out = tempFolder();
        writeFileSync(join(out, 'key'), 'x');
        symlinkSync(out, join(repo.root, 'local'));
      },
      ['local/key'],
      /symbolic link/,
    ],
    [
      'a folder with a link that leads out',
      (repo) => {
        put(repo, { 'local/a': '' });
        symlinkSync(tempFolder(), join(repo.root, 'local/out'));
      },
      ['local'],
      /leads out/,
    ],
    ['a tracked file', () => {}, ['README.md'], /not ignored/],
  ])('%s is refused', async (_name, make, copy, reason) => {
    const repo = checkRepo(IGNORES);
    make(repo);
    expect((await unprepared(repo, { copy })).reason).toMatch(reason);
  });

  it('that lead to production stop everything', async () => {
    const repo = checkRepo(IGNORES);
    put(repo, { '.env.test': 'export MONGO_URL="mongodb://u:p@prod.acme.net/x"\n' });
    await expect(prepared(repo, () => {}, { copy: ['.env.test'] })).rejects.toThrow(
      'MONGO_URL in a .env file',
    );
    expect(repo.leftovers()).toEqual([]);
  });
});

describe('submodules', () => {
  function withSubmodule() {
    const inner = tempRepo({ commits: 1 });
    const outer = checkRepo();
    outer.git(['submodule', '--quiet', 'add', inner.root, 'lib']);
    outer.git(['commit', '-q', '-m', 'lib']);
    const clone = checkRepo();
    clone.git(['fetch', '-q', outer.root, 'main']);
    clone.git(['reset', '-q', '--hard', 'FETCH_HEAD']);
    return { inner, clone };
  }

  it('are fetched without a word in the settings of the checkout', async () => {
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_CONFIG_KEY_0', 'protocol.file.allow');
    vi.stubEnv('GIT_CONFIG_VALUE_0', 'always');
    const { clone } = withSubmodule();
    const before = checkoutPrint(clone.root);
    await prepared(clone, (tree) => expect(readdirSync(join(tree.path, 'lib'))).toContain('app.txt'));
    expect(checkoutPrint(clone.root)).toEqual(before);
  });

  it('that cannot be fetched are a reason', async () => {
    const { clone } = withSubmodule();
    expect((await unprepared(clone, {})).reason).toMatch(/submodules could not be fetched/);
  });
});

describe('between runs', () => {
  it('tracked files are put back, new ones go, dependencies stay', async () => {
    const repo = checkRepo(LOCKED);
    put(repo, { 'node_modules/a.js': 'a' });
    await prepared(
      repo,
      async (tree) => {
        expect(await tree.restore()).toBe(false);
        writeFileSync(join(tree.path, 'README.md'), 'changed');
        writeFileSync(join(tree.path, 'new.txt'), 'new');
        writeFileSync(join(tree.path, '.gitignore'), '');
        expect(await tree.restore()).toBe(true);
        expect(readFileSync(join(tree.path, 'README.md'), 'utf8')).toBe('x\n');
        expect(existsSync(join(tree.path, 'new.txt'))).toBe(true);
        await tree.restore('all');
        expect(existsSync(join(tree.path, 'new.txt'))).toBe(false);
        expect(existsSync(join(tree.path, 'node_modules/a.js'))).toBe(true);
      },
      { setups: [NPM] },
    );
  });
});

it('tells when a command changed the settings that all working trees share', async () => {
  const repo = checkRepo();
  await prepared(repo, async (tree) => {
    expect(tree.notes).toEqual([]);
    await tree.run(['git', 'config', 'core.hooksPath', '.husky'], 10_000, {});
    await tree.run(['git', 'status'], 10_000, {});
    expect(tree.notes).toEqual([expect.stringContaining('.git/config')]);
  });
});

describe('the environment of a command', () => {
  it('leads nowhere but into the working tree', async () => {
    const repo = checkRepo();
    const bin = join(repo.root, 'node_modules/.bin');
    const env = {
      ...{ PATH: `${bin}:/usr/bin:.:relative:${repo.root}/.venv/bin`, HOME: '/home/ana', VIRTUAL_ENV: '/x' },
      ...{ npm_config_local_prefix: repo.root, npm_config_registry: 'https://r', INIT_CWD: repo.root },
      ...{ NODE_TEST_CONTEXT: 'child', CARGO_TARGET_DIR: '/t', VITEST: 'true', VITE_API: 'kept' },
    };
    expect(checkEnv(env, repo.root, '/tree')).toEqual({
      ...{ PATH: '/tree/node_modules/.bin:/usr/bin', HOME: '/home/ana', VITE_API: 'kept' },
      ...{
        npm_config_registry: 'https://r',
        NO_COLOR: '1',
        HUSKY: '0',
        HUSKY_SKIP_INSTALL: '1',
        LEFTHOOK: '0',
      },
      ...{
        SKIP_INSTALL_SIMPLE_GIT_HOOKS: '1',
        PYTHONDONTWRITEBYTECODE: '1',
        POETRY_VIRTUALENVS_IN_PROJECT: 'true',
      },
    });
    const script =
      'console.log(process.cwd(), process.env.CI, process.env.GIT_TERMINAL_PROMPT, process.env.GIT_DIR)';
    const place = repo.place({ ...ENV, GIT_DIR: join(repo.root, '.git') });
    const commit = repo.git(['rev-parse', 'HEAD']);
    const tree = await prepareTree(place, { commit, setups: [], copy: [], timeoutMs: 1_000 }, {});
    if (!('run' in tree)) throw new Error(tree.reason);
    const { tail } = await tree.run([NODE, '-e', script], 10_000, {});
    expect(tail).toBe('. 1 0 undefined\n');
    await tree.remove();
  });
});
