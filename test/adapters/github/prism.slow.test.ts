import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTracker } from '../../../src/adapters/github/tracker.ts';
import { markerFor } from '../../../src/core/outward/audience.ts';
import { type Gateway, startGateway } from '../../support/github-gateway.ts';
import { clientOf, isCreate, issuesIn, seedIssue } from '../../support/github-stand.ts';
import { type Prism, startPrism } from '../../support/prism-stand.ts';
import { describeIf } from '../../support/requires.ts';

const UID = '01KJM4YG00STRY000000000000';

/** A second judge of what the emulator lacks, made by others from GitHub's description. */
describeIf('prism')('sub-issues before Prism', () => {
  let prism: Prism;
  let gateway: Gateway;
  beforeAll(async () => {
    prism = await startPrism(fileURLToPath(new URL('../../contracts/github-gaps.json', import.meta.url)));
    gateway = await startGateway({ prism: prism.url });
  });
  afterAll(async () => {
    await prism.stop();
    await gateway.close();
  });

  it('are linked by a request that it takes', async () => {
    const incident = await seedIssue(gateway, { body: markerFor(UID) });
    const made = await createTracker(clientOf(gateway)).create({
      ...{
        title: 'One',
        body: `One\n\n${markerFor(UID, 'AI-001')}`,
        labels: ['P1'],
        assignee: null,
        due: null,
      },
    });
    expect(made).toMatchObject({ outcome: 'created', dropped: [] });
    const [linked] = gateway.asked.filter(({ path }) => path.endsWith('/sub_issues'));
    const [, child] = await issuesIn(gateway);
    expect(linked).toMatchObject({
      ...{ method: 'POST', path: `/repos/ops-bot/shop/issues/${incident.number}/sub_issues` },
      ...{ body: { sub_issue_id: child?.id }, status: 201 },
    });
    expect(gateway.asked.filter(isCreate)).toHaveLength(1);
  });

  it('and it refuses what is none', async () => {
    const answer = await fetch(`${prism.url}/repos/ops-bot/shop/issues/1/sub_issues`, {
      ...{ method: 'POST', body: JSON.stringify({ sub_issue_id: 'one' }) },
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(422);
  });
});
