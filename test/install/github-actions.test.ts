import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFrontMatter } from '../../src/adapters/front-matter.ts';
import { defaultBranch } from '../../src/adapters/git/default-branch.ts';
import type { App } from '../../src/cli/app.ts';
import { installCommand } from '../../src/cli/install.ts';
import { asFrontMatter, type Setup } from '../../src/cli/install-setup.ts';
import { createOutput } from '../../src/cli/output.ts';
import { uninstallCommand } from '../../src/cli/uninstall.ts';
import { ciWorkflow } from '../../src/install/ci-workflows.ts';
import { defaultAction, isActionRef, whoseFile, workflowText } from '../../src/install/github-actions.ts';
import { createInstaller } from '../../src/install/installer.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { fakeApp, fakeIo, fakeWorld } from '../cli/fakes.ts';
import { yamlOf } from '../support/github-linters.ts';
import { tempRepo } from '../support/repo.ts';
import { EMPTY_HOME, place, put, treeOf, VERSION } from './kit.ts';

const FILE = '.github/workflows/hotfix-pulse.yml';
const CI = 'name: CI\non:\n  push:\n    branches: [main]\njobs: {}\n';
const yaml = async (text: string) => (await readFrontMatter(asFrontMatter(text))).data;

function door({ branch = 'main' as string | null, tty = false, answers = [] as string[] } = {}) {
  const at = place({ ci: { yaml, defaultBranch: async () => branch } });
  const setup: Setup = async () => createInstaller(at.machine);
  const commands = { install: installCommand(setup), uninstall: uninstallCommand(setup) };
  const left = [...answers];
  async function run(name: keyof typeof commands, args: Record<string, unknown>, json = false) {
    const fake = fakeIo({ tty });
    const io = { ...fake, ask: async () => left.shift() ?? '' };
    const app: App = { ...fakeApp(fakeWorld(), fake), tools: TOOLS };
    const deps = () => Promise.reject(new Error('no'));
    const session = { io, app, out: createOutput(io, { json, noColour: true }), deps };
    const code = await commands[name].run(args, session);
    return { code, out: fake.written.stdout, err: fake.written.stderr };
  }
  return {
    ...{ ...at, run },
    install: (args: Record<string, unknown> = {}, json = false) =>
      run('install', { github_actions: true, ...(tty ? {} : { yes: true }), ...args }, json),
    read: () => readFileSync(join(at.repo, FILE), 'utf8'),
  };
}

describe('install --github-actions', () => {
  it('writes one file that watches the one CI workflow, and uninstall leaves nothing of it', async () => {
    const at = door();
    put(at.repo, '.github/workflows/ci.yml', CI);
    put(
      at.repo,
      '.github/workflows/release.yml',
      'name: Release\non:\n  push:\n    tags: ["v*"]\njobs: {}\n',
    );
    const before = treeOf(at.repo);
    const { code, out, err } = await at.install();
    expect([code, out]).toEqual([0, expect.stringContaining(`created ${join(at.repo, FILE)}`)]);
    expect(err).toContain('commit the file there');
    expect(yamlOf(at.read())).toMatchObject({
      on: { workflow_run: { workflows: ['CI'], types: ['completed'], branches: ['main'] } },
      jobs: { pulse: { steps: [{ uses: `hotfix-pulse/hotfix-pulse@v${VERSION}` }] } },
    });
    expect((await at.run('uninstall', { yes: true })).code).toBe(0);
    expect([treeOf(at.repo), treeOf(at.home)]).toEqual([before, EMPTY_HOME]);
  });

  it('makes the folders where there are none, and takes them away again', async () => {
    const at = door();
    const { code } = await at.install({ workflow: ['CI'] }).catch(() => ({ code: -1 }));
    expect(code).toBe(-1);
    put(at.repo, '.github/workflows/ci.yml', CI);
    await at.install();
    rmSync(join(at.repo, '.github/workflows/ci.yml'));
    await at.run('uninstall', { github_actions: true, yes: true });
    // They were there before us.
    expect(treeOf(at.repo)).toEqual({ '.github/': '', '.github/workflows/': '' });
  });

  it('a second run changes nothing; another choice changes the file and nothing else', async () => {
    const at = door();
    put(at.repo, '.github/workflows/ci.yml', CI);
    put(at.repo, '.github/workflows/other.yml', 'on: [push, pull_request]\njobs: {}\n');
    await at.install({ workflow: ['ci.yml'] });
    const once = treeOf(at.repo);
    expect((await at.install({ workflow: ['CI'] })).out).toContain('nothing to change');
    expect(treeOf(at.repo)).toEqual(once);
    await at.install({ workflow: ['CI', 'other.yml'], action_ref: 'acme/pulse@0123456' });
    expect(yamlOf(at.read())).toMatchObject({
      on: { workflow_run: { workflows: ['CI', '.github/workflows/other.yml'] } },
      jobs: { pulse: { steps: [{ uses: 'acme/pulse@0123456' }] } },
    });
    expect({ ...treeOf(at.repo), [FILE]: '' }).toEqual({ ...once, [FILE]: '' });
  });

  it('agents and the workflow do not disturb each other', async () => {
    const at = door();
    put(at.repo, '.github/workflows/ci.yml', CI);
    await at.install();
    await at.run('install', { agent: ['codex'], yes: true });
    const both = at.read();
    await at.run('install', { agent: ['codex'], yes: true });
    await at.run('uninstall', { agent: ['codex'], yes: true });
    expect(at.read()).toBe(both);
    expect(Object.keys(treeOf(at.repo)).filter((name) => !name.startsWith('.github/'))).toEqual([]);
    await at.run('install', { agent: ['codex'], yes: true });
    await at.run('uninstall', { github_actions: true, yes: true });
    expect(Object.keys(treeOf(at.repo))).toContain('.codex/config.toml');
    expect(Object.keys(treeOf(at.repo))).not.toContain(FILE);
  });

  it('never overwrites a file of somebody else, whatever is asked for', async () => {
    const at = door();
    put(at.repo, '.github/workflows/ci.yml', CI);
    put(at.repo, FILE, 'name: mine\n');
    const before = treeOf(at.repo);
    for (const args of [{}, { replace: true }]) {
      const { code, err } = await at.install(args);
      expect([code, err]).toEqual([
        4,
        expect.stringContaining('is there already and is not ours; it was left alone'),
      ]);
    }
    expect((await at.run('uninstall', { yes: true, replace: true })).code).toBe(0);
    expect(treeOf(at.repo)).toEqual(before);
  });

  it('ours, edited by a person, needs --replace, to change it and to remove it', async () => {
    const at = door();
    put(at.repo, '.github/workflows/ci.yml', CI);
    await at.install();
    writeFileSync(join(at.repo, FILE), at.read().replace('timeout-minutes: 10', 'timeout-minutes: 5'));
    expect(await at.install()).toMatchObject({
      code: 4,
      err: expect.stringContaining('was changed by a person'),
    });
    expect(await at.run('uninstall', { yes: true })).toMatchObject({ code: 4 });
    expect(at.read()).toContain('timeout-minutes: 5');
    expect((await at.install({ replace: true })).code).toBe(0);
    expect(at.read()).toContain('timeout-minutes: 10');
  });

  it('what a colleague installed is known by what it holds', async () => {
    const at = door();
    put(at.repo, '.github/workflows/ci.yml', CI);
    const before = treeOf(at.repo);
    put(at.repo, FILE, workflowText({ workflows: ['Old'], branch: 'old', action: 'acme/pulse@v0.0.1' }));
    expect((await at.run('uninstall', { yes: true, dry_run: true })).out).toContain(
      `D ${join(at.repo, FILE)}`,
    );
    expect((await at.install()).out).toContain(`changed ${join(at.repo, FILE)}`);
    rmSync(join(at.home, '.local/share/hotfix-pulse'), { recursive: true });
    await at.run('uninstall', { yes: true });
    expect(treeOf(at.repo)).toEqual(before);
  });

  it('follows no link', async () => {
    const at = door();
    put(at.repo, '.github/workflows/ci.yml', CI);
    put(at.home, 'real.yml', 'x');
    symlinkSync(join(at.home, 'real.yml'), join(at.repo, FILE));
    expect((await at.install()).code).toBe(4);
    expect(readFileSync(join(at.home, 'real.yml'), 'utf8')).toBe('x');
  });

  it('--dry-run shows the whole file and touches nothing; --json answers one value', async () => {
    const at = door();
    put(at.repo, '.github/workflows/ci.yml', CI);
    const before = treeOf(at.repo);
    const { out } = await at.install({ dry_run: true });
    expect(out).toContain(`A ${join(at.repo, FILE)}`);
    expect(out).toContain('+    workflows: ["CI"]');
    const { out: json } = await at.install({ dry_run: true }, true);
    expect(JSON.parse(json)).toMatchObject({
      ...{ scope: 'project', agents: [], dry_run: true, refusals: [] },
      edits: [{ path: join(at.repo, FILE), action: 'create', agents: [] }],
    });
    expect([treeOf(at.repo), treeOf(at.home)]).toEqual([before, EMPTY_HOME]);
  });

  it('needs a yes where nobody can be asked', async () => {
    const at = door();
    put(at.repo, '.github/workflows/ci.yml', CI);
    await expect(at.run('install', { github_actions: true })).rejects.toMatchObject({ code: 'unsafe' });
    expect(Object.keys(treeOf(at.repo))).not.toContain(FILE);
  });
});

describe('which workflows', () => {
  const two = (at: ReturnType<typeof door>) => {
    put(at.repo, '.github/workflows/a.yml', 'name: Build\non: push\njobs: {}\n');
    put(at.repo, '.github/workflows/b.yaml', 'name: Test\non: push\njobs: {}\n');
  };

  it('several: asked for in a terminal', async () => {
    const at = door({ tty: true, answers: ['9', '2', 'y'] });
    two(at);
    const { err } = await at.install();
    expect(err).toMatch(/1 {2}Build\n +2 {2}Test/);
    expect(yamlOf(at.read())).toMatchObject({ on: { workflow_run: { workflows: ['Test'] } } });
  });

  it('several, and nobody to ask: refused with what there is', async () => {
    const at = door();
    two(at);
    await expect(at.install()).rejects.toMatchObject({
      code: 'invalid_input',
      hint: expect.stringContaining('--workflow ci.yml'),
      details: {
        workflows: [
          { file: 'a.yml', name: 'Build' },
          { file: 'b.yaml', name: 'Test' },
        ],
        unread: [],
      },
    });
  });

  it('none, or none of that name: refused', async () => {
    const at = door();
    await expect(at.install()).rejects.toMatchObject({ code: 'not_found' });
    two(at);
    await expect(at.install({ workflow: ['Deploy'] })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('a file that cannot be read may still be named', async () => {
    const at = door();
    put(at.repo, '.github/workflows/odd.yml', 'a: &x [1]\nb: *x\n: :\n\t- {');
    const { err } = await at.install({ workflow: ['Odd'] });
    expect(yamlOf(at.read())).toMatchObject({ on: { workflow_run: { workflows: ['Odd'] } } });
    expect(err).toContain('could not be read: 1');
  });

  it('an unknown default branch has to be named', async () => {
    const at = door({ branch: null });
    put(at.repo, '.github/workflows/ci.yml', CI.replace('main', 'prod'));
    await expect(at.install()).rejects.toMatchObject({
      code: 'not_configured',
      hint: expect.stringContaining('--branch'),
    });
    await at.install({ branch: 'prod' });
    expect(yamlOf(at.read())).toMatchObject({ on: { workflow_run: { branches: ['prod'] } } });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ github_actions: true, agent: ['codex'] }, 'two commands'],
    [{ github_actions: true, scope: 'user' }, 'two commands'],
    [{ workflow: ['CI'] }, '--github-actions'],
    [{ branch: 'main' }, '--github-actions'],
    [{ github_actions: true, action_ref: 'x; rm -rf /' }, 'owner/hotfix-pulse@v1'],
    [{ github_actions: true, action_ref: 'a/b@../../c' }, 'owner/hotfix-pulse@v1'],
  ])('%o does not go', async (args, hint) => {
    await expect(door().run('install', { yes: true, ...args })).rejects.toMatchObject({
      ...{ code: 'invalid_input', hint: expect.stringContaining(hint) },
    });
  });

  it.each<[string, string, boolean]>([
    ['on: push', 'main', true],
    ['on: [pull_request, push]', 'main', true],
    ['on: pull_request', 'main', false],
    ['on:\n  push:', 'main', true],
    ['on:\n  push:\n  pull_request:', 'main', true],
    ['on:\n  push:\n    branches: main', 'main', true],
    ['on:\n  push:\n    branches: [main, "release/*"]', 'release/1', true],
    ['on:\n  push:\n    branches: ["release/*"]', 'release/1/x', false],
    ['on:\n  push:\n    branches: ["**"]', 'release/1/x', true],
    ['on:\n  push:\n    branches: ["*", "!main"]', 'main', false],
    ['on:\n  push:\n    branches: ["v[12].[0-9]+"]', 'v1.10', true],
    ['on:\n  push:\n    branches: ["m.in"]', 'main', false],
    ['on:\n  push:\n    branches-ignore: [main]', 'main', false],
    ['on:\n  push:\n    branches-ignore: [dev]', 'main', true],
    ['on:\n  push:\n    tags: ["v*"]', 'main', false],
    ['on:\n  push:\n    paths: ["src/**"]', 'main', true],
    ['on:\n  workflow_call:\n  workflow_dispatch:', 'main', false],
    ['on:\n  workflow_run:\n    workflows: [CI]', 'main', false],
    ['"on": push', 'main', true],
    ['---\non: push', 'main', true],
    ['# text\n---\non: push # more', 'main', true],
    ['jobs: {}', 'main', false],
  ])('%j on %s: %s', async (text, branch, starts) => {
    expect(ciWorkflow('ci.yml', await yaml(`${text}\n`), branch) !== null).toBe(starts);
  });

  it('without a name a workflow is called by its path', async () => {
    const found = ciWorkflow('ci.yml', await yaml('on: push\n'), 'main');
    expect(found).toEqual({ file: 'ci.yml', name: '.github/workflows/ci.yml' });
  });
});

describe('the file', () => {
  const text = workflowText({ workflows: ['CI'], branch: 'main', action: 'a/b@v1' });

  it('knows whose it is', () => {
    expect(whoseFile(text)).toBe('ours');
    for (const changed of [`${text}# more\n`, text.replaceAll('\n', '\r\n'), text.replace('read', 'write')]) {
      expect(whoseFile(changed)).toBe('edited');
    }
    expect(whoseFile('name: x\n')).toBe('foreign');
    expect(whoseFile('')).toBe('foreign');
  });

  it('takes the address of the action from package.json once it is there', () => {
    expect(defaultAction({}, '1.2.3')).toEqual({
      action: 'hotfix-pulse/hotfix-pulse@v1.2.3',
      isPublished: false,
    });
    for (const repository of [
      'github:acme/pulse',
      'https://github.com/acme/pulse',
      { type: 'git', url: 'git+https://github.com/acme/pulse.git' },
      { type: 'git', url: 'git@github.com:acme/pulse.git' },
    ]) {
      expect(defaultAction({ repository }, '1.2.3')).toEqual({
        action: 'acme/pulse@v1.2.3',
        isPublished: true,
      });
    }
    expect(defaultAction({ repository: 'https://gitlab.com/a/b' }, '1.2.3').isPublished).toBe(false);
    expect(isActionRef(defaultAction({}, '1.2.3').action)).toBe(true);
  });
});

describe('the default branch', () => {
  it("is the remote's, or the usual name among its branches, or the only one there is; else nobody's", async () => {
    const { root, git, commit } = tempRepo();
    commit('a', '1');
    git(['branch', '-M', 'trunk']);
    expect(await defaultBranch(root)).toBe('trunk');
    git(['branch', 'main']);
    expect(await defaultBranch(root)).toBeNull();
    const remote = tempRepo({ bare: true });
    git(['remote', 'add', 'origin', remote.root]);
    git(['push', '-q', 'origin', 'trunk:refs/heads/main', 'trunk:refs/heads/next']);
    expect(await defaultBranch(root)).toBe('main');
    git(['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/next']);
    expect(await defaultBranch(root)).toBe('next');
  });
});
