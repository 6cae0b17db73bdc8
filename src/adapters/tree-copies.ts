import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SetupWay } from '../core/ship/check-run.ts';
import { isStaleInstall } from '../core/ship/installed-modules.ts';
import { nodeAt, readRegular } from './atomic-file.ts';
import { copyFolder, copyOne } from './copy-folder.ts';
import { runGit } from './git.ts';

const LOCK_BYTES = 64 * 1024 * 1024;
const LIST_MS = 30_000;
/** Files of an installed Python package that may lead back to where it was installed from. */
const EDITABLE = /\.pth$|^direct_url\.json$|^__editable__/;

interface Trees {
  /** The user's checkout: only read. */
  root: string;
  tree: string;
}

/**
 * The folders that a setup would fill, copied from the checkout; false when the setup has to run: another lock file, no
 * such folder, a stale one, or one that leads back into the checkout. A copy that was broken off is the caller's to throw away.
 */
export async function copyInstalled(
  { lock, folder }: SetupWay,
  { root, tree }: Trees,
  signal?: AbortSignal,
): Promise<'copied' | 'not_usable' | 'broken_off'> {
  if (lock === null || folder === null) return 'not_usable';
  const [wanted, own] = [readLock(tree, lock), readLock(root, lock)];
  if (wanted === null || wanted !== own) return 'not_usable';
  const found = (await ignoredFolders(root, folder)).filter((path) => canHold(tree, path));
  if (!found.includes(folder) || found.some((path) => leadsBack(join(root, path), root))) return 'not_usable';
  if (
    folder === 'node_modules' &&
    isStaleInstall(wanted, readRegular(join(root, folder, '.package-lock.json'), LOCK_BYTES))
  )
    return 'not_usable';
  for (const path of found) {
    const failed = await copyFolder({
      ...{ from: join(root, path), to: join(tree, path), root, tree },
      signal,
    });
    if (failed) return 'broken_off';
  }
  return 'copied';
}

function readLock(folder: string, lock: string): string | null {
  return readRegular(join(folder, lock), LOCK_BYTES)?.replaceAll('\r\n', '\n') ?? null;
}

/** Ignored folders of that name in the checkout, wherever they are: workspaces have one each. */
async function ignoredFolders(root: string, name: string): Promise<string[]> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  const { code, out } = await runGit(root, args, { timeoutMs: LIST_MS });
  if (code !== 0) return [];
  const folders = out.split('\0').filter((path) => path.endsWith('/'));
  return folders.map((path) => path.slice(0, -1)).filter((path) => path.split('/').at(-1) === name);
}

/** The commit has a folder to put it in, and nothing of its own in its place. */
function canHold(tree: string, path: string): boolean {
  return nodeAt(join(tree, path)) === 'absent' && nodeAt(join(tree, dirname(path))) === 'folder';
}

/** A virtual environment whose packages are read from the checkout itself would test the wrong code. */
function leadsBack(folder: string, root: string): boolean {
  const lib = join(folder, 'lib');
  if (!existsSync(join(folder, 'pyvenv.cfg')) || !existsSync(lib)) return false;
  const tops = [root, realpathSync(root)];
  const packages = readdirSync(lib)
    .map((version) => join(lib, version, 'site-packages'))
    .filter((path) => existsSync(path));
  return packages.some((path) =>
    readdirSync(path).some((name) => {
      const inner = name.endsWith('.dist-info') ? join(path, name, 'direct_url.json') : join(path, name);
      if (!EDITABLE.test(name) && !name.endsWith('.dist-info')) return false;
      const text = readRegular(inner, 1024 * 1024) ?? '';
      return tops.some((top) => text.includes(top));
    }),
  );
}

/**
 * Ignored files and folders that the settings list, copied from the checkout where they are there. What the commit has
 * itself stays.
 * @returns a reason, in our own words, when one of them must not be copied
 */
export async function copyListed(
  paths: readonly string[],
  { root, tree }: Trees,
  signal?: AbortSignal,
): Promise<{ copied: string[]; absent: number; reason: string | null }> {
  const copied: string[] = [];
  let absent = 0;
  const refuse = (reason: string) => ({ copied, absent, reason });
  for (const path of paths) {
    const steps = path.split('/');
    const nodes = steps.map((_, index) => nodeAt(join(root, ...steps.slice(0, index + 1))));
    if (nodes.includes('absent')) {
      absent += 1;
      continue;
    }
    if (nodes.includes('link') || nodes.includes('other'))
      return refuse(
        'A path under copy leads through a symbolic link or is no ordinary file. List the real one.',
      );
    const ignored = await runGit(root, ['check-ignore', '--quiet', '--', path]);
    if (ignored.code !== 0)
      return refuse(
        'A path under copy is not ignored by git: what is tracked comes from the commit. Take it out.',
      );
    if (nodeAt(join(tree, path)) !== 'absent') continue;
    const parents = steps.slice(0, -1).map((_, index) => nodeAt(join(tree, ...steps.slice(0, index + 1))));
    if (parents.some((node) => node !== 'absent' && node !== 'folder'))
      return refuse('A path under copy has no place in the commit: a link or a file stands in its way.');
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    const pair = { from: join(root, path), to: join(tree, path) };
    if (lstatSync(pair.from).isDirectory()) {
      if (await copyFolder({ ...pair, root, tree, signal }))
        return refuse(
          'A folder under copy holds a link that leads out of the checkout. List the files that are needed.',
        );
    } else await copyOne(pair.from, pair.to);
    copied.push(path);
  }
  return { copied, absent, reason: null };
}
