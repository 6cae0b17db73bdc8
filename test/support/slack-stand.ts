import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator } from 'emulate';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';

/** A Slack workspace that others wrote, behind a gateway that can fail on purpose and writes down what came. */

export const BOT_TOKEN = 'xoxb-test-pulse';
const SCOPES = [
  ...['chat:write', 'commands', 'channels:history', 'channels:read', 'groups:history', 'groups:read'],
  ...['reactions:read', 'users:read'],
];

/** What happens to calls of a method instead of, or after, what the workspace would do. */
export interface Trouble {
  method: string;
  /** How many calls it hits; one without it. */
  times?: number;
  /** Answer of our own, and nothing happens there. */
  answer?: { status?: number; headers?: Record<string, string>; body?: unknown };
  /** `before`: the call gets lost; `after`: it is carried out and the answer gets lost. */
  drop?: 'before' | 'after';
  /** Milliseconds before anything happens. */
  delay?: number;
}

export interface Called {
  method: string;
  args: Record<string, unknown>;
}

export interface StoredMessage {
  ts: string;
  user: string;
  text: string;
  thread_ts?: string;
  blocks?: Record<string, unknown>[];
}

export async function slackStand() {
  const emulator = await createEmulator({
    service: 'slack',
    port: await freePort(),
    seed: {
      slack: {
        team: { name: 'Acme', domain: 'acme' },
        users: [
          { name: 'pulse' },
          ...['ana', 'ben', 'eve'].map((name) => ({ name, profile: { display_name: capital(name) } })),
        ],
        channels: [{ name: 'incidents' }, { name: 'secret', is_private: true }, { name: 'other' }],
        tokens: [
          { token: BOT_TOKEN, user: 'pulse', scopes: SCOPES },
          ...['ana', 'ben', 'eve'].map((user) => ({
            ...{ token: `xoxp-test-${user}`, user },
            scopes: ['chat:write', 'channels:history', 'reactions:write', 'users:read', 'channels:read'],
          })),
        ],
        strict_scopes: true,
      },
    },
  });
  const calls: Called[] = [];
  const troubles: Trouble[] = [];
  const gateway = createServer((req, res) => {
    void passOn(req, res).catch(() => res.destroy());
  });

  async function passOn(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const method = (req.url ?? '').replace(/^\/api\//, '').replace(/\?.*$/, '');
    calls.push({ method, args: argsOf(body.toString('utf8')) });
    const trouble = troubles.find((one) => one.method === method && (one.times ?? 1) > 0);
    if (trouble) trouble.times = (trouble.times ?? 1) - 1;
    if (trouble?.delay) await new Promise((done) => setTimeout(done, trouble.delay));
    if (trouble?.drop === 'before') return void res.destroy();
    if (trouble?.answer) {
      const { status = 200, headers = {}, body: said = { ok: true } } = trouble.answer;
      res.writeHead(status, { 'content-type': 'application/json', ...headers });
      return void res.end(JSON.stringify(said));
    }
    const answer = await fetch(`${emulator.url}${req.url}`, {
      method: req.method ?? 'POST',
      headers: {
        authorization: req.headers.authorization ?? '',
        'content-type': req.headers['content-type'] ?? '',
      },
      body: new Uint8Array(body),
    });
    const text = await answer.text();
    if (trouble?.drop === 'after') return void res.destroy();
    res.writeHead(answer.status, {
      'content-type': 'application/json',
      ...(method === 'auth.test' ? { 'x-oauth-scopes': SCOPES.join(',') } : {}),
    });
    res.end(text);
  }

  await new Promise<void>((done) => gateway.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/api`;
  onTestFinished(async () => {
    await closed(gateway);
    await emulator.close();
  });

  /** Straight to the workspace, as one of its members: not written down and never in trouble. */
  async function as(token: string, method: string, args: Record<string, unknown> = {}) {
    const answer = await fetch(`${emulator.url}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    return (await answer.json()) as Record<string, unknown> & { ok: boolean; ts?: string };
  }
  const listed = await as(BOT_TOKEN, 'conversations.list', { types: 'public_channel,private_channel' });
  const channels = new Map(
    (listed.channels as { id: string; name: string }[]).map(({ id, name }) => [name, id]),
  );
  const idOf = async (token: string) => String((await as(token, 'auth.test')).user_id);
  const [bot, ana, ben, eve] = await Promise.all(
    [BOT_TOKEN, 'xoxp-test-ana', 'xoxp-test-ben', 'xoxp-test-eve'].map(idOf),
  );
  const channel = (name: string) => channels.get(name) ?? '';
  return {
    ...{ url, calls, as, channel },
    users: { bot: bot ?? '', ana: ana ?? '', ben: ben ?? '', eve: eve ?? '' },
    env: { SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_API_URL: url },
    trouble: (one: Trouble) => void troubles.push(one),
    heal: () => void troubles.splice(0),
    /** Calls of a method since the start or the last `forget`. */
    called: (method: string) => calls.filter((one) => one.method === method).map(({ args }) => args),
    writes: () => calls.filter(({ method }) => /^chat\.(?:postMessage|update|delete)$/.test(method)),
    forget: () => void calls.splice(0),
    /** Messages of the channel itself, oldest first. */
    async roots(name = 'incidents'): Promise<StoredMessage[]> {
      const { messages } = await as(BOT_TOKEN, 'conversations.history', { channel: channel(name) });
      return (messages as StoredMessage[]).toReversed();
    },
    async thread(ts: string, name = 'incidents'): Promise<StoredMessage[]> {
      const { messages } = await as(BOT_TOKEN, 'conversations.replies', { channel: channel(name), ts });
      return messages as StoredMessage[];
    },
    /** Somebody writes; the token names who. */
    async say(who: 'ana' | 'ben' | 'eve', text: string, thread_ts?: string): Promise<string> {
      const args = { channel: channel('incidents'), text, ...(thread_ts ? { thread_ts } : {}) };
      return String((await as(`xoxp-test-${who}`, 'chat.postMessage', args)).ts);
    },
  };
}
export type SlackStand = Awaited<ReturnType<typeof slackStand>>;

/** Form fields, with what is JSON in them read. */
function argsOf(body: string): Record<string, unknown> {
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([name, value]) => {
      try {
        return [name, /^[[{]/.test(value) ? JSON.parse(value) : value];
      } catch {
        return [name, value];
      }
    }),
  );
}

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}
