import { describe, expect, it } from 'vitest';
import { slackDraft, slackPost } from '../../../src/core/outward/slack-blocks.ts';
import { TASKS } from '../../../src/core/tasks.ts';
import { type Story, story } from '../../support/events.ts';
import { planWith } from '../../support/plans.ts';
import { mentionsIn, messagesOf, sent, slackFaults } from '../../support/slack-limits.ts';
import { ASK_ID, ask, slackView } from '../../support/slack-view.ts';

const LOOK = { reaction: 'pushpin' };
const draftOf = (told: Story, more = {}) => slackDraft(slackView(told.fold(), more), LOOK);
const textOf = (value: unknown) => JSON.stringify(value);

/** Everything that people or logs can write, filled with the same text. */
function full(text: string): Story {
  const told = story('P1');
  told.events.splice(0, 1);
  told.add('opened', { minute: 0, data: { title: text, description: text } });
  told.add('role_assigned', { data: { role: 'incident_commander', person: text } });
  told.add('action_added', { text, data: { action: 'AI-001', owner: text, due: '2026-04-01T00:00:00Z' } });
  told.add('gate_overridden', {
    data: { gate: 'deploy', missing: [text], reason: text, until: '2026-04-01' },
  });
  told.add('task_done', { data: { task: 'T003' }, by: text });
  told.add('task_skipped', { data: { task: 'T006', reason: text } });
  return told;
}

const PAYLOADS: string[] = [
  ...[
    '<!channel>',
    '<!here>',
    '<!everyone>',
    '<!channel|x>',
    '<!here|here>',
    '@channel',
    '@here',
    '@everyone',
  ],
  ...['@group', '@Channel', '@HERE', '(@here)', 'x @channel!', '@\u200bhere', '@here\u200b', '<@U012AB3CD>'],
  ...[
    '<@U012AB3CD|ana>',
    '<@W012AB3CD>',
    '<!subteam^S012AB3CD>',
    '<!subteam^S012AB3CD|@ops>',
    '<#C012AB3CD>',
  ],
  ...['<#C012AB3CD|general>', '<https://evil.example|https://bank.example>', '<https://evil.example>'],
  ...['<mailto:a@example.com|mail>', '&lt;!channel&gt;', '&amp;lt;!channel&amp;gt;', '&#60;!channel&#62;'],
  ...['<<!channel>>', '<!chan<!channel>nel>', '<\n!channel>', '<! channel>', '*<!here>*', '`<!here>`'],
  ...[
    '```<!channel>```',
    '> <!here>',
    '\u202e<!channel>',
    '<!channel\u0000>',
    '<!date^1^{date}^https://evil.example|x>',
  ],
  ...['*bold* _it_ ~s~ `code` <!here>', ':siren: <!channel> :siren:', '<@U012AB3CD> <@U99999999>'],
];

describe('the draft', () => {
  it('is one message in the channel and a checklist in two of its thread', () => {
    const { root, thread } = draftOf(story('P1'));
    expect(textOf(root.blocks)).toContain('🟠 [P1] hotfix-001: Users cannot log in');
    expect(textOf(root.blocks)).toContain('🟢🟢⚪️⚪️⚪️ confirmed and triaged');
    expect(textOf(root.blocks)).toContain('Next update: <!date^');
    expect(thread.map(({ part }) => part)).toEqual(['tasks/1', 'tasks/2']);
    const values = [...textOf(thread).matchAll(/"value":"(T\d{3})"/g)].map(([, id]) => id);
    expect([...new Set(values)].sort()).toEqual(TASKS.map(({ id }) => id));
  });

  it('is the same for the same record, at whatever time it is made', () => {
    const told = story('P1');
    const later = slackView(told.fold());
    const { clocks } = later;
    const late = clocks.map((clock) => (clock.state === 'running' ? { ...clock, state: 'overdue' } : clock));
    expect(slackDraft({ ...later, now: 'x', clocks: late as typeof clocks }, LOOK)).toEqual(draftOf(told));
  });

  it('ticks what is done, says who, and lists what was skipped', () => {
    const told = story('P1');
    told.add('task_done', { data: { task: 'T003' }, by: 'Ana' });
    told.add('task_skipped', { data: { task: 'T006', reason: 'there is one way' } });
    const [first] = draftOf(told).thread;
    const boxes = JSON.parse(textOf(first?.blocks ?? [])) as { elements?: { initial_options?: unknown }[] }[];
    expect(
      textOf(boxes.flatMap(({ elements = [] }) => elements.map((one) => one.initial_options))),
    ).toContain('stated by Ana');
    expect(textOf(first)).toContain('Skipped: T006 Choose the strategy (there is one way)');
    expect(textOf(first)).not.toContain('"value":"T006"');
  });

  it('has no boxes when the incident has ended', () => {
    const ended = story('P1').add('cancelled');
    expect(textOf(draftOf(ended, { asks: [ask()] }))).not.toMatch(/checkboxes|"button"/);
    expect(textOf(draftOf(ended).thread)).toContain('☐ T003 Reproduce the problem');
  });

  it('takes secrets out', () => {
    expect(textOf(draftOf(full('password hunter2')))).not.toContain('hunter2');
  });
});

describe('a plan that waits', () => {
  it('shows all its lines and carries nothing but its id', () => {
    const message = draftOf(story('P1'), { asks: [ask()] }).thread.at(-1);
    expect(message?.part).toBe(`ask/${ASK_ID}`);
    expect(textOf(message)).toContain('refs/heads/main 0a0a0a0a0a -&gt; 3e3e3e3e3e');
    const values = [...textOf(message).matchAll(/"value":"([^"]*)"/g)].map(([, value]) => value);
    expect(values).toEqual([ASK_ID, ASK_ID]);
  });

  it.each([
    ['that is too long to be read', { lines: Array(200).fill('x'.repeat(300)) }, 'too long for Slack'],
    ['that needs a review', { need: 'review' as const }, 'a button is not enough'],
  ])('has no buttons %s', (_, more, words) => {
    const message = draftOf(story('P1'), { asks: [ask(more)] }).thread.at(-1);
    expect(textOf(message)).not.toContain('"button"');
    expect(textOf(message)).toContain(words);
  });

  it('shows a long command whole', () => {
    const long = `  deploy ${'y'.repeat(3_500)}`;
    const message = draftOf(story('P1'), { asks: [ask({ lines: ['Commands:', long] })] }).thread.at(-1);
    expect([...textOf(message).matchAll(/y/g)].length).toBeGreaterThanOrEqual(3_500);
    expect(slackFaults(sent(message ?? { part: '', text: '', blocks: [] }))).toEqual([]);
  });

  it.each([
    ['here', `slack/decline/${ASK_ID}/U1/0`, 'noted', 'Declined by Ben. It can still'],
    [
      'on the board',
      `board/decline/${ASK_ID}/0a1b2c3d4e5f`,
      `Deploy: plan ${ASK_ID} declined on the board: not before the backup`,
      'Declined by Ben: not before the backup. It can still',
    ],
  ])('can still be approved after somebody said no %s', (_, key, text, words) => {
    const told = story('P1').add('noted', { by: 'Ben', text });
    const said = told.events.map((event, at) => (at === told.events.length - 1 ? { ...event, key } : event));
    told.events.splice(0, told.events.length, ...said);
    const message = draftOf(told, { asks: [ask()] }).thread.at(-1);
    expect(textOf(message)).toContain(words);
    expect(textOf(message)).toContain('hotfix-pulse:approve');
    expect(textOf(message)).not.toContain('hotfix-pulse:decline');
  });

  it('is settled by a yes, and more so by being carried out', () => {
    const told = story('P1').add('approval_given', {
      ...{ by: 'Ana', basis: 'measured', data: { strength: 'named', plan: ASK_ID } },
    });
    expect(draftOf(told).settled[ASK_ID]).toMatch(/^Approved by Ana, 2026-03-01 .* UTC \(named\)\.$/);
    told.add('deployed', { basis: 'measured', data: { plan_id: ASK_ID } });
    expect(draftOf(told).settled[ASK_ID]).toMatch(/^Carried out, /);
  });

  it('is not settled by what somebody merely says', () => {
    const told = story('P1').add('approval_given', { data: { strength: 'named', plan: ASK_ID } });
    expect(draftOf(told).settled).toEqual({});
  });
});

describe('what Slack accepts', () => {
  const HOSTILE: [string, string][] = [
    ['ordinary', 'Users cannot log in'],
    ['empty', ' '],
    ['very long', 'long words and more '.repeat(2_000)],
    ['one long word', 'x'.repeat(20_000)],
    ['all to be escaped', '<&>'.repeat(5_000)],
    ['emoji', '👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿'.repeat(500)],
    ['calls', '@here '.repeat(3_000)],
    ['marks', `a${'\u0301'.repeat(5_000)}`],
    ['lines', 'a\n'.repeat(5_000)],
  ];
  it.each(HOSTILE)('is every message of an incident with a text that is %s', (_, text) => {
    const plan = planWith({ commands: [['echo', text.slice(0, 5_000)]] });
    const draft = draftOf(full(text), { asks: [ask({ plan, title: text, lines: [text, text] })] });
    for (const message of messagesOf(draft)) expect(slackFaults(message)).toEqual([]);
  });

  it.each(HOSTILE)('is a post that is %s', (_, text) => {
    expect(slackFaults(sent(slackPost(postOf(text), [])))).toEqual([]);
  });

  it('is not a message that breaks a rule: the check itself works', () => {
    const base = draftOf(story('P1')).root;
    const header = { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } };
    const markup = { type: 'header', text: { type: 'mrkdwn', text: 'x' } };
    const boxes = { type: 'actions', elements: [{ type: 'checkboxes', action_id: 'a', options: [] }] };
    for (const block of [header, markup, boxes, { type: 'haeder' }])
      expect(slackFaults({ ...base, blocks: [block] })).not.toEqual([]);
    expect(slackFaults({ ...base, blocks: Array(51).fill({ type: 'divider' }) })).not.toEqual([]);
  });
});

describe('mentions', () => {
  it('has many ways to be tried', () => expect(PAYLOADS.length).toBeGreaterThanOrEqual(40));

  it.each(PAYLOADS)('notify nobody: %j', (payload) => {
    const asks = [ask({ title: payload, lines: [payload] })];
    for (const message of messagesOf(draftOf(full(payload), { asks })))
      expect(mentionsIn(message)).toEqual([]);
    expect(mentionsIn(slackPost(postOf(payload), []))).toEqual([]);
  });

  it('would be seen: the check itself works', () => {
    const live = (text: string) => mentionsIn({ text, blocks: [] });
    for (const text of ['<!channel>', '@here', '<@U1>', '<!subteam^S1>', '<https://x|y>'])
      expect(live(text)).toHaveLength(1);
    expect(live('<!date^1^{date}|x> ana@channels.example &lt;!here&gt;')).toEqual([]);
  });

  it('notify the members and groups of the allow-list, and nobody else', () => {
    const text = 'Ana <@U012AB3CD> and <!subteam^S1> please, not <@U666> nor <!channel>, a < b';
    const { blocks } = slackPost(postOf(text), ['U012AB3CD', 'S1']);
    expect(mentionsIn({ text: '', blocks })).toEqual(['@U012AB3CD', '!subteam^S1']);
    expect(textOf(blocks)).toContain('a &lt; b');
    expect(slackFaults(sent(slackPost(postOf(text), ['U012AB3CD'])))).toEqual([]);
  });
});

function postOf(text: string) {
  return { text, audience: 'internal', systems: [], public_status: 'investigating', title: 'Title' } as const;
}
