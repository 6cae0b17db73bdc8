import { PulseError } from '../../core/errors.ts';
import type { Gate } from '../../core/gates.ts';
import { type Incident, lastOf } from '../../core/incident.ts';
import { COMMIT_FORM, hotfixTrailer } from '../../core/ship/hotfix-start.ts';
import type { Plan } from '../../core/ship/plan.ts';
import type { Need } from '../../core/ship/policy.ts';
import { deployGate, needFor, needToOpen } from '../../core/ship/ship-gates.ts';
import { fillCommand, type ShipDraft } from '../../core/ship/shipping.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { approvalOf } from './approval.ts';
import { type DeployInput, fixOf, shippingOf, signNotes } from './deploy-facts.ts';
import { type StoredPlan, storePlan } from './plans.ts';
import { planForPull, requestFor } from './pull-plan.ts';
import { needWith, skipsFor } from './ship-gate.ts';
import { dueOf } from './write.ts';

/** A subject line is cut by many hosts at about this length. */
const SUBJECT = 100;

/** What would be deployed. `stored` is null where only a person's hands can do it. */
export interface DeployPlanned {
  stored: StoredPlan | null;
  draft: ShipDraft;
  gate: Gate;
  need: Need;
  notices: string[];
}

/** The gate at this moment, for a plan or for what would be planned. */
export function gateOf(
  incident: Incident,
  commit: string,
  { id, by_pull }: { id: string | null; by_pull: boolean },
  deps: Deps,
): Gate {
  const policy = deps.settings.ship?.policy ?? {};
  const approval = id === null ? null : approvalOf(incident, id);
  return deployGate(incident, { commit, policy, approval, by_pull });
}

/** The yes that a deploy plan needs before it begins; a review can only follow a pull request. */
export function deployNeed(incident: Incident, plan: Plan | null, deps: Deps): Need {
  const asked = needFor('deploy', incident, deps.settings.ship?.policy ?? {});
  if (plan === null) return asked;
  return needWith(plan, plan.way === 'pull_request' ? needToOpen(asked) : asked);
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
  const shipped = await shipping.plan({
    ...{ commit, base: started?.data.base_ref ?? null, skip_hooks: input.skip_hooks === true },
    message: `${COMMIT_FORM.replace('<description>', () => title)}\n\n${trailer}\n`,
    tag_message: `Hotfix: ${title}\n`,
    ...{ branch: deploy.branch, remote: deploy.remote, version_file: deploy.version_file },
    ...deps.settings.git,
  });
  const request = await requestFor(incident, commit, shipped, deps);
  const draft = request?.draft ?? shipped;
  const gate = gateOf(incident, commit, { id: null, by_pull: request !== null }, deps);
  const command = request === null ? filled(deploy.command, draft) : null;
  if (draft.way === 'by_hand' && command === null) {
    return { stored: null, draft, gate, need: deployNeed(incident, null, deps), notices: [] };
  }
  const plan =
    request === null
      ? planFor(incident, commit, draft, command, { ...input, until }, gate, deps)
      : planForPull(incident, commit, request, { ...input, until }, gate, deps);
  const event = {
    ...{ kind: 'noted' as const, data: {}, evidence: [`commit:${commit}`] },
    text: `Deploy planned${request === null ? '' : ' by pull request'}: ${commit.slice(0, 12)}${draft.branch === null ? '' : ` to ${oneLine(draft.branch, 80)}`}${draft.tag === null ? '' : `, tag ${oneLine(draft.tag, 80)}`}`,
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

/** True once the deploy command of a plan was started, whose end is not on the record, or its pull request was closed. */
function isBegun(incident: Incident, id: string): boolean {
  return (
    lastOf(incident, 'noted', ({ data, basis, live }) => {
      return live && basis === 'measured' && (data.deploy_command === id || data.pull_closed === id);
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
