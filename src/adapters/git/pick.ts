import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PickTarget, Trial } from '../../core/ship/backport.ts';
import { gitCommonDir, runGit } from '../git.ts';

const STEP_MS = 4_000;
/** Commits made to find out are made by nobody in particular; they are thrown away. */
const NOBODY = {
  GIT_AUTHOR_NAME: 'hotfix-pulse',
  GIT_AUTHOR_EMAIL: 'none@invalid',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'hotfix-pulse',
  GIT_COMMITTER_EMAIL: 'none@invalid',
  GIT_COMMITTER_DATE: '@0 +0000',
};

/**
 * What picking the steps on top of each branch would do, without a checkout. A pick is a three-way merge with the
 * step's parent as base. Git 2.39 takes no base by argument, so two commits are made whose only common ancestor has
 * the parent's tree. They go to a temporary object store: nothing is written to the repository.
 * @param limitMs what is not tried by then stays `not_tried`
 */
export async function tryPicks(
  root: string,
  targets: readonly PickTarget[],
  limitMs: number,
): Promise<Map<string, Trial>> {
  const found = new Map<string, Trial>();
  if (targets.length === 0) return found;
  const store = mkdtempSync(join(realpathSync(tmpdir()), 'hotfix-pulse-obj-'));
  try {
    const common = await gitCommonDir(root);
    if (common === null) return found;
    const env = {
      ...NOBODY,
      GIT_OBJECT_DIRECTORY: store,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(join(common, 'objects')),
    };
    const until = Date.now() + limitMs;
    for (const target of targets) {
      found.set(target.name, await tryPick(root, target, env, until));
    }
    return found;
  } finally {
    rmSync(store, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The list is cut at colons unless an entry is quoted. Source: git(1), GIT_ALTERNATE_OBJECT_DIRECTORIES. */
function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

async function tryPick(
  root: string,
  { tip, steps }: PickTarget,
  env: Readonly<Record<string, string>>,
  until: number,
): Promise<Trial> {
  const git = (...args: string[]) =>
    runGit(root, args, { env, timeoutMs: Math.max(1, Math.min(STEP_MS, until - Date.now())) });
  const line = async (...args: string[]): Promise<string> => {
    if (Date.now() >= until) return '';
    const { code, out } = await git(...args);
    return code === 0 ? out.trim() : '';
  };
  const before = await line('rev-parse', '--verify', `${tip}^{tree}`);
  let tree = before;
  for (const { commit } of steps) {
    // A root commit has no parent, and the empty tree is its base.
    const parent =
      (await line('rev-parse', '--verify', '--quiet', `${commit}^1^{tree}`)) ||
      (await line('hash-object', '-w', '-t', 'tree', '--stdin'));
    const base = parent === '' ? '' : await line('commit-tree', '-m', 'base', parent);
    if (base === '' || tree === '') return { outcome: 'not_tried' };
    const ours = await line('commit-tree', '-m', 'ours', '-p', base, tree);
    const theirs = await line('commit-tree', '-m', 'theirs', '-p', base, `${commit}^{tree}`);
    if (ours === '' || theirs === '' || Date.now() >= until) return { outcome: 'not_tried' };
    const merged = await git(
      'merge-tree',
      '--write-tree',
      '--name-only',
      '--no-messages',
      '-z',
      ours,
      theirs,
    );
    const [result = '', ...files] = merged.out.split('\0').filter((field) => field !== '');
    if (merged.code === 1) return { outcome: 'conflicts', files: [...new Set(files)] };
    if (merged.code !== 0) return { outcome: 'not_tried' };
    tree = result;
  }
  return tree !== '' && tree === before ? { outcome: 'nothing_left' } : { outcome: 'clean' };
}
