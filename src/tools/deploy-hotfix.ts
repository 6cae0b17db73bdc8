import * as z from 'zod/v4';
import { checkLegal } from '../core/record.ts';
import { fixOf, shippingOf } from './support/deploy-facts.ts';
import { type DeployPlanned, planDeploy } from './support/deploy-plan.ts';
import type { Deployed } from './support/deploy-record.ts';
import { DeployAnswer, reportDeploy, reportPlan, reportRunning } from './support/deploy-report.ts';
import { beginDeploy, runDeploy } from './support/deploy-run.ts';
import { createJobs, type Job } from './support/jobs.ts';
import { type Loaded, loadIncident, loadUid } from './support/load.ts';
import { askJob, isJob, longWork } from './support/long-work.ts';
import { executionOf, planOf, type StoredPlan, standingPlans } from './support/plans.ts';
import { isClosed, pullsOfPlan } from './support/pulls.ts';
import { hashOf } from './support/write.ts';
import { type Deps, defineTool } from './tool.ts';

type Outcome = { uid: string } & ({ planned: DeployPlanned } | { stored: StoredPlan; done: Deployed });

const JOBS = createJobs<Outcome>();
const text = z.string().optional();

const Input = z.strictObject({
  incident: text,
  plan_id: text.describe('Carry out this plan'),
  approval: text.describe("The user's word, quoted"),
  override_reason: text,
  override_until: text,
  skip_hooks: z.boolean().optional(),
  job: text.describe('Id, or "<id> stop"'),
});
type Input = z.output<typeof Input>;

/** To production in two calls: the plan, then exactly that plan. Local branches, tags, HEAD, index and stash never move. */
export default defineTool({
  name: 'deploy_hotfix',
  title: 'Deploy a hotfix',
  effect: 'destructive',
  description: 'Plan the deploy, or carry out an approved plan: merge, tag, one push, deploy command.',
  input: Input,
  output: DeployAnswer,
  async run(input, deps) {
    const since = deps.clock.now();
    const outcome =
      input.job === undefined ? await begin(input, since, deps) : await askJob(JOBS, input.job, deps);
    if (isJob(outcome)) return reportRunning(await loadIncident(input.incident, deps), outcome, deps);
    const loaded = await loadUid(outcome.uid, deps);
    return 'planned' in outcome
      ? reportPlan(loaded, outcome.planned, deps)
      : reportDeploy(loaded, outcome.stored, outcome.done, deps);
  },
});

async function begin(input: Input, since: number, deps: Deps): Promise<Job<Outcome> | Outcome> {
  shippingOf(deps);
  const loaded = await loadIncident(input.incident, deps);
  checkLegal('deployed', loaded.incident);
  const id = input.plan_id ?? (await openPull(loaded, input, deps));
  return id === null ? plan(loaded, input, since, deps) : execute(loaded, id, input.approval, since, deps);
}

/** The plan whose pull request waits for people, as long as it is about the present fix: it is looked after, not planned again. */
async function openPull({ incident }: Loaded, input: Input, deps: Deps): Promise<string | null> {
  if (input.override_reason !== undefined || input.skip_hooks !== undefined) return null;
  const stored = standingPlans(incident, deps).find(({ plan: { action } }) => action === 'deploy');
  if (stored === undefined || stored.plan.action === 'post') return null;
  const { id, plan: standing } = stored;
  const isOpen = pullsOfPlan(incident, id).size > 0 && !isClosed(incident, id);
  if (!isOpen || executionOf(incident, id) !== null) return null;
  return (await fixOf(incident, shippingOf(deps))) === standing.commit ? id : null;
}

function plan({ incident }: Loaded, input: Input, since: number, deps: Deps) {
  const { uid, attempt } = incident;
  const { override_reason, override_until, skip_hooks } = input;
  const asked = { uid, attempt, override_reason, override_until, skip_hooks };
  return longWork<Outcome>(
    JOBS,
    { key: hashOf('deploy_hotfix/plan', asked, deps), since, title: `deploy plan of ${incident.label}` },
    async (tell) => {
      tell('fetching, merging in a temporary working tree');
      return { uid, planned: await planDeploy(incident, input, deps) };
    },
    deps,
  );
}

async function execute(
  { incident }: Loaded,
  id: string,
  words: string | undefined,
  since: number,
  deps: Deps,
): Promise<Job<Outcome> | Outcome> {
  const { uid } = incident;
  const stored = planOf(incident, id, 'deploy', deps);
  if (executionOf(incident, stored.id) === null) await beginDeploy(incident, stored, words, deps);
  return longWork<Outcome>(
    JOBS,
    {
      key: hashOf('deploy_hotfix/run', { id: stored.id }, deps),
      since,
      title: `deploy of ${incident.label}`,
    },
    async (tell, signal) => ({ uid, stored, done: await runDeploy(incident, stored, tell, signal, deps) }),
    deps,
  );
}
