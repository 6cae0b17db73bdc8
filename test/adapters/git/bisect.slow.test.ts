import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/adapters/checks.ts';
import { type BisectWatch, runBisect } from '../../../src/adapters/git/bisect.ts';
import { createWorktrees } from '../../../src/adapters/git/worktree.ts';
import type { BisectProgress } from '../../../src/core/ship/change-range.ts';
import { isAlive } from '../../support/alive.ts';
import { bundle } from '../../support/bundle.ts';
import { type TempRepo, tempFolder, tempRepo } from '../../support/repo.ts';
import { fingerprint, objectNames } from '../../support/suspect-repo.ts';

const ENV = { PATH: process.env.PATH, HOME: process.env.HOME };

interface Case {
  repo: TempRepo;
  /** Twelve commits; from the eighth on the file `bad` is there. */
  shas: string[];
  home: string;
  run(command: string[], watch?: BisectWatch, timeoutMs?: number): ReturnType<typeof runBisect>;
}

function twelve(): Case {
  const repo = tempRepo();
  const shas = Array.from({ length: 12 }, (_, i) => repo.commit(i === 7 ? 'bad' : `file-${i}`, `${i}\n`));
  const home = join(repo.root, '.git', 'hotfix-pulse');
  const [good = '', bad = ''] = [shas[0], shas[11]];
  return {
    ...{ repo, shas, home },
    run: (command, watch, timeoutMs = 30_000) =>
      runBisect(createWorktrees(repo.root, home), { good, bad, command, timeoutMs }, ENV, watch),
  };
}

const leftovers = ({ repo, home }: Case): string[] => [
  ...readdirSync(join(home, 'worktrees')),
  ...repo
    .git(['worktree', 'list', '--porcelain'])
    .split('\n')
    .filter((line) => line.includes('hotfix-pulse-wt-')),
];

async function until(is: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !is(); i++) await sleep(25);
  expect(is()).toBe(true);
}

describe('bisection', () => {
  it('finds the first bad commit in few runs, tells how far it is, and leaves nothing', async () => {
    const one = twelve();
    const before = [fingerprint(one.repo.root), objectNames(one.repo.root)];
    const told: BisectProgress[] = [];
    const report = await one.run(['test', '!', '-e', 'bad'], { progress: (progress) => told.push(progress) });
    expect(report).toMatchObject({ outcome: 'found', commit: one.shas[7] });
    expect(report.runs.length).toBeLessThanOrEqual(6);
    expect(report.runs.slice(0, 2)).toEqual([
      { commit: one.shas[11], code: 1, verdict: 'bad' },
      { commit: one.shas[0], code: 0, verdict: 'good' },
    ]);
    expect(told.map(({ runs }) => runs)).toEqual(report.runs.map((_, index) => index));
    expect(told[2]?.left).toBeGreaterThan(0);
    expect(leftovers(one)).toEqual([]);
    expect([fingerprint(one.repo.root), objectNames(one.repo.root)]).toEqual(before);
  });

  it.each<[string, string[], string, number]>([
    ['passes_at_bad', ['true'], 'passes_at_bad', 1],
    ['fails_at_good', ['false'], 'fails_at_good', 2],
    ['no such program', ['no-such-program-here'], 'could_not_run', 1],
    ['not executable', ['./file-1'], 'could_not_run', 1],
    ['exit code 127', ['sh', '-c', 'exit 127'], 'could_not_run', 1],
    ['exit code 129', ['sh', '-c', 'exit 129'], 'could_not_run', 1],
    ['killed', ['sh', '-c', 'kill -9 $$'], 'could_not_run', 1],
    ['a zero byte', ['a\0b'], 'could_not_run', 1],
    ['a skip at bad', ['sh', '-c', 'exit 125'], 'passes_at_bad', 1],
  ])('%s', async (_name, command, outcome, runs) => {
    const one = twelve();
    const report = await one.run(command);
    expect([report.outcome, report.commit, report.runs.length]).toEqual([outcome, null, runs]);
    expect(leftovers(one)).toEqual([]);
  });

  it('skips what cannot be judged, and names what is left when that is all', async () => {
    const one = twelve();
    const around = await one.run(['sh', '-c', 'test -e file-5 -a ! -e file-6 && exit 125; test ! -e bad']);
    expect(around).toMatchObject({ outcome: 'found', commit: one.shas[7] });
    const hidden = await one.run(['sh', '-c', 'test -e file-5 -a ! -e file-9 && exit 125; test ! -e bad']);
    expect(hidden).toMatchObject({ outcome: 'only_skipped', commit: null });
    expect(hidden.candidates).toContain(one.shas[7]);
    expect(hidden.candidates).not.toContain(one.shas[2]);
    expect(leftovers(one)).toEqual([]);
  });

  it('goes on when the command changes files or leaves some in the way', async () => {
    const one = twelve();
    const messy =
      'r=0; test -e bad && r=1; echo x > file-0; for i in 1 2 3 4 5 6 8 9; do echo y > file-$i; done; exit $r';
    expect(await one.run(['sh', '-c', messy])).toMatchObject({ outcome: 'found', commit: one.shas[7] });
  });

  it('passes arguments as they are, through no shell, and takes none for its own', async () => {
    const one = twelve();
    const script = 'process.exit(require("fs").existsSync("bad") || process.argv.length !== 4 ? 1 : 0)';
    const command = [process.execPath, '-e', script, '--', '--log', '$(touch pwned); `x`', 'reset'];
    expect(await one.run(command)).toMatchObject({ outcome: 'found', commit: one.shas[7] });
  });

  it('runs no hook of the repository', async () => {
    const one = twelve();
    const hooks = join(one.repo.root, '.git', 'hooks');
    mkdirSync(hooks, { recursive: true });
    const mark = join(one.repo.root, '.git', 'hooked');
    writeFileSync(join(hooks, 'post-checkout'), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    expect((await one.run(['test', '!', '-e', 'bad'])).outcome).toBe('found');
    expect(existsSync(mark)).toBe(false);
  });

  it('ends with all that it started: at the time limit, also when signals are ignored, and when it is stopped', async () => {
    const one = twelve();
    const pids = join(tempFolder(), 'pids');
    const deaf = `trap "" TERM; sleep 300 & echo $! >> ${pids}; echo $$ >> ${pids}; wait; sleep 300`;
    const late = await one.run(['sh', '-c', deaf], {}, 700);
    expect(late.outcome).toBe('time_limit');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 700);
    const stopped = await one.run(['sh', '-c', deaf], { signal: controller.signal });
    expect(stopped.outcome).toBe('stopped');
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(started).toHaveLength(4);
    await until(() => started.every((pid) => !isAlive(pid)));
    expect(leftovers(one)).toEqual([]);
  });

  it('keeps worktrees of the user, also those whose folder is away', async () => {
    const one = twelve();
    const away = join(tempFolder(), 'usb-stick');
    one.repo.git(['worktree', 'add', '-q', '--detach', away]);
    rmSync(away, { recursive: true });
    await one.run(['test', '!', '-e', 'bad']);
    expect(one.repo.git(['worktree', 'list'])).toContain('usb-stick');
  });

  it('leaves a bisection of the user alone', async () => {
    const one = twelve();
    one.repo.git(['bisect', 'start', one.shas[11] ?? '', one.shas[2] ?? '']);
    const log = one.repo.git(['bisect', 'log']);
    const head = one.repo.git(['rev-parse', 'HEAD']);
    expect((await one.run(['test', '!', '-e', 'bad'])).commit).toBe(one.shas[7]);
    expect([one.repo.git(['bisect', 'log']), one.repo.git(['rev-parse', 'HEAD'])]).toEqual([log, head]);
  });
});

describe('after kill -9', () => {
  it('the next run removes the worktree and ends the command, and only those of the dead', async () => {
    const one = twelve();
    const worker = await bundle('bisect-worker.ts', tempFolder());
    const pids = join(tempFolder(), 'pids');
    const start = () => {
      const args = [worker, one.repo.root, one.shas[0] ?? '', one.shas[11] ?? ''];
      return spawn(process.execPath, [...args, 'sh', '-c', `echo $$ >> ${pids}; sleep 300`], {
        stdio: 'ignore',
      });
    };
    const count = () => (existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').length : 0);
    const dead = start();
    await until(() => count() === 1);
    const alive = start();
    await until(() => count() === 2);
    const [orphan = 0, kept = 0] = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    dead.kill('SIGKILL');
    await until(() => dead.signalCode !== null);
    expect(isAlive(orphan)).toBe(true);
    expect(leftovers(one).length).toBeGreaterThanOrEqual(6);
    expect((await one.run(['test', '!', '-e', 'bad'])).commit).toBe(one.shas[7]);
    await until(() => !isAlive(orphan));
    expect(isAlive(kept)).toBe(true);
    const open = one.repo
      .git(['worktree', 'list'])
      .split('\n')
      .filter((line) => line.includes('hotfix-pulse-wt-'));
    expect(open).toHaveLength(1);
    alive.kill('SIGKILL');
    await until(() => alive.signalCode !== null);
    expect(await createWorktrees(one.repo.root, one.home).sweep()).toBe(1);
    await until(() => !isAlive(kept));
    expect(leftovers(one)).toEqual([]);
    expect(readdirSync(join(one.repo.root, '.git')).includes('worktrees')).toBe(false);
  }, 60_000);

  it('an entry that names another folder is not followed', async () => {
    const one = twelve();
    const precious = tempFolder();
    writeFileSync(join(precious, 'file'), 'x');
    const registry = join(one.home, 'worktrees');
    mkdirSync(registry, { recursive: true });
    const name = `hotfix-pulse-wt-${'a'.repeat(16)}`;
    writeFileSync(join(registry, `${name}.json`), JSON.stringify({ path: precious }));
    writeFileSync(join(registry, 'x.json'), '{');
    expect(await createWorktrees(one.repo.root, one.home).sweep()).toBe(0);
    expect(readdirSync(precious)).toEqual(['file']);
  });

  it.each(['nothing yet', 'an unfinished entry of git', 'the folder is gone'])('%s', async (state) => {
    const one = twelve();
    const registry = join(one.home, 'worktrees');
    mkdirSync(registry, { recursive: true });
    const name = `hotfix-pulse-wt-${'b'.repeat(15)}${Math.floor(Math.random() * 10)}`;
    const path = join(tmpdir(), name);
    writeFileSync(join(registry, `${name}.json`), JSON.stringify({ path }));
    if (state === 'an unfinished entry of git') {
      mkdirSync(path);
      mkdirSync(join(one.repo.root, '.git', 'worktrees', name), { recursive: true });
      writeFileSync(join(one.repo.root, '.git', 'worktrees', name, 'locked'), 'initializing');
    } else if (state === 'the folder is gone') {
      one.repo.git(['worktree', 'add', '-q', '--detach', path]);
      rmSync(path, { recursive: true });
    }
    expect(await createWorktrees(one.repo.root, one.home).sweep()).toBe(1);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(join(one.repo.root, '.git', 'worktrees', name))).toBe(false);
    expect(leftovers(one)).toEqual([]);
  });
});

describe('a command', () => {
  const at = (command: string[], env: Record<string, string | undefined> = {}, timeoutMs = 20_000) =>
    runCommand({ command, cwd: tempFolder(), env: { ...ENV, ...env }, timeoutMs });

  it('has no input, no terminal questions and no variables of a surrounding git', async () => {
    const seen = await at(['sh', '-c', 'cat; env; pwd'], {
      GIT_DIR: '/elsewhere',
      GIT_INDEX_FILE: 'x',
      OWN: 'kept',
    });
    expect(seen.code).toBe(0);
    for (const line of ['CI=1', 'GIT_TERMINAL_PROMPT=0', 'GIT_ASKPASS=', 'OWN=kept'])
      expect(`\n${seen.tail}`).toContain(`\n${line}\n`);
    expect(seen.tail).not.toMatch(/GIT_DIR|GIT_INDEX_FILE/);
  });

  it('keeps the end of a flood and no more', async () => {
    const before = process.memoryUsage().rss;
    const flood = await at(['sh', '-c', 'head -c 200000000 /dev/zero | tr "\\0" x; echo the end']);
    expect(flood.bytes).toBeGreaterThan(200_000_000);
    expect(flood.tail.length).toBeLessThanOrEqual(8 * 1024);
    expect(flood.tail).toMatch(/the end\n$/);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('leaves nobody behind when it ends by itself', async () => {
    const done = await at(['sh', '-c', 'for i in 1 2 3 4 5; do sleep 300 & echo $!; done; exit 3']);
    expect([done.ended, done.code]).toEqual(['exited', 3]);
    const pids = done.tail.trim().split('\n').map(Number);
    expect(pids).toHaveLength(5);
    await until(() => pids.every((pid) => !isAlive(pid)));
  });
});
