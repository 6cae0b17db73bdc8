import type { ChangedFile } from './change-diff.ts';
import { counterparts, isLock, isManifest } from './change-kinds.ts';
import type { Finding, FindingRule } from './finding.ts';

/** Findings about manifests and the lock files that belong to them. */

const DEPENDENCY_LINE =
  /^\s*"(?!version"|node"|npm"|name"|description")[@\w./-]{1,100}":\s*"(?:[\^~><=v]{0,2}\d|\*|latest|npm:|file:|link:|git|github:|workspace:|catalog:|https?:)/;
const MERE_VERSION = /^\s*(?:"?version"?\s*[:=]|$|#|\/\/)/;

/** A changed version of the package itself is no changed dependency. */
function changesDependencies({ path, addedLines, removedLines, cut }: ChangedFile): boolean {
  const lines = [...addedLines, ...removedLines].map(({ text }) => text.slice(0, 2_000));
  if (cut || lines.length === 0) return true;
  return path.endsWith('package.json')
    ? lines.some((line) => DEPENDENCY_LINE.test(line))
    : lines.some((line) => !MERE_VERSION.test(line));
}

export const dependencies: FindingRule = ({ files, present }) => {
  const manifests = files.filter((file) => isManifest(file.path) && changesDependencies(file));
  const locks = files.filter(({ path }) => isLock(path));
  const changed = new Set(files.map(({ path }) => path));
  const isThere = (path: string): boolean => present.includes(path) || changed.has(path);
  const lacksLock = (path: string): boolean => {
    const known = counterparts(path).filter(isThere);
    return known.length > 0 && !known.some((one) => changed.has(one));
  };
  // One lock at the top may belong to manifests in folders below.
  const lacksManifest = (path: string): boolean =>
    counterparts(path).some(isThere) && !files.some((file) => counterparts(file.path).includes(path));
  const said: Finding[] = [...manifests, ...locks].slice(0, 1).map(({ path }) => ({
    ...{ id: 'dependencies', path, level: 'warn' },
    says: 'changes dependencies: code that nobody here wrote goes live with it',
    do: 'pin the exact version, read what it brings, and see that an older one would not do',
  }));
  const lonelyLocks = locks
    .filter(({ path }) => lacksManifest(path))
    .map(
      ({ path }): Finding => ({
        ...{ id: 'lock_without_manifest', path, level: 'warn' },
        says: 'a lock file changed and its manifest did not',
        do: 'put it back unless the update is the fix: an install may have rewritten it',
      }),
    );
  const lonelyManifests = manifests
    .filter(({ path }) => lacksLock(path))
    .map(
      ({ path }): Finding => ({
        ...{ id: 'manifest_without_lock', path, level: 'warn' },
        says: 'dependencies changed and the lock file did not',
        do: 'install once and commit the lock file, else production may get other versions than the tests',
      }),
    );
  return [...said, ...lonelyLocks, ...lonelyManifests];
};
