import type { Fix, Verdict } from '../../core/ship/backport.ts';
import { type BranchCommit, type FixPrint, landingOf, type Start } from '../../core/ship/backport-landing.ts';
import { type Ask, whyUnanswered } from './ask.ts';
import { PLAIN_DIFF, patchIds } from './fix.ts';
import { commitOf } from './range.ts';

/** Newest commits of a branch that are looked through for what they say. */
const MOST_SAID = 20_000;
/** Newest commits that touch the files of the fix and are compared as patches. */
const MOST_COMPARED = 2_000;
/** Merges that some commit takes back. */
const MOST_MERGES = 20;

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

export interface LandingWanted {
  fix: Fix;
  print: FixPrint;
  /** Files of the fix that every equal patch touches one of. */
  paths: readonly string[];
  /** `hotfix-001` */
  label: string;
  /** Commits that somebody named as the fix in this branch; may be short. */
  stated: readonly string[];
  shallow: boolean;
}

/** Whether a branch has the fix. Reads only. @param tip full commit */
export async function verdictOf(ask: Ask, tip: string, wanted: LandingWanted): Promise<Verdict> {
  try {
    return await judge(ask, tip, wanted);
  } catch (error) {
    return { state: 'unknown', why: whyUnanswered(error) };
  }
}

async function judge(ask: Ask, tip: string, wanted: LandingWanted): Promise<Verdict> {
  const { fix, print } = wanted;
  const own = [tip, `^${fix.commit}`];
  const [said, patches, reached, stated] = await Promise.all([
    saidIn(ask, own, wanted.label),
    comparedIn(ask, own, wanted.paths),
    reachedFrom(ask, tip, fix),
    statedIn(ask, tip, wanted),
  ]);
  const telling = new Set([...said.keys(), ...patches.keys(), ...stated]);
  const commits = (await ordered(ask, own, telling)).map((commit) => ({
    ...{ commit, atMs: 0, subject: '', picks: [], reverts: [], trailer: false },
    ...said.get(commit),
    patch: patches.get(commit) ?? null,
  }));
  const merges = await takenBack(ask, tip, commits);
  const landing = landingOf(print, commits, { reached, merges, stated });
  if (landing.state === 'has_fix') return landing;
  const hasShared = await ask.yes(['merge-base', fix.commit, tip]);
  if (hasShared) return landing;
  return wanted.shallow ? { state: 'unknown', why: 'shallow' } : { state: 'diverged' };
}

/** Parents before children; only those that the fix has not in its own history. */
async function ordered(ask: Ask, own: readonly string[], telling: ReadonlySet<string>): Promise<string[]> {
  if (telling.size === 0) return [];
  const args = ['rev-list', '--topo-order', '--reverse', `--max-count=${MOST_SAID}`, ...own, '--'];
  return lines(await ask.out(args)).filter((commit) => telling.has(commit));
}

/** Commits that say something about a fix: picked from, taking back, of this hotfix. */
async function saidIn(
  ask: Ask,
  own: readonly string[],
  label: string,
): Promise<Map<string, Omit<BranchCommit, 'patch'>>> {
  const number = label.replace(/^hotfix-0*/, '');
  const trailer = new RegExp(`^hotfix:\\s*hotfix-0*${number}\\s*$`, 'im');
  const args = [
    ...['log', '-z', '--no-show-signature', '--no-color', '--no-decorate', '--no-notes', '--encoding=UTF-8'],
    ...['-E', '-i', `--grep=^hotfix:[[:space:]]*hotfix-0*${number}[[:space:]]*$`],
    ...['--grep=cherry picked from commit [0-9a-f]{7}', '--grep=reverts commit [0-9a-f]{7}'],
    ...[`--max-count=${MOST_SAID}`, '--format=%H%x00%ct%x00%s%x00%B', ...own, '--'],
  ];
  const fields = (await ask.out(args)).split('\0');
  const found = new Map<string, Omit<BranchCommit, 'patch'>>();
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [commit = '', seconds = '', subject = '', body = ''] = fields.slice(at, at + 4);
    found.set(commit, {
      ...{ commit, atMs: Number(seconds) * 1000, subject },
      picks: namedAfter(body, /\(cherry picked from commit ([0-9a-f]{7,64})\)/g),
      reverts: namedAfter(body, /\breverts commit ([0-9a-f]{7,64})\b/gi),
      trailer: trailer.test(body),
    });
  }
  return found;
}

function namedAfter(body: string, pattern: RegExp): string[] {
  return [...body.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** Patch ids of the commits that touch a file of the fix; an equal patch touches all of them. */
async function comparedIn(
  ask: Ask,
  own: readonly string[],
  paths: readonly string[],
): Promise<Map<string, string>> {
  if (paths.length === 0) return new Map();
  const list = ['rev-list', '--no-merges', '--full-history', `--max-count=${MOST_COMPARED}`, ...own, '--'];
  const commits = await ask.out([...list, ...paths], { env: { GIT_LITERAL_PATHSPECS: '1' } });
  if (commits === '') return new Map();
  return patchIds(
    ask,
    await ask.out(['diff-tree', '--stdin', '-r', '-p', ...PLAIN_DIFF], { input: commits }),
  );
}

/** Steps of the fix that are in the history of a branch. */
async function reachedFrom(ask: Ask, tip: string, fix: Fix): Promise<Set<string>> {
  const steps = fix.steps.map(({ commit }) => commit);
  if (await ask.yes(['merge-base', '--is-ancestor', fix.commit, tip])) return new Set(steps);
  if (steps.length < 2) return new Set();
  const missing = new Set(lines(await ask.out(['rev-list', fix.commit, `^${tip}`, '--'])));
  return new Set(steps.filter((step) => !missing.has(step)));
}

/** Full names of what somebody named, as far as it is in the history of the branch. */
async function statedIn(ask: Ask, tip: string, { stated }: LandingWanted): Promise<string[]> {
  const found: string[] = [];
  for (const name of stated) {
    const commit = /^[0-9a-f]{7,64}$/.test(name) ? await commitOf(ask.root, name) : null;
    if (commit !== null && (await ask.yes(['merge-base', '--is-ancestor', commit, tip]))) found.push(commit);
  }
  return found;
}

/** What each merge brought that a later commit takes back as a whole. */
async function takenBack(
  ask: Ask,
  tip: string,
  commits: readonly Pick<BranchCommit, 'reverts'>[],
): Promise<Start['merges']> {
  const named = [...new Set(commits.flatMap(({ reverts }) => reverts))].slice(0, MOST_MERGES);
  const merges = new Map<string, ReadonlySet<string>>();
  for (const name of named) {
    const commit = await commitOf(ask.root, `${name}^2`).then((side) =>
      side === null ? null : commitOf(ask.root, name),
    );
    if (commit === null || !(await ask.yes(['merge-base', '--is-ancestor', commit, tip]))) continue;
    merges.set(commit, new Set(lines(await ask.out(['rev-list', commit, `^${commit}^1`, '--']))));
  }
  return merges;
}
