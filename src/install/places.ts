import { isAbsolute, join, relative, sep } from 'node:path';
import type { Place } from './host.ts';

/** Where the bases of places are on this machine. */
export interface Where {
  /** Root of the project; null outside of one. */
  repo: string | null;
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
}

/** A place on this disk: nothing above `base` is ours, and no link is followed below it. */
export interface Spot {
  base: string;
  /** Below `base`, with the separators of the system. */
  path: string;
}

/** Folders that a variable may move, and where they are without it. */
const MOVABLE: Readonly<Record<string, { variable: string; at: string }>> = {
  $CLAUDE_CONFIG_DIR: { variable: 'CLAUDE_CONFIG_DIR', at: '.claude' },
  // Beside the folder, unless the variable moves both.
  $CLAUDE_JSON: { variable: 'CLAUDE_CONFIG_DIR', at: '' },
  $CODEX_HOME: { variable: 'CODEX_HOME', at: '.codex' },
  $COPILOT_HOME: { variable: 'COPILOT_HOME', at: '.copilot' },
  $KIMI_CODE_HOME: { variable: 'KIMI_CODE_HOME', at: '.kimi-code' },
  $XDG_CONFIG_HOME: { variable: 'XDG_CONFIG_HOME', at: '.config' },
  $XDG_DATA_HOME: { variable: 'XDG_DATA_HOME', at: join('.local', 'share') },
};

const VSCODE_USER: Partial<Record<NodeJS.Platform, string>> = {
  darwin: join('Library', 'Application Support', 'Code', 'User'),
  win32: join('AppData', 'Roaming', 'Code', 'User'),
};

/** Null for a place in the project when there is no project. */
export function spotOf(place: Place, where: Where): Spot | null {
  const [head = '', ...rest] = place.split('/');
  const path = join(...(rest.length > 0 ? rest : ['.']));
  if (head === '.') return where.repo === null ? null : { base: where.repo, path };
  if (head === '~') return { base: where.home, path };
  if (head === '$VSCODE_USER') {
    const at = VSCODE_USER[where.platform] ?? join('.config', 'Code', 'User');
    return { base: where.home, path: join(at, path) };
  }
  const movable = MOVABLE[head];
  if (!movable) throw new Error(`no such base: ${head}`);
  const moved = where.env[movable.variable];
  // A relative value is no folder that two programs would agree on.
  if (moved && isAbsolute(moved)) return { base: moved, path };
  return { base: where.home, path: join(movable.at, path) };
}

export const fullPath = ({ base, path }: Spot): string => join(base, path);

/** Whether a path is the folder itself or below it. Both absolute. */
export function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
