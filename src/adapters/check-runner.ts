import { outcomeOf } from '../core/ship/check-outcome.ts';
import type {
  Check,
  CheckOutcome,
  CheckPlan,
  CheckResult,
  ChecksReport,
  CheckWatch,
} from '../core/ship/check-run.ts';
import { MINUTE, SECOND } from '../core/time.ts';
import { guardCommands } from './check-env.ts';
import type { CommandResult } from './checks.ts';
import { type PreparedTree, prepareTree, type TreePlace } from './prepared-tree.ts';

/** How often a long command says that it still runs. */
const TICK_MS = 5_000;

/** Time limits in milliseconds. */
export interface CheckLimits {
  /** Of a check or a run of tests that has none of its own. */
  each: number;
  /** Of each command of the setup. */
  setup: number;
}

export const LIMITS: CheckLimits = { each: 10 * MINUTE, setup: 10 * MINUTE };

/**
 * Runs the checks of a plan one after the other in a prepared working tree at its commit. A check that changes tracked
 * files has them put back, so that the next one sees the commit.
 * @throws PulseError unsafe when something leads to production
 */
export async function runChecks(
  place: TreePlace,
  plan: CheckPlan,
  limits: CheckLimits,
  watch: CheckWatch,
): Promise<ChecksReport> {
  const from = Date.now();
  const { commit, pin } = plan;
  const report = (outcome: CheckOutcome, rest: Partial<ChecksReport>): ChecksReport => ({
    ...{ commit, pin, outcome, reason: '', results: [], notes: [], tail: '', ms: Date.now() - from },
    ...rest,
  });
  guardCommands(place.env, plan.checks);
  if (plan.checks.length === 0) {
    const reason = 'No check is known here. Set checks in hotfix-pulse.config.json.';
    return report('could_not_run', { reason });
  }
  await place.worktrees.sweep();
  watch.progress?.(`preparing a working tree of ${commit.slice(0, 10)}`);
  const tree = await prepareTree(place, { ...plan, timeoutMs: limits.setup }, watch);
  if (!('run' in tree)) return report('could_not_run', tree);
  try {
    const results: CheckResult[] = [];
    for (const [index, check] of plan.checks.entries()) {
      const head = `${check.name} (${index + 1} of ${plan.checks.length})`;
      const result = await runCheck(tree, check, limits, { ...watch, progress: headed(head, watch) });
      watch.progress?.(`${head}: ${result.outcome}`);
      results.push(result);
    }
    const outcomes = results.map(({ outcome }) => outcome);
    const worst = (['failed', 'could_not_run'] as const).find((outcome) => outcomes.includes(outcome));
    return report(worst ?? 'passed', { results, notes: tree.notes, reason: summary(results) });
  } finally {
    await tree.remove();
  }
}

/** Lines of one command that say which one it is. */
function headed(head: string, { progress }: CheckWatch): (line: string) => void {
  return (line) => progress?.(`${head}: ${line}`);
}

async function runCheck(
  tree: PreparedTree,
  { name, command, timeout_s }: Check,
  limits: CheckLimits,
  watch: CheckWatch,
): Promise<CheckResult> {
  const timeoutMs = timeout_s === undefined ? limits.each : timeout_s * SECOND;
  const { result, ms } = await timed(tree, command, timeoutMs, watch);
  const changed = result.ended === 'stopped' ? false : await tree.restore();
  const { outcome, reason, failing } = outcomeOf(result);
  return {
    ...{ name, command: [...command], outcome, reason, failing, changed, ms },
    ...{ exit_code: result.code, tail: result.tail, bytes: result.bytes },
  };
}

/** Runs a command, saying from time to time that it still runs. */
export async function timed(
  tree: PreparedTree,
  command: readonly string[],
  timeoutMs: number,
  watch: CheckWatch,
): Promise<{ result: CommandResult; ms: number }> {
  const from = Date.now();
  watch.progress?.('runs');
  const tick = setInterval(
    () => watch.progress?.(`runs, ${Math.round((Date.now() - from) / SECOND)} s`),
    TICK_MS,
  );
  try {
    const result = await tree.run(command, timeoutMs, watch);
    return { result, ms: Date.now() - from };
  } finally {
    clearInterval(tick);
  }
}

function summary(results: readonly CheckResult[]): string {
  const named = (wanted: CheckOutcome): string =>
    results
      .filter(({ outcome }) => outcome === wanted)
      .map(({ name }) => name)
      .join(', ');
  const [failed, none] = [named('failed'), named('could_not_run')];
  return [
    ...(failed === '' ? [] : [`Failed: ${failed}.`]),
    ...(none === '' ? [] : [`Could not run, so nothing is known: ${none}.`]),
  ].join(' ');
}
