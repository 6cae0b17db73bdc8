import { describe, expect, it } from 'vitest';
import { connectSlack } from '../../../src/adapters/slack/connect.ts';
import { slackStand } from '../../support/slack-stand.ts';

async function kit(settings: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  const stand = await slackStand();
  const slack = { channel: stand.channel('incidents'), ...settings };
  const ask = async () => {
    const options = { root: '/nowhere', settings: { slack }, env: { ...stand.env, ...env } };
    const checks = await (await connectSlack(options)).check();
    return Object.fromEntries(checks.map(({ id, state, seen, todo }) => [id, { state, seen, todo }]));
  };
  return { stand, ask };
}

describe('doctor', () => {
  it('finds everything in order, with reads alone', async () => {
    const { stand, ask } = await kit({ approvers: ['U1'] }, { SLACK_SIGNING_SECRET: 's3cret' });
    const found = await ask();
    expect(Object.values(found).map(({ state }) => state)).toEqual(Array(5).fill('ok'));
    expect(found.slack_token?.seen).toContain('Acme (T000000001)');
    expect(found.slack_channel?.seen).toContain('#incidents');
    expect(stand.writes()).toEqual([]);
    expect(JSON.stringify(found)).not.toMatch(/s3cret|xoxb/);
  });

  it('says what to do about a token that is not taken, and asks no further', async () => {
    const { stand, ask } = await kit();
    stand.trouble({ method: 'auth.test', answer: { body: { ok: false, error: 'invalid_auth' } } });
    const found = await ask();
    expect(found).toEqual({
      slack_token: {
        state: 'fail',
        seen: expect.stringContaining('refuses'),
        todo: expect.stringContaining('SLACK_BOT_TOKEN'),
      },
    });
  });

  it.each([
    ['nothing', undefined, 'warn', 'does not say'],
    ['too few', 'chat:write,commands', 'fail', 'users:read (record who did something)'],
    [
      'those of private channels',
      'chat:write,commands,groups:history,groups:read,reactions:read,users:read',
      'ok',
      'every right',
    ],
  ])('reads the rights of the token: %s', async (_, scopes, state, seen) => {
    const { stand, ask } = await kit();
    const body = { ok: true, user_id: 'U1', bot_id: 'B1', team_id: 'T1', team: 'Acme' };
    const headers: Record<string, string> = scopes === undefined ? {} : { 'x-oauth-scopes': scopes };
    stand.trouble({ method: 'auth.test', answer: { headers, body } });
    expect((await ask()).slack_scopes).toMatchObject({ state, seen: expect.stringContaining(seen) });
  });

  it.each([
    [{ is_archived: true }, 'fail', 'archived'],
    [{ is_member: false }, 'fail', 'the bot is not in'],
    [{ is_ext_shared: true, is_member: true }, 'warn', 'shared with another company'],
  ])('looks at the channel: %j', async (channel, state, seen) => {
    const { stand, ask } = await kit();
    const body = { ok: true, channel: { id: 'C1', name: 'incidents', ...channel } };
    stand.trouble({ method: 'conversations.info', answer: { body } });
    expect((await ask()).slack_channel).toMatchObject({ state, seen: expect.stringContaining(seen) });
  });

  it('does not know a channel that is not there', async () => {
    const { ask } = await kit({ channel: 'C0NOTTHERE' });
    expect((await ask()).slack_channel).toMatchObject({
      state: 'fail',
      seen: expect.stringContaining('C0NOTTHERE'),
    });
  });

  it('says that the hub needs a secret of its own', async () => {
    const { ask } = await kit();
    expect((await ask()).slack_hub).toMatchObject({ state: 'warn', todo: expect.stringContaining('serve') });
  });
});

describe('connecting', () => {
  const connect = (env: Record<string, string>) =>
    connectSlack({ root: '/nowhere', settings: { slack: { channel: 'C1' } }, env });

  it('without a token is a fault, not an exception', async () => {
    expect((await connect({})).faults).toMatchObject([
      { service: 'slack', hint: expect.stringContaining('xoxb') },
    ]);
  });

  it.each(['http://slack.example', 'https://user:pw@slack.example', 'file:///etc', 'https://x.example/?a=b'])(
    'to %s is refused',
    async (address) => {
      await expect(connect({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_API_URL: address })).rejects.toThrow(
        /SLACK_API_URL/,
      );
    },
  );
});
