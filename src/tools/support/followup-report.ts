import { keepCopyable } from '../../core/messages.ts';
import { fence } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { answered, standingOf } from './answer.ts';
import type { FollowUp } from './followup-plan.ts';
import type { NotMade, Result } from './followup-run.ts';
import { loadUid } from './load.ts';

export interface Shown {
  results: readonly Result[];
  /** Action items that had their issue before. */
  tracked: readonly { action: string; url: string }[];
  /** Texts to look at, or to use by hand. */
  texts: readonly FollowUp[];
  state: 'planned' | 'by_hand';
  plan: string | null;
  /** What to do now, our words. */
  say: readonly string[];
  warnings: readonly string[];
}

const WHY: Record<NotMade, string> = {
  changed: 'its text is another one than was approved; call without plan_id',
  declined: 'the tracker declined it; look at its rights and settings',
  limited: 'the tracker asks for a pause; call again after it',
  unreachable: 'the tracker did not answer; call again',
  no_time: 'this call ran out of time; call again',
};

const STATES: Record<Result['state'], string> = {
  created: 'issue created',
  found: 'its issue was there already',
  unknown: 'not known whether it was made; call again in two minutes, it looks before it makes one',
  not_made: 'no issue made',
};

/** What became of every action item, and the texts that are not in the tracker yet. */
export async function reportFollowUps(uid: string, shown: Shown, deps: Deps) {
  const { results, tracked, texts, plan } = shown;
  const issues = [
    ...tracked.map(({ action, url }) => ({ action, state: 'tracked', url, note: 'has its issue' })),
    ...results.map((result) => ({
      ...{ action: result.action, state: result.state },
      url: 'url' in result ? result.url : null,
      note: result.state === 'not_made' ? WHY[result.why] : STATES[result.state],
    })),
    ...texts.map(({ item }) => ({ action: item.id, state: shown.state, url: null, note: 'text below' })),
  ];
  const drafts = texts.map(({ item, draft }) => ({
    ...{ action: item.id, title: draft.title, body: draft.body, labels: [...draft.labels] },
    ...{ assignee: draft.assignee, due: draft.due },
  }));
  const lines = [
    ...issues.map(({ action, note, url }) => `${action}: ${note}${url === null ? '' : ` (${url})`}`),
    ...drafts.map((draft) =>
      keepCopyable(
        fence(textOf(draft), `issue text for ${draft.action}, made from recorded data`, deps.ids.nonce()),
      ),
    ),
    ...shown.say,
  ];
  const standing = await standingOf(await loadUid(uid, deps), deps);
  const warnings = [...new Set([...shown.warnings, ...results.flatMap((result) => result.warnings)])];
  return answered(standing, lines, { plan_id: plan, issues, texts: drafts }, warnings);
}

function textOf(draft: {
  title: string;
  body: string;
  labels: readonly string[];
  assignee: string | null;
  due: string | null;
}): string {
  return [
    `Title: ${draft.title}`,
    `Labels: ${draft.labels.join(', ')}`,
    `Assignee: ${draft.assignee ?? 'nobody'}`,
    `Due: ${draft.due ?? 'no date'}`,
    '',
    draft.body,
  ].join('\n');
}
