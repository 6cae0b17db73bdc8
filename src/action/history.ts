import type { Run, Trigger } from './facts.ts';

export type Kind = 'failure' | 'success' | 'ignored';

/** Conclusions that say something about the code; every other one (cancelled, skipped...) says nothing. */
const CONCLUSIONS: Readonly<Record<string, Kind>> = {
  failure: 'failure',
  timed_out: 'failure',
  startup_failure: 'failure',
  success: 'success',
};

/** What runs of the branch itself are started by; a pull request of a fork may call its branch `main`, too. */
const EVENTS: readonly string[] = ['push', 'schedule', 'workflow_dispatch', 'merge_group'];

export const kindOf = ({ conclusion }: Run): Kind =>
  Object.hasOwn(CONCLUSIONS, conclusion) ? (CONCLUSIONS[conclusion] ?? 'ignored') : 'ignored';

export type Foreign = 'not_completed' | 'other_branch' | 'other_repository' | 'other_event';

/** Why a run says nothing about the default branch; null when it does. */
export function foreign(
  run: Run,
  { repository, defaultBranch }: Pick<Trigger, 'repository' | 'defaultBranch'>,
): Foreign | null {
  if (run.conclusion === '') return 'not_completed';
  if (run.branch !== defaultBranch) return 'other_branch';
  if (run.repository !== repository) return 'other_repository';
  return EVENTS.includes(run.event) ? null : 'other_event';
}

/** What the runs up to the triggering one say. */
export interface History {
  /** Failures in a row up to the triggering run, newest first; empty when it is none. */
  failures: Run[];
  /** The success before them; null when none was seen. */
  lastGreen: Run | null;
  /** Newest run after the triggering one that says something. */
  newest: Kind | null;
  /** A run after the triggering one has succeeded, whatever came then. */
  isOver: boolean;
  /** A later attempt of the triggering run is finished. */
  isRepeated: boolean;
}

const inOrder = (a: Run, b: Run): number => b.number - a.number || b.attempt - a.attempt;

/**
 * Puts runs in order and counts back from the triggering one.
 * @param runs what GitHub lists, in any order; with every attempt of a run where attempts count
 */
export function historyOf(runs: readonly Run[], trigger: Trigger, countAttempts: boolean): History {
  const { run: own } = trigger;
  const telling = runs
    .filter((run) => foreign(run, trigger) === null && kindOf(run) !== 'ignored')
    .sort(inOrder);
  const upTo = [
    own,
    ...telling.filter(
      ({ id, number, attempt }) =>
        number < own.number || (countAttempts && id === own.id && attempt < own.attempt),
    ),
  ];
  const failures: Run[] = [];
  let lastGreen: Run | null = null;
  for (const run of upTo) {
    const kind = kindOf(run);
    if (kind === 'success') {
      lastGreen = run;
      break;
    }
    if (kind === 'failure') failures.push(run);
  }
  const after = telling.filter((run) => run.number > own.number);
  return {
    failures: kindOf(own) === 'failure' ? failures : [],
    lastGreen: kindOf(own) === 'failure' ? lastGreen : null,
    newest: after[0] ? kindOf(after[0]) : null,
    isOver: after.some((run) => kindOf(run) === 'success'),
    isRepeated: runs.some((run) => run.id === own.id && run.attempt > own.attempt),
  };
}
