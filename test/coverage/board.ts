import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createOhno } from '../../src/adapters/ohno.ts';
import { fakeOhno } from '../support/fake-ohno.ts';
import type { Produce } from './rows.ts';

/** With a board beside the record, the incident's task is made, started, and finished with notes. */
export function boarded(): Produce {
  return async (world) => {
    const folder = (name: string) => mkdtempSync(join(tmpdir(), `hotfix-pulse-${name}-`));
    const [root, bin] = [folder('board'), folder('bin')];
    try {
      const ohno = fakeOhno(root, bin);
      const board = createOhno({ root, home: join(root, 'home'), env: ohno.env });
      if (board === null) throw new Error('there is no board');
      world.deps.board = board;
      const incident = await world.another('Users cannot pay', { severity: 'P1' });
      expect(ohno.tasks()).toMatchObject([
        {
          title: expect.stringMatching(/^HOTFIX: Users cannot pay/),
          task_type: 'bug',
          status: 'in_progress',
        },
      ]);
      const record = (args: Record<string, unknown>) =>
        world.call('record_timeline_event', { incident, evidence: ['metric: 5xx 0 %'], ...args });
      await record({ kind: 'mitigation_applied', type: 'rollback', text: 'Put v1 back' });
      await record({ kind: 'deploy_verified', text: 'Payments work' });
      await record({ kind: 'resolved', text: 'Over' });
      const [task] = ohno.tasks();
      expect(task?.status).toBe('done');
      expect(task?.handoff_notes).toMatch(/Fixed: .*Mitigated: Put v1 back .*Deployed: /);
    } finally {
      delete world.deps.board;
      for (const path of [root, bin]) rmSync(path, { recursive: true, force: true });
    }
  };
}
