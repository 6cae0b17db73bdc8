import { productionSigns } from '../core/ship/production-signs.ts';
import { type DeployReport, type DeployWanted, type StepReport, stepOutcome } from '../core/ship/shipping.ts';
import type { Shipping } from '../ports-ship.ts';
import { runCommand } from './checks.ts';
import type { Worktrees } from './git/worktree.ts';

/** How often a long command says that it still runs. */
const TICK_MS = 5_000;

/** Runs the configured deploy command and, when it passed, the verification, in a temporary working tree of the commit. */
export function createDeployRuns(
  worktrees: Worktrees,
  env: Readonly<Record<string, string | undefined>>,
): Pick<Shipping, 'deploy' | 'productionSigns'> {
  return {
    productionSigns: (command) => productionSigns(env, command),
    async deploy(wanted, watch) {
      await worktrees.sweep();
      const tree = await worktrees.add(wanted.commit);
      const run = (name: string, command: readonly string[] | null) =>
        command === null ? Promise.resolve(null) : step(name, command, { tree, wanted, watch, env });
      try {
        const deploy = await run('deploy command', wanted.command);
        const mayVerify = deploy === null || deploy.outcome === 'passed';
        const verify = mayVerify ? await run('verification', wanted.verify) : null;
        return { deploy, verify } satisfies DeployReport;
      } finally {
        await tree.remove();
      }
    },
  };
}

interface Surroundings {
  tree: Awaited<ReturnType<Worktrees['add']>>;
  wanted: DeployWanted;
  watch: Parameters<Shipping['deploy']>[1];
  env: Readonly<Record<string, string | undefined>>;
}

async function step(
  name: string,
  command: readonly string[],
  { tree, wanted, watch, env }: Surroundings,
): Promise<StepReport> {
  const from = Date.now();
  const told = (): void => watch.progress?.(`${name} runs, ${Math.round((Date.now() - from) / 1000)} s`);
  told();
  const tick = setInterval(told, TICK_MS);
  try {
    const { ended, code, tail } = await runCommand({
      ...{ command, cwd: tree.path, env, timeoutMs: wanted.timeoutMs, onStart: tree.note },
      ...(watch.signal ? { signal: watch.signal } : {}),
    });
    const outcome = stepOutcome(ended, code);
    watch.progress?.(`${name}: ${outcome}`);
    // The folder is gone when anybody reads this.
    const shown = tail.replaceAll(`${tree.path}/`, '');
    return { command: [...command], outcome, code, ms: Date.now() - from, tail: shown };
  } finally {
    clearInterval(tick);
  }
}
