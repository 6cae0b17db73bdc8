import { describe, expect, it } from 'vitest';
import { slackHub } from '../support/slack-hub.ts';
import { socketStand } from '../support/slack-socket.ts';

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 50 && !(await holds()); i++) await new Promise((done) => setTimeout(done, 100));
}

async function connected() {
  const socket = await socketStand();
  const kit = await slackHub({}, { SLACK_APP_TOKEN: 'xapp-test' });
  const open = { ok: true, url: socket.url };
  kit.stand.trouble({ method: 'apps.connections.open', times: 9, answer: { body: open } });
  await kit.door.start?.();
  return { ...kit, socket };
}

describe('Socket Mode', () => {
  it('asks Slack for the line with the app-level token, and opens no path', async () => {
    const { stand, socket, door, lines } = await connected();
    expect(stand.called('apps.connections.open')).toHaveLength(1);
    expect(socket.connected()).toBe(1);
    expect(door.paths).toEqual([]);
    expect(lines).toEqual(['slack: connected (Socket Mode)']);
    expect(JSON.stringify(lines)).not.toContain('xapp');
  });

  it('takes the command and the marks of messages like HTTP does', async () => {
    const { stand, socket, one, settled, thread } = await connected();
    const channel = stand.channel('incidents');
    const command = {
      ...{ command: '/pulse-hotfix', text: 'Users cannot log in', trigger_id: '1.1', team_id: 'T000000001' },
      ...{ channel_id: channel, user_id: stand.users.ana },
    };
    expect(await socket.deliver('slash_commands', command)).toMatchObject({
      text: expect.stringMatching(/^Opened hotfix-001/),
    });
    for (let i = 0; i < 20 && (await thread()).length < 3; i++)
      await new Promise((done) => setTimeout(done, 100));
    const [root] = await thread();
    const ts = await stand.say('ben', 'Errors began at 13:40', root?.ts);
    await socket.deliver('events_api', {
      ...{ type: 'event_callback', team_id: 'T000000001', event_id: 'Ev1' },
      event: {
        ...{ type: 'reaction_added', user: stand.users.ana, reaction: 'pushpin', event_ts: '1.1' },
        item: { type: 'message', channel, ts },
      },
    });
    await settled();
    const told = (await one()).recorded.filter(({ by }) => by.via === 'slack');
    expect(told.map(({ kind, by }) => `${by.name} ${kind}`)).toEqual([
      ...['Ana opened', 'Ana severity_changed', 'Ben noted'],
    ]);
  });

  it('comes back when the line breaks', async () => {
    const { socket, lines } = await connected();
    socket.cut();
    await until(() => socket.connected() === 2 && lines.length === 2);
    expect(lines).toEqual(Array(2).fill('slack: connected (Socket Mode)'));
  });

  it('is tried again at every tick, and nothing else stands still meanwhile', async () => {
    const socket = await socketStand();
    const { stand, door, lines } = await slackHub({}, { SLACK_APP_TOKEN: 'xapp-test' });
    const wrong = { ok: false, error: 'invalid_auth' };
    stand.trouble({ method: 'apps.connections.open', times: 2, answer: { body: wrong } });
    await door.start?.();
    await door.tick?.();
    expect(lines).toEqual(Array(2).fill(expect.stringContaining('no connection')));
    stand.trouble({ method: 'apps.connections.open', answer: { body: { ok: true, url: socket.url } } });
    await door.tick?.();
    expect(socket.connected()).toBe(1);
  });
});
