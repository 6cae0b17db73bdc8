import type { Incident } from '../../core/incident.ts';
import { labelOf } from '../../core/reduce.ts';
import type { Plan, RefMove } from '../../core/ship/plan.ts';
import type { ProductionTip, Rehearsal } from '../../core/ship/rollback.ts';
import { byHandCommands } from '../../core/ship/rollback-steps.ts';
import { fillCommand } from '../../core/ship/shipping.ts';
import type { Rollbacks } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';
import type { Scoped } from './rollback-scope.ts';

/** How production goes back, and the words for it. */
export interface Way {
  way: Plan['way'];
  moves: RefMove[];
  commands: string[][];
  /** What is deployed again; null when something is reverted. */
  redeploys: { commit: string; tag: string | null } | null;
  notes: string[];
}

export interface WayFacts {
  incident: Incident;
  production: ProductionTip;
  scoped: Scoped | null;
  rehearsal: Rehearsal | null;
  /** What to go back to. */
  good: string | null;
  skip_hooks: boolean;
}

/** The configured redeploy where there is one, else the push of the revert, else a person's hands. */
export async function wayOf(facts: WayFacts, rollbacks: Rollbacks | null, deps: Deps): Promise<Way> {
  return (await redeploy(facts, rollbacks, deps)) ?? push(facts, deps) ?? byHand(facts, deps);
}

async function redeploy(
  { scoped, good, production }: WayFacts,
  rollbacks: Rollbacks | null,
  deps: Deps,
): Promise<Way | null> {
  const command = deps.settings.ship?.deploy?.rollback_command;
  if (command === undefined || rollbacks === null || good === null || scoped?.scope.kind === 'ahead')
    return null;
  if ((await rollbacks.commitOf(good)) === null) return null;
  const tag = await rollbacks.tagAt(good);
  const filled = fillCommand(command, { commit: good, tag, ref: tag ?? good });
  if (filled === null) return null;
  const signs = rollbacks.productionSigns(filled);
  const at = production.state === 'unknown' ? [] : [`production's branch ends in ${production.tip}`];
  return {
    ...{ way: 'command', moves: [], commands: [filled], redeploys: { commit: good, tag } },
    notes: [
      `deploys ${tag ?? good.slice(0, 10)} again; nothing is reverted, so the revert is still owed afterwards`,
      ...at,
      ...(signs.length > 0
        ? [`this environment looks like production: ${signs.slice(0, 5).join(', ')}`]
        : []),
    ],
  };
}

/** The revert on production's branch; where a script deploys, it runs after the push. */
function push({ production, rehearsal, skip_hooks }: WayFacts, deps: Deps): Way | null {
  if (production.state !== 'fresh' || rehearsal?.outcome !== 'applies' || rehearsal.commit === null)
    return null;
  const ref = `refs/heads/${production.branch}`;
  const { commit } = rehearsal;
  const script = deps.settings.ship?.deploy?.command;
  const filled = script && fillCommand(script, { commit, tag: null, ref: production.branch });
  return {
    ...{ way: filled ? 'push_and_command' : 'push', redeploys: null },
    moves: [{ ref, old: production.tip, new: commit }],
    commands: [
      [
        'git',
        'push',
        '--atomic',
        ...(skip_hooks ? ['--no-verify'] : []),
        production.remote,
        `${commit}:${ref}`,
      ],
      ...(filled ? [filled] : []),
    ],
    notes:
      script !== undefined && !filled
        ? ['deploy.command wants a tag, and a rollback makes none: after the push deploy by hand']
        : [],
  };
}

/** `changes` that nobody could list are taken from the scope; whether one is a merge is then unknown. */
function byHand({ incident, production, scoped, rehearsal }: WayFacts, deps: Deps): Way {
  const scope = scoped?.scope ?? null;
  const configured = deps.settings.ship?.deploy;
  const listed = rehearsal?.changes ?? [];
  const isClone =
    production.state === 'unknown' &&
    (production.problem === 'unreadable' || production.problem === 'not_fetched');
  const single = scope?.kind === 'change' && listed.length === 0;
  const changes =
    scope?.kind === 'ahead'
      ? [{ commit: '<merge commit of the deploy>', shape: 'merge', state: 'applies' } as const]
      : single
        ? [{ commit: scope.newest, shape: 'plain', state: 'not_tried' } as const]
        : listed;
  const commands = byHandCommands({
    ...{ changes, label: labelOf(incident.number) },
    remote: production.remote ?? (isClone ? null : (configured?.remote ?? null)),
    branch: production.state === 'unknown' ? (configured?.branch ?? null) : production.branch,
    good: scope?.kind === 'range' ? scope.good : null,
    prepared: rehearsal?.commit ?? null,
    from: isClone ? 'clone' : 'here',
  });
  const prepared = rehearsal?.commit ?? null;
  const move =
    prepared !== null && production.state !== 'unknown'
      ? [{ ref: `refs/heads/${production.branch}`, old: production.tip, new: prepared }]
      : [];
  return {
    ...{ way: 'by_hand', moves: move, commands, redeploys: null },
    notes: [
      ...(single ? ['if git says that the commit is a merge, add -m 1 to git revert'] : []),
      ...(rehearsal?.outcome === 'conflicts' && scope?.kind !== 'ahead'
        ? [
            'git revert stops at the conflict: mend the files in that folder, git add them, then git revert --continue',
          ]
        : []),
    ],
  };
}
