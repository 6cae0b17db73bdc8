import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation, Reached, RepositoryState, Trait } from '../core/doctor-machine.ts';
import { PulseError } from '../core/errors.ts';
import { pickRemote } from './git/fetch.ts';
import { gitFolderAt } from './git/folder.ts';
import { remoteRefs } from './git/push.ts';
import { createWorktrees } from './git/worktree.ts';
import { runGit } from './git.ts';
import { findPlaces } from './log-places.ts';

/** What stands in the git folder while something is unfinished. Source: git-status(1), wt-status.c. */
const OPERATIONS: readonly (readonly [string, Operation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

/** Version of the git program; null when there is none. */
export async function gitVersion(cwd: string): Promise<string | null> {
  const { code, out } = await runGit(cwd, ['version']);
  const [, version = null] = /^git version (\d+\.\d+(?:\.\d+)*)/.exec(out) ?? [];
  return code === 0 ? version : null;
}

/** Reads only, and asks no remote. */
export async function lookAtRepository(root: string): Promise<RepositoryState> {
  const ask = async (...args: string[]): Promise<string | null> => {
    const { code, out } = await runGit(root, args);
    return code === 0 ? out.trim() : null;
  };
  const said = await ask(
    ...['rev-parse', '--is-inside-work-tree', '--is-shallow-repository'],
    ...['--absolute-git-dir', '--path-format=absolute', '--git-common-dir'],
  );
  const [inside, shallow, own = '', common = ''] = said?.split('\n') ?? [];
  const nothing = { head: 'branch', linked: false, traits: [], operation: null, remote: null } as const;
  if (said === null || inside !== 'true') {
    const { git } = await findPlaces(root);
    const kind = !git ? 'none' : gitFolderAt(root) === null ? 'bare' : 'unreadable';
    return { kind, ...nothing };
  }
  const [branch, tip, sparse, promisor, name] = await Promise.all([
    ask('symbolic-ref', '--quiet', 'HEAD'),
    ask('rev-parse', '--verify', '--quiet', 'HEAD'),
    ask('config', '--type=bool', '--get', 'core.sparseCheckout'),
    ask('config', '--get-regexp', '^remote\\..*\\.promisor$'),
    pickRemote(root, null),
  ]);
  const traits: [Trait, boolean][] = [
    ['shallow', shallow === 'true'],
    ['partial', promisor !== null],
    ['sparse', sparse === 'true'],
    ['submodules', existsSync(join(root, '.gitmodules'))],
  ];
  const address = name === null ? null : await ask('remote', 'get-url', '--', name);
  return {
    kind: 'worktree',
    head: tip === null ? 'unborn' : branch === null ? 'detached' : 'branch',
    linked: own !== common,
    traits: traits.flatMap(([trait, has]) => (has ? [trait] : [])),
    operation: OPERATIONS.find(([file]) => existsSync(join(own, file)))?.[1] ?? null,
    remote: name === null ? null : { name, ssh: isSsh(address ?? '') },
  };
}

/** `ssh://` and `host:path`; a drive letter is no host. */
const isSsh = (address: string): boolean =>
  /^(?:git\+)?ssh:\/\//i.test(address) || /^(?![a-z]:[\\/])[^\s/:]{2,}:(?!\/\/)/i.test(address);

/** Asks the remote for its default branch. Over the network. */
export async function reachRemote(root: string, remote: string): Promise<Reached> {
  try {
    await remoteRefs(root, remote, ['HEAD']);
    return 'yes';
  } catch (error) {
    if (error instanceof PulseError) return 'no';
    throw error;
  }
}

/** Temporary working trees that a killed process left behind. */
export async function leftWorktrees(
  root: string,
): Promise<{ found(): Promise<number>; sweep(): Promise<number> }> {
  const { live, git } = await findPlaces(root);
  if (!git) return { found: async () => 0, sweep: async () => 0 };
  return createWorktrees(root, live);
}
