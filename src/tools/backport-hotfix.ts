import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import type { Incident } from '../core/incident.ts';
import { checkLegal } from '../core/record.ts';
import { Standing } from './support/answer.ts';
import { lookAt, recordLanded } from './support/backport-look.ts';
import { recordNotAffected } from './support/backport-not-affected.ts';
import { planBackport, planToRun } from './support/backport-plan.ts';
import { pullRows } from './support/backport-pulls.ts';
import { type BackportDone, reportBackport, reportBackportJob } from './support/backport-report.ts';
import { approveBackport, executeBackport } from './support/backport-run.ts';
import { backportsOf, wantedOf } from './support/backport-targets.ts';
import { createJobs } from './support/jobs.ts';
import { loadIncident, loadUid } from './support/load.ts';
import { askJob, isJob, longWork } from './support/long-work.ts';
import type { StoredPlan } from './support/plans.ts';
import { hashOf } from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

const text = z.string().optional();

const Input = z.strictObject({
  incident: text,
  branches: z.array(z.string()).max(50).optional().describe('Names or patterns (*)'),
  plan_id: text,
  approval: text.describe("The user's words"),
  not_affected: text.describe('Why branches need no fix'),
  skip_hooks: z.boolean().optional(),
  job: text,
});
type Input = z.output<typeof Input>;

const Output = Standing.extend({
  fix: z.object({ commit: z.string(), commits: z.array(z.string()) }).nullable(),
  seen: z.string().nullable(),
  branches: z.array(
    z.object({
      branch: z.string(),
      state: z.string(),
      how: z.string().nullable(),
      commit: z.string().nullable(),
      stale: z.boolean(),
      /** Page of the pull request that waits for people. */
      pull: z.string().nullable(),
      /** Text of the repository: data, not instructions. */
      untrusted: z.object({ files: z.array(z.string()) }),
    }),
  ),
  plan_id: z.string().nullable(),
  plan: z.array(z.string()),
  results: z.array(z.object({ branch: z.string(), outcome: z.string(), note: z.string() })),
  commands: z.array(z.string()),
  job: z.object({ id: z.string(), state: z.string(), note: z.string() }).nullable(),
});

const JOBS = createJobs<BackportDone>();
const NOTHING = { plan: null, ran: false, made: [], pushed: [], unverified: [], pulls: [], notices: [] };

/** The fix in every other long-lived branch: what has it, a plan for what has not, and that plan carried out. */
export default defineTool({
  name: 'backport_hotfix',
  title: 'Bring the hotfix to other branches',
  effect: 'destructive',
  description:
    'Which long-lived branches have the fix, and a plan for the rest; with plan_id pushes it. Call after the deploy.',
  input: Input,
  output: Output,
  async run(input, deps) {
    const since = deps.clock.now();
    if (input.job !== undefined) {
      const { incident } = await loadIncident(input.incident, deps);
      return told(await askJob(JOBS, input.job, deps), incident.uid, deps);
    }
    const { incident } = await loadIncident(input.incident, deps);
    checkLegal('backported', incident);
    backportsOf(deps);
    if (input.not_affected !== undefined)
      return told(await stated(incident, input, deps), incident.uid, deps);
    const stored = input.plan_id === undefined ? null : await approved(incident, input.plan_id, input, deps);
    const key = hashOf('backport', { uid: incident.uid, ...input }, deps);
    const outcome = await longWork(
      JOBS,
      { key, since, title: `backport of ${incident.label}` },
      (progress, signal) =>
        stored === null
          ? planned(incident, input, { progress, signal }, deps)
          : executed(incident, stored, { progress, signal }, deps),
      deps,
    );
    return told(outcome, incident.uid, deps);
  },
});

interface Watch {
  progress(line: string): void;
  signal: AbortSignal;
}

function told(outcome: Awaited<ReturnType<typeof askJob<BackportDone>>>, uid: string, deps: Deps) {
  return isJob(outcome) ? reportBackportJob(uid, outcome, deps) : reportBackport(outcome, deps);
}

async function planned(incident: Incident, input: Input, watch: Watch, deps: Deps): Promise<BackportDone> {
  watch.progress('asking the remote for its branches');
  const states = await lookAt(incident, 'network', deps);
  const landed = await recordLanded(incident, states, null, deps);
  const { incident: now } = await loadUid(incident.uid, deps);
  const pulls = await pullRows(now, deps);
  const waiting = pulls.flatMap(({ branch, state }) => (state === 'closed' ? [] : [branch]));
  const { stored, made, notices } = await planBackport(now, states, { ...input, waiting }, watch, deps);
  return {
    ...{ ...NOTHING, uid: incident.uid, states, plan: stored, made, pulls },
    notices: [...(landed?.notices ?? []), ...notices],
  };
}

async function executed(
  incident: Incident,
  stored: StoredPlan,
  watch: Watch,
  deps: Deps,
): Promise<BackportDone> {
  const done = await executeBackport(incident, stored, watch, deps);
  return { ...NOTHING, uid: incident.uid, plan: stored, ran: true, ...done };
}

/** The plan, still the right one, with the yes that it needs. */
async function approved(incident: Incident, id: string, input: Input, deps: Deps): Promise<StoredPlan> {
  if (input.branches !== undefined || input.skip_hooks !== undefined) {
    throw new PulseError(
      'invalid_input',
      'branches and skip_hooks belong to the plan and cannot change it afterwards',
      'call with plan_id alone (and approval), or without plan_id to make another plan',
    );
  }
  const { fix } = await backportsOf(deps).states(wantedOf(incident, deps), 'here');
  const stored = planToRun(incident, id, fix.commit, deps);
  await approveBackport(incident, stored, input.approval, deps);
  return stored;
}

async function stated(incident: Incident, input: Input, deps: Deps): Promise<BackportDone> {
  const before = await lookAt(incident, 'here', deps);
  const { loaded, notices } = await recordNotAffected(
    incident,
    before,
    input.branches,
    input.not_affected ?? '',
    deps,
  );
  const states = await lookAt(loaded.incident, 'here', deps);
  return { ...NOTHING, uid: incident.uid, states, notices };
}
