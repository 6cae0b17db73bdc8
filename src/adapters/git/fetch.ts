import { basename } from 'node:path';
import type { FetchFault, FetchOutcome } from '../../core/ship/hotfix-start.ts';
import { type GitResult, runGit, runGitGroup } from '../git.ts';

/** Long enough for a usual fetch, short enough that a call with a worktree stays below an agent's 60 s. */
const FETCH_LIMIT_MS = 20_000;

/** Remote names are settings, and a settings file can come with a repository. */
const REMOTE = /^[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}$/;

/** What git says when a fetch fails, in the order of how much it tells. First match wins; nothing of it is shown. */
const FAULTS: readonly [RegExp, FetchFault][] = [
  [
    /could not read (?:Username|Password)|Authentication failed|terminal prompts disabled|Permission denied|Host key verification failed|HTTP (?:401|403)|error: 40[13]|access denied/i,
    'no_access',
  ],
  [/not appear to be a git repository|repository .*not found|does not exist|error: 404/i, 'not_found'],
  [
    /Could not resolve|Connection (?:refused|reset|timed out)|unable to access|Network is unreachable|No route to host|Connection closed/i,
    'unreachable',
  ],
];

/** Nothing may ask: not git, not ssh, not a helper with a window of its own. */
export async function silentEnv(root: string): Promise<Record<string, string>> {
  const { out } = await runGit(root, ['config', '--get', 'core.sshCommand']);
  // Without this a deploy key set up for plain git would be passed over.
  const ssh = process.env.GIT_SSH_COMMAND?.trim() || out.trim() || 'ssh';
  const isSsh = /^ssh(?:\.exe)?$/.test(basename(ssh.split(/\s/)[0] ?? ''));
  return {
    GIT_SSH_COMMAND: isSsh ? `${ssh} -oBatchMode=yes` : ssh,
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GCM_INTERACTIVE: 'never',
  };
}

/**
 * Brings remote-tracking branches and tags up to date and nothing else: no local branch moves (a mirror's refspec
 * is not used), no tag is replaced, nothing is pruned, FETCH_HEAD and submodules stay. Never throws, never asks.
 * @param wanted a ref such as `upstream/main`, whose remote is then preferred
 * @param limitMs time limit
 */
export async function fetchRemote(
  root: string,
  wanted: string | null,
  limitMs: number = FETCH_LIMIT_MS,
): Promise<FetchOutcome> {
  const remote = await pickRemote(root, wanted);
  if (remote === null) return { state: 'no_remote' };
  const shallow = (await runGit(root, ['rev-parse', '--is-shallow-repository'])).out.trim() === 'true';
  const args = [
    ...['fetch', '--no-recurse-submodules', '--no-auto-maintenance', '--no-write-fetch-head'],
    ...['--no-prune', '--no-prune-tags', '--no-progress', '--refmap='],
    // In a shallow clone every tag would bring its whole history along; those on what is fetched come anyway.
    ...(shallow ? [] : ['--tags']),
    ...['--end-of-options', remote, ...(await refspecs(root, remote))],
  ];
  const result = await runGitGroup(root, args, { timeoutMs: limitMs, env: await silentEnv(root) });
  if (result.code === 0) return { state: 'fetched', remote, shallow, tags_differ: false };
  if (!result.stopped && onlyTagsDiffer(result)) {
    return { state: 'fetched', remote, shallow, tags_differ: true };
  }
  return { state: 'failed', remote, fault: result.stopped ? 'timed_out' : faultOf(result) };
}

function faultOf({ err }: GitResult): FetchFault {
  return FAULTS.find(([pattern]) => pattern.test(err))?.[1] ?? 'other';
}

/** A tag that names another commit here than there is left as it is; everything else has arrived. */
function onlyTagsDiffer({ err }: GitResult): boolean {
  const rejected = err.match(/^ ! .*$/gm) ?? [];
  return (
    rejected.length > 0 &&
    !/^fatal:/m.test(err) &&
    rejected.every((line) => line.includes('would clobber existing tag'))
  );
}

/** The remote that `wanted` names, `origin`, the only one, or the one that checkouts prefer; null without any of them. */
export async function pickRemote(root: string, wanted: string | null): Promise<string | null> {
  const remotes = (await runGit(root, ['remote'])).out.split('\n').filter((name) => REMOTE.test(name));
  const named = remotes.find((name) => wanted?.replace(/^refs\/remotes\//, '').startsWith(`${name}/`));
  if (named !== undefined) return named;
  if (remotes.includes('origin')) return 'origin';
  if (remotes.length === 1) return remotes[0] ?? null;
  const preferred = (await runGit(root, ['config', '--get', 'checkout.defaultRemote'])).out.trim();
  return remotes.find((name) => name === preferred) ?? null;
}

/** The configured refspecs that end in remote-tracking branches (a narrow clone stays narrow), else all branches. */
async function refspecs(root: string, remote: string): Promise<string[]> {
  const { out } = await runGit(root, ['config', '--get-all', `remote.${remote}.fetch`]);
  const safe = out
    .split('\n')
    .filter((spec) => /^(?:\+?refs\/[^:]+:refs\/remotes\/[^:]+|\^refs\/\S+)$/.test(spec));
  return safe.some((spec) => spec.includes(':')) ? safe : [`+refs/heads/*:refs/remotes/${remote}/*`];
}
