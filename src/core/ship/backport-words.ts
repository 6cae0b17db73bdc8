import type { Fix, LongLived, MakeFault, Pushed } from './backport.ts';
import { HOW_WORDS, lackOf } from './backport-record.ts';
import { showCommand } from './plan.ts';

/** What is said about branches, in our own words. Names of refs are given as they are: whoever prints them cleans them. */

const MAKE_FAULTS: Record<MakeFault, string> = {
  hook: 'a hook of this repository (prepare-commit-msg) failed: mend it, or plan anew with skip_hooks, which is kept as debt',
  identity: 'git knows no name and address to commit with: set user.name and user.email',
  signing:
    'the commit could not be signed without asking: unlock the key first, or pick by hand with the commands',
  time_limit: 'the pick took too long: look for a slow hook or filter',
  stopped: 'it was stopped before',
  other: 'git could not make the commit: pick by hand with the commands, git says why',
};

export function makeFaultWords(fault: MakeFault): string {
  return MAKE_FAULTS[fault];
}

type PushFaultName = Extract<Pushed, { outcome: 'refused' }>['fault'];

const PULL_REQUEST = 'push it to a branch of its own (the command is below) and open a pull request';
const AGAIN = 'call again with the same plan_id';
const REPLAN = 'call without plan_id to plan on what is there now';

const PUSH_FAULTS: Record<PushFaultName, string> = {
  protected: `the branch is protected: ${PULL_REQUEST}`,
  hook_declined: `the remote's own hook declined it: ${PULL_REQUEST}`,
  secrets: 'the remote found secrets in it: rotate them and take them out of the fix',
  no_permission: `these credentials may not push there: sign in, or ${PULL_REQUEST}`,
  moved_on: `the branch has moved on since the plan was made: ${REPLAN}`,
  drift: `the plan no longer fits: ${REPLAN}`,
  tag_exists: REPLAN,
  in_part: `the remote has a part of it and broke off: have it looked at, then ${AGAIN}`,
  no_atomic: `the remote takes no atomic push: ${PULL_REQUEST}`,
  shallow: `the remote takes nothing from a shallow clone: run git fetch --unshallow --tags, then ${AGAIN}`,
  checked_out: 'the remote is a working repository that has the branch checked out',
  pre_push_hook:
    'the pre-push hook of this repository failed: mend it, or plan anew with skip_hooks, which is kept as debt',
  submodule: 'it names a commit of a submodule that is not on its remote: push the submodule first',
  unreachable: `the remote could not be reached: ${AGAIN}`,
  no_remote_repository: `there is no repository at the address of the remote: check git remote -v, then ${AGAIN}`,
  timed_out: `the push took too long: ${AGAIN}`,
  stopped: `it was stopped before: ${AGAIN}`,
  unknown: `the remote did not answer, so nobody knows whether it was taken: ${AGAIN}, it looks first`,
  other: `git could not push: ${PULL_REQUEST}`,
};

export function pushFaultWords(fault: PushFaultName): string {
  return PUSH_FAULTS[fault];
}

/** `missing, can be picked`, `has the fix: an equal patch is in it (1a2b3c4d5e)`. */
export function verdictWords(branch: LongLived): string {
  const { verdict } = branch;
  switch (verdict.state) {
    case 'has_fix': {
      const at = verdict.commit === null ? '' : ` (${verdict.commit.slice(0, 10)})`;
      return `has the fix: ${HOW_WORDS[verdict.how]}${at}`;
    }
    case 'missing':
      return verdict.reverted_by === null
        ? 'has not the fix'
        : `has not the fix: it was taken back there by ${verdict.reverted_by.slice(0, 10)}`;
    case 'conflicts':
      return `has not the fix, and picking it conflicts in ${verdict.files.length} file${verdict.files.length === 1 ? '' : 's'}`;
    case 'diverged':
      return 'shares no history with the fix: bring it there by hand, or say not_affected';
    case 'unknown':
      return `unknown: ${lackOf(branch) ?? ''}`;
  }
}

/** The picks on top of a branch by hand. `at`: what the new branch starts from on a remote; null to work on the branch itself. */
export function handCommands(fix: Fix, branch: string, remote: string | null, label: string): string[] {
  const own = `backport/${label}-${branch}`;
  const start =
    remote === null
      ? [['git', 'switch', branch]]
      : [
          ['git', 'fetch', remote],
          ['git', 'switch', '--no-track', '-c', own, `${remote}/${branch}`],
        ];
  const picks = fix.steps.map(({ commit, mainline }) => [
    ...['git', 'cherry-pick', '-x'],
    ...(mainline ? ['-m', '1'] : []),
    commit,
  ]);
  const push = remote === null ? [] : [['git', 'push', remote, `HEAD:refs/heads/${own}`]];
  return [...start, ...picks, ...push].map(showCommand);
}

/** Pushes the commit that was made to a branch of its own, for a pull request. */
export function requestCommand(remote: string, commit: string, branch: string, label: string): string {
  return showCommand(['git', 'push', remote, `${commit}:refs/heads/backport/${label}-${branch}`]);
}
