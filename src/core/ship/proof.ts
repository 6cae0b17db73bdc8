import type { ProofOutcome, ProofRun } from './check-run.ts';

export type Side = ProofRun['side'];

const AGAIN = 'then call prove_regression again.';

/** What was found and what to do, in our own words. */
export const WHY = {
  proven:
    'The tests fail at the base, twice, and pass at the fix, twice; what was tested before passes at the base.',
  notRed: `The tests pass at the base, so they do not show the harm. Write one that fails without the fix, commit it, ${AGAIN}`,
  notGreen: `The tests fail at the fix too. Mend the fix or the tests, commit, ${AGAIN}`,
  flaky: `Two runs of the same tests on the same commit ended differently. Make the tests steady (time, order, network, random values), ${AGAIN}`,
  baseRed: `What was tested before fails at the base already, so a failure there says nothing about the fix. Name only test files that pass at the base, or files that are new, ${AGAIN}`,
  noControl:
    'The base has no way to run tests. Set test in hotfix-pulse.config.json, for example ["node", "--test", "{files}"].',
} as const;

/**
 * The side to run next, or what all runs so far say. Each side runs twice; the base as it was only again when it
 * failed, since a base that passes once is no obstacle.
 */
export function runNext(runs: readonly ProofRun[]): Side | { outcome: ProofOutcome; reason: string } {
  const none = runs.find(({ outcome }) => outcome === 'could_not_run');
  if (none) return { outcome: 'could_not_run', reason: `${WHERE[none.side]}: ${none.reason}` };
  const of = (side: Side) => runs.filter((run) => run.side === side);
  const [control, again] = of('control');
  if (!control) return 'control';
  if (control.outcome === 'failed') {
    if (!again) return 'control';
    return differ(control, again)
      ? { outcome: 'flaky', reason: WHY.flaky }
      : { outcome: 'base_is_red', reason: WHY.baseRed };
  }
  for (const [side, wanted, otherwise] of [
    ['red', 'failed', { outcome: 'not_red_at_base', reason: WHY.notRed }],
    ['green', 'passed', { outcome: 'not_green_at_fix', reason: WHY.notGreen }],
  ] as const) {
    const [first, second] = of(side);
    if (!first || !second) return side;
    if (differ(first, second)) return { outcome: 'flaky', reason: WHY.flaky };
    if (first.outcome !== wanted) return otherwise;
  }
  return { outcome: 'proven', reason: WHY.proven };
}

const WHERE: Record<Side, string> = {
  control: 'The base as it was',
  red: 'The base with the new tests',
  green: 'The fix',
};

function differ(a: ProofRun, b: ProofRun): boolean {
  return a.outcome !== b.outcome || a.exit_code !== b.exit_code;
}
