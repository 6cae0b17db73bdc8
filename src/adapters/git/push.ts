import { PulseError } from '../../core/errors.ts';
import type { RefMove } from '../../core/ship/plan.ts';
import { type PushWanted, pushFault, pushRefusal } from '../../core/ship/push-verdict.ts';
import type { PushOutcome } from '../../core/ship/shipping.ts';
import { runGit, runGitGroup } from '../git.ts';
import { isAncestor } from './branch.ts';
import { fetchRemote, silentEnv } from './fetch.ts';

const LOOK_MS = 20_000;
/** A pre-push hook may run tests. */
const PUSH_MS = 300_000;
const REF = /^refs\/(?:heads|tags)\/[^\p{C}\s:*?[\\^~]+$/u;
const OBJECT = /^[0-9a-f]{40,64}$/;

export interface RemoteRefs {
  /** Full name to object; of a tag the tag object itself. */
  refs: ReadonlyMap<string, string>;
  /** Short name of the default branch. */
  head: string | null;
}

/**
 * Refs as the remote has them at this moment, by its configured name.
 * @param names full names; all branches and tags without any
 * @throws PulseError upstream when it does not answer
 */
export async function remoteRefs(
  root: string,
  remote: string,
  names: readonly string[] = [],
): Promise<RemoteRefs> {
  const patterns = names.length > 0 ? names : ['HEAD', 'refs/heads/*', 'refs/tags/*'];
  const args = ['ls-remote', '--quiet', '--symref', '--end-of-options', remote, ...patterns];
  const said = await runGitGroup(root, args, { timeoutMs: LOOK_MS, env: await silentEnv(root) });
  if (said.code !== 0) {
    throw new PulseError(
      'upstream',
      said.stopped ? 'the remote did not answer in time' : 'the remote could not be asked for its refs',
      'check the network and that git ls-remote works for it in a terminal, then call again',
    );
  }
  const refs = new Map<string, string>();
  let head: string | null = null;
  for (const row of said.out.split('\n')) {
    const [what = '', name = ''] = row.split('\t');
    if (what.startsWith('ref: refs/heads/') && name === 'HEAD') head = what.slice('ref: refs/heads/'.length);
    const isAsked = names.length === 0 || names.includes(name);
    if (OBJECT.test(what) && isAsked && REF.test(name) && !name.endsWith('^{}')) refs.set(name, what);
  }
  return { refs, head };
}

/**
 * Exactly these refs, in one atomic push, never forced. What the remote has is read before, and any difference to what
 * was planned refuses; it is read again afterwards, and a lost answer is settled by what is there.
 * @param limitMs time limit of the push itself, with its hook
 * @throws PulseError conflict on drift, unsafe for a move that would lose commits, upstream when it was not taken
 */
export async function pushMoves(root: string, wanted: PushWanted, limitMs = PUSH_MS): Promise<PushOutcome> {
  const { remote, moves } = wanted;
  const names = moves.map(({ ref }) => ref);
  const before = (await remoteRefs(root, remote, names)).refs;
  if (await isThere(root, wanted, before)) return 'already';
  checkDrift(wanted, before);
  await checkObjects(root, moves);
  const args = [
    ...['push', '--atomic', '--porcelain', '--no-follow-tags', '--recurse-submodules=check'],
    ...(wanted.skip_hooks ? ['--no-verify'] : []),
    ...['--', remote, ...moves.map(({ ref, new: next }) => `${next}:${ref}`)],
  ];
  const env = { ...(await silentEnv(root)), GPG_TTY: '' };
  const said = await runGitGroup(root, args, { timeoutMs: limitMs, env });
  const fault = pushFault({ code: said.stopped ? null : said.code, out: said.out, err: said.err });
  const after = await remoteRefs(root, remote, names).then(
    ({ refs }) => refs,
    () => null,
  );
  if (after === null) {
    if (fault === null) return 'pushed';
    if (fault !== 'timed_out' && fault !== 'unreachable') throw pushRefusal(fault, wanted);
    throw new PulseError(
      'upstream',
      'the connection was lost during the push, and the remote cannot be asked now: it is unknown whether it was taken',
      'call again with the same plan_id once the remote answers: it looks first and pushes only what is not there',
    );
  }
  if (await isThere(root, wanted, after)) return 'pushed';
  const isUntouched = names.every((ref) => after.get(ref) === before.get(ref));
  if (fault !== null && isUntouched) throw pushRefusal(fault, wanted);
  checkDrift(wanted, after);
  // A remote takes all refs at once unless it fails while it writes them.
  if (fault !== null) throw pushRefusal('in_part', wanted);
  throw new PulseError(
    'upstream',
    'git says that the push was taken, and the remote does not show it',
    'look at the remote by hand (a mirror may lag), then call again with the same plan_id',
  );
}

/** @throws PulseError upstream when the remote does not answer */
export async function isPushed(root: string, remote: string, moves: readonly RefMove[]): Promise<boolean> {
  const { refs } = await remoteRefs(
    root,
    remote,
    moves.map(({ ref }) => ref),
  );
  return isThere(root, { remote, moves }, refs);
}

/** True when the remote has all of it, also when its branch has gone on from there since. */
async function isThere(
  root: string,
  { remote, moves }: Pick<PushWanted, 'remote' | 'moves'>,
  refs: ReadonlyMap<string, string>,
): Promise<boolean> {
  if (moves.length === 0) return true;
  let hasFetched = false;
  for (const { ref, new: next } of moves) {
    const now = refs.get(ref);
    if (now === next) continue;
    if (now === undefined || !ref.startsWith('refs/heads/')) return false;
    if (!hasFetched && !(await exists(root, now))) {
      await fetchRemote(root, `${remote}/`);
      hasFetched = true;
    }
    if (!(await isAncestor(root, next, now))) return false;
  }
  return true;
}

/** Each is as it was, or as it is to be: a push that the remote took in part is made whole. */
function checkDrift(wanted: PushWanted, refs: ReadonlyMap<string, string>): void {
  for (const { ref, old, new: next } of wanted.moves) {
    const now = refs.get(ref) ?? null;
    if (now === old || now === next) continue;
    throw pushRefusal(ref.startsWith('refs/tags/') && old === null ? 'tag_exists' : 'moved_on', wanted);
  }
}

async function checkObjects(root: string, moves: readonly RefMove[]): Promise<void> {
  for (const { ref, old, new: next } of moves) {
    if (!REF.test(ref) || !OBJECT.test(next)) throw unsafe();
    if (!(await exists(root, next))) {
      throw new PulseError(
        'conflict',
        'what the plan would push is no longer in this repository',
        'call again without plan_id: it makes the merge and the tag anew',
      );
    }
    if (ref.startsWith('refs/tags/') ? old !== null : old !== null && !(await isAncestor(root, old, next))) {
      throw unsafe();
    }
  }
}

function unsafe(): PulseError {
  return new PulseError(
    'unsafe',
    'the plan would replace a tag, or take commits away from a branch: that is never done',
    'call again without plan_id to plan anew; report it if it comes back',
  );
}

/** True for an object that is in this repository. */
export async function exists(root: string, object: string): Promise<boolean> {
  return (await runGit(root, ['cat-file', '-e', object])).code === 0;
}
