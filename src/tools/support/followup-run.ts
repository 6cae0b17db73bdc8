import { PulseError } from '../../core/errors.ts';
import { unsettledUntil } from '../../core/followup-attempts.ts';
import { isPage } from '../../core/followup-issue.ts';
import type { ActionItem, Incident } from '../../core/incident.ts';
import { SECOND } from '../../core/time.ts';
import type { CreateOutcome, Issue, Tracker } from '../../ports-tracker.ts';
import type { Deps } from '../tool.ts';
import { refreshSoon } from './documents.ts';
import { type FollowUp, type FollowUpPlan, followUpOf } from './followup-plan.ts';
import { intentDrafts, linkDraft, notMadeDraft } from './followup-record.ts';
import { loadUid } from './load.ts';

/** No issue is begun after this: calls stop at 60 s in two agents, and one create may take 15 s. */
const BEGIN_MS = 20 * SECOND;

/** Why an issue was not made; nothing is on its way then. */
export type NotMade = 'changed' | 'declined' | 'limited' | 'unreachable' | 'no_time';

/** These say nothing about the next issue. */
const OF_ONE: readonly NotMade[] = ['changed', 'declined'];

export type Result = { action: string; warnings: string[] } & (
  | { state: 'created' | 'found'; url: string }
  | { state: 'unknown' }
  | { state: 'not_made'; why: NotMade }
);

/** Looks for issues that exist already and records them; what is left has none. Changes nothing in the tracker. */
export async function linkFound(
  incident: Incident,
  items: readonly ActionItem[],
  tracker: Tracker,
  deps: Deps,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) {
    const { marker } = followUpOf(incident, item, deps);
    const found = await linkSeen(incident.uid, item.id, await tracker.find(marker), deps);
    if (found !== null) results.push(found);
  }
  if (results.length > 0) await refreshSoon(await loadUid(incident.uid, deps), deps);
  return results;
}

/**
 * Carries a plan out, one issue at a time: the intent is recorded first, each issue is looked for before it is made and
 * recorded as soon as it is. A lost answer is looked after once; it is never sent again before it has settled.
 */
export async function makeIssues(
  incident: Incident,
  plan: FollowUpPlan,
  words: string | null,
  tracker: Tracker,
  deps: Deps,
): Promise<Result[]> {
  const beganMs = deps.clock.now();
  const claimed = await claim(incident, plan, words, deps);
  const results = new Map<string, Result>();
  let stop: NotMade | null = null;
  for (const followUp of claimed) {
    if (deps.clock.now() - beganMs > BEGIN_MS) stop ??= 'no_time';
    const result: Result =
      stop === null
        ? await makeOne(incident.uid, followUp, tracker, deps)
        : { ...named(followUp), state: 'not_made', why: stop };
    results.set(followUp.item.id, result);
    // A tracker that does not answer, or asks for a pause, is left alone.
    if (result.state === 'unknown') stop ??= 'unreachable';
    if (result.state === 'not_made' && !OF_ONE.includes(result.why)) stop ??= result.why;
  }
  const none = claimed.filter(({ item }) => results.get(item.id)?.state === 'not_made');
  if (none.length > 0) {
    const drafts = [notMadeDraft(plan.id, none, deps)];
    await deps.log.append({ incident: incident.uid, by: deps.actor, drafts });
  }
  await refreshSoon(await loadUid(incident.uid, deps), deps);
  // What another call has taken, or what was sent before and has not settled, is still open.
  return plan.followUps.map(
    (followUp) => results.get(followUp.item.id) ?? { ...named(followUp), state: 'unknown' },
  );
}

/**
 * Records the intent for what is free. Under the lock of this host, so that of two calls at the same moment one takes
 * it; another host is seen by the marker.
 */
function claim({ uid }: Incident, plan: FollowUpPlan, words: string | null, deps: Deps): Promise<FollowUp[]> {
  return deps.log.withNumbering(async () => {
    const { incident } = await loadUid(uid, deps);
    const free = plan.followUps.filter(
      ({ item }) =>
        incident.actions.get(item.id)?.issue === undefined &&
        unsettledUntil(incident, item.id, deps.clock.now()) === null,
    );
    if (free.length === 0) return [];
    const drafts = intentDrafts(incident, { ...plan, followUps: free }, words, deps);
    await deps.log.append({ incident: uid, by: deps.actor, drafts });
    return free;
  });
}

async function makeOne(uid: string, planned: FollowUp, tracker: Tracker, deps: Deps): Promise<Result> {
  // Issues made a moment ago belong into this one's text.
  const { incident } = await loadUid(uid, deps);
  const { item } = planned;
  const followUp = followUpOf(incident, incident.actions.get(item.id) ?? item, deps);
  if (followUp.hash !== planned.hash) return { ...named(followUp), state: 'not_made', why: 'changed' };
  const before = await look(followUp.marker, tracker);
  if (before === null) return { ...named(followUp), state: 'not_made', why: 'unreachable' };
  const found = await linkSeen(uid, item.id, before, deps);
  if (found !== null) return found;
  const outcome = await create(followUp, tracker);
  switch (outcome.outcome) {
    case 'created':
      return (
        (await linkSeen(uid, item.id, [outcome.issue], deps, 'created', droppedWarning(outcome.dropped))) ?? {
          ...named(followUp),
          state: 'unknown',
        }
      );
    case 'declined':
      return { ...named(followUp), state: 'not_made', why: 'declined' };
    case 'limited': {
      const wait = outcome.retry_after_s;
      const warnings = [`The tracker asks for a pause${wait === null ? '' : ` of ${Math.ceil(wait)} s`}.`];
      return { action: item.id, warnings, state: 'not_made', why: 'limited' };
    }
    case 'unknown': {
      const after = await look(followUp.marker, tracker);
      const seen = after === null ? null : await linkSeen(uid, item.id, after, deps, 'created');
      return seen ?? { ...named(followUp), state: 'unknown' };
    }
  }
}

/** An adapter that throws after all has left the outcome open. */
async function create({ draft }: FollowUp, tracker: Tracker): Promise<CreateOutcome> {
  try {
    return await tracker.create(draft);
  } catch {
    return { outcome: 'unknown' };
  }
}

/** Null when the tracker cannot be asked. */
async function look(marker: string, tracker: Tracker): Promise<Issue[] | null> {
  try {
    return await tracker.find(marker);
  } catch (error) {
    if (error instanceof PulseError) return null;
    throw error;
  }
}

/** Records the oldest issue; null where there is none. */
async function linkSeen(
  uid: string,
  action: string,
  issues: readonly Issue[],
  deps: Deps,
  state: 'created' | 'found' = 'found',
  more: readonly string[] = [],
): Promise<Result | null> {
  const pages = issues.map(({ url }) => url).filter(isPage);
  const [url] = pages;
  if (url === undefined) return null;
  await deps.log.append({ incident: uid, by: deps.actor, drafts: [linkDraft(action, url, deps)] });
  const warnings = [
    ...more,
    ...(pages.length > 1
      ? [`${pages.length} issues carry the marker of ${action}; the oldest was linked, close the others.`]
      : []),
  ];
  return { action, warnings, state, url };
}

function droppedWarning(dropped: readonly string[]): string[] {
  return dropped.length === 0 ? [] : [`The tracker did not take over: ${dropped.join(', ')}.`];
}

const named = ({ item }: FollowUp) => ({ action: item.id, warnings: [] });
