import { PulseError } from '../../core/errors.ts';
import { branchOf, type Incident } from '../../core/incident.ts';
import { labelOf } from '../../core/reduce.ts';
import type { MigrationClass } from '../../core/ship/migration-signs.ts';
import type { Plan } from '../../core/ship/plan.ts';
import { showCommand } from '../../core/ship/plan.ts';
import type { Need } from '../../core/ship/policy.ts';
import { needFor, rollbackGate } from '../../core/ship/ship-gates.ts';
import type { StepReport } from '../../core/ship/shipping.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import type { Rollbacks } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';
import { approvalOf, needApproval } from './approval.ts';
import { loadUid } from './load.ts';
import { executionOf, type StoredPlan } from './plans.ts';
import { type Executed, recordFailed, recordRolledBack, shortOf } from './rollback-record.ts';
import { settledCommand } from './settled-command.ts';
import { checkShipGate, debtDrafts, needWith } from './ship-gate.ts';
import { keyed, write } from './write.ts';

const LIMIT_MS = 10 * MINUTE;

/** How a plan was carried out. `by_hand`: the program could not, and nothing is recorded until a person has. */
export interface RolledBack {
  state: 'rolled_back' | 'by_hand' | 'command_failed';
  steps: StepReport[];
  /** Why a person has to do it, in our own words. */
  reason: string | null;
  notices: string[];
}

const CLASSES: readonly MigrationClass[] = ['reversible', 'forward_only', 'destructive'];

/** The class as it was recorded with the plan; what is not there counts as what nobody could read. */
function classIn(incident: Incident, { event }: StoredPlan): MigrationClass {
  const found = incident.recorded.find(({ id }) => id === event);
  const said = found?.kind === 'rollback_planned' && 'class' in found.data ? found.data.class : undefined;
  return CLASSES.find((one) => one === said) ?? 'forward_only';
}

export function gateOf(incident: Incident, stored: StoredPlan, deps: Deps) {
  return rollbackGate(incident, {
    policy: deps.settings.ship?.policy ?? {},
    approval: approvalOf(incident, stored.id),
    clean: stored.plan.way !== 'by_hand',
    reversibility: classIn(incident, stored),
  });
}

export function yesFor(incident: Incident, stored: StoredPlan, deps: Deps): Need {
  const policy = deps.settings.ship?.policy ?? {};
  return needWith(stored.plan, needFor('rollback', incident, policy, classIn(incident, stored)));
}

/** The gate, the yes, the debts; nothing of it for commands that are only printed. @throws PulseError gate_closed */
export async function beginRollback(
  incident: Incident,
  stored: StoredPlan,
  words: string | undefined,
  deps: Deps,
): Promise<void> {
  const { id, plan } = stored;
  const gate = gateOf(incident, stored, deps);
  if (plan.way !== 'by_hand') {
    checkShipGate(gate, plan);
    await needApproval(incident, stored, yesFor(incident, stored, deps), words, deps);
  }
  const debts = debtDrafts(gate, plan, null, deps);
  if (debts.length > 0) await write(incident.uid, keyed(debts, `rollback/${id}/debt`), deps);
}

/** Carries the plan out: push, command, record. The same again does what is missing and repeats nothing that is there. */
export async function runRollback(
  incident: Incident,
  stored: StoredPlan,
  tell: (line: string) => void,
  signal: AbortSignal,
  deps: Deps,
): Promise<RolledBack> {
  const { plan, id } = stored;
  const { incident: now } = await loadUid(incident.uid, deps);
  const done: RolledBack = { state: 'rolled_back', steps: [], reason: null, notices: [] };
  if (executionOf(now, id) !== null) return done;
  const rollbacks = deps.rollbacks ?? null;
  if (plan.way === 'by_hand' || rollbacks === null) {
    return { ...done, state: 'by_hand', reason: 'this plan is for a person: nothing was pushed or run here' };
  }
  const failure =
    plan.way === 'command'
      ? await drifted(now, stored, rollbacks, deps)
      : await pushed(now, stored, rollbacks, tell);
  if (failure !== null) return { ...done, state: 'by_hand', reason: failure };
  if (plan.way !== 'push') {
    const { command, verify } = await commandsOf(plan, rollbacks, deps);
    const report = await rollbacks.redeploy(
      { commit: plan.ships ?? plan.commit, command, verify, timeoutMs: limitOf(deps) },
      { signal, progress: tell },
    );
    done.steps.push(...[report.deploy, report.verify].filter((step) => step !== null));
    if (report.deploy !== null && report.deploy.outcome !== 'passed') {
      const { notices } = await recordFailed(now, stored, report.deploy, deps.ids.nonce(), deps);
      return { ...done, state: 'command_failed', notices };
    }
  }
  const { notices } = await recordRolledBack(now, stored, executed(plan, done.steps), deps);
  return { ...done, notices };
}

/**
 * What runs comes from the settings, never from the record; the record only says that it is what was approved.
 * @throws PulseError conflict when the settings say something else by now
 */
async function commandsOf(
  { way, ships, commit: newest, commands, verify, moves: [move] }: Plan,
  rollbacks: Rollbacks,
  deps: Deps,
): Promise<{ command: string[]; verify: string[] | null }> {
  const deploy = deps.settings.ship?.deploy;
  const commit = ships ?? newest;
  const tag = way === 'command' ? await rollbacks.tagAt(commit) : null;
  const ref = way === 'command' ? (tag ?? commit) : (move?.ref.slice('refs/heads/'.length) ?? commit);
  const words = way === 'command' ? deploy?.rollback_command : deploy?.command;
  const values = { commit, tag, ref };
  const command = settledCommand(words, commands.at(-1) ?? null, values, deps);
  const check = verify === null ? null : settledCommand(deploy?.verify, verify, values, deps);
  const isSame = command !== null && (check !== null || (verify === null && deploy?.verify === undefined));
  if (isSame) return { command, verify: check };
  throw new PulseError(
    'conflict',
    'the commands in the settings have changed since the plan was made',
    REPLAN,
  );
}

function executed(plan: Plan, steps: readonly StepReport[]): Executed {
  const [move] = plan.moves;
  const commit = plan.ships ?? plan.commit;
  return { ref: move?.ref ?? shortOf(commit), commit, steps, owesRevert: plan.way === 'command' };
}

/** Null when production's branch is where it was, or when that cannot be asked. @throws PulseError conflict */
async function drifted(
  incident: Incident,
  { event }: StoredPlan,
  rollbacks: Rollbacks,
  deps: Deps,
): Promise<null> {
  const planned = incident.recorded.find(({ id }) => id === event);
  const tip = planned?.kind === 'rollback_planned' && 'tip' in planned.data ? planned.data.tip : undefined;
  const { git, ship } = deps.settings;
  const wanted = { ...git, branch: ship?.deploy?.branch, remote: ship?.deploy?.remote };
  const now = await rollbacks.production(wanted);
  if (now.state !== 'fresh' || tip === undefined || now.tip === tip) return null;
  throw new PulseError('conflict', "production's branch has moved on since the plan was made", REPLAN);
}

const REPLAN = 'call rollback_change again without plan_id: it plans anew on what is there now';
const AGAIN = 'call rollback_change again with the same plan_id';

/** Null when it is there; why a person has to push when the remote cannot be reached. */
async function pushed(
  incident: Incident,
  { id, plan }: StoredPlan,
  rollbacks: Rollbacks,
  tell: (line: string) => void,
): Promise<string | null> {
  const [move] = plan.moves;
  if (move === undefined || plan.remote === null) return 'the plan names nothing to push';
  tell('pushing');
  const side = `revert/${branchOf(incident).slice('hotfix/'.length)}`;
  const wanted = {
    ...{ remote: plan.remote, branch: move.ref.slice('refs/heads/'.length), hotfix_branch: side },
    ...{ commit: move.new, moves: plan.moves, skip_hooks: plan.skip_hooks === true },
  };
  try {
    await rollbacks.push(wanted, { label: labelOf(incident.number), plan: id });
    return null;
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    const { fault } = error.details;
    const isLost = error.code === 'upstream' && (fault === undefined || UNREACHED.has(String(fault)));
    if (isLost) return error.message;
    if (fault === undefined) throw error;
    const aside = showCommand(['git', 'push', plan.remote, `${move.new}:refs/heads/${side}`]);
    throw new PulseError(error.code, error.message, hintFor(String(fault), aside), error.details);
  }
}

const UNREACHED = new Set(['unreachable', 'timed_out', 'no_remote_repository']);

function hintFor(fault: string, aside: string): string {
  if (fault === 'moved_on') return REPLAN;
  if (fault === 'shallow') return `run: git fetch --unshallow --tags; then ${AGAIN}`;
  if (fault === 'pre_push_hook')
    return `mend what the pre-push hook says and ${AGAIN}; or plan anew with skip_hooks, which a person approves`;
  return `open a pull request: ${aside}, and have it merged as it is (no squash); then record rolled_back with its commit and evidence`;
}

const limitOf = (deps: Deps): number => {
  const seconds = deps.settings.ship?.deploy?.timeout_s;
  return seconds === undefined ? LIMIT_MS : seconds * SECOND;
};
