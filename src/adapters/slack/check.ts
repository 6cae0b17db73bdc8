import type { OutwardSettings } from '../../core/outward/services.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { ServiceCheck } from '../../ports-outward.ts';
import { Conversation, Who } from './answers.ts';
import type { SlackClient, SlackFailure } from './client.ts';

/** What doctor asks Slack. Reads only. */

/** Rights of the bot and what each is for; the app manifest asks for these. */
const SCOPES: Readonly<Record<string, string>> = {
  'chat:write': 'post and update messages',
  commands: 'the command /pulse-hotfix',
  'channels:history': 'find its own messages again',
  'channels:read': 'see whether the channel is shared with another company',
  'reactions:read': 'turn a marked message into an event',
  'users:read': 'record who did something',
};
/** Instead of the two of channels, where the channel is private. */
const PRIVATE = ['groups:history', 'groups:read'];
/** What the app manifest asks for. */
export const SLACK_SCOPES: readonly string[] = [...Object.keys(SCOPES), ...PRIVATE];

const WHY: Record<string, string> = {
  declined: 'refuses',
  limited: 'asks for a pause',
  unknown: 'does not answer',
};

export async function checkSlack(
  client: SlackClient,
  settings: NonNullable<OutwardSettings['slack']>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServiceCheck[]> {
  const who = await client.call('auth.test', {}, Who);
  if (who.outcome !== 'done') return [tokenFault(who)];
  const { team = '', team_id, user_id, response_metadata } = who.body;
  return [
    ok('slack_token', `the token works in ${oneLine(`${team} (${team_id})`, 80)} as ${user_id}`),
    scopeCheck(response_metadata?.scopes),
    await channelCheck(client, settings.channel),
    hubCheck(env),
    approverCheck(settings.approvers ?? []),
  ];
}

function tokenFault(failure: SlackFailure): ServiceCheck {
  const todo =
    failure.outcome === 'declined'
      ? 'set SLACK_BOT_TOKEN to the bot token of the app as it is installed now (xoxb-...)'
      : 'look at the network and at SLACK_API_URL, then ask again';
  return fail('slack_token', `Slack ${WHY[failure.outcome] ?? 'refuses'} when asked who we are`, todo);
}

function scopeCheck(scopes: readonly string[] | undefined): ServiceCheck {
  if (!scopes || scopes.length === 0) {
    return warn('slack_scopes', 'Slack does not say which rights the token has', 'see docs/slack.md');
  }
  const has = (scope: string) =>
    scopes.includes(scope) ||
    (scope.startsWith('channels:') && scopes.includes(scope.replace('channels:', 'groups:')));
  const missing = Object.keys(SCOPES).filter((scope) => !has(scope));
  if (missing.length === 0) return ok('slack_scopes', 'the token has every right it needs');
  return fail(
    'slack_scopes',
    `the token lacks ${missing.map((scope) => `${scope} (${SCOPES[scope]})`).join(', ')}`,
    `add the scopes to the app and install it again; a private channel needs ${PRIVATE.join(' and ')}`,
  );
}

async function channelCheck(client: SlackClient, channel: string): Promise<ServiceCheck> {
  const answer = await client.call('conversations.info', { channel }, Conversation);
  if (answer.outcome !== 'done') {
    return fail(
      'slack_channel',
      `Slack ${WHY[answer.outcome] ?? 'refuses'} when asked for the channel ${channel}`,
      'set slack.channel to the id of the channel (its details show it) and invite the bot there; a private one needs groups:read',
    );
  }
  const { name = '', is_member, is_archived, is_ext_shared, is_pending_ext_shared } = answer.body.channel;
  const named = `${channel} #${oneLine(name, 80)}`;
  if (is_archived) return fail('slack_channel', `${named} is archived`, 'set slack.channel to another one');
  if (is_member === false) {
    return fail('slack_channel', `the bot is not in ${named}`, 'write /invite and its name in that channel');
  }
  return is_ext_shared || is_pending_ext_shared
    ? warn('slack_channel', `${named} is shared with another company`, 'use a channel of your own')
    : ok('slack_channel', `the bot is in ${named}`);
}

function hubCheck(env: Readonly<Record<string, string | undefined>>): ServiceCheck {
  if (env.SLACK_SIGNING_SECRET?.trim()) return ok('slack_hub', 'the signing secret is set: HTTP mode');
  if (env.SLACK_APP_TOKEN?.trim()) return ok('slack_hub', 'the app-level token is set: Socket Mode');
  return warn(
    'slack_hub',
    'neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN is set',
    'only hotfix-pulse serve needs one, for the command, the checklist, reactions and buttons',
  );
}

function approverCheck(approvers: readonly string[]): ServiceCheck {
  return approvers.length > 0
    ? ok('slack_approvers', `${approvers.length} member(s) may approve plans with a button`)
    : ok('slack_approvers', 'nobody may approve plans with a button (slack.approvers is empty)');
}

const line =
  (state: ServiceCheck['state']) =>
  (id: string, seen: string, todo: string): ServiceCheck => ({
    ...{ id, state, seen, todo },
  });
const ok = (id: string, seen: string): ServiceCheck => line('ok')(id, seen, '');
const warn = line('warn');
const fail = line('fail');
