import { PulseError } from '../../core/errors.ts';
import type { Gate } from '../../core/gates.ts';
import { branchOf, type Incident, lastOf } from '../../core/incident.ts';
import { COMMIT_FORM, hotfixTrailer } from '../../core/ship/hotfix-start.ts';
import type { Plan } from '../../core/ship/plan.ts';
import type { Need } from '../../core/ship/policy.ts';
import { deployGate, needFor } from '../../core/ship/ship-gates.ts';
import { fillCommand, type ShipDraft } from '../../core/ship/shipping.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Shipping } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';
import { approvalOf } from './approval.ts';
import { type StoredPlan, storePlan } from './plans.ts';
import { needWith, skipsFor } from './ship-gate.ts';
import { dueOf } from './write.ts';

/** A subject line is cut by many hosts at about this length. */
const SUBJECT = 100;
const SAFE_BRANCH = /^[A-Za-z0-9][\w./-]{0,150}$/;

export interface DeployInput {
  override_reason?: string | undefined;
  override_until?: string | undefined;
  skip_hooks?: boolean | undefined;
}

/** What would be deployed. `stored` is null where only a person's hands can do it. */
export interface DeployPlanned {
  stored: StoredPlan | null;
  draft: ShipDraft;
  gate: Gate;
  need: Need;
  notices: string[];
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

/** The gate at this moment, for a plan or for what would be planned. */
export function gateOf(incident: Incident, commit: string, id: string | null, deps: Deps): Gate {
  const policy = deps.settings.ship?.policy ?? {};
  return deployGate(incident, { commit, policy, approval: id === null ? null : approvalOf(incident, id) });
}

/** The yes that a deploy plan needs. */
export function deployNeed(incident: Incident, plan: Plan | null, deps: Deps): Need {
  const asked = needFor('deploy', incident, deps.settings.ship?.policy ?? {});
  return plan === null ? asked : needWith(plan, asked);
}

/** Fetches, merges in a temporary working tree, and stores what would be pushed and run. Nothing is moved. */
export async function planDeploy(incident: Incident, input: DeployInput, deps: Deps): Promise<DeployPlanned> {
  const shipping = shippingOf(deps);
  const until = dueOf(input.override_until, deps);
  const commit = await fixOf(incident, shipping);
  const started = lastOf(incident, 'hotfix_started', ({ id }) => id > incident.attemptSince);
  const { deploy = {} } = deps.settings.ship ?? {};
  const title = oneLine(incident.title, SUBJECT);
  const trailer = hotfixTrailer(incident.number);
  const draft = await shipping.plan({
    ...{ commit, base: started?.data.base_ref ?? null, skip_hooks: input.skip_hooks === true },
    message: `${COMMIT_FORM.replace('<description>', () => title)}\n\n${trailer}\n`,
    tag_message: `Hotfix: ${title}\n`,
    ...{ branch: deploy.branch, remote: deploy.remote, version_file: deploy.version_file },
    ...deps.settings.git,
  });
  const gate = gateOf(incident, commit, null, deps);
  const command = filled(deploy.command, draft);
  if (draft.way === 'by_hand' && command === null) {
    return { stored: null, draft, gate, need: deployNeed(incident, null, deps), notices: [] };
  }
  const plan = planFor(incident, commit, draft, command, { ...input, until }, gate, deps);
  const event = {
    ...{ kind: 'noted' as const, data: {}, evidence: [`commit:${commit}`] },
    text: `Deploy planned: ${commit.slice(0, 12)}${draft.branch === null ? '' : ` to ${oneLine(draft.branch, 80)}`}${draft.tag === null ? '' : `, tag ${oneLine(draft.tag, 80)}`}`,
  };
  let stored = await storePlan(incident, plan, event, deps);
  // An equal plan stands already, but it was used up, or git has since thrown away what was made for it.
  const objects = stored.plan.moves.map((move) => move.new);
  if (stored.written === null && (isBegun(incident, stored.id) || !(await shipping.has(objects)))) {
    const notes = [
      ...(plan.notes ?? []),
      `Made again at ${plan.made_at}; the plan before it cannot be used.`,
    ];
    stored = await storePlan(incident, { ...plan, notes }, event, deps);
  }
  const need = deployNeed(incident, stored.plan, deps);
  return { stored, draft, gate, need, notices: stored.written?.notices ?? [] };
}

/** True once the deploy command of a plan was started: whether it ended is not on the record. */
function isBegun(incident: Incident, id: string): boolean {
  return (
    lastOf(incident, 'noted', ({ data, basis, live }) => {
      return live && basis === 'measured' && data.deploy_command === id;
    }) !== null
  );
}

function planFor(
  incident: Incident,
  commit: string,
  draft: ShipDraft,
  command: string[] | null,
  input: DeployInput & { until: string | undefined },
  gate: Gate,
  deps: Deps,
): Plan {
  const { deploy = {} } = deps.settings.ship ?? {};
  const isPushed = draft.way !== 'by_hand' && draft.moves.length > 0 && draft.remote !== null;
  if (!isPushed && command === null) throw nothingLeft(draft);
  const way = !isPushed ? 'command' : command === null ? 'push' : 'push_and_command';
  const verify = filled(deploy.verify, draft);
  return {
    ...{ v: 1, action: 'deploy', incident: incident.uid, attempt: incident.attempt, way },
    ...{ remote: isPushed ? draft.remote : null, moves: isPushed ? draft.moves : [], commit },
    ...(draft.ships === commit ? {} : { ships: draft.ships }),
    ...(draft.tag === null ? {} : { tag: draft.tag }),
    ...(command === null && verify === null ? {} : { ref: refOf(draft) }),
    ...{ files: draft.files, file_count: draft.file_count },
    commands: [...(isPushed ? draft.commands : []), ...(command === null ? [] : [command])],
    verify,
    ...skipsFor(gate, input, input.until),
    ...(input.skip_hooks === true ? { skip_hooks: true } : {}),
    notes: [...draft.notes, ...signNotes(command, verify, deps)],
    made_at: new Date(deps.clock.now()).toISOString(),
  };
}

/** Meant to reach production: what looks like it is shown to whoever approves. */
function signNotes(command: string[] | null, verify: string[] | null, deps: Deps): string[] {
  const words = [...(command ?? []), ...(verify ?? [])];
  const signs = words.length === 0 ? [] : shippingOf(deps).productionSigns(words);
  return signs.length === 0
    ? []
    : [`The commands run with what looks like production: ${signs.slice(0, 5).join(', ')}.`];
}

const refOf = ({ ships, tag, branch }: Pick<ShipDraft, 'ships' | 'tag' | 'branch'>): string =>
  branch ?? tag ?? ships;

function filled(words: readonly string[] | undefined, { ships, tag, branch }: ShipDraft): string[] | null {
  if (words === undefined) return null;
  const command = fillCommand(words, { commit: ships, tag, ref: refOf({ ships, tag, branch }) });
  if (command !== null) return command;
  throw new PulseError(
    'not_configured',
    'a deploy or verification command asks for {tag}, and no tag is made',
    'use {commit} in it, or tag a release so that there is a version to count from',
  );
}

function nothingLeft({ ships }: ShipDraft): PulseError {
  return new PulseError(
    'conflict',
    'the fix is on the branch that production runs, and tagged: nothing is left to push',
    `when it is live, record it: {"kind": "deployed", "ref": "${ships}", "text": "..."} with evidence; or set deploy.command for what has to run`,
  );
}
