import { verify } from '@octokit/webhooks-methods';
import { PulseError } from '../core/errors.ts';
import type { Actor, EventDraft } from '../core/events.ts';
import type { Incident } from '../core/incident.ts';
import { sameCommit } from '../core/task-rules.ts';
import type { PullRequests } from '../ports-outward.ts';
import { aboutOf } from '../tools/support/backport-pulls.ts';
import { loadOpen } from '../tools/support/load.ts';
import { pullsNumbered, pullsOf, recordClosed, recordMerged, recordReviews } from '../tools/support/pulls.ts';
import { hashOf, write } from '../tools/support/write.ts';
import type { Deps } from '../tools/tool.ts';
import { answer, readBody } from './body.ts';
import { HUB } from './context.ts';
import type { HubContext, HubDoor, OpenDoor } from './door.ts';
import { type Delivered, readDelivery } from './github-delivery.ts';

const GITHUB: Actor = { name: 'github', kind: 'system' };
/** GitHub takes longer than 10 s for a failure. Source: GitHub, "Best practices for using webhooks". */
const ANSWER_MS = 8_000;

/**
 * GitHub's webhook: reviews, merges and deployments of what is on the record. Without a secret the door stays shut and
 * nothing else does: the same is read when somebody asks for the state of the deploy.
 */
export const openGitHubDoor: OpenDoor = async (context) => {
  const deps = await context.depsFor(HUB);
  if (deps.settings.outward?.github === undefined) return null;
  const secret = context.env.GITHUB_WEBHOOK_SECRET?.trim() ?? '';
  if (secret !== '') return createGitHubDoor(context, secret);
  context.log('github: GITHUB_WEBHOOK_SECRET is not set, so GitHub cannot call in (docs/pull-requests.md)');
  return null;
};

function createGitHubDoor(context: HubContext, secret: string): HubDoor {
  /** One delivery after another: a review and a merge come at the same moment. */
  let last: Promise<void> = Promise.resolve();

  return {
    name: 'github',
    paths: ['/github'],
    async handle(req, res) {
      const body = (await readBody(req)).toString('utf8');
      if (!(await isSigned(secret, body, req.headers['x-hub-signature-256']))) return answer(res, 401);
      const event = String(req.headers['x-github-event'] ?? '');
      if (event === 'ping') return answer(res, 200);
      const delivery = readDelivery(event, body);
      if (delivery.what === 'garbled') return answer(res, 400);
      if (delivery.what === 'other') return answer(res, 200);
      const work = last.catch(() => undefined).then(() => take(delivery));
      last = work;
      answer(res, await statusOf(work));
    },
    async stop() {
      await last.catch(() => undefined);
    },
  };

  async function take(delivery: Extract<Delivered, { repository: string }>): Promise<void> {
    const deps = await context.depsFor(GITHUB);
    const pulls = await pullsOf(deps);
    if (pulls === null)
      throw new PulseError('not_configured', 'GitHub is not connected', 'see doctor github');
    // A secret may be shared by many repositories.
    if (delivery.repository.toLowerCase() !== pulls.repository.toLowerCase()) return;
    const open = (await loadOpen(deps)).map(({ incident }) => incident);
    if (delivery.what === 'pull') return lookAt(delivery.number, open, pulls, deps);
    for (const incident of open.filter((one) => names(one, delivery.commit))) {
      await noteDeployment(incident, delivery, deps);
    }
  }

  /** 202: it goes on after the answer. 503: it is in the log of deliveries, from where a person can send it again. */
  async function statusOf(work: Promise<void>): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<number>((done) => {
      timer = setTimeout(() => done(202), ANSWER_MS);
    });
    const ended = work.then(
      () => 200,
      (error: unknown) => {
        if (!(error instanceof PulseError)) throw error;
        context.log(`github: a delivery was not taken (${error.code}); it is read again when somebody asks`);
        return 503;
      },
    );
    try {
      return await Promise.race([ended, late]);
    } finally {
      clearTimeout(timer);
      ended.catch(() => undefined);
    }
  }
}

async function isSigned(secret: string, body: string, signature: unknown): Promise<boolean> {
  if (typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/.test(signature) || body === '') return false;
  return verify(secret, body, signature);
}

/** What the delivery says is only a reason to look: reviews and the merge are read from the service. */
async function lookAt(
  number: number,
  open: readonly Incident[],
  pulls: PullRequests,
  deps: Deps,
): Promise<void> {
  const known = open.flatMap((incident) =>
    pullsNumbered(incident, number).map((linked) => ({ incident, linked })),
  );
  if (known.length === 0) return;
  const pull = await pulls.state(number);
  for (const { incident, linked } of known) {
    const about = linked.head.includes(`-to-${linked.base}`) ? aboutOf(linked.base) : null;
    await recordReviews(incident, linked.plan, linked.commit, pull, about, deps);
    if (pull.state === 'merged') await recordMerged(incident, linked.plan, pull, deps);
    if (pull.state === 'closed') await recordClosed(incident, linked.plan, pull, deps);
  }
}

/** True when the record names the commit as fix, as deployed, or as what a pull request was merged as. */
function names(incident: Incident, commit: string): boolean {
  return incident.recorded.some((event) => {
    if (!event.live) return false;
    const named =
      event.kind === 'fix_committed' || event.kind === 'deployed'
        ? event.data.commit
        : event.kind === 'linked'
          ? event.data.pull?.commit
          : event.kind === 'noted'
            ? event.data.merged_as
            : undefined;
    return typeof named === 'string' && sameCommit(named, commit);
  });
}

/** What GitHub says of production, as its statement: a deploy is recorded by whoever made it. */
async function noteDeployment(
  incident: Incident,
  { id, commit, at }: Extract<Delivered, { what: 'deployed' }>,
  deps: Deps,
): Promise<void> {
  const data = { deployment: { commit, environment: 'production', source: 'github' } };
  const draft: EventDraft<'noted'> = {
    ...{ kind: 'noted', at, at_source: 'reported', basis: 'stated', evidence: [`commit:${commit}`], data },
    text: `GitHub says that a deployment of ${commit.slice(0, 12)} to production succeeded`,
    ...{
      key: `github/deployment_status/${id}`,
      input_hash: hashOf('github/deployment', { id, commit }, deps),
    },
  };
  await write(incident.uid, [draft], deps);
}
