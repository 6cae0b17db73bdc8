import { PulseError } from '../../core/errors.ts';
import type { EventDraft } from '../../core/events.ts';
import { branchOf, type Incident, lastOf } from '../../core/incident.ts';
import type { ChangeDiff } from '../../core/ship/change-diff.ts';
import { type ChangeFindings, FINDING_LIMITS, findingsOf } from '../../core/ship/change-findings.ts';
import { hintsOf } from '../../core/ship/suspect-hints.ts';
import { sameCommit } from '../../core/task-rules.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { Changes } from '../../ports-ship.ts';
import type { Deps } from '../tool.ts';
import { hashOf, write } from './write.ts';

/** Files that the fact names; more are counted. */
const NAMED = 20;
const MOST_SUSPECTS = 3;

/** A change that was looked at. */
export interface Look extends ChangeFindings {
  diff: ChangeDiff;
  /** Where the hotfix was started, before the last common commit was looked for. */
  base: string;
  notices: string[];
}

/** The change of a hotfix, read and judged by its text. Nothing runs and nothing is recorded. */
export async function lookAt(
  incident: Incident,
  asked: string | undefined,
  changes: Changes,
  deps: Deps,
): Promise<Look> {
  const commit = await commitFor(incident, asked, changes, deps);
  const found = await deps.git?.branches?.production(deps.settings.git ?? {});
  const production = found && 'commit' in found ? found.commit : null;
  const base = (await startedAt(incident, changes)) ?? production;
  if (base === null) {
    throw new PulseError(
      'not_configured',
      'it is not known what the hotfix was started from, so there is nothing to compare it with',
      'start it with start_hotfix, or set git.production in hotfix-pulse.config.json',
    );
  }
  const diff = await changes.read({ base, commit, production });
  if (diff.base === commit) {
    throw new PulseError(
      'conflict',
      'there is no fix yet: the commit is the base of the hotfix, or older',
      'commit the fix on the hotfix branch first; only what is committed is looked at',
    );
  }
  const limits = deps.settings.ship?.check_limits;
  const judged = findingsOf(diff, {
    limits: {
      files: limits?.files ?? FINDING_LIMITS.files,
      lines: limits?.lines ?? FINDING_LIMITS.lines,
      layers: limits?.layers ?? FINDING_LIMITS.layers,
    },
    number: incident.number,
    named: await namedPaths(incident, changes),
    secrets: (text) => deps.redact(text).removed.map(({ type }) => type),
  });
  return { ...judged, diff, base, notices: [] };
}

/** The commit that was asked for, else the tip of the attempt's branch, else the last fix on record; never HEAD by itself. */
async function commitFor(
  incident: Incident,
  asked: string | undefined,
  changes: Changes,
  deps: Deps,
): Promise<string> {
  if (asked !== undefined) {
    const commit = await changes.commitOf(asked);
    if (commit !== null) return commit;
    throw new PulseError(
      'not_found',
      'commit names no commit of this repository',
      'pass the full name that git rev-parse prints, or leave commit out for the tip of the hotfix branch',
    );
  }
  const branch = startOf(incident)?.data.branch ?? branchOf(incident);
  const tip = (await deps.git?.branches?.state(branch))?.tip;
  if (tip !== undefined) return tip;
  const fix = lastOf(incident, 'fix_committed', ({ id }) => id > incident.attemptSince);
  const recorded = fix === null ? null : await changes.commitOf(fix.data.commit);
  if (recorded !== null) return recorded;
  throw new PulseError(
    'not_found',
    'there is no hotfix branch here and no fix on record',
    'start one with start_hotfix, or pass commit',
  );
}

function startOf(incident: Incident) {
  return lastOf(incident, 'hotfix_started', ({ id }) => id > incident.attemptSince);
}

async function startedAt(incident: Incident, changes: Changes): Promise<string | null> {
  const recorded = startOf(incident)?.data.base_commit;
  return recorded === undefined ? null : changes.commitOf(recorded);
}

/** Paths that the record names: in the cause, and the files of the commits that are said to be it; without a cause, of the suspects. */
async function namedPaths(incident: Incident, changes: Changes): Promise<string[]> {
  const { cause } = incident;
  const stated = incident.recorded.flatMap((event) =>
    event.kind === 'hypothesis_stated' && event.basis === 'stated' ? [event.text] : [],
  );
  const changed = incident.facts.get('what_changed')?.value ?? '';
  const texts = cause === null ? [...stated, changed] : [cause.text, ...cause.evidence, changed];
  const paths = hintsOf(texts.join('\n')).paths.map(({ path }) => path);
  const commits = cause === null ? suspectsOf(incident) : commitsIn(cause.evidence);
  const files = await Promise.all(commits.slice(0, MOST_SUSPECTS).map((commit) => changes.filesOf(commit)));
  return [...new Set([...paths, ...files.flat()])];
}

const commitsIn = (evidence: readonly string[]): string[] =>
  evidence.flatMap((item) => /^commit:([0-9a-f]{7,64})\b/i.exec(item)?.[1] ?? []);

function suspectsOf(incident: Incident): string[] {
  const search = lastOf(
    incident,
    'noted',
    (event) => event.basis === 'measured' && event.data.suspects !== undefined,
  );
  return commitsIn(search?.evidence ?? []);
}

/** The fix and its files, as facts; each once per commit. */
export async function recordLook(incident: Incident, look: Look, deps: Deps): Promise<string[]> {
  const { commit } = look.diff;
  if (look.diff.files.length === 0) return [];
  const isKnown =
    lastOf(
      incident,
      'fix_committed',
      (event) => event.id > incident.attemptSince && sameCommit(event.data.commit, commit),
    ) !== null;
  const said = { commit, attempt: incident.attempt };
  const { files, added, removed } = look.facts;
  const size = `${files} file${files === 1 ? '' : 's'}, ${added} lines added, ${removed} removed`;
  const fix: EventDraft<'fix_committed'> = {
    ...{ kind: 'fix_committed', at_source: 'observed', basis: 'measured', data: { commit } },
    text: `Fix committed as ${commit.slice(0, 12)}: ${size}`,
    evidence: [`commit:${commit}`],
    key: `check_hotfix/fix/${commit}/${incident.attempt}`,
    input_hash: hashOf('check_hotfix/fix', said, deps),
  };
  const value = filesText(look, deps);
  const list: EventDraft<'fact_recorded'> = {
    ...{ kind: 'fact_recorded', at_source: 'observed', basis: 'measured', text: value },
    data: { name: 'files_changed', value },
    evidence: [`commit:${commit}`],
    key: `check_hotfix/files/${commit}/${incident.attempt}/${look.diff.base.slice(0, 12)}`,
    input_hash: hashOf('check_hotfix/files', { ...said, base: look.diff.base }, deps),
  };
  const { notices } = await write(incident.uid, isKnown ? [list] : [fix, list], deps);
  return notices;
}

function filesText({ diff }: Look, deps: Deps): string {
  const { files } = diff;
  const names = files.slice(0, NAMED).map(({ path }) => shownPath(path, deps));
  const more = files.length - names.length;
  const list = [...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
  return `${files.length} file${files.length === 1 ? '' : 's'}: ${list}`;
}

/** A path as it is shown: on one line, without secrets, and with what is invisible made visible. */
export function shownPath(path: string, deps: Deps): string {
  return oneLine(deps.redact(path).text, 160);
}
