import { asciiJson, canonicalJson } from '../../core/canonical.ts';
import { PulseError } from '../../core/errors.ts';
import type { EventDraft, RecordedEvent } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import type { PostPlan } from '../../core/outward/post-plan.ts';
import { type AnyPlan, type Plan, planId } from '../../core/ship/plan.ts';
import type { Deps } from '../tool.ts';
import { hashOf, keyed, type Written, write } from './write.ts';

/**
 * Plan, then execute. A plan is what exactly will be done; it stands in the data of a measured event, so that whoever
 * approves it in another terminal reads the same bytes. Only the plan that was approved is executed, and only while
 * nothing has moved.
 */

export interface StoredPlan<P extends AnyPlan = Plan> {
  id: string;
  plan: P;
  event: string;
}

type PlanOf<A extends AnyPlan['action']> = A extends 'post' ? PostPlan : Plan;

/** All plans of the live record, oldest first. What a published copy or an import says is history. */
export function plansOf(incident: Incident, deps: Deps): StoredPlan<AnyPlan>[] {
  return incident.recorded.flatMap((event) => {
    const plan = event.live && event.basis === 'measured' ? planIn(event) : undefined;
    return plan === undefined ? [] : [{ id: planId(plan, deps.ids.sha256), plan, event: event.id }];
  });
}

function planIn(event: RecordedEvent): AnyPlan | undefined {
  return event.kind === 'noted' || event.kind === 'rollback_planned' ? event.data.plan : undefined;
}

/** Plans of one action and target replace one another. */
function slotOf(plan: AnyPlan): string {
  const about = plan.action === 'post' ? plan.audience : (plan.target ?? '');
  return `${plan.action}/${about}/${plan.attempt}`;
}

/** The plans that have not been replaced, of the current attempt. */
export function standingPlans(incident: Incident, deps: Deps): StoredPlan<AnyPlan>[] {
  const latest = new Map(plansOf(incident, deps).map((one) => [slotOf(one.plan), one]));
  return [...latest.values()].filter(({ plan }) => plan.attempt === incident.attempt);
}

/**
 * The same but for the moment it was made and the objects that were made for it, wherever they are named: nothing has
 * moved meanwhile, and nothing else would be run. What decides those objects (a range, say) must be named in the plan.
 */
function sameOf(plan: AnyPlan): string {
  const { made_at: _made, ...rest } = plan;
  if (plan.action === 'post') return canonicalJson(rest);
  const objects = [...plan.moves.map((move) => move.new), ...(plan.ships === undefined ? [] : [plan.ships])];
  const made = [...new Set(objects)].filter((object) => object !== plan.commit);
  return made.reduce(
    (text, object, at) => text.replaceAll(object, `{${at}}`).replaceAll(object.slice(0, 10), `{${at}}`),
    canonicalJson(rest),
  );
}

/** Of one event, which holds 64 KB as ASCII; the rest is for commands and notes. */
const FILES_ROOM = 24 * 1024;

/** As many files by name as fit in an event; the others are in the count. */
function fitted<P extends AnyPlan>(plan: P): P {
  if (plan.action === 'post') return plan;
  let room = FILES_ROOM;
  const files = plan.files.filter((file) => {
    room -= asciiJson(file).length;
    return room > 0;
  });
  return { ...plan, files };
}

/**
 * Records a plan and gives its id; a plan that says the same as the standing one of its kind is that one, so asking
 * again does not take an approval away. One that was carried out is done: the same again is a new plan.
 * @param draft the event that announces it: `noted`, or `rollback_planned` for a rollback; its data gets the plan
 */
export async function storePlan<P extends AnyPlan>(
  incident: Incident,
  planned: P,
  draft: Pick<EventDraft<'noted' | 'rollback_planned'>, 'kind' | 'text' | 'data' | 'evidence'>,
  deps: Deps,
): Promise<StoredPlan<P> & { written: Written | null }> {
  const plan = fitted(planned);
  const standing = plansOf(incident, deps).findLast((one) => slotOf(one.plan) === slotOf(plan));
  // Of the plan as it came: the log takes secrets out, so what it holds can differ from what it was given.
  const hash = hashOf('plan', { same: sameOf(plan) }, deps);
  const isSame = incident.recorded.some(
    ({ id, input_hash }) => id === standing?.event && input_hash === hash,
  );
  if (standing && isSame && executionOf(incident, standing.id) === null) {
    return { ...(standing as StoredPlan<P>), written: null };
  }
  const id = planId(plan, deps.ids.sha256);
  const event = {
    ...draft,
    ...{ at_source: 'observed', basis: 'measured', input_hash: hash },
    data: { ...draft.data, plan },
  } as EventDraft;
  const key = `plan/${standing?.id ?? 'first'}/${id}`;
  const written = await write(incident.uid, keyed([event], key), deps);
  // What was stored counts, and is what its id names.
  const stored = plansOf(written.loaded.incident, deps).find((one) => one.event === written.events[0]?.id);
  if (!stored) throw new Error('a plan that was written is not in the log');
  return { ...(stored as StoredPlan<P>), written };
}

/**
 * The plan of that id, if it still is the one to execute, or was carried out: then `executionOf` says how.
 * @throws PulseError not_found for an unknown id, conflict when another plan has taken its place
 */
export function planOf<A extends AnyPlan['action']>(
  incident: Incident,
  id: string,
  action: A,
  deps: Deps,
): StoredPlan<PlanOf<A>> {
  const plans = plansOf(incident, deps);
  // The action decides the form of the plan.
  const found = plans.find((one) => one.id === id.trim().toLowerCase() && one.plan.action === action) as
    | StoredPlan<PlanOf<A>>
    | undefined;
  if (!found) {
    throw new PulseError(
      'not_found',
      `no ${action} plan of this incident has that id`,
      'call without plan_id to make one',
    );
  }
  if (executionOf(incident, found.id) !== null) return found;
  const latest = plans.findLast((one) => slotOf(one.plan) === slotOf(found.plan));
  if (latest && latest.id !== found.id) {
    throw new PulseError(
      'conflict',
      'that plan was replaced by a newer one, and its approval went with it',
      `look at the newer plan and have it approved: ${latest.id}`,
    );
  }
  if (found.plan.attempt !== incident.attempt) {
    throw new PulseError(
      'conflict',
      'that plan is of an earlier attempt',
      'call without plan_id to make one',
    );
  }
  return found;
}

/** The kinds that say a plan was carried out. */
const EXECUTES: readonly RecordedEvent['kind'][] = ['deployed', 'rolled_back', 'backported', 'update_posted'];

/** What executed a plan already: the event that names it. */
export function executionOf(incident: Incident, id: string): RecordedEvent | null {
  return (
    incident.recorded.find(
      (event) =>
        event.live &&
        event.basis === 'measured' &&
        EXECUTES.some((kind) => kind === event.kind) &&
        'plan_id' in event.data &&
        event.data.plan_id === id,
    ) ?? null
  );
}
