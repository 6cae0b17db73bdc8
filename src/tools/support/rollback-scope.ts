import { PulseError } from '../../core/errors.ts';
import { branchOf, type Incident, lastOf, standingDeploy } from '../../core/incident.ts';
import { labelOf } from '../../core/reduce.ts';
import type { ProductionTip, RollbackScope } from '../../core/ship/rollback.ts';
import { recordedScope } from '../../core/ship/rollback-steps.ts';
import type { Rollbacks } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';
import { rangeFor } from './find-suspects.ts';

export type Target = 'release' | 'hotfix';

/** What is to be taken back and how that was found; `good` is the last known good that it goes back to. */
export interface Scoped {
  scope: RollbackScope;
  basis: string;
  good: string | null;
  notes: string[];
}

/** The hotfix once there is a fix, else the release. */
export function usualTarget(incident: Incident, needsDeploy: boolean): Target {
  const fix = lastOf(incident, 'fix_committed', (event) => event.id > incident.attemptSince);
  if (standingDeploy(incident) !== null) return 'hotfix';
  return !needsDeploy && fix !== null ? 'hotfix' : 'release';
}

/**
 * The changes that a call means: given, else what the record knows.
 * @throws PulseError with what to give when nothing is known
 */
export async function scopeOf(
  incident: Incident,
  asked: { target: Target; range?: string | undefined },
  production: Exclude<ProductionTip, { state: 'unknown' }>,
  rollbacks: Rollbacks,
  deps: Deps,
): Promise<Scoped> {
  if (asked.range !== undefined) {
    const scope = await rollbacks.named(asked.range);
    return { scope, basis: 'given', good: goodOf(scope), notes: [] };
  }
  return asked.target === 'hotfix'
    ? hotfixScope(incident, production, rollbacks)
    : releaseScope(incident, production, deps);
}

const goodOf = (scope: RollbackScope): string | null => (scope.kind === 'range' ? scope.good : null);

async function hotfixScope(
  incident: Incident,
  { tip }: { tip: string },
  rollbacks: Rollbacks,
): Promise<Scoped> {
  const deployed = standingDeploy(incident);
  if (deployed !== null) {
    const { scope, inside } = await rollbacks.broughtBy(deployed.data.commit, tip, labelOf(incident.number));
    const many = inside !== null && inside > 1;
    return {
      ...{ scope, basis: 'the recorded deploy of the hotfix', good: goodOf(scope) },
      notes: many ? [`the merge that brought the hotfix in holds ${inside} commits, and all of them go`] : [],
    };
  }
  const fix = lastOf(incident, 'fix_committed', (event) => event.id > incident.attemptSince);
  const newest = await rollbacks.commitOf(fix?.data.commit ?? `refs/heads/${branchOf(incident)}`);
  if (newest !== null)
    return { scope: { kind: 'ahead', newest }, basis: 'the fix, before its deploy', good: tip, notes: [] };
  throw new PulseError(
    'not_found',
    'no hotfix is deployed, and its commit is not here',
    'commit the fix on the hotfix branch, or record deployed with its commit; a release is taken back with target release',
  );
}

async function releaseScope(incident: Incident, { tip }: { tip: string }, deps: Deps): Promise<Scoped> {
  const recorded = recordedScope(incident);
  if (recorded?.basis === 'bisection') {
    const { newest } = recorded;
    return {
      scope: { kind: 'change', newest },
      basis: 'the first bad commit of the bisection',
      good: null,
      notes: [],
    };
  }
  if (recorded !== null) {
    const { good, newest } = recorded;
    return {
      scope: { kind: 'range', good, newest },
      basis: 'the range searched for suspects',
      good,
      notes: [],
    };
  }
  const range = await rangeFor(incident, { bad: tip }, deps);
  if (range.good !== null && range.basis !== 'window') {
    const scope = { kind: 'range', good: range.good, newest: tip } as const;
    return { scope, basis: 'everything since the last release before it', good: range.good, notes: [] };
  }
  throw new PulseError(
    'invalid_input',
    'it is not known what to go back to: there is no release tag, recorded deploy or search for suspects',
    'pass range: the last good and the newest bad ("v1.3.0..v1.4.0"), or one commit; or run find_suspect_changes first',
  );
}
