import type { DataOf } from '../events.ts';
import { type Gate, gate, item } from '../gates.ts';
import type { Incident } from '../incident.ts';
import { lastOf } from '../incident.ts';
import type { Level } from '../severity.ts';
import { sameCommit } from '../task-rules.ts';
import type { PlanAction } from './plan.ts';
import {
  isEnough,
  MAY_SKIP,
  type Need,
  needOf,
  needWords,
  type PolicySettings,
  type Strength,
} from './policy.ts';

/** Whether taking a change back brings back what was before it. Source: domain page, section 5. */
export const REVERSIBILITY = ['reversible', 'forward_only', 'destructive'] as const;
export type Reversibility = (typeof REVERSIBILITY)[number];

interface Approved {
  policy: PolicySettings;
  /** The strongest yes that stands for this very plan; null without any. */
  approval: Strength | null;
}

export interface DeployFacts extends Approved {
  /** Full name of the commit that is to be deployed. */
  commit: string;
  /** It is merged by pull request: the second review happens there. */
  by_pull?: boolean;
}

export interface RollbackFacts extends Approved {
  /** The rehearsal applied without a conflict. */
  clean: boolean;
  reversibility: Reversibility;
}

/**
 * The severity that may relax something: set in the live record, from a stated or observed fact. One that was rounded
 * up from the unknown relaxes nothing, and neither does one that a published copy brings.
 */
function settledLevel(incident: Incident): Level | null {
  const set = lastOf(incident, 'severity_changed');
  return set?.live === true && set.data.confirmed ? set.data.to : null;
}

/**
 * The yes that an action needs now; tools ask for exactly this, so that gate and approval never differ.
 * @param reversibility of a rollback: one that cannot be taken back never goes on the user's quoted word
 */
export function needFor(
  action: PlanAction,
  incident: Incident,
  policy: PolicySettings,
  reversibility: Reversibility = 'reversible',
): Need {
  const asked = needOf(action, settledLevel(incident), policy);
  return reversibility !== 'reversible' && asked === 'word' ? 'terminal' : asked;
}

/** What opening a pull request needs: nobody can review it before it is there. */
export function needToOpen(need: Need): Need {
  return need === 'review' ? 'terminal' : need;
}

/**
 * On exactly this commit: the last run of the checks that said red or green, and the last that read the change. Only our
 * own runs count.
 */
function checksOn(incident: Incident, commit: string) {
  const last = (where: (data: DataOf<'checks_run'>) => boolean) =>
    lastOf(
      incident,
      'checks_run',
      ({ live, basis, data }) =>
        live && basis === 'measured' && sameCommit(data.commit, commit) && where(data),
    );
  return {
    decided: last(({ outcome }) => outcome !== 'could_not_run'),
    read: last(({ findings }) => findings !== undefined),
  };
}

/**
 * What a hotfix needs on its way to production. The whole pre-deploy checklist is printed beside it; only these lines
 * block. Source: domain page, section 3.
 */
export function deployGate(incident: Incident, facts: DeployFacts): Gate {
  const { decided, read } = checksOn(incident, facts.commit);
  // The way back from the release says nothing about the way back from the fix.
  const rehearsed = lastOf(
    incident,
    'rollback_planned',
    (event) =>
      event.live &&
      event.basis === 'measured' &&
      event.data.rehearsed === true &&
      event.data.target !== 'release' &&
      event.id > incident.attemptSince,
  );
  const stops = read?.data.findings?.stop ?? 0;
  return gate('deploy', [
    item(
      'severity',
      lastOf(incident, 'severity_changed')?.live === true,
      'set the severity (severity_changed)',
      'person',
    ),
    item(
      'rollback_plan',
      rehearsed !== null,
      'plan and rehearse the way back from the fix (plan_mitigation, target hotfix)',
      'person',
    ),
    item(
      'checks_green',
      decided?.data.outcome === 'passed',
      'run the checks on exactly this commit until they pass (check_hotfix)',
      'person',
    ),
    item('findings_read', read !== null, 'read the findings about the change (check_hotfix)', 'person'),
    item('no_stop_finding', stops === 0, `mend ${stops} finding(s) of level stop (check_hotfix)`, 'person'),
    ...lookItems(incident, facts),
    approvalItem(
      facts.by_pull === true
        ? needToOpen(needFor('deploy', incident, facts.policy))
        : needFor('deploy', incident, facts.policy),
      facts.approval,
    ),
  ]);
}

const LOOKS = ['staging', 'second_review'] as const;
type Look = (typeof LOOKS)[number];

const LOOK_TODO: Record<Look, string> = {
  staging:
    'verify it in staging (deploy_verified, environment staging, with evidence), or set policy.staging to off where there is none',
  second_review:
    'have it reviewed by somebody else, or set policy.second_review to off where there is nobody',
};

/** What the policy wants to be looked at before: in a pull request the second look comes after it was opened. */
const looksOf = (policy: PolicySettings, byPull: boolean): Look[] =>
  LOOKS.filter((id) => policy[id] !== 'off' && !(byPull && id === 'second_review'));

/** Staging and second review: met, switched off in the settings, or skipped by the severity; else missing. */
function lookItems(incident: Incident, { policy, commit, by_pull }: DeployFacts) {
  return looksOf(policy, by_pull === true).map((id) =>
    item(id, isMet(incident, id, commit) || maySkip(incident, id), LOOK_TODO[id], 'person'),
  );
}

/** A review of another commit, or of a backport, says nothing about this one. */
function isMet(incident: Incident, id: Look, commit: string | undefined): boolean {
  const { attemptSince } = incident;
  const met =
    id === 'staging'
      ? lastOf(
          incident,
          'deploy_verified',
          ({ live, data, evidence }) => live && data.environment === 'staging' && evidence.length > 0,
        )
      : lastOf(
          incident,
          'approval_given',
          ({ live, basis, data }) =>
            live &&
            basis === 'measured' &&
            data.strength === 'review' &&
            data.about === undefined &&
            (data.commit === undefined || commit === undefined || sameCommit(data.commit, commit)),
        );
  return met !== null && met.id > attemptSince;
}

function maySkip(incident: Incident, id: Look): boolean {
  const level = settledLevel(incident);
  return level !== null && MAY_SKIP[id].includes(level);
}

/** Items of the deploy gate that only the severity lets pass; they are debt all the same. */
export function skippedBySeverity(
  incident: Incident,
  policy: PolicySettings,
  /** Without it a review of any commit will do. */
  deploy: Pick<DeployFacts, 'by_pull'> & { commit?: string } = {},
): string[] {
  return looksOf(policy, deploy.by_pull === true).filter(
    (id) => !isMet(incident, id, deploy.commit) && maySkip(incident, id),
  );
}

/** A merged pull request that nobody is seen to have approved, where policy wants a second look: debt. */
export function lacksReview(incident: Incident, policy: PolicySettings, commit: string): boolean {
  return policy.second_review !== 'off' && !isMet(incident, 'second_review', commit);
}

/** The fire exit: a target, a clean rehearsal and a yes; nothing else. Source: domain page, section 3. */
export function rollbackGate(incident: Incident, facts: RollbackFacts): Gate {
  const need = needFor('rollback', incident, facts.policy, facts.reversibility);
  return gate('rollback', [
    item(
      'clean_rehearsal',
      facts.clean,
      'rehearse a range that can be taken back (plan_mitigation with range), or go on with an override',
      'person',
    ),
    approvalItem(need, facts.approval),
  ]);
}

/** A backport reaches no production; it needs the yes that the policy asks for. */
export function backportGate(incident: Incident, facts: Approved): Gate {
  const need = needFor('backport', incident, facts.policy);
  return gate('backport', [approvalItem(need, facts.approval)]);
}

function approvalItem(need: Need, given: Strength | null) {
  return item('approval', given !== null && isEnough(given, need), `get ${needWords(need)}`, 'person');
}
