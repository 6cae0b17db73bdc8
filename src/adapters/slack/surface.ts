import type { OutwardSettings } from '../../core/outward/services.ts';
import { NO_LONGER, settledBlock } from '../../core/outward/slack-asks.ts';
import {
  type SlackDraft,
  type SlackMessage,
  slackDraft,
  slackPost,
} from '../../core/outward/slack-blocks.ts';
import { DEFAULT_REACTION, markOf, readBlockId } from '../../core/outward/slack-marks.ts';
import { SLACK_LIMITS, slackLine } from '../../core/outward/slack-text.ts';
import { ulidTime } from '../../core/ulid.ts';
import type { SurfaceOf } from '../../ports-outward.ts';
import { Conversation } from './answers.ts';
import { createChannel, type OwnMessage, partsOf, sha256 } from './channel.ts';
import { readOf, type SlackClient, type SlackFailure } from './client.ts';

/** Clocks differ, and an incident may be shown right when it is opened. */
const BEFORE_S = 3_600;
const GONE: SlackFailure = { outcome: 'declined', why: 'gone' };

/** An incident as one message in a channel and its thread. */
export function createSlackSurface(
  client: SlackClient,
  settings: NonNullable<OutwardSettings['slack']>,
): SurfaceOf<SlackDraft> {
  const { channel, mention = [], reaction = DEFAULT_REACTION } = settings;
  const room = createChannel(client);

  /** Changes what differs and posts what is missing; ends at the first failure. */
  async function settle(
    place: { channel: string; ts: string },
    mark: string,
    own: readonly OwnMessage[],
    messages: readonly SlackMessage[],
    settled: SlackDraft['settled'],
  ): Promise<SlackFailure | null> {
    for (const message of messages) {
      // The first of two that say the same: another process may have posted the second.
      const there = own.find((one) => one.mark === mark && one.part === message.part);
      if (there && room.isCurrent(there, message)) continue;
      const sent = there
        ? await room.update(place.channel, there.ts, mark, message)
        : await room.post(place.channel, mark, message, place.ts);
      if (sent.outcome !== 'done') return sent;
    }
    const asked = new Set(messages.map(({ part }) => part));
    for (const old of own) {
      if (old.mark !== mark || !old.part.startsWith('ask/') || asked.has(old.part)) continue;
      const line = settled[old.part.slice('ask/'.length)] ?? NO_LONGER;
      const stamp = `s${sha256(line).slice(0, 11)}`;
      if (old.stamp === stamp) continue;
      const sent = await room.update(place.channel, old.ts, mark, withoutButtons(old, line), stamp);
      if (sent.outcome !== 'done') return sent;
    }
    return null;
  }

  return {
    service: 'slack',
    name: `the Slack channel ${channel}`,
    audience: 'internal',
    mirrors: true,
    opens: 'view',
    async visibility() {
      const answer = await client.call('conversations.info', { channel }, Conversation);
      if (answer.outcome !== 'done') return 'unknown';
      const { is_ext_shared, is_pending_ext_shared } = answer.body.channel;
      // A public channel is open to the workspace, not to the world; a shared one is open to another company.
      return is_ext_shared || is_pending_ext_shared ? 'public' : 'private';
    },
    draft: (view) => slackDraft(view, { reaction }),
    async find(marker) {
      const mark = markOf(marker, sha256);
      const isRoot = (own: OwnMessage) => own.mark === mark && own.part === 'root';
      const uid = readBlockId(`${mark}|root|0|0`)?.uid;
      const since = uid === undefined ? 0 : Math.floor(ulidTime(uid) / 1000) - BEFORE_S;
      const own = readOf(await room.history(channel, Math.max(0, since), isRoot)).filter(isRoot);
      // The newest comes first; of two that were made at the same moment the older one counts.
      const found = own.at(-1);
      return found ? room.placeOf(channel, found.ts) : null;
    },
    // The checklist is missing then, and a refresh posts what is missing.
    opensBare: true,
    async open(draft, marker) {
      const sent = await room.post(channel, markOf(marker, sha256), draft.root);
      if (sent.outcome !== 'done') return sent;
      const place = await room.placeOf(sent.body.channel, sent.body.ts);
      return { outcome: 'done', place, dropped: [] };
    },
    async refresh(place, draft) {
      const at = partsOf(place);
      const thread = await room.thread(at.channel, at.ts);
      if (thread.outcome !== 'done') return thread;
      const root = thread.body.find(({ ts, part }) => ts === at.ts && part === 'root');
      if (!root) return GONE;
      const failed = await settle(at, root.mark, thread.body, [draft.root, ...draft.thread], draft.settled);
      return failed ?? { outcome: 'done', place, dropped: [] };
    },
    async findPost(place, marker) {
      const { channel: in_, ts } = partsOf(place);
      const mark = markOf(marker, sha256);
      const isPost = (own: OwnMessage) => own.mark === mark && own.part === 'post';
      const found = readOf(await room.thread(in_, ts, isPost)).find(isPost);
      return found ? room.placeOf(in_, found.ts) : null;
    },
    async post(place, message, marker) {
      const { channel: in_, ts } = partsOf(place);
      const sent = await room.post(in_, markOf(marker, sha256), slackPost(message, mention), ts);
      if (sent.outcome !== 'done') return sent;
      return { outcome: 'done', place: await room.placeOf(in_, sent.body.ts), dropped: [] };
    },
  };
}

/** The message of a plan that was decided: its title and lines stay, its buttons go. */
function withoutButtons(old: OwnMessage, line: string): SlackMessage {
  const kept = old.blocks.filter(({ type }) => type === 'header' || type === 'section');
  return {
    part: old.part,
    text: slackLine(line, SLACK_LIMITS.notice),
    blocks: [...kept, settledBlock(line)],
  };
}
