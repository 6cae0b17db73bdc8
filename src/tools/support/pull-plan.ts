import { PulseError } from '../../core/errors.ts';
import type { Gate } from '../../core/gates.ts';
import type { Incident } from '../../core/incident.ts';
import { isAboutSecurity } from '../../core/outward/audience.ts';
import { pullTitle, SECURITY_NOTE } from '../../core/outward/pull-body.ts';
import type { Plan, PlannedPull } from '../../core/ship/plan.ts';
import type { ShipDraft } from '../../core/ship/shipping.ts';
import { SECOND } from '../../core/time.ts';
import type { PullRequests } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { type DeployInput, fixBranch, shippingOf, signNotes } from './deploy-facts.ts';
import { answerWithin, pullsOf } from './pulls.ts';
import { skipsFor } from './ship-gate.ts';

/** Planning goes on without the service's word after this long: a push that is refused tells as well. */
const ASK_MS = 5 * SECOND;

/** A deploy by pull request, with what it would have been as a push. */
export interface Requested {
  draft: ShipDraft;
  pull: PlannedPull;
}

/**
 * Null where the fix is pushed as ever. By pull request when the settings say so, the service says that the branch is
 * protected, or the remote has refused a push to it for that.
 * @throws PulseError not_configured when the settings want one and nothing is connected that could open it
 */
export async function requestFor(
  incident: Incident,
  commit: string,
  shipped: ShipDraft,
  deps: Deps,
): Promise<Requested | null> {
  const { branch: base, remote } = shipped;
  if (shipped.way !== 'push' || base === null || remote === null) return null;
  if (!(await wantsPull(incident, base, deps))) return null;
  const branch = fixBranch(incident);
  const move = await shippingOf(deps).request({ remote, branch, commit });
  return {
    pull: { head: branch, base, title: pullTitle(incident) },
    draft: {
      ...shipped,
      ...{ moves: [move], ships: commit, tag: null },
      commands: [['git', 'push', remote, `${commit}:${move.ref}`]],
      notes: [
        ...shipped.notes.filter((note) => !note.startsWith('No tag is made')),
        ...(shipped.tag === null
          ? []
          : ['The tag is planned when the fix is merged: call again without plan_id then.']),
      ],
    },
  };
}

/** @throws PulseError not_configured */
export async function wantsPull(incident: Incident, base: string, deps: Deps): Promise<boolean> {
  const way = deps.settings.ship?.deploy?.way;
  if (way === 'push') return false;
  const pulls = await pullsOf(deps);
  if (pulls === null) {
    if (way === undefined) return false;
    throw noService();
  }
  return way === 'pull_request' || wasRefused(incident, base) || (await isProtected(pulls, base));
}

export function noService(): PulseError {
  return new PulseError(
    'not_configured',
    'a pull request is wanted, and no service is connected that opens one',
    'set "github": {} in hotfix-pulse.config.json and a token (hotfix-pulse doctor github says what is missing); or set deploy.way to "push"',
  );
}

function isProtected(pulls: PullRequests, base: string): Promise<boolean> {
  const asked = pulls.isProtected(base).then((answer) => answer === true);
  return answerWithin(asked, ASK_MS, false);
}

/** The remote has refused a push to this branch in this attempt. */
function wasRefused(incident: Incident, base: string): boolean {
  return incident.recorded.some(
    ({ id, kind, live, basis, data }) =>
      kind === 'noted' &&
      live &&
      basis === 'measured' &&
      id > incident.attemptSince &&
      Object(data).push_refused === base,
  );
}

/** The plan: one branch is pushed and one pull request opened. What runs after the merge has its words of the settings. */
export function planForPull(
  incident: Incident,
  commit: string,
  { draft, pull }: Requested,
  input: DeployInput & { until: string | undefined },
  gate: Gate,
  deps: Deps,
): Plan {
  const { deploy = {} } = deps.settings.ship ?? {};
  const needsTag = (words: readonly string[]): boolean => words.some((word) => word.includes('{tag}'));
  const later = [deploy.command, deploy.verify].some((words) => words !== undefined && needsTag(words));
  const command = later ? undefined : deploy.command;
  const verify = later ? undefined : deploy.verify;
  const merge = [
    ...(isAboutSecurity(incident) ? [SECURITY_NOTE] : []),
    ...(command !== undefined || verify !== undefined
      ? ['{commit} stands for the commit that it is merged as.']
      : []),
    ...(later ? ['What runs with {tag} is planned with the tag, after the merge.'] : []),
    ...(deploy.version_file === undefined
      ? []
      : ['The version in the version file is not raised by this: do it in the fix where it is wanted.']),
  ];
  return {
    ...{ v: 1, action: 'deploy', incident: incident.uid, attempt: incident.attempt, way: 'pull_request' },
    ...{ remote: draft.remote, moves: draft.moves, pulls: [pull], commit },
    ...(command === undefined && verify === undefined ? {} : { ref: pull.base }),
    ...{ files: draft.files, file_count: draft.file_count },
    commands: [...draft.commands, ...(command === undefined ? [] : [command])],
    verify: verify ?? null,
    ...skipsFor(gate, input, input.until),
    ...(input.skip_hooks === true ? { skip_hooks: true } : {}),
    notes: [...draft.notes, ...merge, ...signNotes(command ?? null, verify ?? null, deps)],
    made_at: new Date(deps.clock.now()).toISOString(),
  };
}
