import { afterEach, describe, expect, it } from 'vitest';
import { type Gateway, type GatewayOptions, startGateway, TOKEN } from '../../support/github-gateway.ts';

/** The judge is judged: what GitHub would refuse must be refused here, or every other suite shows nothing. */

let gateway: Gateway;
afterEach(() => gateway.close());

async function open(options: GatewayOptions = { strict: false }) {
  gateway = await startGateway(options);
  return async (method: string, path: string, body?: unknown, token = TOKEN) => {
    const answer = await fetch(`${gateway.url}${path}`, {
      method,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
}
const ISSUES = '/repos/ops-bot/shop/issues';

describe('the GitHub of the tests', () => {
  it.each<[string, string, string, unknown]>([
    ['a missing title', 'POST', ISSUES, { body: 'x' }],
    ['a title of another type', 'POST', ISSUES, { title: { text: 'x' } }],
    ['labels of another type', 'POST', ISSUES, { title: 'x', labels: 'P1' }],
    ['a misspelt key', 'POST', ISSUES, { title: 'x', asignees: ['ana'] }],
    ['an unknown state', 'PATCH', `${ISSUES}/1`, { state: 'shut' }],
    ['an unknown reason', 'PATCH', `${ISSUES}/1`, { state_reason: 'because' }],
    ['an unknown query parameter', 'GET', `${ISSUES}?lables=x`, undefined],
    ['a query parameter of another kind', 'GET', `${ISSUES}?state=any`, undefined],
    ['an unknown route', 'GET', '/repos/ops-bot/shop/isues', undefined],
    ['a method that the route lacks', 'PUT', ISSUES, { title: 'x' }],
    ['a sub-issue by its number', 'POST', `${ISSUES}/1/sub_issues`, { issue_number: 2 }],
    ['a comment without text', 'POST', `${ISSUES}/1/comments`, {}],
    [
      'a milestone without title',
      'POST',
      '/repos/ops-bot/shop/milestones',
      { due_on: '2026-01-19T20:00:00Z' },
    ],
    ['a due date that is none', 'POST', '/repos/ops-bot/shop/milestones', { title: 'x', due_on: 'soon' }],
  ])('refuses %s', async (_, method, path, body) => {
    const ask = await open();
    expect((await ask(method, path, body)).status).toBe(422);
    expect(gateway.illegal).toHaveLength(1);
    expect(await ask('GET', ISSUES)).toEqual({ status: 200, body: [] });
  });

  it('fails the suite that did it', async () => {
    const ask = await open({});
    await ask('GET', '/nothing');
    const { close } = gateway;
    await expect(close()).rejects.toThrow('GET /nothing');
    await open();
  });

  it('notices answers that GitHub would not give', async () => {
    const ask = await open();
    gateway.answers(({ path }) => (path === '/user' ? { status: 200, body: { login: 7 } } : null));
    await ask('GET', '/user');
    expect(gateway.illegal.join()).toMatch(/^answer to GET \/user/);
  });

  it('takes what GitHub takes, and knows its tokens', async () => {
    const ask = await open({});
    expect(await ask('POST', ISSUES, { title: 'x', labels: ['P1'] })).toMatchObject({ status: 201 });
    expect(await ask('GET', '/user')).toMatchObject({ status: 200, body: { login: 'ops-bot' } });
    expect(await ask('GET', '/user', undefined, 'ghp_unknown')).toMatchObject({ status: 401 });
    expect(gateway.asked.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', ISSUES, 201],
      ['GET', '/user', 200],
      ['GET', '/user', 401],
    ]);
  });
});
