import { PulseError } from '../../core/errors.ts';
import type { Incident } from '../../core/incident.ts';
import { type LongLived, withTrial } from '../../core/ship/backport.ts';
import { backportWanted, lackOf, withRecord } from '../../core/ship/backport-record.ts';
import { unfollowed } from '../../core/ship/backport-seen.ts';
import { SECOND } from '../../core/time.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { missingTargets } from './backport-targets.ts';

/** This stands in the answer to every call once an incident is resolved, so it never waits for a network. */
const LIMIT_MS = 2 * SECOND;
const TRY_MS = SECOND;
const MOST = 20;

/**
 * Long-lived branches that are not known to have the fix, for the close gate: as this clone last saw the remote, within
 * 3 s. What cannot be told is in the list with why, never taken for a yes.
 */
export async function branchesWithoutFix(incident: Incident, deps: Deps): Promise<string[]> {
  const wanted = backportWanted(incident, deps.settings);
  const { backports } = deps;
  if (wanted === null || deps.git === null) return [];
  if (!backports) return ['the long-lived branches (nobody could look)'];
  try {
    const states = withRecord(await backports.states(wanted, 'here', LIMIT_MS), incident);
    const trials = await backports.tryPicks(missingTargets(states), TRY_MS);
    const branches = states.branches.map((branch) => withTrial(branch, trials.get(branch.name)));
    const unseen = states.narrow
      ? (unfollowed(incident, states) ?? ['branches that this clone does not follow'])
      : [];
    return [...shown(branches), ...unseen.map((name) => oneLine(name, 80))];
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    return [`the long-lived branches (${error.message})`];
  }
}

function shown(branches: readonly LongLived[]): string[] {
  const lacking = branches.flatMap((branch) => {
    const why = lackOf(branch);
    const name = oneLine(branch.name, 80);
    return why === null ? [] : [why === '' ? name : `${name} (${why})`];
  });
  const more = lacking.length - MOST;
  return more > 0 ? [...lacking.slice(0, MOST), `and ${more} more`] : lacking;
}
