import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkService, connectOutward } from '../../../src/adapters/outward.ts';
import type { OutwardSettings } from '../../../src/core/outward/services.ts';
import { clickUpPrism, clickUpStand, type FakeClickUp, LEAD } from '../../support/clickup-stand.ts';
import { memoryOutbox } from '../../support/memory-surface.ts';
import type { Prism, Stand } from '../../support/prism-stand.ts';

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

type Settings = NonNullable<OutwardSettings['clickup']>;
const options = (clickup: Settings, env: Record<string, string> = {}) => ({
  ...{ root: '/repo', settings: { clickup } },
  env: { CLICKUP_API_TOKEN: 'pk_1', CLICKUP_API_URL: stand.url, ...env },
});
const check = async (clickup: Settings, env: Record<string, string> = {}) =>
  Object.fromEntries(
    (await checkService('clickup', options(clickup, env))).map(({ id, state, seen }) => [
      id,
      `${state}: ${seen}`,
    ]),
  );

describe('connecting', () => {
  it('asks for the token, and for an address that can be used', async () => {
    const without = { ...options({}), env: {} };
    expect((await connectOutward(without, memoryOutbox())).faults).toEqual([
      {
        ...{ service: 'clickup', message: 'ClickUp cannot be used: CLICKUP_API_TOKEN is not set' },
        hint: 'set CLICKUP_API_TOKEN: personal or app token (pk_...)',
      },
    ]);
    const odd = options({}, { CLICKUP_API_URL: 'http://evil.example' });
    expect((await connectOutward(odd, memoryOutbox())).faults[0]?.message).toContain('CLICKUP_API_URL');
  });

  it('makes no request', async () => {
    const { surfaces, inbox } = await connectOutward(options({}), memoryOutbox());
    expect(surfaces.map(({ service, audience }) => `${service} ${audience}`)).toEqual(['clickup internal']);
    expect(inbox?.service).toBe('clickup');
    expect(stand.asked).toEqual([]);
  });
});

describe('doctor', () => {
  const FULL: Settings = { list: '901', ops_lead: { user: LEAD }, statuses: { closed: 'Complete' } };

  it('sees that everything is right, with reads only', async () => {
    expect(await check(FULL, { CLICKUP_WEBHOOK_SECRET: 'webhook-secret' })).toEqual({
      clickup_token: 'ok: the token works',
      clickup_list: 'ok: the list is there',
      clickup_statuses: 'ok: 1 status(es) of the settings are in the list',
      clickup_ops_lead: 'ok: the ops lead is a member of the list',
      clickup_webhook: 'ok: the webhook is active and its secret is the one that is set',
    });
    expect(stand.asked.every(({ method }) => method === 'GET')).toBe(true);
    expect(stand.asked.every(({ headers }) => headers.authorization === 'pk_1')).toBe(true);
    expect(clickUp.tasks).toEqual([]);
  });

  it.each<[string, Settings, Record<string, string>, RegExp]>([
    ['clickup_list', { list: '404' }, {}, /^fail: ClickUp answers with status 404$/],
    [
      'clickup_statuses',
      { ...FULL, statuses: { closed: 'on fire' } },
      {},
      /^warn: not in the list: on fire$/,
    ],
    ['clickup_ops_lead', { ...FULL, ops_lead: { user: 5 } }, {}, /^warn: the ops lead is no member/],
    ['clickup_ops_lead', { ...FULL, ops_lead: { group: 'a' } }, {}, /^ok: a group is set/],
    ['clickup_ops_lead', { list: '901' }, {}, /^warn: nobody is assigned/],
    ['clickup_list', {}, {}, /^ok: no list is set/],
    ['clickup_webhook', {}, {}, /^ok: no webhook secret is set/],
    [
      'clickup_webhook',
      {},
      { CLICKUP_WEBHOOK_SECRET: 'another' },
      /^warn: the secret that is set is of no webhook/,
    ],
  ])('%s of %j', async (id, settings, env, seen) => {
    expect((await check(settings, env))[id]).toMatch(seen);
  });

  it('says that the token does not work, and asks nothing else', async () => {
    stand.fault({ refused: { status: 401, body: { err: 'Token invalid' } } });
    expect(await check(FULL)).toEqual({ clickup_token: 'fail: ClickUp does not accept the token' });
    expect(stand.asked).toHaveLength(1);
  });

  it('goes on when webhooks cannot be read', async () => {
    stand.fault({ refused: { status: 403 } }, ({ path }) => path.endsWith('/webhook'));
    const seen = await check(FULL, { CLICKUP_WEBHOOK_SECRET: 'webhook-secret' });
    expect(seen.clickup_webhook).toBe('warn: ClickUp does not accept the token');
    expect(seen.clickup_ops_lead).toMatch(/^ok/);
  });
});
