import { expect } from 'vitest';
import * as z from 'zod/v4';
import createFollowupIssues from '../../src/tools/create-followup-issues.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadUid } from '../../src/tools/support/load.ts';
import { memoryTracker } from '../support/memory-tracker.ts';
import { has, type Pattern } from './producers.ts';
import type { Produce } from './rows.ts';

const Texts = z.array(
  z.object({
    action: z.string(),
    body: z.string(),
    labels: z.array(z.string()),
    due: z.string().nullable(),
  }),
);

/** What every issue of the story's action items shows. */
export function issueTexts(...patterns: readonly Pattern[]): Produce {
  return async (world) => {
    const { data } = await world.call('create_followup_issues', { incident: world.uid });
    const texts = Texts.parse(data.texts);
    const open = [...world.moment('closed').incident.actions.values()].filter(
      ({ state }) => state === 'open',
    );
    expect(texts.map(({ action }) => action)).toEqual(open.map(({ id }) => id));
    expect(texts.length).toBeGreaterThan(1);
    for (const { body, labels, due } of texts) {
      has(world, `${body}\nLabels: ${labels.join(', ')}\nDue: ${due}`, patterns, 'issue text');
    }
  };
}

/** A tracker gets exactly one issue for each action item, however often it is asked. */
export function issuesCreated(): Produce {
  return async (world) => {
    const incident = await world.another('Follow-ups for a tracker');
    for (const text of ['Test it', 'Alert on it']) {
      const more = { owner: 'Ana', due: '+2w', type: 'prevent' };
      await world.call('record_timeline_event', { incident, kind: 'action_added', text, ...more });
    }
    const stand = memoryTracker();
    const deps = { ...world.deps, tracker: stand.tracker };
    const call = (args: object) => callTool(createFollowupIssues, { incident, ...args }, deps);
    const { plan_id } = (await call({})).data;
    expect(await stand.issues()).toEqual([]);
    await call({ plan_id, approval: 'yes' });
    await call({ plan_id, approval: 'yes' });
    const urls = (await stand.issues()).map(({ url }) => url);
    expect(urls).toHaveLength(2);
    const { actions } = (await loadUid(incident, world.deps)).incident;
    expect([...actions.values()].map(({ issue }) => issue)).toEqual(urls);
  };
}
