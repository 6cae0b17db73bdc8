import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/v4';
import type { GitHub } from '../../../src/adapters/github/client.ts';
import type { GitHubFault } from '../../support/github-faults.ts';
import { type Gateway, OTHER_TOKEN, startGateway, TOKEN } from '../../support/github-gateway.ts';
import { clientOf, isCreate, issuesIn, seedIssue } from '../../support/github-stand.ts';

let gateway: Gateway;
let github: GitHub;
beforeEach(async () => {
  gateway = await startGateway();
  github = clientOf(gateway);
});
afterEach(() => gateway.close());

const Issue = z.object({ number: z.number() });
const create = (client = github) =>
  client.write(Issue, (rest, at) => rest.issues.create({ ...at, title: 'One' }));
const login = (client = github) =>
  client.read(z.object({ login: z.string() }), (rest, { request }) =>
    rest.users.getAuthenticated({ request }),
  );

describe('a change', () => {
  it.each<[GitHubFault, object, number]>([
    ['lose_answer', { outcome: 'unknown' }, 1],
    ['lose_request', { outcome: 'unknown' }, 0],
    ['hold', { outcome: 'unknown' }, 0],
    ['error_after', { outcome: 'unknown' }, 1],
    ['error_before', { outcome: 'unknown' }, 0],
    ['garbage', { outcome: 'unknown' }, 1],
    ['other_json', { outcome: 'unknown' }, 1],
    ['rate_limit', { outcome: 'limited', retry_after_s: expect.any(Number) }, 0],
    ['secondary_limit', { outcome: 'limited', retry_after_s: 45 }, 0],
    ['secondary_without_header', { outcome: 'limited', retry_after_s: 60 }, 0],
    ['too_many', { outcome: 'limited', retry_after_s: 30 }, 0],
    ['bad_credentials', { outcome: 'declined', why: 'not_allowed' }, 0],
    ['forbidden', { outcome: 'declined', why: 'not_allowed' }, 0],
    ['not_found', { outcome: 'declined', why: 'not_found' }, 0],
    ['moved', { outcome: 'declined', why: 'not_found' }, 0],
    ['gone', { outcome: 'declined', why: 'gone' }, 0],
    ['unprocessable', { outcome: 'declined', why: 'invalid' }, 0],
  ])('%s: is never sent twice', async (fault, outcome, made) => {
    gateway.fault(fault);
    expect(await create()).toEqual(outcome);
    expect(gateway.asked).toHaveLength(1);
    expect(await issuesIn(gateway)).toHaveLength(made);
  });

  it('that is not answered in time is unknown', async () => {
    gateway.fault('hang');
    expect(await create(clientOf(gateway, { limits: { callMs: 300 } }))).toEqual({ outcome: 'unknown' });
    expect(gateway.asked).toHaveLength(1);
  });

  it('that nobody can take is unknown', async () => {
    gateway.reachable(false);
    expect(await create()).toEqual({ outcome: 'unknown' });
  });

  it('waits for the end of a limit as long as GitHub says', async () => {
    gateway.fault('rate_limit');
    const answer = await create();
    const wait = answer.outcome === 'limited' ? (answer.retry_after_s ?? 0) : 0;
    expect(wait).toBeGreaterThan(80);
    expect(wait).toBeLessThanOrEqual(92);
  });

  it('keeps a second from the one before', async () => {
    const slow = clientOf(gateway, { limits: { paced: true, callMs: 10_000 } });
    await create(slow);
    const began = performance.now();
    await Promise.all([create(slow), create(clientOf(gateway, { limits: { paced: true } }))]);
    expect(performance.now() - began).toBeGreaterThan(1_800);
    expect(await issuesIn(gateway)).toHaveLength(3);
  });
});

describe('a question', () => {
  it.each<GitHubFault>(['lose_answer', 'lose_request', 'error_before', 'error_after'])(
    '%s: is asked again',
    async (fault) => {
      gateway.fault(fault);
      expect(await login()).toEqual({ login: 'ops-bot' });
      expect(gateway.asked).toHaveLength(2);
    },
  );

  it('is asked three times at most', async () => {
    for (let n = 0; n < 5; n++) gateway.fault('error_before');
    await expect(login()).rejects.toMatchObject({
      code: 'upstream',
      message: 'GitHub answers with status 502',
    });
    expect(gateway.asked).toHaveLength(3);
  });

  it.each<[GitHubFault, string]>([
    ['rate_limit', 'GitHub asks for a pause'],
    ['secondary_limit', 'GitHub asks for a pause'],
    ['bad_credentials', 'GitHub does not accept the token'],
    ['garbage', 'GitHub does not answer'],
    ['other_json', 'GitHub does not answer'],
  ])('%s: is an error of ours at once', async (fault, message) => {
    gateway.fault(fault);
    await expect(login()).rejects.toMatchObject({ code: 'upstream', message });
    expect(gateway.asked).toHaveLength(1);
  });

  it('ends when its time is over', async () => {
    gateway.fault('hang');
    const began = performance.now();
    await expect(login(clientOf(gateway, { limits: { callMs: 300 } }))).rejects.toMatchObject({
      code: 'upstream',
    });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('reads every page', async () => {
    const one = await seedIssue(gateway, { body: 'x' });
    gateway.answers(({ query }) => {
      const page = Number(new URLSearchParams(query).get('page'));
      const rows = Array.from({ length: page < 3 ? 100 : 5 }, (_, n) => ({
        ...one,
        number: page * 1_000 + n,
      }));
      return { status: 200, body: rows };
    });
    const numbers: number[] = [];
    const rows = github.pages(z.array(Issue), (rest, at) => rest.issues.listForRepo({ ...at, state: 'all' }));
    for await (const { number } of rows) numbers.push(number);
    expect(new Set(numbers).size).toBe(205);
    expect(gateway.asked).toHaveLength(3);
  });
});

describe('who we are', () => {
  it('is asked once', async () => {
    expect(await Promise.all([github.whoami(), github.whoami()])).toEqual([
      { kind: 'user', login: 'ops-bot' },
      { kind: 'user', login: 'ops-bot' },
    ]);
    expect(gateway.asked).toHaveLength(1);
  });

  it('is asked again after a failure', async () => {
    gateway.fault('bad_credentials');
    await expect(github.whoami()).rejects.toMatchObject({ code: 'upstream' });
    expect(await github.whoami()).toEqual({ kind: 'user', login: 'ops-bot' });
  });

  it('is an app where GitHub does not tell', async () => {
    gateway.fault('forbidden');
    expect(await github.whoami()).toEqual({ kind: 'app' });
  });

  it('is no app for a limit', async () => {
    gateway.fault('secondary_without_header');
    await expect(github.whoami()).rejects.toMatchObject({ message: 'GitHub asks for a pause' });
  });
});

describe('the token', () => {
  it('goes into one header, and into no error or output', async () => {
    const out = ['log', 'info', 'warn', 'error', 'debug'] as const;
    const spies = out.map((name) => vi.spyOn(console, name).mockImplementation(() => {}));
    const faults: GitHubFault[] = [
      'lose_answer',
      'error_before',
      'garbage',
      'bad_credentials',
      'moved',
      'too_many',
    ];
    const ends: unknown[] = [];
    for (const fault of faults) {
      gateway.fault(fault);
      ends.push(await create());
      for (let n = 0; n < 3; n++) gateway.fault(fault);
      ends.push(await login().catch((error: unknown) => error));
      for (let n = 0; n < 3; n++) gateway.fault(fault);
      ends.push(await github.attempt(Issue, (rest, at) => rest.repos.get(at)));
    }
    const shown = inspect(ends, { depth: 20, showHidden: true }) + ends.map((end) => String(end)).join();
    expect(shown).not.toContain(TOKEN.slice(4, 20));
    expect(shown).not.toMatch(/authorization/i);
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    for (const { headers, path, query, body } of gateway.asked) {
      expect(headers.authorization).toBe(`token ${TOKEN}`);
      const rest = { ...headers, authorization: '', path, query, body };
      expect(JSON.stringify(rest)).not.toContain(TOKEN.slice(4, 20));
    }
  });

  it('comes with our name and the version of the API that we know', async () => {
    await login(clientOf(gateway, { token: OTHER_TOKEN }));
    expect(gateway.asked[0]?.headers).toMatchObject({
      ...{ authorization: `token ${OTHER_TOKEN}`, 'x-github-api-version': '2022-11-28' },
      'user-agent': expect.stringMatching(/^hotfix-pulse /),
    });
  });
});

it('only a create is what the suites spoil', () => {
  const path = '/repos/a/b/issues';
  expect(isCreate({ method: 'POST', path, query: '', body: {} })).toBe(true);
  expect(isCreate({ method: 'POST', path: `${path}/1/comments`, query: '', body: {} })).toBe(false);
});
