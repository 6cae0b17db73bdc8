import { describe, expect, it } from 'vitest';
import type { Asked } from '../support/github-contract.ts';
import type { GitHubFault } from '../support/github-faults.ts';
import { commentsOn, deliver, issuesIn, payloadOf, repository } from './kit.ts';

const creates = ({ method, path }: Asked) => method === 'POST' && path.endsWith('/issues');
const comments = ({ method, path }: Asked) => method === 'POST' && path.endsWith('/comments');
const changes = ({ method }: Asked) => method === 'PATCH';
const lists =
  (what: string) =>
  ({ method, path }: Asked) =>
    method === 'GET' && path.endsWith(what);

/** Two failures, the first of them delivered in peace. */
async function onTheBrink(inputs: Readonly<Record<string, string>> = {}) {
  const at = await repository(inputs);
  at.seen.push({ number: 1, conclusion: 'failure' });
  const second = { number: 2, conclusion: 'failure' };
  return { ...at, second: () => at.happens(second), again: () => at.again(second) };
}

describe('one issue, whatever happens on the way', () => {
  it.each<GitHubFault>(['lose_answer', 'error_after', 'garbage', 'other_json'])(
    '%s after it was created: found, not made again',
    async (fault) => {
      const { gateway, second, again } = await onTheBrink();
      gateway.fault(fault, creates);
      const ran = await second();
      expect([ran.code, ran.outputs['action-taken']], ran.log).toEqual([0, 'opened']);
      expect((await again()).outputs['action-taken']).toBe('none');
      expect(await issuesIn(gateway)).toHaveLength(1);
      expect(gateway.asked.filter(creates)).toHaveLength(1);
    },
  );

  it.each<[GitHubFault, RegExp]>([
    [
      'error_before',
      /::error::GitHub did not answer so that it is known what happened \(the issue\)\. Run this job again/,
    ],
    [
      'secondary_limit',
      /::error::GitHub takes no more requests for now \(the issue\)\. Run this job again in 45 seconds/,
    ],
    ['secondary_without_header', /::error::GitHub takes no more requests/],
    [
      'forbidden',
      /::error::GitHub refused the request with status 403 \(the issue\)\. Give the job the permission "issues: write"/,
    ],
    ['gone', /::error::.*Switch issues on in the settings/],
    ['unprocessable', /::error::.*Check the inputs label/],
  ])('%s: not made, said clearly, never sent twice; the next delivery makes it', async (fault, says) => {
    const { gateway, second, again } = await onTheBrink();
    gateway.fault(fault, creates);
    const ran = await second();
    expect([ran.code, ran.outputs]).toEqual([1, {}]);
    expect(ran.log).toMatch(says);
    expect(gateway.asked.filter(creates)).toHaveLength(1);
    expect((await again()).outputs['action-taken']).toBe('opened');
    expect(await issuesIn(gateway)).toHaveLength(1);
  });

  it('reads are repeated', async () => {
    const { gateway, second } = await onTheBrink();
    gateway.fault('error_before', lists('/runs'));
    gateway.fault('lose_request', lists('/issues'));
    const ran = await second();
    expect([ran.code, ran.outputs['action-taken']], ran.log).toEqual([0, 'opened']);
  });

  it.each<[GitHubFault, string, RegExp]>([
    ['rate_limit', '/runs', /takes no more requests for now \(the workflow runs\)/],
    ['forbidden', '/runs', /permission "actions: read"/],
    ['bad_credentials', '/user', /Check the input github-token/],
  ])('%s on reading %s ends it before anything is made', async (fault, path, says) => {
    const { gateway, second } = await onTheBrink();
    gateway.fault(fault, lists(path));
    const ran = await second();
    expect(ran.code).toBe(1);
    expect(ran.log).toMatch(says);
    expect(gateway.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('a comment whose answer was lost is there once', async () => {
    const { gateway, happens, again, second } = await onTheBrink();
    await second();
    gateway.fault('lose_answer', comments);
    gateway.fault('error_after', changes);
    const ran = await happens({ number: 3, conclusion: 'failure' });
    expect([ran.code, ran.outputs['action-taken']], ran.log).toEqual([0, 'commented']);
    await again();
    expect(await commentsOn(gateway, 1)).toHaveLength(1);
  });

  it('a recovery that broke off after its comment is finished by the next delivery', async () => {
    const { gateway, happens, second } = await onTheBrink();
    await second();
    gateway.fault('forbidden', changes);
    const green = { number: 3, conclusion: 'success' };
    expect((await happens(green)).code).toBe(1);
    expect((await issuesIn(gateway))[0]?.body).not.toContain('Recovered at');
    expect((await deliver(gateway, payloadOf(green))).outputs['action-taken']).toBe('recovered');
    expect((await deliver(gateway, payloadOf(green))).outputs['action-taken']).toBe('none');
    expect(await commentsOn(gateway, 1)).toHaveLength(1);
    expect((await issuesIn(gateway))[0]?.body).toContain('Recovered at');
  });

  it('deliveries at the same time end in one open issue that tells every failure once', async () => {
    const { gateway, seen } = await onTheBrink();
    seen.push({ number: 2, conclusion: 'failure' }, { number: 3, conclusion: 'failure' });
    const payloads = [2, 3, 2].map((number) => payloadOf({ number, conclusion: 'failure' }));
    const ran = await Promise.all(payloads.map((payload) => deliver(gateway, payload)));
    expect(ran.map(({ code, log }) => (code === 0 ? '' : log))).toEqual(['', '', '']);
    const issues = await issuesIn(gateway);
    const open = issues.filter(({ state }) => state === 'open');
    expect(open).toHaveLength(1);
    expect(open[0]?.number).toBe(1);
    for (const other of issues.slice(1)) expect(other.body).toMatch(/^Opened at the same time as #1,/);
    const told = [open[0]?.body ?? '', ...(await commentsOn(gateway, 1))].join('\n');
    for (const number of [1, 2, 3]) expect(told).toContain(`<!-- run:100${number}:1 -->`);
    // Calm again: nothing is left to do.
    expect((await deliver(gateway, payloads[1])).outputs['action-taken']).toBe('none');
    expect((await issuesIn(gateway)).filter(({ state }) => state === 'open')).toHaveLength(1);
  });

  it.each<[GitHubFault, Record<string, string>, string]>([
    ['drop_labels', {}, 'GitHub left out a label'],
    ['drop_assignees', { assignees: 'ops-bot' }, 'GitHub left out an assignee'],
  ])('%s is a warning, and the issue is still found', async (fault, inputs, says) => {
    const { gateway, second, again } = await onTheBrink(inputs);
    gateway.fault(fault, fault === 'drop_labels' ? creates : ({ path }) => path.endsWith('/assignees'));
    const ran = await second();
    expect([ran.code, ran.log]).toEqual([0, expect.stringContaining(`::warning::${says}`)]);
    expect(ran.summary).toContain(says);
    expect((await again()).outputs['action-taken']).toBe('none');
    expect(await issuesIn(gateway)).toHaveLength(1);
  });

  it('assigns and labels as asked', async () => {
    const { gateway, second } = await onTheBrink({
      assignees: 'ana, ops-bot',
      'severity-label': 'P1',
      label: 'ci',
    });
    const ran = await second();
    expect(ran.log).not.toContain('::warning::');
    const [issue] = await issuesIn(gateway);
    expect(issue?.labels.map(({ name }) => name)).toEqual(['ci', 'P1']);
    expect(issue?.assignees.map(({ login }) => login).sort()).toEqual(['ana', 'ops-bot']);
  });

  it("the workflow's own token may not ask who it is; then it is the bot of GitHub Actions", async () => {
    const { gateway, second } = await onTheBrink();
    gateway.fault('forbidden', lists('/user'));
    await second();
    const asked = gateway.asked
      .filter(lists('/issues'))
      .map(({ query }) => new URLSearchParams(query).get('creator'));
    expect(new Set(asked)).toEqual(new Set(['github-actions[bot]']));
  });

  it('a named account is not asked for', async () => {
    const { gateway, second, again } = await onTheBrink({ account: 'ops-bot' });
    await second();
    expect((await again()).outputs['action-taken']).toBe('none');
    expect(gateway.asked.filter(lists('/user'))).toEqual([]);
  });
});
