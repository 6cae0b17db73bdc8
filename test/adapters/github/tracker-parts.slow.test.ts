import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracker } from '../../../src/adapters/github/tracker.ts';
import type { IssueDraft } from '../../../src/core/followup-issue.ts';
import { markerFor } from '../../../src/core/outward/audience.ts';
import type { Tracker } from '../../../src/ports-tracker.ts';
import type { GitHubFault } from '../../support/github-faults.ts';
import { type Gateway, OTHER_TOKEN, startGateway } from '../../support/github-gateway.ts';
import {
  clientOf,
  isCreate,
  issuesIn,
  type ListedIssue,
  seedIssue,
  tell,
} from '../../support/github-stand.ts';

let gateway: Gateway;
let tracker: Tracker;
beforeEach(async () => {
  gateway = await startGateway();
  tracker = createTracker(clientOf(gateway));
});
afterEach(() => gateway.close());

const UID = '01KJM4YG00STRY000000000000';
const marker = (action: string) => markerFor(UID, action);
const draft = (action: string, more: Partial<IssueDraft> = {}): IssueDraft => ({
  ...{ title: `hotfix-001 ${action}`, body: `Text\n\n${marker(action)}` },
  ...{ labels: ['incident-follow-up', 'P1'], assignee: 'ana', due: '2026-01-19' },
  ...more,
});
const created = { outcome: 'created', dropped: [] };
const writes = () =>
  gateway.asked
    .filter(({ method }) => method !== 'GET')
    .map(({ path }) => path.replace('/repos/ops-bot/shop', ''));

describe('a follow-up on GitHub', () => {
  it('has its labels, its owner and its day', async () => {
    expect(await tracker.create(draft('AI-001'))).toMatchObject(created);
    expect(await tracker.create(draft('AI-002', { labels: ['incident-follow-up', 'P0'] }))).toMatchObject(
      created,
    );
    const [first, second] = await issuesIn(gateway);
    expect(first?.assignees.map(({ login }) => login)).toEqual(['ana']);
    expect(first?.milestone).toMatchObject({ number: 1, title: 'incident follow-ups due 2026-01-19' });
    expect(first?.milestone?.due_on).toMatch(/^2026-01-19T/);
    expect(second?.milestone).toMatchObject({ number: 1 });
    const labels = [...(first?.labels ?? []), ...(second?.labels ?? [])];
    expect(Object.fromEntries(labels.map(({ name, color }) => [name, color]))).toEqual({
      'incident-follow-up': '5319e7',
      P0: 'b60205',
      P1: 'd93f0b',
    });
    expect(writes()).toEqual(['/labels', '/labels', '/milestones', '/issues', '/labels', '/issues']);
  });

  it('without a day or an owner has neither', async () => {
    expect(await tracker.create(draft('AI-001', { assignee: null, due: null }))).toMatchObject(created);
    const [issue] = await issuesIn(gateway);
    expect(issue).toMatchObject({ assignees: [], milestone: null });
    expect(writes()).not.toContain('/milestones');
  });

  it('takes a milestone and labels that are there, in whatever case', async () => {
    await tell(gateway, 'POST', '/repos/ops-bot/shop/labels', { name: 'p1', color: '000000' });
    const title = 'incident follow-ups due 2026-01-19';
    const { number } = await tell<{ number: number }>(gateway, 'POST', '/repos/ops-bot/shop/milestones', {
      title,
    });
    await tell(gateway, 'PATCH', `/repos/ops-bot/shop/milestones/${number}`, { state: 'closed' });
    expect(await tracker.create(draft('AI-001'))).toMatchObject({ outcome: 'created' });
    expect(writes()).toEqual(['/labels', '/issues']);
    expect((await issuesIn(gateway))[0]?.milestone).toMatchObject({ number });
  });

  it('shares the milestone that another process made in the meantime', async () => {
    const title = 'incident follow-ups due 2026-01-19';
    const there = await tell<{ number: number }>(gateway, 'POST', '/repos/ops-bot/shop/milestones', {
      title,
    });
    let asked = 0;
    gateway.answers(({ method, path }) => {
      if (!path.endsWith('/milestones')) return null;
      // Not there yet, then taken, then there.
      if (method === 'POST') return { status: 422, body: { message: 'Validation Failed' } };
      asked += 1;
      return asked === 1 ? { status: 200, body: [] } : null;
    });
    expect(await tracker.create(draft('AI-001'))).toMatchObject(created);
    expect((await issuesIn(gateway))[0]?.milestone).toMatchObject({ number: there.number });
  });

  it.each<[GitHubFault, string]>([
    ['drop_assignees', 'assignee'],
    ['drop_labels', 'labels'],
    ['drop_milestone', 'due'],
  ])('%s: GitHub leaves it out without a word, we say it', async (fault, dropped) => {
    gateway.fault(fault, isCreate);
    expect(await tracker.create(draft('AI-001'))).toMatchObject({ outcome: 'created', dropped: [dropped] });
  });

  it('is made without an owner that GitHub refuses, once', async () => {
    const answer = await tracker.create(draft('AI-001', { assignee: 'nobody-at-all' }));
    expect(answer).toMatchObject({ outcome: 'created', dropped: ['assignee'] });
    expect(await issuesIn(gateway)).toHaveLength(1);
  });

  it('is declined when it is refused without an owner as well', async () => {
    gateway.fault('unprocessable', isCreate);
    gateway.fault('unprocessable', isCreate);
    expect(await tracker.create(draft('AI-001'))).toEqual({ outcome: 'declined' });
    expect(await issuesIn(gateway)).toEqual([]);
  });

  it.each<GitHubFault>(['forbidden', 'error_before', 'secondary_limit', 'garbage', 'lose_answer'])(
    'is not lost for a label or a milestone (%s)',
    async (fault) => {
      gateway.fault(fault, ({ method, path }) => method === 'POST' && path.endsWith('/labels'));
      gateway.fault(fault, ({ method, path }) => method === 'POST' && path.endsWith('/milestones'));
      expect(await tracker.create(draft('AI-001'))).toMatchObject({ outcome: 'created' });
      const [issue] = await issuesIn(gateway);
      expect(issue?.title).toBe('hotfix-001 AI-001');
      const milestones = await tell<unknown[]>(gateway, 'GET', '/repos/ops-bot/shop/milestones?state=all');
      expect(milestones.length).toBeLessThanOrEqual(1);
    },
  );

  it('is a sub-issue of the incident, by its id', async () => {
    // Numbers and ids would be the same otherwise.
    await tell(gateway, 'POST', '/user/repos', { name: 'other' });
    await tell(gateway, 'POST', '/repos/ops-bot/other/issues', { title: 'elsewhere' });
    const incident = await seedIssue(gateway, { body: `Incident\n\n${markerFor(UID)}` });
    await tracker.create(draft('AI-001'));
    await tracker.create(draft('AI-002'));
    const path = `/repos/ops-bot/shop/issues/${incident.number}/sub_issues`;
    const answer = await fetch(`${gateway.url}${path}`, {
      headers: { authorization: gateway.asked[0]?.headers.authorization ?? '' },
    });
    const children = (await answer.json()) as ListedIssue[];
    expect(children.map(({ title }) => title)).toEqual(['hotfix-001 AI-001', 'hotfix-001 AI-002']);
  });

  it.each<GitHubFault>(['not_found', 'lose_answer', 'error_before', 'unprocessable'])(
    'is made where it cannot be linked (%s)',
    async (fault) => {
      await seedIssue(gateway, { body: markerFor(UID) });
      gateway.fault(fault, ({ path }) => path.endsWith('/sub_issues'));
      expect(await tracker.create(draft('AI-001'))).toMatchObject(created);
    },
  );
});

describe('looking for a follow-up', () => {
  it('believes only our own account', async () => {
    await seedIssue(gateway, { body: marker('AI-001'), token: OTHER_TOKEN });
    expect(await tracker.find(marker('AI-001'))).toEqual([]);
    const own = await seedIssue(gateway, { body: marker('AI-001') });
    expect(await tracker.find(marker('AI-001'))).toEqual([{ url: own.html_url }]);
  });

  it('finds it without its labels and with words of people below it', async () => {
    const made = await seedIssue(gateway, { body: `Text\r\n\r\n${marker('AI-001')}\r\n\r\nDone by Ana` });
    expect(await tracker.find(marker('AI-001'))).toEqual([{ url: made.html_url }]);
  });

  it('passes over pull requests', async () => {
    const made = await seedIssue(gateway, { body: marker('AI-001') });
    gateway.answers(({ method, path }) =>
      method === 'GET' && path.endsWith('/issues')
        ? {
            status: 200,
            body: [{ ...made, pull_request: { url: null, html_url: null, diff_url: null, patch_url: null } }],
          }
        : null,
    );
    expect(await tracker.find(marker('AI-001'))).toEqual([]);
  });

  it('reads no further back than the incident goes', async () => {
    const made = await seedIssue(gateway, { body: marker('AI-001') });
    const page = (at: string, from: number) =>
      Array.from({ length: 100 }, (_, n) => ({ ...made, number: from + n, body: 'older', created_at: at }));
    gateway.answers(({ method, path, query }) => {
      if (method !== 'GET' || !path.endsWith('/issues')) return null;
      const at = /(?:^|&)page=1(?:&|$)/.test(query) ? '2026-03-02T00:00:00Z' : '2026-02-01T00:00:00Z';
      return { status: 200, body: page(at, 1_000) };
    });
    expect(await tracker.find(marker('AI-001'))).toEqual([]);
    expect(gateway.asked.filter(({ path }) => path.endsWith('/issues'))).toHaveLength(2);
  });

  it('with a token of an app believes apps', async () => {
    const made = await seedIssue(gateway, { body: marker('AI-001') });
    const bot = { ...made, user: { ...made.user, login: 'deploys[bot]', type: 'Bot' } };
    gateway.answers(({ method, path }) => {
      if (path === '/user')
        return { status: 403, body: { message: 'Resource not accessible by integration' } };
      return method === 'GET' && path.endsWith('/issues')
        ? { status: 200, body: [bot, { ...made, number: 99 }] }
        : null;
    });
    expect(await tracker.find(marker('AI-001'))).toEqual([{ url: bot.html_url }]);
    expect(gateway.asked.at(-1)?.query).not.toContain('creator');
  });

  it('knows the pages of files', () => {
    expect(tracker.pageOf('specs/hotfix-001-a b#1/post-mortem.md')).toBe(
      'https://github.com/ops-bot/shop/blob/HEAD/specs/hotfix-001-a%20b%231/post-mortem.md',
    );
    for (const path of ['../secret', 'a//b', '/etc/passwd', '']) expect(tracker.pageOf(path)).toBeNull();
  });
});
