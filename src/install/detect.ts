import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { HostId, Scope } from './host.ts';
import { HOSTS } from './hosts.ts';
import { fullPath, spotOf, type Where } from './places.ts';

export interface Detected {
  id: HostId;
  label: string;
  /** Why it is thought to be in use; empty when nothing speaks for it. */
  signs: ('program' | 'user' | 'project')[];
}

/** Looks for every agent of the table: its program on the path, its own folder, its file in the project. */
export function detectHosts(where: Where): Detected[] {
  const exists = (places: readonly string[]) =>
    places.some((place) => {
      const spot = spotOf(place, where);
      return spot !== null && existsSync(fullPath(spot));
    });
  return HOSTS.map(({ id, label, signs }) => ({
    id,
    label,
    signs: [
      ...(signs.programs.some((name) => programPath(name, where) !== null) ? ['program' as const] : []),
      ...(exists(signs.user) ? ['user' as const] : []),
      ...(exists(signs.project) ? ['project' as const] : []),
    ],
  }));
}

/** Those that an installation without named agents is for. A file in the project says nothing about this person. */
export function chosenByDefault(detected: readonly Detected[], scope: Scope): HostId[] {
  return detected
    .filter(({ signs }) =>
      scope === 'project' ? signs.length > 0 : signs.some((sign) => sign !== 'project'),
    )
    .map(({ id }) => id);
}

/** Absolute path of a program on the search path; null when there is none. */
export function programPath(name: string, { env, platform }: Where): string | null {
  const names = platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const found = names.map((file) => join(folder, file)).find(isProgram);
    if (found !== undefined) return found;
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
