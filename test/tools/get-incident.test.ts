import { expect, it } from 'vitest';
import getIncident from '../../src/tools/get-incident.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { createJobs } from '../../src/tools/support/jobs.ts';
import { followUpWorld } from '../support/followup-kit.ts';
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

const DAY_MS = 24 * 3_600_000;

it('names action items of other incidents that are late, wherever they are', async () => {
  const { call, record, clock } = await followUpWorld(null);
  const second = { description: 'Search is slow for some users', facts: ['service: degraded', 'users: few'] };
  await call('create_hotfix_task', { ...second, title: 'Search is slow' });
  for (let n = 1; n <= 5; n++) {
    await record('action_added', `Follow-up ${n}`, {
      ...{ incident: '001', owner: 'Ana', due: '2026-01-10', type: 'prevent' },
    });
  }
  const line = (n: number) => `hotfix-001 AI-00${n} overdue since 2026-01-10`;
  const early = await call('get_incident', { incident: '002' });
  expect(early.data).not.toHaveProperty('late_elsewhere');

  clock.ms += 6 * DAY_MS;
  const late = await call('get_incident', { incident: '002' });
  expect(late.data.late_elsewhere).toEqual([line(1), line(2), line(3)]);
  expect(late.text).toContain(`Late elsewhere: ${line(1)}; ${line(2)}; ${line(3)} and 2 more`);
  // Its own are clocks of its own.
  const own = await call('get_incident', { incident: '001' });
  expect(own.data).not.toHaveProperty('late_elsewhere');
  expect(own.text).toMatch(/Action item AI-001: overdue by/);

  await record('action_changed', 'Done', {
    ...{ incident: '001', ref: 'AI-001', type: 'done', evidence: ['https://ci.example/1'] },
  });
  expect((await call('get_incident', { incident: '002' })).data.late_elsewhere).toEqual([
    line(2),
    line(3),
    line(4),
  ]);
});
