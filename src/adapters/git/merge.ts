import { readFileSync, writeFileSync } from 'node:fs';
import { PulseError } from '../../core/errors.ts';
import { versionProblem, withVersion } from '../../core/ship/version-file.ts';
import { runGit, runGitGroup } from '../git.ts';
import { hooksFolder, runHook } from './hooks.ts';
import { nobody, SILENT_SIGNING } from './tag.ts';
import { NO_HOOKS, type Worktrees } from './worktree.ts';

const STEP_MS = 120_000;
/** Conflicting files that a refusal names. */
const MOST = 10;

export interface MergeWanted {
  /** What it is made on: production, or the fix itself when only the version is raised. Full name. */
  onto: string;
  /** What is merged; null raises the version alone. */
  commit: string | null;
  message: string;
  /** A file whose version is raised in the same commit. */
  version: { path: string; version: string } | null;
  skip_hooks: boolean;
}

export type Merged =
  | { state: 'made'; commit: string; notes: string[] }
  /** There is nothing that the commit would change. */
  | { state: 'nothing'; notes: string[] };

/**
 * The merge commit, made in a temporary working tree with the repository's own hooks. No ref points to it.
 * @param root the user's checkout, for its hooks
 * @throws PulseError conflict naming the files, upstream for a hook, not_configured when nobody can commit
 */
export async function makeMerge(root: string, worktrees: Worktrees, wanted: MergeWanted): Promise<Merged> {
  const tree = await worktrees.add(wanted.onto);
  const git = (...args: string[]) =>
    runGitGroup(tree.path, [...NO_HOOKS, '-c', 'rerere.enabled=false', ...args], {
      timeoutMs: STEP_MS,
      env: SILENT_SIGNING,
    });
  try {
    if ((await runGit(tree.path, ['var', 'GIT_COMMITTER_IDENT'])).code !== 0) throw nobody();
    if (wanted.commit !== null) await merge(git, wanted.commit);
    const notes = wanted.version === null ? [] : await raise(git, tree.path, wanted.version);
    const same = await git('diff-index', '--cached', '--quiet', wanted.onto, '--');
    if (same.code === 0) return { state: 'nothing', notes };
    const file = (await git('rev-parse', '--path-format=absolute', '--git-path', 'MERGE_MSG')).out.trim();
    writeFileSync(file, `${wanted.message.trimEnd()}\n`);
    if (!wanted.skip_hooks) await hooks(root, tree.path, file, wanted.commit !== null);
    if (readFileSync(file, 'utf8').trim() === '') writeFileSync(file, wanted.message);
    const made = await git('commit', '--quiet', '--no-verify', '--cleanup=whitespace', '-F', file);
    if (made.code !== 0) {
      throw new PulseError(
        'upstream',
        'git could not commit the merge in a temporary working tree',
        'merge by hand in a worktree of your own to see what git says; if commits are signed, unlock the key first',
      );
    }
    const [commit = '', ...parents] = (await git('rev-list', '--parents', '--max-count=1', 'HEAD')).out
      .trim()
      .split(' ');
    const isAsPlanned = parents[0] === wanted.onto && (wanted.commit === null ? parents.length === 1 : true);
    if (!isAsPlanned || (wanted.commit !== null && parents[1] !== wanted.commit)) {
      throw new PulseError(
        'unsafe',
        'the merge has other parents than production and the fix',
        'a hook or a setting has changed it; merge by hand, or plan with skip_hooks',
      );
    }
    return { state: 'made', commit, notes };
  } finally {
    await tree.remove();
  }
}

type Git = (...args: string[]) => ReturnType<typeof runGitGroup>;

async function merge(git: Git, commit: string): Promise<void> {
  const flags = ['--no-ff', '--no-commit', '--no-autostash', '--no-squash', '--quiet'];
  const ran = await git('merge', ...flags, '--', commit);
  if (ran.code === 0) return;
  const { out } = await git('diff', '--name-only', '--diff-filter=U', '-z');
  const files = out.split('\0').filter((name) => name !== '');
  if (files.length > 0) throw conflicts(files);
  throw new PulseError(
    'upstream',
    ran.stopped ? 'the merge took too long' : 'git refused to merge the fix into production',
    'merge by hand in a worktree of your own to see what git says (unrelated histories, a merge driver, signatures that are asked for)',
  );
}

function conflicts(files: readonly string[]): PulseError {
  const shown = files.slice(0, MOST).map((name) => (/^[\w@./+ -]{1,120}$/.test(name) ? name : '(odd name)'));
  const more = files.length > MOST ? `, and ${files.length - MOST} more` : '';
  return new PulseError(
    'conflict',
    `the fix conflicts with production in ${shown.join(', ')}${more}`,
    'merge production into the hotfix branch, settle the conflict there, run the checks on the result, then call again',
    { files: shown },
  );
}

/** Raises the version in the index, byte for byte otherwise; what cannot be raised is said and left. */
async function raise(
  git: Git,
  tree: string,
  { path, version }: { path: string; version: string },
): Promise<string[]> {
  const left = (why: string) => [`${path} keeps its version: ${why}.`];
  const [, mode, blob] =
    /^(100644|100755) ([0-9a-f]{40,64}) 0\t/.exec(
      (await git('--literal-pathspecs', 'ls-files', '--stage', '-z', '--', path)).out,
    ) ?? [];
  if (mode === undefined || blob === undefined) return left('there is no such file in production');
  const text = (await git('cat-file', 'blob', blob)).out;
  if (text.includes('\uFFFD') || text.includes('\0')) return left('it is no text');
  const edit = withVersion(path, text, version);
  if ('problem' in edit) return left(versionProblem(edit.problem));
  const hashed = await runGit(tree, ['hash-object', '-w', '--stdin'], { input: edit.text });
  const put = await git('update-index', '--cacheinfo', `${mode},${hashed.out.trim()},${path}`);
  if (hashed.code !== 0 || put.code !== 0) return left('git could not store it');
  await git('checkout-index', '--force', '--', path);
  const hasLock = /(?:^|\/)Cargo\.toml$/.test(path);
  return hasLock ? ['Cargo.lock names the version too: a build with --locked wants it updated.'] : [];
}

/** In the order in which git runs them at a merge. */
async function hooks(root: string, tree: string, file: string, isMerge: boolean): Promise<void> {
  const folder = await hooksFolder(root);
  if (folder === null) return;
  await runHook(tree, folder, isMerge ? 'pre-merge-commit' : 'pre-commit');
  await runHook(tree, folder, 'prepare-commit-msg', [file, isMerge ? 'merge' : 'message']);
  await runHook(tree, folder, 'commit-msg', [file]);
}
