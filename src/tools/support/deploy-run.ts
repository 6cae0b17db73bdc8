import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import type { Plan } from '../../core/ship/plan.ts';
import { skippedBySeverity } from '../../core/ship/ship-gates.ts';
import type { PushOutcome } from '../../core/ship/shipping.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import type { Deps } from '../tool.ts';
import { needApproval } from './approval.ts';
import { fixBranch, fixOf, shippingOf } from './deploy-facts.ts';
import { deployNeed, gateOf } from './deploy-plan.ts';
import {
  type Deployed,
  noteCommand,
  recordDeployed,
  recordFailure,
  recordVerified,
} from './deploy-record.ts';
import { loadUid } from './load.ts';
import { executionOf, type StoredPlan } from './plans.ts';
import { livePlan, runPull, withPull } from './pull-run.ts';
import { pullsOfPlan } from './pulls.ts';
import { settledCommand } from './settled-command.ts';
import { checkShipGate, debtDrafts } from './ship-gate.ts';
import { hashOf, write } from './write.ts';

const LIMIT_MS = 10 * MINUTE;

/**
 * Everything that must hold before anything is done: the gate, the fix as it was planned, the yes. What the plan passes
 * over is recorded as debt, and that it begins, before anything is pushed. Nothing of it is asked again of a plan that
 * has begun and is on the remote: what it did has to get on the record.
 * @throws PulseError gate_closed, conflict when the fix has changed
 */
export async function beginDeploy(
  incident: Incident,
  stored: StoredPlan,
  words: string | undefined,
  deps: Deps,
): Promise<void> {
  const { id, plan } = stored;
  const shipping = shippingOf(deps);
  const byPull = plan.way === 'pull_request';
  if (pullsOfPlan(incident, id).size > 0) return;
  if (hasBegun(incident, id) && plan.remote !== null && (await shipping.isPushed(plan.remote, plan.moves)))
    return;
  if ((await fixOf(incident, shipping)) !== plan.commit) {
    throw new PulseError(
      'conflict',
      'the fix is another commit now than when the plan was made',
      'check it (check_hotfix), then call without plan_id to plan it anew',
    );
  }
  const gate = gateOf(incident, plan.commit, { id, by_pull: byPull }, deps);
  checkShipGate(gate, plan);
  await needApproval(incident, stored, deployNeed(incident, plan, deps), words, deps);
  const also = {
    missing: skippedBySeverity(incident, deps.settings.ship?.policy ?? {}, {
      ...{ commit: plan.commit, by_pull: byPull },
    }),
    reason: `confirmed ${incident.severity?.level ?? 'severity'}`,
  };
  const begun: EventDraft<'noted'> = {
    ...{ kind: 'noted', at_source: 'observed', basis: 'measured', evidence: [] },
    ...{ text: `Deploy of plan ${id} began`, data: { deploy_begun: id } },
    input_hash: hashOf('deploy_hotfix/begun', { id }, deps),
  };
  const skips = plan.skips.filter((skip) => gate.missing.some((missing) => missing.id === skip));
  const debts = debtDrafts(gate, { ...plan, skips }, also, deps);
  const named = debts.map((debt) => ({ ...debt, key: `deploy/${id}/debt/${debt.input_hash.slice(0, 16)}` }));
  await write(incident.uid, [...named, { ...begun, key: `deploy/${id}/begun` }], deps);
}

function hasBegun(incident: Incident, id: string): boolean {
  return incident.recorded.some(
    (event) =>
      event.kind === 'noted' && event.live && event.basis === 'measured' && event.data.deploy_begun === id,
  );
}

/**
 * Pushes, runs the deploy command, records it, verifies. Called again with the same plan it does what is missing: a
 * push that is there is not repeated, and a deploy command whose end nobody saw is not run twice.
 */
export async function runDeploy(
  incident: Incident,
  { id, plan }: StoredPlan,
  tell: (line: string) => void,
  signal: AbortSignal,
  deps: Deps,
): Promise<Deployed> {
  const shipping = shippingOf(deps);
  const done: Deployed = {
    ...{ state: 'deployed', push: null, pull: null, deploy: null, verify: null, events: [], notices: [] },
  };
  const now = (await loadUid(incident.uid, deps)).incident;
  const executed = executionOf(now, id);
  let live = plan;
  if (plan.way === 'pull_request' && executed?.kind === 'deployed') {
    live = livePlan(plan, executed.data.commit);
  } else if (plan.way === 'pull_request') {
    const merged = await runPull(now, { id, plan }, done, () => pushPlan(now, plan, tell, deps), tell, deps);
    if (merged === null) return done;
    live = merged;
  }
  if (executed === null) {
    const command = hasCommand(plan) ? deployCommand(live, deps) : null;
    if (live === plan) done.push = await pushPlan(now, plan, tell, deps);
    if (command !== null) {
      if (!(await noteCommand(now, id, live, command, deps))) throw unknownEnd();
      const wanted = { commit: live.ships ?? live.commit, command, verify: null, timeoutMs: limitOf(deps) };
      done.deploy = (await shipping.deploy(wanted, { signal, progress: tell })).deploy;
      if (done.deploy?.outcome !== 'passed') {
        await recordFailure(now, id, live, done, deps);
        return { ...done, state: 'deploy_failed' };
      }
    }
    await recordDeployed(now, id, live, done, deps);
  }
  return verifyDeploy(incident.uid, id, live, done, tell, signal, deps);
}

/** A pull request has its push as the first command. */
const hasCommand = ({ way, commands }: Plan): boolean =>
  way === 'pull_request' ? commands.length > 1 : way !== 'push';

/** @throws PulseError conflict when the settings say something else by now */
function deployCommand(plan: Plan, deps: Deps): string[] {
  const words = deps.settings.ship?.deploy?.command;
  const command = settledCommand(words, plan.commands.at(-1) ?? null, valuesOf(plan), deps);
  if (command !== null) return command;
  throw new PulseError(
    'conflict',
    'the deploy command in the settings has changed since the plan was made',
    'call without plan_id: the new command is another plan and needs another yes',
  );
}

function valuesOf({ ships, commit, tag, ref }: Plan) {
  return { commit: ships ?? commit, tag: tag ?? null, ref: ref ?? ships ?? commit };
}

async function pushPlan(
  incident: Incident,
  plan: Plan,
  tell: (line: string) => void,
  deps: Deps,
): Promise<PushOutcome | null> {
  if (plan.moves.length === 0 || plan.remote === null) return null;
  tell('pushing');
  const branch = plan.moves.find(({ ref }) => ref.startsWith('refs/heads/'))?.ref ?? null;
  const wanted = {
    ...{ remote: plan.remote, moves: plan.moves, skip_hooks: plan.skip_hooks === true },
    ...{ branch: branch?.slice('refs/heads/'.length) ?? null, commit: plan.commit },
    hotfix_branch: fixBranch(incident),
  };
  try {
    return await shippingOf(deps).push(wanted);
  } catch (error) {
    throw await withPull(incident, plan, error, deps);
  }
}

function unknownEnd(): PulseError {
  return new PulseError(
    'conflict',
    'the deploy command of this plan was started before, and how it ended is not on the record or was no success',
    'look at production: when the fix is live, record deployed with its commit and evidence; else call without plan_id for another plan, which runs it again',
  );
}

/** Runs the verification unless it has passed already; only a success is an event. */
async function verifyDeploy(
  uid: string,
  id: string,
  plan: Plan,
  done: Deployed,
  tell: (line: string) => void,
  signal: AbortSignal,
  deps: Deps,
): Promise<Deployed> {
  const { incident } = await loadUid(uid, deps);
  const deployed = executionOf(incident, id);
  const isVerified = incident.recorded.some(
    (event) =>
      event.kind === 'deploy_verified' && event.live && deployed !== null && event.data.ref === deployed.id,
  );
  if (plan.verify === null || deployed === null || isVerified) return done;
  const words = settledCommand(deps.settings.ship?.deploy?.verify, plan.verify, valuesOf(plan), deps);
  if (words === null) {
    done.notices.push(
      'The verification command in the settings has changed since the plan was made and was not run: verify it by hand.',
    );
    return done;
  }
  const wanted = { commit: plan.ships ?? plan.commit, command: null, verify: words };
  const { verify } = await shippingOf(deps).deploy(
    { ...wanted, timeoutMs: limitOf(deps) },
    { signal, progress: tell },
  );
  done.verify = verify;
  if (verify?.outcome !== 'passed') return done;
  await recordVerified(uid, id, deployed.id, verify, done, deps);
  return done;
}

const limitOf = (deps: Deps): number => {
  const seconds = deps.settings.ship?.deploy?.timeout_s;
  return seconds === undefined ? LIMIT_MS : seconds * SECOND;
};
