import { expect } from 'vitest';
import { judge } from '../../src/action/decide.ts';
import { runOf, triggerOf } from '../../src/action/facts.ts';
import { historyOf } from '../../src/action/history.ts';
import { bodyFor } from '../../src/action/template.ts';
import { createTexts } from '../../src/action/text.ts';
import { leadChange } from '../../src/adapters/clickup/changes.ts';
import { clickUpDraft } from '../../src/core/outward/clickup-draft.ts';
import { slackDraft } from '../../src/core/outward/slack-blocks.ts';
import { readDelivery } from '../../src/hub/clickup-delivery.ts';
import { loadUid } from '../../src/tools/support/load.ts';
import { surfaceView } from '../../src/tools/support/surfaces.ts';
import { payloadOf, runOf as rawRun } from '../action/kit.ts';
import type { Produce } from './rows.ts';

/** The hooks of seed 000. That they work over the wire is shown by test/action, test/hub and test/adapters. */

const PARTS = ['Stage 1', 'Stage 2', 'Stage 3', 'Stage 4', 'What failed', 'Prevent repeat', 'Completion'];

/** The second failed run in a row calls for the issue, the first does not; the issue is the pulse template. */
export function failedTwice(): Produce {
  return (world) => {
    expect(world.text('action.yml')).toMatch(/threshold: .{0,120}default: '?2/);
    const rules = { threshold: 2, countAttempts: false };
    const judged = (numbers: readonly number[]) => {
      const made = numbers.map((number) => ({ number, conclusion: 'failure' }));
      const trigger = triggerOf(payloadOf(made.at(-1) ?? { number: 1, conclusion: 'failure' }));
      const runs = made.flatMap((one) => runOf(rawRun(one)) ?? []);
      if (!trigger) throw new Error('the payload is none');
      const history = historyOf(runs, trigger, false);
      return { trigger, history, state: judge(trigger, history, rules).state };
    };
    expect(judged([1]).state).toBe('none');
    const { trigger, history, state } = judged([1, 2]);
    expect(state).toBe('failing');
    const texts = createTexts('token');
    const story = {
      trigger,
      failures: history.failures,
      lastGreen: null,
      server: 'https://github.com',
      texts,
    };
    const body = bodyFor(story);
    for (const part of PARTS) expect(body).toContain(part);
  };
}

/** The tag is read from ClickUp's delivery; the task gets its lead and the three subtasks. */
export function tagged(): Produce {
  return async (world) => {
    const items = [{ field: 'tag', after: [{ name: 'incident' }], user: { username: 'Ana' } }];
    const body = { event: 'taskTagUpdated', task_id: 'abc1', history_items: items };
    expect(readDelivery(Buffer.from(JSON.stringify(body)))).toMatchObject({
      ...{ what: 'tagged', task: 'abc1', tags: ['incident'] },
      by: { name: 'Ana', kind: 'human', via: 'clickup' },
    });
    const task = { assignees: [], group_assignees: [] } as unknown as Parameters<typeof leadChange>[0];
    expect(leadChange(task, { ops_lead: { user: 183 } })).toMatchObject({ assignees: { add: [183] } });
    const uid = await world.another('The cart is empty', { severity: 'P2' });
    const { steps } = clickUpDraft(surfaceView(await loadUid(uid, world.deps), world.deps));
    expect(steps.map(({ name }) => name)).toEqual(['Contain', 'Repair', 'Review']);
  };
}

/** The thread has every task as a box, and another one is ticked after a fact. */
export function checklistThread(): Produce {
  return async (world) => {
    const uid = await world.another('The search is empty', { severity: 'P2' });
    const draft = async () =>
      slackDraft(surfaceView(await loadUid(uid, world.deps), world.deps), { reaction: 'pushpin' });
    const before = await draft();
    const shown = JSON.stringify(before.thread);
    expect(shown).toContain('checkboxes');
    expect(shown).toContain('T001');
    await world.call('record_timeline_event', {
      incident: uid,
      kind: 'cause_identified',
      text: 'The index is old',
    });
    expect(JSON.stringify(await draft())).not.toBe(JSON.stringify(before));
  };
}
