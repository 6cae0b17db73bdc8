import type { EventDraft, EventOf } from '../../core/events.ts';
import type { Incident } from '../../core/incident.ts';
import type { PullState } from '../../core/outward/github-facts.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { PullRequests } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { waitFor } from './jobs.ts';
import { hashOf, keyed, type Written, write } from './write.ts';

/** Pull requests as the record knows them. */

export type LinkedPull = NonNullable<EventOf<'linked'>['data']['pull']>;

/** Null where no connected service has them. */
export async function pullsOf(deps: Deps): Promise<PullRequests | null> {
  return (await deps.outward?.())?.pulls ?? null;
}

/** Pull requests that were opened for a plan, by base. */
export function pullsOfPlan(incident: Incident, planId: string): Map<string, LinkedPull> {
  return new Map(
    incident.recorded.flatMap((event): [string, LinkedPull][] => {
      const pull =
        event.kind === 'linked' && event.live && event.basis === 'measured' ? event.data.pull : undefined;
      return pull?.plan === planId ? [[pull.base, pull]] : [];
    }),
  );
}

/** Pull requests of a number on the record, the newest plan's last. */
export function pullsNumbered(incident: Incident, number: number): LinkedPull[] {
  return incident.recorded.flatMap((event) => {
    const pull =
      event.kind === 'linked' && event.live && event.basis === 'measured' ? event.data.pull : undefined;
    return pull?.number === number ? [pull] : [];
  });
}

/** True when the pull request of a plan ended without a merge. */
export function isClosed(incident: Incident, planId: string): boolean {
  return incident.recorded.some(
    ({ kind, live, basis, data }) =>
      kind === 'noted' && live && basis === 'measured' && Object(data).pull_closed === planId,
  );
}

/** The answer when it comes in time, else `otherwise`; work that fails later fails silently. */
export async function answerWithin<T>(work: Promise<T>, ms: number, otherwise: T): Promise<T> {
  let answer = otherwise;
  const settled = work.then(
    (value) => {
      answer = value;
    },
    () => {},
  );
  await waitFor(settled, ms);
  return answer;
}

/** What stands in a pull request is on the record once per plan. */
export async function recordPull(
  incident: Incident,
  planId: string,
  pull: PullState,
  commit: string,
  deps: Deps,
): Promise<Written> {
  const data = {
    ...{ type: 'pull_request' as const, url: pull.url },
    pull: { number: pull.number, plan: planId, head: pull.head_branch, base: pull.base, commit },
  };
  const draft: EventDraft<'linked'> = {
    ...{ kind: 'linked', at_source: 'observed', basis: 'measured', evidence: [pull.url], data },
    text: `Pull request ${pull.number} into ${oneLine(pull.base, 80)} for ${commit.slice(0, 12)}; nothing is deployed by that`,
    input_hash: hashOf('pull', data, deps),
  };
  return write(incident.uid, keyed([draft], `pull/${planId}/${pull.base}`), deps);
}

/** It was closed and not merged: the plan is spent. */
export async function recordClosed(
  incident: Incident,
  planId: string,
  pull: PullState,
  deps: Deps,
): Promise<Written> {
  const draft: EventDraft<'noted'> = {
    ...{ kind: 'noted', at_source: 'observed', basis: 'measured', evidence: [pull.url] },
    text: `Pull request ${pull.number} into ${oneLine(pull.base, 80)} was closed without a merge`,
    data: { pull_closed: planId },
    input_hash: hashOf('pull/closed', { planId, number: pull.number }, deps),
  };
  return write(incident.uid, keyed([draft], `pull/${planId}/${pull.base}/closed`), deps);
}

/** It was merged; whether that is a deploy is found out by looking at the branch (deploy_hotfix). */
export async function recordMerged(
  incident: Incident,
  planId: string,
  pull: PullState,
  deps: Deps,
): Promise<Written | null> {
  const { number, merged_as: mergedAs, merged_at: at, url, base } = pull;
  if (mergedAs === null) return null;
  const draft: EventDraft<'noted'> = {
    ...{ kind: 'noted', basis: 'measured', evidence: [url, `commit:${mergedAs}`] },
    ...(at === null ? { at_source: 'observed' as const } : { at, at_source: 'reported' as const }),
    text: `Pull request ${number} was merged into ${oneLine(base, 80)} as ${mergedAs.slice(0, 12)}`,
    data: { pull_merged: planId, merged_as: mergedAs },
    input_hash: hashOf('pull/merged', { planId, number, mergedAs }, deps),
  };
  return write(incident.uid, keyed([draft], `pull/${planId}/${base}/merged`), deps);
}

/**
 * The approving reviews of exactly the planned commit, each once, as given by the reviewer.
 * @param about a branch that it was backported to: it says nothing about production
 */
export async function recordReviews(
  incident: Incident,
  planId: string,
  commit: string,
  pull: PullState,
  about: string | null,
  deps: Deps,
): Promise<Written | null> {
  if (pull.head !== commit) return null;
  let written: Written | null = null;
  for (const { by, at, url } of pull.approvals) {
    const data = { strength: 'review', plan: planId, commit, ...(about === null ? {} : { about }) };
    const draft: EventDraft<'approval_given'> = {
      ...{ kind: 'approval_given', at_source: 'reported', basis: 'measured', evidence: [url], data, at },
      text: `${by} approved ${commit.slice(0, 12)} in pull request ${pull.number}`,
      input_hash: hashOf('approval/review', { ...data, by: by.toLowerCase() }, deps),
    };
    const actor = { name: by, kind: 'human', via: 'github review' } as const;
    const key = `approval/${planId}/review/${pull.number}/${by.toLowerCase()}`;
    written = await write(incident.uid, keyed([draft], key), { ...deps, actor });
  }
  return written;
}
