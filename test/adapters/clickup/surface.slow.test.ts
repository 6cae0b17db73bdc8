import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClickUp } from '../../../src/adapters/clickup/client.ts';
import { createTaskSurface } from '../../../src/adapters/clickup/surface.ts';
import type { OutwardSettings } from '../../../src/core/outward/services.ts';
import { clickUpPrism, clickUpStand, type FakeClickUp, LEAD, ME } from '../../support/clickup-stand.ts';
import { outwardWorld } from '../../support/outward-kit.ts';
import type { Asked, Fault, Prism, Stand } from '../../support/prism-stand.ts';

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
  // Every request was legal by ClickUp's own description.
  expect(stand.refused).toEqual([]);
  await stand.stop();
});

const STATUSES = { investigating: 'in progress', monitoring: 'watching', closed: 'Complete' };
type Settings = NonNullable<OutwardSettings['clickup']>;
const SETTINGS: Settings = {
  ...{ list: '901', ops_lead: { user: LEAD }, tag: 'Incident', statuses: STATUSES, show: 'auto' },
};

const surfaceFor = (settings: Settings = SETTINGS) =>
  createTaskSurface(createClickUp(stand.url, 'pk_1'), settings);
const worldFor = (settings: Settings = SETTINGS) =>
  outwardWorld([{ surface: surfaceFor(settings) }], { settings: { clickup: settings } });
const posts = (asked: Asked) => asked.method === 'POST';
const named = (name: string) => (asked: Asked) =>
  posts(asked) && (asked.body as { name?: string } | null)?.name === name;
const namesOf = (tasks: readonly { name: string }[]) => tasks.map(({ name }) => name);
const top = () => clickUp.tasks.filter(({ parent }) => parent === null);

it('a wrong request is refused by the description', async () => {
  if (prism === null) return;
  const answer = await fetch(`${stand.url}/v2/list/901/task`, {
    method: 'POST',
    headers: { authorization: 'pk_1', 'content-type': 'application/json' },
    body: JSON.stringify({ priority: 'urgent' }),
  });
  expect(answer.status).toBe(422);
  expect(stand.refused.splice(0)).toHaveLength(1);
});

describe('an incident that is shown by itself', () => {
  it('becomes one task with lead, tag, priority and three subtasks', async () => {
    const { incident, kinds } = await worldFor();
    const [task, ...more] = top();
    expect(more).toEqual([]);
    const { uid } = await incident();
    expect(task).toMatchObject({
      ...{ name: "hotfix-001: Users can't login - 500 error on auth endpoint", creator: { id: ME } },
      ...{ assignees: [{ id: LEAD }], tags: [{ name: 'incident' }], status: { status: 'in progress' } },
    });
    expect(task?.markdown_description).toContain(`ref: hotfix-pulse ${uid}`);
    expect(namesOf(clickUp.subtasksOf(task?.id ?? ''))).toEqual(['Contain', 'Repair', 'Review']);
    expect(clickUp.comments).toEqual([]);
    const [linked] = await kinds('linked');
    expect(linked?.data).toMatchObject({ surface: { service: 'clickup', ref: task?.id }, url: task?.url });
  });

  it('takes a group as lead', async () => {
    await worldFor({ ...SETTINGS, ops_lead: { group: 'c0ffee-1' } });
    expect(top()[0]).toMatchObject({ assignees: [], group_assignees: [{ id: 'c0ffee-1' }] });
  });

  it('follows the record: text, status, closed steps; the same again changes nothing', async () => {
    const { record, next } = await worldFor();
    const [task] = top();
    await record('cause_identified', 'The session cookie was renamed');
    expect(task?.markdown_description).toContain('**Cause:** The session cookie was renamed');
    // The settings name no status for this one.
    expect(task?.status.status).toBe('in progress');
    await record('mitigation_applied', 'Turned the new login off', { type: 'feature_flag' });
    const steps = () => clickUp.subtasksOf(task?.id ?? '').map(({ status }) => status.status);
    expect(steps()).toEqual(['complete', 'to do', 'to do']);
    const before = stand.asked.length;
    await next();
    expect(stand.asked).toHaveLength(before);
    const surface = surfaceFor();
    const place = { ref: task?.id ?? '', url: null };
    const draft = { ...surface.draft(await viewOfNow()), reopened: false };
    await surface.refresh(place, draft);
    stand.asked.splice(0);
    expect(await surface.refresh(place, draft)).toMatchObject({ outcome: 'done', dropped: [] });
    expect(stand.asked.filter(({ method }) => method !== 'GET')).toEqual([]);

    async function viewOfNow() {
      const { surfaceView } = await import('../../../src/tools/support/surfaces.ts');
      const { loadUid } = await import('../../../src/tools/support/load.ts');
      const world = await worldFor({ ...SETTINGS, show: 'off' });
      return surfaceView(await loadUid((await world.incident()).uid, world.deps), world.deps);
    }
  });

  it('a status that the list has not is left out', async () => {
    const { kinds } = await worldFor({ ...SETTINGS, statuses: { investigating: 'on fire' } });
    expect(top()[0]?.status.status).toBe('to do');
    expect(await kinds('linked')).toHaveLength(1);
  });

  it('people keep what they change: the lead stays away, a step that they closed stays closed', async () => {
    const { record } = await worldFor();
    const [task] = top();
    const [contain] = clickUp.subtasksOf(task?.id ?? '');
    if (!task || !contain) throw new Error('no task');
    task.assignees = [{ id: 77 }];
    contain.status = { status: 'complete', type: 'closed' };
    await record('noted', 'x');
    await record('cause_identified', 'y');
    expect(task.assignees).toEqual([{ id: 77 }]);
    expect(contain.status.status).toBe('complete');
  });

  it('without a list nothing is made, and nobody is told of a fault', async () => {
    const { list: _, ...rest } = SETTINGS;
    const { opened } = await worldFor(rest);
    expect(top()).toEqual([]);
    expect(stand.asked).toEqual([]);
    expect(opened.warnings).toEqual([]);
  });
});

describe('when the line is bad', () => {
  const FAULTS: [string, Fault][] = [
    ['an answer that is lost', 'lost_after'],
    ['a request that is lost', 'lost_before'],
    ['an answer that is no JSON', 'garbage_after'],
    ['a 500 after it was done', { carriedOutThen: { status: 500 } }],
    ['a limit', { refused: { status: 429, headers: { 'x-ratelimit-reset': '1' } } }],
    ['a refusal', { refused: { status: 401, body: { err: 'Token invalid' } } }],
  ];
  describe.each([
    ['the task', posts],
    ['the second subtask', named('Repair')],
    ['the change of the task', ({ method }: Asked) => method === 'PUT'],
  ] as [string, (asked: Asked) => boolean][])('at %s', (_what, when) => {
    it.each(FAULTS)('%s: one of everything in the end', async (_name, fault) => {
      stand.fault(fault, when);
      const { opened, next, kinds } = await worldFor();
      expect(opened.data.opened).toBe(true);
      for (const minutes of [1, 2, 10, 20]) await next(minutes);
      expect(top()).toHaveLength(1);
      expect(namesOf(clickUp.subtasksOf(top()[0]?.id ?? ''))).toEqual(['Contain', 'Repair', 'Review']);
      expect(top()[0]).toMatchObject({ assignees: [{ id: LEAD }], status: { status: 'in progress' } });
      expect(await kinds('linked')).toHaveLength(1);
    });
  });

  it('a reference that somebody else wrote is not believed', async () => {
    stand.fault('lost_after', posts);
    const world = await worldFor({ ...SETTINGS, show: 'off' });
    const { uid } = await world.incident();
    clickUp.seed({
      ...{ id: 'forged', tags: [{ name: 'incident' }], markdown_description: `ref: hotfix-pulse ${uid}` },
    });
    expect(await surfaceFor().find(`<!-- hotfix-pulse:${uid} -->`)).toBeNull();
  });

  it('finds its task behind more than a page of others, among the closed ones too', async () => {
    const { incident } = await worldFor();
    const [task] = top();
    for (let i = 0; i < 150; i++) clickUp.seed({ id: `other${i}`, tags: [{ name: 'incident' }] });
    const { uid } = await incident();
    expect((await surfaceFor().find(`<!-- hotfix-pulse:${uid} -->`))?.ref).toBe(task?.id);
    expect(stand.asked.at(-1)?.query.get('include_closed')).toBe('true');
  });
});

describe('a task that somebody else made', () => {
  const place = { ref: '1vj38vv', url: null };
  const MINE = { id: '1vj38vv', tags: [{ name: 'incident' }], assignees: [{ id: 77 }] };

  it('gets lead, subtasks and one comment, and keeps its words', async () => {
    const { record, incident, deps } = await worldFor({ ...SETTINGS, show: 'off' });
    const task = clickUp.seed(MINE);
    const { recordPlace } = await import('../../../src/tools/support/send-attempts.ts');
    await recordPlace(await incident(), surfaceFor(), place, deps);
    await record('noted', 'x');
    await record('mitigation_applied', 'Turned it off', { type: 'feature_flag' });
    expect(task).toMatchObject({ name: 'Checkout fails', markdown_description: 'Cards are refused' });
    expect(task.assignees).toEqual([{ id: 77 }, { id: LEAD }]);
    expect(namesOf(clickUp.subtasksOf(task.id))).toEqual(['Contain', 'Repair', 'Review']);
    expect(clickUp.comments.map(({ comment_text }) => comment_text)).toEqual([
      expect.stringMatching(/^This is incident hotfix-001\..*\n\nref: hotfix-pulse \w+:record$/s),
    ]);
  });

  it('links back once from two processes, also behind a page of comments', async () => {
    const { deps, incident } = await worldFor({ ...SETTINGS, show: 'off' });
    clickUp.seed({ ...MINE });
    const { surfaceView } = await import('../../../src/tools/support/surfaces.ts');
    const { loadUid } = await import('../../../src/tools/support/load.ts');
    const view = surfaceView(await loadUid((await incident()).uid, deps), deps);
    const first = surfaceFor();
    await first.refresh(place, first.draft(view));
    for (let i = 0; i < 60; i++)
      clickUp.comments.push({
        ...{ id: `c${i}`, task: '1vj38vv', comment_text: 'me too', user: { id: 77 }, date: '2' },
      });
    const second = surfaceFor();
    await second.refresh(place, second.draft(view));
    expect(clickUp.comments.filter(({ comment_text }) => comment_text.includes('hotfix-pulse'))).toHaveLength(
      1,
    );
  });

  it('that is gone is a refusal, not an error', async () => {
    const world = await worldFor({ ...SETTINGS, show: 'off' });
    const { surfaceView } = await import('../../../src/tools/support/surfaces.ts');
    const { loadUid } = await import('../../../src/tools/support/load.ts');
    const view = surfaceView(await loadUid((await world.incident()).uid, world.deps), world.deps);
    const surface = surfaceFor();
    const draft = surface.draft(view);
    expect(await surface.refresh(place, draft)).toEqual({ outcome: 'declined', why: 'not_found' });
    // And an incident that came from it does not get another task in its place.
    const from = { ...draft, from: '1vj38vv' };
    expect(await surface.open(from, '<!-- hotfix-pulse:x -->', null)).toEqual({
      ...{ outcome: 'declined', why: 'not_found' },
    });
    clickUp.seed(MINE);
    expect(await surface.open(from, '<!-- hotfix-pulse:x -->', null)).toMatchObject({
      place: { ref: '1vj38vv' },
    });
    expect(clickUp.tasks).toHaveLength(1);
  });
});

describe('a message', () => {
  const message = {
    ...{ text: 'Login works again, @team', audience: 'internal' as const, systems: [], title: 'x' },
    public_status: 'resolved' as const,
  };
  const place = { ref: '9hx', url: 'https://app.clickup.com/t/9hx' };
  const marker = '<!-- hotfix-pulse:01KJM4YG00STRY000000000000:post/abc -->';

  it('is a comment that notifies nobody, and is found again', async () => {
    clickUp.seed({ id: '9hx' });
    const surface = surfaceFor();
    expect(await surface.findPost(place, marker)).toBeNull();
    const sent = await surface.post(place, message, marker);
    expect(sent).toMatchObject({ outcome: 'done', place: { ref: '9hx/1' } });
    expect(stand.asked.at(-1)?.body).toEqual({
      comment_text: 'Login works again, @\u200Dteam\n\nref: hotfix-pulse 01KJM4YG00STRY000000000000:post/abc',
      notify_all: false,
    });
    expect(await surface.findPost(place, marker)).toEqual({ ref: '9hx/1', url: place.url });
  });

  it.each<[Fault, object]>([
    ['lost_after', { outcome: 'unknown' }],
    [{ carriedOutThen: { status: 502 } }, { outcome: 'unknown' }],
    [{ refused: { status: 401 } }, { outcome: 'declined', why: 'not_allowed' }],
    [{ refused: { status: 429, headers: { 'retry-after': '7' } } }, { outcome: 'limited', retry_after_s: 7 }],
    [
      { refused: { status: 429, headers: { 'x-ratelimit-reset': '1' } } },
      { outcome: 'limited', retry_after_s: 1 },
    ],
    [{ refused: { status: 429 } }, { outcome: 'limited', retry_after_s: null }],
  ])('%j is told as it is', async (fault, outcome) => {
    clickUp.seed({ id: '9hx' });
    stand.fault(fault, posts);
    expect(await surfaceFor().post(place, message, marker)).toEqual(outcome);
  });

  it('cannot be looked for when ClickUp cannot be asked, in our own words', async () => {
    stand.fault({ refused: { status: 500, body: { err: 'secret upstream words' } } });
    const failure = await surfaceFor()
      .findPost(place, marker)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'upstream', message: 'ClickUp answers with status 500' });
  });
});
