import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isAlive } from '../support/alive.ts';
import { type Bench, benchFolder, copyOf, hook, put, service, settings } from '../support/bench-repos.ts';
import { type Step, take } from '../support/bench-steps.ts';
import { expectSame, leftovers, opened, prints } from '../support/bench-way.ts';
import { bundle } from '../support/bundle.ts';
import { git } from '../support/repo.ts';

/** A server that is killed in the middle leaves nothing that the next one does not find. Source: issue 4. */
let worker = '';
let usual: Bench;
beforeAll(async () => {
  worker = await bundle('ship-worker.ts', benchFolder());
  usual = service({
    files: settings({ checks: [{ name: 'test', command: ['sh', '-c', WAITS] }], test: ['sh', '-c', WAITS] }),
  });
}, 60_000);
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Waits for ever in the process that has HOLD in its environment, and says who waits; nothing in any other. */
const WAITS = 'test -z "$HOLD" && exit 0; echo $$ > "$HOLD"; exec sleep 300';

async function until(is: () => boolean): Promise<void> {
  for (let i = 0; i < 800 && !is(); i++) await sleep(25);
  expect(is()).toBe(true);
}

/** Calls an operation in a process of its own, kills that while a command or hook runs, and tells which ran. */
async function killedIn({ folder, root }: Bench, name: string, args: object = {}): Promise<number> {
  const hold = join(folder, 'hold');
  const env = { ...process.env, HOLD: hold, TMPDIR: join(folder, 'tmp') };
  const child = spawn(process.execPath, [worker, root, name, JSON.stringify(args)], { env, stdio: 'ignore' });
  const pid = (): number => (existsSync(hold) ? Number(readFileSync(hold, 'utf8')) : 0);
  await until(() => pid() > 0);
  child.kill('SIGKILL');
  await until(() => child.signalCode !== null);
  return pid();
}

interface Row {
  name: string;
  /** A hook that waits; without one, the command of the checks does. */
  hook?: string;
  tool: string;
  args?: (plan: unknown) => object;
  /** What is called afterwards, and what it says. */
  step: Step;
  said: string;
  /** There is a temporary working tree at that moment. */
  hasTree: boolean;
  /** The command that waited is ended by the next call. */
  endsOrphan: boolean;
}

const CHECKS = { step: 'check', said: 'passed', hasTree: true, endsOrphan: true } as const;
const ROWS: Row[] = [
  { name: 'the checks', tool: 'check_hotfix', ...CHECKS },
  {
    ...{ name: 'a regression proof', tool: 'prove_regression', ...CHECKS },
    args: () => ({ tests: ['test/plus.test.js'] }),
  },
  {
    ...{ name: 'the merge of a deploy plan, in a hook', hook: 'pre-merge-commit', tool: 'deploy_hotfix' },
    ...{ step: 'deploy_plan', said: 'planned: main, v1.1.1', hasTree: true, endsOrphan: false },
  },
  {
    ...{ name: 'the push of a deploy, in a hook', hook: 'pre-push', tool: 'deploy_hotfix' },
    args: (plan) => ({ plan_id: plan }),
    ...{ step: 'deploy', said: 'deployed: main, v1.1.1', hasTree: false, endsOrphan: false },
  },
];

describe('after kill -9', () => {
  it.each(ROWS)(
    'in $name: the next call finds what is left, and goes on',
    async (row) => {
      const bench = copyOf(usual);
      if (row.hook !== undefined) hook(join(bench.root, '.git/hooks'), row.hook, WAITS);
      put(bench.root, { 'src/login.js': 'half an idea\n' });
      const before = prints(bench);
      const way = await opened(bench);
      for (const step of ['start', 'check', 'rehearsal', 'deploy_plan'] as const) await take(step, way);
      const far = git(bench.bare, ['for-each-ref']);

      const orphan = await killedIn(bench, row.tool, row.args?.(way.plans.deploy));
      try {
        expect(isAlive(orphan)).toBe(true);
        expect(leftovers(bench).length > 0).toBe(row.hasTree);
        expectSame(bench, before);
        expect(git(bench.bare, ['for-each-ref'])).toBe(far);
        expect(await take(row.step, way)).toBe(row.said);
        expect(leftovers(bench)).toEqual([]);
        expectSame(bench, before);
        if (row.endsOrphan) await until(() => !isAlive(orphan));
      } finally {
        if (isAlive(orphan)) process.kill(orphan, 'SIGKILL');
      }
    },
    60_000,
  );
});
