import { createHash } from 'node:crypto';
import { existsSync, lstatSync, realpathSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { PulseError } from '../core/errors.ts';
import { ULID_PATTERN } from '../core/ulid.ts';
import { gitCommonDir } from './git.ts';

/** Where the record of one repository (or folder) is kept. All absolute. */
export interface LogPlaces {
  /** Working tree, or the folder itself without git. */
  root: string;
  /** `<git common dir>/hotfix-pulse`; outside git `<root>/.hotfix-pulse`. */
  live: string;
  /** Under the user's state folder, for a live folder that cannot be written. */
  fallback: string;
  /** Holds the published folders `hotfix-*`. */
  specs: string;
  /** False outside git: the live folder then lies in the open and hides itself from a later `git add`. */
  git: boolean;
}

export interface PlaceOptions {
  /** Skips the question to git. */
  commonDir?: string | null;
  /** Instead of `XDG_STATE_HOME`. */
  stateHome?: string;
}

/** Finds the places; creates nothing. */
export async function findPlaces(root: string, options: PlaceOptions = {}): Promise<LogPlaces> {
  const folder = resolve(root);
  const commonDir =
    options.commonDir === undefined ? ((await gitCommonDir(folder)) ?? bareDir(folder)) : options.commonDir;
  const home = commonDir ?? folder;
  const hash = createHash('sha256').update(realPath(home), 'utf8').digest('hex');
  return {
    root: folder,
    live: commonDir === null ? join(folder, '.hotfix-pulse') : join(commonDir, 'hotfix-pulse'),
    fallback: join(options.stateHome ?? stateHome(), 'hotfix-pulse', hash),
    specs: join(folder, 'specs'),
    git: commonDir !== null,
  };
}

/** Git is told not to enter a bare repository by itself, so one is recognised by its shape: its worktrees share the log. */
function bareDir(folder: string): string | null {
  return ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name))) ? folder : null;
}

/** Source: XDG base directory specification; a relative value is to be ignored. */
function stateHome(): string {
  const set = process.env.XDG_STATE_HOME;
  return set !== undefined && isAbsolute(set) ? set : join(homedir(), '.local', 'state');
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Refuses anything but a ULID, so an id can never become a path. */
export function checkUid(uid: string): void {
  if (ULID_PATTERN.test(uid)) return;
  throw new PulseError(
    'invalid_input',
    'That is not the id of an incident.',
    'Use the 26-character uid that list_incidents shows.',
  );
}

/** True for a real folder, false when there is none; a symbolic link or a file in its place is refused. */
export function isOwnFolder(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink()) {
    throw new PulseError(
      'unsafe',
      'The log folder is a symbolic link; nothing is written through it.',
      'Replace the link by a real folder (hotfix-pulse below the git folder, or .hotfix-pulse), then try again.',
    );
  }
  return stat?.isDirectory() ?? false;
}

/** Source: statfs(2). O_APPEND is not atomic across hosts on these. */
const NETWORK_TYPES = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
]);

/** File system type number of the nearest folder that exists. */
export function fileSystemType(path: string): number {
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(at) || at === dirname(at)) return statfsSync(at).type;
  }
}

/** A sentence when the record lies on a network file system, else null. */
export function networkNotice(
  path: string,
  typeOf: (path: string) => number = fileSystemType,
): string | null {
  try {
    const name = NETWORK_TYPES.get(typeOf(path) >>> 0);
    if (name === undefined) return null;
    return `The incident log lies on a network file system (${name}). Writing from one machine is safe; two machines writing at once may lose events.`;
  } catch {
    return null;
  }
}
