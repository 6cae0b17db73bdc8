import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttp } from '../../../src/adapters/http.ts';
import { connectPagerDuty } from '../../../src/adapters/pagerduty/connect.ts';
import { markerFor } from '../../../src/core/outward/audience.ts';
import type { PagerDutyDraft } from '../../../src/core/outward/pagerduty.ts';
import type { SurfaceOf } from '../../../src/ports-outward.ts';
import { type AnswerCheck, answerCheck, watched } from '../../support/prism-answers.ts';
import {
  type Answer,
  type Asked,
  type Prism,
  type Stand,
  startPrism,
  startStand,
} from '../../support/prism-stand.ts';
import { message } from '../../support/prism-view.ts';
import { CONTRACTS, describeIf } from '../../support/requires.ts';
import { SAMPLE_UID } from '../../support/sample-incident.ts';

const ROUTING_KEY = 'e93facc04764012d7bfb002500d5d1a6';
const MARKER = markerFor(SAMPLE_UID);
const BY_KEY = { by: 'key', key: 'srv01/mysql', url: null } as const;
const BY_PAGE = {
  by: 'incident',
  id: 'PT4KHLK',
  url: 'https://acme.pagerduty.com/incidents/PT4KHLK',
} as const;

describe('connectPagerDuty', () => {
  const connect = (env: Record<string, string>) =>
    connectPagerDuty({ root: '/', settings: { pagerduty: {} }, env });

  it('names what is missing', async () => {
    await expect(connect({})).rejects.toMatchObject({
      ...{ code: 'not_configured', message: 'PagerDuty cannot be used without PAGERDUTY_ROUTING_KEY' },
    });
  });

  it('says in doctor what the keys look like', async () => {
    const bad = await (await connect({ PAGERDUTY_ROUTING_KEY: 'x' })).check();
    expect(bad.map(({ state }) => state)).toEqual(['fail', 'warn']);
    expect(
      JSON.stringify(await (await connect({ PAGERDUTY_ROUTING_KEY: ROUTING_KEY })).check()),
    ).not.toContain(ROUTING_KEY);
  });
});

describeIf('prism', 'contracts')('PagerDuty', () => {
  let prisms: Prism[];
  let fits: AnswerCheck[];
  /** What our stand-in answered and the service would not. */
  let odd: string[];
  let events: Stand;
  let rest: Stand;
  /** Alerts by key, as the events left them. */
  let alerts: Map<string, string>;
  let paged: object;
  let surface: SurfaceOf<PagerDutyDraft>;
  let connect: (token: string) => ReturnType<typeof connectPagerDuty>;

  const enqueue = ({ body }: Asked): Answer => {
    const { dedup_key, event_action } = body as { dedup_key: string; event_action: string };
    if (event_action === 'trigger') throw new Error('paged somebody');
    if (alerts.get(dedup_key) !== 'resolve') alerts.set(dedup_key, event_action);
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key } };
  };
  const read = ({ path }: Asked): Answer | null =>
    path === '/incidents/PT4KHLK'
      ? { status: 200, body: { incident: { id: 'PT4KHLK', ...paged } } }
      : path === '/incidents'
        ? { status: 200, body: { incidents: [] } }
        : null;

  beforeAll(async () => {
    const start = (name: string) => startPrism(join(CONTRACTS, name));
    fits = await Promise.all([
      answerCheck(join(CONTRACTS, 'pagerduty-events-v2.json'), '/v2'),
      answerCheck(join(CONTRACTS, 'pagerduty-rest.json')),
    ]);
    prisms = await Promise.all([start('pagerduty-events-v2.json'), start('pagerduty-rest.json')]);
  }, 60_000);
  afterAll(() => Promise.all((prisms ?? []).map((prism) => prism.stop())));
  beforeEach(async () => {
    alerts = new Map();
    odd = [];
    paged = { first_trigger_log_entry: { channel: { type: 'api', incident_key: 'srv01/mysql' } } };
    events = await startStand({
      prism: prisms[0] ?? null,
      prefix: '/v2',
      answer: watched(enqueue, fits[0] ?? null, odd),
    });
    rest = await startStand({ prism: prisms[1] ?? null, answer: watched(read, fits[1] ?? null, odd) });
    connect = (token) =>
      connectPagerDuty({
        ...{ root: '/', settings: { pagerduty: {} } },
        env: {
          ...{ PAGERDUTY_ROUTING_KEY: ROUTING_KEY, PAGERDUTY_API_TOKEN: token },
          ...{ PAGERDUTY_EVENTS_URL: events.url, PAGERDUTY_API_URL: rest.url },
        },
      });
    surface = (await connect('pd-token')).surfaces?.[0] as SurfaceOf<PagerDutyDraft>;
  });
  afterEach(async () => {
    await events.stop();
    await rest.stop();
    expect([...events.refused, ...rest.refused, ...odd]).toEqual([]);
    expect(rest.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  const open = (alert: PagerDutyDraft['alert'], action: PagerDutyDraft['action'] = 'acknowledge') =>
    surface.open({ alert, action }, MARKER, null);
  const place = { ref: 'dedup:srv01/mysql', url: null };

  it('is refused by the contract when a body is wrong', async () => {
    const http = createHttp(events.url, {});
    const good = { routing_key: ROUTING_KEY, dedup_key: 'k', event_action: 'resolve' };
    for (const body of [{ ...good, event_action: 'close' }, { dedup_key: 'k', event_action: 'resolve' }, {}])
      expect(await http.send('POST', '/v2/enqueue', body)).toMatchObject({ status: 400 });
    expect(await createHttp(rest.url, {}).send('GET', '/incidents')).toMatchObject({ state: 'answered' });
    expect(events.refused.splice(0)).toHaveLength(3);
    expect(rest.refused.splice(0)).toHaveLength(1);
    expect(alerts.size).toBe(0);
  });

  it('attaches to the alert that the record names and to nothing else', async () => {
    expect(await open(null)).toEqual({ outcome: 'declined', why: 'nothing_there' });
    expect(await open(BY_KEY)).toEqual({ outcome: 'done', place, dropped: [] });
    expect(events.asked.map(({ body }) => body)).toEqual([
      { routing_key: ROUTING_KEY, dedup_key: 'srv01/mysql', event_action: 'acknowledge' },
    ]);
    expect(rest.asked).toEqual([]);
    expect(await surface.find(MARKER)).toBeNull();
  });

  it('sends nothing before somebody has acknowledged', async () => {
    expect(await open(BY_KEY, null)).toMatchObject({ outcome: 'done' });
    expect(events.asked).toEqual([]);
  });

  it('looks the key up by the page of the incident', async () => {
    expect(await open(BY_PAGE)).toEqual({
      outcome: 'done',
      place: { ...place, url: BY_PAGE.url },
      dropped: [],
    });
    expect(rest.asked[0]?.headers).toMatchObject({
      ...{ authorization: 'Token token=pd-token', accept: 'application/vnd.pagerduty+json;version=2' },
    });
    paged = { incident_key: 'own' };
    expect(await open(BY_PAGE)).toMatchObject({ place: { ref: 'dedup:own' } });
    paged = { first_trigger_log_entry: { channel: { type: 'email' } } };
    expect(await open(BY_PAGE)).toEqual({ outcome: 'declined', why: 'nothing_there' });
    expect(await open({ ...BY_PAGE, id: 'PNONE' })).toEqual({ outcome: 'declined', why: 'not_found' });
  });

  it('needs a token for that', async () => {
    const [own] = (await connect('')).surfaces ?? [];
    expect(await own?.open({ alert: { ...BY_PAGE }, action: null }, MARKER, null)).toMatchObject({
      why: 'nothing_there',
    });
    expect(rest.asked).toEqual([]);
  });

  it('is the same however often it is sent', async () => {
    for (const action of ['acknowledge', 'acknowledge', 'resolve', 'resolve'] as const) {
      expect(await surface.refresh(place, { alert: null, action })).toEqual({
        outcome: 'done',
        place,
        dropped: [],
      });
    }
    expect([...alerts]).toEqual([['srv01/mysql', 'resolve']]);
    events.fault('lost_after');
    expect(await surface.refresh(place, { alert: null, action: 'resolve' })).toEqual({ outcome: 'unknown' });
    expect(
      await surface.refresh({ ref: 'OPS-1', url: null }, { alert: null, action: 'resolve' }),
    ).toMatchObject({
      outcome: 'declined',
    });
  });

  it.each([
    [429, { outcome: 'limited', retry_after_s: 5 }],
    [400, { outcome: 'declined', why: 'invalid' }],
    [401, { outcome: 'declined', why: 'not_allowed' }],
    [404, { outcome: 'declined', why: 'not_found' }],
    [500, { outcome: 'unknown' }],
  ])('takes %i for what it is, in events and in look-ups', async (status, outcome) => {
    const refused = { status, headers: { 'retry-after': '5' }, body: { message: 'secret words' } };
    events.fault({ refused });
    expect(await open(BY_KEY)).toEqual(outcome);
    rest.fault({ refused });
    expect(await open(BY_PAGE)).toEqual(outcome);
    expect(alerts.size).toBe(0);
  });

  it('leaves an answer that is none open', async () => {
    rest.fault('garbage_after');
    expect(await open(BY_PAGE)).toEqual({ outcome: 'unknown' });
    rest.fault('lost_before');
    expect(await open(BY_PAGE)).toEqual({ outcome: 'unknown' });
  });

  it('takes no notes', async () => {
    expect(await surface.post(place, message(), MARKER)).toEqual({ outcome: 'declined', why: 'invalid' });
    expect(await surface.findPost(place, MARKER)).toBeNull();
  });

  it('says in doctor what is wrong, with reads only', async () => {
    const { check } = await connect('pd-token');
    expect((await check()).map(({ state }) => state)).toEqual(['ok', 'ok']);
    rest.fault({ refused: { status: 401 } });
    expect((await check())[1]).toMatchObject({ state: 'fail', seen: 'PagerDuty does not accept the token' });
    expect(events.asked).toEqual([]);
  });
});
