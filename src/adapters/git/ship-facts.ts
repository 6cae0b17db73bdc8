import { PulseError } from '../../core/errors.ts';
import { isReleaseTag } from '../../core/ship/next-version.ts';
import { MOST_FILES, type PlannedFile } from '../../core/ship/plan.ts';
import type { ShipWanted } from '../../core/ship/shipping.ts';
import { runGit, runGitGroup } from '../git.ts';
import { isAncestor } from './branch.ts';
import { fetchRemote, pickRemote, silentEnv } from './fetch.ts';
import { remoteRefs } from './push.ts';

/** Walking a long history without a commit graph takes its time, and half an answer would be a wrong one. */
const WALK = { timeoutMs: 60_000 };

/** The remote (or, without one, this repository) at this moment. */
export interface Seen {
  remote: string | null;
  branches: { name: string; tip: string }[];
  /** Short name of the default branch. */
  head: string | null;
  /** Names of all tags, here and there. */
  tags: string[];
  /** True for a tag that the remote has; without a remote, that is here. */
  isPublished(tag: string): boolean;
  /** Brings a branch's objects here, where a narrow clone has not fetched it; moves no ref. */
  bring(branch: { name: string; tip: string }): Promise<void>;
}

/**
 * Fetches, and reads what is there.
 * @throws PulseError upstream when the remote does not answer, not_configured for a shallow clone or an unknown remote
 */
export async function seenNow(root: string, wanted: ShipWanted): Promise<Seen> {
  const shallow = (await runGit(root, ['rev-parse', '--is-shallow-repository'])).out.trim() === 'true';
  if (shallow) {
    throw new PulseError(
      'not_configured',
      'this is a shallow clone: release tags and the history that a merge needs are missing',
      'run: git fetch --unshallow --tags, then call again',
    );
  }
  const remote = await remoteOf(root, wanted);
  if (remote === null) return seenHere(root);
  const fetched = await fetchRemote(root, `${remote}/`);
  if (fetched.state !== 'fetched') {
    throw new PulseError(
      'upstream',
      'the remote could not be fetched, and a deploy is planned on nothing older than what is there now',
      'check the network and that git fetch works in a terminal, then call again',
    );
  }
  const { refs, head } = await remoteRefs(root, remote);
  return {
    ...{ remote, head, branches: branchesIn(refs) },
    tags: [...new Set([...(await localTags(root)), ...tagNamesIn(refs)])],
    isPublished: (tag) => refs.has(`refs/tags/${tag}`),
    async bring({ name, tip }) {
      if ((await runGit(root, ['cat-file', '-e', `${tip}^{commit}`])).code === 0) return;
      const flags = ['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--refmap='];
      const args = ['fetch', '--quiet', ...flags, '--end-of-options', remote, `refs/heads/${name}`];
      await runGitGroup(root, args, { timeoutMs: 30_000, env: await silentEnv(root) });
    },
  };
}

async function remoteOf(root: string, wanted: ShipWanted): Promise<string | null> {
  if (wanted.remote === undefined) return pickRemote(root, wanted.production ?? null);
  const names = (await runGit(root, ['remote'])).out.split('\n');
  if (names.includes(wanted.remote)) return wanted.remote;
  throw new PulseError(
    'not_configured',
    'deploy.remote of hotfix-pulse.config.json names no remote of this repository',
    'run git remote -v, and set deploy.remote to one of them',
  );
}

async function seenHere(root: string): Promise<Seen> {
  const { out } = await runGit(root, ['for-each-ref', '--format=%(objectname)%09%(refname)', 'refs/heads/']);
  const rows = out.split('\n').map((row) => row.split('\t'));
  const refs = new Map(rows.map(([object = '', name = '']) => [name, object]));
  const branches = branchesIn(refs);
  const head = ['main', 'master', 'trunk'].find((name) => branches.some((branch) => branch.name === name));
  const tags = await localTags(root);
  return {
    ...{ remote: null, branches, head: head ?? null, tags },
    isPublished: (tag) => tags.includes(tag),
    bring: async () => {},
  };
}

function branchesIn(refs: ReadonlyMap<string, string>): Seen['branches'] {
  return [...refs]
    .filter(([name]) => name.startsWith('refs/heads/'))
    .map(([name, tip]) => ({ name: name.slice('refs/heads/'.length), tip }));
}

function tagNamesIn(refs: ReadonlyMap<string, string>): string[] {
  return [...refs.keys()]
    .filter((name) => name.startsWith('refs/tags/'))
    .map((name) => name.slice('refs/tags/'.length));
}

async function localTags(root: string): Promise<string[]> {
  const { out } = await runGit(root, ['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/tags/']);
  return out.split('\n').filter((name) => name !== '');
}

/** Release tags in the history of any of these commits. */
export async function tagsIn(
  root: string,
  commits: readonly string[],
  pattern: string | undefined,
): Promise<string[]> {
  const found = new Set<string>();
  for (const commit of commits) {
    const args = ['for-each-ref', `--merged=${commit}`, '--format=%(refname:lstrip=2)', '--'];
    const { out } = await runGit(root, [...args, `refs/tags/${pattern ?? ''}`], WALK);
    for (const name of out.split('\n')) if (isReleaseTag(name)) found.add(name);
  }
  return [...found];
}

/** A published release tag whose history has a commit; null without one. */
export async function releaseWith(root: string, seen: Seen, commit: string): Promise<string | null> {
  const { out } = await runGit(root, ['tag', '--sort=version:refname', '--contains', commit], WALK);
  return out.split('\n').find((name) => isReleaseTag(name) && seen.isPublished(name)) ?? null;
}

/** The commit by which a branch got the fix, on the branch's own line; null when it has it not. */
export async function landedAt(root: string, commit: string, tip: string): Promise<string | null> {
  if (!(await isAncestor(root, commit, tip))) return null;
  const { out } = await runGit(root, ['rev-list', '--first-parent', `${commit}..${tip}`], WALK);
  // Newest first; those that have it come before those that have not.
  const line = out.split('\n').filter((sha) => sha !== '');
  let [has, hasNot] = [0, line.length];
  while (has < hasNot) {
    const at = Math.floor((has + hasNot) / 2);
    if (await isAncestor(root, commit, line[at] ?? '')) has = at + 1;
    else hasNot = at;
  }
  const first = line[has - 1];
  if (first === undefined) return tip;
  const before = (await runGit(root, ['rev-parse', '--verify', '--quiet', `${first}^1`])).out.trim();
  return before === commit ? commit : first;
}

const CHANGES: Record<string, PlannedFile['change']> = { A: 'added', D: 'deleted', R: 'renamed' };

/** What changes between two commits, the first of them named. */
export async function changedFiles(
  root: string,
  from: string,
  to: string,
): Promise<{ files: PlannedFile[]; file_count: number }> {
  const args = ['diff-tree', '-r', '-z', '--name-status', '--find-renames', '--no-commit-id', from, to, '--'];
  const fields = (await runGit(root, args, WALK)).out.split('\0');
  const files: PlannedFile[] = [];
  for (let at = 0; at + 1 < fields.length; ) {
    const letter = fields[at]?.[0] ?? '';
    // A rename and a copy name both ends.
    const step = letter === 'R' || letter === 'C' ? 3 : 2;
    const path = fields[at + step - 1] ?? '';
    files.push({ path, change: CHANGES[letter] ?? (letter === 'C' ? 'added' : 'modified') });
    at += step;
  }
  return { files: files.slice(0, MOST_FILES), file_count: files.length };
}
