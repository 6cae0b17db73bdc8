import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { createEveryTick } from '../../src/hub/every-tick.ts';
import { openSlackDoor } from '../../src/hub/slack.ts';
import { COMMAND } from '../../src/hub/slack-command.ts';
import { SECRET, slackHub } from '../support/slack-hub.ts';
import { mentionsIn } from '../support/slack-limits.ts';

describe('a request', () => {
  const refused: [string, number, (kit: Awaited<ReturnType<typeof slackHub>>) => Promise<Response>][] = [
    ['with another secret', 401, (k) => k.send(k.commandBody('x'), k.form, { secret: 'guessed' })],
    [
      'without a signature',
      401,
      (k) => k.send(k.commandBody('x'), k.form, { headers: { 'x-slack-signature': '' } }),
    ],
    [
      'that is unsigned and calls itself a test',
      401,
      (k) => k.send('ssl_check=1', k.form, { secret: 'guessed' }),
    ],
    [
      'of ten minutes ago',
      401,
      (k) => k.send(k.commandBody('x'), k.form, { at: Math.floor(Date.now() / 1000) - 600 }),
    ],
    [
      'of ten minutes from now',
      401,
      (k) => k.send(k.commandBody('x'), k.form, { at: Math.floor(Date.now() / 1000) + 600 }),
    ],
    ['to another path', 404, (k) => k.send(k.commandBody('x'), k.form, { path: '/slack/events/x' })],
    ['that only looks', 405, (k) => k.send('', k.form, { method: 'GET' })],
    ['that is too large', 413, (k) => k.send('x'.repeat(1_100_000), k.form)],
    ['that is signed and no form of ours', 400, (k) => k.send('{', 'application/json')],
  ];
  it.each(refused)('%s is refused with %i and changes nothing', async (_, status, send) => {
    const kit = await slackHub();
    expect((await send(kit)).status).toBe(status);
    expect(await kit.incidents()).toEqual([]);
    expect(kit.stand.writes()).toEqual([]);
  });

  it('is taken once: the very same again is refused', async () => {
    const kit = await slackHub();
    const body = kit.commandBody('Users cannot log in');
    const at = Math.floor(Date.now() / 1000) - 10;
    expect((await kit.send(body, kit.form, { at })).status).toBe(200);
    expect((await kit.send(body, kit.form, { at })).status).toBe(401);
    await kit.settled();
    expect(await kit.incidents()).toHaveLength(1);
  });

  it('that checks the address gets its challenge back', async () => {
    const kit = await slackHub();
    const answer = await kit.send('{"type":"url_verification","challenge":"c1"}', 'application/json');
    expect(await answer.json()).toEqual({ challenge: 'c1' });
  });
});

describe('the door', () => {
  it('does not open without a secret of its own, and says what to set', async () => {
    const { context } = await slackHub();
    const open = (env: Record<string, string | undefined>) =>
      openSlackDoor({ ...context, env: { ...context.env, ...env } });
    await expect(open({ SLACK_SIGNING_SECRET: '' })).rejects.toThrow(/SLACK_SIGNING_SECRET not set/);
    await expect(open({ SLACK_BOT_TOKEN: undefined })).rejects.toThrow(/SLACK_BOT_TOKEN not set/);
    expect((await open({ SLACK_SIGNING_SECRET: SECRET }))?.paths).toEqual(['/slack/events']);
    expect((await open({ SLACK_SIGNING_SECRET: '', SLACK_APP_TOKEN: 'xapp-1' }))?.paths).toEqual([]);
  });

  it('is none where the settings do not name Slack', async () => {
    const { context } = await slackHub();
    const none = { ...context, depsFor: async () => ({ settings: {} }) as never };
    expect(await openSlackDoor(none)).toBeNull();
  });
});

describe(COMMAND, () => {
  it('opens the incident in the name of its sender, and shows it', async () => {
    const kit = await slackHub();
    const answer = await kit.command('Users cannot log in, 500 on &lt;auth&gt;');
    expect(answer).toMatch(/^Opened hotfix-001 \(P\d\??\)\. Its thread with the checklist follows/);
    await kit.settled();
    const incident = await kit.one();
    expect(incident.title).toBe('Users cannot log in, 500 on <auth>');
    expect(incident.opened?.by).toEqual({ name: 'Ana', kind: 'human', via: 'slack' });
    expect(await kit.stand.roots()).toHaveLength(1);
    expect(await kit.thread()).toHaveLength(3);
    const linked = incident.recorded.find(({ kind }) => kind === 'linked');
    expect(linked?.data).toMatchObject({ type: 'chat', surface: { service: 'slack' } });
  });

  it('delivered again changes nothing', async () => {
    const kit = await slackHub();
    const body = kit.commandBody('Users cannot log in');
    const at = Math.floor(Date.now() / 1000);
    const answers = await Promise.all(
      [0, 1, 2].map((ago) => kit.send(body, kit.form, { at: at - ago }).then((answer) => answer.text())),
    );
    await kit.settled();
    expect(answers.filter((text) => text.includes('Opened'))).toHaveLength(1);
    expect(await kit.incidents()).toHaveLength(1);
    expect(await kit.stand.roots()).toHaveLength(1);
    expect(await kit.thread()).toHaveLength(3);
  });

  it('takes secrets out before anything is written or shown', async () => {
    const kit = await slackHub();
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    await kit.command(`Login fails with ${secret}`);
    await kit.settled();
    const said = JSON.stringify([await kit.incidents(), kit.stand.calls, kit.whispers(), kit.lines]);
    expect(said).toContain('Login fails');
    expect(said).not.toContain(secret);
  });

  it.each([
    ['', /^Say what is broken/],
    ['  help ', /opens an incident/],
    ['STATUS', /^No incident is open/],
  ])('%j opens nothing', async (text, answer) => {
    const kit = await slackHub();
    expect(await kit.command(text)).toMatch(answer);
    expect(await kit.incidents()).toEqual([]);
  });

  it('shows what is open, without mentions', async () => {
    const kit = await slackHub();
    await kit.command('Login <!channel> is down');
    const status = await kit.command('status');
    expect(status).toMatch(
      /^hotfix-001 P\d\?? investigating 🟢⚪️⚪️⚪️⚪️ Login @.channel is down, next update <!date\^/,
    );
    expect(mentionsIn({ text: status, blocks: [] })).toEqual([]);
  });

  it('is acknowledged in time when Slack is slow, and answered later', async () => {
    const kit = await slackHub();
    kit.stand.trouble({ method: 'users.info', delay: 2_600 });
    const begun = Date.now();
    const answer = await kit.send(kit.commandBody('Users cannot log in'), kit.form);
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(Date.now() - begun).toBeLessThan(2_600);
    await kit.settled();
    expect(kit.whispers()).toEqual([['ana', expect.stringMatching(/^Opened hotfix-001/)]]);
    expect((await kit.one()).opened?.by.name).toBe('Ana');
  });

  it('is answered in one channel of one workspace only', async () => {
    const kit = await slackHub();
    const other = kit.stand.channel('other');
    expect(await kit.command('x is down', { channel_id: other })).toMatch(/serves one channel only/);
    expect(await kit.command('x is down', { team_id: 'T999999999' })).toMatch(/another workspace/);
    expect(await kit.incidents()).toEqual([]);
  });

  it('opens the incident while Slack itself is down, and shows it when it is back', async () => {
    const kit = await slackHub();
    for (const method of ['users.info', 'auth.test', 'chat.postMessage', 'conversations.history'])
      kit.stand.trouble({ method, times: 50, answer: { status: 503 } });
    expect(await kit.command('Users cannot log in')).toMatch(/^Opened hotfix-001/);
    await kit.settled();
    expect((await kit.one()).opened?.by.name).toBe(kit.stand.users.ana);
    expect(await kit.stand.roots()).toEqual([]);
    kit.stand.heal();
    kit.shift.ms = 10 * MINUTE;
    await createEveryTick(kit.context)();
    expect(await kit.thread()).toHaveLength(3);
  });
});
