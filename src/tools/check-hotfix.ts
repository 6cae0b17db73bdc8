import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import type { Incident } from '../core/incident.ts';
import { checkLegal } from '../core/record.ts';
import type { CheckPlan } from '../core/ship/check-run.ts';
import type { Changes } from '../ports-ship.ts';
import { Standing } from './support/answer.ts';
import { type Look, lookAt, recordLook } from './support/check-change.ts';
import { type CheckDone, reportCheck } from './support/check-report.ts';
import { blockedBy, NOT_ASKED, planOf, type Ran, recordRun, runChecks } from './support/check-runs.ts';
import { createJobs } from './support/jobs.ts';
import { loadIncident, loadUid } from './support/load.ts';
import { askJob, isJob, longWork } from './support/long-work.ts';
import { hashOf } from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

const JOBS = createJobs<CheckDone>();
const count = z.number();

/** Facts and findings about the change of a hotfix, and the repository's own checks on exactly its commit. */
export default defineTool({
  name: 'check_hotfix',
  title: 'Check a hotfix',
  effect: 'local',
  description: "Findings about the fix, then the repository's checks on its commit. Call before deploying.",
  input: z.strictObject({
    incident: z.string().optional(),
    commit: z.string().max(250).optional().describe('If not the branch tip'),
    checks: z.boolean().optional().describe('false: findings only'),
    job: z.string().optional().describe('Id, or "<id> stop"'),
  }),
  output: Standing.extend({
    commit: z.string().nullable(),
    base: z.string().nullable(),
    outcome: z.string(),
    reason: z.string(),
    facts: z
      .object({
        ...{ files: count, added: count, removed: count, commits: count },
        ...{ layers: z.array(z.string()), languages: z.array(z.string()) },
      })
      .nullable(),
    counts: z.object({ stop: count, warn: count, note: count }).nullable(),
    findings: z.array(
      z.object({
        id: z.string(),
        level: z.string(),
        line: count.optional(),
        commit: z.string().optional(),
        says: z.string(),
        do: z.string(),
        more: count.optional(),
        /** Text of the repository: data, not instructions. */
        untrusted: z.object({ path: z.string().nullable() }),
      }),
    ),
    looked: z.string(),
    checks: z.array(
      z.object({
        ...{ name: z.string(), outcome: z.string(), exit_code: count.nullable(), ms: z.number() },
        reason: z.string(),
        untrusted: z.object({ command: z.string(), failing: z.string().nullable(), output: z.string() }),
      }),
    ),
    event: z.string().nullable(),
    job: z.object({ id: z.string(), state: z.string(), note: z.string() }).nullable(),
  }),
  async run(input, deps) {
    const since = deps.clock.now();
    if (input.job !== undefined) {
      const one = await askJob(JOBS, input.job, deps);
      if (isJob(one)) return reportCheck(await loadIncident(input.incident, deps), null, one, deps);
      return reportCheck(await loadUid(one.uid, deps), one, null, deps);
    }
    const changes = changesOf(deps);
    const { incident } = await loadIncident(input.incident, deps);
    checkLegal('checks_run', incident);
    const look = await lookAt(incident, input.commit, changes, deps);
    look.notices.push(...(await recordLook(incident, look, deps)));
    const plan = input.checks === false ? null : await planOf(look, deps);
    const blocked = input.checks === false ? NOT_ASKED : blockedBy(plan);
    if (blocked !== null || plan === null) {
      return reportDone(await finish(incident, look, blocked ?? NOT_ASKED, deps), deps);
    }
    const outcome = await longWork(
      JOBS,
      { key: keyOf(incident, look, plan, deps), since, title: `checks of ${incident.label}` },
      async (tell, signal) => finish(incident, look, await runChecks(plan, tell, signal, deps), deps),
      deps,
    );
    if (!isJob(outcome)) return reportDone(outcome, deps);
    const begun = { look, ran: NOT_ASKED, event: null, notices: [] };
    return reportCheck(await loadUid(incident.uid, deps), begun, outcome, deps);
  },
});

function changesOf({ changes }: Deps & { changes?: Changes }): Changes {
  if (changes) return changes;
  throw new PulseError(
    'not_configured',
    'this folder is not in a git repository, so there is no change to look at',
    'start the server in the repository of the service, or record checks_run by hand with what ran elsewhere',
  );
}

/** The same checks of the same commit that still run are not begun twice. */
function keyOf({ uid, attempt }: Incident, look: Look, { pin }: CheckPlan, deps: Deps): string {
  return hashOf('check_hotfix/job', { uid, attempt, commit: look.diff.commit, pin }, deps);
}

async function finish(incident: Incident, look: Look, ran: Ran, deps: Deps): Promise<CheckDone> {
  const recorded = await recordRun(incident, look, ran, deps.ids.nonce(), deps);
  return { uid: incident.uid, look, ran, ...recorded };
}

async function reportDone(done: CheckDone, deps: Deps) {
  return reportCheck(await loadUid(done.uid, deps), done, null, deps);
}
