import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import type { PullState } from '../../core/outward/github-facts.ts';
import { pullBody } from '../../core/outward/pull-body.ts';
import { missingOf } from '../../core/outward/pull-reviews.ts';
import type { Plan, PlannedPull } from '../../core/ship/plan.ts';
import { lacksReview, needFor } from '../../core/ship/ship-gates.ts';
import { fillCommand, type PushOutcome } from '../../core/ship/shipping.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { PullRequests } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { needApproval } from './approval.ts';
import { shippingOf } from './deploy-facts.ts';
import type { Deployed } from './deploy-record.ts';
import { loadUid } from './load.ts';
import { executionOf, type StoredPlan } from './plans.ts';
import { ensurePull } from './pull-open.ts';
import { noService } from './pull-plan.ts';
import { type LinkedPull, pullsOf, pullsOfPlan, recordClosed, recordPull, recordReviews } from './pulls.ts';
import { debtDrafts, needWith } from './ship-gate.ts';
import { keyed, type Written, write } from './write.ts';

type Named = Pick<StoredPlan, 'id' | 'plan'>;

/**
 * Pushes the branch, opens the pull request and, called again, looks how far it is. Fills `done`.
 * @returns what is live by the merge, for what comes after it; null while it is not merged
 * @throws PulseError gate_closed when the policy wants a review before the deploy command, conflict when what was merged is not the plan
 */
export async function runPull(
  incident: Incident,
  stored: Named,
  done: Deployed,
  push: () => Promise<PushOutcome | null>,
  tell: (line: string) => void,
  deps: Deps,
): Promise<Plan | null> {
  const { id, plan } = stored;
  const [wanted] = plan.pulls ?? [];
  const pulls = await pullsOf(deps);
  if (wanted === undefined || pulls === null) throw noService();
  const linked = pullsOfPlan(incident, id).get(wanted.base);
  done.state = 'in_review';
  if (linked === undefined) done.push = await push();
  tell(linked === undefined ? 'opening the pull request' : 'asking for the state of the pull request');
  const pull =
    linked === undefined
      ? await openFirst(incident, stored, wanted, pulls, done, deps)
      : await stateOf(pulls, linked, done);
  if (pull === null) return null;
  keep(done, await recordReviews(incident, id, plan.commit, pull, null, deps));
  const { url, number, state, merged_at } = pull;
  done.pull = { url, number, state, missing: state === 'open' ? missingOf(pull) : [], merged_at };
  if (state === 'open' && pull.head !== plan.commit) {
    done.notices.push(
      `The pull request has another commit than the plan: check it (check_hotfix), then call without plan_id.`,
    );
  }
  if (state === 'closed') {
    done.state = 'closed';
    keep(done, await recordClosed(incident, id, pull, deps));
  }
  if (state !== 'merged') return null;
  const merged = await mergedPlan(plan, wanted.base, pull, deps);
  await settleReview(incident, stored, deps);
  done.state = 'deployed';
  return merged;
}

async function openFirst(
  incident: Incident,
  { id, plan }: Named,
  wanted: PlannedPull,
  pulls: PullRequests,
  done: Deployed,
  deps: Deps,
): Promise<PullState | null> {
  const redact = (text: string): string => deps.redact(text).text;
  const { base } = wanted;
  const body = pullBody({ incident, plan, planId: id, base, commit: plan.commit, redact });
  const title = redact(wanted.title);
  const ensured = await ensurePull(incident, pulls, { ...wanted, title, body }, plan.commit, deps);
  if ('problem' in ensured) {
    done.notices.push(
      `The branch is pushed, the pull request is not known to be there: ${ensured.problem}. Call again with the same plan_id: it looks first.`,
    );
    return null;
  }
  keep(done, await recordPull(incident, id, ensured.pull, plan.commit, deps));
  return ensured.pull;
}

async function stateOf(pulls: PullRequests, linked: LinkedPull, done: Deployed): Promise<PullState | null> {
  try {
    return await pulls.state(linked.number);
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    done.notices.push(
      `${error.message}, so it is not known how far pull request ${linked.number} is. Call again with the same plan_id.`,
    );
    return null;
  }
}

function keep(done: Deployed, written: Written | null): void {
  if (written === null) return;
  done.events.push(...(written.replayed ? [] : written.events.map((event) => event.id)));
  done.notices.push(...written.notices);
}

/** The plan as it is live: the service and git both say that the branch got the fix by this commit. */
async function mergedPlan(plan: Plan, base: string, pull: PullState, deps: Deps): Promise<Plan> {
  const { commit, remote } = plan;
  const ships = pull.merged_as;
  if (pull.head !== commit || ships === null || remote === null) throw notThePlan(pull);
  const landed = await shippingOf(deps).landed({ remote, base, commit, merged_as: ships });
  if (landed === null) throw notThePlan(pull);
  return livePlan(plan, ships);
}

/** The plan with the words of its commands filled, once it is known what it was merged as. */
export function livePlan(plan: Plan, ships: string): Plan {
  const { verify, commands, pulls: [pull] = [] } = plan;
  const fill = (words: readonly string[]): string[] =>
    fillCommand(words, { commit: ships, tag: null, ref: pull?.base ?? ships }) ?? [...words];
  return {
    ...{ ...plan, ships, moves: [], commands: commands.map(fill) },
    verify: verify === null ? null : fill(verify),
  };
}

function notThePlan({ number }: PullState): PulseError {
  return new PulseError(
    'conflict',
    `pull request ${number} was merged, and what came in is not seen to be the fix of this plan`,
    'look at the production branch (git fetch): when the fix is live, record deployed with its commit and evidence; else check what was merged (check_hotfix) and call without plan_id',
  );
}

/** What is live is recorded in any case; a look that policy wanted and nobody is seen to have had is debt, and nothing more runs without the review that it asks for. */
async function settleReview(before: Incident, { id, plan }: Named, deps: Deps): Promise<void> {
  const policy = deps.settings.ship?.policy ?? {};
  const { incident } = await loadUid(before.uid, deps);
  if (executionOf(incident, id) !== null) return;
  if (plan.commands.length > 1) {
    const need = needWith(plan, needFor('deploy', incident, policy));
    await needApproval(incident, { id, plan }, need, undefined, deps);
  }
  if (!lacksReview(incident, policy, plan.commit)) return;
  const gate = { name: 'deploy', items: [], open: true, missing: [] } as const;
  const also = { missing: ['second_review'], reason: 'merged without an approving review that was seen' };
  const none: Plan = { ...plan, skips: [], skip_hooks: false };
  const debts: EventDraft[] = debtDrafts({ ...gate, items: [], missing: [] }, none, also, deps);
  await write(before.uid, keyed(debts, `deploy/${id}/unreviewed`), deps);
}

/** A push that was refused as protected is remembered: the next plan opens a pull request where one can be opened. */
export async function withPull(incident: Incident, plan: Plan, error: unknown, deps: Deps): Promise<unknown> {
  const isRefusal = error instanceof PulseError && error.details?.fault === 'protected';
  const base = plan.moves.find(({ ref }) => ref.startsWith('refs/heads/'))?.ref.slice('refs/heads/'.length);
  if (!isRefusal || base === undefined || plan.way === 'pull_request') return error;
  if (deps.settings.ship?.deploy?.way === 'push' || (await pullsOf(deps)) === null) return error;
  const draft: EventDraft<'noted'> = {
    ...{ kind: 'noted', at_source: 'observed', basis: 'measured', evidence: [] },
    text: `The remote takes no direct push to ${oneLine(base, 80)}: it wants a pull request`,
    data: { push_refused: base },
    input_hash: `push_refused/${base}`,
  };
  await write(incident.uid, [{ ...draft, key: `push_refused/${incident.attempt}/${base}` }], deps);
  return new PulseError(
    error.code,
    error.message,
    'call deploy_hotfix again without plan_id: it plans a pull request, which needs a yes of its own',
    error.details,
  );
}
