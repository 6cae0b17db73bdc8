import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change, Revertable } from '../../core/ship/suspect-signals.ts';
import { gitCommonDir, runGit } from '../git.ts';

const STEP_MS = 4_000;
/** What is not tried by then stays unknown. */
const ALL_MS = 6_000;
/** New commits are made by nobody in particular; they are thrown away. */
const NOBODY = {
  GIT_AUTHOR_NAME: 'hotfix-pulse',
  GIT_AUTHOR_EMAIL: 'none@invalid',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'hotfix-pulse',
  GIT_COMMITTER_EMAIL: 'none@invalid',
  GIT_COMMITTER_DATE: '@0 +0000',
};

/**
 * Whether each change could be taken back at `head`, without a checkout. A revert is a three-way merge with the
 * change as base, `head` as ours and the change's first parent as theirs. Git 2.39 takes no base by argument, so
 * two commits are made whose only common ancestor has the change's tree. They go to a temporary object store:
 * nothing is written to the repository.
 * @param head full commit
 */
export async function tryReverts(
  root: string,
  head: string,
  changes: readonly Change[],
): Promise<Map<string, Revertable>> {
  const store = mkdtempSync(join(realpathSync(tmpdir()), 'hotfix-pulse-obj-'));
  try {
    const common = await gitCommonDir(root);
    if (common === null) return new Map();
    const env = {
      ...NOBODY,
      GIT_OBJECT_DIRECTORY: store,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(join(common, 'objects')),
    };
    const found = new Map<string, Revertable>();
    const until = Date.now() + ALL_MS;
    for (const change of changes) {
      if (Date.now() < until) found.set(change.commit, await tryRevert(root, head, change, env));
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

async function tryRevert(
  root: string,
  head: string,
  change: Change,
  env: Readonly<Record<string, string>>,
): Promise<Revertable> {
  const git = (...args: string[]) => runGit(root, args, { env, timeoutMs: STEP_MS });
  const line = async (...args: string[]): Promise<string> => {
    const { code, out } = await git(...args);
    return code === 0 ? out.trim() : '';
  };
  const parent = change.parents[0];
  const theirs =
    parent === undefined ? await line('hash-object', '-w', '-t', 'tree', '--stdin') : `${parent}^{tree}`;
  const base = await line('commit-tree', '-m', 'base', `${change.commit}^{tree}`);
  if (base === '' || theirs === '') return 'unknown';
  const [ours, other] = await Promise.all([
    line('commit-tree', '-m', 'ours', '-p', base, `${head}^{tree}`),
    line('commit-tree', '-m', 'theirs', '-p', base, theirs),
  ]);
  if (ours === '' || other === '') return 'unknown';
  const merged = await git('merge-tree', '--write-tree', '--name-only', '--no-messages', ours, other);
  if (merged.code === 1) return 'conflicts';
  if (merged.code !== 0) return 'unknown';
  return merged.out.trim() === (await line('rev-parse', `${head}^{tree}`)) ? 'no' : 'yes';
}
