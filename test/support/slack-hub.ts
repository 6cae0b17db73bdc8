import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createHubContext, HUB } from '../../src/hub/context.ts';
import { createHubServer } from '../../src/hub/server.ts';
import { openSlackDoor } from '../../src/hub/slack.ts';
import { loadAll } from '../../src/tools/support/load.ts';
import { tempRepo } from './repo.ts';
import { type SlackStand, type StoredMessage, slackStand } from './slack-stand.ts';

/** The hub with Slack's door, in front of a real repository, and what Slack would send to it. */

export const SECRET = 'test-signing-secret';
const PATH = '/slack/events';

export interface Signing {
  /** Seconds since the epoch. */
  at?: number;
  secret?: string;
  headers?: Record<string, string>;
  path?: string;
  method?: string;
}

type Who = 'ana' | 'ben' | 'eve';

export async function slackHub(
  settings: Record<string, unknown> = {},
  env: Record<string, string> = { SLACK_SIGNING_SECRET: SECRET },
) {
  const stand = await slackStand();
  const { root } = tempRepo({ commits: 1 });
  const set = (more: Record<string, unknown> = {}) =>
    writeFileSync(
      join(root, 'hotfix-pulse.config.json'),
      JSON.stringify({
        slack: { channel: stand.channel('incidents'), approvers: [stand.users.ana], ...settings, ...more },
      }),
    );
  set();
  const lines: string[] = [];
  const shift = { ms: 0 };
  // Time of the record passes when a test says so; Slack's signatures keep to the clock on the wall.
  const context = await createHubContext(
    { root, env: { ...stand.env, ...env } },
    (line) => void lines.push(line),
    { now: () => Date.now() + shift.ms },
  );
  const door = await openSlackDoor(context);
  if (!door) throw new Error('no door');
  const server = createHubServer({
    ...{ doors: [door], names: ['127.0.0.1'], behindProxy: false, isReady: async () => true },
    ...{ log: () => {}, now: () => Date.now() },
    limits: { refusedPerMinute: 1_000 },
  });
  const port = await server.listen('127.0.0.1', 0);
  onTestFinished(async () => {
    await door.stop?.();
    await server.drain(100);
  });

  async function send(body: string, type: string, signing: Signing = {}): Promise<Response> {
    const { at = Math.floor(Date.now() / 1000), secret = SECRET, headers = {}, path = PATH } = signing;
    const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
    const method = signing.method ?? 'POST';
    return fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        ...{ 'content-type': type, 'x-slack-request-timestamp': String(at) },
        ...{ 'x-slack-signature': `v0=${signature}`, ...headers },
      },
      ...(method === 'POST' ? { body } : {}),
    });
  }
  const form = 'application/x-www-form-urlencoded';
  let triggers = 0;
  const asForm = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

  function commandBody(text: string, { who = 'ana' as Who, ...more }: Record<string, string> = {}): string {
    triggers += 1;
    return asForm({
      ...{ command: '/pulse-hotfix', text, user_id: stand.users[who as Who], user_name: String(who) },
      ...{ channel_id: stand.channel('incidents'), team_id: 'T000000001' },
      ...{ trigger_id: `1.${triggers}`, response_url: 'https://hooks.slack.com/commands/1' },
      ...more,
    });
  }

  return {
    ...{ stand, root, context, door, lines, shift, send, set, commandBody },
    form,
    /** What only the sender of a command reads. */
    async command(text: string, more: Record<string, string> = {}): Promise<string> {
      const answer = await send(commandBody(text, more), form);
      const said = await answer.text();
      return answer.status === 200 && said !== '' ? String(JSON.parse(said).text) : `status ${answer.status}`;
    },
    /** Somebody changes boxes of a message: `selected` is what is ticked afterwards. */
    async tick(message: StoredMessage, selected: (shown: string[]) => string[], who: Who = 'ana') {
      const { block, element } = boxesOf(message, selected);
      const shown = (element.initial_options ?? []).map(({ value }) => value);
      const wanted = selected(shown);
      const options = element.options.filter(({ value }) => wanted.includes(value));
      return act(stand, message, who, {
        ...{ type: 'checkboxes', action_id: element.action_id, block_id: block.block_id },
        selected_options: options,
      });
    },
    press: (message: StoredMessage, action: 'approve' | 'decline', who: Who, value?: string) => {
      const block = (message.blocks ?? []).find(({ type }) => type === 'actions') ?? message.blocks?.[0];
      const button = JSON.stringify(block).match(/"value":"([0-9a-f]{12})"/)?.[1];
      return act(stand, message, who, {
        ...{ type: 'button', action_id: `hotfix-pulse:${action}`, block_id: block?.block_id },
        value: value ?? button ?? '',
      });
    },
    /** Somebody marks a message; `again` is Slack's own repetition. */
    react: (ts: string, { reaction = 'pushpin', who = 'ben' as Who, channel = 'incidents' } = {}) =>
      send(
        JSON.stringify({
          ...{ type: 'event_callback', team_id: 'T000000001', event_id: `Ev${ts}` },
          event: {
            ...{ type: 'reaction_added', user: stand.users[who], reaction },
            item: { type: 'message', channel: stand.channel(channel), ts },
            event_ts: ts,
          },
        }),
        'application/json',
        { at: Math.floor(Date.now() / 1000) - Math.floor(Math.random() * 200) },
      ),
    /** What was begun has ended. */
    settled: () => door.stop?.(),
    async incidents() {
      return (await loadAll(await context.depsFor(HUB))).map(({ incident }) => incident);
    },
    async one() {
      const [incident] = (await loadAll(await context.depsFor(HUB))).map((loaded) => loaded.incident);
      if (!incident) throw new Error('no incident');
      return incident;
    },
    /** The thread of the only incident, oldest first. */
    async thread(): Promise<StoredMessage[]> {
      const [first] = await stand.roots();
      return first ? stand.thread(first.ts) : [];
    },
    /** What was told to one person alone. */
    whispers: () =>
      stand
        .called('chat.postEphemeral')
        .map(({ user, text }) => [nameOf(stand, user), String(text)] as const),
  };

  async function act(from: SlackStand, message: StoredMessage, who: Who, action: object): Promise<number> {
    const payload = {
      ...{ type: 'block_actions', trigger_id: '2.1', api_app_id: 'A1' },
      ...{ team: { id: 'T000000001' }, channel: { id: from.channel('incidents'), name: 'incidents' } },
      user: { id: from.users[who], username: who, team_id: 'T000000001' },
      ...{ message: { type: 'message', ...message }, actions: [action] },
    };
    // A click has a time of its own.
    const at = Math.floor(Date.now() / 1000) - Math.floor(Math.random() * 200);
    return (await send(asForm({ payload: JSON.stringify(payload) }), form, { at })).status;
  }
}
export type SlackHub = Awaited<ReturnType<typeof slackHub>>;

function nameOf({ users }: SlackStand, id: unknown): string {
  return Object.entries(users).find(([, one]) => one === id)?.[0] ?? 'nobody';
}

interface Boxes {
  action_id: string;
  options: { value: string }[];
  initial_options?: { value: string }[];
}

/** The element that holds what is to be changed. */
function boxesOf(message: StoredMessage, selected: (shown: string[]) => string[]) {
  const all = (message.blocks ?? []).flatMap((block) =>
    ((block.elements as Boxes[] | undefined) ?? [])
      .filter(({ options }) => options)
      .map((element) => ({ block, element })),
  );
  const changed = all.find(({ element }) => {
    const shown = (element.initial_options ?? []).map(({ value }) => value);
    const wanted = selected(shown);
    const known = element.options.map(({ value }) => value);
    return (
      wanted.some((one) => known.includes(one) && !shown.includes(one)) ||
      shown.some((one) => !wanted.includes(one))
    );
  });
  if (!changed) throw new Error('no such box');
  return changed;
}
