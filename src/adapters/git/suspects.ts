import { productionSigns } from '../../core/ship/production-signs.ts';
import type { GitHistory } from '../../ports-git.ts';
import { runBisect } from './bisect.ts';
import { inspect, listChanges, locate } from './history.ts';
import { liveIn } from './live.ts';
import { findRange } from './range.ts';
import { tryReverts } from './revert.ts';
import { createWorktrees } from './worktree.ts';

/**
 * The history of one repository, for the search for what broke it.
 * @param home `<git common dir>/hotfix-pulse`
 * @param env what commands get, less git's own variables
 */
export function createHistory(
  root: string,
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): GitHistory {
  return {
    range: (wanted) => findRange(root, wanted),
    changes: (range) => listChanges(root, range),
    locate: (range, symbols, lines) => locate(root, range, symbols, lines),
    live: (range, wanted) => liveIn(root, range, wanted),
    inspect: (commits, symbols, files) => inspect(root, commits, symbols, files),
    tryReverts: (head, changes) => tryReverts(root, head, changes),
    bisect: (wanted, watch) => runBisect(createWorktrees(root, home), wanted, env, watch),
    productionSigns: (command) => productionSigns(env, command),
  };
}
