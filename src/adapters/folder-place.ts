import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { FolderState } from '../ports.ts';
import { nodeAt, readRegular } from './atomic-file.ts';
import type { runGit } from './git.ts';

/** Ignores everything in the folder, itself included: an unpublished incident never slips into a commit. */
export const IGNORE_ALL = '*\n';
/** Union merge keeps both sides' lines; readers drop doubles by id. Line ends are never rewritten. */
export const ATTRIBUTES = 'timeline.jsonl -text merge=union\n*.ics -text\n';

const FOLDER = /^specs\/hotfix-\d{3,9}(-[a-z0-9-]{1,100})?$/;
const FILE = /^[a-z][a-z0-9-]{0,60}\.(md|jsonl|ics)$/;

export type Git = typeof runGit;

export type Place = { kind: 'there'; path: string } | { kind: 'absent' } | { kind: 'refused'; why: string };

export function isFolderName(folder: string): boolean {
  return FOLDER.test(folder);
}

export function isFileName(name: string): boolean {
  return FILE.test(name);
}

/** The folder's real path, if every step to it is a real folder inside the root. */
export function placeOf(root: string, folder: string): Place {
  if (!isFolderName(folder)) return { kind: 'refused', why: 'its name is not one of an incident folder' };
  let path = realpathSync(root);
  for (const step of folder.split('/')) {
    path = join(path, step);
    const node = nodeAt(path);
    if (node === 'absent') return { kind: 'absent' };
    if (node !== 'folder') {
      return { kind: 'refused', why: `${step} is ${node === 'link' ? 'a symbolic link' : 'not a folder'}` };
    }
  }
  return realpathSync(path) === path
    ? { kind: 'there', path }
    : { kind: 'refused', why: 'it lies outside of the repository' };
}

/** Makes the folder and `specs`; a link that appears meanwhile is refused. */
export function makeFolder(root: string, folder: string): Place {
  let path = realpathSync(root);
  for (const step of folder.split('/')) {
    path = join(path, step);
    if (nodeAt(path) === 'absent') mkdirSync(path, { recursive: true });
    if (nodeAt(path) !== 'folder') break;
  }
  return placeOf(root, folder);
}

/** Names in the folder that git tracks; null when git could not say. */
export async function trackedIn(git: Git | null, root: string, folder: string): Promise<Set<string> | null> {
  if (git === null) return new Set();
  const { code, out } = await git(root, ['ls-files', '-z', '--', folder]);
  if (code !== 0) return null;
  return new Set(
    out
      .split('\0')
      .filter((path) => path !== '')
      .map((path) => path.slice(folder.length + 1)),
  );
}

/** True when some ref holds the path, or git could not say. One process for all refs. */
export async function isCommitted(git: Git | null, root: string, path: string): Promise<boolean> {
  if (git === null) return false;
  const refs = await git(root, ['for-each-ref', '--format=%(objectname)']);
  if (refs.code !== 0) return true;
  const commits = new Set(['HEAD', ...refs.out.split('\n').filter((line) => line !== '')]);
  const input = [...commits].map((commit) => `${commit}:${path}\n`).join('');
  const found = await git(root, ['cat-file', '--batch-check'], { input });
  return found.code !== 0 || /^[0-9a-f]{40,64} (?:blob|tree) /m.test(found.out);
}

export function stateOf(path: string, tracked: ReadonlySet<string> | null): FolderState['state'] {
  if (tracked !== null && tracked.size > 0) return 'tracked';
  return isPrivate(path) ? 'private' : 'published';
}

/** Only the ignore file that we wrote makes a folder private; another one is a person's business. */
function isPrivate(path: string): boolean {
  return readRegular(join(path, '.gitignore'), 1024)?.trim() === IGNORE_ALL.trim();
}
