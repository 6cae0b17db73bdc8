import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../../src/core/events.ts';
import type { Incident } from '../../src/core/incident.ts';
import { DOORS } from '../../src/hub/doors.ts';
import { createEveryTick } from '../../src/hub/every-tick.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import recordEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadAll } from '../../src/tools/support/load.ts';
import { createDeps } from '../../src/wire.ts';
import { clickUpPrism, clickUpStand, type FakeClickUp, LEAD, ME } from '../support/clickup-stand.ts';
import { ask, clickUpSignature, startHub } from '../support/hub-kit.ts';
import type { Prism, Stand } from '../support/prism-stand.ts';
import { tempRepo } from '../support/repo.ts';

let prism: Prism | null;
let stand: Stand;
let clickUp: FakeClickUp;
beforeAll(async () => {
  prism = await clickUpPrism();
}, 60_000);
afterAll(() => prism?.stop());
beforeEach(async () => {
  ({ stand, clickUp } = await clickUpStand(prism));
});
afterEach(async () => {
  expect(stand.refused).toEqual([]);
  await stand.stop();
});

const START = Date.parse('2026-11-20T13:59:00Z');
const TASK = '1vj38vv';
const USER = { id: 183, username: 'John' };
const delivery = (more: object = {}, item: object = {}) =>
  JSON.stringify({
    ...{ event: 'taskTagUpdated', task_id: TASK, webhook_id: '7fa3ec74' },
    history_items: [
      { id: '1', field: 'tag', user: USER, before: null, after: [{ name: 'incident' }], ...item },
    ],
    ...more,
  });

async function world(clickup: object = { ops_lead: { user: LEAD } }) {
  const repo = tempRepo({ commits: 1 });
  repo.write('hotfix-pulse.config.json', JSON.stringify({ clickup }));
  const env = {
    ...{ CLICKUP_API_TOKEN: 'pk_1', CLICKUP_WEBHOOK_SECRET: 'webhook-secret', CLICKUP_API_URL: stand.url },
  };
  const doors = { clickup: DOORS.clickup ?? (() => Promise.reject(new Error('no door'))) };
  const start = (more: object = {}) => startHub({ root: repo.root, env, doors, ...more });
  const incidents = async (): Promise<Incident[]> => {
    const deps = await createDeps({ root: repo.root, env: {}, actor: { name: 'test', kind: 'system' } });
    return (await loadAll(deps)).map(({ incident }) => incident);
  };
  /** What another process of that caller works with. */
  const as = (actor: Actor) => createDeps({ root: repo.root, env, actor }, { clock: { now: () => START } });
  return { repo, env, doors, start, incidents, as };
}

const send = (port: number, body: string, headers: Record<string, string> = {}) =>
  ask(port, {
    ...{ method: 'POST', path: '/clickup', body },
    headers: { 'content-type': 'application/json', 'x-signature': clickUpSignature(body), ...headers },
  });
const tagged = (more: object = {}) => clickUp.seed({ id: TASK, tags: [{ name: 'incident' }], ...more });
const stepsOf = (id = TASK) => clickUp.subtasksOf(id).map(({ name }) => name);
/** Another start, after the pause that follows a lost answer. */
const LATER = { at: Date.parse('2026-11-20T15:00:00Z'), everyTick: createEveryTick };
const until = (isSo: () => boolean) => vi.waitFor(() => expect(isSo()).toBe(true), 8_000);
const ALL = ['Contain', 'Repair', 'Review'];

describe('a task that gets the tag', () => {
  it('becomes an incident of the person who tagged it, with lead, subtasks and a link back', async () => {
    const { start, incidents } = await world();
    const task = tagged({ markdown_description: 'Cards are refused; key AKIAIOSFODNN7EXAMPLE' });
    const hub = await start();
    expect(await send(hub.port, delivery())).toMatchObject({ status: 200, body: '' });
    await hub.stop();
    const [incident, ...more] = await incidents();
    expect(more).toEqual([]);
    expect(incident).toMatchObject({ title: 'Checkout fails', status: 'investigating' });
    expect(incident?.opened).toMatchObject({
      ...{ by: { name: 'John', kind: 'human', via: 'clickup' }, key: `clickup/${TASK}/0` },
    });
    expect(incident?.description).toContain('Cards are refused');
    expect(incident?.description).not.toContain('AKIA');
    const linked = incident?.recorded.filter(({ kind }) => kind === 'linked');
    expect(linked?.map(({ data }) => data)).toEqual([
      { type: 'issue', url: task.url, surface: { service: 'clickup', ref: TASK } },
    ]);
    expect(task).toMatchObject({ name: 'Checkout fails', assignees: [{ id: LEAD }] });
    expect(stepsOf()).toEqual(ALL);
    expect(clickUp.comments).toHaveLength(1);
    expect(clickUp.comments[0]?.comment_text).toContain('hotfix-001');
    expect(hub.lines.join('')).not.toMatch(/Checkout|John|AKIA/);
  });

  it('is one incident however often it is told, also at once, and when tag comes back later', async () => {
    const { start, incidents } = await world();
    const task = tagged();
    const hub = await start();
    const statuses = await Promise.all([1, 2, 3].map(() => send(hub.port, delivery())));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200]);
    task.tags = [];
    await send(hub.port, delivery({}, { before: [{ name: 'incident' }], after: null }));
    task.tags = [{ name: 'incident' }];
    task.markdown_description = 'Edited since';
    expect((await send(hub.port, delivery())).status).toBe(200);
    await hub.stop();
    expect(await incidents()).toHaveLength(1);
    expect(stepsOf()).toEqual(ALL);
    expect(clickUp.comments).toHaveLength(1);
    expect(task.assignees).toEqual([{ id: LEAD }]);
  });

  it('that has it from its beginning is one too', async () => {
    const { start, incidents } = await world();
    tagged();
    clickUp.seed({ id: 'plain' });
    const hub = await start();
    for (const task_id of [TASK, 'plain']) {
      const body = delivery(
        { event: 'taskCreated', task_id },
        { field: 'status', after: { status: 'to do' } },
      );
      expect((await send(hub.port, body)).status).toBe(200);
    }
    await send(hub.port, delivery());
    await hub.stop();
    expect(await incidents()).toHaveLength(1);
    expect(stepsOf()).toEqual(ALL);
  });

  it('is one incident when two hubs are told at once', async () => {
    const { start, incidents } = await world();
    tagged();
    const [one, two] = [await start(), await start()];
    await Promise.all([send(one.port, delivery()), send(two.port, delivery())]);
    await Promise.all([one.stop(), two.stop()]);
    expect(await incidents()).toHaveLength(1);
    expect(stepsOf()).toEqual(ALL);
    expect(clickUp.comments).toHaveLength(1);
  });

  it.each([
    ['the lead', (method: string) => method === 'PUT'],
    ['a subtask', (method: string, path: string) => method === 'POST' && path.includes('/list/')],
    ['the link back', (method: string, path: string) => method === 'POST' && path.endsWith('/comment')],
  ] as [string, (method: string, path: string) => boolean][])(
    'survives a line that breaks at %s: a later look makes what is missing, once',
    async (_what, when) => {
      const { start, incidents } = await world();
      const task = tagged();
      stand.fault('lost_after', ({ method, path }) => when(method, path));
      const first = await start();
      expect((await send(first.port, delivery())).status).toBe(200);
      await first.stop();
      const second = await start(LATER);
      await until(() => clickUp.comments.length === 1 && stepsOf().length === 3);
      await second.stop();
      expect(await incidents()).toHaveLength(1);
      expect(stepsOf()).toEqual(ALL);
      expect(clickUp.comments).toHaveLength(1);
      expect(task.assignees).toEqual([{ id: LEAD }]);
    },
  );

  it('survives an end after each step', async () => {
    const { start, incidents, as } = await world();
    const task = tagged();
    // Opened, and nothing else.
    const john = await as({ name: 'John', kind: 'human', via: 'clickup' });
    const args = { description: 'Checkout fails\n\nolder words', idempotency_key: `clickup/${TASK}` };
    await callTool(createHotfixTask, args, john);
    const first = await start();
    expect((await send(first.port, delivery())).status).toBe(200);
    await first.stop();
    expect(await incidents()).toHaveLength(1);
    expect(stepsOf()).toEqual(ALL);
    // Linked, and nothing else.
    for (const { id } of clickUp.subtasksOf(TASK))
      clickUp.tasks.splice(
        clickUp.tasks.findIndex((one) => one.id === id),
        1,
      );
    task.assignees = [];
    clickUp.comments.splice(0);
    const [incident] = await incidents();
    rmSync(join(john.workspace.root, '.git/hotfix-pulse', incident?.uid ?? '', 'outbox.jsonl'));
    const second = await start(LATER);
    await until(() => clickUp.comments.length === 1);
    await second.stop();
    expect(await incidents()).toHaveLength(1);
    expect(stepsOf()).toEqual(ALL);
    expect(task.assignees).toEqual([{ id: LEAD }]);
  });

  it('shows where the incident stands from then on', async () => {
    const { start, as } = await world({ statuses: { mitigated: 'watching' } });
    const task = tagged();
    const hub = await start({ everyTick: createEveryTick });
    await send(hub.port, delivery());
    await callTool(
      recordEvent,
      { kind: 'mitigation_applied', text: 'Turned it off', type: 'feature_flag' },
      { ...(await as({ name: 'test', kind: 'agent' })), outward: undefined },
    );
    await until(() => stepsOf().length === 3);
    await hub.tick();
    await until(() => task.status.status === 'watching');
    await hub.stop();
    expect(clickUp.subtasksOf(TASK).map(({ status }) => status.type)).toEqual(['closed', 'open', 'open']);
  });
});

describe('what opens nothing', () => {
  it.each<[string, Parameters<typeof delivery>, object | null]>([
    ['another tag', [{}, { after: [{ name: 'bug' }] }], {}],
    ['a tag that was taken away', [{}, { before: [{ name: 'incident' }], after: null }], {}],
    ['another event', [{ event: 'taskStatusUpdated' }], {}],
    ['a tag that is gone by now', [], { tags: [] }],
    ['a task that is gone by now', [], null],
  ])('%s', async (_name, [more, item], seed) => {
    const { start, incidents } = await world();
    if (seed) tagged(seed);
    const hub = await start();
    expect((await send(hub.port, delivery(more, item))).status).toBe(200);
    expect(await incidents()).toEqual([]);
    expect(stand.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('a task that we made ourselves, and one below an incident', async () => {
    const { start, incidents, as } = await world({ list: '901', show: 'auto' });
    const its = await as({ name: 'claude-code', kind: 'agent' });
    await callTool(createHotfixTask, { description: 'Login is down' }, its);
    const [ours] = clickUp.tasks;
    expect(ours).toMatchObject({ creator: { id: ME }, tags: [{ name: 'incident' }] });
    clickUp.seed({ id: 'below', tags: [{ name: 'incident' }], parent: ours?.id ?? '' });
    const hub = await start();
    for (const task_id of [ours?.id, 'below'])
      expect((await send(hub.port, delivery({ task_id }))).status).toBe(200);
    expect(await incidents()).toHaveLength(1);
    // A copy of it that somebody made is a task of theirs.
    clickUp.seed({ ...ours, id: 'copy', creator: { id: 77 }, name: 'Login is down again' });
    await send(hub.port, delivery({ task_id: 'copy' }));
    await hub.stop();
    expect(await incidents()).toHaveLength(2);
  });

  it('a second task of the same title is named in the incident that is open', async () => {
    const { start, incidents } = await world();
    tagged();
    tagged({ id: 'second' });
    const hub = await start();
    await send(hub.port, delivery());
    for (let i = 0; i < 2; i++) await send(hub.port, delivery({ task_id: 'second' }));
    await hub.stop();
    const [incident, ...more] = await incidents();
    expect(more).toEqual([]);
    expect(incident?.recorded.filter(({ kind }) => kind === 'linked').map(({ key }) => key)).toEqual([
      `surface/clickup/${TASK}`,
      'clickup/second/linked',
    ]);
    expect(stepsOf('second')).toEqual([]);
  });
});

describe('who may call', () => {
  it.each<[string, string, Record<string, string>, number]>([
    ['unsigned', delivery(), { 'x-signature': '' }, 403],
    ['signed with another secret', delivery(), { 'x-signature': clickUpSignature(delivery(), 'other') }, 403],
    ['signed, then changed', delivery(), { 'x-signature': clickUpSignature(`${delivery()} `) }, 403],
    ['signed and garbled', '{"event":', {}, 400],
    ['signed with a task that is a path', delivery({ task_id: '../../user' }), {}, 400],
  ])('%s', async (_name, body, headers, status) => {
    const { start, incidents } = await world();
    tagged();
    const hub = await start();
    expect(await send(hub.port, body, headers)).toMatchObject({ status, body: '' });
    expect(stand.asked).toEqual([]);
    expect(await incidents()).toEqual([]);
  });

  it('nobody, before the secrets are there', async () => {
    const { repo, doors } = await world();
    const start = (env: Record<string, string>) => startHub({ root: repo.root, env, doors });
    await expect(start({})).rejects.toMatchObject({
      ...{ code: 'not_configured', message: expect.stringContaining('CLICKUP_WEBHOOK_SECRET') },
    });
    await expect(start({ CLICKUP_API_TOKEN: 'pk_1', CLICKUP_WEBHOOK_SECRET: ' ' })).rejects.toMatchObject({
      code: 'not_configured',
    });
  });

  it('a repository without ClickUp has no such path', async () => {
    const hub = await startHub({ doors: (await world()).doors });
    expect((await send(hub.port, delivery())).status).toBe(404);
  });
});

describe('when ClickUp cannot be asked', () => {
  it('it is told to send again, and then it works', async () => {
    const { start, incidents } = await world();
    tagged();
    stand.fault({ refused: { status: 500, body: { err: 'upstream words' } } });
    const hub = await start();
    expect(await send(hub.port, delivery())).toMatchObject({ status: 503, body: '' });
    expect(await incidents()).toEqual([]);
    expect(hub.lines.join('')).not.toContain('upstream words');
    expect((await send(hub.port, delivery())).status).toBe(200);
    await hub.stop();
    expect(await incidents()).toHaveLength(1);
  });

  it('it is told so before it gives up by itself', async () => {
    const { repo, env, doors, incidents } = await world();
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => {
      silent.listen(0, '127.0.0.1', done);
    });
    const { port } = silent.address() as AddressInfo;
    const slow = { ...env, CLICKUP_API_URL: `http://127.0.0.1:${port}` };
    const hub = await startHub({ root: repo.root, env: slow, doors });
    const begun = Date.now();
    expect((await send(hub.port, delivery())).status).toBe(503);
    // Source: https://developer.clickup.com/docs/webhookhealth.
    expect(Date.now() - begun).toBeLessThan(7_000);
    silent.closeAllConnections();
    silent.close();
    await hub.stop();
    expect(await incidents()).toEqual([]);
  });
});
