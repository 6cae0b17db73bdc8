import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import { ENV, fixedRepo, NODE, test } from '../support/check-repo.ts';
import { checkoutPrint } from '../support/checkout.ts';
import { makeDirty } from '../support/hotfix-start-kit.ts';
import { tempFolder } from '../support/repo.ts';

async function refusal(call: Promise<unknown>): Promise<PulseError> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof PulseError) return error;
  throw error;
}

/** A file outside of every working tree, so that runs can count themselves. */
const counter = () => JSON.stringify(join(tempFolder(), 'count'));
const counted = (file: string, body: string): string =>
  test(
    'accepts a plus sign',
    `const fs = require('node:fs'); fs.appendFileSync(${file}, 'x'); const runs = fs.readFileSync(${file}).length; ${body}`,
  );
const RIGHT = "assert.equal(login('a+b'), 'a+b')";

describe('a regression proof', () => {
  it('runs both sides twice and keeps what failed; the checkout stays as it is', async () => {
    const { repo, base, commit, prove } = fixedRepo();
    repo.write('app.txt', 'tracked\n');
    repo.git(['add', 'app.txt']);
    repo.git(['commit', '-q', '-m', 'later']);
    makeDirty(repo);
    const before = checkoutPrint(repo.root);
    const told: string[] = [];
    const report = await prove({}, { progress: (line) => told.push(line) });
    expect(report).toMatchObject({
      ...{ outcome: 'proven', base, commit, base_exit: 1, fix_exit: 0, failing: 'accepts a plus sign' },
      command: [NODE, '--test', 'test/plus.test.js'],
    });
    expect(report.runs.map(({ side, outcome }) => `${side} ${outcome}`)).toEqual([
      'control passed',
      ...['red failed', 'red failed', 'green passed', 'green passed'],
    ]);
    // No test of that name is in the base, so all its tests are the control.
    expect(report.runs[0]?.command).toEqual([NODE, '--test']);
    expect(told).toContain('base with the new tests: failed');
    expect(checkoutPrint(repo.root)).toEqual(before);
    expect(repo.leftovers()).toEqual([]);
  });

  it('takes the base version of a test file that is there already as the control', async () => {
    const { prove } = fixedRepo({
      fix: { 'test/old.test.js': test('a plus sign stays', RIGHT), 'test/plus.test.js': '' },
    });
    const report = await prove({ tests: ['test/old.test.js'] });
    expect(report).toMatchObject({ outcome: 'proven', failing: 'a plus sign stays' });
    expect(report.runs[0]?.command).toEqual([NODE, '--test', 'test/old.test.js']);
  });

  it('lays helpers over as well, without running them', async () => {
    const { prove } = fixedRepo({
      fix: {
        'test/plus.test.js': test('accepts a plus sign', "assert.equal(login(require('./names.js')), 'a+b')"),
        'test/names.js': "module.exports = 'a+b';\n",
      },
    });
    expect(await prove()).toMatchObject({ outcome: 'could_not_run' });
    const report = await prove({ tests: ['test/plus.test.js', 'test/names.js'] });
    expect(report).toMatchObject({ outcome: 'proven', command: [NODE, '--test', 'test/plus.test.js'] });
  });
});

it('each run begins from the commit, whatever the run before left', async () => {
  const leaves = `const fs = require('node:fs'); assert.ok(!fs.existsSync('left')); fs.writeFileSync('left', ''); fs.writeFileSync('login.js', ''); ${RIGHT}`;
  const { prove } = fixedRepo({ fix: { 'test/plus.test.js': test('accepts a plus sign', leaves) } });
  const report = await prove();
  expect(report).toMatchObject({ outcome: 'proven' });
  expect(report.runs.map(({ failing }) => failing)).toEqual([
    null,
    'accepts a plus sign',
    'accepts a plus sign',
    null,
    null,
  ]);
});

describe('what is no proof', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'passes without the fix',
      { 'test/plus.test.js': test('x', "assert.equal(login('a'), 'a')") },
      { outcome: 'not_red_at_base', base_exit: 0, fix_exit: null },
    ],
    [
      'fails with the fix too',
      { 'test/plus.test.js': test('x', "assert.equal(login('a+b'), 'c')") },
      { outcome: 'not_green_at_fix', base_exit: 1, fix_exit: 1 },
    ],
    [
      'a syntax error in the new test',
      { 'test/plus.test.js': "const { test } = require('node:test'); test('x', ( => {});\n" },
      { outcome: 'could_not_run', reason: expect.stringContaining('syntax error') },
    ],
    [
      'a module that the base has not',
      { 'test/plus.test.js': "require('../new.js');\n", 'new.js': '' },
      { outcome: 'could_not_run', reason: expect.stringContaining('module') },
    ],
    [
      'a file without a test that breaks',
      { 'test/plus.test.js': 'undefinedName();\n' },
      { outcome: 'could_not_run' },
    ],
  ])('%s', async (_name, fix, wanted) => {
    const { repo, prove } = fixedRepo({ fix });
    const report = await prove();
    expect(report).toMatchObject(wanted);
    expect(report.reason).not.toBe('');
    expect(repo.leftovers()).toEqual([]);
  });

  it('flaky: the same commit ends differently', async () => {
    const [atBase, atFix] = [counter(), counter()];
    const base = fixedRepo({ fix: { 'test/plus.test.js': counted(atBase, 'assert.ok(runs > 1)') } });
    expect(await base.prove()).toMatchObject({ outcome: 'flaky', fix_exit: null });
    const fix = fixedRepo({
      fix: { 'test/plus.test.js': counted(atFix, `if (runs < 3) { ${RIGHT}; } else assert.ok(runs !== 4)`) },
    });
    const report = await fix.prove();
    expect(report).toMatchObject({ outcome: 'flaky' });
    expect(report.runs.map(({ outcome }) => outcome)).toEqual([
      'passed',
      'failed',
      'failed',
      'passed',
      'failed',
    ]);
  });

  it('a base that is red before anything is laid over it', async () => {
    const broken = test('names stay', "assert.equal(login('ana'), 'ben')");
    const { prove } = fixedRepo({ base: { 'test/old.test.js': broken } });
    const report = await prove();
    expect(report).toMatchObject({ outcome: 'base_is_red', base_exit: null, failing: null });
    expect(report.runs).toHaveLength(2);
    const flaky = fixedRepo({ base: { 'test/old.test.js': counted(counter(), 'assert.ok(runs > 1)') } });
    expect(await flaky.prove()).toMatchObject({ outcome: 'flaky' });
  });

  it('a test runner that is not there', async () => {
    const { prove } = fixedRepo({ settings: { test: ['node_modules/.bin/no-such-runner', '{files}'] } });
    const report = await prove();
    expect(report).toMatchObject({ outcome: 'could_not_run', reason: expect.stringContaining('setup') });
    const shell = fixedRepo({ settings: { test: ['sh', '-c', 'no-such-runner "$@"', '--', '{files}'] } });
    expect(await shell.prove()).toMatchObject({ outcome: 'could_not_run' });
  });

  it('a base without dependencies, or one whose setup fails', async () => {
    const { prove } = fixedRepo({
      base: { 'login.js': "require('left-pad-of-nowhere'); exports.login = (name) => name;\n" },
    });
    expect(await prove()).toMatchObject({ outcome: 'could_not_run' });
    const setup = [
      NODE,
      '-e',
      "if (!require('node:fs').existsSync('deps.txt')) { console.log('no deps'); process.exit(3); }",
    ];
    const failing = fixedRepo({
      settings: { setup, test: [NODE, '--test', '{files}'] },
      fix: { 'deps.txt': '' },
    });
    const report = await failing.prove();
    expect(report).toMatchObject({ outcome: 'could_not_run', runs: [], base_exit: null });
    expect(report.reason).toMatch(/At the base: The setup failed with exit code 3\. Set setup/);
    expect(report.tail).toContain('no deps');
  });

  it('a time limit, also when signals are ignored', async () => {
    const { repo, prove } = fixedRepo({
      fix: { 'test/plus.test.js': "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);\n" },
    });
    const report = await prove({}, {}, ENV, { each: 1_500, setup: 1_000 });
    expect(report).toMatchObject({ outcome: 'could_not_run', reason: expect.stringContaining('time limit') });
    expect(repo.leftovers()).toEqual([]);
  });

  it('one that was stopped', async () => {
    const { repo, prove } = fixedRepo();
    const controller = new AbortController();
    const report = await prove(
      {},
      { signal: controller.signal, progress: (line) => line.startsWith('base with') && controller.abort() },
    );
    expect(report).toMatchObject({ outcome: 'could_not_run', reason: expect.stringContaining('stopped') });
    expect(repo.leftovers()).toEqual([]);
  });

  it('a command that succeeds without running a test', async () => {
    const { prove } = fixedRepo({
      fix: { 'test/plus.test.js': "require('node:test');\n" },
      settings: { test: [NODE, '-e', "console.log('# tests 0')", '--', '{files}'] },
    });
    expect(await prove()).toMatchObject({ outcome: 'could_not_run' });
  });
});

describe('refusals', () => {
  it('of what nobody has accepted, until a person has, and again when a script changes', async () => {
    const files = {
      'package.json': JSON.stringify({ scripts: { test: 'node --test' } }),
      'hotfix-pulse.config.json': '{}',
    };
    const { repo, base, commit, prove } = fixedRepo({ base: files, settings: {} });
    const error = await refusal(prove());
    expect(error).toMatchObject({
      code: 'gate_closed',
      hint: expect.stringContaining('hotfix-pulse accept-checks'),
    });
    const checks = repo.checks();
    const plan = await checks.plan(commit, {});
    expect(plan).toMatchObject({ allowed: 'open', source: 'detected' });
    await checks.accept(plan, 'Ana', '2026-01-05T14:00:00Z');
    expect((await prove()).outcome).toBe('proven');
    expect((await repo.checks().plan(base, {})).allowed).toBe('accepted');
    const changed = repo.save({ 'package.json': JSON.stringify({ scripts: { test: 'node --test; echo' } }) });
    expect((await refusal(prove({ commit: changed }))).code).toBe('gate_closed');
  });

  it('of settings that are not committed', async () => {
    const { repo, prove } = fixedRepo();
    writeFileSync(join(repo.root, 'hotfix-pulse.config.json'), '{"test":["evil"]}');
    expect((await refusal(prove())).code).toBe('gate_closed');
  });

  it('of an environment, a command or a .env file that leads to production; nothing runs', async () => {
    const mark = join(tempFolder(), 'ran');
    const settings = {
      test: [NODE, '-e', `require('fs').writeFileSync(${JSON.stringify(mark)}, '')`, '--', '{files}'],
    };
    const { prove } = fixedRepo({ settings });
    expect(await refusal(prove({}, {}, { ...ENV, AWS_PROFILE: 'acme-prod' }))).toMatchObject({
      ...{ code: 'unsafe', message: expect.stringContaining('AWS_PROFILE') },
    });
    const word = fixedRepo({ settings: { test: ['env', 'NODE_ENV=production', NODE, '--test', '{files}'] } });
    expect((await refusal(word.prove())).code).toBe('unsafe');
    const secret = 'postgres://app:hunter22@db.prod.acme.net/shop';
    const file = fixedRepo({ settings, base: { '.env': `A=1\nDATABASE_URL=${secret}\n` } });
    const error = await refusal(file.prove());
    expect(error).toMatchObject({
      code: 'unsafe',
      message: expect.stringContaining('DATABASE_URL in a .env file'),
    });
    expect(`${error.message}${error.hint}`).not.toContain('hunter22');
    expect(existsSync(mark)).toBe(false);
    expect(file.repo.leftovers()).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['an option', ['--require=x.js']],
    ['outside', ['../x.test.js']],
    ['not in the fix', ['test/none.test.js']],
    ['a folder', ['test']],
    ['a link', ['test/link.test.js']],
    ['one of two', ['test/plus.test.js', 'test/none.test.js']],
  ])('of a path that is %s', async (_name, tests) => {
    const { repo, prove } = fixedRepo();
    mkdirSync(join(repo.root, 'test'), { recursive: true });
    symlinkSync('plus.test.js', join(repo.root, 'test/link.test.js'));
    repo.git(['add', '-A']);
    repo.git(['commit', '-q', '-m', 'link']);
    const commit = repo.git(['rev-parse', 'HEAD']);
    expect((await refusal(prove({ tests, commit }))).code).toBe('invalid_input');
  });

  it('of base and fix being one commit, and of files that nothing runs', async () => {
    const { base, prove } = fixedRepo();
    expect((await refusal(prove({ commit: base }))).code).toBe('invalid_input');
    expect((await refusal(prove({ settings: {}, tests: ['test/plus.test.js'] }))).code).toBe(
      'not_configured',
    );
  });

  it('nothing is written through a link of the base', async () => {
    const outside = tempFolder();
    const { repo, commit, prove } = fixedRepo();
    repo.git(['checkout', '-q', '--detach', `${commit}^`]);
    repo.git(['rm', '-rq', 'test']);
    symlinkSync(outside, join(repo.root, 'test'));
    repo.git(['add', '-A']);
    repo.git(['commit', '-q', '-m', 'link']);
    const base = repo.git(['rev-parse', 'HEAD']);
    repo.git(['checkout', '-q', 'main']);
    const report = await prove({ base });
    expect(existsSync(join(outside, 'plus.test.js'))).toBe(false);
    expect(report.outcome).not.toBe('flaky');
    expect(readFileSync(join(repo.root, 'test/plus.test.js'), 'utf8')).toContain('plus');
  });
});
