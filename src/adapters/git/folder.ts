import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The git folder found by its shape, for when git itself will not say: a HEAD that cannot be read, an owner it does not
 * trust, no git at all. The record lies in there, and a way back must be found in any case.
 * @param cwd absolute
 */
export function gitFolderAt(cwd: string): { root: string; commonDir: string } | null {
  for (let at = resolve(cwd); ; at = dirname(at)) {
    const commonDir = commonDirOf(join(at, '.git'));
    if (commonDir !== null) return { root: at, commonDir };
    // A bare repository belongs to itself, whatever folder it is hidden in.
    if (isGitFolder(at) || at === dirname(at)) return null;
  }
}

function commonDirOf(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return isGitFolder(path) ? path : null;
  return stat?.isFile() ? linkedTo(path) : null;
}

const isGitFolder = (path: string): boolean =>
  ['objects', 'refs'].every((name) => existsSync(join(path, name)));

/** Of a worktree or submodule, whose `.git` is a file. Source: gitrepository-layout(5). */
function linkedTo(file: string): string | null {
  try {
    const [, named = ''] = /^gitdir: (.+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
    const own = resolve(dirname(file), named);
    const shared = join(own, 'commondir');
    const common = existsSync(shared) ? resolve(own, readFileSync(shared, 'utf8').trim()) : own;
    return named !== '' && isGitFolder(common) ? common : null;
  } catch {
    return null;
  }
}
