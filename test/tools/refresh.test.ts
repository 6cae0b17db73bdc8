import { expect, it } from 'vitest';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import getIncident from '../../src/tools/get-incident.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import type { WiredDeps } from '../../src/wire.ts';
import { createDeps } from '../../src/wire.ts';
import { tempRepo } from '../support/repo.ts';

it.each<[string, (deps: WiredDeps) => Promise<unknown>]>([
  ['a record', (deps) => callTool(recordTimelineEvent, { text: 'Errors in the log' }, deps)],
  ['a look at the incident', (deps) => callTool(getIncident, {}, deps)],
])(
  '%s whose refresh was overtaken by another event leaves the newer text in the folder',
  async (_what, act) => {
    const { root } = tempRepo();
    const wired: WiredDeps = await createDeps({ root, actor: { name: 'test', kind: 'agent' }, env: {} });
    const { data } = await callTool(createHotfixTask, { description: 'Checkout is down' }, wired);
    const say = (text: string, deps: WiredDeps) => callTool(recordTimelineEvent, { text }, deps);
    const never = { ...wired, pace: { soon: async () => null } };
    let overtaken = false;
    const slow: WiredDeps = {
      ...wired,
      pace: { soon: (_key, work) => work() },
      workspace: {
        ...wired.workspace,
        async refresh(request) {
          // The text was made; before it is written, another call records an event.
          if (!overtaken) {
            overtaken = true;
            await say('Somebody else saw it too', never);
          }
          return wired.workspace.refresh(request);
        },
      },
    };
    await act(slow);
    const { files } = await wired.workspace.read(String(data.folder));
    expect(files['hotfix.md']).toContain('Somebody else saw it too');
  },
);
