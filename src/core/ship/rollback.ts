import { classifyMigration, type MigrationClass, worstMigration } from './migration-signs.ts';
import type { PlannedFile } from './plan.ts';

/** What is to be taken back. Objects are full names. */
export type RollbackScope =
  /** Everything after `good` up to and with `newest`, along production's own line: a merge counts as one change. */
  | { kind: 'range'; good: string; newest: string }
  | { kind: 'change'; newest: string }
  /** A fix that is not in production yet: what its deploy would bring, and the way back from there. */
  | { kind: 'ahead'; newest: string };

/** One change that is taken back; a merge is taken back to its first parent. */
export interface TakenBack {
  commit: string;
  parent: string;
  shape: 'plain' | 'merge' | 'octopus';
  /** `already_gone`: nothing of it is left in production. `not_tried`: an earlier step conflicted. */
  state: 'applies' | 'conflicts' | 'already_gone' | 'not_tried';
  /** What this change had taken back itself, and what comes in again with it. */
  brings_back: string | null;
  /** A merge that is not on production's own line: taking it back takes out what a branch took in from elsewhere. */
  inner_merge: boolean;
}

/** A migration of the range, as it was when production got it. */
export interface TouchedMigration {
  path: string;
  class: MigrationClass;
  /** In our own words. */
  says: string[];
}

/** From the settings. */
export interface ProductionTipWanted {
  branch?: string | undefined;
  remote?: string | undefined;
  production?: string | undefined;
  release_tags?: string | undefined;
}

/** Where production's branch ends. `how` says in our own words why it is this branch. */
export type ProductionTip =
  | {
      /** `stale`: the remote did not answer, so this is what was last seen of it. */
      state: 'fresh' | 'stale';
      remote: string;
      /** Short name. */
      branch: string;
      tip: string;
      how: string;
      /** The released commit; null when that is unknown. */
      runs: string | null;
    }
  | { state: 'local'; remote: null; branch: string; tip: string; how: string; runs: string | null }
  | {
      state: 'unknown';
      /** `unreadable`: git does not take this folder for a repository any more. */
      problem: 'unreadable' | 'not_fetched' | 'no_such_branch' | 'unknown' | 'several' | 'moved_on';
      remote: string | null;
      /** Branches there are. */
      names: string[];
    };

export interface RehearsalWanted {
  scope: RollbackScope;
  /** Full name of what production's branch ends in. */
  tip: string;
  /** Known good, to compare with; null when nobody knows. */
  good: string | null;
  /** `hotfix-001` */
  label: string;
}

/** What happens when the changes are taken back, newest first, at production's tip. Nothing but objects is made. */
export interface Rehearsal {
  outcome: 'applies' | 'conflicts' | 'nothing_left';
  scope: RollbackScope;
  tip: string;
  /** Newest first. */
  changes: TakenBack[];
  /** Paths; from the repository. */
  conflicts: string[];
  /** The revert itself, made and in no branch; null unless it applies. For a fix that is not there yet: null. */
  commit: string | null;
  /** What production would hold. */
  tree: string | null;
  /** Production's files that change. */
  files: PlannedFile[];
  file_count: number;
  class: MigrationClass;
  migrations: TouchedMigration[];
  lock_files: string[];
  /** Kinds of all files in the range. */
  kinds: string[];
  /** How the result compares with the known good; null when there is none. */
  good: { commit: string; equal: boolean; files: number } | null;
  /** How it was made and what to weigh, in our own words. */
  notes: string[];
  ms: number;
}

const LOCK_FILE =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|poetry\.lock|Pipfile\.lock|uv\.lock|pdm\.lock|go\.sum|Cargo\.lock|Gemfile\.lock|composer\.lock|gradle\.lockfile|mix\.lock|packages\.lock\.json|pubspec\.lock|Package\.resolved|flake\.lock)$/i;

/** Files that pin dependencies: production has to install again after going back. */
export function lockFilesIn(paths: readonly string[]): string[] {
  return paths.filter((path) => LOCK_FILE.test(path));
}

/**
 * The worst class of the migrations in a range. One that could not be read counts as forward only: nobody knows.
 * @param texts path and text; null for a text that could not be read
 */
export function classifyRange(texts: readonly { path: string; text: string | null }[]): {
  class: MigrationClass;
  migrations: TouchedMigration[];
} {
  const migrations = texts.map(({ path, text }): TouchedMigration => {
    if (text === null) return { path, class: 'forward_only', says: ['could not be read'] };
    const { class: found, signs } = classifyMigration(path, text);
    return { path, class: found, says: [...new Set(signs.map(({ says }) => says))] };
  });
  return { class: worstMigration(migrations.map((one) => one.class)), migrations };
}

/** What each class means for whoever decides. */
export const CLASS_SAYS: Record<MigrationClass, string> = {
  reversible: 'reversible: nothing in it keeps the older code from running',
  forward_only:
    'forward only: the schema stays as it is, and older code may fail on it; a person has to decide',
  destructive: 'destructive: data is gone and does not come back with the code; a person has to decide',
};

const short = (commit: string): string => commit.slice(0, 10);

/** Commits that a message lists; the range says the rest. */
const MOST_LISTED = 200;

/**
 * The message of the revert. Its lines are those of `git revert`, so that history tools know what it takes back. The
 * trailer is not the hotfix's own: a branch with this commit has lost the fix, not got it.
 * @param label `hotfix-001`
 */
export function rollbackMessage(label: string, changes: readonly TakenBack[]): string {
  const [newest] = changes;
  const oldest = changes.at(-1);
  const what =
    changes.length === 1 || !newest || !oldest
      ? short(newest?.commit ?? '')
      : `${changes.length} changes, ${short(oldest.commit)} to ${short(newest.commit)}`;
  const listed = changes
    .slice(0, MOST_LISTED)
    .map(({ commit, parent, shape }) =>
      shape === 'plain'
        ? `This reverts commit ${commit}.`
        : `This reverts commit ${commit}, reversing\nchanges made to ${parent}.`,
    );
  const more = changes.length - listed.length;
  return [
    `revert: [ROLLBACK] take back ${what}`,
    [...listed, ...(more > 0 ? [`And ${more} more, back to ${oldest?.parent ?? ''}.`] : [])].join('\n'),
    `Rollback: ${label}\n`,
  ].join('\n\n');
}

/** What can be said of a rehearsal before anybody looks at details. */
export function rehearsalLine(one: Rehearsal): string {
  const count = `${one.changes.length} change${one.changes.length === 1 ? '' : 's'}`;
  if (one.scope.kind === 'ahead') {
    if (one.outcome === 'nothing_left')
      return `Production has ${short(one.scope.newest)} already, or nothing was committed yet: there is nothing to rehearse before a deploy.`;
    return one.outcome === 'applies'
      ? `Rehearsed before the deploy: merging ${short(one.scope.newest)} into production and taking the merge back gives what production holds now.`
      : `${short(one.scope.newest)} cannot be merged into production as it is: ${one.conflicts.length} conflicting file(s).`;
  }
  switch (one.outcome) {
    case 'applies':
      return `Rehearsed: taking back ${count} applies at ${short(one.tip)}, ${one.file_count} file(s) change.`;
    case 'conflicts':
      return `Rehearsed: taking back ${count} conflicts in ${one.conflicts.length} file(s).`;
    case 'nothing_left':
      return `Rehearsed: nothing of ${count} is left in production.`;
  }
}
