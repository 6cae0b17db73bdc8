import { PulseError } from '../core/errors.ts';
import { foldTokens } from '../core/team-tokens.ts';
import type { Team } from '../ports-team.ts';
import { createHubContext } from './context.ts';
import type { HubContext, HubDoor } from './door.ts';
import { DOORS, type Doors, openDoors } from './doors.ts';
import { createEveryTick } from './every-tick.ts';
import { type Address, checkCallers, checkedAddress } from './guard.ts';
import { createHubLog, type HubLog, kindOf } from './hub-log.ts';
import { createMetrics, type HubMetrics } from './metrics.ts';
import { createMetricsDoor } from './metrics-door.ts';
import { createReadiness } from './readiness.ts';
import { createHubServer } from './server.ts';
import { type Ticking, tickUntil } from './ticks.ts';

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
  const metrics = createMetrics();
  const context: HubContext = {
    ...(await createHubContext({ root, env: system.env }, (line) => log('info', line), system)),
    called: metrics.called,
  };
  try {
    await serveWith(context, options, system, { parts, log, names, metrics });
  } finally {
    // Settings that cannot be read any more keep nobody from leaving.
    await context.close().catch(() => undefined);
  }
  log('info', 'stopped');
}

async function serveWith(
  context: HubContext,
  options: ServeOptions,
  system: HubProcess,
  { parts, log, names, metrics }: { parts: ServeParts; log: HubLog; names: string[]; metrics: HubMetrics },
): Promise<void> {
  const doors = await openDoors(parts.doors ?? DOORS, context);
  const team = await context.team();
  await checkCallers(options, async () => doors.some(isOfAService) || (await hasTokens(team)));
  const started = new Set<HubDoor>();
  const answers = createReadiness(context);
  const isReady = async (): Promise<boolean> => started.size === all.length && (await answers());
  const sources = { isReady, openStreams: () => server.openStreams() };
  const all = [...doors, createMetricsDoor(metrics, sources, { team, now: system.now })];
  const server = createHubServer({
    ...{ names, log, isReady, behindProxy: options.behindProxy, now: system.now, counts: metrics },
    doors: all,
  });
  const stop = new AbortController();
  const release = system.onInterrupt(() => stop.abort());
  try {
    const port = await server.listen(options.host, options.port);
    try {
      for (const door of all) {
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
        metrics,
      );
      log('info', 'stopping');
    } finally {
      await server.drain(DRAIN_MS);
      await stopDoors([...started], system, log);
    }
  } finally {
    release();
  }
}

async function hasTokens({ tokens }: Team): Promise<boolean> {
  // Tokens that cannot be read now let nobody in, and are no reason to be down when they can be again.
  const known = await tokens.read().catch(() => null);
  return known === null || foldTokens(known).size > 0;
}

/** Ends a process that something still holds: a client that reconnects, a timer of a package. */
export function exitSoon(code: number): void {
  setTimeout(() => process.exit(code), LINGER_MS).unref();
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
const isOfAService = ({ name }: HubDoor): boolean => !OURS.includes(name);

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
  if (!doors.some(isOfAService))
    log('warn', 'no service calls in: hotfix-pulse.config.json names none that does, see docs/hub.md');
}

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
