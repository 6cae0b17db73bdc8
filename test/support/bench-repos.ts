import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { git } from './repo.ts';

const HOUR = 3_600_000;

/** A service in production, its remote, and the clone in which somebody works. */
export interface Bench {
  /** Everything of it lies here: `work`, `remote.git`, `tmp` and what a row adds. */
  folder: string;
  /** The checkout in which the server is started. */
  root: string;
  /** Every checkout of the user. */
  checkouts: string[];
  /** Empty without a remote. */
  bare: string;
  /** The change that broke it: one of these has to be among the first three suspects. */
  bad: string[];
  /** What production runs. */
  release: string;
}

const good = 'exports.login = (name) => {\n  const user = name.trim();\n  return user;\n};\n';
/** Whoever has a plus sign in the name is somebody else now. */
export const BROKEN = good.replace('name.trim()', "name.trim().split('+')[0]");
export const MENDED = good.replace('name.trim()', 'String(name).trim()');
export const TRACE =
  'Error: unknown user\n    at login (/srv/app/src/login.js:2:21)\n    at handle (/srv/app/src/server.js:8:3)';

/** A test file of Node's own runner with one test about `login`. */
export const testOf = (name: string, body: string): string =>
  [
    "const { test } = require('node:test');",
    "const assert = require('node:assert');",
    "const { login } = require('../src/login.js');",
    `test('${name}', () => { ${body}; });`,
    '',
  ].join('\n');

/** The fix with the test that shows the harm. */
export const FIX: Readonly<Record<string, string>> = {
  'src/login.js': MENDED,
  'test/plus.test.js': testOf('keeps the plus sign', "assert.equal(login('a+b'), 'a+b')"),
};

const SETTINGS = {
  checks: [{ name: 'test', command: ['node', '--test', 'test'] }],
  test: ['node', '--test', '{files}'],
  policy: { staging: 'off', second_review: 'off' },
};
/** The committed settings, with others besides. */
export const settings = (more: object = {}): Record<string, string> => ({
  'hotfix-pulse.config.json': `${JSON.stringify({ ...SETTINGS, ...more })}\n`,
});

const START: Readonly<Record<string, string>> = {
  'src/login.js': good,
  'src/server.js': "exports.handle = () => require('./login.js').login('ana');\n",
  'src/search.js': 'exports.search = () => [];\n',
  'config/default.json': '{ "pool": 10 }\n',
  'test/login.test.js': testOf('names stay', "assert.equal(login(' ana '), 'ana')"),
  ...settings(),
};

export function put(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Writes history: each commit is nine hours after the one before, the first ten days ago. */
export interface Writer {
  root: string;
  /** Git at the time of the last commit. */
  git(...args: string[]): string;
  commit(message: string, files: Readonly<Record<string, string>>): string;
}

function writer(root: string): Writer {
  let at = Date.now() - 240 * HOUR;
  const self: Writer = {
    root,
    git(...args) {
      const date = `@${Math.floor(at / 1000)} +0000`;
      const by = { GIT_AUTHOR_NAME: 'Ana', GIT_AUTHOR_EMAIL: 'ana@example.com' };
      const env = { ...process.env, ...by, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
      const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe'];
      return execFileSync('git', args, { cwd: root, env, encoding: 'utf8', stdio }).trim();
    },
    commit(message, files) {
      at += 9 * HOUR;
      put(root, files);
      self.git('add', '--', ...Object.keys(files));
      self.git('commit', '-q', '-m', message);
      return self.git('rev-parse', 'HEAD');
    },
  };
  return self;
}

/** Brings the fault in and answers the commits that did it. */
export type Plant = (to: Writer) => string[];

export const plain: Plant = (to) => [to.commit('Tidy login', { 'src/login.js': BROKEN })];

/** As hosts squash a pull request: many files in one commit. */
export const squashed: Plant = (to) => {
  const parts = Array.from({ length: 14 }, (_, at) => [`src/part-${at}.js`, `exports.part = ${at};\n`]);
  return [to.commit('Login rework (#77)', { ...Object.fromEntries(parts), 'src/login.js': BROKEN })];
};

export const merged: Plant = (to) => {
  to.git('checkout', '-q', '-b', 'topic');
  to.commit('Prepare', { 'src/queue.js': 'exports.queue = [];\n' });
  const bad = to.commit('Tidy login', { 'src/login.js': BROKEN });
  to.git('checkout', '-q', 'main');
  to.commit('Meanwhile', { 'docs/meanwhile.md': 'x\n' });
  to.git('merge', '-q', '--no-ff', '-m', 'Merge pull request #12', 'topic');
  to.git('branch', '-q', '-D', 'topic');
  return [bad, to.git('rev-parse', 'HEAD')];
};

/** Three branches in one merge, the fault in the middle one. */
export const octopus: Plant = (to) => {
  const bads = ['one', 'two', 'three'].map((name, at) => {
    to.git('checkout', '-q', '-b', name, 'main');
    return to.commit(`Topic ${name}`, at === 1 ? { 'src/login.js': BROKEN } : { [`src/${name}.js`]: 'x;\n' });
  });
  to.git('checkout', '-q', 'main');
  to.git('merge', '-q', '--no-ff', '-m', 'Merge three topics', 'one', 'two', 'three');
  to.git('branch', '-q', '-D', 'one', 'two', 'three');
  return [bads[1] ?? '', to.git('rev-parse', 'HEAD')];
};

export const revertOfRevert: Plant = (to) => {
  const first = to.commit('Tidy login', { 'src/login.js': BROKEN });
  to.commit('Something else', { 'docs/else.md': 'x\n' });
  to.git('revert', '--no-edit', first);
  const revert = to.git('rev-parse', 'HEAD');
  to.commit('More', { 'docs/more.md': 'x\n' });
  to.git('revert', '--no-edit', revert);
  return [to.git('rev-parse', 'HEAD')];
};

export interface ServiceOptions {
  plant?: Plant;
  /** Name of the release tag of a version; by default with a `v`. */
  tag?: (version: string) => string;
  /** Besides the usual files, from the first commit on. */
  files?: Readonly<Record<string, string>>;
  /** On develop, which is not released. */
  ahead?: Readonly<Record<string, string>>;
  /** After the first commit, before its tag. */
  early?: (to: Writer) => void;
  /** When production is released, on `main`. */
  late?: (to: Writer) => void;
}

const folders: string[] = [];
// A row has a folder for temporary files of its own.
const TEMPORARY = tmpdir();

/** A folder for a whole test file. */
export function benchFolder(): string {
  const folder = realpathSync(mkdtempSync(join(TEMPORARY, 'hotfix-pulse-bench-')));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** `main` is production at 1.1.0 with the fault in it; `develop` is ahead; the user works on `develop`. */
export function service(options: ServiceOptions = {}): Bench {
  const folder = benchFolder();
  const { plant = plain, tag = (version) => `v${version}` } = options;
  const root = join(folder, 'work');
  const bare = join(folder, 'remote.git');
  for (const [path, ...kind] of [[root], [bare, '--bare']] as const)
    git(folder, ['init', '-q', '--template=', '-b', 'main', ...kind, path]);
  git(root, ['config', 'user.name', 'Ana']);
  git(root, ['config', 'user.email', 'ana@example.com']);
  git(root, ['remote', 'add', 'origin', bare]);
  const to = writer(root);
  to.commit('Start', { ...START, ...options.files });
  options.early?.(to);
  to.git('tag', '-a', tag('1.0.0'), '-m', 'release');
  to.commit('Add the cart', { 'src/cart.js': 'exports.cart = [];\n' });
  to.commit('Document login', { 'docs/login.md': '# Login\n' });
  to.commit('Speed up search', { 'src/search.js': 'exports.search = () => [1];\n' });
  const bad = plant(to);
  to.commit('Tune the pool', { 'config/default.json': '{ "pool": 20 }\n' });
  to.commit('Add profiles', { 'src/profile.js': 'exports.profile = {};\n' });
  const release = to.commit('Document more', { 'docs/login.md': '# Login\n\nMore.\n' });
  to.git('tag', '-a', tag('1.1.0'), '-m', 'release');
  options.late?.(to);
  to.git('checkout', '-q', '-b', 'develop');
  to.commit('feat: prices', { 'src/prices.js': 'exports.prices = [];\n', ...options.ahead });
  to.commit('feat: faster search', { 'src/search.js': 'exports.search = () => [2];\n' });
  git(root, ['push', '-q', '--tags', 'origin', 'main', 'develop']);
  git(root, ['fetch', '-q', 'origin']);
  mkdirSync(join(folder, 'tmp'));
  return { folder, root, checkouts: [root], bare, bad, release };
}

/** The same service once more, in a folder of its own. */
export function copyOf(bench: Bench): Bench {
  const folder = benchFolder();
  cpSync(bench.folder, folder, { recursive: true, preserveTimestamps: true });
  const root = join(folder, 'work');
  const bare = join(folder, 'remote.git');
  git(root, ['config', 'remote.origin.url', bare]);
  return { ...bench, folder, root, bare, checkouts: [root] };
}

/** A copy of a service, put into another state. */
export function changed(bench: () => Bench, change: (copy: Bench) => void): () => Bench {
  return () => {
    const copy = copyOf(bench());
    change(copy);
    return copy;
  };
}

/** A hook of a repository. */
export function hook(hooks: string, name: string, script: string): void {
  mkdirSync(hooks, { recursive: true });
  writeFileSync(join(hooks, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(hooks, name), 0o755);
}

/** Somebody else's clone: what they do there on a branch is pushed. */
export function elsewhere({ folder, bare }: Bench, branch: string, files: Readonly<Record<string, string>>) {
  const root = join(folder, 'elsewhere');
  rmSync(root, { recursive: true, force: true });
  git(folder, ['clone', '-q', '-b', branch, bare, root]);
  put(root, files);
  git(root, ['add', '-A']);
  git(root, ['commit', '-q', '-m', 'somebody else']);
  git(root, ['push', '-q', 'origin', branch]);
}
