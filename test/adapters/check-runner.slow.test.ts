import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createAcceptedChecks } from '../../src/adapters/accepted-checks.ts';
import { createChecks } from '../../src/adapters/checks-port.ts';
import type { CheckSettings, CheckWatch } from '../../src/core/ship/check-run.ts';
import { isAlive } from '../support/alive.ts';
import { checkRepo, ENV, NODE } from '../support/check-repo.ts';
import { checkoutPrint } from '../support/checkout.ts';
import { makeDirty } from '../support/hotfix-start-kit.ts';
import { tempFolder } from '../support/repo.ts';

const node = (script: string): string[] => [NODE, '-e', script];
const sh = (script: string): string[] => ['sh', '-c', script];

/** A repository whose committed settings name these checks, and a run of them at HEAD. */
function checked(
  commands: Record<string, string[]>,
  options: { timeout_s?: number; env?: Record<string, string | undefined> } = {},
) {
  const { timeout_s } = options;
  const checks = Object.entries(commands).map(([name, command]) => ({
    ...{ name, command },
    ...(timeout_s === undefined ? {} : { timeout_s }),
  }));
  const settings: CheckSettings = { checks };
  const repo = checkRepo({ 'hotfix-pulse.config.json': JSON.stringify(settings), 'app.txt': 'app\n' });
  const port = repo.checks(options.env ?? ENV);
  return {
    repo,
    async run(watch: CheckWatch = {}) {
      const plan = await port.plan(repo.git(['rev-parse', 'HEAD']), settings);
      return port.run(plan, watch);
    },
  };
}

describe('checks', () => {
  it('run one after the other on the commit, and tell how far they are; a dirty checkout is untouched', async () => {
    const { repo, run } = checked({
      lint: node("console.log(require('fs').readFileSync('app.txt', 'utf8').trim())"),
      test: node('console.log("1 test failed"); process.exit(1)'),
      build: ['no-such-program-here'],
    });
    makeDirty(repo);
    const before = checkoutPrint(repo.root);
    const told: string[] = [];
    const report = await run({ progress: (line) => told.push(line) });
    expect(report).toMatchObject({
      ...{ outcome: 'failed', commit: repo.git(['rev-parse', 'HEAD']) },
      reason: 'Failed: test. Could not run, so nothing is known: build.',
      results: [
        {
          name: 'lint',
          outcome: 'passed',
          reason: '',
          exit_code: 0,
          tail: 'app\n',
          bytes: 4,
          changed: false,
        },
        { name: 'test', outcome: 'failed', exit_code: 1, failing: '1 test failed' },
        { name: 'build', outcome: 'could_not_run', exit_code: null, failing: null },
      ],
    });
    expect(told).toEqual([
      expect.stringContaining('preparing a working tree'),
      ...['lint (1 of 3): runs', 'lint (1 of 3): passed', 'test (2 of 3): runs', 'test (2 of 3): failed'],
      ...['build (3 of 3): runs', 'build (3 of 3): could_not_run'],
    ]);
    expect(checkoutPrint(repo.root)).toEqual(before);
    expect(repo.leftovers()).toEqual([]);
  });

  it('that only could not run, or are none at all, are neither red nor green', async () => {
    expect(await checked({ lint: node(''), test: sh('exit 127') }).run()).toMatchObject({
      outcome: 'could_not_run',
    });
    expect(await checked({}).run()).toMatchObject({
      outcome: 'could_not_run',
      reason: expect.stringContaining('Set checks'),
    });
    expect(await checked({ lint: node('') }).run()).toMatchObject({ outcome: 'passed', reason: '' });
  });

  it('do not run when the setup fails, and none is shown green', async () => {
    const repo = checkRepo({ 'package.json': '{"scripts":{"lint":"true"}}' });
    const settings = { setup: sh('echo offline; exit 1'), checks: [{ name: 'lint', command: ['true'] }] };
    writeFileSync(join(repo.root, 'hotfix-pulse.config.json'), JSON.stringify(settings));
    repo.save({ 'hotfix-pulse.config.json': JSON.stringify(settings) });
    const port = repo.checks();
    const report = await port.run(await port.plan(repo.git(['rev-parse', 'HEAD']), settings), {});
    expect(report).toMatchObject({ outcome: 'could_not_run', results: [], tail: 'offline\n' });
    expect(report.reason).toContain('Set setup');
  });

  it('see the commit, whatever the one before them wrote', async () => {
    const { run } = checked({
      lint: sh('echo fixed > app.txt; git commit -qam x; exit 0'),
      test: sh('test "$(cat app.txt)" = app'),
    });
    const report = await run();
    expect(report.results.map(({ outcome, changed }) => [outcome, changed])).toEqual([
      ['passed', true],
      ['passed', false],
    ]);
  });

  it('keep the end of 50 MB in little memory', async () => {
    const script =
      "const b = Buffer.alloc(1 << 20, 'x'); let n = 50; const go = () => { while (n-- > 0) if (!process.stdout.write(b)) return process.stdout.once('drain', go); process.stdout.write('the end\\n'); }; go();";
    const { run } = checked({ test: node(script) });
    const before = process.memoryUsage().rss;
    const [result] = (await run()).results;
    expect(result).toMatchObject({ outcome: 'passed', bytes: 50 * 1024 * 1024 + 8 });
    expect(result?.tail.length).toBeLessThanOrEqual(8 * 1024);
    expect(result?.tail.endsWith('the end\n')).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('end at their time limit with all that they started, also when signals are ignored', async () => {
    const pids = join(tempFolder(), 'pids');
    const deaf = `trap "" TERM; sleep 300 & echo $! >> ${pids}; echo $$ >> ${pids}; wait; sleep 300`;
    const { repo, run } = checked({ test: sh(deaf), lint: node('') }, { timeout_s: 1 });
    const report = await run();
    expect(report.results).toMatchObject([
      { outcome: 'could_not_run', reason: expect.stringContaining('time limit') },
      { outcome: 'passed' },
    ]);
    await sleep(200);
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(started).toHaveLength(2);
    expect(started.filter(isAlive)).toEqual([]);
    expect(repo.leftovers()).toEqual([]);
  });

  it('that are stopped say so, and those after them do not begin', async () => {
    const mark = join(tempFolder(), 'ran');
    const { repo, run } = checked({ test: sh('sleep 300'), lint: sh(`touch ${mark}`) });
    const controller = new AbortController();
    const report = await run({
      signal: controller.signal,
      progress: (line) => line === 'test (1 of 2): runs' && setTimeout(() => controller.abort(), 100),
    });
    expect(report.outcome).toBe('could_not_run');
    expect(report.results.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['could_not_run', 'It was stopped.'],
      ['could_not_run', 'It was stopped.'],
    ]);
    expect(existsSync(mark)).toBe(false);
    expect(repo.leftovers()).toEqual([]);
  });

  it('get no terminal and no question', async () => {
    const { run } = checked({ test: sh('read answer; echo "got:$answer"; echo "$CI $GIT_EDITOR"') });
    expect((await run()).results[0]?.tail).toBe('got:\n1 true\n');
  });

  it('pass arguments as they are', async () => {
    const { run } = checked({
      test: [NODE, '-e', 'console.log(process.argv[1])', '--', '$(touch x); `y` | z'],
    });
    expect((await run()).results[0]?.tail).toBe('$(touch x); `y` | z\n');
  });

  it('are refused where something leads to production', async () => {
    await expect(
      checked({ test: node('') }, { env: { ...ENV, NODE_ENV: 'production' } }).run(),
    ).rejects.toThrow('NODE_ENV');
    await expect(checked({ test: ['psql', 'postgres://a@prod-db/x'] }).run()).rejects.toThrow('command');
    const make = 'test:\n\tDATABASE_URL=postgres://a@prod-db/x ./test\n';
    const repo = checkRepo({ Makefile: make });
    const port = repo.checks();
    const plan = await port.plan(repo.git(['rev-parse', 'HEAD']), {});
    await port.accept(plan, 'Ana', '2026-01-05T14:00:00Z');
    await expect(port.run({ ...plan, ...(await port.plan(plan.commit, {})) }, {})).rejects.toThrow(
      'a script that runs',
    );
  });
});

describe('what may run', () => {
  const scripts = (lint: string) => JSON.stringify({ scripts: { lint, test: 'node --test' } });
  const at = '2026-01-05T14:00:00Z';

  it('is what a person has accepted on this machine; a changed script waits again, alone', async () => {
    const repo = checkRepo({ 'package.json': scripts('eslint .') });
    const port = repo.checks();
    const first = await port.plan(repo.git(['rev-parse', 'HEAD']), {});
    expect(first).toMatchObject({ allowed: 'open', source: 'detected' });
    await expect(port.run(first, {})).rejects.toMatchObject({ code: 'gate_closed' });
    await port.accept(first, 'Ana', at);
    const file = join(repo.home, 'accepted-checks.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('"by": "Ana"');
    // Another process knows it too.
    const other = createChecks(repo.root, repo.home, ENV);
    expect((await other.plan(first.commit, {})).allowed).toBe('accepted');
    const changed = await other.plan(repo.save({ 'package.json': scripts('evil') }), {});
    expect(changed.allowed).toBe('open');
    expect(changed.commands.filter(({ standing }) => standing === 'open').map(({ name }) => name)).toEqual([
      'lint',
    ]);
    expect(changed.pin).not.toBe(first.pin);
  });

  it('is what committed settings name, at HEAD or at the base, and nothing that differs from them', async () => {
    const settings = { checks: [{ name: 'lint', command: ['true'] }] };
    const repo = checkRepo({ 'hotfix-pulse.config.json': JSON.stringify(settings) });
    const base = repo.git(['rev-parse', 'HEAD']);
    const port = repo.checks();
    expect((await port.plan(base, settings)).allowed).toBe('committed');
    writeFileSync(join(repo.root, 'hotfix-pulse.config.json'), '{ "checks": [] }');
    expect((await port.plan(base, settings)).allowed).toBe('open');
    const head = repo.save({ 'hotfix-pulse.config.json': '{ "checks": [ ] }' });
    writeFileSync(join(repo.root, 'hotfix-pulse.config.json'), JSON.stringify(settings));
    expect((await port.plan(head, settings)).allowed).toBe('open');
    expect((await port.plan(head, settings, base)).allowed).toBe('committed');
  });

  it('is read from ordinary files of the commit, not from the checkout', async () => {
    const repo = checkRepo({ 'package.json': scripts('eslint .') });
    const commit = repo.git(['rev-parse', 'HEAD']);
    writeFileSync(join(repo.root, 'package.json'), scripts('evil'));
    const plan = await repo.checks().plan(commit, {});
    expect(plan.commands.some(({ defines }) => defines.includes('evil'))).toBe(false);
    expect(plan.checks.map(({ name }) => name)).toEqual(['lint', 'test']);
  });

  it('a damaged file of acceptances accepts nothing', async () => {
    const repo = checkRepo();
    const store = createAcceptedChecks(repo.home);
    const pin = 'a'.repeat(64);
    await store.accept([pin], 'Ana', at);
    expect([store.isAccepted(pin), store.isAccepted('b'.repeat(64))]).toEqual([true, false]);
    for (const text of ['{', '[]', 'null', '{"accepted":{}}', `{"accepted":["${pin}"]}`]) {
      writeFileSync(join(repo.home, 'accepted-checks.json'), text);
      expect(store.isAccepted(pin), text).toBe(false);
    }
    await Promise.all(['c', 'd', 'e'].map((one) => store.accept([one.repeat(64)], 'Ana', at)));
    expect(['c', 'd', 'e'].every((one) => store.isAccepted(one.repeat(64)))).toBe(true);
  });
});
