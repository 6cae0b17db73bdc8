import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DoctorCheck } from '../core/doctor.ts';
import { hasErrno } from '../core/errors.ts';
import { sha256 } from './disk.ts';
import { copyFolder } from './launch.ts';
import type { Manifest } from './manifest.ts';
import type { Where } from './places.ts';

/** Whether our own copies of the program are whole and as they were made. `user` is the manifest of the user scope. */
export function copyChecks(user: Manifest | null, where: Where): DoctorCheck[] {
  return (user?.bundles ?? []).map(({ version, files }): DoctorCheck => {
    const path = copyFolder(version, where);
    const wrong = Object.entries(files).filter(([name, hash]) => hashAt(join(path, name)) !== hash);
    const about = { part: 'program', id: 'copy', path } as const;
    if (wrong.length === 0)
      return { ...about, state: 'ok', seen: `The installed copy of ${version} is whole.`, todo: '' };
    return {
      ...{ ...about, state: 'fail', todo: 'hotfix-pulse install --scope user makes it anew' },
      seen: `The installed copy of ${version} lacks files, or they were changed.`,
    };
  });
}

function hashAt(path: string): string | null {
  try {
    return sha256(readFileSync(path));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM')) return null;
    throw error;
  }
}
