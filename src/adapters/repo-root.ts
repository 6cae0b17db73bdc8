import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, parse, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PulseError } from '../core/errors.ts';
import { gitPlace } from './git.ts';

export interface RootSearch {
  /** What somebody named: `--repo` or a `repo` argument. Then nothing else is looked at. */
  explicit?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Asked only when the environment names no folder. Addresses (`file://`) or paths. */
  clientRoots?: (() => Promise<readonly string[]>) | undefined;
  /** Null when the working directory is gone. */
  cwd: string | null;
  /** Folder of the running program: a working directory that holds it is a plugin's folder, not a repository. */
  program?: string | undefined;
}

/**
 * Agents that say where their project is. QWEN_CODE_PROJECT_DIR is none of them: it names Qwen's own storage for
 * the project, below the home folder (seen in 0.24.4, whose texts say so too).
 */
const PROJECT_VARIABLES = ['CLAUDE_PROJECT_DIR'] as const;
/** A folder that holds one of these was used by this program before. */
const MARKERS = ['.hotfix-pulse', 'specs'] as const;
/** A folder without git that holds one of these is an installed plugin. */
const PLUGIN_FILES = ['plugin.json', '.claude-plugin', 'gemini-extension.json', 'kimi.plugin.json'] as const;

/** Where to work. `commonDir` is the git folder, null without git, undefined where it still has to be asked for. */
export interface Repository {
  root: string;
  commonDir: string | null | undefined;
}

/**
 * The repository to work in: explicit, then the agent's own variables, then the client's roots, then the
 * working directory. Each stands for the git root that holds it, else for itself. What nobody named is passed
 * over when it is the home folder, `/` or a plugin's folder, unless it was used before. Links are resolved.
 * @returns null when nothing fits
 * @throws PulseError invalid_input when `explicit` is no folder
 */
export async function findRepository(search: RootSearch): Promise<Repository | null> {
  if (search.explicit !== undefined) return namedRoot(search.explicit);
  const named = PROJECT_VARIABLES.map((name) => search.env[name]);
  return (
    (await firstFit(named, search)) ??
    (await firstFit((await search.clientRoots?.()) ?? [], search)) ??
    (await cwdRoot(search))
  );
}

/** The root alone; see `findRepository`. */
export async function findRoot(search: RootSearch): Promise<string | null> {
  return (await findRepository(search))?.root ?? null;
}

async function repositoryAt(folder: string): Promise<Repository> {
  return (await gitPlace(folder)) ?? { root: folder, commonDir: undefined };
}

async function namedRoot(explicit: string): Promise<Repository> {
  const folder = await realFolder(explicit);
  if (folder) return repositoryAt(folder);
  throw new PulseError(
    'invalid_input',
    'the folder given as repository does not exist or is not a folder',
    'give the absolute path of an existing folder (--repo, or the repo argument)',
  );
}

async function firstFit(
  candidates: readonly (string | undefined)[],
  search: RootSearch,
): Promise<Repository | null> {
  for (const candidate of candidates) {
    const folder = candidate ? await realFolder(pathOf(candidate)) : null;
    const found = folder && (await repositoryAt(folder));
    if (found && !(await isNobodysRepository(found.root, search))) return found;
  }
  return null;
}

async function cwdRoot(search: RootSearch): Promise<Repository | null> {
  const found = await firstFit([search.cwd ?? undefined], search);
  if (!found || hasOne(found.root, MARKERS)) return found;
  const { root } = found;
  if (search.program !== undefined && holds(root, search.program)) return null;
  const isPlugin = !existsSync(join(root, '.git')) && hasOne(root, PLUGIN_FILES);
  return isPlugin ? null : found;
}

/** The home folder and `/` hold repositories; they are one only where this program was used before. */
async function isNobodysRepository(root: string, { env }: RootSearch): Promise<boolean> {
  const home = await realFolder(env.HOME || env.USERPROFILE || homedir());
  return (root === parse(root).root || root === home) && !existsSync(join(root, MARKERS[0]));
}

function hasOne(folder: string, names: readonly string[]): boolean {
  return names.some((name) => existsSync(join(folder, name)));
}

/** True when `inner` lies in `folder` and was not put there as a dependency. */
function holds(folder: string, inner: string): boolean {
  const steps = relative(folder, inner).split(sep);
  return steps[0] !== '..' && !parse(steps.join(sep)).root && !steps.includes('node_modules');
}

function pathOf(candidate: string): string {
  if (!/^file:/i.test(candidate)) return candidate;
  try {
    return fileURLToPath(candidate);
  } catch {
    return '';
  }
}

async function realFolder(path: string): Promise<string | null> {
  try {
    const real = await realpath(path);
    return (await stat(real)).isDirectory() ? real : null;
  } catch {
    return null;
  }
}
