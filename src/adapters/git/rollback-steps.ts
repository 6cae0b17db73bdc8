import { PulseError } from '../../core/errors.ts';
import type { TakenBack } from '../../core/ship/rollback.ts';
import { runGit } from '../git.ts';
import type { Listed } from './rollback-scope.ts';

const STEP_MS = 20_000;
export const OBJECT = /^[0-9a-f]{40,64}$/;

/** For commits that only lead git to a merge, and where nobody is set as author: going back must not fail on a name. */
export const NOBODY = {
  GIT_AUTHOR_NAME: 'hotfix-pulse',
  GIT_AUTHOR_EMAIL: 'none@invalid',
  GIT_COMMITTER_NAME: 'hotfix-pulse',
  GIT_COMMITTER_EMAIL: 'none@invalid',
};

interface Step {
  tree: string;
  changes: TakenBack[];
  conflicts: string[];
}

/** The whole line, one three-way merge per change: the change as base, what we have as ours, its parent as theirs. */
export async function takeBack(
  root: string,
  listed: readonly Listed[],
  tip: string,
  own: ReadonlySet<string>,
): Promise<Step> {
  const trees = await treesOf(root, [tip, ...listed.map(({ parents }) => parents[0] ?? '')]);
  let tree = trees.get(tip) ?? '';
  let conflicts: string[] = [];
  const changes: TakenBack[] = [];
  for (const change of listed) {
    const parent = change.parents[0] ?? '';
    const theirs = trees.get(parent) ?? '';
    const step =
      conflicts.length > 0
        ? null
        : change.tree === theirs || tree === theirs
          ? { tree, conflicts: [] }
          : tree === change.tree
            ? { tree: theirs, conflicts: [] }
            : await merged(root, change.tree, tree, theirs);
    const state =
      step === null
        ? 'not_tried'
        : step.conflicts.length > 0
          ? 'conflicts'
          : step.tree === tree
            ? 'already_gone'
            : 'applies';
    changes.push({
      ...{ commit: change.commit, parent, state, brings_back: change.takes_back[0] ?? null },
      shape: change.parents.length > 2 ? 'octopus' : change.parents.length === 2 ? 'merge' : 'plain',
      inner_merge: change.parents.length > 1 && !own.has(change.commit),
    });
    if (step === null) continue;
    conflicts = step.conflicts;
    if (conflicts.length === 0) tree = step.tree;
  }
  return { tree, changes, conflicts };
}

/** Git 2.39 takes no base by argument: two commits are made whose only common ancestor has the tree of the base. */
async function merged(
  root: string,
  baseTree: string,
  oursTree: string,
  theirsTree: string,
): Promise<{ tree: string; conflicts: string[] }> {
  const base = await makeObject(root, ['commit-tree', '-m', 'base', baseTree]);
  const [ours, theirs] = await Promise.all(
    [oursTree, theirsTree].map((tree, at) =>
      makeObject(root, ['commit-tree', '-m', at === 0 ? 'ours' : 'theirs', '-p', base, tree]),
    ),
  );
  return mergeTrees(root, ours ?? '', theirs ?? '');
}

/** Merges two commits without a checkout. */
export async function mergeTrees(
  root: string,
  ours: string,
  theirs: string,
): Promise<{ tree: string; conflicts: string[] }> {
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs];
  const { code, out } = await runGit(root, args, { timeoutMs: STEP_MS });
  const [tree = '', ...paths] = out.split('\0');
  if ((code !== 0 && code !== 1) || !OBJECT.test(tree)) throw cannotWrite();
  const conflicts = [...new Set(paths.filter((path) => path !== ''))];
  return { tree, conflicts: code === 1 && conflicts.length === 0 ? ['(git names no file)'] : conflicts };
}

/** Trees of commits that all have to be there. */
export async function treesOf(root: string, commits: readonly string[]): Promise<Map<string, string>> {
  const input = commits.map((commit) => `${commit}^{tree}\n`).join('');
  const { out } = await runGit(root, ['cat-file', '--batch-check'], { input });
  const rows = out.split('\n');
  const trees = commits.map(
    (commit, at) => [commit, /^([0-9a-f]{40,64}) tree /.exec(rows[at] ?? '')?.[1]] as const,
  );
  const missing = trees.some(([, tree]) => tree === undefined);
  if (!missing) return new Map(trees.map(([commit, tree]) => [commit, tree ?? '']));
  throw new PulseError(
    'not_configured',
    'this clone does not have all that stood before the change (shallow, partial or damaged)',
    'run: git fetch --unshallow --tags, or work in a fresh clone, then call again',
  );
}

/** Runs what prints one new object, and gives its full name. */
export async function makeObject(
  root: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; input?: string } = { env: NOBODY },
): Promise<string> {
  const { code, out } = await runGit(root, args, { ...options, timeoutMs: STEP_MS });
  const object = out.trim();
  if (code === 0 && OBJECT.test(object)) return object;
  throw cannotWrite();
}

function cannotWrite(): PulseError {
  return new PulseError(
    'upstream',
    'git could not make the revert in this repository',
    'check that the git folder can be written and that git is 2.38 or newer; the commands by hand work in a fresh clone',
  );
}
