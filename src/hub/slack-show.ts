import { sendingKey, sendingsOf } from '../core/outward/outbox.ts';
import { loadUid } from '../tools/support/load.ts';
import { sendWaiting } from '../tools/support/mirror.ts';
import { OPEN } from '../tools/support/send-attempts.ts';
import { placeOf } from '../tools/support/surfaces.ts';
import type { Deps } from '../tools/tool.ts';
import type { Room } from './slack-room.ts';

/** Brings what Slack and the other services show in line with the record; what fails is tried again at every tick. */
export async function showNow(uid: string, room: Room, deps: Deps): Promise<void> {
  try {
    // An id that no record has must not get a folder of its own.
    if (!(await loadUid(uid, deps)).incident.opened) return;
    await sendWaiting(uid, deps, { eager: true });
  } catch {
    room.context.log('slack: showing an incident failed; it is tried again');
  }
}

/** The same for an incident that was opened here: it is shown here whatever the settings say about others. */
export async function beginHere(uid: string, room: Room, deps: Deps): Promise<void> {
  const { incident } = await loadUid(uid, deps);
  const outward = await deps.outward?.();
  if (!outward || incident.drill) return;
  const begun = sendingsOf(await outward.outbox.read(uid)).has(sendingKey('slack', OPEN));
  if (!begun && placeOf(incident, 'slack') === null) {
    const at = new Date(deps.clock.now()).toISOString();
    await outward.outbox.append(uid, { v: 1, at, service: 'slack', key: OPEN, step: 'queued', hash: '' });
  }
  await showNow(uid, room, deps);
}
