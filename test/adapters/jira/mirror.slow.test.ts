import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectJira } from '../../../src/adapters/jira/connect.ts';
import type { Surface } from '../../../src/ports-outward.ts';
import { outwardWorld } from '../../support/outward-kit.ts';
import { type Prism, type Stand, startPrism, startStand } from '../../support/prism-stand.ts';
import { describeIf } from '../../support/requires.ts';
import { fakeJira } from './fake-jira.ts';

const CONTRACT = fileURLToPath(new URL('../../contracts/jira-cloud.json', import.meta.url));
const jira = {
  project: 'OPS',
  show: 'auto',
  statuses: { investigating: 'In Progress', resolved: 'Done' },
} as const;

describeIf('prism')('an incident in Jira', () => {
  let prism: Prism;
  let stand: Stand;
  let site: ReturnType<typeof fakeJira>;

  beforeAll(async () => {
    prism = await startPrism(CONTRACT);
  }, 60_000);
  afterAll(() => prism?.stop());
  beforeEach(async () => {
    site = fakeJira();
    stand = await startStand({ prism, answer: site.answer });
  });
  afterEach(async () => {
    await stand.stop();
    expect(stand.refused).toEqual([]);
  });

  async function world() {
    const env = { JIRA_BASE_URL: stand.url, JIRA_EMAIL: 'bot@example.com', JIRA_API_TOKEN: 'jt-secret' };
    const { surfaces = [] } = await connectJira({ root: '/', settings: { jira }, env });
    return outwardWorld(
      surfaces.map((surface: Surface) => ({ surface })),
      { settings: { jira } },
    );
  }

  it('is one issue that follows the record', async () => {
    const { record, kinds, next } = await world();
    expect(site.issues).toHaveLength(1);
    // Right after it was made, and not only with the next change.
    expect(site.issues[0]?.fields.status).toEqual({ name: 'In Progress' });
    expect(await kinds('linked')).toMatchObject([
      {
        data: { type: 'issue', url: `${stand.url}/browse/OPS-1`, surface: { service: 'jira', ref: 'OPS-1' } },
      },
    ]);
    await record('resolved', 'Logins work', { evidence: ['metric: login success 99.9 %'] });
    expect(site.issues[0]?.fields.status).toEqual({ name: 'Done' });
    const before = stand.asked.length;
    await next(5);
    expect(stand.asked).toHaveLength(before);
    expect(JSON.stringify(await kinds('linked'))).not.toContain('jt-secret');
  });

  it('is one issue when the answer is lost and the search lags behind', async () => {
    site.lags = true;
    stand.fault('lost_after', ({ method, path }) => method === 'POST' && path.endsWith('/issue'));
    const { next, kinds } = await world();
    expect(await kinds('linked')).toEqual([]);
    await next(1);
    site.lags = false;
    for (const minutes of [1.5, 5]) await next(minutes);
    expect(site.issues).toHaveLength(1);
    expect(await kinds('linked')).toHaveLength(1);
    expect(site.issues[0]?.fields.status).toEqual({ name: 'In Progress' });
  });
});
