import { PulseError } from '../../core/errors.ts';
import type { RefMove } from '../../core/ship/plan.ts';
import type { Landed, LandedWanted, RequestWanted } from '../../core/ship/shipping.ts';
import { runGit } from '../git.ts';
import { isAncestor } from './branch.ts';
import { fetchRemote } from './fetch.ts';
import { exists, remoteRefs } from './push.ts';
import { commitOf } from './range.ts';

/** Merging a large tree in memory takes a moment. */
const MERGE = { timeoutMs: 30_000 };

/** What the branch has there, and what it gets: new or forward, never back. @throws PulseError conflict, upstream */
export async function requestMove(root: string, { remote, branch, commit }: RequestWanted): Promise<RefMove> {
  const ref = `refs/heads/${branch}`;
  const old = (await remoteRefs(root, remote, [ref])).refs.get(ref) ?? null;
  if (old !== null && !(await exists(root, old))) await fetchRemote(root, `${remote}/`);
  if (old === null || old === commit || ((await exists(root, old)) && (await isAncestor(root, old, commit))))
    return { ref, old, new: commit };
  throw new PulseError(
    'conflict',
    'the branch of the fix holds commits on the remote that the fix here has not',
    'bring them in (git pull on the hotfix branch), check the fix again (check_hotfix), then call again',
  );
}

/** @throws PulseError upstream when the remote does not answer */
export async function landedBy(
  root: string,
  { remote, base, commit, merged_as: merged }: LandedWanted,
): Promise<Landed | null> {
  const ref = `refs/heads/${base}`;
  const tip = (await remoteRefs(root, remote, [ref])).refs.get(ref);
  if (tip === undefined) return null;
  if (!(await exists(root, tip)) || !(await exists(root, merged))) await fetchRemote(root, `${remote}/`);
  const landed = await commitOf(root, merged);
  if (landed === null || !(await exists(root, tip)) || !(await isAncestor(root, landed, tip))) return null;
  if (await isAncestor(root, commit, landed)) return 'contains';
  const args = ['merge-tree', '--write-tree', '--no-messages', landed, commit];
  const merge = await runGit(root, args, MERGE);
  const tree = (await runGit(root, ['rev-parse', '--verify', '--quiet', `${landed}^{tree}`])).out.trim();
  return merge.code === 0 && tree !== '' && merge.out.trim() === tree ? 'same_content' : null;
}
