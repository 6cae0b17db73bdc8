import { describe, expect, it } from 'vitest';
import { connectSlack } from '../../../src/adapters/slack/connect.ts';
import type { OpenAsk, SurfaceView } from '../../../src/core/outward/sending.ts';
import { type Story, story, UID } from '../../support/events.ts';
import { mentionsIn, slackFaults } from '../../support/slack-limits.ts';
import { type SlackStand, slackStand } from '../../support/slack-stand.ts';
import { ASK_ID, ask, slackView } from '../../support/slack-view.ts';

const MARKER = `<!-- hotfix-pulse:${UID} -->`;
const POST = `<!-- hotfix-pulse:${UID}:post/01ABC -->`;

async function kit(name = 'incidents', settings: Record<string, unknown> = {}) {
  const stand = await slackStand();
  const { surfaces = [] } = await connectSlack({
    root: '/nowhere',
    settings: { slack: { channel: stand.channel(name), ...settings } },
    env: stand.env,
  });
  const [surface] = surfaces;
  if (!surface) throw new Error('no surface');
  const draftOf = (told: Story, asks: OpenAsk[] = []) =>
    surface.draft(slackView(told.fold(), { asks } as Partial<SurfaceView>));
  return { stand, surface, draftOf };
}

async function opened(settings: Record<string, unknown> = {}) {
  const made = await kit('incidents', settings);
  const outcome = await made.surface.open(made.draftOf(story('P1')), MARKER, null);
  if (outcome.outcome !== 'done') throw new Error(outcome.outcome);
  await made.surface.refresh(outcome.place, made.draftOf(story('P1')));
  return { ...made, place: outcome.place };
}

const post = (text: string) =>
  ({ text, audience: 'internal', systems: [], public_status: 'investigating', title: 'T' }) as const;

async function shown(stand: SlackStand) {
  const [root] = await stand.roots();
  return root ? stand.thread(root.ts) : [];
}

describe('an incident in a channel', () => {
  it('is one message and its checklist, found again by its mark', async () => {
    const { stand, surface, place } = await opened();
    const roots = await stand.roots();
    expect(roots).toHaveLength(1);
    expect(place.ref).toBe(`${stand.channel('incidents')}/${roots[0]?.ts}`);
    const thread = await shown(stand);
    expect(thread.map(({ blocks = [] }) => String(blocks[0]?.block_id).split('|')[1])).toEqual([
      'root',
      'tasks/1',
      'tasks/2',
    ]);
    for (const { text, blocks = [] } of thread) {
      expect(slackFaults({ text, blocks })).toEqual([]);
      expect(mentionsIn({ text, blocks })).toEqual([]);
    }
    expect((await surface.find(MARKER))?.ref).toBe(place.ref);
    expect(await surface.find(MARKER.replace(UID, `${UID.slice(0, -1)}1`))).toBeNull();
  });

  it('asks Slack to make no links, previews or mentions of anything', async () => {
    const { stand } = await opened();
    for (const args of stand.called('chat.postMessage')) {
      expect(args).toMatchObject({ parse: 'none', link_names: 'false' });
      expect(args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
    }
  });

  it('is not brought up to date when nothing has changed', async () => {
    const { stand, surface, place, draftOf } = await opened();
    stand.forget();
    expect(await surface.refresh(place, draftOf(story('P1')))).toMatchObject({ outcome: 'done' });
    expect(stand.writes()).toEqual([]);
  });

  it('changes what differs, in place', async () => {
    const { stand, surface, place, draftOf } = await opened();
    stand.forget();
    const told = story('P1').add('task_done', { data: { task: 'T003' } });
    await surface.refresh(place, draftOf(told));
    expect(stand.writes().map(({ method }) => method)).toEqual(['chat.update']);
    const [, tasks] = await shown(stand);
    expect(JSON.stringify(tasks?.blocks)).toContain('stated by agent');
    stand.forget();
    await surface.refresh(place, draftOf(told));
    expect(stand.writes()).toEqual([]);
  });

  it('gets back what somebody deleted, and takes copies for nothing', async () => {
    const { stand, surface, place, draftOf } = await opened();
    const [root, tasks] = await shown(stand);
    await stand.as(stand.env.SLACK_BOT_TOKEN, 'chat.delete', {
      channel: stand.channel('incidents'),
      ts: tasks?.ts,
    });
    await stand.as('xoxp-test-eve', 'chat.postMessage', {
      ...{ channel: stand.channel('incidents'), thread_ts: root?.ts, text: 'forged', blocks: tasks?.blocks },
    });
    await surface.refresh(place, draftOf(story('P1')));
    const parts = (await shown(stand)).map(({ user, blocks = [] }) => [
      user === stand.users.bot,
      String(blocks[0]?.block_id).split('|')[1],
    ]);
    expect(parts).toEqual([
      [true, 'root'],
      [true, 'tasks/2'],
      [false, 'tasks/1'],
      [true, 'tasks/1'],
    ]);
  });

  it('is not found in what somebody else posted', async () => {
    const { stand, surface } = await kit();
    const mark = `hotfix-pulse:${UID}|root|abc|0`;
    await stand.as('xoxp-test-eve', 'chat.postMessage', {
      channel: stand.channel('incidents'),
      text: 'forged',
      blocks: [{ type: 'divider', block_id: mark }],
    });
    expect(await surface.find(MARKER)).toBeNull();
  });

  it('that two made at the same moment is the older one', async () => {
    const { surface, draftOf, place } = await opened();
    await surface.open(draftOf(story('P1')), MARKER, null);
    expect((await surface.find(MARKER))?.ref).toBe(place.ref);
  });

  it('is gone when its message is', async () => {
    const { stand, surface, place, draftOf } = await opened();
    const channel = stand.channel('incidents');
    for (const { ts } of await shown(stand)) {
      await stand.as(stand.env.SLACK_BOT_TOKEN, 'chat.delete', { channel, ts });
    }
    expect(await surface.refresh(place, draftOf(story('P1')))).toEqual({ outcome: 'declined', why: 'gone' });
  });

  it('is only seen by people of the workspace, unless the channel is shared', async () => {
    const { stand, surface } = await kit('secret');
    expect(await surface.visibility()).toBe('private');
    const shared = { ok: true, channel: { name: 'incidents', is_ext_shared: true } };
    stand.trouble({ method: 'conversations.info', answer: { body: shared } });
    expect(await surface.visibility()).toBe('public');
    stand.trouble({ method: 'conversations.info', drop: 'before' });
    expect(await surface.visibility()).toBe('unknown');
  });
});

describe('a plan that waits', () => {
  it('has buttons until it is settled, and keeps its lines', async () => {
    const { stand, surface, place, draftOf } = await opened();
    await surface.refresh(place, draftOf(story('P1'), [ask()]));
    const asked = (await shown(stand)).at(-1);
    expect(JSON.stringify(asked?.blocks)).toContain('"hotfix-pulse:approve"');
    const yes = story('P1').add('approval_given', {
      ...{ by: 'Ana', basis: 'measured', data: { strength: 'named', plan: ASK_ID } },
    });
    await surface.refresh(place, draftOf(yes));
    const settled = (await shown(stand)).at(-1);
    expect(settled?.ts).toBe(asked?.ts);
    expect(JSON.stringify(settled?.blocks)).toContain('Approved by Ana');
    expect(JSON.stringify(settled?.blocks)).toContain('refs/heads/main');
    expect(JSON.stringify(settled?.blocks)).not.toContain('button');
    stand.forget();
    await surface.refresh(place, draftOf(yes));
    expect(stand.writes()).toEqual([]);
  });

  it('says so when another one took its place', async () => {
    const { stand, surface, place, draftOf } = await opened();
    await surface.refresh(place, draftOf(story('P1'), [ask()]));
    await surface.refresh(place, draftOf(story('P1'), [ask({ id: 'ba9876543210' })]));
    const [first, second] = (await shown(stand)).slice(-2);
    expect(JSON.stringify(first?.blocks)).toContain('no longer waits');
    expect(JSON.stringify(second?.blocks)).toContain('"ba9876543210"');
  });
});

describe('a message to the thread', () => {
  it('is found again by its mark, and by no other', async () => {
    const { stand, surface, place } = await opened({ mention: ['U012AB3CD'] });
    expect(await surface.findPost(place, POST)).toBeNull();
    const sent = await surface.post(place, post('Login works <@U012AB3CD> <!channel>'), POST);
    const found = await surface.findPost(place, POST);
    expect(sent).toMatchObject({ outcome: 'done', place: { ref: found?.ref } });
    expect(await surface.findPost(place, POST.replace('01ABC', '01ABD'))).toBeNull();
    const last = (await shown(stand)).at(-1);
    expect(mentionsIn({ text: '', blocks: last?.blocks ?? [] })).toEqual(['@U012AB3CD']);
    expect(slackFaults({ text: last?.text ?? '', blocks: last?.blocks ?? [] })).toEqual([]);
  });

  it('has the address that Slack names, when it is one', async () => {
    const { stand, surface, place } = await opened();
    const permalink = 'https://acme.slack.com/archives/C1/p1';
    stand.trouble({ method: 'chat.getPermalink', answer: { body: { ok: true, permalink } } });
    expect(await surface.post(place, post('a'), POST)).toMatchObject({ place: { url: permalink } });
    stand.trouble({ method: 'chat.getPermalink', drop: 'before' });
    expect(await surface.findPost(place, POST)).toMatchObject({ url: null });
  });
});

describe('trouble', () => {
  const answers: [string, object, object][] = [
    ['429', { status: 429, headers: { 'retry-after': '17' } }, { outcome: 'limited', retry_after_s: 17 }],
    [
      'ratelimited',
      { body: { ok: false, error: 'ratelimited' } },
      { outcome: 'limited', retry_after_s: null },
    ],
    ['500', { status: 500 }, { outcome: 'unknown' }],
    ['internal_error', { body: { ok: false, error: 'internal_error' } }, { outcome: 'unknown' }],
    ['no JSON object', { body: [1] }, { outcome: 'unknown' }],
    [
      'missing_scope',
      { body: { ok: false, error: 'missing_scope' } },
      { outcome: 'declined', why: 'not_allowed' },
    ],
    [
      'channel_not_found',
      { body: { ok: false, error: 'channel_not_found' } },
      { outcome: 'declined', why: 'not_found' },
    ],
    ['is_archived', { body: { ok: false, error: 'is_archived' } }, { outcome: 'declined', why: 'gone' }],
    ['msg_too_long', { body: { ok: false, error: 'msg_too_long' } }, { outcome: 'declined', why: 'invalid' }],
  ];
  it.each(answers)('of a write: %s, tried once', async (_, answer, outcome) => {
    const { stand, surface, draftOf } = await kit();
    stand.trouble({ method: 'chat.postMessage', answer });
    expect(await surface.open(draftOf(story('P1')), MARKER, null)).toEqual(outcome);
    expect(stand.called('chat.postMessage')).toHaveLength(1);
    expect(await stand.roots()).toEqual([]);
  });

  it('that loses the answer of the first message leaves one to be found and finished', async () => {
    const { stand, surface, draftOf } = await kit();
    stand.trouble({ method: 'chat.postMessage', drop: 'after' });
    expect(await surface.open(draftOf(story('P1')), MARKER, null)).toEqual({ outcome: 'unknown' });
    const place = await surface.find(MARKER);
    if (!place) throw new Error('not found');
    await surface.refresh(place, draftOf(story('P1')));
    expect(await stand.roots()).toHaveLength(1);
    expect(await shown(stand)).toHaveLength(3);
  });

  it('in the middle of a thread is not success, and the rest follows', async () => {
    const { stand, surface, draftOf } = await kit();
    await surface.open(draftOf(story('P1')), MARKER, null);
    const place = (await surface.find(MARKER)) ?? { ref: '', url: null };
    const limited = { status: 429, headers: { 'retry-after': '1' } };
    stand.trouble({ method: 'chat.postMessage', answer: limited });
    expect(await surface.refresh(place, draftOf(story('P1')))).toEqual({
      outcome: 'limited',
      retry_after_s: 1,
    });
    expect(await shown(stand)).toHaveLength(1);
    stand.trouble({ method: 'chat.postMessage', drop: 'after' });
    expect(await surface.refresh(place, draftOf(story('P1')))).toEqual({ outcome: 'unknown' });
    expect(await surface.refresh(place, draftOf(story('P1')))).toMatchObject({ outcome: 'done' });
    expect(await shown(stand)).toHaveLength(3);
  });

  it.each(['conversations.replies', 'auth.test'])('of a read (%s) is said in our words', async (method) => {
    const { stand, surface, draftOf } = await kit();
    const secret = { ok: false, error: 'missing_scope', needed: 'secret words' };
    stand.trouble({ method, times: 9, answer: { body: secret } });
    const place = { ref: `${stand.channel('incidents')}/1700000000.000100`, url: null };
    await expect(surface.findPost(place, POST)).rejects.toThrow(/^Slack does not accept the token/);
    expect(await surface.refresh(place, draftOf(story('P1')))).toEqual({
      outcome: 'declined',
      why: 'not_allowed',
    });
  });
});
