import { PulseError } from '../../core/errors.ts';
import { branchOf, type Incident, lastOf } from '../../core/incident.ts';
import type { Shipping } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';

const SAFE_BRANCH = /^[A-Za-z0-9][\w./-]{0,150}$/;

export interface DeployInput {
  override_reason?: string | undefined;
  override_until?: string | undefined;
  skip_hooks?: boolean | undefined;
}

/** The port, or the reason why there is none. */
export function shippingOf({ shipping }: Deps): Shipping {
  if (shipping) return shipping;
  throw new PulseError(
    'not_configured',
    'this folder is not in a git repository, so there is nothing to deploy from',
    'start the server in the repository of the service; what was deployed elsewhere is recorded as deployed',
  );
}

/** The branch of the fix as it may stand in a command. */
export function fixBranch(incident: Incident): string {
  const started = lastOf(incident, 'hotfix_started', ({ id }) => id > incident.attemptSince);
  const branch = started?.data.branch ?? branchOf(incident);
  return SAFE_BRANCH.test(branch) ? branch : branchOf(incident);
}

/**
 * The fix: the tip of the attempt's branch, else the last one on record; never HEAD by itself.
 * @throws PulseError not_found without either, conflict when nothing was committed since the branch was made
 */
export async function fixOf(incident: Incident, shipping: Shipping): Promise<string> {
  const started = lastOf(incident, 'hotfix_started', ({ id }) => id > incident.attemptSince);
  const recorded = lastOf(incident, 'fix_committed', ({ id }) => id > incident.attemptSince);
  const tip = await shipping.commitOf(`refs/heads/${started?.data.branch ?? branchOf(incident)}`);
  const commit = tip ?? (recorded === null ? null : await shipping.commitOf(recorded.data.commit));
  if (commit === null) {
    throw new PulseError(
      'not_found',
      'there is no hotfix branch here and no fix on record',
      'start one with start_hotfix, or record fix_committed with the full commit',
    );
  }
  if (commit === started?.data.base_commit) {
    throw new PulseError(
      'conflict',
      'there is no fix yet: the hotfix branch is where it was started',
      'commit the fix on the hotfix branch, check it (check_hotfix), then call again',
    );
  }
  return commit;
}

/** Meant to reach production: what looks like it is shown to whoever approves. */
export function signNotes(command: string[] | null, verify: string[] | null, deps: Deps): string[] {
  const words = [...(command ?? []), ...(verify ?? [])];
  const signs = words.length === 0 ? [] : shippingOf(deps).productionSigns(words);
  return signs.length === 0
    ? []
    : [`The commands run with what looks like production: ${signs.slice(0, 5).join(', ')}.`];
}
