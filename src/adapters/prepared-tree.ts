import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { outcomeOf } from '../core/ship/check-outcome.ts';
import type { CheckWatch, SetupWay } from '../core/ship/check-run.ts';
import { readRegular } from './atomic-file.ts';
import { checkEnv, guardCommands, guardFiles } from './check-env.ts';
import { type CommandResult, runCommand } from './checks.ts';
import { NO_HOOKS, type Worktrees } from './git/worktree.ts';
import { gitCommonDir, runGitGroup } from './git.ts';
import { copyInstalled, copyListed } from './tree-copies.ts';

export interface TreePlace {
  /** The user's checkout: only read. */
  root: string;
  worktrees: Worktrees;
  env: Readonly<Record<string, string | undefined>>;
}

export interface TreeWanted {
  /** Full name. */
  commit: string;
  setups: readonly SetupWay[];
  /** Ignored files of the checkout. */
  copy: readonly string[];
  /** For each command of the setup. */
  timeoutMs: number;
}

/** A working tree at a commit in which the repository's commands can run. */
export interface PreparedTree {
  path: string;
  /** How it was prepared, in our own words; grows while commands run. */
  notes: readonly string[];
  run(command: readonly string[], timeoutMs: number, watch: CheckWatch): Promise<CommandResult>;
  /** Puts tracked files back; true when there was something to put back. With `all`, what is new and not ignored goes too. */
  restore(all?: 'all'): Promise<boolean>;
  remove(): Promise<void>;
}

/** Nothing can be said about the code, because the tree could not be prepared. */
interface NotPrepared {
  reason: string;
  /** Text of the repository: the end of what the setup printed. */
  tail: string;
  notes: readonly string[];
}

const SETTINGS_BYTES = 4 * 1024 * 1024;
const SETTINGS_CHANGED =
  'While commands ran here, the settings of the repository (.git/config) changed. Look at them: git config --local --list';
const GIT_MS = 60_000;
const SUBMODULES_MS = 120_000;

/**
 * Makes a working tree ready: submodules, dependencies, ignored files that are needed. The caller removes it.
 * @throws PulseError unsafe when a command, the environment or a copied file leads to production
 */
export async function prepareTree(
  place: TreePlace,
  wanted: TreeWanted,
  watch: CheckWatch,
): Promise<PreparedTree | NotPrepared> {
  const { root, worktrees } = place;
  const commands = wanted.setups.flatMap(({ commands, defines }) =>
    commands.map((command) => ({ command, defines })),
  );
  guardCommands(place.env, commands);
  const temp = await worktrees.add(wanted.commit);
  const env = checkEnv(place.env, root, temp.path);
  const folders = wanted.setups.flatMap(({ folder }) => folder ?? []);
  const kept = [...folders, ...wanted.copy.map((path) => `/${path}`)].flatMap((pattern) => ['-e', pattern]);
  const notes: string[] = [];
  const common = (await gitCommonDir(root)) ?? root;
  const settings = (): string | null => readRegular(join(common, 'config'), SETTINGS_BYTES);
  const before = settings();
  const git = (...args: string[]) => runGitGroup(temp.path, [...NO_HOOKS, ...args], { timeoutMs: GIT_MS });
  const tree: PreparedTree = {
    path: temp.path,
    notes,
    async run(command, timeoutMs, { signal }) {
      const asked = { command, cwd: temp.path, env, timeoutMs, onStart: temp.note };
      const result = await runCommand({ ...asked, ...(signal ? { signal } : {}) });
      // Working trees share the repository's settings, and an installation may set hooks in them.
      if (settings() !== before && !notes.includes(SETTINGS_CHANGED)) notes.push(SETTINGS_CHANGED);
      // The folder is gone when anybody reads this.
      return { ...result, tail: result.tail.replaceAll(`${temp.path}/`, '').replaceAll(temp.path, '.') };
    },
    async restore(all) {
      const { out } = await git(
        'status',
        '--porcelain',
        '-z',
        '--untracked-files=no',
        '--ignore-submodules=all',
      );
      const head = (await git('rev-parse', '--verify', 'HEAD')).out.trim();
      const isChanged = out !== '' || head !== wanted.commit;
      if (isChanged || all) await git('checkout', '--quiet', '--force', '--detach', wanted.commit);
      if (all) await git('clean', '-fdq', ...kept);
      return isChanged;
    },
    remove: temp.remove,
  };
  let isReady = false;
  try {
    const failed =
      (await submodules(temp.path, watch)) ??
      (await listed(wanted.copy, place, temp.path, notes, watch)) ??
      (await dependencies(wanted, place, tree, notes, watch));
    if (failed) return { ...failed, notes };
    isReady = true;
    return tree;
  } finally {
    if (!isReady) await temp.remove();
  }
}

type Failed = Omit<NotPrepared, 'notes'>;

/** Without `init`, which would write into the settings that the user's checkout shares. */
async function submodules(path: string, { progress }: CheckWatch): Promise<Failed | null> {
  if (!existsSync(join(path, '.gitmodules'))) return null;
  progress?.('submodules');
  const args = ['-c', 'submodule.active=.', 'submodule', 'update', '--quiet', '--checkout', '--recursive'];
  const { code } = await runGitGroup(path, [...NO_HOOKS, ...args], { timeoutMs: SUBMODULES_MS });
  if (code === 0) return null;
  const reason =
    'The submodules could not be fetched. See that their remotes can be reached without a password prompt, then call again.';
  return { reason, tail: '' };
}

async function listed(
  copy: readonly string[],
  { root }: TreePlace,
  tree: string,
  notes: string[],
  { signal }: CheckWatch,
): Promise<Failed | null> {
  try {
    const { copied, absent, reason } = await copyListed(copy, { root, tree }, signal);
    if (reason !== null) return { reason, tail: '' };
    if (copied.length > 0) notes.push(`${copied.length} listed under copy came from the checkout.`);
    if (absent > 0) notes.push(`${absent} listed under copy are not in the checkout.`);
  } catch (error) {
    return notCopied(error);
  }
  guardFiles(tree, copy);
  return null;
}

async function dependencies(
  { setups, timeoutMs }: TreeWanted,
  { root }: TreePlace,
  tree: PreparedTree,
  notes: string[],
  watch: CheckWatch,
): Promise<Failed | null> {
  for (const setup of setups) {
    watch.progress?.('dependencies');
    try {
      const how = await copyInstalled(setup, { root, tree: tree.path }, watch.signal);
      if (how === 'copied') {
        notes.push(`Dependencies were copied from the checkout, whose ${setup.lock} is the same.`);
        continue;
      }
      if (how === 'broken_off') rmSync(join(tree.path, setup.folder ?? ''), { recursive: true, force: true });
    } catch (error) {
      return notCopied(error);
    }
    const failed = await installed(setup, timeoutMs, tree, watch);
    if (failed) return failed;
    notes.push(
      `Dependencies were installed by ${setup.lock === null ? 'setup' : `what ${setup.lock} says`}.`,
    );
  }
  return null;
}

async function installed(
  { commands }: SetupWay,
  timeoutMs: number,
  tree: PreparedTree,
  watch: CheckWatch,
): Promise<Failed | null> {
  for (const command of commands) {
    const result = await tree.run(command, timeoutMs, watch);
    if (result.ended === 'exited' && result.code === 0) continue;
    if (result.ended === 'stopped') return { reason: 'It was stopped.', tail: result.tail };
    const code = result.code === null ? '' : ` with exit code ${result.code}`;
    const why = result.ended === 'exited' ? '' : ` ${outcomeOf(result).reason}`;
    const reason = `The setup failed${code}.${why} Set setup in hotfix-pulse.config.json to a command that installs dependencies in a fresh checkout, or install them in the checkout with the same lock file.`;
    return { reason, tail: result.tail };
  }
  return null;
}

/** @throws what is no trouble of the disk */
function notCopied(error: unknown): Failed {
  if (!hasErrno(error, 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'ENOENT', 'EROFS', 'EMFILE')) throw error;
  const reason =
    'Files could not be copied from the checkout. See that the disk of the folder for temporary files (TMPDIR) has space and that the files can be read.';
  return { reason, tail: '' };
}
