import { HOWS, type How, type Verdict } from './backport.ts';

/** The patch of a change and of its opposite, as `git patch-id --stable` names them. */
export interface Patch {
  patch: string;
  reverse: string;
}

interface PrintStep extends Patch {
  commit: string;
  subject: string;
}

/** What the fix can be recognised by. */
export interface FixPrint {
  /** The steps that change anything, oldest first. */
  steps: PrintStep[];
  /** All of them squashed; null when that cannot be said. */
  whole: Patch | null;
  /** Full commits that are the fix as a whole. */
  aliases: readonly string[];
  /** Trailers of commits made before count for nothing; milliseconds since the epoch. */
  sinceMs: number;
}

/** A commit of a branch that may say something about the fix. */
export interface BranchCommit {
  commit: string;
  atMs: number;
  subject: string;
  /** Commits that it says it was picked from. */
  picks: readonly string[];
  /** Commits that it says it takes back. */
  reverts: readonly string[];
  /** It names the hotfix in a trailer. */
  trailer: boolean;
  /** Null where it was not compared. */
  patch: string | null;
}

/** What a branch holds before its own commits are looked at. */
export interface Start {
  /** Steps of the fix in its history. */
  reached: ReadonlySet<string>;
  /** Merges that some commit says it takes back, with the commits that each brought. */
  merges: ReadonlyMap<string, ReadonlySet<string>>;
  /** Full commits that somebody named as the fix in this branch; all of them are in its history. */
  stated: readonly string[];
}

/** Steps by commit. */
type Steps = readonly string[];

/**
 * Whether a branch has the whole fix after all of its commits: what lands by history, equal patch, squash or trailer,
 * and what is taken back later, or taken back and brought in again.
 * @param commits those that the fix has not in its own history, parents before children
 */
export function landingOf(
  fix: FixPrint,
  commits: readonly BranchCommit[],
  start: Start,
): Extract<Verdict, { state: 'has_fix' | 'missing' }> {
  const all: Steps = fix.steps.map(({ commit }) => commit);
  const present = new Map<string, { how: How; commit: string | null }>();
  /** What a commit brought, and what one took away: for commits that take those back. */
  const carried = new Map<string, Steps>();
  const undone = new Map<string, Steps>();
  /** How a step landed last, also after it was taken back. */
  const lastHow = new Map<string, How>();
  let revertedBy: string | null = null;

  const land = (steps: Steps, how: How, commit: string | null): void => {
    for (const step of steps) {
      const before = present.get(step);
      if (before === undefined || HOWS.indexOf(how) < HOWS.indexOf(before.how))
        present.set(step, { how, commit });
      lastHow.set(step, present.get(step)?.how ?? how);
    }
    if (commit !== null) carried.set(commit, steps);
  };
  const takeBack = (steps: Steps, commit: string): void => {
    const had = steps.filter((step) => present.delete(step));
    if (had.length === 0) return;
    undone.set(commit, had);
    revertedBy = commit;
  };
  /** Of a merge: everything that one of its commits carries. */
  const broughtBy = (sha: string): Steps => {
    const [, brought] = [...start.merges].find(([merge]) => merge.startsWith(sha)) ?? [];
    return brought === undefined
      ? []
      : [...carried].flatMap(([commit, steps]) => (brought.has(commit) ? steps : []));
  };

  for (const step of all) {
    carried.set(step, [step]);
    if (start.reached.has(step)) land([step], 'contains', null);
  }
  for (const whole of fix.aliases) carried.set(whole, all);
  const isOwn = new Set(commits.map(({ commit }) => commit));
  for (const stated of start.stated) if (!isOwn.has(stated)) land(all, 'stated_commit', stated);

  for (const entry of commits) {
    const away = entry.reverts.flatMap((sha) => [...namedIn(carried, sha), ...broughtBy(sha)]);
    const again = entry.reverts.flatMap((sha) => namedIn(undone, sha));
    if (again.length > 0) {
      for (const step of again) land([step], lastHow.get(step) ?? 'patch_id', entry.commit);
      carried.set(entry.commit, again);
    } else if (away.length > 0) {
      takeBack(away, entry.commit);
    } else {
      const reversed = reversedBy(fix, entry.patch);
      if (reversed.some((step) => present.has(step))) takeBack(reversed, entry.commit);
      else for (const { steps, how } of landedBy(fix, entry, all)) land(steps, how, entry.commit);
    }
    if (start.stated.includes(entry.commit)) land(all, 'stated_commit', entry.commit);
  }

  const landed = all.map((step) => present.get(step));
  const steps = all.filter((step) => !present.has(step));
  if (steps.length > 0) return { state: 'missing', reverted_by: revertedBy, steps };
  const weakest = landed
    .filter((one) => one !== undefined)
    .reduce((a, b) => (HOWS.indexOf(b.how) >= HOWS.indexOf(a.how) ? b : a));
  return { state: 'has_fix', ...weakest };
}

function namedIn(known: ReadonlyMap<string, Steps>, sha: string): Steps {
  const found = [...known.keys()].find((commit) => commit.startsWith(sha));
  return found === undefined ? [] : (known.get(found) ?? []);
}

function reversedBy(fix: FixPrint, patch: string | null): Steps {
  if (patch === null) return [];
  if (fix.whole?.reverse === patch) return fix.steps.map(({ commit }) => commit);
  return fix.steps.filter(({ reverse }) => reverse === patch).map(({ commit }) => commit);
}

/** What one commit brings, by everything that it shows. */
function landedBy(fix: FixPrint, entry: BranchCommit, all: Steps): { steps: Steps; how: How }[] {
  const equal = fix.steps.filter(({ patch }) => patch === entry.patch).map(({ commit }) => commit);
  const isWhole = fix.whole !== null && fix.whole.patch === entry.patch;
  const picked = all.filter((step) => entry.picks.some((sha) => step.startsWith(sha)));
  const isAlias = fix.aliases.some((alias) => entry.picks.some((sha) => alias.startsWith(sha)));
  return [
    ...(isWhole ? [{ steps: all, how: 'patch_id' as const }] : []),
    ...(equal.length > 0 ? [{ steps: equal, how: 'patch_id' as const }] : []),
    ...(isAlias ? [{ steps: all, how: 'cherry_pick_trailer' as const }] : []),
    ...(picked.length > 0 ? [{ steps: picked, how: 'cherry_pick_trailer' as const }] : []),
    ...(picked.length === 0 && !isAlias ? byTrailer(fix, entry, all) : []),
  ];
}

/** A commit with the subject of one step is that step; any other that names the hotfix is taken for all of it. */
function byTrailer(fix: FixPrint, entry: BranchCommit, all: Steps): { steps: Steps; how: How }[] {
  if (!entry.trailer || entry.atMs < fix.sinceMs || entry.reverts.length > 0) return [];
  const same = fix.steps.filter(({ subject }) => subject === entry.subject).map(({ commit }) => commit);
  return [{ steps: same.length > 0 ? same : all, how: 'hotfix_trailer' }];
}
