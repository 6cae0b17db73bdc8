import { createHash } from 'node:crypto';
import { PulseError } from '../../core/errors.ts';
import type { Place } from '../../core/outward/sending.ts';
import type { SlackMessage } from '../../core/outward/slack-blocks.ts';
import { readBlockId, type SlackMark, stamped } from '../../core/outward/slack-marks.ts';
import type { SlackBlock } from '../../core/outward/slack-text.ts';
import { Page, Permalink, Posted, type ReadMessage, Who } from './answers.ts';
import type { SlackAnswer, SlackClient } from './client.ts';

/** Messages of one channel: reading them, and telling ours from others. */

/** One of our messages, as Slack has it. */
export interface OwnMessage extends SlackMark {
  ts: string;
  blocks: readonly SlackBlock[];
}

const PER_PAGE = 200;
/** What a channel says while an incident is open; further back nothing of it can stand. */
const MOST_PAGES = 25;

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const stampOf = (message: SlackMessage): string => sha256(JSON.stringify(message)).slice(0, 12);

function refOf(channel: string, ts: string): string {
  return `${channel}/${ts}`;
}

/** @throws PulseError invalid_input for a reference that is none of ours */
export function partsOf({ ref }: Place): { channel: string; ts: string } {
  const [, channel, ts] = /^([A-Z0-9]{1,30})\/(\d{1,12}\.\d{1,9})$/i.exec(ref) ?? [];
  if (channel === undefined || ts === undefined) {
    throw new PulseError('invalid_input', 'the record names no place in Slack', 'hotfix-pulse doctor slack');
  }
  return { channel, ts };
}

export function createChannel(client: SlackClient) {
  let who: Who | undefined;
  /** Who we are; asked until it is known. */
  async function me(): Promise<SlackAnswer<Who>> {
    if (who) return { outcome: 'done', body: who };
    const answer = await client.call('auth.test', {}, Who);
    if (answer.outcome === 'done') who = answer.body;
    return answer;
  }

  /** Our own messages, oldest page last; a marker in anybody else's is nothing. */
  async function pages(
    method: 'conversations.history' | 'conversations.replies',
    args: Record<string, unknown>,
    wanted: (own: OwnMessage) => boolean = () => false,
  ): Promise<SlackAnswer<OwnMessage[]>> {
    const us = await me();
    if (us.outcome !== 'done') return us;
    const all: OwnMessage[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const at = cursor === undefined ? {} : { cursor };
      const answer = await client.call(method, { ...args, limit: PER_PAGE, ...at }, Page);
      if (answer.outcome !== 'done') return answer;
      all.push(...ownOf(answer.body.messages, us.body));
      cursor = answer.body.response_metadata?.next_cursor || undefined;
      if (cursor === undefined || all.some(wanted)) return { outcome: 'done', body: all };
    }
    // Not looking further would mean posting it twice.
    throw new PulseError(
      'upstream',
      'the Slack channel holds too many messages since then to find ours',
      'use a channel of its own for incidents',
    );
  }

  async function urlOf(channel: string, ts: string): Promise<string | null> {
    const answer = await client.call('chat.getPermalink', { channel, message_ts: ts }, Permalink);
    return answer.outcome === 'done' && answer.body.permalink.startsWith('https://')
      ? answer.body.permalink
      : null;
  }

  const bodyOf = (message: SlackMessage, mark: string, stamp = stampOf(message)) => ({
    ...{ text: message.text, blocks: stamped(message.blocks, { mark, part: message.part, stamp }) },
    ...{ parse: 'none', link_names: false },
  });
  const noPreviews = { unfurl_links: false, unfurl_media: false };

  return {
    isCurrent: (own: OwnMessage, message: SlackMessage): boolean => own.stamp === stampOf(message),
    /** @param since seconds; nothing older can be it */
    history: (channel: string, since: number, wanted: (own: OwnMessage) => boolean) =>
      pages('conversations.history', { channel, oldest: `${since}.000000`, inclusive: true }, wanted),
    thread: (channel: string, ts: string, wanted?: (own: OwnMessage) => boolean) =>
      pages('conversations.replies', { channel, ts }, wanted),
    async placeOf(channel: string, ts: string): Promise<Place> {
      return { ref: refOf(channel, ts), url: await urlOf(channel, ts) };
    },
    post(
      channel: string,
      mark: string,
      message: SlackMessage,
      thread?: string,
    ): Promise<SlackAnswer<{ channel: string; ts: string }>> {
      const place = thread === undefined ? {} : { thread_ts: thread };
      return client.call(
        'chat.postMessage',
        { channel, ...place, ...noPreviews, ...bodyOf(message, mark) },
        Posted,
      );
    },
    update(channel: string, ts: string, mark: string, message: SlackMessage, stamp?: string) {
      return client.call('chat.update', { channel, ts, ...bodyOf(message, mark, stamp) }, Posted);
    },
  };
}

function ownOf(messages: readonly ReadMessage[], us: Who): OwnMessage[] {
  return messages.flatMap(({ ts, user, bot_id, blocks = [] }) => {
    const isOurs = user === us.user_id || (bot_id !== undefined && bot_id === us.bot_id);
    const mark = isOurs ? readBlockId(blocks[0]?.block_id) : null;
    return mark === null ? [] : [{ ...mark, ts, blocks: blocks as readonly SlackBlock[] }];
  });
}
