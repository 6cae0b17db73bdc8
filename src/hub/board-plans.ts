import type { BoardPlans } from '../core/board/asks.ts';
import { declineKey, declineText } from '../core/declines.ts';
import { PulseError } from '../core/errors.ts';
import { type Incident, isOpen } from '../core/incident.ts';
import type { AUDIENCES, ROLLBACK_TARGETS } from '../core/kinds.ts';
import { type AnyPlan, planCode, planTitle } from '../core/ship/plan.ts';
import { isEnough, needOfPost, needWords } from '../core/ship/policy.ts';
import { SECOND } from '../core/time.ts';
import { oneLine } from '../core/untrusted.ts';
import postUpdate from '../tools/post-update.ts';
import recordTimelineEvent from '../tools/record-timeline-event.ts';
import rollbackChange from '../tools/rollback-change.ts';
import { approvalOf, recordApproval } from '../tools/support/approval.ts';
import { callTool } from '../tools/support/call.ts';
import { waitFor } from '../tools/support/jobs.ts';
import { loadUid } from '../tools/support/load.ts';
import { executionOf, plansOf, type StoredPlan, standingPlans } from '../tools/support/plans.ts';
import { sendSoon } from '../tools/support/send-soon.ts';
import { needOfPlan } from '../tools/support/surfaces.ts';
import type { Deps } from '../tools/tool.ts';
import type { Visitor } from './board-access.ts';

/** What people at the board do about plans: have one made, say yes or no to it. */

/** A connection without a word is cut after thirty seconds; the work goes on. */
const PATIENCE_MS = 15 * SECOND;

type Said = Promise<{ text: string }>;

/** What can be planned from here: what an operation does in one call, and works where this board runs. */
export function plansHere({ drill }: Pick<Incident, 'drill'>, deps: Deps): BoardPlans {
  return {
    rollback: deps.git !== null && deps.rollbacks !== undefined,
    post: !drill && deps.outward !== undefined,
  };
}

/** True where a plan comes of it; what needs no yes would be posted at once. */
export function canPlanPost(
  incident: Pick<Incident, 'drill'>,
  audience: (typeof AUDIENCES)[number],
  deps: Deps,
): boolean {
  const { policy = {} } = deps.settings.ship ?? {};
  return plansHere(incident, deps).post && needOfPost(audience, policy) !== null;
}

/** @throws PulseError when there is nothing left to decide */
async function waiting(
  uid: string,
  id: string,
  deps: Deps,
): Promise<{ incident: Incident; stored: StoredPlan<AnyPlan> }> {
  const { incident } = await loadUid(uid, deps);
  if (incident.drill) {
    throw new PulseError('unsafe', 'This is a rehearsal', 'nothing of it is carried out.');
  }
  const stored = plansOf(incident, deps).find((one) => one.id === id);
  if (!stored) throw new PulseError('not_found', 'The record has no such plan', 'load the page again.');
  if (executionOf(incident, id) !== null) {
    throw new PulseError('conflict', 'That plan was carried out already', 'nothing is left to decide.');
  }
  if (!isOpen(incident) || !standingPlans(incident, deps).some((one) => one.id === id)) {
    throw new PulseError('conflict', 'That plan no longer stands', 'read the newer one and decide about it.');
  }
  return { incident, stored };
}

/**
 * The yes of whoever is signed in, to exactly the plan that the record holds.
 * @throws PulseError when there is nothing left to decide, or the yes would not be enough
 */
export async function approvePlan(
  { incident: uid, plan: id, code }: { incident: string; plan: string; code: string },
  visitor: Visitor,
  deps: Deps,
): Said {
  const { incident, stored } = await waiting(uid, id, deps);
  const need = needOfPlan(incident, stored.plan, deps);
  const strength = visitor.approve ?? 'word';
  if (!isEnough(strength, need)) {
    throw new PulseError('gate_closed', 'A yes given here is not enough', `it needs ${needWords(need)}.`);
  }
  if (code.trim().toUpperCase() !== planCode(stored.plan, deps.ids.sha256)) {
    throw new PulseError(
      'gate_closed',
      'Not approved, nothing was recorded',
      'type the four characters that stand beside the plan.',
    );
  }
  const given = approvalOf(incident, id);
  if (given !== null && isEnough(given, need)) return { text: 'It is approved already.' };
  await recordApproval(incident, stored, strength, visitor.proof ?? '', deps);
  const warnings = await sendSoon(uid, deps);
  return { text: ['Approved. Whoever made the plan can carry it out now.', ...warnings].join(' ') };
}

/**
 * A no, with who and why. It is an event like another: it takes no yes back and forbids nothing.
 * @throws PulseError when there is nothing left to decide
 */
export async function declinePlan(
  { incident: uid, plan: id, reason }: { incident: string; plan: string; reason: string },
  deps: Deps,
): Said {
  const { incident, stored } = await waiting(uid, id, deps);
  const given = approvalOf(incident, id);
  if (given !== null && isEnough(given, needOfPlan(incident, stored.plan, deps))) {
    throw new PulseError(
      'conflict',
      'It is approved already, and a no does not take that back',
      'tell whoever would carry it out; another plan in its place needs another yes.',
    );
  }
  const why = oneLine(reason, 300);
  const { name, kind } = deps.actor;
  await callTool(
    recordTimelineEvent,
    {
      ...{ incident: uid, kind: 'noted', text: declineText(planTitle(stored.plan), id, why) },
      idempotency_key: declineKey(id, JSON.stringify([name, kind, why]), deps.ids.sha256),
    },
    deps,
  );
  return { text: 'Declined, with your reason. Whoever made the plan sees it in the timeline.' };
}

/**
 * Plans to post the last draft for an audience; nothing is posted.
 * @throws PulseError where no yes is asked for, so that nothing would be planned
 */
export async function planPost(
  { incident: uid, audience }: { incident: string; audience: (typeof AUDIENCES)[number] },
  deps: Deps,
): Said {
  const { incident } = await loadUid(uid, deps);
  if (!canPlanPost(incident, audience, deps)) {
    throw new PulseError(
      'not_configured',
      'This cannot be planned here',
      'no service is connected, it is a rehearsal, or the policy asks for no yes: copy the draft, or have post_update called.',
    );
  }
  await callTool(postUpdate, { incident: uid, audience }, deps);
  return { text: 'Planned; nothing was posted. It waits for its yes under Approvals.' };
}

/** Posts what was approved, once. @throws PulseError gate_closed without its yes */
export async function postPlanned(
  { incident: uid, plan: id }: { incident: string; plan: string },
  deps: Deps,
): Said {
  const { data, warnings } = await callTool(postUpdate, { incident: uid, plan_id: id }, deps);
  const said =
    data.state === 'posted'
      ? 'Posted.'
      : data.state === 'partly'
        ? 'Posted in part; the rest is queued and will be sent once each.'
        : 'Not posted yet: it is queued and will be sent once each.';
  return { text: [said, ...warnings].join(' ') };
}

/** Plans the way back; nothing is changed. What takes long goes on, and the plan shows itself. */
export async function planRollback(
  wanted: {
    incident: string;
    target?: (typeof ROLLBACK_TARGETS)[number] | undefined;
    range?: string | undefined;
  },
  deps: Deps,
): Said {
  let data: Record<string, unknown> = { state: 'running' };
  await waitFor(
    callTool(rollbackChange, wanted, deps).then((planned) => {
      data = planned.data;
    }),
    PATIENCE_MS,
  );
  if (data.state === 'running')
    return {
      text: 'It takes longer; nothing was changed. The plan shows up under Approvals when it is made.',
    };
  if (data.state === 'planned')
    return { text: 'Planned; nothing was changed. It waits for its yes under Approvals.' };
  return { text: 'It cannot be done from here; the timeline has the commands for a terminal.' };
}
