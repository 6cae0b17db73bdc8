import { HUB } from './context.ts';
import type { HubContext } from './door.ts';

/** Whoever asks gets an answer while they still wait. Milliseconds. */
const LIMIT_MS = 2_000;

/**
 * Whether the record answers now. A database that is away is asked once at a time, however many ask, and found again by
 * itself.
 */
export function createReadiness(
  context: Pick<HubContext, 'depsFor'>,
  limitMs: number = LIMIT_MS,
): () => Promise<boolean> {
  let running: Promise<true> | null = null;
  return async () => {
    running ??= look(context)
      .then(() => true as const)
      .finally(() => {
        running = null;
      });
    return (await inTime(running, limitMs)) ?? false;
  };
}

/** What comes of `work`, or null when it has failed or takes too long; it goes on then. */
export async function inTime<T>(work: Promise<T>, limitMs: number = LIMIT_MS): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((done) => {
    timer = setTimeout(() => done(null), limitMs);
  });
  try {
    return await Promise.race([work.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws whatever stands in the way */
async function look({ depsFor }: Pick<HubContext, 'depsFor'>): Promise<void> {
  const { log } = await depsFor(HUB);
  if (log.check === undefined) return void (await log.uids());
  await log.check();
  // Tables and role are taken as they were found for a while; this asks now, and for no more than is worked on.
  await log.index?.open();
}
