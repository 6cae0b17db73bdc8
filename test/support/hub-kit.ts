import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import type { HubContext } from '../../src/hub/door.ts';
import type { Doors } from '../../src/hub/doors.ts';
import { type HubProcess, type ServeOptions, serve } from '../../src/hub/serve.ts';
import { tempRepo } from './repo.ts';

const START = Date.parse('2026-11-20T14:00:00Z');

export interface HubWanted {
  root?: string;
  env?: Record<string, string>;
  /** What its clock shows at first. */
  at?: number;
  doors?: Doors;
  everyTick?: (context: HubContext) => () => Promise<void>;
  options?: Partial<ServeOptions>;
}

/** Of a context whose doors ask for no token. */
export const noTeam: Pick<HubContext, 'team' | 'close'> = {
  team: () => Promise.reject(new Error('nobody was to ask for tokens')),
  close: async () => undefined,
};

/** The hub in this process, with its clock, its pauses and its signals in the hand of the test. */
export async function startHub({
  root,
  env = {},
  at = START,
  doors = {},
  everyTick,
  options = {},
}: HubWanted = {}) {
  const lines: string[] = [];
  const clock = { ms: at };
  const sleepers = new Set<() => void>();
  let interrupt = (): void => undefined;
  const system: HubProcess = {
    env,
    write: (line) => void lines.push(line),
    now: () => clock.ms,
    sleep: (_ms, signal) =>
      new Promise((done) => {
        const wake = (): void => {
          sleepers.delete(wake);
          done();
        };
        sleepers.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      }),
    onInterrupt(handler) {
      interrupt = handler;
      return () => {
        interrupt = () => undefined;
      };
    },
  };
  let heard: (port: number) => void = () => undefined;
  const listening = new Promise<number>((done) => {
    heard = done;
  });
  const ended = serve(
    {
      ...{ root: root ?? tempRepo({ commits: 1 }).root, host: '127.0.0.1', port: 0, json: false },
      ...{ behindProxy: false, publicHosts: [], ...options },
    },
    system,
    { doors, onListening: heard, everyTick: everyTick ?? (() => async () => undefined) },
  );
  const port = await Promise.race([listening, ended.then(() => 0)]);
  const stop = (): Promise<void> => {
    interrupt();
    return ended;
  };
  onTestFinished(async () => {
    await stop().catch(() => undefined);
  });
  return {
    ...{ port, lines, clock, ended, stop },
    url: `http://127.0.0.1:${port}`,
    interrupt: () => interrupt(),
    /** The pause between two rounds is over. */
    async tick() {
      for (const wake of [...sleepers]) wake();
      await settle();
    },
  };
}
export type Hub = Awaited<ReturnType<typeof startHub>>;

export const settle = (ms = 20): Promise<void> => new Promise((done) => setTimeout(done, ms));

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Got {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A request with whatever headers the test wants: `fetch` would not send a wrong Host. */
export function ask(
  port: number,
  { method = 'GET', path = '/healthz', headers = {}, body }: Sent = {},
): Promise<Got> {
  return new Promise((done, fail) => {
    const req = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('end', () =>
        done({
          status: res.statusCode ?? 0,
          headers: res.headers,
          body: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    req.on('error', fail);
    req.end(body);
  });
}

/** Bytes as they are on a connection of its own; gives what came back until it was closed. */
export function raw(port: number, send: (write: (text: string) => void) => void): Promise<string> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () =>
      send((text) => void (socket.writable && socket.write(text))),
    );
    let told = '';
    socket.on('data', (part) => {
      told += part.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => done(told));
  });
}

/** As ClickUp signs: hex HMAC-SHA256 of the body. */
export const clickUpSignature = (body: string | Buffer, secret = 'webhook-secret'): string =>
  createHmac('sha256', secret).update(body).digest('hex');
