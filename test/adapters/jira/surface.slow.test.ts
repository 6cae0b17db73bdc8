import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttp } from '../../../src/adapters/http.ts';
import { connectJira } from '../../../src/adapters/jira/connect.ts';
import type { PulseError } from '../../../src/core/errors.ts';
import { markerFor } from '../../../src/core/outward/audience.ts';
import type { JiraDraft } from '../../../src/core/outward/jira-draft.ts';
import type { SurfaceOf } from '../../../src/ports-outward.ts';
import { type AnswerCheck, answerCheck, watched } from '../../support/prism-answers.ts';
import { type Prism, type Stand, startPrism, startStand } from '../../support/prism-stand.ts';
import { message, viewOfEvents } from '../../support/prism-view.ts';
import { describeIf } from '../../support/requires.ts';
import { SAMPLE_UID, sampleEvents } from '../../support/sample-incident.ts';
import { fakeJira } from './fake-jira.ts';

const CONTRACT = fileURLToPath(new URL('../../contracts/jira-cloud.json', import.meta.url));
const MARKER = markerFor(SAMPLE_UID);
const isPost = ({ method }: { method: string }): boolean => method === 'POST';

describe('connectJira', () => {
  it('names what is missing, and refuses an address that is none', async () => {
    const settings = { jira: { project: 'OPS' } };
    const connect = (env: Record<string, string>) => connectJira({ root: '/', settings, env });
    await expect(connect({ JIRA_EMAIL: 'a@example.com' })).rejects.toMatchObject({
      code: 'not_configured',
      message: 'Jira cannot be used without JIRA_BASE_URL and JIRA_API_TOKEN',
    });
    const env = { JIRA_EMAIL: 'a@example.com', JIRA_API_TOKEN: 't' };
    await expect(connect({ ...env, JIRA_BASE_URL: 'http://acme.example' })).rejects.toMatchObject({
      code: 'not_configured',
    });
  });
});

describeIf('prism')('Jira', () => {
  let prism: Prism;
  let fits: AnswerCheck;
  /** What our stand-in answered and the service would not. */
  let odd: string[];
  let stand: Stand;
  let jira: ReturnType<typeof fakeJira>;
  let surface: SurfaceOf<JiraDraft>;
  let check: () => Promise<{ id: string; state: string; seen: string }[]>;

  beforeAll(async () => {
    prism = await startPrism(CONTRACT);
    fits = await answerCheck(CONTRACT);
  }, 60_000);
  afterAll(() => prism?.stop());
  beforeEach(async () => {
    jira = fakeJira();
    odd = [];
    stand = await startStand({ prism, answer: watched(jira.answer, fits, odd) });
    const env = { JIRA_BASE_URL: stand.url, JIRA_EMAIL: 'bot@example.com', JIRA_API_TOKEN: 'jt-secret' };
    const statuses = { investigating: 'In Progress', resolved: 'done', closed: 'Done', mitigated: 'Parked' };
    const connection = await connectJira({
      root: '/',
      settings: { jira: { project: 'OPS', statuses } },
      env,
    });
    surface = connection.surfaces?.[0] as SurfaceOf<JiraDraft>;
    check = connection.check;
  });
  afterEach(async () => {
    const { refused } = stand;
    await stand.stop();
    expect(refused).toEqual([]);
    // Atlassian describes the list of links as an object, and shows a list as its example.
    expect(odd.filter((one) => !one.endsWith('/remotelink 200  must be object'))).toEqual([]);
  });

  const draft = (count = 1): JiraDraft => surface.draft(viewOfEvents(sampleEvents().slice(0, count)));
  const all = (): JiraDraft => surface.draft(viewOfEvents(sampleEvents()));
  const asked = (method: string, end: string): number =>
    stand.asked.filter((one) => one.method === method && one.path.endsWith(end)).length;

  it('is refused by the contract when a body is wrong', async () => {
    const http = createHttp(stand.url, { authorization: 'Basic eDp5' });
    const wrong = { fields: {}, update: { labels: 'x' } };
    expect(await http.send('POST', '/rest/api/3/issue', wrong)).toMatchObject({ status: 422 });
    expect(await http.send('POST', '/rest/api/3/search/jql', { jqll: 'x' })).toMatchObject({ status: 400 });
    expect(await http.send('GET', '/rest/api/3/isue')).toMatchObject({ status: 404 });
    expect(jira.issues).toEqual([]);
    expect(stand.refused.splice(0)).toHaveLength(3);
  });

  it('makes an issue that it finds again', async () => {
    expect(await surface.find(MARKER)).toBeNull();
    const opened = await surface.open(draft(5), MARKER, null);
    expect(opened).toEqual({
      ...{ outcome: 'done', dropped: [] },
      place: { ref: 'OPS-1', url: `${stand.url}/browse/OPS-1` },
    });
    expect(jira.issues[0]?.fields).toMatchObject({
      ...{ project: { key: 'OPS' }, issuetype: { name: 'Bug' }, priority: { name: 'High' } },
      summary: "[P1] Users can't login - 500 error (hotfix-001)",
      labels: ['hotfix-pulse', `hotfix-pulse-${SAMPLE_UID.toLowerCase()}`, 'P1'],
    });
    expect(await surface.find(MARKER)).toEqual({ ref: 'OPS-1', url: `${stand.url}/browse/OPS-1` });
    expect(await surface.find(markerFor('01KA7Q00000000000000000001'))).toBeNull();
  });

  it('believes neither copied labels nor somebody else', async () => {
    const labels = draft().uid ? ['hotfix-pulse', `hotfix-pulse-${SAMPLE_UID.toLowerCase()}`] : [];
    jira.seed({ labels }, {}, 'acc-theirs');
    jira.seed({ labels }, { 'hotfix-pulse': { uid: '01KA7Q00000000000000000001' } });
    expect(await surface.find(MARKER)).toBeNull();
    jira.seed({ labels }, { 'hotfix-pulse': { uid: SAMPLE_UID } });
    jira.pageSize = 1;
    expect(await surface.find(MARKER)).toMatchObject({ ref: 'OPS-3' });
  });

  it('leaves the priority out where the project takes none', async () => {
    jira.takesPriority = false;
    expect(await surface.open(draft(5), MARKER, null)).toMatchObject({
      outcome: 'done',
      dropped: ['priority'],
    });
    expect(jira.issues).toHaveLength(1);
  });

  it('says that the type is not there', async () => {
    jira.types = ['Task'];
    expect(await surface.open(draft(), MARKER, null)).toEqual({ outcome: 'declined', why: 'not_found' });
  });

  it('leaves open what a lost answer did, and finds it later', async () => {
    for (const fault of ['lost_after', 'garbage_after'] as const) {
      stand.fault(fault, isPost);
      expect(await surface.open(draft(), MARKER, null)).toEqual({ outcome: 'unknown' });
    }
    stand.fault({ carriedOutThen: { status: 502, body: {} } }, isPost);
    expect(await surface.open(draft(), MARKER, null)).toEqual({ outcome: 'unknown' });
    jira.lags = true;
    expect(await surface.find(MARKER)).toBeNull();
    jira.lags = false;
    expect(await surface.find(MARKER)).toMatchObject({ ref: 'OPS-1' });
  });

  it.each([
    [429, { outcome: 'limited', retry_after_s: 17 }],
    [401, { outcome: 'declined', why: 'not_allowed' }],
    [403, { outcome: 'declined', why: 'not_allowed' }],
    [404, { outcome: 'declined', why: 'not_found' }],
    [400, { outcome: 'declined', why: 'invalid' }],
    [500, { outcome: 'unknown' }],
  ])('takes %i for what it is', async (status, outcome) => {
    const refused = { status, headers: { 'retry-after': '17' }, body: { errorMessages: ['secret words'] } };
    stand.fault({ refused }, isPost);
    expect(await surface.open(draft(), MARKER, null)).toEqual(outcome);
    expect(jira.issues).toEqual([]);
  });

  it('says in our words that it cannot be asked', async () => {
    const failures: PulseError[] = [];
    for (const status of [401, 500, 429]) {
      stand.fault({ refused: { status, body: { message: 'secret words' } } });
      await surface.find(MARKER).catch((error) => failures.push(error));
    }
    stand.fault('garbage_after');
    await surface.find(MARKER).catch((error) => failures.push(error));
    expect(failures.map(({ code }) => code)).toEqual(Array(4).fill('upstream'));
    expect(JSON.stringify(failures.map(({ message, hint }) => [message, hint]))).not.toMatch(/secret/);
  });

  it('follows the record and changes nothing twice', async () => {
    await surface.open(draft(), MARKER, null);
    jira.issues[0]?.fields.labels.push('team-label', 'P2');
    const place = { ref: 'OPS-1', url: null };
    const done = { outcome: 'done', dropped: [], place: { ref: 'OPS-1', url: `${stand.url}/browse/OPS-1` } };
    expect(await surface.refresh(place, all())).toEqual(done);
    const [issue] = jira.issues;
    expect(issue?.fields).toMatchObject({ status: { name: 'Done' }, priority: { name: 'High' } });
    expect(issue?.fields.labels).toEqual([
      ...['hotfix-pulse', `hotfix-pulse-${SAMPLE_UID.toLowerCase()}`, 'team-label', 'P1'],
    ]);
    expect(issue?.links).toMatchObject([
      { object: { url: 'https://grafana.example/d/1', title: 'Dashboard: Dashboard' } },
    ]);
    const before = stand.asked.length;
    expect(await surface.refresh(place, all())).toEqual(done);
    expect(stand.asked.slice(before).map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('leaves the priority to the team once the severity stands', async () => {
    await surface.open(draft(5), MARKER, null);
    Object.assign(jira.issues[0]?.fields ?? {}, { priority: { name: 'Low' } });
    await surface.refresh({ ref: 'OPS-1', url: null }, all());
    expect(jira.issues[0]?.fields.priority).toEqual({ name: 'Low' });
  });

  it('names what could not be brought over', async () => {
    await surface.open(draft(), MARKER, null);
    jira.statuses = ['To Do'];
    jira.linksOff = true;
    jira.takesPriority = false;
    const outcome = await surface.refresh({ ref: 'OPS-1', url: null }, all());
    expect(outcome).toMatchObject({ outcome: 'done', dropped: ['priority', 'status', 'links'] });
    expect(jira.issues[0]?.fields.summary).toMatch(/^\[P1\]/);
  });

  it('is tried again after a failure half way, and then complete', async () => {
    await surface.open(draft(), MARKER, null);
    const place = { ref: 'OPS-1', url: null };
    stand.fault('lost_after', ({ path, method }) => method === 'POST' && path.endsWith('/remotelink'));
    expect(await surface.refresh(place, all())).toEqual({ outcome: 'unknown' });
    stand.fault(
      { refused: { status: 429, headers: { 'retry-after': '3' } } },
      ({ method }) => method === 'GET',
    );
    expect(await surface.refresh(place, all())).toEqual({ outcome: 'limited', retry_after_s: 3 });
    expect(await surface.refresh(place, all())).toMatchObject({ outcome: 'done' });
    expect(jira.issues[0]?.links).toHaveLength(1);
    expect(asked('POST', '/transitions')).toBe(1);
  });

  it('declines for an issue that is gone and for a reference that is none', async () => {
    expect(await surface.refresh({ ref: 'OPS-9', url: null }, all())).toEqual({
      ...{ outcome: 'declined', why: 'not_found' },
    });
    const before = stand.asked.length;
    for (const ref of ['../myself', 'OPS-1/../../x', ''])
      expect(await surface.refresh({ ref, url: null }, all())).toMatchObject({ outcome: 'declined' });
    expect(stand.asked).toHaveLength(before);
  });

  it('comments once, whatever became of the answer', async () => {
    await surface.open(draft(), MARKER, null);
    const place = { ref: 'OPS-1', url: null };
    const marker = markerFor(SAMPLE_UID, 'post/abc');
    expect(await surface.findPost(place, marker)).toBeNull();
    stand.fault('lost_after', isPost);
    expect(await surface.post(place, message(), marker)).toEqual({ outcome: 'unknown' });
    expect(await surface.findPost(place, marker)).toEqual({
      ...{ ref: 'OPS-1/10000', url: `${stand.url}/browse/OPS-1?focusedCommentId=10000` },
    });
    expect(await surface.findPost(place, markerFor(SAMPLE_UID, 'post/ab'))).toBeNull();
    expect(await surface.findPost({ ref: 'OPS-9', url: null }, marker)).toBeNull();
  });

  it('looks through all comments, and only at its own', async () => {
    await surface.open(draft(), MARKER, null);
    const place = { ref: 'OPS-1', url: null };
    const marker = markerFor(SAMPLE_UID, 'post/abc');
    await surface.post(place, message(), marker);
    const [issue] = jira.issues;
    const [own] = issue?.comments ?? [];
    expect(own?.properties).toEqual([{ key: 'sd.public.comment', value: { internal: true } }]);
    for (let i = 0; i < 5; i++) await surface.post(place, message(), markerFor(SAMPLE_UID, `post/${i}`));
    jira.pageSize = 2;
    expect(await surface.findPost(place, marker)).toMatchObject({ ref: 'OPS-1/10000' });
    if (own) own.author.accountId = 'acc-theirs';
    expect(await surface.findPost(place, marker)).toBeNull();
  });

  it('asks without an account who can read it', async () => {
    expect(await surface.visibility()).toBe('private');
    jira.anonymous = 200;
    expect(await surface.visibility()).toBe('public');
    stand.fault({ refused: { status: 500 } });
    expect(await surface.visibility()).toBe('unknown');
    expect(stand.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it('says in doctor what is wrong, with reads only', async () => {
    expect((await check()).map(({ id, state }) => [id, state])).toEqual([
      ...[
        ['jira_account', 'ok'],
        ['jira_project', 'ok'],
        ['jira_issue_type', 'ok'],
        ['jira_readers', 'ok'],
      ],
    ]);
    jira.types = ['Task'];
    jira.anonymous = 200;
    jira.projectType = 'service_desk';
    expect((await check()).map(({ state }) => state)).toEqual(['ok', 'warn', 'fail', 'warn']);
    stand.fault({ refused: { status: 401 } });
    const [account, ...none] = await check();
    expect(account).toMatchObject({ state: 'fail', seen: 'Jira does not accept the token' });
    expect(none).toEqual([]);
    expect(stand.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});
