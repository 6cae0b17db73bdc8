import { expect, it } from 'vitest';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { createDeps } from '../../src/wire.ts';
import { tempRepo } from '../support/repo.ts';

/** A key that the redactor takes for a secret, so that the record keeps its hash. */
const KEY = `password=${'A1b2C3d4'}E5f6G7h8J9k0`;

it('a repeated call is the same call, also when its key holds a secret', async () => {
  const { root } = tempRepo({ commits: 1 });
  let nowMs = Date.parse('2026-11-20T12:00:00Z');
  const deps = await createDeps(
    { root, actor: { kind: 'human', name: 'Ana', via: 'terminal' }, env: {} },
    { clock: { now: () => nowMs } },
  );
  const opening = { description: 'Login is down', severity: 'P1', new: true, idempotency_key: KEY };
  const first = await callTool(createHotfixTask, opening, deps);
  const owner = { kind: 'action_added', text: 'Test it', owner: 'Ana', idempotency_key: `${KEY}b` };
  const added = await callTool(recordTimelineEvent, owner, deps);
  // Later than two calls alike count as one that was sent twice.
  nowMs += 60_000;
  const again = await callTool(createHotfixTask, opening, deps);
  expect([first.data.opened, again.data.opened, again.data.uid]).toEqual([true, false, first.data.uid]);
  const repeated = await callTool(recordTimelineEvent, owner, deps);
  expect(repeated.data.event).toEqual(added.data.event);
  expect(await deps.log.uids()).toHaveLength(1);
  const { events } = await deps.log.read(String(first.data.uid));
  expect(events.filter(({ kind }) => kind === 'action_added')).toHaveLength(1);
  expect(events[0]?.key).toMatch(/^sha256-[0-9a-f]{64}$/);
});
