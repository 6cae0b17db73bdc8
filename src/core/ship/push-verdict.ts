import { type ErrorCode, PulseError } from '../errors.ts';
import { type RefMove, showCommand } from './plan.ts';

/** Why a push was not taken. */
export type PushFault =
  | 'timed_out'
  | 'no_atomic'
  | 'secrets'
  | 'protected'
  | 'no_permission'
  | 'moved_on'
  | 'tag_exists'
  | 'in_part'
  | 'shallow'
  | 'submodule'
  | 'checked_out'
  | 'hook_declined'
  | 'unreachable'
  | 'no_remote_repository'
  | 'pre_push_hook'
  | 'other';

/** What git and the host say, in the order of how much it tells. First match wins; nothing of it is shown. */
const SIGNS: readonly [RegExp, PushFault][] = [
  [/does not support --atomic push/i, 'no_atomic'],
  [/push cannot contain secrets|secret(?:s)? (?:was |were )?detected|push protection/i, 'secrets'],
  [
    /GH006|GH013|protected branch|protected tag|protected ref|rule violations|TF402455|TF401027.*policy|must use a pull request|through (?:a )?(?:pull|merge) request|not allowed to push code to protected|ref creations? being restricted|cannot (?:create|update) ref due to|prohibited by gerrit/i,
    'protected',
  ],
  [
    /Permission (?:to \S+ )?denied|could not read (?:Username|Password)|Authentication failed|terminal prompts disabled|Host key verification failed|HTTP (?:401|403)|error: 40[13]|access (?:denied|to repository not granted)|not allowed to (?:push|upload)|archived so it is read-only|insufficient permission/i,
    'no_permission',
  ],
  [/\[rejected\] \(already exists\)/, 'tag_exists'],
  [
    /\[rejected\] \((?:fetch first|non-fast-forward|stale info|needs force|remote ref updated)|incorrect old value|failed to (?:update|lock) ref|cannot lock ref|reference already exists|is at [0-9a-f]{40,64} but expected/i,
    'moved_on',
  ],
  [/shallow update not allowed/i, 'shallow'],
  [/submodule paths contain changes that can\s*not be found/i, 'submodule'],
  [/branch is currently checked out|refusing to update checked out branch/i, 'checked_out'],
  [/\[remote rejected\]|hook declined/i, 'hook_declined'],
  [
    /not appear to be a git repository|repository .*not found|does not exist|error: 404/i,
    'no_remote_repository',
  ],
  [
    /Could not resolve|Connection (?:refused|reset|timed out|closed)|unable to access|Network is unreachable|No route to host|hung up unexpectedly|early EOF|RPC failed/i,
    'unreachable',
  ],
];

/** What one `git push --porcelain` ended with. */
export interface PushSaid {
  /** Null when it was ended at its time limit. */
  code: number | null;
  out: string;
  err: string;
}

/** Null when every ref was taken. */
export function pushFault({ code, out, err }: PushSaid): PushFault | null {
  if (code === 0 && !/^!\t/m.test(out)) return null;
  if (code === null) return 'timed_out';
  const found = SIGNS.find(([sign]) => sign.test(err) || sign.test(out))?.[1];
  // The repository's own hook ends a push before git has said anything about a ref.
  return found ?? (/^(?:To |!\t)/m.test(out) || /^fatal:/m.test(err) ? 'other' : 'pre_push_hook');
}

/** What the way out needs to know. Names are of refs that git accepted. */
export interface PushContext {
  remote: string;
  /** Production's branch; null when the tag alone is pushed. */
  branch: string | null;
  /** The branch of the fix. */
  hotfix_branch: string;
  /** The fix, full name. */
  commit: string;
}

/** One atomic push of exactly these refs. */
export interface PushWanted extends PushContext {
  moves: readonly RefMove[];
  /** The pre-push hook is passed over. */
  skip_hooks: boolean;
}

interface Words {
  code: ErrorCode;
  message: string;
  hint: (context: PushContext) => string;
}

const REPLAN = 'call deploy_hotfix again without plan_id: it plans anew on what is there now';
const AGAIN = 'call deploy_hotfix again with the same plan_id';
const SKIP = 'or plan anew with skip_hooks, which is kept as debt';

const WORDS: Record<PushFault, Words> = {
  protected: {
    code: 'upstream',
    message: 'the remote protects the branch or tag: nobody may push to it directly',
    hint: pullRequest,
  },
  hook_declined: {
    code: 'upstream',
    message: "the remote's own hook (pre-receive or update) declined the push",
    hint: (context) => `its rules decide; push by hand to read its words, or: ${pullRequest(context)}`,
  },
  secrets: {
    code: 'unsafe',
    message: 'the remote found secrets in what was pushed and declined it',
    hint: () =>
      'rotate the secret, take it out of the commits of the fix (a new commit is not enough), check and plan anew',
  },
  no_permission: {
    code: 'upstream',
    message: 'the remote does not let these credentials push there, or wanted to ask for some',
    hint: (context) =>
      `sign in outside of this program (ssh key, credential helper), or let somebody push who may; else: ${pullRequest(context)}`,
  },
  moved_on: {
    code: 'conflict',
    message: 'the remote has moved on since the plan was made',
    hint: () => REPLAN,
  },
  tag_exists: {
    code: 'conflict',
    message: 'somebody else has pushed a tag of that name since the plan was made',
    hint: () => `${REPLAN}; it takes the next free version`,
  },
  in_part: {
    code: 'upstream',
    message: 'the remote broke off in the middle and has a part of the push (its disk may be full or broken)',
    hint: () => `have the remote looked at, then ${AGAIN}: it pushes what is missing and nothing else`,
  },
  no_atomic: {
    code: 'upstream',
    message: 'the remote cannot take branch and tag in one step (no atomic push), so neither was pushed',
    hint: () =>
      'let a person push the branch first and then the tag, by the commands of the plan, and record deployed with the commit; or turn receive.advertiseAtomic on at the remote',
  },
  shallow: {
    code: 'upstream',
    message: 'the remote takes nothing from a shallow clone',
    hint: () => `run: git fetch --unshallow --tags; then ${AGAIN}`,
  },
  submodule: {
    code: 'conflict',
    message: 'the fix names a commit of a submodule that is on no remote, so nobody else could check it out',
    hint: () => `push the submodule first, then ${AGAIN}`,
  },
  checked_out: {
    code: 'upstream',
    message: 'the remote is a working repository that has this branch checked out',
    hint: () => 'push to a bare repository, or check another branch out there',
  },
  pre_push_hook: {
    code: 'upstream',
    message: 'the pre-push hook of this repository failed, so nothing was pushed',
    hint: () =>
      `run the push of the plan by hand to see what it says and mend that, then ${AGAIN}; ${SKIP} (a person decides that)`,
  },
  unreachable: {
    code: 'upstream',
    message: 'the remote could not be reached, and the refs there are as they were',
    hint: () => `check the network or VPN, then ${AGAIN}`,
  },
  no_remote_repository: {
    code: 'upstream',
    message: 'there is no repository at the address of the remote, or it is hidden from these credentials',
    hint: () => `check git remote -v, then ${AGAIN}`,
  },
  timed_out: {
    code: 'upstream',
    message: 'the push took too long and was ended; the refs on the remote are as they were',
    hint: () => `${AGAIN}; a slow pre-push hook is run by git push: ${SKIP}`,
  },
  other: {
    code: 'upstream',
    message: 'git could not push, and the refs on the remote are as they were',
    hint: (context) => `run the push of the plan by hand to see what git says; else: ${pullRequest(context)}`,
  },
};

/** A refused push in our own words, with what to do. */
export function pushRefusal(fault: PushFault, context: PushContext): PulseError {
  const { code, message, hint } = WORDS[fault];
  return new PulseError(code, message, hint(context), { fault });
}

/** The words of the push that a pull request starts from. */
function pullRequestCommand({ remote, hotfix_branch: branch, commit }: PushContext): string[] {
  return ['git', 'push', remote, `${commit}:refs/heads/${branch}`];
}

function pullRequest(context: PushContext): string {
  const { branch } = context;
  const into =
    branch !== null && /^[\w./-]{1,100}$/.test(branch) ? branch : 'the branch that production runs';
  const after =
    'when it is merged, call deploy_hotfix again: it finds the fix there and plans what is left (the tag, the deploy command)';
  return `open a pull request: ${showCommand(pullRequestCommand(context))}, then ask for ${context.hotfix_branch} to be merged into ${into}; ${after}`;
}
