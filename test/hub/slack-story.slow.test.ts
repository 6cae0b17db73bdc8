import { expect, it } from 'vitest';
import { HUB } from '../../src/hub/context.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { sendWaiting } from '../../src/tools/support/mirror.ts';
import { storePlan } from '../../src/tools/support/plans.ts';
import { planWith } from '../support/plans.ts';
import { slackHub } from '../support/slack-hub.ts';
import { mentionsIn, slackFaults } from '../support/slack-limits.ts';

it('an incident from the command to its resolution, in the log and in Slack', async () => {
  const kit = await slackHub();
  await kit.command('Checkout is down for everybody');
  await kit.settled();
  const [root, checklist] = await kit.thread();
  if (!root || !checklist) throw new Error('no thread');

  await kit.tick(checklist, (shown) => [...shown, 'T003'], 'ben');
  await kit.settled();
  await kit.react(await kit.stand.say('eve', 'It began with the deploy at 13:40', root.ts), { who: 'ana' });
  await kit.settled();

  const deps = await kit.context.depsFor({ name: 'agent', kind: 'agent' });
  const { uid } = await kit.one();
  const say = (args: Record<string, unknown>) => callTool(recordTimelineEvent, args, deps);
  await say({
    kind: 'severity_changed',
    text: 'Everybody is hit',
    severity: 'P0',
    reason: 'checkout is down',
  });
  const { id } = await storePlan(
    await kit.one(),
    planWith({ incident: uid }),
    { kind: 'noted', text: 'Planned', data: {}, evidence: [] },
    deps,
  );
  await sendWaiting(uid, deps, { eager: true });
  const asked = (await kit.thread()).at(-1);
  if (!asked) throw new Error('nothing is asked');
  await kit.press(asked, 'approve', 'ana');
  await kit.settled();
  await say({ kind: 'mitigation_applied', text: 'Rolled the flag back', type: 'feature_flag' });
  await say({ kind: 'deploy_verified', text: 'Checkout works', evidence: ['metric: orders back to 40/min'] });
  await say({
    ...{ kind: 'resolved', text: 'Orders are back', evidence: ['metric: orders at 40/min for 30 min'] },
    override_reason: 'agreed on the call',
  });
  await sendWaiting(uid, await kit.context.depsFor(HUB), { eager: true });

  const { recorded } = await kit.one();
  const told = recorded.filter(({ by }) => by.via === 'slack').map(({ kind, by }) => `${by.name} ${kind}`);
  expect(told).toEqual([
    ...['Ana opened', expect.stringMatching(/^Ana severity_changed/), 'Ben task_done', 'Eve noted'],
    'Ana approval_given',
  ]);

  expect(await kit.stand.roots()).toHaveLength(1);
  const thread = await kit.thread();
  expect(
    thread.map(({ blocks = [] }) => String(blocks[0]?.block_id ?? 'person').split('|')[1] ?? 'person'),
  ).toEqual(['root', 'tasks/1', 'tasks/2', 'person', `ask/${id}`]);
  expect(thread[0]?.text).toBe('[P0] hotfix-001 Checkout is down for everybody: resolved');
  expect(JSON.stringify(thread[0]?.blocks)).toContain('🔴 [P0]');
  expect(JSON.stringify(thread[1]?.blocks)).toContain('stated by Ben');
  expect(JSON.stringify(thread[4]?.blocks)).toContain('Approved by Ana');
  for (const { text, blocks } of thread) {
    if (!blocks) continue;
    expect(slackFaults({ text, blocks })).toEqual([]);
    expect(mentionsIn({ text, blocks })).toEqual([]);
  }

  // Nothing is left to do: the same record is the same message.
  kit.stand.forget();
  await sendWaiting(uid, deps, { eager: true });
  expect(kit.stand.writes()).toEqual([]);
});
