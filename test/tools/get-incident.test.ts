import { expect, it } from 'vitest';
import getIncident from '../../src/tools/get-incident.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { createJobs } from '../../src/tools/support/jobs.ts';
import { incidentIn } from '../support/hotfix-start-kit.ts';
import { tempRepo } from '../support/repo.ts';

it('lists jobs that still run in this repository, with how to ask; otherwise says nothing of jobs', async () => {
  const [here, there] = [tempRepo({ commits: 1 }).root, tempRepo({ commits: 1 }).root];
  const { deps } = await incidentIn(here);
  const jobs = createJobs<object>();
  const begin = (owner: string, key: string) =>
    jobs.start({ owner, key, title: `${key} of hotfix-001`, ids: deps.ids }, (tell, signal) => {
      tell('step 2 of 5');
      return new Promise((done) => signal.addEventListener('abort', () => done({})));
    });
  const elsewhere = begin(there, 'bisection');
  const quiet = await callTool(getIncident, {}, deps);
  expect(quiet.data).not.toHaveProperty('jobs');
  expect(quiet.text).not.toContain('Still running');

  const checks = begin(here, 'checks');
  const line = `checks of hotfix-001: step 2 of 5; ask its tool with {"job": "${checks.id}"}`;
  const busy = await callTool(getIncident, {}, deps);
  expect(busy.data.jobs).toEqual([line]);
  expect(busy.text).toContain(`\nStill running: ${line}\n`);
  expect((await callTool(getIncident, { handoff: true }, deps)).data.jobs).toEqual([line]);

  checks.stop();
  elsewhere.stop();
  await checks.ended;
  expect((await callTool(getIncident, {}, deps)).data).not.toHaveProperty('jobs');
});
