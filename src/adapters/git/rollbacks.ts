import type { Rollbacks } from '../../ports-ship.ts';
import { createDeployRuns } from '../deploy-command.ts';
import { runGit } from '../git.ts';
import { productionTip } from './production.ts';
import { pushMoves } from './push.ts';
import { commitOf, VERSION_TAG } from './range.ts';
import { rehearse } from './rollback.ts';
import { broughtBy, namedScope } from './rollback-scope.ts';
import { createWorktrees } from './worktree.ts';

const LABEL = /^hotfix-\d{3,9}$/;

/**
 * Takes changes of production back: the rehearsal, and the push of what was rehearsed.
 * @param root the user's checkout; nothing in it is read, moved or written
 * @param home `<git common dir>/hotfix-pulse`
 * @param env of the configured rollback and verification commands
 */
export function createRollbacks(
  root: string,
  home: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Rollbacks {
  const { deploy, productionSigns } = createDeployRuns(createWorktrees(root, home), env);
  return {
    production: (wanted) => productionTip(root, wanted),
    named: (text) => namedScope(root, text),
    broughtBy: (ref, tip, label) => broughtBy(root, ref, tip, label),
    rehearse: (wanted) => rehearse(root, wanted),
    commitOf: (ref) => commitOf(root, ref),
    async tagAt(commit) {
      const args = ['for-each-ref', `--points-at=${commit}`, '--format=%(refname)', '--', 'refs/tags/'];
      const { out } = await runGit(root, args);
      const names = out.split('\n').map((name) => name.slice('refs/tags/'.length));
      return names.find((name) => VERSION_TAG.test(name)) ?? null;
    },
    async push(wanted, { label, plan }) {
      const [move] = wanted.moves;
      // What production had stays nameable whatever happens to its branch later. A ref that cannot be written is no reason to stay.
      if (move?.old && LABEL.test(label) && /^[0-9a-f]{12}$/.test(plan))
        await runGit(root, ['update-ref', `refs/incidents/backup/${label}/${plan}`, move.old]);
      return pushMoves(root, wanted);
    },
    redeploy: deploy,
    productionSigns,
  };
}
