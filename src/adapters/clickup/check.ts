import * as z from 'zod/v4';
import { PulseError } from '../../core/errors.ts';
import { missingOf } from '../../core/outward/variables.ts';
import type { ServiceCheck } from '../../ports-outward.ts';
import type { ConnectOptions } from '../connection.ts';
import type { ClickUpSettings } from './changes.ts';
import type { ClickUp, List } from './client.ts';

type State = ServiceCheck['state'];
const line = (id: string, state: State, seen: string, todo = ''): ServiceCheck => ({
  ...{ id: `clickup_${id}`, state, seen, todo },
});

const MEMBERS = z.object({ members: z.array(z.object({ id: z.number() })) });
const TEAMS = z.object({ teams: z.array(z.object({ id: z.string() })) });
const WEBHOOKS = z.object({
  webhooks: z.array(
    z.object({
      events: z.array(z.string()).catch([]),
      health: z.object({ status: z.string() }).nullish().catch(null),
      secret: z.string().nullish(),
    }),
  ),
});
const EVENT = 'taskTagUpdated';

/** Token, list, statuses, lead and webhook, asked with reads only. */
export async function checkClickUp(
  clickUp: ClickUp,
  settings: ClickUpSettings,
  env: ConnectOptions['env'],
): Promise<ServiceCheck[]> {
  try {
    await clickUp.me();
  } catch (error) {
    return [
      failed('token', error, 'set CLICKUP_API_TOKEN to a personal token (pk_...) of the account that writes'),
    ];
  }
  const parts = [
    [line('token', 'ok', 'the token works')],
    await checkList(clickUp, settings),
    await checkWebhook(clickUp, env),
  ];
  return parts.flat();
}

async function checkList(clickUp: ClickUp, settings: ClickUpSettings): Promise<ServiceCheck[]> {
  if (settings.list === undefined) {
    const seen = 'no list is set: only tasks that people tag show incidents';
    return [line('list', 'ok', seen, 'clickup.list in hotfix-pulse.config.json lets incidents open tasks')];
  }
  try {
    const list = await clickUp.list(settings.list);
    return [
      line('list', 'ok', 'the list is there'),
      checkStatuses(list, settings),
      ...(await checkLead(clickUp, settings)),
    ];
  } catch (error) {
    return [failed('list', error, 'set clickup.list to the id of a list that the account can write to')];
  }
}

function checkStatuses(list: List, settings: ClickUpSettings): ServiceCheck {
  const known = list.statuses.map(({ status }) => status.toLowerCase());
  const wanted = [...new Set(Object.values(settings.statuses ?? {}))];
  const absent = wanted.filter((name) => !known.includes(name.toLowerCase()));
  if (absent.length === 0)
    return line('statuses', 'ok', `${wanted.length} status(es) of the settings are in the list`);
  const todo = 'add them to the list, or change clickup.statuses';
  return line('statuses', 'warn', `not in the list: ${absent.join(', ')}`, todo);
}

async function checkLead(
  clickUp: ClickUp,
  { list, ops_lead: lead }: ClickUpSettings,
): Promise<ServiceCheck[]> {
  if (lead === undefined)
    return [line('ops_lead', 'warn', 'nobody is assigned', 'set clickup.ops_lead to a user or a group')];
  if ('group' in lead)
    return [line('ops_lead', 'ok', 'a group is set; whether it exists shows with the first task')];
  const { members } = await clickUp.read(`/v2/list/${encodeURIComponent(list ?? '')}/member`, MEMBERS);
  if (members.some(({ id }) => id === lead.user))
    return [line('ops_lead', 'ok', 'the ops lead is a member of the list')];
  return [
    line(
      'ops_lead',
      'warn',
      'the ops lead is no member of the list',
      'add them to the list, or change clickup.ops_lead',
    ),
  ];
}

/** Of the webhooks that this account made; it sees no others. */
async function checkWebhook(clickUp: ClickUp, env: ConnectOptions['env']): Promise<ServiceCheck[]> {
  if (missingOf('clickup', env, 'webhooks').length > 0)
    return [line('webhook', 'ok', 'no webhook secret is set: tags open no incidents', 'see docs/clickup.md')];
  try {
    const { teams } = await clickUp.read('/v2/team', TEAMS);
    const asked = teams.map(({ id }) => clickUp.read(`/v2/team/${encodeURIComponent(id)}/webhook`, WEBHOOKS));
    const all = (await Promise.all(asked)).flatMap(({ webhooks }) => webhooks);
    const hooks = all.filter(({ events }) => events.includes(EVENT) || events.includes('*'));
    const ours = hooks.find(({ secret }) => secret === env.CLICKUP_WEBHOOK_SECRET?.trim());
    if (hooks.length === 0)
      return [
        line(
          'webhook',
          'warn',
          `this account has no webhook for ${EVENT}`,
          'make one: docs/clickup.md says how',
        ),
      ];
    if (ours === undefined)
      return [
        line(
          'webhook',
          'warn',
          'the secret that is set is of no webhook of this account',
          'set CLICKUP_WEBHOOK_SECRET again',
        ),
      ];
    if (ours.health && ours.health.status !== 'active')
      return [
        line(
          'webhook',
          'warn',
          'ClickUp has marked the webhook as failing or suspended',
          'docs/clickup.md, Troubleshooting',
        ),
      ];
    return [line('webhook', 'ok', 'the webhook is active and its secret is the one that is set')];
  } catch (error) {
    return [failed('webhook', error, 'the account may not read webhooks; it needs not to', 'warn')];
  }
}

function failed(id: string, error: unknown, todo: string, state: State = 'fail'): ServiceCheck {
  if (error instanceof PulseError) return line(id, state, error.message, todo);
  throw error;
}
