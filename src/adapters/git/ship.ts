import { PulseError } from '../../core/errors.ts';
import { type NextVersion, nextAfterFile, nextVersion } from '../../core/ship/next-version.ts';
import type { RefMove } from '../../core/ship/plan.ts';
import type { ShipDraft, ShipWanted } from '../../core/ship/shipping.ts';
import { versionIn } from '../../core/ship/version-file.ts';
import type { Shipping } from '../../ports-ship.ts';
import { createDeployRuns } from '../deploy-command.ts';
import { runGit } from '../git.ts';
import { makeMerge } from './merge.ts';
import { exists, isPushed, pushMoves } from './push.ts';
import { commitOf } from './range.ts';
import { landedBy, requestMove } from './request.ts';
import { changedFiles, landedAt, releaseWith, type Seen, seenNow, tagsIn } from './ship-facts.ts';
import { type Target, targetOf } from './ship-target.ts';
import { checkSigning, makeTag, signingOf } from './tag.ts';
import { createWorktrees, type Worktrees } from './worktree.ts';

/**
 * Ships a fix: what would be pushed, made without moving anything, and the push itself.
 * @param root the user's checkout; nothing in it is moved or written
 * @param home `<git common dir>/hotfix-pulse`
 * @param env of deploy and verification commands
 */
export function createShipping(
  root: string,
  home: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Shipping {
  const worktrees = createWorktrees(root, home);
  return {
    plan: (wanted) => planShip(root, worktrees, wanted),
    push: (wanted) => pushMoves(root, wanted),
    isPushed: (remote, moves) => isPushed(root, remote, moves),
    commitOf: (ref) => commitOf(root, ref),
    request: (wanted) => requestMove(root, wanted),
    landed: (wanted) => landedBy(root, wanted),
    has: async (objects) => (await Promise.all(objects.map((one) => exists(root, one)))).every(Boolean),
    ...createDeployRuns(worktrees, env),
  };
}

/** @throws PulseError when it cannot be planned, with what to do */
async function planShip(root: string, worktrees: Worktrees, wanted: ShipWanted): Promise<ShipDraft> {
  await worktrees.sweep();
  const seen = await seenNow(root, wanted);
  const target = await targetOf(root, seen, wanted);
  const { branch, base, notes } = target;
  const next = await versionFor(root, seen, target, wanted);
  const released = await releaseWith(root, seen, wanted.commit);
  const landed =
    branch !== null
      ? await landedAt(root, wanted.commit, branch.tip)
      : released && (await commitOf(root, `refs/tags/${released}`));
  if (landed !== null) return landedDraft(root, seen, target, wanted, { landed, next });
  const signing = await signingOf(root);
  if (signing.commits || (signing.tags && next !== null)) await checkSigning(root, wanted.commit);
  const version =
    wanted.version_file === undefined || next === null
      ? null
      : { path: wanted.version_file, version: next.version };
  const { message, skip_hooks } = wanted;
  const merged = branch
    ? await makeMerge(root, worktrees, {
        ...{ onto: branch.tip, commit: wanted.commit, message, version, skip_hooks },
      })
    : version
      ? await makeMerge(root, worktrees, {
          ...{ onto: wanted.commit, commit: null, message, version, skip_hooks },
        })
      : null;
  if (branch !== null && merged?.state === 'nothing') {
    notes.push(`${branch.name} has the content of the fix already.`);
    return landedDraft(root, seen, target, wanted, { landed: branch.tip, next });
  }
  notes.push(...(merged?.notes ?? []));
  const ships = merged?.state === 'made' ? merged.commit : wanted.commit;
  const tag =
    next === null
      ? null
      : await makeTag(root, {
          ...{ name: next.tag, commit: ships, message: wanted.tag_message, sign: signing.tags },
        });
  if (branch === null && tag === null) throw nothingToPush();
  const moves: RefMove[] = [
    ...(branch ? [{ ref: `refs/heads/${branch.name}`, old: branch.tip, new: ships }] : []),
    ...(tag && next ? [{ ref: `refs/tags/${next.tag}`, old: null, new: tag }] : []),
  ];
  const files = await changedFiles(root, branch?.tip ?? base, ships);
  return {
    ...{ way: seen.remote === null ? 'by_hand' : 'push', remote: seen.remote, branch: branch?.name ?? null },
    ...{ moves, ships, tag: next?.tag ?? null, ...files, notes },
    commands: commandsOf(seen.remote, moves, wanted.skip_hooks),
  };
}

/** The fix came in another way, such as a pull request: at most its tag is missing. */
async function landedDraft(
  root: string,
  seen: Seen,
  { branch, base, notes }: Target,
  wanted: ShipWanted,
  { landed, next }: { landed: string; next: NextVersion | null },
): Promise<ShipDraft> {
  const released = await releaseWith(root, seen, landed);
  const isMissing = released === null && next !== null;
  const signing = await signingOf(root);
  if (isMissing && signing.tags) await checkSigning(root, landed);
  const moves: RefMove[] = isMissing
    ? [
        {
          ref: `refs/tags/${next.tag}`,
          old: null,
          new: await makeTag(root, {
            ...{ name: next.tag, commit: landed, message: wanted.tag_message, sign: signing.tags },
          }),
        },
      ]
    : [];
  return {
    ...{ way: 'landed', remote: seen.remote, branch: branch?.name ?? null, moves, ships: landed },
    tag: isMissing ? next.tag : released,
    ...(await changedFiles(root, base, landed)),
    commands: moves.length > 0 ? commandsOf(seen.remote, moves, wanted.skip_hooks) : [],
    notes: [
      ...notes,
      `The fix is in ${branch?.name ?? 'production'} already; ${isMissing ? 'its tag is not there yet' : 'nothing is left to push'}.`,
    ],
  };
}

function nothingToPush(): PulseError {
  return new PulseError(
    'not_configured',
    'there is neither a branch to push to nor a release tag to count the next version from',
    'set deploy.branch in hotfix-pulse.config.json to the branch that production runs, then call again',
  );
}

/** The next version, from the release tags in what ships, else from the version file. */
async function versionFor(
  root: string,
  seen: Seen,
  { branch, base, notes }: Target,
  wanted: ShipWanted,
): Promise<NextVersion | null> {
  const tip = branch?.tip ?? base;
  const released = await tagsIn(root, [tip, wanted.commit], wanted.release_tags);
  const counted = nextVersion(released, seen.tags, wanted.base);
  if (!('none' in counted)) return counted;
  if (counted.none === 'no_release' && wanted.version_file !== undefined) {
    const { code, out } = await runGit(root, ['cat-file', 'blob', `${tip}:${wanted.version_file}`]);
    const current = code === 0 ? versionIn(wanted.version_file, out) : null;
    const after = current === null ? counted : nextAfterFile(current, seen.tags);
    if (!('none' in after)) return after;
  }
  notes.push(
    counted.none === 'no_release'
      ? 'No tag is made: there is no release tag to count from.'
      : 'No tag is made: release tags of several families are there, and nothing says which one this is; set git.release_tags.',
  );
  return null;
}

function commandsOf(remote: string | null, moves: readonly RefMove[], skipHooks: boolean): string[][] {
  if (remote !== null) {
    const specs = moves.map(({ ref, new: next }) => `${next}:${ref}`);
    return [['git', 'push', '--atomic', ...(skipHooks ? ['--no-verify'] : []), remote, ...specs]];
  }
  return moves.flatMap(({ ref, new: next }) => {
    const name = ref.replace(/^refs\/(?:heads|tags)\//, '');
    return ref.startsWith('refs/tags/')
      ? [['git', 'tag', name, next]]
      : [
          ['git', 'switch', name],
          ['git', 'merge', '--ff-only', next],
        ];
  });
}
