import type { Branches } from '../../ports-git.ts';
import { runGit } from '../git.ts';
import { addWorktree, branchState, createBranch, isAncestor, planWorktree } from './branch.ts';
import { fetchRemote, pickRemote } from './fetch.ts';
import { commitOf } from './range.ts';
import { namedBase, productionBase } from './refs.ts';
import { unreleasedSince } from './unreleased.ts';

/**
 * The branches of one repository, for starting a hotfix.
 * @param fetchLimitMs time limit of a fetch
 */
export function createBranches(root: string, fetchLimitMs?: number): Branches {
  return {
    refresh: (wanted) => fetchRemote(root, wanted, fetchLimitMs),
    production: (wanted) => productionBase(root, wanted),
    named: (name) => namedBase(root, name),
    state: (branch) => branchState(root, branch),
    async remoteState(branch) {
      const remote = await pickRemote(root, null);
      const tip = remote === null ? null : await commitOf(root, `refs/remotes/${remote}/${branch}`);
      return tip === null ? null : { ref: `${remote}/${branch}`, tip };
    },
    isAncestor: (commit, tip) => isAncestor(root, commit, tip),
    hasSubmodules: async (commit) =>
      (await runGit(root, ['cat-file', '-e', `${commit}:.gitmodules`])).code === 0,
    unreleased: (base, most) => unreleasedSince(root, base, most),
    create: (branch, commit) => createBranch(root, branch, commit),
    planWorktree: (path, branch) => planWorktree(root, path, branch),
    addWorktree: (path, branch) => addWorktree(root, path, branch),
  };
}
