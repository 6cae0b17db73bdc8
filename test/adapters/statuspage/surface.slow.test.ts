import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttp } from '../../../src/adapters/http.ts';
import { statusPage } from '../../../src/adapters/statuspage/api.ts';
import { checkStatuspage } from '../../../src/adapters/statuspage/check.ts';
import { connectStatuspage } from '../../../src/adapters/statuspage/connect.ts';
import { statuspageSurface } from '../../../src/adapters/statuspage/surface.ts';
import { markerFor } from '../../../src/core/outward/audience.ts';
import type { Message } from '../../../src/core/outward/sending.ts';
import { type AnswerCheck, answerCheck, watched } from '../../support/prism-answers.ts';
import { type Asked, type Prism, type Stand, startPrism, startStand } from '../../support/prism-stand.ts';
import { message, viewOfEvents } from '../../support/prism-view.ts';
import { CONTRACTS, describeIf } from '../../support/requires.ts';
import { SAMPLE_UID, sampleEvents } from '../../support/sample-incident.ts';
import { fakePage, type Sent } from './fake-page.ts';

const MARKER = markerFor(SAMPLE_UID);
const KEY = markerFor(SAMPLE_UID, 'post/1');
const SETTINGS = { page: 'pg1', components: { API: 'cmpApi', 'Web shop': 'cmpWeb' } };
const isPost = ({ method }: Asked): boolean => method === 'POST';
const isPatch = ({ method }: Asked): boolean => method === 'PATCH';
const told = (over: Partial<Message> = {}): Message => message({ audience: 'public', ...over });

describe('connectStatuspage', () => {
  it('names what is missing', async () => {
    await expect(
      connectStatuspage({ root: '/', settings: { statuspage: { page: 'pg1' } }, env: {} }),
    ).rejects.toMatchObject({
      ...{ code: 'not_configured', message: 'Statuspage cannot be used without STATUSPAGE_API_KEY' },
    });
  });

  it('shows nothing by itself', async () => {
    const env = { STATUSPAGE_API_KEY: 'k', STATUSPAGE_API_URL: 'http://127.0.0.1:1' };
    const { surfaces } = await connectStatuspage({ root: '/', settings: { statuspage: SETTINGS }, env });
    const [surface] = surfaces ?? [];
    expect(surface).toMatchObject({ audience: 'public', mirrors: false, opens: 'message' });
    const place = { ref: 'inc1', url: null };
    // Nothing listens there: it answers without asking.
    expect(await surface?.refresh(place, { state: 'major_outage' })).toMatchObject({ outcome: 'done' });
    expect(await surface?.open({ state: 'major_outage' }, MARKER, null)).toMatchObject({
      outcome: 'declined',
    });
    for (const audience of ['internal', 'executive'] as const) {
      const other = told({ audience });
      expect(await surface?.open({ state: 'major_outage' }, MARKER, other)).toMatchObject({ why: 'invalid' });
      expect(await surface?.post(place, other, KEY)).toMatchObject({ why: 'invalid' });
    }
  });
});

describeIf('prism', 'contracts')('Statuspage', () => {
  let prism: Prism;
  let fits: AnswerCheck;
  /** What our stand-in answered and the service would not. */
  let odd: string[];
  let stand: Stand;
  let page: ReturnType<typeof fakePage>;
  let surface: ReturnType<typeof statuspageSurface>;
  let clock: number;
  let pauses: number[];

  beforeAll(async () => {
    prism = await startPrism(join(CONTRACTS, 'statuspage.json'));
    fits = await answerCheck(join(CONTRACTS, 'statuspage.json'));
  }, 60_000);
  afterAll(() => prism?.stop());
  beforeEach(async () => {
    page = fakePage();
    odd = [];
    stand = await startStand({ prism, answer: watched(page.answer, fits, odd) });
    clock = 0;
    pauses = [];
    surface = statuspageSurface(site(), SETTINGS);
  });
  afterEach(async () => {
    const { refused } = stand;
    await stand.stop();
    expect(refused).toEqual([]);
    expect(odd).toEqual([]);
  });

  const site = () =>
    statusPage(stand.url, 'sp-key', 'pg1', {
      now: () => clock,
      pause: async (ms) => {
        pauses.push(ms);
        clock += ms;
      },
    });
  const open = (first = told({ systems: ['api'] })) =>
    surface.open(surface.draft(viewOfEvents(sampleEvents().slice(0, 5))), MARKER, first);
  const place = { ref: 'inc0', url: 'https://stspg.example/inc0' };

  it('is refused by the contract when a body is wrong', async () => {
    const http = createHttp(stand.url, { authorization: 'OAuth k' });
    const send = (body: unknown) => http.send('POST', '/pages/pg1/incidents', body);
    for (const body of [
      { name: 'x' },
      { incident: { status: 'investigating' } },
      { incident: { name: 'x', status: 'broken' } },
      { incident: { name: 'x', stauts: 'investigating' } },
    ])
      expect(await send(body)).toMatchObject({ status: 422 });
    expect(await createHttp(stand.url, {}).send('GET', '/pages/pg1')).toMatchObject({ status: 401 });
    expect(stand.refused.splice(0)).toHaveLength(5);
    expect(page.incidents).toEqual([]);
  });

  it('opens with the approved text and finds it again', async () => {
    expect(await surface.find(MARKER)).toBeNull();
    expect(await open()).toEqual({ outcome: 'done', place, dropped: [] });
    expect(page.incidents).toMatchObject([
      {
        ...{ status: 'investigating', components: [{ id: 'cmpApi', status: 'partial_outage' }] },
        updates: [{ status: 'investigating', body: told().text, told: true }],
      },
    ]);
    expect(stand.asked.at(-1)?.headers.authorization).toBe('OAuth sp-key');
    expect(await surface.find(MARKER)).toEqual(place);
    const [incident] = page.incidents;
    if (incident) incident.status = 'resolved';
    expect(await surface.find(MARKER)).toEqual(place);
    expect(await surface.find(markerFor('01KA7Q00000000000000000001'))).toBeNull();
  });

  it('says which systems have no component', async () => {
    expect(await open(told({ systems: ['API', 'Mail'] }))).toMatchObject({
      outcome: 'done',
      dropped: ['components'],
    });
    expect(page.incidents[0]?.components).toEqual([{ id: 'cmpApi', status: 'partial_outage' }]);
  });

  it('takes markup and mentions out of force', async () => {
    await open(told({ title: 'A\n<b>title</b>', text: '<script>x</script> @all [l](https://evil.example)' }));
    const body = stand.asked.at(-1)?.body as Sent;
    expect(body.incident.name).not.toContain('\n');
    expect(body.incident.body).not.toMatch(/<script|@all|\]\(/);
    await open(told({ text: 'x'.repeat(30_000) }));
    expect(stand.asked.at(-1)?.body).toMatchObject({ incident: { body: 'x'.repeat(24_999).concat('…') } });
  });

  it('posts once: the text and its key are one request', async () => {
    await open();
    expect(await surface.findPost(place, KEY)).toBeNull();
    stand.fault('lost_after', isPatch);
    const update = told({ text: 'Found it.', public_status: 'identified', systems: ['Web shop'] });
    expect(await surface.post(place, update, KEY)).toEqual({ outcome: 'unknown' });
    expect(await surface.findPost(place, KEY)).toEqual(place);
    // Even where nobody looked first.
    expect(await surface.post(place, update, KEY)).toMatchObject({ outcome: 'done' });
    expect(page.incidents[0]?.updates.map(({ body }) => body)).toEqual([told().text, 'Found it.']);
    expect(page.incidents[0]?.components).toEqual([
      { id: 'cmpApi', status: 'partial_outage' },
      { id: 'cmpWeb', status: 'partial_outage' },
    ]);
  });

  it('keeps what others wrote there, and sets all of its components back in the end', async () => {
    await open();
    const [incident] = page.incidents;
    Object.assign(incident?.metadata ?? {}, { jira: { issue_id: 'X-1' } });
    incident?.components.push({ id: 'cmpOther', status: 'degraded_performance' });
    const [api] = incident?.components ?? [];
    if (api) api.status = 'degraded_performance';
    await surface.post(place, told({ public_status: 'monitoring', systems: ['API'] }), KEY);
    expect(incident?.components[0]).toEqual({ id: 'cmpApi', status: 'degraded_performance' });
    const last = markerFor(SAMPLE_UID, 'post/2');
    await surface.post(place, told({ public_status: 'resolved' }), last);
    expect(incident).toMatchObject({
      ...{
        status: 'resolved',
        metadata: { jira: { issue_id: 'X-1' }, hotfix_pulse: { posts: ['post/1', 'post/2'] } },
      },
    });
    expect(incident?.components).toEqual(
      [
        { id: 'cmpOther', status: 'degraded_performance' },
        { id: 'cmpApi', status: 'operational' },
      ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  });

  it('posts to no incident but its own', async () => {
    await open();
    const [incident] = page.incidents;
    if (incident) incident.metadata = {};
    expect(await surface.post(place, told(), KEY)).toEqual({ outcome: 'declined', why: 'gone' });
    expect(await surface.post({ ref: 'inc7', url: null }, told(), KEY)).toMatchObject({ why: 'not_found' });
    const before = stand.asked.length;
    expect(await surface.post({ ref: '../x', url: null }, told(), KEY)).toMatchObject({ why: 'not_found' });
    expect(stand.asked).toHaveLength(before);
    expect(incident?.updates).toHaveLength(1);
  });

  it.each([
    [
      { status: 429, headers: { 'retry-after': '9' } },
      { outcome: 'limited', retry_after_s: 9 },
    ],
    [{ status: 420 }, { outcome: 'limited', retry_after_s: null }],
    [{ status: 401 }, { outcome: 'declined', why: 'not_allowed' }],
    [{ status: 404 }, { outcome: 'declined', why: 'not_found' }],
    [
      { status: 422, body: { error: ['secret words'] } },
      { outcome: 'declined', why: 'invalid' },
    ],
    [{ status: 500 }, { outcome: 'unknown' }],
  ])('takes %j for what it is', async (refused, outcome) => {
    stand.fault({ refused }, isPost);
    expect(await open()).toEqual(outcome);
    expect(page.incidents).toEqual([]);
  });

  it('opens once, whatever became of the answer', async () => {
    for (const fault of ['lost_after', 'garbage_after'] as const) {
      page.incidents.length = 0;
      stand.fault(fault, isPost);
      expect(await open()).toEqual({ outcome: 'unknown' });
      expect(await surface.find(MARKER)).toEqual(place);
    }
    stand.fault('garbage_after');
    await expect(surface.find(MARKER)).rejects.toMatchObject({ code: 'upstream' });
    stand.fault({ refused: { status: 401, body: { error: 'secret words' } } });
    await expect(surface.find(MARKER)).rejects.toMatchObject({
      message: 'Statuspage does not accept the token',
    });
  });

  it('asks once a second, also when asked all at once', async () => {
    await Promise.all([surface.find(MARKER), surface.find(MARKER)]);
    expect(stand.asked).toHaveLength(4);
    expect(pauses).toEqual([1_000, 1_000, 1_000]);
    clock += 5_000;
    await surface.find(MARKER);
    expect(pauses).toHaveLength(4);
  });

  it('says in doctor what is wrong, with reads only', async () => {
    expect(await checkStatuspage(site(), SETTINGS)).toMatchObject([{ state: 'ok' }, { state: 'ok' }]);
    page.components = ['cmpApi'];
    expect(await checkStatuspage(site(), SETTINGS)).toMatchObject([
      { state: 'ok' },
      { state: 'fail', seen: 'not on the page: Web shop' },
    ]);
    expect(await checkStatuspage(site(), { page: 'pg1' })).toMatchObject([
      { state: 'ok' },
      { state: 'warn' },
    ]);
    stand.fault({ refused: { status: 404 } });
    expect(await checkStatuspage(site(), SETTINGS)).toMatchObject([
      { state: 'fail', seen: 'the key sees no page pg1' },
    ]);
    expect(stand.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});
