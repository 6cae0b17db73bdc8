import type { EventDraft } from '../../core/events.ts';
import type { FollowUpAttempt } from '../../core/followup-attempts.ts';
import type { Incident } from '../../core/incident.ts';
import { isLegal } from '../../core/status.ts';
import type { Deps } from '../tool.ts';
import type { FollowUp, FollowUpPlan } from './followup-plan.ts';
import { hashOf, keyed } from './write.ts';

const ours = { at_source: 'observed', basis: 'measured' } as const;

/** What is about to leave, recorded before it does; with the yes the first time. */
export function intentDrafts(
  incident: Incident,
  plan: FollowUpPlan,
  words: string | null,
  deps: Deps,
): EventDraft[] {
  const attempt = noteDraft(
    `Creating issues for ${names(plan.followUps)} (plan ${plan.id})${words === null ? '' : `; the user said: "${words}"`}`,
    { plan: plan.id, state: 'intended', items: itemsOf(plan.followUps) },
    deps,
  );
  // After the end only notes are legal, and the note has the words too.
  if (words === null || !isLegal(incident.status, 'approval_given')) return [attempt];
  const approval: EventDraft<'approval_given'> = {
    ...{ kind: 'approval_given', ...ours, evidence: [] },
    text: `Follow-up issues of ${incident.label}: plan ${plan.id} approved (word): "${words}"`,
    data: { strength: 'word', plan: plan.id, words, about: 'follow_ups' },
    input_hash: hashOf('approval', { plan: plan.id, strength: 'word' }, deps),
  };
  return [...keyed([approval], `approval/${plan.id}/word`), attempt];
}

/** What came to nothing for certain: it may be tried again at once. */
export function notMadeDraft(plan: string, followUps: readonly FollowUp[], deps: Deps): EventDraft {
  return noteDraft(
    `No issue was made for ${names(followUps)}`,
    { plan, state: 'not_made', items: itemsOf(followUps) },
    deps,
  );
}

/** The issue of one action item. The key is the pair: whoever finds it again records nothing new. */
export function linkDraft(action: string, url: string, deps: Deps): EventDraft {
  const input_hash = hashOf('followup', { action, url }, deps);
  const draft: EventDraft<'linked'> = {
    ...{ kind: 'linked', ...ours, evidence: [url], input_hash },
    text: `${action} is tracked`,
    data: { type: 'issue', url, action },
  };
  return { ...draft, key: `followup/${action}/${input_hash.slice(0, 12)}` };
}

function noteDraft(text: string, follow_ups: FollowUpAttempt, deps: Deps): EventDraft {
  const input_hash = hashOf('followup', { ...follow_ups }, deps);
  return { kind: 'noted', ...ours, evidence: [], text, data: { follow_ups }, input_hash };
}

const itemsOf = (followUps: readonly FollowUp[]) =>
  followUps.map(({ item, hash }) => ({ action: item.id, hash }));

const names = (followUps: readonly FollowUp[]): string => followUps.map(({ item }) => item.id).join(', ');
