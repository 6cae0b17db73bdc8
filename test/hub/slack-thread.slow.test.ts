import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { HUB } from '../../src/hub/context.ts';
import { openSlackDoor } from '../../src/hub/slack.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { type SlackHub, slackHub } from '../support/slack-hub.ts';
import { mentionsIn } from '../support/slack-limits.ts';

async function opened(settings: Record<string, unknown> = {}) {
  const kit = await slackHub(settings);
  await kit.command('Users cannot log in');
  await kit.settled();
  const [root, first, second] = await kit.thread();
  if (!root || !first || !second) throw new Error('no thread');
  kit.stand.forget();
  return { ...kit, root, first, second };
}

const add = (task: string) => (shown: string[]) => [...shown, task];
const without = (task: string) => (shown: string[]) => shown.filter((one) => one !== task);
const record = async (kit: Pick<SlackHub, 'context'>, args: Record<string, unknown>) =>
  callTool(recordTimelineEvent, args, await kit.context.depsFor(HUB));

describe('a box', () => {
  it('that is ticked is an event by that person, and stays ticked for everybody', async () => {
    const kit = await opened();
    expect(await kit.tick(kit.first, add('T003'), 'ben')).toBe(200);
    await kit.settled();
    const { recorded } = await kit.one();
    const done = recorded.filter(({ kind }) => kind === 'task_done');
    expect(done.map(({ data, by }) => [data, by])).toEqual([
      [{ task: 'T003' }, { name: 'Ben', kind: 'human', via: 'slack' }],
    ]);
    const [, first] = await kit.thread();
    expect(JSON.stringify(first?.blocks)).toContain('stated by Ben');
    expect(kit.whispers()).toEqual([]);
  });

  it('that is ticked twice, by two people or two deliveries, is one event', async () => {
    const kit = await opened();
    await Promise.all([kit.tick(kit.first, add('T003')), kit.tick(kit.first, add('T003'))]);
    await kit.tick(kit.first, add('T003'), 'ben');
    await kit.settled();
    const done = (await kit.one()).recorded.filter(({ kind }) => kind === 'task_done');
    expect(done.map(({ data }) => data)).toContainEqual({ task: 'T003' });
    expect(new Set(done.map(({ by }) => by.name)).size).toBe(1);
  });

  it('in a message that was not up to date takes nothing back', async () => {
    const kit = await opened();
    await kit.tick(kit.first, add('T003'));
    await kit.settled();
    // Ben still sees the message as it was.
    await kit.tick(kit.first, add('T006'), 'ben');
    await kit.settled();
    const done = (await kit.one()).recorded.filter(({ kind }) => kind === 'task_done');
    expect(done.map(({ data }) => data)).toEqual([{ task: 'T003' }, { task: 'T006' }]);
    expect(kit.whispers()).toEqual([]);
  });

  it('that is unticked stays, and only whoever did it is told why', async () => {
    const kit = await opened();
    await kit.tick(kit.first, add('T003'));
    await kit.settled();
    const [, shown] = await kit.thread();
    if (!shown) throw new Error('no checklist');
    kit.stand.forget();
    await kit.tick(shown, without('T003'), 'ben');
    await kit.settled();
    expect(kit.whispers()).toEqual([['ben', expect.stringContaining('T003 stays ticked')]]);
    expect((await kit.one()).recorded.filter(({ kind }) => kind.startsWith('task_'))).toHaveLength(1);
    const [, after] = await kit.thread();
    // The same boxes, drawn again: Slack forgets what was clicked only under another id.
    expect(after?.blocks?.map(({ elements }) => elements)).toEqual(
      shown.blocks?.map(({ elements }) => elements),
    );
    expect(after?.blocks?.[0]?.block_id).not.toBe(shown.blocks?.[0]?.block_id);
  });

  it('is drawn again as the record has it now, whatever the message showed', async () => {
    const kit = await opened();
    await kit.tick(kit.first, add('T003'));
    await kit.settled();
    const [, old] = await kit.thread();
    if (!old) throw new Error('no checklist');
    await kit.tick(old, add('T006'));
    await kit.settled();
    await kit.tick(old, without('T003'), 'ben');
    await kit.settled();
    const [, after] = await kit.thread();
    const ticked = JSON.stringify((after?.blocks ?? []).map(({ elements }) => elements)).match(
      /"initial_options":\[[^\]]*\]/g,
    );
    expect(String(ticked)).toMatch(/"value":"T003".*"value":"T006"/);
  });

  it('that cannot be ticked any more says why to that person alone', async () => {
    const kit = await opened();
    await record(kit, { kind: 'cancelled', text: 'False alarm', reason: 'probe was broken' });
    await kit.tick(kit.first, add('T003'), 'ben');
    await kit.settled();
    expect(kit.whispers()).toEqual([['ben', expect.stringMatching(/^T003: task_done cannot be recorded/)]]);
    expect((await kit.one()).recorded.filter(({ kind }) => kind === 'task_done')).toEqual([]);
  });

  it('of another channel is refused', async () => {
    const kit = await opened();
    kit.set({ channel: kit.stand.channel('other') });
    await kit.tick(kit.first, add('T003'));
    await kit.settled();
    expect(kit.whispers()).toEqual([['ana', expect.stringContaining('serves one channel only')]]);
    expect((await kit.one()).recorded.filter(({ kind }) => kind === 'task_done')).toEqual([]);
  });
});

describe('a marked message', () => {
  it('becomes an event of its author at its time, once', async () => {
    const kit = await opened();
    const ts = await kit.stand.say(
      'ben',
      'Error rate &gt; 40 %, see <https://g.example/d/1|graph>',
      kit.root.ts,
    );
    for (const who of ['ana', 'eve', 'ana'] as const) expect((await kit.react(ts, { who })).status).toBe(200);
    await kit.settled();
    const noted = (await kit.one()).recorded.filter(({ kind }) => kind === 'noted');
    expect(noted).toHaveLength(1);
    expect(noted[0]).toMatchObject({
      ...{ text: 'Error rate > 40 %, see https://g.example/d/1', at_source: 'reported' },
      by: { name: 'Ben', kind: 'human', via: 'slack' },
      key: `slack/${kit.stand.channel('incidents')}/${ts}/0`,
      at: new Date(Math.round(Number(ts) * 1000)).toISOString(),
    });
  });

  it('loses its secrets on the way', async () => {
    const kit = await opened();
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    await kit.react(await kit.stand.say('ben', `it leaks ${secret}`, kit.root.ts));
    const noted = (await kit.one()).recorded.find(({ kind }) => kind === 'noted');
    expect(noted?.text).toContain('it leaks [REDACTED');
    expect(noted?.text).not.toContain(secret);
  });

  it('that was changed after it was recorded is not recorded again', async () => {
    const kit = await opened();
    const ts = await kit.stand.say('ben', 'first words', kit.root.ts);
    await kit.react(ts);
    await kit.stand.as('xoxp-test-ben', 'chat.update', {
      ...{ channel: kit.stand.channel('incidents'), ts, text: 'other words' },
    });
    expect((await kit.react(ts)).status).toBe(200);
    const noted = (await kit.one()).recorded.filter(({ kind }) => kind === 'noted');
    expect(noted.map(({ text }) => text)).toEqual(['first words']);
  });

  it('is nothing with another reaction, in another thread, outside of one, or by a bot', async () => {
    const kit = await opened();
    const inThread = await kit.stand.say('ben', 'in the thread', kit.root.ts);
    const alone = await kit.stand.say('ben', 'in the channel');
    const elsewhere = await kit.stand.say('ben', 'below it', alone);
    await kit.react(inThread, { reaction: 'eyes' });
    for (const ts of [alone, elsewhere, kit.root.ts, kit.first.ts]) await kit.react(ts);
    expect((await kit.one()).recorded.filter(({ kind }) => kind === 'noted')).toEqual([]);
    expect(kit.whispers()).toEqual([]);
  });

  it('below a forged first message is nothing', async () => {
    const kit = await opened();
    const forged = await kit.stand.as('xoxp-test-eve', 'chat.postMessage', {
      ...{ channel: kit.stand.channel('incidents'), text: 'x', blocks: kit.root.blocks },
    });
    await kit.react(await kit.stand.say('eve', 'nothing', forged.ts));
    expect((await kit.one()).recorded.filter(({ kind }) => kind === 'noted')).toEqual([]);
  });

  it('can be marked with the reaction of the settings', async () => {
    const kit = await opened({ reaction: 'memo' });
    await kit.react(await kit.stand.say('ben', 'words', kit.root.ts), { reaction: 'memo' });
    expect((await kit.one()).recorded.filter(({ kind }) => kind === 'noted')).toHaveLength(1);
  });

  it('is asked for again while Slack cannot be asked', async () => {
    const kit = await opened();
    const ts = await kit.stand.say('ben', 'words', kit.root.ts);
    kit.stand.trouble({ method: 'conversations.replies', answer: { status: 503 } });
    expect((await kit.react(ts)).status).toBe(500);
    expect((await kit.react(ts)).status).toBe(200);
    await kit.settled();
    expect((await kit.one()).recorded.filter(({ kind }) => kind === 'noted')).toHaveLength(1);
  });
});

describe('a reminder', () => {
  const reminders = async (kit: Pick<SlackHub, 'thread'>) =>
    (await kit.thread()).filter(({ text }) => text.startsWith('The next update'));

  it('comes once for each time that an update is due', async () => {
    const kit = await opened();
    await kit.door.tick?.();
    expect(await reminders(kit)).toEqual([]);
    kit.shift.ms = 11 * MINUTE;
    for (let i = 0; i < 3; i++) await kit.door.tick?.();
    // The hub was started again, and a second one runs by mistake.
    const others = await Promise.all([openSlackDoor(kit.context), openSlackDoor(kit.context)]);
    await Promise.all(others.map((door) => door?.tick?.()));
    const [first, ...more] = await reminders(kit);
    expect(more).toEqual([]);
    expect(first?.text).toMatch(
      /^The next update is due at \d\d:\d\d UTC\. hotfix-001 \(P\d\?\) is investigating/,
    );
    kit.shift.ms = 40 * MINUTE;
    await kit.door.tick?.();
    expect(await reminders(kit)).toHaveLength(1);
    await record(kit, { kind: 'update_posted', text: 'We are on it', type: 'internal' });
    kit.shift.ms = 200 * MINUTE;
    await kit.door.tick?.();
    expect(await reminders(kit)).toHaveLength(2);
    expect((await reminders(kit))[1]?.text).toMatch(/^The next update was due at/);
    for (const { text, blocks = [] } of await reminders(kit))
      expect(mentionsIn({ text, blocks })).toEqual([]);
  });

  it('that got lost is looked for before it is sent again', async () => {
    const kit = await opened();
    kit.shift.ms = 16 * MINUTE;
    kit.stand.trouble({ method: 'chat.postMessage', drop: 'after' });
    await kit.door.tick?.();
    kit.shift.ms += 5 * MINUTE;
    await kit.door.tick?.();
    expect(await reminders(kit)).toHaveLength(1);
  });

  it('is not sent about what has ended, nor about a rehearsal', async () => {
    const kit = await opened();
    await record(kit, { kind: 'cancelled', text: 'False alarm', reason: 'probe was broken' });
    kit.shift.ms = 60 * MINUTE;
    await kit.door.tick?.();
    expect(await reminders(kit)).toEqual([]);
  });
});
