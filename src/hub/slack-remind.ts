import { isOpen } from '../core/incident.ts';
import { sendingKey, sendingsOf } from '../core/outward/outbox.ts';
import { reminderOf } from '../core/outward/slack-reminders.ts';
import { loadUid } from '../tools/support/load.ts';
import { placeOf } from '../tools/support/surfaces.ts';
import { HUB } from './context.ts';
import type { Room } from './slack-room.ts';
import { showNow } from './slack-show.ts';

/** Incidents that have ended are looked at again this often, in ticks: somebody may have reopened one. */
const ALL_EVERY = 20;

/**
 * Puts the reminders that are due into the outbox, where every key is sent once, whatever restarts; what was sent is
 * found there. Only where the incident is shown in Slack.
 */
export function createReminders(room: Room): () => Promise<void> {
  const ended = new Set<string>();
  let ticks = 0;
  return async () => {
    const deps = await room.context.depsFor(HUB);
    const outward = await deps.outward?.();
    if (!outward) return;
    if (ticks % ALL_EVERY === 0) ended.clear();
    ticks += 1;
    for (const uid of await deps.log.uids()) {
      if (ended.has(uid)) continue;
      const { incident, clocks } = await loadUid(uid, deps);
      if (!isOpen(incident)) ended.add(uid);
      const reminder = placeOf(incident, 'slack') && reminderOf(incident, clocks, deps.clock.now());
      if (!reminder) continue;
      const { key, message } = reminder;
      if (sendingsOf(await outward.outbox.read(uid)).has(sendingKey('slack', key))) continue;
      await outward.outbox.append(uid, {
        ...{ v: 1, at: new Date(deps.clock.now()).toISOString(), service: 'slack', key, step: 'queued' },
        ...{ hash: deps.ids.sha256(message.text), message },
      });
      await showNow(uid, room, deps);
    }
  };
}
