import { PulseError } from '../core/errors.ts';
import { createHubContext, HUB } from './context.ts';
import type { HubContext, HubDoor } from './door.ts';
import { DOORS, type Doors, openDoors } from './doors.ts';
import { createEveryTick } from './every-tick.ts';
import { type Address, checkedAddress } from './guard.ts';
import { createHubLog, type HubLog, kindOf } from './hub-log.ts';
import { createHubServer } from './server.ts';

const TICK_MS = 15_000;
/** For requests under way, then for the doors; together below the ten seconds that supervisors wait. */
const DRAIN_MS = 6_000;
const STOP_MS = 3_000;
/** Whatever still holds the process after that is ended with it. */
const LINGER_MS = 500;

/** The process around the hub, so that a test needs none. */
export interface HubProcess {
  env: Readonly<Record<string, string | undefined>>;
  /** Logs, one line each. */
  write(line: string): void;
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls on Ctrl-C and a polite kill; the result takes it back. */
  onInterrupt(handler: () => void): () => void;
}

export interface ServeOptions extends Address {
  /** Root of the repository that is served. */
  root: string;
  json: boolean;
}

/** What a test replaces. */
export interface ServeParts {
  doors?: Doors;
  everyTick?: (context: HubContext) => () => Promise<void>;
  /** Called with the port when requests are answered. */
  onListening?: (port: number) => void;
}

/**
 * Runs the hub until it is interrupted, then lets what is under way end.
 * @throws PulseError when it must not start as it is asked to
 */
export async function serve(
  options: ServeOptions,
  system: HubProcess,
  parts: ServeParts = {},
): Promise<void> {
  const log = createHubLog(system.write, { json: options.json, now: system.now });
  const names = checkedAddress(options);
  const { root } = options;
  const context = await createHubContext({ root, env: system.env }, (line) => log('info', line), system);
  const doors = await openDoors(parts.doors ?? DOORS, context);
  const started = new Set<HubDoor>();
  const server = createHubServer({
    ...{ doors, names, log, behindProxy: options.behindProxy, now: system.now },
    isReady: async () => started.size === doors.length && (await canRead(context)),
  });
  const stop = new AbortController();
  const release = system.onInterrupt(() => stop.abort());
  try {
    const port = await server.listen(options.host, options.port);
    try {
      for (const door of doors) {
        await startDoor(door, log);
        started.add(door);
      }
      tellStart(options, port, doors, log);
      parts.onListening?.(port);
      await tickUntil(
        stop.signal,
        system,
        [
          ...doors.flatMap(({ name, tick }): Ticking[] => (tick ? [{ name, tick }] : [])),
          { name: 'sync', tick: (parts.everyTick ?? createEveryTick)(context) },
        ],
        log,
      );
      log('info', 'stopping');
    } finally {
      await server.drain(DRAIN_MS);
      await stopDoors([...started], system, log);
      log('info', 'stopped');
    }
  } finally {
    release();
  }
}

/** Ends a process that something still holds: a client that reconnects, a timer of a package. */
export function exitSoon(code: number): void {
  setTimeout(() => process.exit(code), LINGER_MS).unref();
}

async function canRead(context: HubContext): Promise<boolean> {
  try {
    await (await context.depsFor(HUB)).log.uids();
    return true;
  } catch {
    return false;
  }
}

async function startDoor({ name, start }: HubDoor, log: HubLog): Promise<void> {
  try {
    await start?.();
  } catch (error) {
    if (error instanceof PulseError) throw error;
    log('error', 'a door does not start', { door: name, ...kindOf(error) });
    throw new PulseError(
      'upstream',
      `The door for ${name} does not start.`,
      `hotfix-pulse doctor ${name} says what to set; then start the hub again.`,
    );
  }
}

/** Doors for people and agents; the others are for services. */
const OURS = ['mcp', 'board'];

function tellStart(
  { host, behindProxy }: ServeOptions,
  port: number,
  doors: readonly HubDoor[],
  log: HubLog,
): void {
  const shown = host.includes(':') ? `[${host}]` : host;
  // The first path of each: people want to know where to go, not what a page loads.
  const paths = doors.flatMap(({ paths: [first = ''] }) => first).join(',');
  log('info', 'listening', {
    address: `http://${shown}:${port}`,
    doors: paths || 'none',
    proxy: behindProxy,
  });
  if (doors.every(({ name }) => OURS.includes(name)))
    log('warn', 'no service calls in: hotfix-pulse.config.json names none that does, see docs/hub.md');
}

interface Ticking {
  name: string;
  tick(): Promise<void>;
}

/** One round after another: a slow one delays the next and never meets it. */
async function tickUntil(
  signal: AbortSignal,
  { sleep }: HubProcess,
  all: readonly Ticking[],
  log: HubLog,
): Promise<void> {
  const once = async ({ name, tick }: Ticking): Promise<void> => {
    try {
      await tick();
    } catch (error) {
      log('error', 'a tick failed', { of: name, ...kindOf(error) });
    }
  };
  while (!signal.aborted) {
    await Promise.race([Promise.all(all.map(once)), aborted(signal)]);
    if (!signal.aborted) await sleep(TICK_MS, signal);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });

async function stopDoors(doors: readonly HubDoor[], { sleep }: HubProcess, log: HubLog): Promise<void> {
  const enough = new AbortController();
  const each = doors.map(async ({ name, stop }) => {
    try {
      await stop?.();
    } catch (error) {
      log('error', 'a door does not stop', { door: name, ...kindOf(error) });
    }
  });
  const late = sleep(STOP_MS, enough.signal).then(() => {
    if (!enough.signal.aborted) log('warn', 'a door takes too long; it is left');
  });
  await Promise.race([Promise.all(each), late]);
  enough.abort();
}
