import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import { branchOf, type Incident } from '../../core/incident.ts';
import { pullBody, pullTitle } from '../../core/outward/pull-body.ts';
import type { Made } from '../../core/ship/backport.ts';
import type { PlannedPull, RefMove } from '../../core/ship/plan.ts';
import { needFor } from '../../core/ship/ship-gates.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { PullRequests } from '../../ports-outward.ts';
import type { Deps } from '../tool.ts';
import { approvalOf } from './approval.ts';
import { shippingOf } from './deploy-facts.ts';
import { plansOf, type StoredPlan } from './plans.ts';
import { ensurePull } from './pull-open.ts';
import { noService, wantsPull } from './pull-plan.ts';
import { type LinkedPull, pullsOf, pullsOfPlan, recordPull, recordReviews } from './pulls.ts';
import { write } from './write.ts';

/** Backports to branches that take nothing but a pull request. */

type Ready = Extract<Made, { outcome: 'made' }>;

export interface PlannedBranch {
  move: RefMove;
  pull: PlannedPull | null;
}

/** Names that are tried when a branch of an earlier pull request is still on the remote. */
const MOST_NAMES = 5;

/**
 * Each commit that was made with the way in which it gets into its branch.
 * @throws PulseError not_configured when a pull request is wanted and nothing is connected that opens one
 */
export async function waysOf(
  incident: Incident,
  ready: readonly Ready[],
  remote: string,
  deps: Deps,
): Promise<PlannedBranch[]> {
  const isReviewed = needFor('backport', incident, deps.settings.ship?.policy ?? {}) === 'review';
  return Promise.all(
    ready.map(async ({ branch, move }) => {
      const byPull =
        (isReviewed && (await pullsOf(deps)) !== null) || (await wantsPull(incident, branch, deps));
      return byPull ? requested(incident, branch, move.new, remote, deps) : { move, pull: null };
    }),
  );
}

/** A branch of its own that is free on the remote, or has this very commit. */
async function requested(
  incident: Incident,
  base: string,
  commit: string,
  remote: string,
  deps: Deps,
): Promise<PlannedBranch> {
  for (let at = 1; ; at++) {
    const head = `${branchOf(incident)}-to-${base}${at === 1 ? '' : `-${at}`}`;
    try {
      const move = await shippingOf(deps).request({ remote, branch: head, commit });
      return { move, pull: { head, base, title: pullTitle(incident, base) } };
    } catch (error) {
      if (!(error instanceof PulseError) || error.code !== 'conflict' || at === MOST_NAMES) throw error;
    }
  }
}

/** How the pull request into one branch stands. */
export interface PullRow {
  branch: string;
  state: 'open' | 'merged' | 'closed' | 'unknown';
  url: string | null;
  /** What went wrong, in our own words. */
  problem: string | null;
}

/** Opens what is not open and looks at the rest. The branch is pushed already. Never throws for what the service does. */
export async function openPull(
  incident: Incident,
  { id, plan }: StoredPlan,
  wanted: PlannedPull,
  commit: string,
  deps: Deps,
): Promise<PullRow> {
  const pulls = await pullsOf(deps);
  const { base } = wanted;
  if (pulls === null) return { branch: base, state: 'unknown', url: null, problem: noService().message };
  const redact = (text: string): string => deps.redact(text).text;
  const body = pullBody({ incident, plan, planId: id, base, commit, redact });
  const draft = { ...wanted, title: redact(wanted.title), body };
  const ensured = await ensurePull(incident, pulls, draft, commit, deps);
  if ('problem' in ensured) return { branch: base, state: 'unknown', url: null, problem: ensured.problem };
  const { pull } = ensured;
  await recordPull(incident, id, pull, commit, deps);
  await recordReviews(incident, id, commit, pull, aboutOf(base), deps);
  return { branch: base, state: pull.state, url: pull.url, problem: null };
}

/** What a review of a backport is about: not the change of production. */
export const aboutOf = (base: string): string => `backport to ${oneLine(base, 80)}`;

/** Pull requests of this attempt into branches, as the service has them now; `unknown` where it does not say. */
export async function pullRows(incident: Incident, deps: Deps): Promise<PullRow[]> {
  const latest = new Map<string, LinkedPull & { url: string | null }>();
  for (const event of incident.recorded) {
    if (event.kind !== 'linked' || !event.live || event.basis !== 'measured') continue;
    const { pull, url = null } = event.data;
    const isOurs = event.id > incident.attemptSince && pull?.head.includes(`-to-${pull.base}`);
    if (pull && isOurs) latest.set(pull.base, { ...pull, url });
  }
  const pulls = await pullsOf(deps);
  if (pulls !== null) {
    for (const found of await unrecorded(incident, [...latest.keys()], pulls, deps))
      latest.set(found.base, found);
  }
  return Promise.all(
    [...latest.values()].map(async ({ base, number, url, plan, commit }): Promise<PullRow> => {
      const row = { branch: base, url, problem: null };
      try {
        const pull = await pulls?.state(number);
        if (pull === undefined) return { ...row, state: 'unknown' };
        await recordReviews(incident, plan, commit, pull, aboutOf(base), deps);
        return { ...row, state: pull.state };
      } catch (error) {
        if (!(error instanceof PulseError)) throw error;
        return { ...row, state: 'unknown', problem: error.message };
      }
    }),
  );
}

/** Pull requests of approved plans that were opened although nobody saw the answer; from now on they are on the record. */
async function unrecorded(
  incident: Incident,
  known: readonly string[],
  pulls: PullRequests,
  deps: Deps,
): Promise<(LinkedPull & { url: string })[]> {
  const approved = plansOf(incident, deps).flatMap(({ id, plan }) =>
    plan.action === 'backport' && plan.attempt === incident.attempt && approvalOf(incident, id) !== null
      ? (plan.pulls ?? []).map((wanted) => ({ id, wanted }))
      : [],
  );
  const lost = approved.filter(({ wanted }) => !known.includes(wanted.base));
  const found = await Promise.all(
    lost.map(async ({ id, wanted }) => {
      const pull = await pulls.find(wanted).catch((error: unknown) => {
        if (error instanceof PulseError) return null;
        throw error;
      });
      if (pull?.state !== 'open') return [];
      await recordPull(incident, id, pull, pull.head, deps);
      const { number, head_branch: head, base, url } = pull;
      return [{ number, plan: id, head, base, commit: pull.head, url }];
    }),
  );
  return found.flat();
}

/** True when the pull request of the plan into that branch is on the record: its branch is not pushed again. */
export function isOpened(incident: Incident, planId: string, base: string): boolean {
  return pullsOfPlan(incident, planId).has(base);
}

/** Branches that take no push, for the next plan. True when that one will open pull requests for them. */
export async function rememberRefused(
  incident: Incident,
  branches: readonly string[],
  deps: Deps,
): Promise<boolean> {
  if (branches.length === 0 || deps.settings.ship?.deploy?.way === 'push') return false;
  if ((await pullsOf(deps)) === null) return false;
  const drafts = branches.map(
    (base): EventDraft<'noted'> => ({
      ...{ kind: 'noted', at_source: 'observed', basis: 'measured', evidence: [] },
      text: `The remote takes no direct push to ${oneLine(base, 80)}: it wants a pull request`,
      data: { push_refused: base },
      input_hash: `push_refused/${base}`,
      key: `push_refused/${incident.attempt}/${base}`,
    }),
  );
  await write(incident.uid, drafts, deps);
  return true;
}
