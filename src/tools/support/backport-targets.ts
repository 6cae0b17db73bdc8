import { PulseError } from '../../core/errors.ts';
import type { Incident } from '../../core/incident.ts';
import type { BackportStates, BackportWanted, LongLived, PickTarget } from '../../core/ship/backport.ts';
import { backportWanted } from '../../core/ship/backport-record.ts';
import type { Backports } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';

/** @throws PulseError not_configured outside of git */
export function backportsOf({ backports }: Deps): Backports {
  if (backports) return backports;
  throw new PulseError(
    'not_configured',
    'this folder is not in a git repository, so there are no branches to bring the fix to',
    'start the server in the repository, or record backported with the branch by hand',
  );
}

/** @throws PulseError conflict when no fix stands */
export function wantedOf(incident: Incident, deps: Deps): BackportWanted {
  const wanted = backportWanted(incident, deps.settings);
  if (wanted !== null) return wanted;
  throw new PulseError(
    'conflict',
    'no fix stands that could be brought to other branches',
    'record fix_committed with its commit first (a fix that was taken back needs a new attempt: start_hotfix)',
  );
}

/** The branches that lack the fix, with the steps that each lacks. */
export function missingTargets(
  { branches, fix }: BackportStates,
  isWanted: (branch: LongLived) => boolean = () => true,
): PickTarget[] {
  return branches.flatMap((branch) => {
    const { name, tip, verdict } = branch;
    if (verdict.state !== 'missing' || !isWanted(branch)) return [];
    return [{ name, tip, steps: fix.steps.filter(({ commit }) => verdict.steps.includes(commit)) }];
  });
}
