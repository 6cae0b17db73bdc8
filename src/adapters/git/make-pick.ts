import type { Made, MakeFault, MakeWanted, PickTarget } from '../../core/ship/backport.ts';
import type { BackportWatch } from '../../ports-ship.ts';
import { runGitGroup } from '../git.ts';
import { changedFiles } from './ship-facts.ts';
import { NO_HOOKS, type Worktrees } from './worktree.ts';

const CHECKOUT_MS = 120_000;
/** A hook may run. */
const PICK_MS = 120_000;
/** Nothing of the user's is written to: no recorded resolution, no submodule. */
const PLAIN = ['-c', 'rerere.enabled=false', '-c', 'submodule.recurse=false', '-c', 'gc.auto=0'];

/** What git says when a commit could not be made. First match wins; nothing of it is shown. */
const FAULTS: readonly [RegExp, MakeFault][] = [
  [/gpg|failed to sign|signing|ssh-keygen/i, 'signing'],
  [/tell me who you are|empty ident|unable to auto-detect|no (?:email|name) was given/i, 'identity'],
];

/**
 * Picks the missing steps onto each branch with `cherry-pick -x`, in one temporary working tree. The commits stay in
 * the repository without a ref; no branch is moved, here or on the remote.
 */
export async function makePicks(
  worktrees: Worktrees,
  { targets, skip_hooks: skipHooks }: MakeWanted,
  { signal, progress }: BackportWatch,
): Promise<Made[]> {
  const [first] = targets;
  if (first === undefined) return [];
  await worktrees.sweep();
  const made: Made[] = [];
  const tree = await worktrees.add(first.tip);
  try {
    for (const target of targets) {
      if (signal?.aborted) {
        made.push({ branch: target.name, outcome: 'failed', fault: 'stopped' });
        continue;
      }
      progress?.(`picking onto ${target.name}`);
      made.push(await pick(tree.path, target, skipHooks));
    }
    return made;
  } finally {
    await tree.remove();
  }
}

/**
 * The newer of the branch and the fix. The same pick made again is then the same commit, so that a plan that says the
 * same names the same objects, and brings them back where git has thrown them away.
 */
async function dateFor(path: string, tip: string, steps: PickTarget['steps']): Promise<string> {
  const args = ['log', '--no-walk', '--no-show-signature', '--format=%ct', tip];
  const { out } = await runGitGroup(path, [...args, ...steps.map(({ commit }) => commit)]);
  return `@${Math.max(0, ...out.split('\n').map(Number).filter(Number.isFinite))} +0000`;
}

async function pick(
  path: string,
  { name: branch, tip, steps }: PickTarget,
  skipHooks: boolean,
): Promise<Made> {
  // A partial clone has to fetch what it picks.
  const env = { GIT_NO_LAZY_FETCH: '0', GPG_TTY: '', GIT_COMMITTER_DATE: await dateFor(path, tip, steps) };
  const git = (args: readonly string[], timeoutMs = PICK_MS) =>
    runGitGroup(path, [...PLAIN, ...args], { timeoutMs, env });
  const checkout = [...NO_HOOKS, 'checkout', '--quiet', '--force', '--detach', tip];
  const there = await git(checkout, CHECKOUT_MS);
  if (there.code !== 0) return { branch, outcome: 'failed', fault: there.stopped ? 'time_limit' : 'other' };
  const hooks = skipHooks ? NO_HOOKS : [];
  for (const { commit, mainline } of steps) {
    const words = ['cherry-pick', '-x', '--allow-empty-message', ...(mainline ? ['-m', '1'] : []), commit];
    const picked = await git([...hooks, ...words]);
    if (picked.code === 0) continue;
    const unmerged = await git(['diff', '--name-only', '--diff-filter=U', '-z']);
    const files = unmerged.out.split('\0').filter((file) => file !== '');
    if (files.length > 0) return { branch, outcome: 'conflicts', files };
    const isEmpty = (await git(['status', '--porcelain', '-z', '--untracked-files=no'])).out === '';
    if (isEmpty && (await git([...NO_HOOKS, 'cherry-pick', '--skip'])).code === 0) continue;
    return { branch, outcome: 'failed', fault: await faultOf(picked) };

    async function faultOf(said: Awaited<ReturnType<typeof git>>): Promise<MakeFault> {
      if (said.stopped) return 'time_limit';
      const known = FAULTS.find(([pattern]) => pattern.test(said.err))?.[1];
      if (known !== undefined || skipHooks) return known ?? 'other';
      // Only a hook can be why the same pick works without them; what this makes is not used.
      await git([...NO_HOOKS, 'cherry-pick', '--abort']);
      return (await git([...NO_HOOKS, ...words])).code === 0 ? 'hook' : 'other';
    }
  }
  const head = (await git(['rev-parse', '--verify', 'HEAD'])).out.trim();
  if (!/^[0-9a-f]{40,64}$/.test(head)) return { branch, outcome: 'failed', fault: 'other' };
  if (head === tip) return { branch, outcome: 'nothing_left' };
  const { files } = await changedFiles(path, tip, head);
  return { branch, outcome: 'made', move: { ref: `refs/heads/${branch}`, old: tip, new: head }, files };
}
