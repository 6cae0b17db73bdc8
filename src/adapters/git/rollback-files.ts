import { isMigration } from '../../core/ship/migration-signs.ts';
import { MOST_FILES, type PlannedFile } from '../../core/ship/plan.ts';
import { classifyRange, lockFilesIn, type Rehearsal } from '../../core/ship/rollback.ts';
import { kindsOf } from '../../core/ship/suspect-kinds.ts';
import { runGit } from '../git.ts';
import type { Listed } from './rollback-scope.ts';

/** Migrations whose text is read; of more nobody knows. */
const MOST_READ = 50;

const CHANGES: Record<string, PlannedFile['change']> = { A: 'added', D: 'deleted', R: 'renamed' };

interface Touched {
  path: string;
  status: string;
}

/** Files that differ between two trees, in git's order. A rename is one file, by its new name. */
export async function filesBetween(
  root: string,
  from: string,
  to: string,
  renames: boolean,
): Promise<Touched[]> {
  const args = ['diff-tree', '-r', '-z', '--name-status', renames ? '-M' : '--no-renames', from, to, '--'];
  const parts = (await runGit(root, args)).out.split('\0');
  const files: Touched[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const status = (parts[at] ?? '').slice(0, 1);
    // Source and destination follow.
    if (status === 'R' || status === 'C') at += 1;
    files.push({ status, path: parts[at + 1] ?? '' });
  }
  return files;
}

/** Of the plan: production's files that change, those that are named and all that are counted. */
export async function plannedFiles(
  root: string,
  from: string,
  to: string,
): Promise<{ files: PlannedFile[]; file_count: number }> {
  const all = await filesBetween(root, from, to, true);
  const files = all.slice(0, MOST_FILES);
  return {
    files: files.map(({ path, status }) => ({ path, change: CHANGES[status] ?? 'modified' })),
    file_count: all.length,
  };
}

/**
 * What the changes did in all: migrations with their text as production got it, lock files, kinds. `changes` newest
 * first, each against its first parent.
 */
export async function touchedBy(
  root: string,
  changes: readonly Pick<Listed, 'commit' | 'parents'>[],
): Promise<Pick<Rehearsal, 'class' | 'migrations' | 'lock_files' | 'kinds'>> {
  const paths = new Set<string>();
  const migrations = new Map<string, string>();
  for (const { commit, parents } of changes) {
    for (const { path, status } of await filesBetween(root, parents[0] ?? commit, commit, false)) {
      paths.add(path);
      // A deleted migration runs nothing; of an edited one the newest text counts, for that is what ran last.
      if (status !== 'D' && isMigration(path) && !migrations.has(path)) migrations.set(path, commit);
    }
  }
  const texts = await Promise.all(
    [...migrations].map(async ([path, commit], at) => ({
      path,
      text: at < MOST_READ ? await textOf(root, commit, path) : null,
    })),
  );
  const files = [...paths];
  return { ...classifyRange(texts), lock_files: lockFilesIn(files), kinds: kindsOf({ files }) };
}

async function textOf(root: string, commit: string, path: string): Promise<string | null> {
  const { code, out } = await runGit(root, ['cat-file', 'blob', `${commit}:${path}`]);
  return code === 0 ? out.slice(0, 1_000_000) : null;
}
