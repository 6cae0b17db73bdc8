import { type HubLog, kindOf } from './hub-log.ts';
import type { HubCounts } from './metrics.ts';
import type { HubProcess } from './serve.ts';

const TICK_MS = 15_000;

export interface Ticking {
  name: string;
  tick(): Promise<void>;
}

/** One round after another: a slow one delays the next and never meets it. */
export async function tickUntil(
  signal: AbortSignal,
  { sleep }: Pick<HubProcess, 'sleep'>,
  all: readonly Ticking[],
  log: HubLog,
  { tickFailed }: Pick<HubCounts, 'tickFailed'>,
): Promise<void> {
  const once = async ({ name, tick }: Ticking): Promise<void> => {
    try {
      await tick();
    } catch (error) {
      tickFailed(name);
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
