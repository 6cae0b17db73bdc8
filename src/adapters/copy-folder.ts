import { constants, type Dirent, realpathSync, statSync } from 'node:fs';
import { copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { isInside } from './check-env.ts';

/** Files that are copied at the same time. */
const AT_ONCE = 32;

interface CopyWanted {
  /** Folder or file below `root`; nothing on the way to it may be a link. */
  from: string;
  to: string;
  /** The user's checkout: only read. */
  root: string;
  /** The working tree that `to` lies in. */
  tree: string;
  signal?: AbortSignal | undefined;
}

/** Why a folder was not copied, wholly or in part. */
type NotCopied = 'link_out' | 'stopped';

/**
 * Copies a folder of the checkout into a working tree, by reflink where the disk can. Links stay links and lead to the
 * same place of the working tree; one that leads into a folder outside of the checkout ends the copy, since what lies
 * there is nobody's copy. Answers null when all is copied.
 */
export async function copyFolder(wanted: CopyWanted): Promise<NotCopied | null> {
  const { from, to, signal } = wanted;
  if (signal?.aborted) return 'stopped';
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  for (let i = 0; i < entries.length; i += AT_ONCE) {
    const copies = entries.slice(i, i + AT_ONCE).map((entry) => copyEntry(entry, wanted));
    const failed = (await Promise.all(copies)).find((one) => one !== null);
    if (failed) return failed;
  }
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const failed = await copyFolder({ ...wanted, from: join(from, entry.name), to: join(to, entry.name) });
    if (failed) return failed;
  }
  return null;
}

async function copyEntry(entry: Dirent, wanted: CopyWanted): Promise<NotCopied | null> {
  const [source, target] = [join(wanted.from, entry.name), join(wanted.to, entry.name)];
  if (entry.isFile()) await copyOne(source, target);
  else if (entry.isSymbolicLink()) return copyLink(source, target, wanted);
  return null;
}

/** One file; its bytes are shared until somebody writes, where the disk can do that. */
export async function copyOne(source: string, target: string): Promise<void> {
  await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
}

async function copyLink(
  source: string,
  target: string,
  { root, tree }: CopyWanted,
): Promise<NotCopied | null> {
  const text = await readlink(source);
  const lead = resolve(dirname(source), text);
  const within = [root, realpathSync(root)].find((top) => isInside(top, lead));
  if (within !== undefined) {
    const there = join(tree, relative(within, lead));
    await symlink(relative(dirname(target), there) || '.', target);
    return null;
  }
  // A program of the system, such as the Python of a virtual environment.
  if (isFolder(source)) return 'link_out';
  await symlink(lead, target);
  return null;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
