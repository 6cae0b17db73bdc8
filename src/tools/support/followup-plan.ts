import { DEFAULT_ACTIONS } from '../../core/action-items.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { PulseError } from '../../core/errors.ts';
import { begunPlan, unsettledUntil } from '../../core/followup-attempts.ts';
import { type IssueDraft, issueDraft, markerOf } from '../../core/followup-issue.ts';
import type { ActionItem, Incident } from '../../core/incident.ts';
import type { Deps } from '../tool.ts';

/** Issues of one plan: what a person can read before they say yes. */
export const MOST_ISSUES = 20;

/** One action item on its way into the tracker. */
export interface FollowUp {
  item: ActionItem;
  marker: string;
  draft: IssueDraft;
  /** Of the text without the pages of the other issues: what is approved. */
  hash: string;
}

export interface FollowUpPlan {
  id: string;
  followUps: FollowUp[];
}

/** The issue of an action item as it would be made now. */
export function followUpOf(incident: Incident, item: ActionItem, deps: Deps): FollowUp {
  const view = {
    redact: (text: string) => deps.redact(text).text,
    pageOf: (path: string) => deps.tracker?.pageOf(path) ?? null,
    settings: deps.settings.action_items ?? DEFAULT_ACTIONS,
  };
  const approved = issueDraft(incident, item, { ...view, links: 'without' });
  return {
    item,
    marker: markerOf(incident, item.id),
    draft: issueDraft(incident, item, { ...view, links: 'with' }),
    hash: deps.ids.sha256(canonicalJson(approved)).slice(0, 16),
  };
}

/** Twelve hexadecimal digits that name exactly these texts: another word in one of them is another plan. */
export function planOfFollowUps(incident: Incident, items: readonly ActionItem[], deps: Deps): FollowUpPlan {
  const followUps = items.map((item) => followUpOf(incident, item, deps));
  const named = followUps.map(({ item, hash }) => ({ action: item.id, hash }));
  return {
    id: deps.ids.sha256(canonicalJson({ uid: incident.uid, named })).slice(0, 12),
    followUps,
  };
}

/** Not tracked yet, and nothing is on its way. */
export function isFree(incident: Incident, item: ActionItem, deps: Deps): boolean {
  return item.issue === undefined && unsettledUntil(incident, item.id, deps.clock.now()) === null;
}

/**
 * What a plan id stands for now: the same texts as when it was made, less what has its issue since.
 * @returns `begun` when the plan was approved and tried before
 * @throws PulseError conflict when a text is another one by now
 */
export function planToMake(
  incident: Incident,
  items: readonly ActionItem[],
  planId: string,
  deps: Deps,
): FollowUpPlan & { begun: boolean } {
  const id = planId.trim().toLowerCase();
  const begun = begunPlan(incident, id);
  const untracked = items.filter((item) => item.issue === undefined);
  if (begun !== null) {
    const left = untracked.filter((item) => begun.has(item.id));
    const { followUps } = planOfFollowUps(incident, left, deps);
    if (followUps.some(({ item, hash }) => begun.get(item.id) !== hash)) throw changed();
    return { id, followUps, begun: true };
  }
  const free = items.filter((item) => isFree(incident, item, deps)).slice(0, MOST_ISSUES);
  const plan = planOfFollowUps(incident, free, deps);
  if (plan.id !== id || free.length === 0) throw changed();
  return { ...plan, begun: false };
}

function changed(): PulseError {
  return new PulseError(
    'conflict',
    'no plan of that id has these texts: the action items or their issues have changed since',
    'call without plan_id and show the user the new texts',
  );
}
