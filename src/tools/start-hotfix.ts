import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import type { EventDraft } from '../core/events.ts';
import { branchOf, type Incident, lastOf } from '../core/incident.ts';
import { checkLegal } from '../core/record.ts';
import { fetchNews, type HotfixBase } from '../core/ship/hotfix-start.ts';
import type { Branches } from '../ports-git.ts';
import { Standing } from './support/answer.ts';
import { reportStarted, type Started, shownRef } from './support/hotfix-report.ts';
import { loadIncident } from './support/load.ts';
import { hashOf, keyed, write } from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

const Input = z.strictObject({
  incident: z.string().optional(),
  base: z.string().optional().describe('If not production'),
  worktree: z.string().optional().describe('New folder, "../fix"'),
  fetch: z.boolean().optional(),
});
type Input = z.output<typeof Input>;

/** A branch from what is in production, wherever HEAD is. The user's tree, index, stash and other branches stay as they are. */
export default defineTool({
  name: 'start_hotfix',
  title: 'Start a hotfix branch',
  effect: 'local',
  description: 'Branch from production, never HEAD; lists unreleased commits.',
  input: Input,
  output: Standing.extend({
    branch: z.string(),
    created: z.boolean(),
    base: z.object({ commit: z.string(), ref: z.string(), how: z.string() }).nullable(),
    unreleased: z
      .object({ untrusted: z.literal(true), from: z.string(), count: z.number(), subjects: z.string() })
      .nullable(),
    worktree: z.string().nullable(),
    commit_message: z.string(),
    trailer: z.string(),
    commands: z.array(z.string()),
  }),
  async run(input, deps) {
    const { incident } = await loadIncident(input.incident, deps);
    checkLegal('hotfix_started', incident);
    const branches = deps.git?.branches;
    if (!branches) {
      throw new PulseError(
        'not_configured',
        'this folder is not in a git repository, so there is no branch to start',
        'start the server in the repository, or record hotfix_started with ref by hand',
      );
    }
    const branch = branchOf(incident);
    const started =
      (await startedBefore(input, branch, incident, branches, deps)) ??
      (await begin(input, branch, incident, branches, deps));
    return reportStarted({ ...started, incident, branch, worktree: input.worktree }, branches, deps);
  },
});

const shortOf = (commit: string) => commit.slice(0, 10);

/** The same call again: the branch that is there and recorded. Null when it has to be made. */
async function startedBefore(
  input: Input,
  branch: string,
  incident: Incident,
  branches: Branches,
  deps: Deps,
): Promise<Started | null> {
  const started = lastOf(incident, 'hotfix_started', (event) => event.data.branch === branch);
  const state = started ? await branches.state(branch) : null;
  if (!started || !state) return null;
  const { base_commit: commit, base_ref: ref = 'unknown' } = started.data;
  const asked = input.base === undefined ? null : await branches.named(input.base);
  // A branch of that name may have moved since: asking for it again is the same call.
  if (asked && asked.commit !== commit && shownRef(asked.ref) !== ref) {
    throw new PulseError(
      'conflict',
      `${branch} is there already and was started elsewhere`,
      `leave base out to go on with it; to start anew, move it away first: git branch -m ${branch} ${branch}-old`,
    );
  }
  const base = commit === undefined ? null : { commit, ref, how: 'as recorded when it was started' };
  const now = await branches.production(deps.settings.git ?? {});
  const behind = base !== null && 'commit' in now && !(await branches.isAncestor(now.commit, state.tip));
  return {
    ...{ base, created: false },
    lines: [
      `${branch} is there already, at ${shortOf(state.tip)}; nothing was changed.`,
      ...(base ? [`It was started from ${shortOf(base.commit)} (${base.ref}).`] : []),
    ],
    warnings: behind
      ? [
          `Production has moved since: it is at ${shortOf(now.commit)} and the branch does not hold that. Bring it in before deploying: git merge ${shortOf(now.commit)}`,
        ]
      : [],
  };
}

/** Fetches, finds the base, makes the branch and records it. Everything that can be refused is refused before the branch is made. */
async function begin(
  input: Input,
  branch: string,
  incident: Incident,
  branches: Branches,
  deps: Deps,
): Promise<Started> {
  const fetched =
    input.fetch === false
      ? null
      : await branches.refresh(input.base ?? deps.settings.git?.production ?? null);
  const news = fetchNews(fetched);
  const production = await branches.production(deps.settings.git ?? {});
  const base = input.base === undefined ? production : await branches.named(input.base);
  if (!('commit' in base)) throw noProduction(base.candidates, deps);
  const isThere = await checkName(branch, base, branches);
  if (input.worktree !== undefined) await branches.planWorktree(input.worktree, branch);
  if (!isThere) await branches.create(branch, base.commit);
  const said = { branch, base_commit: base.commit };
  const draft: EventDraft<'hotfix_started'> = {
    ...{ kind: 'hotfix_started', at_source: 'observed', evidence: [], basis: 'measured' },
    text: `Branched ${branch} from ${shownRef(base.ref)} (${shortOf(base.commit)})`,
    data: { ...said, base_ref: shownRef(base.ref) },
    input_hash: hashOf('start_hotfix', said, deps),
  };
  const drafts = keyed([draft], `start_hotfix/${branch}/${base.commit}`);
  const { notices } = await write(incident.uid, drafts, deps);
  const ahead =
    input.base !== undefined &&
    'commit' in production &&
    !(await branches.isAncestor(base.commit, production.commit));
  return {
    ...{ base, created: !isThere },
    lines: [
      `Branch ${branch} from ${shortOf(base.commit)} (${shownRef(base.ref)}, ${shownRef(base.how)}). Nothing was checked out here.`,
      ...news.lines,
    ],
    warnings: [
      ...news.warnings,
      ...(ahead
        ? [
            `The base that was asked for holds more than production (${shownRef(production.ref)}): all of it goes live with the fix.`,
          ]
        : []),
      ...notices,
    ],
  };
}

function noProduction(candidates: readonly string[], deps: Deps): PulseError {
  const names = candidates.map(shownRef).join(', ');
  const isSet = deps.settings.git?.production !== undefined;
  return new PulseError(
    'not_configured',
    isSet
      ? 'git.production of hotfix-pulse.config.json names no branch or tag here'
      : 'what is in production could not be found, and HEAD is never taken for it',
    `pass base: what production runs${names === '' ? '' : `, for example one of: ${names}`}; or ${isSet ? 'mend' : 'set'} git.production in hotfix-pulse.config.json`,
  );
}

/** True when a branch at exactly this base is there (a call that was cut off); any other of that name is refused. */
async function checkName(branch: string, base: HotfixBase, branches: Branches): Promise<boolean> {
  const state = await branches.state(branch);
  if (state?.tip === base.commit) return true;
  if (state !== null) {
    throw new PulseError(
      'conflict',
      `a branch ${branch} is there already, at ${shortOf(state.tip)} and not at ${shortOf(base.commit)}`,
      `if it is this fix, record hotfix_started with ref ${branch} and go on; else move it away: git branch -m ${branch} ${branch}-old`,
    );
  }
  const remote = await branches.remoteState(branch);
  if (remote === null || remote.tip === base.commit) return false;
  throw new PulseError(
    'conflict',
    `the remote has a branch ${branch} already: somebody else may be at this fix`,
    `to go on with theirs: git branch --track ${branch} ${shortOf(remote.tip)}, then record hotfix_started with ref ${branch}; else ask them first`,
  );
}
