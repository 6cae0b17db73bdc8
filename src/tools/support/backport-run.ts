import type { Incident } from '../../core/incident.ts';
import type { BackportStates, Pushed } from '../../core/ship/backport.ts';
import { backportGate, needFor, needToOpen } from '../../core/ship/ship-gates.ts';
import type { BackportWatch } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';
import { approvalOf, needApproval } from './approval.ts';
import { lookAt, recordLanded } from './backport-look.ts';
import { isOpened, openPull, type PullRow, pullRows, rememberRefused } from './backport-pulls.ts';
import { backportsOf } from './backport-targets.ts';
import { loadUid } from './load.ts';
import type { StoredPlan } from './plans.ts';
import { debtDrafts, needWith } from './ship-gate.ts';
import { keyed, write } from './write.ts';

export interface Executed {
  states: BackportStates;
  pushed: Pushed[];
  /** Pushed, and the branch does not show the fix. */
  unverified: string[];
  pulls: PullRow[];
  notices: string[];
}

/** The yes that a backport needs, asked for where it is not recorded. @throws PulseError gate_closed without it */
export async function approveBackport(
  incident: Incident,
  stored: StoredPlan,
  words: string | undefined,
  deps: Deps,
): Promise<void> {
  const policy = deps.settings.ship?.policy ?? {};
  const asked = needFor('backport', incident, policy);
  const need = stored.plan.way === 'pull_request' ? needToOpen(asked) : asked;
  await needApproval(incident, stored, needWith(stored.plan, need), words, deps);
}

/**
 * Pushes every branch of the plan on its own, then looks at the remote again: what has the fix there is recorded, and
 * what has it not stays open. A repeated call pushes only what is not there.
 */
export async function executeBackport(
  incident: Incident,
  { id, plan, event }: StoredPlan,
  { signal, progress }: BackportWatch,
  deps: Deps,
): Promise<Executed> {
  const backports = backportsOf(deps);
  const approval = approvalOf(incident, id);
  const gate = backportGate(incident, { policy: deps.settings.ship?.policy ?? {}, approval });
  const debts = debtDrafts(gate, plan, null, deps);
  if (debts.length > 0) await write(incident.uid, keyed(debts, `plan/${id}/debt`), deps);
  const pushed: Pushed[] = [];
  const pulls: PullRow[] = [];
  for (const move of plan.moves) {
    const branch = move.ref.replace(/^refs\/heads\//, '');
    const pull = plan.pulls?.find(({ head }) => head === branch);
    if (pull && isOpened(incident, id, pull.base)) continue;
    if (signal?.aborted) {
      pushed.push({ branch, outcome: 'refused', fault: 'stopped' });
      continue;
    }
    progress?.(`pushing to ${branch}`);
    const outcome = await backports.push(move, plan.remote ?? '', plan.skip_hooks === true);
    pushed.push(outcome);
    if (pull && outcome.outcome !== 'refused')
      pulls.push(await openPull(incident, { id, plan, event }, pull, move.new, deps));
  }
  progress?.('looking at the remote again');
  const states = await lookAt(incident, 'network', deps);
  const heads = plan.pulls?.map(({ head }) => head) ?? [];
  const taken = pushed.flatMap((one) =>
    one.outcome === 'refused' || heads.includes(one.branch) ? [] : [one.branch],
  );
  const refused = pushed.flatMap((one) =>
    one.outcome === 'refused' && one.fault === 'protected' && !heads.includes(one.branch) ? [one.branch] : [],
  );
  const isNext = await rememberRefused(incident, refused, deps);
  const { incident: now } = await loadUid(incident.uid, deps);
  const written = await recordLanded(now, states, { id, branches: taken }, deps);
  const has = new Set(
    states.branches.filter(({ verdict }) => verdict.state === 'has_fix').map(({ name }) => name),
  );
  return {
    ...{ states, pushed, unverified: taken.filter((name) => !has.has(name)) },
    pulls: [...(await pullRows(now, deps)), ...pulls.filter(({ url }) => url === null)],
    notices: [
      ...(isNext
        ? [
            'A branch takes no direct push: call without plan_id, and the next plan opens a pull request for it.',
          ]
        : []),
      ...(written?.notices ?? []),
    ],
  };
}
