import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { PulseError } from '../../core/errors.ts';
import type { BranchState, WorktreeOutcome, WorktreePlan } from '../../core/ship/hotfix-start.ts';
import { gitCommonDir, runGit, runGitGroup } from '../git.ts';

/** A checkout of a large tree takes a while, and hooks run in it; with a fetch before it stays below an agent's 60 s. */
const CHECKOUT_LIMIT_MS = 30_000;

interface Tree {
  path: string;
  /** Short name; null when detached. */
  branch: string | null;
}

/** All working trees of the repository, the main one first. */
async function workingTrees(root: string): Promise<Tree[]> {
  const { out } = await runGit(root, ['worktree', 'list', '--porcelain', '-z']);
  return out
    .split('\0\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const field = (name: string) =>
        entry
          .split('\0')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length + 1);
      return {
        path: field('worktree') ?? '',
        branch: field('branch')?.replace(/^refs\/heads\//, '') ?? null,
      };
    });
}

/** Tip of a local branch and the working tree that has it checked out; null when there is no such branch. */
export async function branchState(root: string, name: string): Promise<BranchState | null> {
  const found = await runGit(root, ['rev-parse', '--verify', '--quiet', `refs/heads/${name}^{commit}`]);
  if (found.code !== 0) return null;
  const at = (await workingTrees(root)).find((tree) => tree.branch === name);
  return { tip: found.out.trim(), checked_out_at: at?.path ?? null };
}

/** True when `tip` has `commit` in its history. Both full object names. */
export async function isAncestor(root: string, commit: string, tip: string): Promise<boolean> {
  return (await runGit(root, ['merge-base', '--is-ancestor', commit, tip])).code === 0;
}

/**
 * A new local branch at a commit, by full object name; one that is there at that commit will do. Nothing is checked out,
 * no other branch moves, nothing is tracked.
 * @throws PulseError unsafe for a name git would not take, conflict when something of that name is there
 */
export async function createBranch(root: string, name: string, commit: string): Promise<void> {
  const legal = await runGit(root, ['check-ref-format', '--branch', name]);
  if (legal.code !== 0 || name.startsWith('-') || !/^[0-9a-f]{40,64}$/.test(commit)) {
    throw new PulseError(
      'unsafe',
      'that is no name for a branch, or no commit to start one at',
      'this is a fault of the program: report it, and create the branch by hand',
    );
  }
  const made = await runGit(root, ['branch', '--no-track', '--', name, commit]);
  if (made.code === 0) return;
  const there = await branchState(root, name);
  // Two calls at once: whoever comes second finds what it was about to make.
  if (there?.tip === commit) return;
  if (there !== null) {
    throw new PulseError(
      'conflict',
      'a branch of that name was made by somebody else at this moment',
      'call start_hotfix again: it tells whether that branch can be used',
    );
  }
  const first = name.split('/')[0] ?? name;
  if ((await branchState(root, first)) !== null) {
    throw new PulseError(
      'conflict',
      `a branch named ${first} stands in the way: git cannot keep ${first} and ${first}/... side by side`,
      `rename it (git branch -m ${first} ${first}-old), then call again`,
    );
  }
  throw new PulseError(
    'upstream',
    'git could not create the branch',
    `try it by hand, git says why: git branch --no-track ${name} ${commit.slice(0, 12)}`,
  );
}

const WHERE = 'give a new folder beside the repository, for example "../hotfix-001"';

function refused(message: string, hint = WHERE): PulseError {
  return new PulseError('unsafe', message, hint);
}

/**
 * Checks a folder for a working tree, before anything is made: an absolute or root-relative path outside of every
 * working tree and git folder of the repository, new or empty, its parent there; links are resolved first.
 * @throws PulseError unsafe or conflict, with what to give instead
 */
export async function planWorktree(root: string, path: string, branch: string): Promise<WorktreePlan> {
  // Control and invisible characters have no place in a path that is printed as a command.
  if (path.trim() === '' || path.length > 1_000 || /[\p{C}\u2028\u2029]/u.test(path)) {
    throw refused('that is no path for a worktree');
  }
  const wanted = resolve(root, path);
  const parent = await realpath(dirname(wanted)).catch(() => null);
  if (parent === null) throw refused('the folder that would hold the worktree does not exist');
  const target = join(parent, basename(wanted));
  const trees = await workingTrees(root);
  const state = await branchState(root, branch);
  if (state?.checked_out_at === target) return { path: target, there: true };
  if (state !== null && state.checked_out_at !== null) {
    throw new PulseError(
      'conflict',
      'the hotfix branch is already checked out in another working tree',
      `work there: ${state.checked_out_at}; or switch that one to another branch first`,
    );
  }
  const common = await gitCommonDir(root);
  const forbidden = [root, common, ...trees.map((tree) => tree.path)].filter((one) => one !== null);
  for (const folder of forbidden) {
    const real = await realpath(folder).catch(() => folder);
    if (isInside(target, real)) throw refused('the worktree would lie inside the repository');
  }
  if (target.split(sep).some((part) => part.toLowerCase() === '.git')) {
    throw refused('the worktree would lie inside a git folder');
  }
  if (trees.some((tree) => tree.path === target)) {
    throw refused('git still lists a worktree at that path', 'run git worktree prune, or give another path');
  }
  await checkEmpty(target);
  return { path: target, there: false };
}

/** True for the folder itself too. */
function isInside(path: string, folder: string): boolean {
  const step = relative(folder, path);
  // Another drive gives an absolute step.
  return !isAbsolute(step) && step.split(sep)[0] !== '..';
}

async function checkEmpty(target: string): Promise<void> {
  const there = await lstat(target).catch(() => null);
  if (there === null) return;
  if (!there.isDirectory()) throw refused('there is a file or a link at that path');
  const names = await readdir(target).catch(() => null);
  if (names === null || names.length > 0) throw refused('the folder at that path is not empty');
}

/**
 * Checks the branch out at a planned path. The repository's own filters and hooks run, as in any checkout.
 * `problem` is null when all went well, else ours to say; a hook that fails leaves the worktree there.
 */
export async function addWorktree(root: string, path: string, branch: string): Promise<WorktreeOutcome> {
  // A partial clone has to fetch what it checks out.
  const env = { GIT_NO_LAZY_FETCH: '0' };
  const args = ['worktree', 'add', '--quiet', '--', path, branch];
  const made = await runGitGroup(root, args, { timeoutMs: CHECKOUT_LIMIT_MS, env });
  if (made.code === 0) return { there: true, problem: null };
  if (made.stopped) return { there: false, problem: 'the checkout took longer than 30 s' };
  const there = (await branchState(root, branch))?.checked_out_at === path;
  return { there, problem: there ? 'its post-checkout hook failed' : 'git refused to check it out' };
}
