import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PulseError } from '../core/errors.ts';
import { runnableOf, testCommand } from '../core/ship/check-detect.ts';
import { outcomeOf } from '../core/ship/check-outcome.ts';
import type { CheckPlan, CheckWatch, ProofReport, ProofRun, TestWay } from '../core/ship/check-run.ts';
import { runNext, type Side, WHY } from '../core/ship/proof.ts';
import { guardCommands } from './check-env.ts';
import { type CheckLimits, timed } from './check-runner.ts';
import { NO_HOOKS } from './git/worktree.ts';
import { runGit, runGitGroup } from './git.ts';
import { type PreparedTree, prepareTree, type TreePlace } from './prepared-tree.ts';

const GIT_MS = 60_000;
/** Modes of ordinary files in a tree object. */
const FILE_MODES = new Set(['100644', '100755']);

export interface ProofPlan {
  base: CheckPlan;
  fix: CheckPlan;
  /** Plain paths. */
  tests: readonly string[];
  /** How the named files are run, at both commits. */
  way: TestWay;
  /** How all tests of the base are run; null when it has no way. */
  baseWay: TestWay | null;
}

/**
 * Lays the named test files of the fix over its base. They show the harm when they fail there by a failing test, twice,
 * and pass at the fix, twice, while what was tested before passes at the base.
 * @throws PulseError invalid_input for a path that is no file of the fix; unsafe when something leads to production
 */
export async function proveRegression(
  place: TreePlace,
  plan: ProofPlan,
  limits: CheckLimits,
  watch: CheckWatch,
): Promise<ProofReport> {
  const { base, fix, tests, way } = plan;
  const from = Date.now();
  const there = await filesAt(place.root, fix.commit, tests);
  if (there.length < tests.length) {
    throw new PulseError(
      'invalid_input',
      'tests names a path that is no ordinary file of the fix commit',
      'commit the test files with the fix and pass their paths from the root of the repository',
    );
  }
  const old = await filesAt(place.root, base.commit, tests);
  const files = runnableOf(tests, way);
  const oldFiles = files.filter((file) => old.includes(file));
  const command = testCommand(way, files);
  const control = oldFiles.length > 0 ? testCommand(way, oldFiles) : (plan.baseWay?.whole ?? null);
  const runs: ProofRun[] = [];
  const trees = new Map<CheckPlan, PreparedTree>();
  const report = (outcome: ProofReport['outcome'], reason: string, tail = ''): ProofReport => {
    const notes = [...new Set([...trees.values()].flatMap((tree) => tree.notes))];
    const last = (side: Side) => runs.findLast((run) => run.side === side);
    const red = runs.find((run) => run.side === 'red' && run.outcome === 'failed');
    return {
      ...{ outcome, reason, base: base.commit, commit: fix.commit, tests, command, runs, notes, tail },
      ...{ base_exit: last('red')?.exit_code ?? null, fix_exit: last('green')?.exit_code ?? null },
      ...{ failing: red?.failing ?? null, ms: Date.now() - from },
    };
  };
  if (control === null) return report('could_not_run', WHY.noControl);
  const { defines } = way;
  guardCommands(place.env, [
    { command, defines },
    { command: control, defines: plan.baseWay?.defines ?? '' },
  ]);
  await place.worktrees.sweep();

  /** One run, each from the same beginning: the commit as it is, and for `red` the new files. */
  async function side(tree: PreparedTree, name: Side): Promise<{ run: ProofRun; tail: string }> {
    await tree.restore('all');
    for (const file of name === 'control' ? tests.filter((one) => !old.includes(one)) : [])
      rmSync(join(tree.path, file), { force: true });
    if (name === 'red') await layOver(tree.path, fix.commit, tests);
    const words = name === 'control' ? (control ?? []) : command;
    const head = { control: 'base as it was', red: 'base with the new tests', green: 'fix' }[name];
    const progress = (line: string): void => watch.progress?.(`${head}: ${line}`);
    const { result, ms } = await timed(tree, words, limits.each, { ...watch, progress });
    // All tests of a base that has none yet may say so and succeed.
    const asked = name === 'control' && oldFiles.length === 0 ? 'check' : 'proof';
    const { outcome, reason, failing } = outcomeOf(result, asked);
    watch.progress?.(`${head}: ${outcome}`);
    const run = { side: name, command: words, outcome, reason, exit_code: result.code, failing, ms };
    return { run, tail: result.tail };
  }

  try {
    for (const [name, at] of [
      ['base', base],
      ['fix', fix],
    ] as const) {
      watch.progress?.(`preparing a working tree of the ${name}, ${at.commit.slice(0, 10)}`);
      const tree = await prepareTree(place, { ...at, timeoutMs: limits.setup }, watch);
      if (!('run' in tree)) return report('could_not_run', `At the ${name}: ${tree.reason}`, tree.tail);
      trees.set(at, tree);
    }
    let tail = '';
    for (;;) {
      const next = runNext(runs);
      if (typeof next !== 'string') return report(next.outcome, next.reason, tail);
      const tree = trees.get(next === 'green' ? fix : base);
      if (!tree) throw new Error('a tree was prepared for each side');
      const done = await side(tree, next);
      runs.push(done.run);
      tail = done.tail;
    }
  } finally {
    for (const tree of trees.values()) await tree.remove();
  }
}

/** Of the paths those that are ordinary files of the commit. */
async function filesAt(root: string, commit: string, paths: readonly string[]): Promise<string[]> {
  const args = ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', commit, '--', ...paths];
  const { out } = await runGit(root, args);
  const found = out.split('\0').flatMap((row) => {
    const [, mode = '', path = ''] = /^(\d+) \S+ \S+\t(.*)$/s.exec(row) ?? [];
    return FILE_MODES.has(mode) ? [path] : [];
  });
  return paths.filter((path) => found.includes(path));
}

/** Git writes them, so that nothing is written through a link and line ends are as in any checkout. */
async function layOver(tree: string, commit: string, paths: readonly string[]): Promise<void> {
  const args = ['restore', '--quiet', `--source=${commit}`, '--worktree', '--', ...paths];
  const { code } = await runGitGroup(tree, ['--literal-pathspecs', ...NO_HOOKS, ...args], {
    timeoutMs: GIT_MS,
  });
  if (code === 0) return;
  throw new PulseError(
    'upstream',
    'git could not lay the test files over the base',
    'see that no folder of the base stands where a test file of the fix belongs',
  );
}
