import type { SlackBlock } from './slack-text.ts';

/**
 * How our messages are found again: the id of each block says which incident and which part it is, and ends in a digest
 * of what was sent. Slack gives ids back unchanged, while it rewrites the blocks themselves, so equal digests mean an
 * equal message. Slack asks for new ids with every change; a changed message has a changed digest.
 */

/** What comes back when somebody clicks. */
export const SLACK_ACTIONS = {
  task: 'hotfix-pulse:task',
  approve: 'hotfix-pulse:approve',
  decline: 'hotfix-pulse:decline',
} as const;

/** The reaction that makes a message an event where the settings name none. */
export const DEFAULT_REACTION = 'pushpin';

export interface SlackMark {
  /** `hotfix-pulse:<uid>` or `hotfix-pulse:<uid>:<key>`. */
  mark: string;
  uid: string;
  /** `root`, `tasks/1`, `ask/<plan id>`, `post`. */
  part: string;
  stamp: string;
}

/** Parts and digest need the rest of 255 characters. */
const LONGEST = 150;
const BLOCK_ID =
  /^(hotfix-pulse:([0-9A-HJKMNP-TV-Z]{26})(?::[^|]{1,150})?)\|([a-z0-9/]{1,40})\|([0-9a-z]{1,20})\|\d{1,2}$/;

/** The text of a hidden comment as the first part of block ids. */
export function markOf(marker: string, sha256: (text: string) => string): string {
  const inner = (/^<!--(.*)-->$/.exec(marker)?.[1]?.trim() ?? marker).replaceAll('|', '%7C');
  return inner.length <= LONGEST ? inner : `${inner.slice(0, LONGEST - 33)}~${sha256(inner).slice(0, 32)}`;
}

export function readBlockId(id: string | undefined): SlackMark | null {
  const [, mark, uid, part, stamp] = BLOCK_ID.exec(id ?? '') ?? [];
  if (mark === undefined || uid === undefined || part === undefined || stamp === undefined) return null;
  return { mark, uid, part, stamp };
}

/** The blocks with their ids. `stamp` is the digest of what is sent, or any other word to have it sent again. */
export function stamped(blocks: readonly SlackBlock[], of: Omit<SlackMark, 'uid'>): SlackBlock[] {
  return blocks.map((block, at) => ({ ...block, block_id: `${of.mark}|${of.part}|${of.stamp}|${at}` }));
}
