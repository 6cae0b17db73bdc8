import { join, sep } from 'node:path';
import { PulseError } from '../core/errors.ts';
import { realPath } from './disk.ts';
import type { Launch, Scope } from './host.ts';
import { DATA } from './manifest.ts';
import { fullPath, isBelow, spotOf, type Where } from './places.ts';

export interface LaunchFrom {
  scope: Scope;
  version: string;
  where: Where;
  /** `process.execPath`. */
  node: string;
  /** Folders that are emptied behind everybody's back. */
  temp: readonly string[];
  /** Whether the project names the package among its dependencies and has it in node_modules. */
  isDependency: boolean;
}

const ENTRY = 'hotfix-pulse.js';
const INSIDE = ['.', 'node_modules', 'hotfix-pulse', 'dist', ENTRY].join('/');

/**
 * What an entry starts. The user scope names our own copy by literal absolute paths, since no variable works in
 * all agents. The project scope is committed, so it holds no absolute path.
 * @throws PulseError unsafe for a program in a folder that does not last
 */
export function launchFor(from: LaunchFrom): Launch {
  if (from.scope === 'project') {
    if (from.isDependency) return { kind: 'dependency', command: 'node', args: [INSIDE, 'mcp'] };
    return { kind: 'npx', command: 'npx', args: ['-y', `hotfix-pulse@${from.version}`, 'mcp'] };
  }
  const file = join(copyFolder(from.version, from.where), ENTRY);
  const node = realPath(from.node);
  for (const path of [node, file]) lasting(path, from);
  return { kind: 'installed', command: node, args: [file, 'mcp'] };
}

/** Where our own copy of a version is. */
export function copyFolder(version: string, where: Where): string {
  const data = spotOf(DATA, where);
  return data === null ? '' : join(fullPath(data), version);
}

function lasting(path: string, { temp, where }: LaunchFrom): void {
  if (path.split(sep).includes('_npx')) {
    throw new PulseError(
      'unsafe',
      'The program is in the cache of npx, which is cleared now and then.',
      'Run the command with a Node.js that is installed, not with one that npx fetched.',
    );
  }
  const isTemporary = temp.map(realPath).some(
    // Where the home folder itself is temporary, everything is, and the entry lasts as long as its file.
    (folder) => isBelow(path, folder) && !(isBelow(where.home, folder) && isBelow(path, where.home)),
  );
  if (!isTemporary) return;
  throw new PulseError(
    'unsafe',
    'The program is in a temporary folder, which is cleared now and then.',
    'Point XDG_DATA_HOME at a lasting folder, or run the command with a Node.js that is installed.',
  );
}
