import { hasErrno, PulseError } from '../core/errors.ts';
import type { PublishedFile, RefreshOutcome, RefreshRequest } from '../ports.ts';
import { isFolderName, type Place } from './folder-place.ts';
import { reasonOf } from './refresh-file.ts';

/** What a refresh answers when files could not be written; sentences in our own words. */

/** The answer when there is no folder to write to: gone with the branch, or not one that may be written. */
export function notWritten(
  { folder, files, mode }: RefreshRequest,
  place: Exclude<Place, { kind: 'there' }>,
): RefreshOutcome {
  const name = isFolderName(folder) ? folder : 'The incident folder';
  const refused = place.kind === 'refused';
  const notice = refused
    ? `${name} was not written: ${place.why}. The record is complete without it; make it a real folder of this incident, then run hotfix-pulse publish.`
    : `${name} is not in this working tree (another branch may be checked out), so its files were not written. hotfix-pulse publish brings it back.`;
  if (refused && mode === 'publish') {
    throw new PulseError('unsafe', 'The incident folder was not published.', notice);
  }
  const result = refused ? 'refused' : 'absent';
  return {
    files: Object.keys(files).map((name) => ({ path: `${folder}/${name}`, result })),
    notices: [notice],
  };
}

export function trackedNotice(files: readonly PublishedFile[]): string[] {
  return files.some(({ result }) => result === 'tracked')
    ? [
        'The committed copy of the incident folder was left as it is; hotfix-pulse publish brings it up to date.',
      ]
    : [];
}

export function isDiskError(error: unknown): boolean {
  return hasErrno(
    error,
    'ENOSPC',
    'EDQUOT',
    'EFBIG',
    'EROFS',
    'EACCES',
    'EPERM',
    'EIO',
    'ENOENT',
    'ENOTDIR',
    'EMFILE',
    'ENFILE',
  );
}

/** Only publishing is about the folder itself; everywhere else the log is the truth and a notice is enough. */
export function failed({ folder, files, mode }: RefreshRequest, error: unknown): RefreshOutcome {
  if (error instanceof PulseError && mode === 'publish') throw error;
  const swapped = error instanceof PulseError && error.code === 'unsafe';
  if (!swapped && !isDiskError(error)) throw error;
  const why = swapped ? 'it is reached through a symbolic link' : reasonOf(error);
  if (mode === 'publish') {
    throw new PulseError(
      'upstream',
      `The incident folder could not be written: ${why}.`,
      'Nothing is lost: the record is complete. Make the folder writable, then run hotfix-pulse publish again.',
    );
  }
  return {
    files: Object.keys(files).map((name) => ({ path: `${folder}/${name}`, result: 'refused' })),
    notices: [
      `${folder} could not be written: ${why}. The record is complete; hotfix-pulse publish writes the folder later.`,
    ],
  };
}
