import { PulseError } from '../../core/errors.ts';
import type { Pushed, Trial } from '../../core/ship/backport.ts';
import type { RefMove } from '../../core/ship/plan.ts';
import type { PushFault } from '../../core/ship/push-verdict.ts';
import type { Backports } from '../../ports-ship.ts';
import { runGit } from '../git.ts';
import { createStates } from './backport-states.ts';
import { makePicks } from './make-pick.ts';
import { tryPicks } from './pick.ts';
import { pushMoves } from './push.ts';
import { createWorktrees } from './worktree.ts';

/** For what git is asked here; the network has time limits of its own. */
const STATES_MS = 30_000;
const TRY_MS = 15_000;
/** Trials that are remembered: the same commits merge the same way. */
const MOST_TRIED = 500;

/**
 * The fix in the other long-lived branches of one repository.
 * @param home `<git common dir>/hotfix-pulse`
 */
export function createBackports(root: string, home: string): Backports {
  const states = createStates(root);
  const tried = new Map<string, Trial>();
  return {
    states: (wanted, how, limitMs = STATES_MS) => states(wanted, how, limitMs),
    async tryPicks(targets, limitMs = TRY_MS) {
      const keys = new Map(targets.map(({ name, tip, steps }) => [name, JSON.stringify([tip, steps])]));
      const keyOf = (name: string): string => keys.get(name) ?? '';
      const fresh = await tryPicks(
        root,
        targets.filter(({ name }) => !tried.has(keyOf(name))),
        limitMs,
      );
      if (tried.size >= MOST_TRIED) tried.clear();
      for (const [name, trial] of fresh) if (trial.outcome !== 'not_tried') tried.set(keyOf(name), trial);
      return new Map(
        targets.map(({ name }) => [
          name,
          fresh.get(name) ?? tried.get(keyOf(name)) ?? { outcome: 'not_tried' },
        ]),
      );
    },
    make: (wanted, watch) => makePicks(createWorktrees(root, home), wanted, watch),
    push: (move, remote, skipHooks) => pushOne(root, move, remote, skipHooks),
    async has(objects) {
      const input = objects.map((object) => `${object}\n`).join('');
      const { code, out } = await runGit(root, ['cat-file', '--batch-check=%(objecttype)'], { input });
      return code === 0 && !/ missing$/m.test(out);
    },
  };
}

/** One branch, so that one that is protected keeps no other from getting the fix. */
async function pushOne(root: string, move: RefMove, remote: string, skipHooks: boolean): Promise<Pushed> {
  const branch = move.ref.replace(/^refs\/heads\//, '');
  try {
    const context = { remote, branch, hotfix_branch: branch, commit: move.new };
    const outcome = await pushMoves(root, { ...context, moves: [move], skip_hooks: skipHooks });
    return { branch, outcome };
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    return { branch, outcome: 'refused', fault: faultOf(error) };
  }
}

function faultOf({ code, details }: PulseError): Extract<Pushed, { outcome: 'refused' }>['fault'] {
  if (typeof details.fault === 'string') return details.fault as PushFault;
  return code === 'conflict' || code === 'unsafe' ? 'drift' : 'unknown';
}
