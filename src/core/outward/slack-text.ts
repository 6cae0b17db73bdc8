import { cleanText } from '../untrusted.ts';
import type { Json } from './sending.ts';

/** Text as Slack takes it: nothing in it links, notifies or breaks out, and nothing is too long to be accepted. */

/**
 * Longest texts, in UTF-16 units after escaping. `message` is all blocks of one message as JSON: Slack refuses about
 * 13200 characters, which it does not document. Source: docs.slack.dev, Block Kit reference; slackapi/bolt-js issue 2509.
 */
export const SLACK_LIMITS = {
  header: 150,
  section: 3_000,
  field: 2_000,
  option: 75,
  id: 255,
  blocks: 50,
  options: 10,
  context: 10,
  message: 12_000,
  /** The text beside the blocks, for notifications. */
  notice: 1_000,
} as const;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** Words that notify a whole channel where a client still reads them out of plain text. */
const CALLS = /@(?=(?:here|channel|everyone|group)\b)/gi;
/** U+2060, WORD JOINER: nothing to see, and no longer the word. */
const JOINER = '\u2060';

const escaped = (text: string): string =>
  text.replace(CALLS, `@${JOINER}`).replace(/[&<>]/g, (char) => ENTITIES[char] ?? char);

/** Outside text, escaped and at most `max` long; what is cut ends in `…`. An empty text is a dash: Slack takes none. */
export function slackText(text: string, max: number): string {
  const clean = cleanText(text);
  if (clean.trim() === '') return '-';
  const whole = escaped(clean);
  if (whole.length <= max) return whole;
  let kept = '';
  let length = 0;
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(clean)) {
    // A joiner more for every sign that may become a call.
    length += escaped(segment).length + (segment === '@' ? 1 : 0);
    if (length >= max) break;
    kept += segment;
  }
  return `${escaped(kept.trimEnd())}…`;
}

/** The same on one line. */
export function slackLine(text: string, max: number): string {
  return slackText(cleanText(text).replace(/\s+/g, ' ').trim(), max);
}

export type SlackBlock = { readonly [key: string]: Json };

/** Shown as it is: neither formatting, links, mentions nor `:emoji:`. `text` is escaped already. */
export const plain = (text: string): SlackBlock => ({ type: 'plain_text', text, emoji: false });
/** For our own words around times alone; Slack makes no links of its own in it. */
export const marked = (text: string): SlackBlock => ({ type: 'mrkdwn', text, verbatim: true });

/** A moment in each reader's own time zone; the fallback is UTC. `iso` is RFC 3339. */
export function slackTime(iso: string): string {
  const utc = `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  return `<!date^${Math.floor(Date.parse(iso) / 1000)}^{date_short_pretty} {time}|${utc}>`;
}

/** Lines put together to texts of at most `max`; null when more than `most` would be needed. Lines are escaped. */
export function packed(lines: readonly string[], max: number, most: number): string[] | null {
  const texts: string[] = [];
  let text = '';
  for (const line of lines) {
    const next = text === '' ? line : `${text}\n${line}`;
    if (next.length <= max) {
      text = next;
      continue;
    }
    if (line.length > max) return null;
    texts.push(text);
    text = line;
  }
  if (text !== '') texts.push(text);
  return texts.length > most ? null : texts;
}

const MENTION = /&lt;(?:@([A-Z0-9]{2,30})|!subteam\^([A-Z0-9]{2,30}))(?:\|[^&<>]{0,80})?&gt;/g;

/**
 * Escaped text in which members and groups of the allow-list notify; everybody else's mention stays text. Null when
 * there is nobody to notify, so that it can be shown as plain text.
 */
export function withMentions(text: string, allowed: readonly string[]): string | null {
  let live = 0;
  const out = text.replace(MENTION, (whole, member?: string, group?: string) => {
    if (!allowed.includes(member ?? group ?? '')) return whole;
    live += 1;
    return member === undefined ? `<!subteam^${group}>` : `<@${member}>`;
  });
  return live === 0 ? null : out;
}

const DECODED: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** What a person wrote in Slack as plain text: `<https://x|label>` is its address, `<@U1|ana>` is `@ana`. */
export function plainOf(text: string): string {
  return text
    .replace(/<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g, (_, sign: string, target: string, label?: string) => {
      if (sign === '') return target;
      const name = label === undefined || label === '' ? target.replace(/^(?:subteam|date)\^/, '') : label;
      return sign === '#' ? `#${name.replace(/^#/, '')}` : `@${name.replace(/^@/, '')}`;
    })
    .replace(/&(?:amp|lt|gt);/g, (entity) => DECODED[entity] ?? entity);
}
