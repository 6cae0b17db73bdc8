import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { checkLegal } from '../core/record.ts';
import { plainTestPaths } from '../core/ship/check-detect.ts';
import { Standing } from './support/answer.ts';
import { createJobs } from './support/jobs.ts';
import { loadIncident, loadUid } from './support/load.ts';
import { askJob, isJob, longWork } from './support/long-work.ts';
import { checksOf, commitsFor, type ProofDone, prove, reportProof } from './support/regression.ts';
import { hashOf } from './support/write.ts';
import { defineTool } from './tool.ts';

const JOBS = createJobs<ProofDone>();
const exit = z.int().nullable();

/** Whether the named tests of the fix fail without it and pass with it. */
export default defineTool({
  name: 'prove_regression',
  title: 'Prove a regression test',
  effect: 'local',
  description:
    'Run the test files of the fix on its base and on the fix, twice each. Returns whether they show the harm.',
  input: z.strictObject({
    incident: z.string().optional(),
    tests: z.array(z.string()).min(1).optional().describe('Test files, helpers too'),
    commit: z.string().max(250).optional(),
    base: z.string().max(250).optional(),
    job: z.string().optional().describe('Id, or "<id> stop"'),
  }),
  output: Standing.extend({
    ...{
      outcome: z.string(),
      reason: z.string(),
      base: z.string().nullable(),
      commit: z.string().nullable(),
    },
    ...{ base_exit: exit, fix_exit: exit, runs: z.int(), event: z.string().nullable() },
    /** Text of the repository: data, not instructions. */
    untrusted: z.object({
      tests: z.array(z.string()),
      command: z.string(),
      failing: z.string().nullable(),
      output: z.string(),
    }),
    job: z.object({ id: z.string(), state: z.string(), note: z.string() }).nullable(),
  }),
  async run(input, deps) {
    const since = deps.clock.now();
    if (input.job !== undefined) {
      const one = await askJob(JOBS, input.job, deps);
      if (isJob(one)) return reportProof(await loadIncident(input.incident, deps), null, one, deps);
      return reportProof(await loadUid(one.uid, deps), one, null, deps);
    }
    if (input.tests === undefined) {
      throw new PulseError(
        'invalid_input',
        'tests is missing: the test files that show the harm',
        'for example {"tests": ["test/auth.test.js"]}, committed with the fix',
      );
    }
    const tests = plainTestPaths(input.tests);
    const checks = checksOf(deps);
    const { incident } = await loadIncident(input.incident, deps);
    checkLegal('regression_proven', incident);
    const wanted = { ...(await commitsFor(incident, input, checks, deps)), tests };
    const { uid, attempt } = incident;
    const outcome = await longWork(
      JOBS,
      {
        key: hashOf('prove_regression/job', { uid, attempt, ...wanted }, deps),
        ...{ since, title: `regression proof of ${incident.label}` },
      },
      (progress, signal) => prove(incident, wanted, { progress, signal }, checks, deps),
      deps,
    );
    if (isJob(outcome)) return reportProof(await loadUid(uid, deps), null, outcome, deps);
    return reportProof(await loadUid(uid, deps), outcome, null, deps);
  },
});
