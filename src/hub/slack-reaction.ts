import { PulseError } from '../core/errors.ts';
import { DEFAULT_REACTION, readBlockId } from '../core/outward/slack-marks.ts';
import { plainOf } from '../core/outward/slack-text.ts';
import recordTimelineEvent from '../tools/record-timeline-event.ts';
import { callTool } from '../tools/support/call.ts';
import { loadUid } from '../tools/support/load.ts';
import type { Deps } from '../tools/tool.ts';
import { type Room, toldOf, type Where } from './slack-room.ts';
import { showNow } from './slack-show.ts';

/** A marked message of an incident's thread becomes an event of its author, at its time, once. */

/** Of the event, what is used. */
export interface Marked {
  user: string;
  reaction: string;
  item: { channel: string; ts: string };
}

interface Said {
  ts?: string | undefined;
  thread_ts?: string | undefined;
  user?: string | undefined;
  bot_id?: string | undefined;
  subtype?: string | undefined;
  text?: string | undefined;
  blocks?: { block_id?: string | undefined }[] | undefined;
}

/** @throws when Slack cannot be asked: it delivers the event again then */
export async function recordMarked(event: Marked, team: string | undefined, room: Room): Promise<void> {
  const { channel, ts } = event.item;
  const where: Where = { channel, user: event.user, team };
  const { reaction = DEFAULT_REACTION } = (await room.settings()) ?? {};
  // A variant of skin is the same reaction.
  if (event.reaction.split('::')[0] !== reaction) return;
  // Reactions are everywhere; in other channels they are none of ours.
  if ((await room.refusal(where)) !== null) return;
  const us = await room.me();
  if (us === null) throw new Error('Slack cannot be asked who we are');
  const message = (await said(channel, ts, room)).find((one) => one.ts === ts);
  if (!message?.user || message.bot_id || message.subtype === 'bot_message') return;
  if (message.user === us.user) return;
  const uid = await incidentOf(channel, message, us, room);
  if (uid === null || (await room.isBot(message.user))) return;
  const deps = await room.context.depsFor(await room.person(message.user));
  const key = `slack/${channel}/${ts}`;
  if (await isKnown(uid, key, deps)) return;
  const text = plainOf(message.text ?? '').trim();
  try {
    if (text === '')
      throw new PulseError('invalid_input', 'that message has no words', 'write what happened');
    await callTool(
      recordTimelineEvent,
      { ...{ incident: uid, text, at: timeOf(ts), source: 'slack' }, idempotency_key: key },
      deps,
    );
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    // Two deliveries at once: the other one has recorded it.
    if (error.code === 'conflict' && (await isKnown(uid, key, deps))) return;
    return room.whisper({ ...where, thread: message.thread_ts }, toldOf(error));
  }
  void room.goOn(showNow(uid, room, deps));
}

/** A message by its time, wherever in a thread it stands; the first of its thread may come with it. */
async function said(channel: string, ts: string, room: Room): Promise<Said[]> {
  const only = { oldest: ts, latest: ts, inclusive: true, limit: 10 };
  return (await room.client.conversations.replies({ channel, ts, ...only })).messages ?? [];
}

/** The incident whose thread it is in: the thread begins with a message of ours. */
async function incidentOf(
  channel: string,
  { ts, thread_ts }: Said,
  us: { user: string; bot: string | undefined },
  room: Room,
): Promise<string | null> {
  if (thread_ts === undefined || thread_ts === ts) return null;
  const root = (await said(channel, thread_ts, room)).find((one) => one.ts === thread_ts);
  if (!root) return null;
  const isOurs = root.user === us.user || (us.bot !== undefined && root.bot_id === us.bot);
  const mark = isOurs ? readBlockId(root.blocks?.[0]?.block_id) : null;
  return mark?.part === 'root' ? mark.uid : null;
}

async function isKnown(uid: string, key: string, deps: Deps): Promise<boolean> {
  const { incident } = await loadUid(uid, deps);
  return incident.recorded.some((event) => event.key === `${key}/0`);
}

const timeOf = (ts: string): string => new Date(Math.round(Number(ts) * 1000)).toISOString();
