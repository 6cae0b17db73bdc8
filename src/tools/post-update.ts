import * as z from 'zod/v4';
import { canonicalJson } from '../core/canonical.ts';
import { PulseError } from '../core/errors.ts';
import { AUDIENCES } from '../core/kinds.ts';
import { forCopying } from '../core/messages.ts';
import { type PostPlan, postLines } from '../core/outward/post-plan.ts';
import { SERVICES, type ServiceName } from '../core/outward/services.ts';
import { needOfPost } from '../core/ship/policy.ts';
import { SECOND } from '../core/time.ts';
import { fence } from '../core/untrusted.ts';
import type { Outward } from '../ports-outward.ts';
import { answered, Standing, standingOf } from './support/answer.ts';
import { howToApprove, needApproval } from './support/approval.ts';
import { waitFor } from './support/jobs.ts';
import { type Loaded, loadIncident, loadUid } from './support/load.ts';
import { sendWaiting } from './support/mirror.ts';
import { executionOf, planOf, type StoredPlan, storePlan } from './support/plans.ts';
import { messageOf, postPlan } from './support/post-plan.ts';
import { postKey } from './support/post-record.ts';
import { type PostResult, postResults } from './support/post-results.ts';
import type { Delivered } from './support/send-once.ts';
import { faultWarnings, sendingWarnings } from './support/sending-words.ts';
import { needOfPlan } from './support/surfaces.ts';
import { type Deps, defineTool } from './tool.ts';

/** Of a call that must answer before 40 s; what is under way goes on. */
const PATIENCE_MS = 20 * SECOND;

const text = z.string().optional();

const Input = z.strictObject({
  incident: text,
  text: z.string().max(16_000).optional().describe('Default: the last draft'),
  audience: z.enum(AUDIENCES).optional(),
  to: z.array(z.enum(Object.keys(SERVICES) as [ServiceName, ...ServiceName[]])).optional(),
  systems: z.array(z.string()).optional(),
  plan_id: text,
  approval: text,
});
type Input = z.output<typeof Input>;

/** One message to the services that show the incident: planned, approved, then posted exactly once each. */
export default defineTool({
  name: 'post_update',
  title: 'Post an update',
  effect: 'outward',
  description: 'Post a drafted update where people wait, as a plan; with plan_id posts it once.',
  input: Input,
  output: Standing.extend({
    plan_id: z.string(),
    state: z.string(),
    posts: z.array(z.object({ to: z.string(), state: z.string(), url: z.string().nullable() })),
  }),
  async run(input, deps) {
    const loaded = await loadIncident(input.incident, deps);
    const { incident } = loaded;
    if (incident.drill) {
      throw new PulseError(
        'unsafe',
        'this incident is a rehearsal, and nothing of it leaves the machine',
        'to go on with the rehearsal, draft the update and record update_posted as if it had been posted',
      );
    }
    const outward: Pick<Outward, 'surfaces' | 'faults'> = (await deps.outward?.()) ?? {
      surfaces: [],
      faults: [],
    };
    if (input.plan_id !== undefined) {
      const stored = planOf(incident, input.plan_id, 'post', deps);
      return posted(loaded, stored, input, deps);
    }
    const wanted = {
      text: input.text,
      audience: input.audience ?? 'internal',
      to: input.to,
      systems: input.systems,
    };
    const plan = await postPlan(incident, wanted, outward, deps);
    const stored = await storePlan(incident, plan, announcement(plan), deps);
    const asks = needOfPost(plan.audience, deps.settings.ship?.policy ?? {}) !== null || plan.discloses;
    const now = stored.written?.loaded ?? loaded;
    if (!asks) return posted(now, stored, input, deps);
    return planned(now, stored, outward, deps);
  },
});

function announcement(plan: PostPlan) {
  const services = plan.targets.map(({ service }) => SERVICES[service]).join(', ');
  return {
    ...{ kind: 'noted' as const, text: `Planned an update (${plan.audience}) to ${services}` },
    ...{ data: {}, evidence: [] },
  };
}

async function planned(
  loaded: Loaded,
  stored: StoredPlan<PostPlan>,
  { faults }: Pick<Outward, 'faults'>,
  deps: Deps,
) {
  const need = needOfPlan(loaded.incident, stored.plan, deps);
  const lines = [
    `Plan ${stored.id}. Nothing was posted.`,
    forCopying(fence(postLines(stored.plan).join('\n'), 'message as it will be posted', deps.ids.nonce())),
    `To post it: ${howToApprove(stored.id, need)}.`,
  ];
  const posts = stored.plan.targets.map(({ name }) => ({ to: name, state: 'planned', url: null }));
  return answered(
    await standingOf(loaded, deps),
    lines,
    { plan_id: stored.id, state: 'planned', posts },
    faultWarnings(faults),
  );
}

/** The yes first, then the queue, then the services: what is queued is sent even if this process ends. */
async function posted({ incident }: Loaded, stored: StoredPlan<PostPlan>, input: Input, deps: Deps) {
  const { id, plan } = stored;
  if (executionOf(incident, id) === null) {
    const need = needOfPlan(incident, plan, deps);
    const isFree = needOfPost(plan.audience, deps.settings.ship?.policy ?? {}) === null && !plan.discloses;
    if (!isFree) await needApproval(incident, stored, need, input.approval, deps);
    await queue(stored, deps);
  }
  let delivered: Delivered[] = [];
  await waitFor(
    sendWaiting(incident.uid, deps, { eager: true }).then((told) => {
      delivered = told;
    }),
    PATIENCE_MS,
  );
  const results = await postResults(stored, deps);
  const state = stateOf(results);
  return answered(
    await standingOf(await loadUid(incident.uid, deps), deps),
    [
      SAID[state],
      ...results.map(({ to, state, url }) => `- ${to}: ${state}${url === null ? '' : ` ${url}`}`),
    ],
    { plan_id: id, state, posts: results },
    sendingWarnings(delivered),
  );
}

const SAID = {
  posted: 'Posted, and recorded as update_posted.',
  partly: 'Posted in part, and recorded as update_posted; the rest is queued and will be sent once each.',
  queued:
    'Not posted yet: it is queued and will be sent once each. People still wait; tell them another way if it is urgent.',
} as const;

function stateOf(results: readonly PostResult[]): keyof typeof SAID {
  const done = results.filter(({ state }) => state === 'posted').length;
  return done === results.length ? 'posted' : done > 0 ? 'partly' : 'queued';
}

/** Under the incident's own name for it: a repeated call queues nothing twice. */
async function queue({ id, plan }: StoredPlan<PostPlan>, deps: Deps): Promise<void> {
  const outward = await deps.outward?.();
  if (!outward) return;
  const key = postKey(id);
  const known = (await outward.outbox.read(plan.incident)).filter((entry) => entry.key === key);
  const message = messageOf(plan);
  const hash = deps.ids.sha256(canonicalJson({ ...message }));
  for (const { service } of plan.targets) {
    if (known.some((entry) => entry.service === service)) continue;
    const at = new Date(deps.clock.now()).toISOString();
    await outward.outbox.append(plan.incident, { v: 1, at, service, key, step: 'queued', hash, message });
  }
}
