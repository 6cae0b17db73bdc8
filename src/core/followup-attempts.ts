import * as z from 'zod/v4';
import type { Incident } from './incident.ts';
import { MINUTE } from './time.ts';

/**
 * What was tried to get action items into the tracker. The intent is recorded before anything leaves, so that a lost
 * answer or a crash is known as "may have been made" and never repeated blindly.
 */
export const FollowUpAttempt = z.object({
  /** Id of the plan that was approved. */
  plan: z.string(),
  state: z.enum(['intended', 'not_made']),
  /** `hash`: of the text that was approved for it. */
  items: z.array(z.object({ action: z.string(), hash: z.string() })),
});
export type FollowUpAttempt = z.infer<typeof FollowUpAttempt>;

/** After this time nothing that was sent is still on its way: a look that finds nothing means there is nothing. */
const SETTLED_MS = 2 * MINUTE;

/** Only what this product itself recorded here counts. */
function attemptsOf(incident: Incident): { attempt: FollowUpAttempt; at: string }[] {
  return incident.recorded.flatMap((event) =>
    event.kind === 'noted' && event.live && event.basis === 'measured' && event.data.follow_ups !== undefined
      ? [{ attempt: event.data.follow_ups, at: event.recorded_at }]
      : [],
  );
}

/** The texts that were approved under a plan, by action item; null when that plan was never begun. */
export function begunPlan(incident: Incident, plan: string): ReadonlyMap<string, string> | null {
  const begun = attemptsOf(incident).find(
    ({ attempt }) => attempt.plan === plan && attempt.state === 'intended',
  );
  return begun === undefined
    ? null
    : new Map(begun.attempt.items.map(({ action, hash }) => [action, hash] as const));
}

/**
 * Plans that were approved and begun, and of which an action item is still open and without its issue.
 * @param olderThanMs only those that were last tried so long ago
 */
export function unfinishedPlans(incident: Incident, nowMs: number, olderThanMs = SETTLED_MS): string[] {
  const attempts = attemptsOf(incident);
  const plans = new Set(attempts.map(({ attempt }) => attempt.plan));
  return [...plans].filter((plan) => {
    const own = attempts.filter(({ attempt }) => attempt.plan === plan);
    const last = own.at(-1);
    if (last === undefined || nowMs - Date.parse(last.at) < olderThanMs) return false;
    const items = own.flatMap(({ attempt }) => (attempt.state === 'intended' ? attempt.items : []));
    return items.some(({ action }) => {
      const item = incident.actions.get(action);
      return item?.state === 'open' && item.issue === undefined;
    });
  });
}

/**
 * Until when it is open whether an issue was made for an action item: another call may be making it, or an answer was
 * lost. Null when nothing is on its way.
 */
export function unsettledUntil(incident: Incident, action: string, nowMs: number): number | null {
  const last = attemptsOf(incident).findLast(({ attempt }) =>
    attempt.items.some((item) => item.action === action),
  );
  if (last === undefined || last.attempt.state === 'not_made') return null;
  const until = Date.parse(last.at) + SETTLED_MS;
  return nowMs < until ? until : null;
}
