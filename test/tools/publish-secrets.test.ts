import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { publishIncident } from '../../src/tools/support/documents.ts';
import writePostmortem from '../../src/tools/write-postmortem.ts';
import { createDeps } from '../../src/wire.ts';
import { tempRepo } from '../support/repo.ts';

it('publish reads the postmortem copy of pokayokay too', async () => {
  const repo = tempRepo({ commits: 1 });
  repo.write('hotfix-pulse.config.json', JSON.stringify({ postmortem: { preset: 'pokayokay' } }));
  const deps = await createDeps(
    { root: repo.root, actor: { kind: 'human', name: 'Ana', via: 'terminal' }, env: {} },
    { clock: { now: () => Date.parse('2026-11-20T12:00:00Z') } },
  );
  await callTool(createHotfixTask, { description: "Users can't login", severity: 'P1' }, deps);
  await callTool(writePostmortem, { summary: 'It broke.' }, deps);
  const copy = join(repo.root, '.claude/postmortems/2026-11-20-users-cant-login.md');
  const clean = readFileSync(copy, 'utf8');

  writeFileSync(copy, `${clean}\nThe password was ${'hunter'}2hunter2.\n`);
  await expect(publishIncident('hotfix-001', deps)).rejects.toMatchObject({
    code: 'unsafe',
    message: expect.stringContaining('password'),
    hint: expect.stringContaining('rotate'),
  });

  writeFileSync(copy, `${clean}\nNothing to hide.\n`);
  expect((await publishIncident('hotfix-001', deps)).data).toMatchObject({
    folder: 'specs/hotfix-001-users-cant-login',
  });
});
