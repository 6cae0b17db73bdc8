import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as webhooks from '@octokit/webhooks-examples';
import { sign } from '@octokit/webhooks-methods';
import { afterEach, describe, expect, it } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import type { PullState } from '../../src/core/outward/github-facts.ts';
import { capBody } from '../../src/hub/body.ts';
import { openGitHubDoor } from '../../src/hub/github.ts';
import { readDelivery } from '../../src/hub/github-delivery.ts';
import type { PullRequests } from '../../src/ports-outward.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { noTeam } from '../support/hub-kit.ts';
import { planWorld } from '../support/plan-world.ts';

const loaded: object = webhooks;
const examples: { name: string; examples: Example[] }[] = Reflect.get(loaded, 'default');
const SECRET = 'a secret of the webhook';
const HEAD = 'f1'.repeat(20);
const PLAN = 'abcdefabcdef';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const STATE: PullState = {
  ...{ number: 7, url: 'https://github.com/acme/shop/pull/7', state: 'open' as const },
  ...{ head_branch: 'hotfix/001-users-cant-login', base: 'main', head: HEAD, merged_as: null },
  ...{ merged_at: null, approvals: [], changes_requested: false, checks: null, marker: null },
};

/** GitHub's own payload of an event, its repository and number those of the incident. */
function payload(name: string, action: string | null, change: (body: Example) => void = () => {}): string {
  const all = examples.find((one) => one.name === name)?.examples ?? [];
  const found = all.find((one) => action === null || one.action === action);
  const body = structuredClone(found) as Example;
  body.repository = { ...body.repository, full_name: 'Acme/Shop' };
  if (body.pull_request) body.pull_request.number = 7;
  change(body);
  return JSON.stringify(body);
}
interface Example {
  action?: string;
  repository: { full_name: string };
  pull_request?: { number: number; merged?: boolean };
  review?: { state: string };
  deployment?: { sha: string; environment: string };
  deployment_status?: { state: string; environment: string; id: number };
}

/** The door on a port, and an incident with pull request 7 of a plan. */
async function hub(env: Record<string, string> = { GITHUB_WEBHOOK_SECRET: SECRET }) {
  const world = await planWorld();
  await world.append('linked', {
    ...{ type: 'pull_request', url: STATE.url },
    pull: { number: 7, plan: PLAN, head: STATE.head_branch, base: 'main', commit: HEAD },
  });
  const service = { state: STATE, asked: 0, away: false };
  const pulls: PullRequests = {
    ...{ name: 'GitHub in acme/shop', repository: 'acme/shop' },
    find: async () => null,
    open: async () => ({ outcome: 'unknown' }),
    update: async () => ({ outcome: 'unknown' }),
    isProtected: async () => null,
    async state() {
      service.asked += 1;
      if (service.away) {
        throw new PulseError('upstream', 'GitHub does not answer', 'later');
      }
      return service.state;
    },
  };
  const settings = { ...world.deps.settings, outward: { github: {} } };
  const outward = async () => ({ surfaces: [], faults: [], pulls, outbox: undefined as never });
  const lines: string[] = [];
  const door = await openGitHubDoor({
    ...noTeam,
    env,
    log: (line) => void lines.push(line),
    depsFor: async (actor): Promise<Deps> => ({ ...world.deps, settings, outward, actor }),
  });
  const server = createServer((req, res) => {
    capBody(req, res);
    // A request that was cut off is the server's to note.
    Promise.resolve(door?.handle(req, res, { address: '127.0.0.1' })).catch(() => undefined);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => new Promise((done) => server.close(() => done())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/github`;
  return {
    ...{ ...world, door, lines, service },
    async send(event: string, body: string, headers: Record<string, string> = {}) {
      const signature = await sign(SECRET, body);
      const answer = await fetch(url, {
        ...{ method: 'POST', body },
        headers: {
          ...{ 'x-github-event': event, 'x-hub-signature-256': signature },
          ...{ 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958', ...headers },
        },
      });
      return { status: answer.status, text: await answer.text() };
    },
    events: async () => (await world.incident()).recorded,
  };
}
const approved = [{ by: 'ana', at: '2026-01-05T14:00:00.000Z', url: `${STATE.url}#pullrequestreview-1` }];

describe('the door of GitHub', () => {
  it('refuses without a word what is not signed with the secret, and asks nothing for it', async () => {
    const { send, service, events } = await hub();
    const before = (await events()).length;
    const body = payload('pull_request_review', 'submitted');
    service.state = { ...STATE, approvals: approved };
    for (const signature of [
      '',
      'sha256=',
      `sha256=${'0'.repeat(64)}`,
      await sign('another', body),
      'sha1=0',
    ])
      expect(await send('pull_request_review', body, { 'x-hub-signature-256': signature })).toEqual({
        ...{ status: 401, text: '' },
      });
    const other = `${body} `;
    const headers = { 'x-hub-signature-256': await sign(SECRET, body) };
    expect(await send('pull_request_review', other, headers)).toMatchObject({ status: 401 });
    expect([service.asked, (await events()).length]).toEqual([0, before]);
  });

  it('answers a ping, and lets pass what is not ours', async () => {
    const { send, service } = await hub();
    expect(await send('ping', payload('ping', null))).toEqual({ status: 200, text: '' });
    expect(await send('push', payload('push', null))).toMatchObject({ status: 200 });
    expect(await send('pull_request', payload('pull_request', 'opened'))).toMatchObject({ status: 200 });
    expect(await send('pull_request_review', 'not JSON')).toMatchObject({ status: 400 });
    const elsewhere = payload('pull_request_review', 'submitted', (one) => {
      one.repository.full_name = 'evil/shop';
    });
    expect(await send('pull_request_review', elsewhere)).toMatchObject({ status: 200 });
    expect(service.asked).toBe(0);
    expect(await send('pull_request_review', 'x'.repeat(1024 * 1024 + 1))).toMatchObject({ status: 413 });
  });

  it('records a review as the service has it, whatever the payload says, once', async () => {
    const { send, service, events } = await hub();
    // The payload says approved, the service knows nothing of it.
    const says = payload('pull_request_review', 'submitted', (one) => {
      if (one.review) one.review.state = 'approved';
    });
    await send('pull_request_review', says);
    expect((await events()).filter(({ kind }) => kind === 'approval_given')).toEqual([]);
    service.state = { ...STATE, approvals: approved };
    for (let i = 0; i < 3; i++)
      expect(await send('pull_request_review', says)).toMatchObject({ status: 200 });
    expect((await events()).filter(({ kind }) => kind === 'approval_given')).toMatchObject([
      {
        ...{ by: { name: 'ana', kind: 'human', via: 'github review' }, basis: 'measured' },
        data: { strength: 'review', plan: PLAN, commit: HEAD },
      },
    ]);
    service.state = { ...STATE, head: 'e'.repeat(40), approvals: [{ ...approved[0], by: 'ben' } as never] };
    await send('pull_request_review', says);
    expect((await events()).filter(({ kind }) => kind === 'approval_given')).toHaveLength(1);
  });

  it('notes a merge and claims no deploy', async () => {
    const { send, service, events } = await hub();
    const merged_as = 'ab'.repeat(20);
    service.state = { ...STATE, state: 'merged', merged_as, merged_at: '2026-01-05T15:00:00.000Z' };
    const body = payload('pull_request', 'closed');
    for (let i = 0; i < 2; i++) expect(await send('pull_request', body)).toMatchObject({ status: 200 });
    const noted = (await events()).filter(({ data }) => Object(data).pull_merged === PLAN);
    expect(noted).toMatchObject([{ kind: 'noted', evidence: [STATE.url, `commit:${merged_as}`] }]);
    expect((await events()).some(({ kind }) => kind === 'deployed')).toBe(false);
  });

  it('notes a deployment to production of a commit on the record as GitHub says it, once', async () => {
    const { send, events, append } = await hub();
    const of = (sha: string, change: (body: Example) => void = () => {}) =>
      payload('deployment_status', 'created', (one) => {
        if (one.deployment) one.deployment.sha = sha;
        change(one);
      });
    await send('deployment_status', of('c'.repeat(40)));
    const failed = of(HEAD, (one) => {
      if (one.deployment_status) one.deployment_status.state = 'failure';
    });
    const staging = of(HEAD, (one) => {
      if (one.deployment_status) one.deployment_status.environment = 'staging';
    });
    for (const body of [failed, staging]) await send('deployment_status', body);
    const said = async () => (await events()).filter(({ data }) => 'deployment' in data);
    expect(await said()).toEqual([]);
    for (let i = 0; i < 2; i++) await send('deployment_status', of(HEAD));
    expect(await said()).toMatchObject([
      { by: { name: 'github', kind: 'system' }, basis: 'stated', data: { deployment: { commit: HEAD } } },
    ]);
    await append('cancelled', { reason: 'over' });
    const later = of(HEAD, (one) => {
      if (one.deployment_status) one.deployment_status.id = 99;
    });
    await send('deployment_status', later);
    expect(await said()).toHaveLength(1);
    expect((await events()).some(({ kind }) => kind === 'deployed')).toBe(false);
  });

  it('says that it failed when the service cannot be asked, so that it can be sent again', async () => {
    const { send, service, lines } = await hub();
    service.away = true;
    expect(await send('pull_request', payload('pull_request', 'closed'))).toMatchObject({ status: 503 });
    expect(lines.join(' ')).toContain('upstream');
  });

  it('stays shut without a secret, and says so', async () => {
    const { door, lines } = await hub({});
    expect(door).toBeNull();
    expect(lines.join(' ')).toContain('GITHUB_WEBHOOK_SECRET');
  });
});

describe('payloads', () => {
  it('reads every example that GitHub gives of these events', () => {
    for (const name of ['pull_request_review', 'pull_request', 'deployment_status', 'ping', 'push'])
      for (const one of examples.find((event) => event.name === name)?.examples ?? [])
        expect(readDelivery(name, JSON.stringify(one)).what, name).not.toBe('garbled');
  });

  it.each(['null', '[]', '{}', '{"action":"closed"}', '"x"'])('takes no %s', (body) => {
    expect(readDelivery('pull_request', body).what).toBe('garbled');
  });
});
