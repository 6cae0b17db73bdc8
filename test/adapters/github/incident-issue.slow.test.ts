import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIncidentIssue } from '../../../src/adapters/github/incident-issue.ts';
import { markerFor } from '../../../src/core/outward/audience.ts';
import type { IncidentIssueDraft } from '../../../src/core/outward/github-issue.ts';
import type { Place } from '../../../src/core/outward/sending.ts';
import type { SurfaceOf } from '../../../src/ports-outward.ts';
import { story, T0, UID } from '../../support/events.ts';
import type { Asked } from '../../support/github-contract.ts';
import { type Gateway, OTHER_TOKEN, startGateway } from '../../support/github-gateway.ts';
import { OUTCOMES } from '../../support/github-outcomes.ts';
import { clientOf, isCreate, issuesIn, seedIssue, tell } from '../../support/github-stand.ts';
import { surfaceView } from '../../support/github-view.ts';

let gateway: Gateway;
let surface: SurfaceOf<IncidentIssueDraft>;
beforeEach(async () => {
  gateway = await startGateway();
  surface = createIncidentIssue(clientOf(gateway), ['area: login']);
});
afterEach(() => gateway.close());

const MARKER = markerFor(UID);
const REPO = '/repos/ops-bot/shop';
const draftOf = (told: ReturnType<typeof story>) => surface.draft(surfaceView(told.events, T0));
const isWrite = ({ method }: Asked) => method !== 'GET';
const writes = () => gateway.asked.filter(isWrite).length;

async function opened(): Promise<Place> {
  const made = await surface.open(draftOf(story('P1')), MARKER, null);
  if (made.outcome !== 'done') throw new Error(made.outcome);
  return made.place;
}
const theIssue = async () => {
  const issues = await issuesIn(gateway);
  expect(issues).toHaveLength(1);
  return issues[0];
};

describe('the incident issue', () => {
  it('is opened with text, labels and marker, and found by it', async () => {
    expect(await surface.find(MARKER)).toBeNull();
    const place = await opened();
    expect(place).toEqual({
      ref: 'ops-bot/shop#1',
      url: expect.stringMatching(/\/ops-bot\/shop\/issues\/1$/),
    });
    expect(await surface.find(MARKER)).toEqual(place);
    const issue = await theIssue();
    expect(issue).toMatchObject({ title: 'Hotfix Pulse: hotfix-001 Users cannot log in', state: 'open' });
    expect(issue?.labels.map(({ name }) => name).sort()).toEqual(['P1', 'area: login', 'hotfix-pulse']);
    expect(issue?.body).toBe(draftOf(story('P1')).body);
  });

  it('has the marker it was told to have', async () => {
    const other = markerFor('01KJM4YG00STRY000000000001');
    await surface.open(draftOf(story('P1')), other, null);
    expect(await surface.find(other)).not.toBeNull();
  });

  it('of somebody else is not ours', async () => {
    await seedIssue(gateway, { body: MARKER, token: OTHER_TOKEN });
    expect(await surface.find(MARKER)).toBeNull();
  });

  it('that is there twice is the older one', async () => {
    const first = await seedIssue(gateway, { body: MARKER });
    await seedIssue(gateway, { body: MARKER });
    expect(await surface.find(MARKER)).toMatchObject({ url: first.html_url });
  });

  it('says which labels GitHub left out', async () => {
    gateway.fault('drop_labels', isCreate);
    expect(await surface.open(draftOf(story('P1')), MARKER, null)).toMatchObject({ dropped: ['labels'] });
  });

  it.each(OUTCOMES)(
    'opened with %s: nothing is sent twice, and it is found if it is there',
    async (fault, outcome, made) => {
      gateway.fault(fault, isCreate);
      expect(await surface.open(draftOf(story('P1')), MARKER, null)).toMatchObject(outcome);
      expect(gateway.asked.filter(isCreate)).toHaveLength(1);
      expect(await surface.find(MARKER)).toEqual(
        made === 0 ? null : expect.objectContaining({ ref: 'ops-bot/shop#1' }),
      );
      await gateway.settle();
      expect(await issuesIn(gateway)).toHaveLength(fault === 'hold' ? 1 : made);
    },
  );

  it('says that it cannot be looked for', async () => {
    gateway.reachable(false);
    await expect(surface.find(MARKER)).rejects.toMatchObject({ code: 'upstream' });
    expect(await surface.visibility()).toBe('unknown');
  });
});

describe('bringing it up to date', () => {
  it('sends nothing when nothing changed', async () => {
    const place = await opened();
    const before = writes();
    for (let n = 0; n < 2; n++)
      expect(await surface.refresh(place, draftOf(story('P1')))).toEqual({
        outcome: 'done',
        place,
        dropped: [],
      });
    expect(writes()).toBe(before);
  });

  it('changes what differs, in one request, and nothing the second time', async () => {
    const place = await opened();
    const told = story('P1').add('severity_changed', { data: { to: 'P0', confirmed: true } });
    const draft = draftOf(told);
    gateway.asked.length = 0;
    expect(await surface.refresh(place, draft)).toMatchObject({ outcome: 'done', dropped: [] });
    const patches = gateway.asked.filter(({ method }) => method === 'PATCH');
    expect(patches).toHaveLength(1);
    expect(Object.keys(patches[0]?.body ?? {}).sort()).toEqual(['body', 'labels']);
    expect((await theIssue())?.labels.map(({ name }) => name).sort()).toEqual([
      'P0',
      'area: login',
      'hotfix-pulse',
    ]);
    gateway.asked.length = 0;
    await surface.refresh(place, draft);
    expect(gateway.asked.map(({ method }) => method)).toEqual(['GET']);
  });

  it('overwrites what people changed, and keeps their labels and comments', async () => {
    const place = await opened();
    const people = {
      title: 'mine now',
      body: 'gone',
      state: 'closed',
      labels: ['team-a', 'p1', 'hotfix-pulse', 'area: login'],
    };
    await tell(gateway, 'PATCH', `${REPO}/issues/1`, people);
    await tell(gateway, 'POST', `${REPO}/issues/1/comments`, { body: 'I look at it' }, OTHER_TOKEN);
    const draft = draftOf(story('P1'));
    expect(await surface.refresh(place, draft)).toMatchObject({ outcome: 'done', dropped: [] });
    const issue = await theIssue();
    expect(issue).toMatchObject({ title: draft.title, body: draft.body, state: 'open', comments: 1 });
    expect(issue?.labels.map(({ name }) => name)).toContain('team-a');
  });

  it.each([
    ['cancelled', 'not_planned'],
    ['closed', 'completed'],
  ] as const)('closes it when the incident is %s, and opens it again', async (kind, reason) => {
    const place = await opened();
    const ended = draftOf(story('P1').add(kind));
    expect(ended.state).toBe('closed');
    await surface.refresh(place, ended);
    expect(await theIssue()).toMatchObject({ state: 'closed', state_reason: reason });
    await surface.refresh(place, draftOf(story('P1').add(kind).add('reopened')));
    expect(await theIssue()).toMatchObject({ state: 'open' });
  });

  it('is the same text for GitHub with other line ends', async () => {
    const place = await opened();
    const draft = draftOf(story('P1'));
    await tell(gateway, 'PATCH', `${REPO}/issues/1`, { body: draft.body.replaceAll('\n', '\r\n') });
    const before = writes();
    await surface.refresh(place, draft);
    expect(writes()).toBe(before);
  });

  it.each(OUTCOMES)('with %s ends as that, and the next one puts it right', async (fault, outcome) => {
    const place = await opened();
    const draft = draftOf(story('P1').add('mitigation_applied'));
    gateway.fault(fault, ({ method }) => method === 'PATCH');
    expect(await surface.refresh(place, draft)).toMatchObject(outcome);
    expect(await surface.refresh(place, draft)).toMatchObject({ outcome: 'done' });
    expect(await theIssue()).toMatchObject({ body: draft.body });
  });

  it.each<[string, string]>([
    ['ops-bot/other#1', 'nothing_there'],
    ['OPS-7', 'nothing_there'],
    ['ops-bot/shop#77', 'not_found'],
  ])('of %s is declined', async (ref, why) => {
    await opened();
    const answer = await surface.refresh({ ref, url: null }, draftOf(story('P1')));
    expect(answer).toEqual({ outcome: 'declined', why });
  });
});

it('says who can read it', async () => {
  expect(await surface.visibility()).toBe('public');
  await tell(gateway, 'PATCH', REPO, { private: true });
  expect(await surface.visibility()).toBe('private');
});
