import {
  type Rehearsal,
  type RehearsalWanted,
  rollbackMessage,
  type TakenBack,
} from '../../core/ship/rollback.ts';
import { runGit, runGitGroup } from '../git.ts';
import { isAncestor } from './branch.ts';
import { filesBetween, plannedFiles, touchedBy } from './rollback-files.ts';
import { type Listed, listScope } from './rollback-scope.ts';
import { makeObject, mergeTrees, NOBODY, OBJECT, takeBack, treesOf } from './rollback-steps.ts';
import { SILENT_SIGNING, signingOf } from './tag.ts';

const SIGN_MS = 15_000;

/**
 * Takes the changes back at production's tip, newest first, and makes the commit of it. There is no checkout: HEAD,
 * the index and the working tree may be in any state, hooks and filters do not run, and no ref moves. What comes out
 * is what `git revert` (with `-m 1` for a merge) makes of it: both are the same three-way merges.
 * @throws PulseError invalid_input or not_configured for a scope that cannot be taken back, upstream when git cannot write
 */
export async function rehearse(root: string, wanted: RehearsalWanted): Promise<Rehearsal> {
  const from = Date.now();
  const { scope, tip } = wanted;
  if (scope.kind === 'ahead') return rehearseAhead(root, wanted, from);
  const listed = await listScope(root, scope, tip);
  const own = await ownLine(root, listed, tip);
  const { tree, changes, conflicts } = await takeBack(root, listed, tip, own);
  const isGone = changes.every(({ state }) => state === 'already_gone');
  const outcome = conflicts.length > 0 ? 'conflicts' : isGone ? 'nothing_left' : 'applies';
  const touched = await touchedBy(root, listed);
  if (outcome !== 'applies') {
    const rest = { commit: null, tree: null, files: [], file_count: 0, good: null, notes: notesOn(changes) };
    return { outcome, scope, tip, changes, conflicts, ...rest, ...touched, ms: Date.now() - from };
  }
  const applied = changes.filter(({ state }) => state === 'applies');
  const made = await makeCommit(root, tree, tip, rollbackMessage(wanted.label, applied));
  return {
    ...{ outcome, scope, tip, changes, conflicts, commit: made.commit, tree },
    ...(await plannedFiles(root, tip, made.commit)),
    ...touched,
    good: await compared(root, tree, wanted.good ?? (scope.kind === 'range' ? scope.good : null)),
    notes: [...notesOn(changes), ...made.notes],
    ms: Date.now() - from,
  };
}

/** What a deploy would bring, and what production holds after it was taken back: what it holds now. */
async function rehearseAhead(root: string, wanted: RehearsalWanted, from: number): Promise<Rehearsal> {
  const { scope, tip } = wanted;
  const { newest } = scope;
  const isIn = await isAncestor(root, newest, tip);
  const { tree, conflicts } = isIn ? { tree: '', conflicts: [] } : await mergeTrees(root, tip, newest);
  const merge =
    tree === '' || conflicts.length > 0
      ? null
      : await makeObject(root, ['commit-tree', '-m', 'merge', '-p', tip, '-p', newest, tree]);
  const before = merge === null ? null : { commit: merge, parents: [tip] };
  const back = (await treesOf(root, [tip])).get(tip) ?? null;
  return {
    ...{ outcome: isIn ? 'nothing_left' : merge === null ? 'conflicts' : 'applies', scope, tip, conflicts },
    ...{ changes: [], commit: null, tree: back },
    ...(merge === null ? { files: [], file_count: 0 } : await plannedFiles(root, merge, tip)),
    ...(await touchedBy(root, before === null ? [] : [before])),
    good: merge === null ? null : { commit: tip, equal: true, files: 0 },
    notes: [],
    ms: Date.now() - from,
  };
}

/** Merges of the changes that are on production's own line. */
async function ownLine(root: string, listed: readonly Listed[], tip: string): Promise<Set<string>> {
  const merges = listed.filter(({ parents }) => parents.length > 1);
  const oldest = merges.at(-1);
  if (oldest === undefined) return new Set();
  const args = ['rev-list', '--first-parent', tip, `^${oldest.parents[0] ?? ''}`, '--'];
  return new Set((await runGit(root, args)).out.split('\n'));
}

/** Commits with who is set as author, signed where that is set and asks nobody. */
async function makeCommit(
  root: string,
  tree: string,
  parent: string,
  message: string,
): Promise<{ commit: string; notes: string[] }> {
  const notes: string[] = [];
  const knows = (await runGit(root, ['var', 'GIT_COMMITTER_IDENT'])).code === 0;
  if (!knows) notes.push('git does not know who you are here, so the revert is by hotfix-pulse');
  const env = knows ? {} : NOBODY;
  const words = ['commit-tree', '-p', parent, '-F', '-', tree];
  if ((await signingOf(root)).commits) {
    const [first = '', ...rest] = words;
    const options = { env: { ...env, ...SILENT_SIGNING }, input: message, timeoutMs: SIGN_MS };
    const signed = await runGitGroup(root, [first, '-S', ...rest], options);
    if (signed.code === 0 && OBJECT.test(signed.out.trim())) return { commit: signed.out.trim(), notes };
    notes.push('the revert is not signed: the key would have asked somebody');
  }
  return { commit: await makeObject(root, words, { env, input: message }), notes };
}

async function compared(root: string, tree: string, good: string | null): Promise<Rehearsal['good']> {
  if (good === null) return null;
  const files = await filesBetween(root, tree, good, false);
  return { commit: good, equal: files.length === 0, files: files.length };
}

const short = (commit: string): string => commit.slice(0, 10);

function notesOn(changes: readonly TakenBack[]): string[] {
  return changes.flatMap(({ commit, shape, state, brings_back: back, inner_merge: inner }) => [
    ...(state === 'already_gone'
      ? [`${short(commit)}: nothing of it is left in production, so it is passed over`]
      : []),
    ...(shape === 'octopus' && state !== 'already_gone'
      ? [`${short(commit)} merged several branches at once: all of them are taken back`]
      : []),
    ...(inner
      ? [`${short(commit)} is a merge inside a branch: taking it back takes out what that branch took in`]
      : []),
    ...(back !== null && state !== 'already_gone'
      ? [`${short(commit)} is a revert itself: what it took back (${short(back)}) comes in again`]
      : []),
  ]);
}
