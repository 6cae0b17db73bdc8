import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../support/hub-kit.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';

/** The built hub as a supervisor runs it. */
const bin = join(import.meta.dirname, '../../dist/hotfix-pulse.js');

interface Running {
  child: ChildProcess;
  port: number;
  said(): { out: string; err: string };
  ended: Promise<{ code: number | null; signal: string | null }>;
}

const child = (root: string, args: string[], env: Record<string, string> = {}): Omit<Running, 'port'> => {
  const process_ = spawn(process.execPath, [bin, 'serve', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: tempFolder(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  process_.stdout?.on('data', (part: Buffer) => {
    out += part.toString('utf8');
  });
  process_.stderr?.on('data', (part: Buffer) => {
    err += part.toString('utf8');
  });
  onTestFinished(() => void process_.kill('SIGKILL'));
  const ended = new Promise<{ code: number | null; signal: string | null }>((done) =>
    process_.once('exit', (code, signal) => done({ code, signal })),
  );
  return { child: process_, said: () => ({ out, err }), ended };
};

async function started(
  root: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Running> {
  const running = child(root, ['--port', '0', '--json', ...args], env);
  const limit = Date.now() + 15_000;
  for (;;) {
    const port = /"address":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(running.said().err)?.[1];
    if (port !== undefined) return { ...running, port: Number(port) };
    if (Date.now() > limit || running.child.exitCode !== null)
      throw new Error(`the hub does not start: ${running.said().err}`);
    await new Promise((done) => setTimeout(done, 30));
  }
}

describe('hotfix-pulse serve', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('starts, answers, and ends politely on %s', async (signal) => {
    const { port, child: hub, said, ended } = await started(tempRepo({ commits: 1 }).root);
    expect(await ask(port)).toMatchObject({ status: 200, body: 'alive\n' });
    expect(await ask(port, { path: '/readyz' })).toMatchObject({ status: 200 });
    hub.kill(signal);
    expect(await ended).toEqual({ code: 0, signal: null });
    const lines = said().err.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      ...['listening', 'no service calls in: hotfix-pulse.config.json names none that does, see docs/hub.md'],
      ...['stopping', 'stopped'],
    ]);
    expect(said().out).toBe('');
  });

  it('lets a service in that the settings name, and keeps its secrets to itself', async () => {
    const repo = tempRepo({ commits: 1 });
    repo.write('hotfix-pulse.config.json', JSON.stringify({ clickup: {} }));
    const env = { CLICKUP_API_TOKEN: 'pk_secret_1', CLICKUP_WEBHOOK_SECRET: 'webhook_secret_1' };
    const { port, child: hub, said, ended } = await started(repo.root, [], env);
    expect((await ask(port, { method: 'POST', path: '/clickup', body: '{}' })).status).toBe(403);
    hub.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    expect(said().err).toContain('"doors":"/clickup,/mcp,/board"');
    expect(said().err).not.toMatch(/secret_1/);
  });

  it.each<[string, string[], object, number, RegExp]>([
    ['without a secret', [], { clickup: {} }, 5, /CLICKUP_API_TOKEN and CLICKUP_WEBHOOK_SECRET not set/],
    ['at an address of the network', ['--host', '0.0.0.0'], {}, 8, /--behind-proxy/],
    ['behind a proxy without a name', ['--host', '0.0.0.0', '--behind-proxy'], {}, 2, /--public-host/],
  ])('does not start %s', async (_name, args, config, code, words) => {
    const repo = tempRepo({ commits: 1 });
    repo.write('hotfix-pulse.config.json', JSON.stringify(config));
    const { ended, said } = child(repo.root, ['--port', '0', ...args]);
    expect((await ended).code).toBe(code);
    expect(said().err).toMatch(words);
    expect(said().out).toBe('');
  });

  it('brings what Slack needs: a signed request is answered, an unsigned one is not', async () => {
    const repo = tempRepo({ commits: 1 });
    repo.write('hotfix-pulse.config.json', JSON.stringify({ slack: { channel: 'C024BE91L' } }));
    const secret = 'signing-secret-of-the-tests-0001';
    // Nobody listens there: whoever the bot is cannot be asked, and the hub starts all the same.
    const env = {
      ...{ SLACK_BOT_TOKEN: 'xoxb-local-test', SLACK_SIGNING_SECRET: secret },
      SLACK_API_URL: 'http://127.0.0.1:9/api/',
    };
    const { port, child: hub, ended } = await started(repo.root, [], env);
    const body =
      'command=%2Fpulse-hotfix&text=help&user_id=U1&channel_id=C024BE91L&team_id=T1&trigger_id=1.1';
    const at = String(Math.floor(Date.now() / 1000));
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`;
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...{ 'x-slack-request-timestamp': at, 'x-slack-signature': signature },
    };
    const send = (more: Record<string, string>) =>
      ask(port, { method: 'POST', path: '/slack/events', headers: { ...headers, ...more }, body });
    expect((await send({ 'x-slack-signature': `v0=${'0'.repeat(64)}` })).status).toBe(401);
    const signed = await send({});
    expect(signed.status).toBe(200);
    hub.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});
