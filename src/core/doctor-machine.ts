import type { DoctorCheck } from './doctor.ts';

export type Trait = 'shallow' | 'partial' | 'sparse' | 'submodules';
export type Operation = 'rebase' | 'merge' | 'cherry-pick' | 'revert' | 'bisect';
export type Reached = 'yes' | 'no' | 'not_asked';

/** How a repository stands. Everything but `kind` is only known of a `worktree`. */
export interface RepositoryState {
  /** `none`: a folder without git. `unreadable`: there is a git folder, and git does not read it. */
  kind: 'worktree' | 'bare' | 'none' | 'unreadable';
  head: 'branch' | 'detached' | 'unborn';
  /** One of several working trees. */
  linked: boolean;
  traits: readonly Trait[];
  operation: Operation | null;
  /** The remote that would be used. */
  remote: { name: string; ssh: boolean } | null;
}

/** Source: package.json, engines. */
const MIN_NODE = [20, 19] as const;
/** `git merge-tree --write-tree` came with it. Source: git release notes 2.38.0. */
const MIN_GIT = [2, 38] as const;

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [first = 0, second = 0] = version.replace(/^v/, '').split('.').map(Number);
  return first > major || (first === major && second >= minor);
}

export function nodeCheck(version: string): DoctorCheck {
  const base = { part: 'program', id: 'node', seen: `Node.js ${version.replace(/^v/, '')}` } as const;
  if (isAtLeast(version, MIN_NODE)) return { ...base, state: 'ok', todo: '' };
  return { ...base, state: 'fail', todo: `Install Node.js ${MIN_NODE.join('.')} or newer.` };
}

const WITHOUT_GIT =
  'Incidents, their documents and clocks work without it; suspects, hotfix branches, checks, deploys, rollbacks and backports do not.';
const WITH_OLD_GIT =
  'Trying out reverts and merges without a checkout does not work: rollback rehearsals, deploys by merge, and which suspects can be taken back.';

/** @param version null when git could not be started */
export function gitCheck(version: string | null, kind: RepositoryState['kind']): DoctorCheck {
  const needed = `git ${MIN_GIT.join('.')} or newer`;
  // In a folder without a repository git could do nothing anyway.
  const state = kind === 'none' ? 'warn' : 'fail';
  const base = { part: 'program', id: 'git' } as const;
  if (version === null)
    return { ...base, state, seen: `git was not found. ${WITHOUT_GIT}`, todo: `Install ${needed}.` };
  if (isAtLeast(version, MIN_GIT)) return { ...base, state: 'ok', seen: `git ${version}`, todo: '' };
  return { ...base, state, seen: `git ${version}. ${WITH_OLD_GIT}`, todo: `Install ${needed}.` };
}

type Said = readonly [state: DoctorCheck['state'], seen: string, todo: string];

const KINDS: Readonly<Record<Exclude<RepositoryState['kind'], 'worktree'>, Said>> = {
  none: [
    'warn',
    'A folder without git: the record is kept in .hotfix-pulse/, and whatever needs git is left out.',
    'Run hotfix-pulse in the repository of the service, or name it with --repo DIR.',
  ],
  bare: [
    'warn',
    'A bare repository: the record is kept in it, but nothing is checked out, so no suspects, checks, deploys or rollbacks from here.',
    'Run hotfix-pulse in a working tree of it: git worktree add DIR',
  ],
  unreadable: [
    'fail',
    'There is a git folder, but git does not read it: it is damaged, or belongs to somebody else.',
    'Run git status in it and do what it says (for a foreign owner: git config --global --add safe.directory DIR).',
  ],
};

const TRAITS: Readonly<Record<Trait, Said>> = {
  shallow: [
    'warn',
    'Shallow clone: suspects and rollbacks do not have the history that they need.',
    'git fetch --unshallow --tags',
  ],
  partial: [
    'warn',
    'Partial clone: contents that are not here yet are not fetched behind your back, so suspects and reverts may stay unknown.',
    'Use a clone without --filter for hotfixes.',
  ],
  sparse: [
    'warn',
    'Sparse checkout: temporary working trees are sparse too, so checks and regression proofs see only these files, and git add refuses specs/ when it is outside.',
    'git sparse-checkout add specs, and whatever the checks need',
  ],
  submodules: [
    'ok',
    'Has submodules: a new working tree starts without them; checks fetch their own.',
    'After start_hotfix with a worktree: git submodule update --init --recursive',
  ],
};

const HEADS: Readonly<Record<RepositoryState['head'], Said | null>> = {
  branch: null,
  unborn: [
    'warn',
    'No commit yet: there is nothing to suspect, to base a hotfix on, to check or to deploy. Incidents can be recorded.',
    'Make the first commit, or fetch the branch of production.',
  ],
  detached: [
    'warn',
    'Detached HEAD: which incident is meant cannot be seen from the branch when several are open.',
    'Name the incident in each call, or check a branch out.',
  ],
};

/** What was found of a repository, and what it limits. */
export function repositoryChecks(state: RepositoryState, reached: Reached): DoctorCheck[] {
  const make = (id: string, [how, seen, todo]: Said): DoctorCheck => ({
    ...{ part: 'repository', id, state: how, seen, todo },
  });
  if (state.kind !== 'worktree') return [make('repository', KINDS[state.kind])];
  const { operation, remote, linked } = state;
  const what = linked
    ? 'A git repository; this is one of several working trees, and they share one record.'
    : 'A git repository.';
  const head = HEADS[state.head];
  return [
    make('repository', ['ok', what, '']),
    ...(head === null ? [] : [make('head', head)]),
    ...(operation === null ? [] : [make('operation', unfinished(operation))]),
    ...state.traits.map((trait) => make(trait, TRAITS[trait])),
    make('remote', remoteSaid(remote, reached)),
  ];
}

function unfinished(operation: Operation): Said {
  return [
    'warn',
    `A ${operation} is not finished here. Nothing of ours touches it, and a hotfix branch can be made beside it, but not be checked out here.`,
    operation === 'bisect'
      ? 'git bisect reset when it is over; meanwhile start_hotfix with a worktree'
      : `git ${operation} --continue or --abort; meanwhile start_hotfix with a worktree`,
  ];
}

function remoteSaid(remote: RepositoryState['remote'], reached: Reached): Said {
  if (remote === null) {
    return [
      'warn',
      'No remote that could be chosen: hotfixes are based on what is here, and deploys cannot push.',
      'git remote add origin ADDRESS; with several, set checkout.defaultRemote',
    ];
  }
  if (reached === 'yes') return ['ok', `Remote ${remote.name} answers.`, ''];
  if (reached === 'not_asked') {
    return ['skipped', `Remote ${remote.name}: not asked, since that needs the network.`, 'doctor --online'];
  }
  return [
    'fail',
    `Remote ${remote.name} did not answer without asking for a password.`,
    `Check the network and your access: git ls-remote ${remote.name}`,
  ];
}
