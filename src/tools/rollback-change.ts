import * as z from 'zod/v4';
import { PulseError } from '../core/errors.ts';
import { standingDeploy } from '../core/incident.ts';
import { ROLLBACK_TARGETS } from '../core/kinds.ts';
import { checkLegal } from '../core/record.ts';
import { createJobs, type Job } from './support/jobs.ts';
import { type Loaded, loadIncident, loadUid } from './support/load.ts';
import { askJob, isJob, longWork } from './support/long-work.ts';
import { executionOf, planOf, type StoredPlan } from './support/plans.ts';
import { RollbackAnswer, reportDone, reportPlanned, reportRunning } from './support/rollback-answer.ts';
import { beginRollback, type RolledBack, runRollback } from './support/rollback-run.ts';
import { usualTarget } from './support/rollback-scope.ts';
import { type Planned, planRollback } from './support/rollback-work.ts';
import { hashOf } from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

type Outcome = { uid: string } & ({ planned: Planned } | { stored: StoredPlan; done: RolledBack });

const JOBS = createJobs<Outcome>();
const text = z.string().optional();

const Input = z.strictObject({
  incident: text,
  target: z.enum(ROLLBACK_TARGETS).optional(),
  range: z.string().max(500).optional().describe('"good..bad" or one commit'),
  plan_id: text.describe('Carry out this plan'),
  approval: text.describe("The user's word, quoted"),
  override_reason: text,
  override_until: text,
  skip_hooks: z.boolean().optional(),
  job: text.describe('Id, or "<id> stop"'),
});
type Input = z.output<typeof Input>;

/** The fire exit: what went live is reverted or the last good release deployed again, in two calls. Local refs never move. */
export default defineTool({
  name: 'rollback_change',
  title: 'Roll back a release or hotfix',
  effect: 'destructive',
  description: 'Plan the rollback, or carry out an approved plan; prints the commands when it cannot.',
  input: Input,
  output: RollbackAnswer,
  async run(input, deps) {
    const since = deps.clock.now();
    const outcome =
      input.job === undefined ? await begin(input, since, deps) : await askJob(JOBS, input.job, deps);
    if (isJob(outcome)) return reportRunning(await loadIncident(input.incident, deps), outcome, deps);
    const loaded = await loadUid(outcome.uid, deps);
    return 'planned' in outcome
      ? reportPlanned(loaded, outcome.planned, deps)
      : reportDone(loaded, outcome.stored, outcome.done, deps);
  },
});

async function begin(input: Input, since: number, deps: Deps): Promise<Job<Outcome> | Outcome> {
  const loaded = await loadIncident(input.incident, deps);
  checkLegal('rolled_back', loaded.incident);
  return input.plan_id === undefined
    ? plan(loaded, input, since, deps)
    : execute(loaded, input.plan_id.trim().toLowerCase(), input.approval, since, deps);
}

function plan({ incident }: Loaded, input: Input, since: number, deps: Deps) {
  const { uid, label } = incident;
  const { range, override_reason, override_until, skip_hooks } = input;
  const target = input.target ?? usualTarget(incident, true);
  if (target === 'hotfix' && range === undefined && standingDeploy(incident) === null) throw notDeployed();
  const asked = { target, range, override_reason, override_until, skip_hooks };
  const last = incident.recorded.at(-1)?.id;
  return longWork<Outcome>(
    JOBS,
    {
      key: hashOf('rollback_change/plan', { uid, last, ...asked }, deps),
      since,
      title: `rollback plan of ${label}`,
    },
    async (tell, signal) => ({ uid, planned: await planRollback(incident, asked, tell, signal, deps) }),
    deps,
  );
}

function notDeployed(): PulseError {
  return new PulseError(
    'conflict',
    'no hotfix of this incident is deployed, so there is none to take back',
    'take the release back with target release; plan_mitigation with target hotfix rehearses the way back before a deploy',
  );
}

async function execute(
  { incident }: Loaded,
  id: string,
  words: string | undefined,
  since: number,
  deps: Deps,
): Promise<Job<Outcome> | Outcome> {
  const { uid, label } = incident;
  // A rolled-back hotfix begins the next attempt: whoever asks again must still learn that it is done.
  const stored = planOf(incident, id, 'rollback', deps);
  if (executionOf(incident, stored.id) !== null)
    return { uid, stored, done: { state: 'rolled_back', steps: [], reason: null, notices: [] } };
  await beginRollback(incident, stored, words, deps);
  return longWork<Outcome>(
    JOBS,
    { key: hashOf('rollback_change/run', { id: stored.id }, deps), since, title: `rollback of ${label}` },
    async (tell, signal) => ({ uid, stored, done: await runRollback(incident, stored, tell, signal, deps) }),
    deps,
  );
}
