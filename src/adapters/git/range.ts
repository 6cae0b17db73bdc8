import { PulseError } from '../../core/errors.ts';
import type { MarkKind } from '../../core/outward/github-facts.ts';
import type { ChangeRange, RangeWanted } from '../../core/ship/change-range.ts';
import { runGit } from '../git.ts';
import { isAncestor } from './branch.ts';
import { pickRemote } from './fetch.ts';

/** Changes that are looked at when nothing says what last worked. */
const WINDOW = 200;
/** Marks that are considered, newest first. */
const MOST_MARKS = 40;
/** Deploys that are considered, newest first. */
const MOST_DEPLOYS = 20;
/** Committers' clocks and monitoring differ by minutes. */
const SKEW_S = 300;

/** No control character, space or glob, nothing that could be an option, no reflog and no search by message. */
const REF = /^(?![-.])[^\p{C}\s:?*[\]\\{}]{1,250}$/u;
/** `v1.2.3`, `1.2`, `release-1.2.3`, `app@1.2.3`; not `v1.2.3-rc.1`, which is not what production runs. */
export const VERSION_TAG = /^(?:[A-Za-z][\w.@/-]*[-@/_])?[vV]?\d+\.\d+(?:\.\d+){0,2}(?:\+[\w.]+)?$/;
export const DEPLOY_TAG = /^(?:releases?|deploy(?:ed|ment)?s?|prod|production)[-/_.]/i;

/**
 * Full commit of a name that somebody gave; null when git knows none by that name. Never takes an option.
 */
export async function commitOf(root: string, ref: string): Promise<string | null> {
  if (!REF.test(ref)) return null;
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const { code, out } = await runGit(root, args);
  const sha = out.trim();
  return code === 0 && /^[0-9a-f]{40,64}$/.test(sha) ? sha : null;
}

async function given(root: string, ref: string, what: 'good' | 'bad'): Promise<string> {
  const commit = await commitOf(root, ref);
  if (commit !== null) return commit;
  throw new PulseError(
    'not_found',
    `${what} names no commit of this repository`,
    'give a tag, a branch or a commit that git rev-parse finds here; fetch first if it is newer than the last fetch',
  );
}

/** Refuses what has no history to look at. */
async function checkHistory(root: string): Promise<void> {
  const shallow = await runGit(root, ['rev-parse', '--is-shallow-repository']);
  if (shallow.code !== 0) {
    throw new PulseError(
      'not_configured',
      'git cannot read this repository',
      'run git status in the folder and mend what it says; meanwhile record what changed as a fact',
    );
  }
  if (shallow.out.trim() === 'true') {
    throw new PulseError(
      'not_configured',
      'this is a shallow clone: the history that holds the cause may be missing',
      'run: git fetch --unshallow --tags, then call again',
    );
  }
  const any = await runGit(root, ['rev-list', '--all', 'HEAD', '--max-count=1', '--']);
  const first = any.code === 0 ? any : await runGit(root, ['rev-list', '--all', '--max-count=1']);
  if (first.out.trim() === '') {
    throw new PulseError(
      'not_configured',
      'the repository has no commits',
      'there is nothing to suspect here; record what changed outside of it as a fact (what_changed)',
    );
  }
}

/**
 * Production and what last worked. Production: given, configured, the remote's default branch, `main`, `master`.
 * Last known good: given, else the latest release tag or recorded deploy before it that leaves at least one change
 * made before the harm began. Source: issue 4, item 1.
 * @throws PulseError not_configured (shallow, empty, unreadable, production unknown), not_found, invalid_input
 */
export async function findRange(root: string, wanted: RangeWanted): Promise<ChangeRange> {
  await checkHistory(root);
  const remote = await pickRemote(root, wanted.production ?? null);
  const bad = await productionOf(root, remote, wanted);
  const address =
    remote === null ? null : (await runGit(root, ['remote', 'get-url', '--', remote])).out.trim();
  const rest = { bad, remote: address === '' ? null : address };
  const none = { name: null, before: null, assumed: false };
  if (wanted.good !== undefined) {
    const good = await given(root, wanted.good, 'good');
    await checkGood(root, good, bad);
    return { good, basis: 'given', ...none, ...rest };
  }
  const { marks, isRelease } = await marksBefore(root, bad, wanted);
  const at = await firstThatExplains(root, marks, bad, wanted.startedMs);
  const mark = marks[at];
  if (mark !== undefined) {
    const before = marks.slice(at + 1).find((other) => other.name !== null)?.name ?? null;
    const isSaid = wanted.bad !== undefined || wanted.production !== undefined || isRelease;
    const assumed = mark.basis === 'release_tag' && !isSaid;
    const source = mark.source === undefined ? {} : { source: mark.source };
    return { good: mark.commit, basis: mark.basis, name: mark.name, before, assumed, ...source, ...rest };
  }
  const start = await runGit(root, ['rev-list', '--first-parent', '--max-count=1', `--skip=${WINDOW}`, bad]);
  return { good: start.out.trim() || null, basis: 'window', ...none, ...rest };
}

async function checkGood(root: string, good: string, bad: string): Promise<void> {
  if (good === bad) {
    throw new PulseError(
      'invalid_input',
      'good and bad are the same commit: there is no change between them',
      'give as good an older release or commit that still worked',
    );
  }
  if (await isAncestor(root, good, bad)) return;
  const base = (await runGit(root, ['merge-base', good, bad])).out.trim();
  throw new PulseError(
    'invalid_input',
    'good is not an ancestor of bad: production was not built on it',
    /^[0-9a-f]{40,64}$/.test(base)
      ? `give an ancestor as good; the last commit that both share is ${base.slice(0, 12)}`
      : 'they share no history; give an ancestor as good',
  );
}

async function productionOf(root: string, remote: string | null, wanted: RangeWanted): Promise<string> {
  if (wanted.bad !== undefined) return given(root, wanted.bad, 'bad');
  const far = (name: string): string[] => (remote === null ? [] : [`refs/remotes/${remote}/${name}`]);
  if (wanted.production !== undefined) {
    for (const ref of [...far(wanted.production), `refs/heads/${wanted.production}`, wanted.production]) {
      const commit = await commitOf(root, ref);
      if (commit !== null) return commit;
    }
    throw new PulseError(
      'not_found',
      'git.production of hotfix-pulse.config.json names no branch, tag or commit here',
      'mend the setting, fetch the branch, or pass bad',
    );
  }
  const usual = ['main', 'master'].flatMap((name) => [...far(name), `refs/heads/${name}`]);
  for (const ref of [...far('HEAD'), ...usual]) {
    const commit = await commitOf(root, ref);
    if (commit !== null) return commit;
  }
  throw new PulseError(
    'not_configured',
    'it is not known which branch production runs',
    'ask the user, then pass bad (branch, tag or commit), or set git.production in hotfix-pulse.config.json',
  );
}

interface Mark {
  commit: string;
  /** Tag name when it is plain enough to be shown. */
  name: string | null;
  basis: 'stated' | 'release_tag' | 'deploy_mark';
  at: number;
  source?: MarkKind;
}

/** What was released or deployed before production's commit, latest first; what a person stated comes before all. */
async function marksBefore(
  root: string,
  bad: string,
  wanted: RangeWanted,
): Promise<{ marks: Mark[]; isRelease: boolean }> {
  const pattern = wanted.releaseTags;
  const args = [
    ...['for-each-ref', `--merged=${bad}`, '--sort=-version:refname', '--sort=-creatordate'],
    ...['--format=%(objectname) %(*objectname) %(creatordate:unix) %(refname)'],
    `refs/tags/${pattern ?? ''}`,
  ];
  const { out } = await runGit(root, args);
  const tags = out.split('\n').flatMap((row): Mark[] => {
    const [, own = '', peeled = '', at = '', name = ''] =
      /^([0-9a-f]+) ([0-9a-f]*) (\d*) refs\/tags\/(.*)$/.exec(row) ?? [];
    const fits = pattern !== undefined || VERSION_TAG.test(name) || DEPLOY_TAG.test(name);
    if (own === '' || !fits) return [];
    const shown = /^[\w./@+-]{1,60}$/.test(name) ? name : null;
    return [{ commit: peeled || own, name: shown, basis: 'release_tag', at: Number(at) * 1000 }];
  });
  const found = await recorded(root, bad, wanted);
  // What a service knows of a release is its tag: one mark, with the name of the tag.
  const known = new Set(found.deploys.flatMap((one) => (one.source === undefined ? [] : [one.commit])));
  const named = found.deploys.map((one) =>
    one.source === undefined
      ? one
      : { ...one, name: tags.find((tag) => tag.commit === one.commit)?.name ?? null },
  );
  const before = [...named, ...tags.filter(({ commit }) => !known.has(commit))]
    .filter(({ commit }) => commit !== bad)
    .sort((a, b) => b.at - a.at);
  const marks = await nearestFirst(root, [...found.stated, ...before].slice(0, MOST_MARKS));
  return { marks, isRelease: tags.some(({ commit }) => commit === bad) };
}

async function recorded(
  root: string,
  bad: string,
  wanted: RangeWanted,
): Promise<{ stated: Mark[]; deploys: Mark[] }> {
  const marks = async (
    refs: readonly { ref: string; atMs: number; source?: MarkKind }[],
    basis: Mark['basis'],
  ): Promise<Mark[]> => {
    const all: Mark[] = [];
    for (const { ref, atMs, source } of refs) {
      const commit = await commitOf(root, ref);
      if (commit === null || commit === bad || !(await isAncestor(root, commit, bad))) continue;
      all.push({ commit, name: null, basis, at: atMs, ...(source === undefined ? {} : { source }) });
    }
    return all;
  };
  return {
    stated: await marks(wanted.stated, 'stated'),
    deploys: await marks(wanted.deploys.slice(0, MOST_DEPLOYS), 'deploy_mark'),
  };
}

/** Dates of tags lie; of the newest few, one that holds the others in its history is the later one. */
async function nearestFirst(root: string, marks: Mark[]): Promise<Mark[]> {
  const [first, second] = marks;
  if (!first || !second || first.basis === 'stated' || first.commit === second.commit) return marks;
  const commits = [...new Set(marks.slice(0, 8).map(({ commit }) => commit))];
  const { code, out } = await runGit(root, ['merge-base', '--independent', ...commits]);
  const tips = code === 0 ? out.split('\n') : [];
  if (tips.includes(first.commit)) return marks;
  const at = marks.findIndex(({ commit }) => tips.includes(commit));
  const tip = marks[at];
  return tip === undefined ? marks : [tip, ...marks.slice(0, at), ...marks.slice(at + 1)];
}

/** A range whose changes were all made after the harm began cannot hold its cause: the mark before it is meant. */
async function firstThatExplains(
  root: string,
  marks: readonly Mark[],
  bad: string,
  startedMs: number | null,
): Promise<number> {
  if (startedMs === null || marks[0]?.basis === 'stated') return 0;
  const until = Math.floor(startedMs / 1000) + SKEW_S;
  for (const [index, { commit }] of marks.slice(0, 8).entries()) {
    const args = ['rev-list', '--max-count=1', `--before=@${until}`, `${commit}..${bad}`];
    if ((await runGit(root, args)).out.trim() !== '') return index;
  }
  return 0;
}
