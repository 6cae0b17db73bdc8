import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HTTPReceiver } from '@slack/bolt';
import { answer, readBody } from './body.ts';
import type { HubContext, HubDoor } from './door.ts';
import { createSlackApp } from './slack-app.ts';
import { createReminders } from './slack-remind.ts';
import { createRoom, SILENT } from './slack-room.ts';

const PATH = '/slack/events';
/** Source: docs.slack.dev, verifying requests from Slack. */
const STALE_S = 5 * 60;
const MOST_SEEN = 20_000;

/** Slack calls us: command, buttons and events at one path, each request signed. */
export function createHttpDoor(context: HubContext, secret: string): HubDoor {
  const receiver = new HTTPReceiver({
    ...{ signingSecret: secret, endpoints: PATH, logger: SILENT },
    // What is acknowledged has been recorded.
    processBeforeResponse: true,
  });
  const room = createRoom(context);
  createSlackApp(room, receiver);
  const isNew = createOnce();
  return {
    name: 'slack',
    paths: [PATH],
    async handle(req, res) {
      if (req.method !== 'POST') return answer(res, 405, { allow: 'POST' });
      const rawBody = await readBody(req);
      const signature = header(req, 'x-slack-signature');
      const seconds = header(req, 'x-slack-request-timestamp');
      // Bolt checks too, but takes times in the future and calls that only say they are a test of the connection.
      if (!isFresh(seconds) || !isSigned(rawBody, seconds, signature, secret)) return answer(res, 401);
      // A repetition by Slack has a time and a signature of its own.
      if (!isNew(signature)) return answer(res, 401);
      await passOn(Object.assign(req, { rawBody }), res);
    },
    async start() {
      if ((await room.me()) === null) context.log('slack: it cannot be asked who we are; see doctor slack');
    },
    stop: () => room.quiet(),
    tick: createReminders(room),
  };

  async function passOn(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const closed = once(res, 'close');
    try {
      receiver.requestListener(req, res);
    } catch {
      return answer(res, 404);
    }
    await closed;
  }
}

const header = (req: IncomingMessage, name: string): string => {
  const value = req.headers[name];
  return typeof value === 'string' ? value : '';
};

function isFresh(seconds: string): boolean {
  return /^\d{1,12}$/.test(seconds) && Math.abs(Date.now() / 1000 - Number(seconds)) <= STALE_S;
}

function isSigned(body: Buffer, seconds: string, signature: string, secret: string): boolean {
  const wanted = `v0=${createHmac('sha256', secret).update(`v0:${seconds}:`).update(body).digest('hex')}`;
  const given = Buffer.from(signature);
  return given.length === wanted.length && timingSafeEqual(given, Buffer.from(wanted));
}

/** Signatures that were used, for as long as they would be taken. Only checked ones get here, so nobody can fill it. */
function createOnce(): (signature: string) => boolean {
  const seen = new Map<string, number>();
  return (signature) => {
    const now = Date.now();
    for (const [old, until] of seen) {
      if (until > now && seen.size < MOST_SEEN) break;
      seen.delete(old);
    }
    if (seen.has(signature)) return false;
    // A time in the future is taken for as long as one in the past.
    seen.set(signature, now + 2 * STALE_S * 1000);
    return true;
  };
}
