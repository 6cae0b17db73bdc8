import { PulseError } from '../../core/errors.ts';
import { type Incident, standingDeploy } from '../../core/incident.ts';
import { isAboutSecurity } from '../../core/outward/audience.ts';
import { SECURITY_NOTE } from '../../core/outward/pull-body.ts';
import type { BackportStates, LongLived, Made } from '../../core/ship/backport.ts';
import { isStale, matchesAny } from '../../core/ship/long-lived.ts';
import { MOST_FILES, type Plan, type PlannedFile } from '../../core/ship/plan.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { BackportWatch } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';
import { waysOf } from './backport-pulls.ts';
import { backportsOf, missingTargets } from './backport-targets.ts';
import { planOf, type StoredPlan, storePlan } from './plans.ts';

export interface Planned {
  stored: StoredPlan | null;
  /** What could not be made, by branch. */
  made: Made[];
  notices: string[];
}

export interface PlanInput {
  branches?: string[] | undefined;
  skip_hooks?: boolean | undefined;
  /** Branches whose pull request waits for people already. */
  waiting: readonly string[];
}

/** @throws PulseError not_found for a name that matches no long-lived branch */
export function checkNames(names: readonly string[], branches: readonly LongLived[]): void {
  const strangers = names.filter((name) => !branches.some((branch) => matchesAny(branch.name, [name])));
  if (strangers.length === 0) return;
  const known = branches.map(({ name }) => oneLine(name, 80)).slice(0, 20);
  throw new PulseError(
    'not_found',
    'branches names no long-lived branch, or only production',
    known.length === 0
      ? 'there is none besides production; set long_lived in hotfix-pulse.config.json if one is missing'
      : `long-lived are: ${known.join(', ')}; set long_lived in hotfix-pulse.config.json if one is missing`,
  );
}

/** Why a branch that lacks the fix is not planned without being named; null when it is. */
export function heldBack(branch: LongLived, incident: Incident, nowMs: number): string | null {
  if (branch.verdict.state === 'missing' && branch.verdict.reverted_by !== null) {
    return 'the fix was there and was taken back: name it in branches to bring it in again';
  }
  if (branch.last_at !== null && isStale(branch.last_at, nowMs)) {
    return `no commit since ${branch.last_at.slice(0, 10)}: name it in branches if it is still maintained, else say not_affected`;
  }
  return standingDeploy(incident) === null
    ? 'the fix is not deployed yet: name the branch in branches to bring it there first'
    : null;
}

/**
 * Makes the commits for the branches that lack the fix and can take it, and stores what would be pushed. Without a
 * remote there is nothing to plan: no local branch is moved.
 */
export async function planBackport(
  incident: Incident,
  states: BackportStates,
  input: PlanInput,
  watch: BackportWatch,
  deps: Deps,
): Promise<Planned> {
  const { branches: names, skip_hooks: skipHooks = false, waiting } = input;
  if (names !== undefined) checkNames(names, states.branches);
  const nowMs = deps.clock.now();
  const targets = missingTargets(
    states,
    (branch) =>
      !waiting.includes(branch.name) &&
      (names === undefined ? heldBack(branch, incident, nowMs) === null : matchesAny(branch.name, names)),
  );
  const { remote } = states;
  if (remote === null || targets.length === 0) return { stored: null, made: [], notices: [] };
  const backports = backportsOf(deps);
  const made = await backports.make({ targets, skip_hooks: skipHooks }, watch);
  const ready = made.flatMap((one) => (one.outcome === 'made' ? [one] : []));
  if (ready.length === 0) return { stored: null, made, notices: [] };
  const files = filesOf(ready.map((one) => one.files));
  const ways = await waysOf(incident, ready, remote, deps);
  const moves = ways.map(({ move }) => move);
  const pulls = ways.flatMap(({ pull }) => pull ?? []);
  const plan: Plan = {
    ...{ v: 1, action: 'backport', incident: incident.uid, attempt: incident.attempt, remote },
    ...(pulls.length === 0 ? { way: 'push' } : { way: 'pull_request', pulls }),
    ...{ moves, commit: states.fix.commit, files: files.slice(0, MOST_FILES), file_count: files.length },
    commands: moves.map(({ ref, new: next }) => ['git', 'push', remote, `${next}:${ref}`]),
    ...{ verify: null, skips: [], ...(skipHooks ? { skip_hooks: true } : {}) },
    // What the commits were made from belongs to what is approved; other steps are another plan.
    notes: [
      ...targets
        .filter(({ name }) => ready.some(({ branch }) => branch === name))
        .map(
          ({ name, steps }) =>
            `picked onto ${name}: ${steps.map(({ commit }) => commit.slice(0, 10)).join(', ')}`,
        ),
      ...(pulls.length > 0 && isAboutSecurity(incident) ? [SECURITY_NOTE] : []),
    ],
    made_at: new Date(nowMs).toISOString(),
  };
  const draft = {
    kind: 'noted' as const,
    text: `Backport planned to ${ready.map(({ branch }) => oneLine(branch, 80)).join(', ')}`,
    ...{ data: {}, evidence: [`commit:${states.fix.commit}`] },
  };
  let stored = await storePlan(incident, plan, draft, deps);
  // An equal plan stands already, but git has since thrown away the commits that were made for it.
  if (!(await backports.has(stored.plan.moves.map((move) => move.new)))) {
    const again = {
      ...plan,
      notes: [`made again at ${plan.made_at}: the commits of the plan before are gone`],
    };
    stored = await storePlan(incident, again, draft, deps);
  }
  return { stored, made, notices: stored.written?.notices ?? [] };
}

function filesOf(lists: readonly (readonly PlannedFile[])[]): PlannedFile[] {
  const all = new Map(lists.flat().map((file) => [file.path, file]));
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The plan of that id, if what it was made for is still the fix.
 * @throws PulseError not_found or conflict
 */
export function planToRun(incident: Incident, id: string, fix: string, deps: Deps): StoredPlan {
  const stored = planOf(incident, id, 'backport', deps);
  if (stored.plan.commit.startsWith(fix)) return stored;
  throw new PulseError(
    'conflict',
    'the fix is another commit now than when the plan was made',
    'call without plan_id to make another plan',
  );
}
