import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import type { SlackDraft, SlackMessage } from '../../src/core/outward/slack-blocks.ts';
import { stamped } from '../../src/core/outward/slack-marks.ts';

/** What Slack refuses, and the stand-in takes: types by the schema, lengths by hand. Source: docs.slack.dev, Block Kit reference. */

const schema = JSON.parse(
  readFileSync(fileURLToPath(new URL('../contracts/slack-blockkit.schema.json', import.meta.url)), 'utf8'),
);
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

type Value = Record<string, unknown>;
const isObject = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Longest text by the member that holds it, in a block or element of a type. */
const TEXTS: readonly [type: string, member: string, most: number][] = [
  ['header', 'text', 150],
  ['section', 'text', 3000],
  ['button', 'text', 75],
];
const LISTS: readonly [type: string, member: string, least: number, most: number][] = [
  ['section', 'fields', 1, 10],
  ['context', 'elements', 1, 10],
  ['actions', 'elements', 1, 25],
  ['checkboxes', 'options', 1, 10],
  ['checkboxes', 'initial_options', 1, 10],
];

/** Everything that is wrong with a message, one line each. */
export function slackFaults(message: { text: string; blocks: readonly unknown[] }): string[] {
  const faults: string[] = [];
  const { text, blocks } = message;
  if (!validate({ text, blocks })) {
    faults.push(...(validate.errors ?? []).slice(0, 3).map((one) => `${one.instancePath} ${one.message}`));
  }
  if (text.length === 0 || text.length > 4000) faults.push(`text of ${text.length}`);
  if (blocks.length === 0 || blocks.length > 50) faults.push(`${blocks.length} blocks`);
  const total = textsIn(blocks).reduce((sum, one) => sum + one.length, 0);
  if (total > 12_000) faults.push(`${total} characters in all`);
  const ids = blocks.flatMap((block) => (isObject(block) && block.block_id ? [String(block.block_id)] : []));
  if (new Set(ids).size !== ids.length) faults.push('block ids twice');
  walk(blocks, (one) => faults.push(...faultsOf(one)));
  return faults;
}

function faultsOf(one: Value): string[] {
  const faults: string[] = [];
  const say = (what: string) => faults.push(`${String(one.type ?? 'option')}: ${what}`);
  for (const [type, member, most] of TEXTS) {
    const length = one.type === type ? textOf(one[member])?.length : undefined;
    if (length !== undefined && (length < 1 || length > most)) say(`${member} of ${length}`);
  }
  for (const [type, member, least, most] of LISTS) {
    const list = one.type === type ? one[member] : undefined;
    if (Array.isArray(list) && (list.length < least || list.length > most)) say(`${list.length} ${member}`);
  }
  for (const id of ['block_id', 'action_id'])
    if (typeof one[id] === 'string' && one[id].length > 255) say(`${id} of ${one[id].length}`);
  if (Array.isArray(one.fields))
    for (const field of one.fields) if ((textOf(field)?.length ?? 0) > 2000) say('field');
  if (typeof one.value === 'string' && isObject(one.text)) {
    if (one.value.length > (one.type === 'button' ? 2000 : 150)) say('value');
    if ((textOf(one.text)?.length ?? 0) > 75) say('text of an option');
    if ((textOf(one.description)?.length ?? 0) > 75) say('description of an option');
  }
  if (isObject(one.confirm)) {
    const most: Record<string, number> = { title: 100, text: 300, confirm: 30, deny: 30 };
    for (const [name, length] of Object.entries(most))
      if ((textOf(one.confirm[name])?.length ?? 0) > length) say(`confirm ${name}`);
  }
  if (one.type === 'plain_text' || one.type === 'mrkdwn') {
    if (textOf(one)?.length === 0) say('empty');
  }
  return faults;
}

const textOf = (value: unknown): string | undefined =>
  isObject(value) && typeof value.text === 'string' ? value.text : undefined;

function walk(value: unknown, visit: (one: Value) => void): void {
  if (Array.isArray(value)) for (const one of value) walk(one, visit);
  else if (isObject(value)) {
    visit(value);
    for (const one of Object.values(value)) walk(one, visit);
  }
}

function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  walk(value, (one) => {
    const text = textOf(one);
    if (text !== undefined) texts.push(text);
  });
  return texts;
}

/** All messages of a draft, with ids as they are sent. */
export function messagesOf(draft: SlackDraft): SlackMessage[] {
  return [draft.root, ...draft.thread].map((message) => sent(message));
}

export function sent(message: SlackMessage): SlackMessage {
  const mark = `hotfix-pulse:${'0'.repeat(26)}`;
  return { ...message, blocks: stamped(message.blocks, { mark, part: message.part, stamp: 'abcdef123456' }) };
}

/**
 * Whoever a message would notify, as Slack reads it: member, group and special mentions of marked-up text, and the
 * words @here, @channel and @everyone in it. Plain text notifies nobody. Times are no mention.
 */
export function mentionsIn(message: { text: string; blocks: readonly unknown[] }): string[] {
  const marked = [message.text];
  walk(message.blocks, (one) => {
    if (one.type === 'mrkdwn') marked.push(textOf(one) ?? '');
  });
  return marked.flatMap((text) => [
    ...[...text.matchAll(/<(?!!date\^)([@#!][^>]*)>/g)].map(([, target]) => target ?? ''),
    ...[...text.matchAll(/(?<![\w@])@(?:here|channel|everyone|group)\b/gi)].map(([word]) => word),
    ...[...text.matchAll(/<(https?:[^>]*)>/g)].map(([, link]) => link ?? ''),
  ]);
}
