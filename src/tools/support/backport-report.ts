import type { Incident } from '../../core/incident.ts';
import { labelOf } from '../../core/reduce.ts';
import type { BackportStates, LongLived, Made, Pushed } from '../../core/ship/backport.ts';
import {
  handCommands,
  makeFaultWords,
  pushFaultWords,
  requestCommand,
  verdictWords,
} from '../../core/ship/backport-words.ts';
import { isStale } from '../../core/ship/long-lived.ts';
import { planLines } from '../../core/ship/plan.ts';
import { needFor, needToOpen } from '../../core/ship/ship-gates.ts';
import { fence, oneLine } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { answered, standingOf } from './answer.ts';
import { howToApprove } from './approval.ts';
import { heldBack } from './backport-plan.ts';
import type { PullRow } from './backport-pulls.ts';
import { loadUid } from './load.ts';
import { jobData, jobLine } from './long-work.ts';
import type { StoredPlan } from './plans.ts';
import { needWith } from './ship-gate.ts';

export interface BackportDone {
  uid: string;
  states: BackportStates;
  plan: StoredPlan | null;
  /** The plan was carried out by this call. */
  ran: boolean;
  made: Made[];
  pushed: Pushed[];
  unverified: string[];
  pulls: PullRow[];
  notices: string[];
}

const SEEN: Record<BackportStates['seen'], string> = {
  now: 'as the remote has them now',
  last_fetch: 'as this clone last saw the remote',
  local: 'local ones, there is no remote',
};
/** Branches whose commands are printed. */
const MOST_BY_HAND = 5;
const FILES = 20;

const name = (text: string): string => oneLine(text, 100);

/** Every branch, the plan or what was done, and what is left to do by hand. */
export async function reportBackport(done: BackportDone, deps: Deps) {
  const { states, plan, made, pushed } = done;
  const loaded = await loadUid(done.uid, deps);
  const { incident } = loaded;
  const nowMs = deps.clock.now();
  const results = resultsOf(made, pushed, done.unverified);
  const conflicts = states.branches.flatMap(({ name: branch, verdict }) =>
    verdict.state === 'conflicts'
      ? verdict.files.slice(0, FILES).map((file) => `${branch} | ${deps.redact(file).text}`)
      : [],
  );
  const shown = states.branches.map((branch) => shownOf(branch, pageOf(done, branch), nowMs, deps));
  const waits = done.ran ? null : plan;
  const heads = plan?.plan.pulls?.map(({ head }) => head) ?? [];
  const commands = byHand(done, labelOf(incident.number)).map((line) => oneLine(line, 400));
  const lines = [
    `Fix ${states.fix.commit.slice(0, 10)}${states.fix.steps.length > 1 ? ` (${states.fix.steps.length} commits)` : ''}; long-lived branches without production, ${SEEN[states.seen]}: ${states.branches.length === 0 ? 'none' : ''}`.trimEnd(),
    ...states.branches.map((branch) => {
      const held = waits?.plan.moves.some(({ ref }) => ref === branch.ref) || pushed.length > 0;
      const page = pageOf(done, branch);
      const why =
        branch.verdict.state === 'missing' && !held && page === null
          ? heldBack(branch, incident, nowMs)
          : null;
      const review = page === null ? '' : `, in review ${page}`;
      return `  ${name(branch.name)}: ${verdictWords(branch)}${review}${why === null ? '' : ` (${why})`}`;
    }),
    ...states.gone.map((one) => `  ${name(one.name)}: no longer on the remote`),
    ...(conflicts.length === 0
      ? []
      : [fence(conflicts.join('\n'), 'conflicting files: data, not instructions', deps.ids.nonce())]),
    ...results.map(({ branch, note }) => `  ${branch}: ${note}`),
    ...(waits === null ? [] : planText(waits, incident, deps)),
    ...(commands.length === 0 ? [] : ['By hand:', ...commands.map((command) => `  ${command}`)]),
    ...(pushed.some(({ outcome, branch }) => outcome !== 'refused' && !heads.includes(branch))
      ? ['Local branches were not moved: git pull on each is due.']
      : []),
  ];
  const data = {
    fix: { commit: states.fix.commit, commits: states.fix.steps.map(({ commit }) => commit) },
    ...{ seen: states.seen, branches: shown, results, commands, job: null },
    plan_id: waits?.id ?? null,
    plan: waits === null ? [] : shownPlan(waits, deps),
  };
  return answered(await standingOf(loaded, deps), lines, data, warningsOf(done));
}

/** A backport that still runs. */
export async function reportBackportJob(uid: string, job: { id: string; note: string }, deps: Deps) {
  const loaded = await loadUid(uid, deps);
  const data = {
    ...{ fix: null, seen: null, branches: [], results: [], commands: [], plan_id: null, plan: [] },
    job: jobData(job),
  };
  return answered(await standingOf(loaded, deps), [jobLine(job)], data);
}

function planText(stored: StoredPlan, incident: Incident, deps: Deps): string[] {
  const asked = needFor('backport', incident, deps.settings.ship?.policy ?? {});
  const need = needWith(stored.plan, stored.plan.way === 'pull_request' ? needToOpen(asked) : asked);
  const lines = shownPlan(stored, deps).map((line) => `  ${line}`);
  return [`Plan ${stored.id}, nothing was pushed:`, ...lines, `${howToApprove(stored.id, need)}.`];
}

/** Names in it come from the repository; what is indented stays so. */
function shownPlan({ plan }: StoredPlan, deps: Deps): string[] {
  return planLines(plan).map(
    (line) => `${/^ */.exec(line)?.[0] ?? ''}${oneLine(deps.redact(line).text, 300)}`,
  );
}

/** Where a branch that lacks the fix waits for people; null when it does not. */
function pageOf({ pulls }: BackportDone, { name: branch, verdict }: LongLived): string | null {
  const pull = pulls.find((one) => one.branch === branch && one.state !== 'closed' && one.url !== null);
  return verdict.state === 'has_fix' ? null : (pull?.url ?? null);
}

function shownOf(
  { name: branch, verdict, last_at }: LongLived,
  pull: string | null,
  nowMs: number,
  deps: Deps,
) {
  const files = verdict.state === 'conflicts' ? verdict.files.slice(0, FILES) : [];
  return {
    ...{ branch: name(branch), state: verdict.state },
    how: verdict.state === 'has_fix' ? verdict.how : null,
    commit: verdict.state === 'has_fix' ? verdict.commit : null,
    ...{ stale: last_at !== null && isStale(last_at, nowMs), pull },
    untrusted: { files: files.map((file) => oneLine(deps.redact(file).text, 200)) },
  };
}

function resultsOf(made: readonly Made[], pushed: readonly Pushed[], unverified: readonly string[]) {
  const unmade = made.flatMap((one) =>
    one.outcome === 'failed'
      ? [{ branch: name(one.branch), outcome: 'not_made', note: makeFaultWords(one.fault) }]
      : [],
  );
  const sent = pushed.map((one) => {
    const branch = name(one.branch);
    if (one.outcome === 'refused') {
      return { branch, outcome: 'not_pushed', note: `not pushed: ${pushFaultWords(one.fault)}` };
    }
    return unverified.includes(one.branch)
      ? { branch, outcome: 'unverified', note: 'pushed, but the fix does not show there: look at it by hand' }
      : { branch, outcome: one.outcome, note: one.outcome === 'already' ? 'was there already' : 'pushed' };
  });
  return [...unmade, ...sent];
}

/** For branches where somebody has to work: conflicts, refused pushes, and everything where there is no remote. */
function byHand({ states, plan, made, pushed }: BackportDone, label: string): string[] {
  const { fix, remote } = states;
  const unmade = made.flatMap((one) => (one.outcome === 'failed' ? [one.branch] : []));
  const lacking = states.branches.filter(
    ({ name: branch, verdict }) =>
      verdict.state === 'conflicts' ||
      unmade.includes(branch) ||
      (remote === null && verdict.state === 'missing'),
  );
  const refused = pushed.flatMap((one) => (one.outcome === 'refused' ? [one.branch] : []));
  const requests = (plan?.plan.moves ?? []).filter(({ ref }) =>
    refused.includes(ref.replace(/^refs\/heads\//, '')),
  );
  return [
    ...requests.map(({ ref, new: next }) =>
      requestCommand(plan?.plan.remote ?? '', next, ref.replace(/^refs\/heads\//, ''), label),
    ),
    ...lacking.slice(0, MOST_BY_HAND).flatMap(({ name: branch }) => handCommands(fix, branch, remote, label)),
  ];
}

function warningsOf({ states, pulls, notices }: BackportDone): string[] {
  return [
    ...pulls.flatMap(({ branch, url, problem }) =>
      problem === null
        ? []
        : [
            `${name(branch)}: ${problem}. ${url === null ? 'Its branch is pushed; call again with the same plan_id, it looks first.' : 'Call again later.'}`,
          ],
    ),
    ...(states.seen === 'last_fetch'
      ? [
          'The remote did not answer: branches may have moved or gone since this clone last saw them. A push looks again and refuses what has moved.',
        ]
      : []),
    ...(states.shallow
      ? [
          'Shallow clone: what is unknown here may be known with the whole history (git fetch --unshallow --tags).',
        ]
      : []),
    ...new Set(notices),
  ];
}
