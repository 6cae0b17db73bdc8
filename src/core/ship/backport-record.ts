import type { RecordedEvent } from '../events.ts';
import { type Incident, lastOf, standingDeploy } from '../incident.ts';
import { labelOf } from '../reduce.ts';
import type { BackportStates, BackportWanted, How, LongLived, UnknownWhy } from './backport.ts';
import type { ShipSettings } from './ship-settings.ts';

interface Settings {
  git?: { production?: string | undefined; release_tags?: string | undefined };
  ship?: ShipSettings;
}

type Backported = Extract<RecordedEvent, { kind: 'backported' }>;

/** What the live record says of the current attempt. */
export function backportedIn(incident: Incident): Backported[] {
  return incident.recorded.filter(
    (event): event is Backported =>
      event.kind === 'backported' && event.live && event.id > incident.attemptSince,
  );
}

/**
 * What has to be in every long-lived branch, as the record and the settings say it; null when no fix stands. Only the
 * live record counts.
 */
export function backportWanted(incident: Incident, settings: Settings): BackportWanted | null {
  const isOurs = ({ live, id }: RecordedEvent): boolean => live && id > incident.attemptSince;
  const committed = lastOf(incident, 'fix_committed', isOurs);
  const deployed = standingDeploy(incident);
  const commit = committed?.data.commit ?? deployed?.data.commit;
  if (commit === undefined) return null;
  const began = incident.recorded.find(({ id }) => id === incident.attemptSince);
  const { ship = {}, git = {} } = settings;
  return {
    commit,
    base: lastOf(incident, 'hotfix_started', isOurs)?.data.base_commit ?? null,
    aliases: committed && deployed ? [deployed.data.commit] : [],
    label: labelOf(incident.number),
    since: incident.attempt > 1 ? (began?.recorded_at ?? null) : null,
    stated: backportedIn(incident).flatMap((event) =>
      event.basis === 'stated' && event.data.not_affected === undefined ? statedCommits(event) : [],
    ),
    long_lived: ship.long_lived,
    deploy_branch: ship.deploy?.branch,
    production: git.production,
    release_tags: git.release_tags,
    remote: ship.deploy?.remote,
  };
}

function statedCommits({ data, evidence }: Backported): { branch: string; commit: string }[] {
  const named = evidence.flatMap((item) => /^commit:\s*([0-9a-f]{7,64})\b/i.exec(item)?.[1] ?? []);
  const commits = [...(data.commit === undefined ? [] : [data.commit]), ...named];
  return commits.map((commit) => ({ branch: data.branch, commit: commit.toLowerCase() }));
}

/** What somebody said of a branch that the fix does not concern, by branch. */
export function notAffectedIn(incident: Incident): Map<string, string> {
  return new Map(
    backportedIn(incident).flatMap(({ data }): [string, string][] => {
      const why = data.not_affected?.trim() ?? '';
      return why === '' ? [] : [[data.branch, why]];
    }),
  );
}

/** Branches that the remote no longer had, with the tip that they had last. One that comes back is another branch. */
function goneIn(incident: Incident): Map<string, unknown> {
  return new Map(
    backportedIn(incident).flatMap(({ basis, data }): [string, unknown][] =>
      basis === 'measured' && 'gone' in data ? [[data.branch, data.gone]] : [],
    ),
  );
}

/** The states with what the record says: branches that are not affected, and those that are gone from the remote. */
export function withRecord(states: BackportStates, incident: Incident): BackportStates {
  const said = notAffectedIn(incident);
  const gone = goneIn(incident);
  return {
    ...states,
    branches: states.branches
      .filter(({ name, tip }) => states.seen === 'now' || gone.get(name) !== tip)
      .map((branch) =>
        said.has(branch.name) && branch.verdict.state !== 'has_fix'
          ? { ...branch, verdict: { state: 'has_fix', how: 'not_affected', commit: null } }
          : branch,
      ),
  };
}

/** What a look at the branches adds to the record: `backported` for each that has the fix, once. */
export function landedRows(
  states: BackportStates,
  incident: Incident,
): { branch: string; commit: string; how: string; text: string; gone?: string }[] {
  const known = new Set(
    backportedIn(incident).flatMap(({ basis, data }) =>
      basis === 'measured' ? [`${data.branch} ${data.commit ?? ''}`] : [],
    ),
  );
  const rows = [
    ...states.branches.flatMap(({ name: branch, verdict }) => {
      // A statement is on the record already, and stays a statement.
      if (verdict.state !== 'has_fix' || isStated(verdict.how)) return [];
      const commit = verdict.commit ?? states.fix.commit;
      return [{ branch, commit, how: verdict.how, text: `${branch} has the fix: ${HOW_WORDS[verdict.how]}` }];
    }),
    ...states.gone.map(({ name: branch, tip }) => ({
      ...{ branch, commit: tip, how: 'gone', gone: tip },
      text: `${branch} is no longer on the remote, so it needs no fix`,
    })),
  ];
  return rows.filter(({ branch, commit }) => !known.has(`${branch} ${commit}`));
}

export const HOW_WORDS: Record<How, string> = {
  contains: 'it holds the commit',
  patch_id: 'an equal patch is in it',
  same_content: 'nothing of it is left to apply',
  cherry_pick_trailer: 'a commit says that it was picked from it (cherry-pick -x)',
  hotfix_trailer: 'a commit names the hotfix in its trailer',
  stated_commit: 'somebody named the commit, and it is in the branch',
  not_affected: 'somebody said why it is not affected',
};

function isStated(how: How): boolean {
  return how === 'stated_commit' || how === 'not_affected';
}

const UNKNOWN: Record<UnknownWhy, string> = {
  time_limit: 'not looked at in time',
  shallow: 'shallow clone',
  not_fetched: 'not fetched',
  unreadable: 'git could not read it',
};

/** Why a branch does not count as having the fix; null when it has it. */
export function lackOf({ verdict }: LongLived): string | null {
  switch (verdict.state) {
    case 'has_fix':
      return null;
    case 'missing':
      return verdict.reverted_by === null ? '' : 'taken back there';
    case 'conflicts':
      return 'conflicts';
    case 'diverged':
      return 'shares no history';
    case 'unknown':
      return UNKNOWN[verdict.why];
  }
}
