import { PulseError } from '../../core/errors.ts';
import { type Incident, lastOf, standingDeploy } from '../../core/incident.ts';
import { labelOf } from '../../core/reduce.ts';
import { type Plan, showCommand } from '../../core/ship/plan.ts';
import {
  CLASS_SAYS,
  type ProductionTip,
  type Rehearsal,
  type RollbackScope,
} from '../../core/ship/rollback.ts';
import {
  type RollbackTrigger,
  recordedScope,
  triggerOf,
  verifyStep,
} from '../../core/ship/rollback-steps.ts';
import { rollbackGate } from '../../core/ship/ship-gates.ts';
import { fillCommand } from '../../core/ship/shipping.ts';
import type { Rollbacks } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';
import { type Scoped, scopeOf, type Target } from './rollback-scope.ts';
import { type Way, wayOf } from './rollback-way.ts';
import { skipsFor } from './ship-gate.ts';
import { dueOf } from './write.ts';

export interface RollbackAsked {
  target: Target;
  range?: string | undefined;
  override_reason?: string | undefined;
  override_until?: string | undefined;
  skip_hooks?: boolean | undefined;
}

/** Everything that can be said about going back, in the worst case only how a person does it by hand. */
export interface RollbackDraft {
  target: Target;
  production: ProductionTip;
  scoped: Scoped | null;
  rehearsal: Rehearsal | null;
  /** Why there is no rehearsal. */
  problem: PulseError | null;
  /** What can be executed after a yes, or is for a person's hands; null for a fix that is not deployed, or when no commit is known. */
  plan: Plan | null;
  way: Way;
  trigger: RollbackTrigger;
  verify: string;
  notes: string[];
}

/**
 * Finds what to take back, rehearses it, and makes the plan. What git or the network cannot do any more becomes a plan
 * for a person's hands; only a wrong argument is refused.
 * @throws PulseError invalid_input or not_found for a range that names nothing
 */
export async function draftRollback(
  incident: Incident,
  asked: RollbackAsked,
  deps: Deps,
): Promise<RollbackDraft> {
  const rollbacks = deps.rollbacks ?? null;
  const { git, ship } = deps.settings;
  const wanted = { ...git, branch: ship?.deploy?.branch, remote: ship?.deploy?.remote };
  const production: ProductionTip = (await rollbacks?.production(wanted)) ?? {
    ...{ state: 'unknown', problem: 'unreadable', remote: null, names: [] },
  };
  const found = await rehearsed(incident, asked, production, rollbacks, deps);
  const { rehearsal, scoped } = found;
  const good = scoped?.good ?? rehearsal?.changes.at(-1)?.parent ?? null;
  const notes = [
    ...(production.state === 'unknown' ? [UNKNOWN_WHY[production.problem]] : [`branch: ${production.how}`]),
    ...(production.state === 'stale' ? [STALE] : []),
    ...(scoped === null ? [] : [rangeNote(scoped, good)]),
    ...(asked.target === 'hotfix' ? tagAlone(incident) : []),
    ...(scoped?.notes ?? []),
    ...(rehearsal?.notes ?? []),
    ...(rehearsal !== null && rehearsal.class !== 'reversible' ? [CLASS_SAYS[rehearsal.class]] : []),
    ...((rehearsal?.lock_files.length ?? 0) > 0
      ? ['lock files change: dependencies have to be installed again']
      : []),
  ];
  const skip_hooks = asked.skip_hooks === true;
  const way = await wayOf({ incident, production, scoped, rehearsal, good, skip_hooks }, rollbacks, deps);
  const draft = {
    ...{ target: asked.target, production, ...found, way, notes: [...notes, ...way.notes] },
    trigger: triggerOf(incident, ship?.deploy),
    verify: verifyStep(ship?.deploy, showCommand),
  };
  return { ...draft, plan: planFrom(incident, asked, draft, deps) };
}

/** Whether it was tried and came out clean; a redeploy has nothing to try but that its release is there. */
export function isClean({ way, rehearsal }: Pick<RollbackDraft, 'way' | 'rehearsal'>): boolean {
  return way.redeploys !== null || rehearsal?.outcome === 'applies';
}

/** What nobody could read counts as what cannot be undone by itself. */
export function classOf({ rehearsal }: Pick<RollbackDraft, 'rehearsal'>): Rehearsal['class'] {
  return rehearsal?.class ?? 'forward_only';
}

function shipped({ moves, redeploys }: Way): { ships?: string } {
  const ships = redeploys?.commit ?? moves[0]?.new;
  return ships === undefined ? {} : { ships };
}

/** A hotfix that is on no branch of production: a revert there would ship what waits on it, and take nothing back. */
function tagAlone(incident: Incident): string[] {
  const { moves = [], tag } = standingDeploy(incident)?.data ?? {};
  if (moves.length === 0 || moves.some(({ ref }) => ref.startsWith('refs/heads/'))) return [];
  const started = lastOf(incident, 'hotfix_started');
  const before = started?.data.base_ref ?? started?.data.base_commit?.slice(0, 10) ?? 'the release before it';
  return [
    `production runs the tag ${tag ?? ''} alone: deploy ${before} again to take it back; a revert on a branch does not change production`,
  ];
}

/** The verification with its places filled as the execution fills them; a `{tag}` that nothing has stays. */
function verifyOf(
  { way, redeploys, moves: [move] }: Way,
  newest: string,
  words: readonly string[] | undefined,
): string[] | null {
  if (words === undefined) return null;
  const commit = redeploys?.commit ?? move?.new ?? newest;
  const tag = redeploys?.tag ?? null;
  const ref = way === 'command' ? (tag ?? commit) : (move?.ref.slice('refs/heads/'.length) ?? commit);
  return fillCommand(words, { commit, tag, ref }) ?? [...words];
}

/** In the plan, because it decides what the revert holds. */
function rangeNote({ scope, basis }: Scoped, good: string | null): string {
  const short = (commit: string): string => commit.slice(0, 10);
  const what = scope.kind === 'range' ? `${short(scope.good)}..${short(scope.newest)}` : short(scope.newest);
  const to = scope.kind === 'range' || good === null ? '' : `; last known good ${short(good)}`;
  return `takes back ${what} (${basis})${to}`;
}

function planFrom(
  incident: Incident,
  asked: RollbackAsked,
  draft: Omit<RollbackDraft, 'plan'>,
  deps: Deps,
): Plan | null {
  const { scoped, rehearsal, way, production } = draft;
  if (scoped === null || scoped.scope.kind === 'ahead') return null;
  const ship = deps.settings.ship ?? {};
  const gate = rollbackGate(incident, {
    ...{ policy: ship.policy ?? {}, approval: null, clean: isClean(draft), reversibility: classOf(draft) },
  });
  return {
    ...{ v: 1, action: 'rollback', incident: incident.uid, attempt: incident.attempt, target: asked.target },
    ...{ way: way.way, remote: production.remote, moves: way.moves, commit: scoped.scope.newest },
    ...shipped(way),
    ...{ files: rehearsal?.files ?? [], file_count: rehearsal?.file_count ?? 0, commands: way.commands },
    verify: verifyOf(way, scoped.scope.newest, ship.deploy?.verify),
    ...skipsFor(gate, asked, dueOf(asked.override_until, deps)),
    ...(asked.skip_hooks === true ? { skip_hooks: true } : {}),
    ...(draft.notes.length > 0 ? { notes: draft.notes } : {}),
    made_at: new Date(deps.clock.now()).toISOString(),
  };
}

const STALE = 'the remote does not answer: this rests on what was last seen of it, and a person has to push';

const UNKNOWN_WHY: Record<Extract<ProductionTip, { state: 'unknown' }>['problem'], string> = {
  unreadable: 'git cannot read this repository: work in a fresh clone',
  not_fetched: "production's branch is on the remote and cannot be fetched here: work in a fresh clone",
  no_such_branch: 'deploy.branch of hotfix-pulse.config.json names no branch',
  unknown: "production's branch is not known: set deploy.branch in hotfix-pulse.config.json",
  several: "several branches could be production's: set deploy.branch in hotfix-pulse.config.json",
  moved_on: "production's branch is not known: set deploy.branch in hotfix-pulse.config.json",
};

async function rehearsed(
  incident: Incident,
  asked: RollbackAsked,
  production: ProductionTip,
  rollbacks: Rollbacks | null,
  deps: Deps,
): Promise<Pick<RollbackDraft, 'scoped' | 'rehearsal' | 'problem'>> {
  let scoped: Scoped | null = null;
  if (rollbacks === null || production.state === 'unknown')
    return { scoped: scopeFromRecord(incident, asked), rehearsal: null, problem: null };
  try {
    scoped = await scopeOf(incident, asked, production, rollbacks, deps);
    const { tip } = production;
    const { scope, good } = scoped;
    const rehearsal = await rollbacks.rehearse({ scope, tip, good, label: labelOf(incident.number) });
    return { scoped, rehearsal, problem: null };
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    // What somebody named wrongly they can mend; everything else must not keep the commands back.
    if (asked.range !== undefined && (error.code === 'invalid_input' || error.code === 'not_found'))
      throw error;
    return { scoped: scoped ?? scopeFromRecord(incident, asked), rehearsal: null, problem: error };
  }
}

const FULL = /^[0-9a-f]{40,64}$/;

/** Without git only full names can be taken at their word. */
function scopeFromRecord(incident: Incident, { target, range }: RollbackAsked): Scoped | null {
  const deployed = standingDeploy(incident)?.data.commit;
  const recorded = recordedScope(incident);
  const [good, newest] = (range ?? '').split('..');
  const scope: RollbackScope | null =
    range !== undefined
      ? FULL.test(newest ?? '') && FULL.test(good ?? '')
        ? { kind: 'range', good: good ?? '', newest: newest ?? '' }
        : FULL.test(range)
          ? { kind: 'change', newest: range }
          : null
      : target === 'hotfix'
        ? deployed !== undefined && FULL.test(deployed)
          ? { kind: 'change', newest: deployed }
          : null
        : recorded === null
          ? null
          : recorded.basis === 'suspects'
            ? { kind: 'range', good: recorded.good, newest: recorded.newest }
            : { kind: 'change', newest: recorded.newest };
  if (scope === null) return null;
  return { scope, basis: 'the record', good: scope.kind === 'range' ? scope.good : null, notes: [] };
}
