import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hasErrno, PulseError } from '../core/errors.ts';
import { answer, capBody, saysTooLarge } from './body.ts';
import type { Caller, HubDoor } from './door.ts';
import { callerOf, isForUs } from './guard.ts';
import { type HubLog, kindOf } from './hub-log.ts';
import { createRefusals, LIMITS, type Limits } from './limits.ts';
import type { HubCounts, Reason } from './metrics.ts';

export interface HubServerOptions {
  doors: readonly HubDoor[];
  /** Names that a request may be for. */
  names: readonly string[];
  behindProxy: boolean;
  /** True when everything that is needed to answer works. */
  isReady(): Promise<boolean>;
  log: HubLog;
  now(): number;
  counts?: Pick<HubCounts, 'answered' | 'refused'>;
  /** For tests. */
  limits?: Partial<Limits>;
}

export interface HubServer {
  /** Gives the port, which is another one than asked for when that was 0. */
  listen(host: string, port: number): Promise<number>;
  /** Event streams that are open, by door. */
  openStreams(): ReadonlyMap<string, number>;
  /** Accepts nothing more, lets what is under way end within `graceMs`, then cuts it off. */
  drain(graceMs: number): Promise<void>;
}

type Handler = (req: IncomingMessage, res: ServerResponse, from: Caller) => Promise<void> | void;
/** `name` is what the log says; a stranger's path is not written down. */
interface Route {
  name: string;
  methods: readonly string[];
  /** Refused requests are counted here, unless the door does it. */
  counts: boolean;
  handle: Handler;
}

const LOOK = ['GET', 'HEAD'];
const HEALTH = 'health';
/** What a door means by an answer that refuses; other statuses are about what was asked. */
const DOOR_REFUSES: Readonly<Record<number, Reason>> = {
  401: 'token',
  403: 'token',
  413: 'size',
  429: 'rate',
};

/** Exact paths, known methods, bounded requests; what is not for a door is refused without a word. */
export function createHubServer(options: HubServerOptions): HubServer {
  const { log, now, counts: counted } = options;
  const limits: Limits = { ...LIMITS, ...options.limits };
  const routes = routesOf(options);
  const refusals = createRefusals(now, limits.refusedPerMinute);
  const open = new Map<ServerResponse, string>();
  let draining = false;

  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersMs / 2),
      keepAliveTimeout: limits.keepAliveMs,
      maxHeaderSize: limits.headerBytes,
    },
    (req, res) => void handle(req, res),
  );
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  server.timeout = limits.silenceMs;

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const begun = now();
    const caller = callerOf(req, options.behindProxy);
    const route = routes.get((req.url ?? '').split('?', 1)[0] ?? '');
    const door = route?.name ?? 'none';
    const counts = route?.counts ?? true;
    let passed = false;
    let refusedFor: Reason | undefined;
    open.set(res, door);
    res.on('close', () => {
      open.delete(res);
      const status = res.headersSent ? res.statusCode : 0;
      const reason = refusedFor ?? DOOR_REFUSES[status];
      if (reason !== undefined) counted?.refused(reason);
      counted?.answered(door, status, now() - begun, req.method === 'GET' && isStream(res));
      if (status >= 400 && status < 500 && status !== 429 && !passed) refusals.count(caller);
      // Looks at health come every few seconds, and what is refused for its number is no news.
      if (status >= 500 || (route?.name !== HEALTH && status !== 429))
        log('info', 'answered', { door, status, ms: now() - begun });
      if (draining) setImmediate(() => server.closeIdleConnections());
    });
    // A body that nobody asked for is not read: the connection ends with the answer.
    const end = (status: number, more: Record<string, string> = {}): void =>
      answer(res, status, { connection: 'close', ...more });
    const refuse = (reason: Reason, status: number, more: Record<string, string> = {}): void => {
      refusedFor = reason;
      end(status, more);
    };
    res.setHeader('cache-control', 'no-store');
    res.setHeader('x-content-type-options', 'nosniff');
    if (draining) res.setHeader('connection', 'close');
    const waitS = counts ? refusals.waitS(caller) : 0;
    if (waitS > 0) return refuse('rate', 429, { 'retry-after': String(waitS) });
    if (!isForUs(req, options.names)) return refuse('name', 403);
    if (route === undefined) return refuse('path', 404);
    if (!route.methods.includes(req.method ?? ''))
      return refuse('method', 405, { allow: route.methods.join(', ') });
    if (saysTooLarge(req)) return refuse('size', 413);
    capBody(req, res);
    passed = !counts;
    try {
      await route.handle(req, res, { address: caller });
    } catch (error) {
      // Answered already, or the caller went away in the middle: also when all had come and was not read yet.
      if (res.headersSent || !req.complete || error === req.errored) return;
      log('error', 'a door failed', { door: route.name, ...kindOf(error) });
      end(500);
    }
  }

  return {
    listen: (host, port) => listen(server, host, port),
    openStreams() {
      const found = new Map<string, number>();
      for (const [res, door] of open) if (isStream(res)) found.set(door, (found.get(door) ?? 0) + 1);
      return found;
    },
    async drain(graceMs) {
      draining = true;
      const closed = new Promise<void>((done) => {
        server.close(() => done());
      });
      for (const door of options.doors) door.drain?.();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function isStream(res: ServerResponse): boolean {
  return String(res.getHeader('content-type') ?? '').startsWith('text/event-stream');
}

function routesOf({ doors, isReady }: HubServerOptions): Map<string, Route> {
  const say = (res: ServerResponse, status: number, word: string): void =>
    void res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${word}\n`);
  const routes = new Map<string, Route>([
    [
      '/healthz',
      { name: HEALTH, methods: LOOK, counts: false, handle: (_req, res) => say(res, 200, 'alive') },
    ],
    [
      '/readyz',
      {
        ...{ name: HEALTH, methods: LOOK, counts: false },
        async handle(_req, res) {
          const ready = await isReady();
          say(res, ready ? 200 : 503, ready ? 'ready' : 'not ready');
        },
      },
    ],
  ]);
  for (const { name, paths, handle, methods = ['POST'], refuses } of doors) {
    for (const path of paths) {
      if (routes.has(path)) throw new Error(`two doors answer one path: ${name}`);
      routes.set(path, { name, methods, handle, counts: refuses !== 'itself' });
    }
  }
  return routes;
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', (error) => {
      const taken = hasErrno(error, 'EADDRINUSE');
      fail(
        new PulseError(
          taken ? 'conflict' : 'not_configured',
          taken ? 'Another process listens at that port.' : 'The hub cannot listen at that address and port.',
          'Pass --port with another one, or --host with an address of this machine.',
        ),
      );
    });
    server.listen(port, host, () => done((server.address() as AddressInfo).port));
  });
}
