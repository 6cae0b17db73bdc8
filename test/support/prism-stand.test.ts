import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHttp } from '../../src/adapters/http.ts';
import { type Prism, type Stand, startPrism, startStand } from './prism-stand.ts';
import { CONTRACTS, describeIf } from './requires.ts';

describeIf('prism', 'contracts')('the stand in front of Prism', () => {
  let prism: Prism;
  let stand: Stand;
  const made: unknown[] = [];

  beforeAll(async () => {
    prism = await startPrism(join(CONTRACTS, 'pagerduty-events-v2.json'));
    stand = await startStand({
      prism,
      prefix: '/v2',
      answer({ body }) {
        made.push(body);
        return { status: 202, body: { status: 'success' } };
      },
    });
  }, 60_000);
  afterAll(async () => {
    await stand?.stop();
    await prism?.stop();
  });

  const good = { routing_key: '0'.repeat(32), dedup_key: 'a', event_action: 'resolve' };
  const post = (body: unknown) => createHttp(stand.url, {}).send('POST', '/v2/enqueue', body);

  it('answers what is legal and keeps it', async () => {
    expect(await post(good)).toMatchObject({ state: 'answered', status: 202, body: { status: 'success' } });
    expect(stand.refused).toEqual([]);
    expect(made).toEqual([good]);
  });

  it('refuses what is not, and carries nothing out', async () => {
    const before = made.length;
    expect(await post({ ...good, event_action: 'shout' })).toMatchObject({ state: 'answered', status: 400 });
    expect(await createHttp(stand.url, {}).send('POST', '/v2/enqueu', good)).toMatchObject({ status: 404 });
    expect(stand.refused.splice(0)).toHaveLength(2);
    expect(made).toHaveLength(before);
  });

  it('spoils one answer as told', async () => {
    const before = made.length;
    stand.fault('lost_after');
    expect(await post(good)).toEqual({ state: 'lost' });
    expect(made).toHaveLength(before + 1);
    stand.fault('lost_before');
    expect(await post(good)).toEqual({ state: 'lost' });
    stand.fault({ refused: { status: 429, headers: { 'retry-after': '7' } } });
    expect(await post(good)).toMatchObject({ status: 429, retry_after_s: 7 });
    stand.fault('garbage_after', ({ method }) => method === 'POST');
    expect(await post(good)).toMatchObject({ status: 200, body: null });
    expect(made).toHaveLength(before + 2);
    expect(await post(good)).toMatchObject({ status: 202 });
  });
});
