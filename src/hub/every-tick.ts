import { isOpen } from '../core/incident.ts';
import { loadUid } from '../tools/support/load.ts';
import { sendWaiting } from '../tools/support/mirror.ts';
import { HUB } from './context.ts';
import type { HubContext } from './door.ts';

/** Incidents that have ended are looked at again this often, in ticks: somebody may have reopened one elsewhere. */
const ALL_EVERY = 20;

/** What the hub does at every tick besides the doors: shows what the record says now, and sends what waits. */
export function createEveryTick(context: HubContext): () => Promise<void> {
  const ended = new Set<string>();
  let ticks = 0;
  return async () => {
    const deps = await context.depsFor(HUB);
    if (deps.outward === undefined) return;
    if (ticks % ALL_EVERY === 0) ended.clear();
    ticks += 1;
    let failure: unknown;
    for (const uid of await deps.log.uids()) {
      if (ended.has(uid)) continue;
      try {
        await sendWaiting(uid, deps);
        if (!isOpen((await loadUid(uid, deps)).incident)) ended.add(uid);
      } catch (error) {
        // One damaged record does not keep the others from being shown.
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  };
}
