import { PulseError } from '../../core/errors.ts';
import type {
  BisectOutcome,
  BisectProgress,
  BisectReport,
  BisectRun,
  BisectWanted,
} from '../../core/ship/change-range.ts';
import { type CommandResult, runCommand } from '../checks.ts';
import { runGitGroup } from '../git.ts';
import { NO_HOOKS, type Worktrees } from './worktree.ts';

const STEP_MS = 60_000;
const FIRST_BAD = /^([0-9a-f]{40,64}) is the first bad commit/m;
const LEFT = /roughly (\d+) step/;
const SKIP = 125;

export interface BisectWatch {
  signal?: AbortSignal | undefined;
  progress?: ((progress: BisectProgress) => void) | undefined;
}

/** What an exit code says, as `git bisect run` reads it. Source: git-bisect(1). */
function verdictOf({ ended, code }: CommandResult): BisectRun['verdict'] {
  if (ended !== 'exited' || code === null || code === 126 || code === 127 || code > 128) return 'none';
  if (code === 0) return 'good';
  return code === SKIP ? 'skipped' : 'bad';
}

const OUTCOMES: Record<Exclude<CommandResult['ended'], 'exited'>, BisectOutcome> = {
  killed: 'could_not_run',
  could_not_start: 'could_not_run',
  time_limit: 'time_limit',
  stopped: 'stopped',
};

/**
 * The first bad commit between a good and a bad one, by a command that fails from there on. It runs in a temporary
 * working tree of its own. First the command has to fail at `bad` and succeed at `good`; without that, every answer
 * would be chance. The steps are git's (`git bisect`), the command is started by us: `git bisect run` would pass
 * it through a shell, and could be neither stopped with all that it started nor kept from git's own variables.
 */
export async function runBisect(
  worktrees: Worktrees,
  wanted: BisectWanted,
  env: Readonly<Record<string, string | undefined>>,
  { signal, progress }: BisectWatch = {},
): Promise<BisectReport> {
  await worktrees.sweep();
  const from = Date.now();
  const runs: BisectRun[] = [];
  let tail = '';
  const report = (outcome: BisectOutcome, found: Partial<BisectReport> = {}): BisectReport => ({
    ...{ outcome, commit: null, candidates: [], runs, tail, ms: Date.now() - from },
    ...found,
  });
  const tree = await worktrees.add(wanted.bad);
  const git = (...args: string[]) => runGitGroup(tree.path, [...NO_HOOKS, ...args], { timeoutMs: STEP_MS });

  /** Runs the command at the commit that is checked out. */
  async function test(left: number | null): Promise<{ run: BisectRun; failed: BisectOutcome | null }> {
    progress?.({ runs: runs.length, left });
    const commit = (await git('rev-parse', 'HEAD')).out.trim();
    const timeoutMs = wanted.timeoutMs - (Date.now() - from);
    const result = await runCommand({
      ...{ command: wanted.command, cwd: tree.path, env, timeoutMs, onStart: tree.note },
      ...(signal ? { signal } : {}),
    });
    const run: BisectRun = { commit, code: result.code, verdict: verdictOf(result) };
    runs.push(run);
    // The folder is gone when anybody reads this.
    if (run.verdict !== 'good') tail = result.tail.replaceAll(`${tree.path}/`, '');
    const failed = result.ended === 'exited' ? 'could_not_run' : OUTCOMES[result.ended];
    return { run, failed: run.verdict === 'none' ? failed : null };
  }

  /** What the command left in tracked files, or in the way of other commits, must not stop the next checkout. */
  async function tidy(): Promise<void> {
    await git('checkout', '--quiet', '--force', 'HEAD');
    await git('clean', '-fdq');
  }

  try {
    const atBad = await test(null);
    if (atBad.failed) return report(atBad.failed);
    if (atBad.run.verdict !== 'bad') return report('passes_at_bad');
    await tidy();
    await step(git('checkout', '--quiet', '--force', '--detach', wanted.good));
    const atGood = await test(null);
    if (atGood.failed) return report(atGood.failed);
    if (atGood.run.verdict !== 'good') return report('fails_at_good');
    await tidy();
    let said = await step(git('bisect', 'start', wanted.bad, wanted.good, '--'));
    for (;;) {
      const [, commit] = FIRST_BAD.exec(said) ?? [];
      if (commit !== undefined) return report('found', { commit });
      const skipped = said.match(/^[0-9a-f]{40,64}$/gm);
      if (/only 'skip'ped commits left/.test(said))
        return report('only_skipped', { candidates: skipped ?? [] });
      const { run, failed } = await test(Number(LEFT.exec(said)?.[1] ?? 0));
      if (failed) return report(failed);
      await tidy();
      said = await step(git('bisect', run.verdict === 'skipped' ? 'skip' : run.verdict));
    }
  } finally {
    await tree.remove();
  }
}

/** Git's words of one step. Code 2 is git's way to say that only skipped commits are left. */
async function step(running: ReturnType<typeof runGitGroup>): Promise<string> {
  const { code, out, err } = await running;
  if (code === 0 || code === 2) return `${out}\n${err}`;
  throw new PulseError(
    'upstream',
    'git could not go on with the bisection',
    'see that the command leaves the checkout usable (no changed submodules), or bisect by hand in a worktree of your own',
  );
}
