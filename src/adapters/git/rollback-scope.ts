import { PulseError } from '../../core/errors.ts';
import type { RollbackScope } from '../../core/ship/rollback.ts';
import { runGit } from '../git.ts';
import { isAncestor } from './branch.ts';
import { commitOf } from './range.ts';

/** A range of more changes is no rollback any more, and nobody could read its plan. */
const MOST_CHANGES = 1_000;
const TWO_ENDS = /^(\S+?)\.\.(?!\.)(\S+)$/;
/** Wherever HEAD is says nothing about production. */
const HEAD = /(?:^|\/)(?:@|[A-Z_]*HEAD)(?:$|[~^@])/;

/** A commit on the line that is taken back, with what stands before it. */
export interface Listed {
  commit: string;
  tree: string;
  parents: string[];
  /** Full or abbreviated commits that its message says it takes back. */
  takes_back: string[];
}

/**
 * What somebody named: `good..newest`, or one commit, tag or branch for the one change that it ends in.
 * @throws PulseError invalid_input, not_found
 */
export async function namedScope(root: string, text: string): Promise<RollbackScope> {
  const named = text.trim();
  const [, from, to] = TWO_ENDS.exec(named) ?? [];
  if (from === undefined || to === undefined) return { kind: 'change', newest: await named1(root, named) };
  const [good, newest] = [await named1(root, from), await named1(root, to)];
  if (good !== newest && (await isAncestor(root, good, newest))) return { kind: 'range', good, newest };
  throw new PulseError(
    'invalid_input',
    'the range is empty, or its beginning is not before its end',
    `give the last good commit or release first, then the newest bad one: "v1.3.0..v1.4.0"${await shallowHint(root)}`,
  );
}

async function named1(root: string, name: string): Promise<string> {
  const commit = HEAD.test(name) ? null : await commitOf(root, name);
  if (commit !== null) return commit;
  throw new PulseError(
    'not_found',
    'range names no tag, branch or commit of this repository (HEAD is never taken)',
    'give one commit or merge ("1a2b3c4d"), or two ends ("v1.3.0..v1.4.0"); fetch first if it is newer than the last fetch',
  );
}

/**
 * The changes of a scope, newest first, along first parents.
 * @throws PulseError invalid_input for what is not in production or cannot be taken back, not_configured when history is missing
 */
export async function listScope(root: string, scope: RollbackScope, tip: string): Promise<Listed[]> {
  if (!(await isAncestor(root, scope.newest, tip))) {
    throw new PulseError(
      'invalid_input',
      'that change is not in production, so there is nothing to take back',
      `name what is in the history of production's branch (git branch --contains tells)${await shallowHint(root)}`,
    );
  }
  const listed = await log(root, scope);
  const [first] = listed;
  if (first === undefined || listed.length > MOST_CHANGES) {
    throw new PulseError(
      'invalid_input',
      first === undefined ? 'the range holds no change' : `the range holds more than ${MOST_CHANGES} changes`,
      'name the changes that did harm, or redeploy the last good release (deploy.rollback_command)',
    );
  }
  if (listed.some(({ parents }) => parents.length === 0)) {
    const hint = await shallowHint(root);
    throw hint === ''
      ? new PulseError('invalid_input', 'the very first commit cannot be taken back', 'name a later change')
      : new PulseError(
          'not_configured',
          'this clone is shallow and does not have what stood before that change',
          'run: git fetch --unshallow --tags, then call again',
        );
  }
  return listed;
}

async function log(root: string, scope: RollbackScope): Promise<Listed[]> {
  const range =
    scope.kind === 'range'
      ? ['--first-parent', `--max-count=${MOST_CHANGES + 1}`, scope.newest, `^${scope.good}`]
      : ['--max-count=1', scope.newest];
  const format = '--format=%H %T %P%n%B';
  const { code, out } = await runGit(root, ['log', '-z', '--no-show-signature', format, ...range, '--']);
  if (code !== 0) {
    throw new PulseError(
      'upstream',
      'git could not read the history of that change',
      'run git fsck, or work in a fresh clone; the commands by hand are: git revert -m 1 for a merge, git revert else',
    );
  }
  return out
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const end = entry.indexOf('\n');
      const [commit = '', tree = '', ...parents] = entry
        .slice(0, end < 0 ? undefined : end)
        .trim()
        .split(' ');
      const body = end < 0 ? '' : entry.slice(end, end + 20_000);
      const takes_back = [...body.matchAll(/\bThis reverts commit ([0-9a-f]{7,64})\b/g)].map(
        ([, sha = '']) => sha,
      );
      return { commit, tree, parents, takes_back };
    });
}

/**
 * The change of production's own line that brought a commit in: itself, or the merge that holds it. With a label also
 * the commits right before it that carry the hotfix's trailer: a fix of several commits without a merge.
 * @param label `hotfix-001`
 * @throws PulseError not_found, invalid_input when production has not got it
 */
export async function broughtBy(
  root: string,
  ref: string,
  tip: string,
  label: string,
): Promise<{ scope: RollbackScope; inside: number | null }> {
  const commit = await commitOf(root, ref);
  if (commit === null || !(await isAncestor(root, commit, tip))) {
    throw new PulseError(
      commit === null ? 'not_found' : 'invalid_input',
      'the deployed commit of the record is not in the history of production',
      'fetch, or pass range: the merge or commit that brought the hotfix in',
    );
  }
  const list = async (...args: string[]): Promise<string[]> =>
    (await runGit(root, ['rev-list', ...args, '--'])).out.split('\n').filter((row) => row !== '');
  // Production's own line goes through the first parent; whatever comes in by another was merged.
  const line = await list('--first-parent', tip, `^${commit}^@`);
  if (!line.includes(commit)) {
    const after = new Set(await list('--ancestry-path', tip, `^${commit}`));
    const merge = line.findLast((one) => after.has(one)) ?? tip;
    const [count] = await list('--count', '--no-merges', merge, `^${merge}^1`);
    return { scope: { kind: 'change', newest: merge }, inside: Number(count) };
  }
  return { scope: await withTrailers(root, commit, label), inside: null };
}

/** A fix of several commits that went in one after the other is one range; everything else is one change. */
async function withTrailers(root: string, commit: string, label: string): Promise<RollbackScope> {
  const format = '--format=%P%x09%(trailers:key=Hotfix,valueonly,separator=%x2C)';
  const { out } = await runGit(root, ['log', '--first-parent', '--max-count=50', format, commit, '--']);
  const rows = out.split('\n').map((row) => {
    const [parents = '', trailers = ''] = row.split('\t');
    const isOurs = trailers.split(',').some((value) => value.trim() === label);
    return { parents: parents.split(' ').filter((one) => one !== ''), isOurs };
  });
  const end = rows.findIndex(({ parents, isOurs }) => !isOurs || parents.length !== 1);
  const good = rows[(end < 0 ? rows.length : end) - 1]?.parents[0];
  return good === undefined || end === 1
    ? { kind: 'change', newest: commit }
    : { kind: 'range', good, newest: commit };
}

/** Ends a hint where a shallow clone may be to blame; else nothing. */
async function shallowHint(root: string): Promise<string> {
  const { out } = await runGit(root, ['rev-parse', '--is-shallow-repository']);
  return out.trim() === 'true' ? '; this clone is shallow: git fetch --unshallow --tags' : '';
}
