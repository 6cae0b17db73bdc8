import { PulseError } from '../../core/errors.ts';
import { pickProductionBranch, type ShipWanted } from '../../core/ship/shipping.ts';
import { runGit } from '../git.ts';
import { isAncestor } from './branch.ts';
import { commitOf } from './range.ts';
import { productionBase } from './refs.ts';
import { landedAt, type Seen } from './ship-facts.ts';

/** Where the fix goes. */
export interface Target {
  /** Null when the tag alone ships. */
  branch: { name: string; tip: string } | null;
  /** What production runs, as far as it is known; files are counted from here. */
  base: string;
  notes: string[];
}

/**
 * Production's branch, or the tag alone.
 * @throws PulseError not_configured when it cannot be told, conflict when a tag on the fix would take a release back
 */
export async function targetOf(root: string, seen: Seen, wanted: ShipWanted): Promise<Target> {
  const { production, release_tags } = wanted;
  const found = await productionBase(root, { production, release_tags });
  const started = wanted.base === null ? null : await commitOf(root, wanted.base);
  const commit = 'commit' in found ? found.commit : started;
  const picked = pickProductionBranch({
    configured: wanted.branch,
    production: seen.remote === null ? production : production?.replace(`${seen.remote}/`, ''),
    branches: seen.branches,
    default_branch: seen.head,
    commit,
  });
  if ('problem' in picked) throw noBranch(picked.problem);
  if (picked.branch !== null) {
    await seen.bring(picked.branch);
    return {
      branch: picked.branch,
      base: picked.branch.tip,
      notes: [`Production's branch is ${picked.branch.name}: ${picked.how}.`],
    };
  }
  if (commit === null) throw noBranch('unknown');
  const merged = await mergedInto(root, seen, wanted.commit, commit);
  if (merged !== null) {
    const how = 'it ended where production is until the fix came in';
    return { branch: merged, base: commit, notes: [`Production's branch is ${merged.name}: ${how}.`] };
  }
  // A tag on a fix that production has gone past would take the newer release back.
  if (!(await isAncestor(root, commit, wanted.commit))) {
    throw new PulseError(
      'conflict',
      `production (${commit.slice(0, 10)}) holds changes that the fix has not, and no branch ends there: a tag on the fix would take them back`,
      `bring production into the hotfix branch (git merge ${commit.slice(0, 10)}) and check it again; or set deploy.branch in hotfix-pulse.config.json to the branch that production runs`,
    );
  }
  return { branch: null, base: commit, notes: [`No branch is pushed: ${picked.how}.`] };
}

/**
 * The usual branch, when it ended in production's commit until this fix came in, merged or squashed as a pull request
 * does it: what else is on it came later. Null when it held unreleased changes already.
 */
async function mergedInto(
  root: string,
  seen: Seen,
  fix: string,
  production: string,
): Promise<Target['branch']> {
  const names = [...new Set([seen.head, 'main', 'master'])];
  for (const branch of names.flatMap((name) => seen.branches.filter((one) => one.name === name))) {
    await seen.bring(branch);
    const { tip } = branch;
    const isSquashed = (await runGit(root, ['diff-tree', '--quiet', fix, tip, '--'])).code === 0;
    const landed = (await landedAt(root, fix, tip)) ?? (isSquashed ? tip : null);
    if (landed === null) continue;
    const before = landed === fix ? null : await commitOf(root, `${landed}^1`);
    if (before === production || (landed === fix && (await isAncestor(root, production, fix)))) return branch;
  }
  return null;
}

const NO_BRANCH = {
  no_such_branch: 'deploy.branch names no branch of the remote',
  unknown: 'it is not known what production runs',
  several: 'more than one branch ends where production is',
} as const;

function noBranch(problem: keyof typeof NO_BRANCH): PulseError {
  return new PulseError(
    'not_configured',
    NO_BRANCH[problem],
    'set deploy.branch in hotfix-pulse.config.json to the branch that production runs, then call again',
  );
}
