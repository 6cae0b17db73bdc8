import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIncidentIssue } from '../../../src/adapters/github/incident-issue.ts';
import { markerFor } from '../../../src/core/outward/audience.ts';
import type { IncidentIssueDraft } from '../../../src/core/outward/github-issue.ts';
import type { Message, Place } from '../../../src/core/outward/sending.ts';
import type { SurfaceOf } from '../../../src/ports-outward.ts';
import { UID } from '../../support/events.ts';
import type { Asked } from '../../support/github-contract.ts';
import { type Gateway, OTHER_TOKEN, startGateway } from '../../support/github-gateway.ts';
import { OUTCOMES } from '../../support/github-outcomes.ts';
import { clientOf, seedIssue, tell } from '../../support/github-stand.ts';

let gateway: Gateway;
let surface: SurfaceOf<IncidentIssueDraft>;
beforeEach(async () => {
  gateway = await startGateway();
  surface = createIncidentIssue(clientOf(gateway), []);
});
afterEach(() => gateway.close());

const REPO = '/repos/ops-bot/shop';
const message = (text: string): Message => ({
  ...{ text, audience: 'internal', systems: [], public_status: 'investigating', title: 'Login' },
});
async function opened(): Promise<Place> {
  const { html_url: url } = await seedIssue(gateway, { body: markerFor(UID) });
  return { ref: 'ops-bot/shop#1', url };
}

describe('a message', () => {
  const marker = markerFor(UID, 'post/01KJM4YG00STRY000000000009');
  const isComment = ({ method, path }: Asked) => method === 'POST' && path.endsWith('/comments');
  const comments = () => tell<{ body: string }[]>(gateway, 'GET', `${REPO}/issues/1/comments`);

  it('is a comment that does nothing but say it', async () => {
    const place = await opened();
    expect(await surface.findPost(place, marker)).toBeNull();
    const said = await surface.post(place, message('Login is back.\n@team fixes #1\n/close'), marker);
    expect(said).toMatchObject({ outcome: 'done', dropped: [] });
    expect((await comments()).map(({ body }) => body)).toEqual([
      `Login is back.\n@\u200Dteam fixes #\u200D1\n\\/close\n\n${marker}`,
    ]);
    const found = await surface.findPost(place, marker);
    expect(said).toMatchObject({ place: found });
    expect(found?.ref).toMatch(/^ops-bot\/shop#1-comment-\d+$/);
  });

  it('of somebody else is not ours, nor is another one', async () => {
    const place = await opened();
    await tell(gateway, 'POST', `${REPO}/issues/1/comments`, { body: marker }, OTHER_TOKEN);
    await surface.post(place, message('other'), markerFor(UID, 'post/other'));
    expect(await surface.findPost(place, marker)).toBeNull();
  });

  it('is found among many', async () => {
    const place = await opened();
    await surface.post(place, message('first'), marker);
    for (let n = 0; n < 120; n++) await tell(gateway, 'POST', `${REPO}/issues/1/comments`, { body: `${n}` });
    const last = markerFor(UID, 'post/last');
    await surface.post(place, message('last'), last);
    expect(await surface.findPost(place, marker)).not.toBeNull();
    expect(await surface.findPost(place, last)).not.toBeNull();
  });

  it('is cut where GitHub would not take it', async () => {
    const place = await opened();
    expect(await surface.post(place, message('#1 é\n'.repeat(40_000)), marker)).toMatchObject({
      outcome: 'done',
    });
    const [comment] = await comments();
    expect(comment?.body.length).toBeLessThan(65_000);
    expect(comment?.body.endsWith(`… more in the record\n\n${marker}`)).toBe(true);
  });

  it.each(OUTCOMES)('with %s is sent once, and found if it is there', async (fault, outcome, made) => {
    const place = await opened();
    gateway.fault(fault, isComment);
    expect(await surface.post(place, message('x'), marker)).toMatchObject(outcome);
    expect(gateway.asked.filter(isComment)).toHaveLength(1);
    expect((await surface.findPost(place, marker)) === null).toBe(made === 0);
  });
});
