import { afterAll } from 'vitest';
import type { Gateway } from '../../support/github-gateway.ts';
import { githubTracker } from '../../support/github-stand.ts';
import { trackerContract } from '../tracker.contract.ts';

const opened: Gateway[] = [];
afterAll(async () => {
  for (const gateway of opened) await gateway.close();
});

trackerContract('GitHub', () => githubTracker(opened));
