import type { Actor } from '../core/events.ts';
import { createBoardDoor } from './board.ts';
import { createLinkAccess } from './board-access.ts';
import { createHubContext } from './context.ts';
import { checkedAddress } from './guard.ts';
import { createHubLog } from './hub-log.ts';
import type { HubProcess } from './serve.ts';
import { createHubServer } from './server.ts';

const HOST = '127.0.0.1';
const DRAIN_MS = 2_000;

export interface LocalBoardOptions {
  root: string;
  port: number;
  /** Who sits there. Only a person at a terminal may say yes to a plan. */
  actor: Actor;
  json: boolean;
  /** Shows the address to that person, and to nobody else: whoever opens it is taken for them. */
  show(address: string): void;
}

/**
 * The board for one person, on this machine alone, until it is interrupted.
 * @throws PulseError conflict when the port is taken
 */
export async function serveBoard(options: LocalBoardOptions, system: HubProcess): Promise<void> {
  const { root, actor } = options;
  const log = createHubLog(system.write, { json: options.json, now: system.now });
  const context = await createHubContext({ root, env: system.env }, (line) => log('warn', line), system);
  let port = options.port;
  const show = (): void => options.show(`http://${HOST}:${port}${access.link()}`);
  const access = createLinkAccess(
    { actor, write: true, approve: actor.kind === 'human' ? 'terminal' : null },
    { now: system.now, onUsed: show },
  );
  const server = createHubServer({
    doors: [createBoardDoor(context, access, system.now)],
    names: checkedAddress({ host: HOST, behindProxy: false, publicHosts: [] }),
    behindProxy: false,
    isReady: async () => true,
    // That something was answered is no news to whoever looks at it.
    log: (level, message, fields) => (level === 'info' ? undefined : log(level, message, fields)),
    now: system.now,
  });
  const stop = new AbortController();
  const release = system.onInterrupt(() => stop.abort());
  try {
    port = await server.listen(HOST, options.port);
    show();
    await new Promise<void>((done) => {
      if (stop.signal.aborted) done();
      else stop.signal.addEventListener('abort', () => done(), { once: true });
    });
    await server.drain(DRAIN_MS);
  } finally {
    release();
    await (await context.depsFor(actor)).close?.();
  }
}
