import type { BlockAction, ButtonAction } from '@slack/bolt';
import { PulseError } from '../core/errors.ts';
import { isOpen } from '../core/incident.ts';
import { declineKey } from '../core/outward/slack-asks.ts';
import { readBlockId, SLACK_ACTIONS } from '../core/outward/slack-marks.ts';
import { type AnyPlan, planTitle } from '../core/ship/plan.ts';
import { isEnough } from '../core/ship/policy.ts';
import recordTimelineEvent from '../tools/record-timeline-event.ts';
import { approvalOf, recordApproval } from '../tools/support/approval.ts';
import { callTool } from '../tools/support/call.ts';
import { type Loaded, loadUid } from '../tools/support/load.ts';
import { executionOf, plansOf, type StoredPlan, standingPlans } from '../tools/support/plans.ts';
import { needOfPlan } from '../tools/support/surfaces.ts';
import type { Deps } from '../tools/tool.ts';
import { type Room, toldOf, type Where } from './slack-room.ts';
import { showNow } from './slack-show.ts';

/** The buttons below a plan. They carry its id and nothing else: what is approved is what the record holds. */
export async function decide(body: BlockAction<ButtonAction>, where: Where, room: Room): Promise<void> {
  const refused = await room.refusal(where);
  if (refused !== null) return room.whisper(where, refused);
  const [action] = body.actions;
  const mark = readBlockId(action?.block_id);
  if (!action || mark === null) return;
  const { approvers = [] } = (await room.settings()) ?? {};
  if (!approvers.includes(where.user)) return room.whisper(where, notYou(approvers.length, where.user));
  const deps = await room.context.depsFor(await room.person(where.user));
  try {
    const loaded = await loadUid(mark.uid, deps);
    const stored = waiting(loaded, action.value ?? '', deps);
    const say = action.action_id === SLACK_ACTIONS.approve ? approve : decline;
    await room.whisper(where, await say(loaded, stored, where, deps));
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    await room.whisper(where, toldOf(error));
  }
  void room.goOn(showNow(mark.uid, room, deps));
}

function notYou(count: number, user: string): string {
  return count === 0
    ? `Nobody may approve plans in Slack. To change that, list member ids under slack.approvers in hotfix-pulse.config.json; yours is ${user}.`
    : 'You are not among those who may approve plans in Slack (slack.approvers in hotfix-pulse.config.json); nothing was recorded.';
}

type Stored = StoredPlan<AnyPlan>;

/** @throws PulseError when there is nothing left to decide */
function waiting({ incident }: Loaded, id: string, deps: Deps): Stored {
  if (incident.drill) throw new PulseError('unsafe', 'this is a rehearsal', 'nothing of it is carried out');
  const found = plansOf(incident, deps).find((one) => one.id === id);
  if (!found) {
    throw new PulseError('not_found', 'the record has no such plan', 'have another plan made');
  }
  if (executionOf(incident, id) !== null) {
    throw new PulseError('conflict', 'that plan was carried out already', 'nothing is left to decide');
  }
  if (!isOpen(incident) || !standingPlans(incident, deps).some((one) => one.id === id)) {
    throw new PulseError(
      'conflict',
      'that plan no longer stands: a newer one, another attempt or the end of the incident has replaced it',
      'decide about the newer one',
    );
  }
  return found;
}

async function approve({ incident }: Loaded, stored: Stored, { user }: Where, deps: Deps): Promise<string> {
  if (needOfPlan(incident, stored.plan, deps) === 'review') {
    throw new PulseError('gate_closed', 'it needs an approving review', 'review its pull request');
  }
  const given = approvalOf(incident, stored.id);
  if (given !== null && isEnough(given, 'named')) return `Plan ${stored.id} is approved already.`;
  await recordApproval(incident, stored, 'named', `button in Slack, member ${user}`, deps);
  return `Approved: plan ${stored.id} of ${incident.label}. Whoever made it can carry it out now with that id.`;
}

async function decline({ incident }: Loaded, stored: Stored, { user }: Where, deps: Deps): Promise<string> {
  await callTool(
    recordTimelineEvent,
    {
      ...{ incident: incident.uid, kind: 'noted' },
      text: `${planTitle(stored.plan)}: plan ${stored.id} declined in Slack`,
      idempotency_key: declineKey(stored.id, user),
    },
    deps,
  );
  return `Declined: plan ${stored.id} of ${incident.label}. Say in the thread what has to change, and have another plan made.`;
}
