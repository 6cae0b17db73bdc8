import { type Logger, LogLevel } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Actor } from '../core/events.ts';
import { SLACK_LIMITS, slackText } from '../core/outward/slack-text.ts';
import { oneLine } from '../core/untrusted.ts';
import type { Settings } from '../tools/tool.ts';
import { HUB } from './context.ts';
import type { HubContext } from './door.ts';

/** What all that people do in Slack has in common: who they are, whether we serve that channel, how they are told. */

export type SlackSettings = NonNullable<NonNullable<Settings['outward']>['slack']>;

export interface Where {
  channel: string;
  user: string;
  team?: string | undefined;
  thread?: string | undefined;
}

const TIMEOUT_MS = 10_000;
const KNOWN_MS = 10 * 60_000;
const MOST_KNOWN = 1_000;

const nothing = (): void => {};
/** What the packages would say holds names and addresses; the hub says what went wrong in its own words. */
export const SILENT: Logger = {
  ...{ debug: nothing, info: nothing, warn: nothing, error: nothing, setLevel: nothing, setName: nothing },
  getLevel: () => LogLevel.ERROR,
};

export function clientOptions({ env }: Pick<HubContext, 'env'>): WebClientOptions {
  const base = env.SLACK_API_URL?.trim();
  return {
    ...(base ? { slackApiUrl: `${base.replace(/\/+$/, '')}/` } : {}),
    ...{ logger: SILENT, timeout: TIMEOUT_MS, allowAbsoluteUrls: false },
    ...{ retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
  };
}

export function createRoom(context: HubContext) {
  const client = new WebClient(context.env.SLACK_BOT_TOKEN?.trim(), clientOptions(context));
  const known = new Map<string, { name: string; isBot: boolean; until: number }>();
  const busy = new Set<Promise<unknown>>();
  let who: { team: string; user: string; bot: string | undefined } | undefined;

  /** Null while Slack cannot be asked. */
  async function me() {
    if (who) return who;
    const { team_id = '', user_id = '', bot_id } = await client.auth.test().catch(() => ({}) as Answered);
    if (team_id === '') return null;
    who = { team: team_id, user: user_id, bot: bot_id };
    return who;
  }

  async function lookUp(user: string): Promise<{ name: string; isBot: boolean }> {
    const before = known.get(user);
    if (before && before.until > Date.now()) return before;
    const { user: found } = await client.users.info({ user }).catch(() => ({ user: undefined }));
    // Without its name the id says who it was.
    if (!found) return { name: user, isBot: false };
    const named = found.profile?.display_name || found.real_name || found.name || user;
    const one = {
      name: oneLine(named, 80) || user,
      isBot: found.is_bot === true,
      until: Date.now() + KNOWN_MS,
    };
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(user, one);
    return one;
  }

  const settingsNow = async (): Promise<SlackSettings | undefined> =>
    (await context.depsFor(HUB)).settings.outward?.slack;

  return {
    context,
    client,
    me,
    isBot: async (user: string): Promise<boolean> => (await lookUp(user)).isBot,
    /** Slack vouches for its members: the request was signed, or came over our own connection. */
    async person(user: string): Promise<Actor> {
      return { name: (await lookUp(user)).name, kind: 'human', via: 'slack' };
    },
    settings: settingsNow,
    /** Why what comes from there is not served, in words for whoever did it; null when it is. */
    async refusal({ channel, team }: Where): Promise<string | null> {
      const settings = await settingsNow();
      if (!settings) return 'hotfix-pulse is not connected to Slack any more.';
      const ours = team === undefined ? null : await me();
      if (ours && ours.team !== team) return 'hotfix-pulse serves another workspace.';
      if (channel === settings.channel) return null;
      return `hotfix-pulse serves one channel only, and this is another one: go to <#${settings.channel}>.`;
    },
    /** To one person alone. What they did stands whether they can be told or not. `text` is ours, or escaped. */
    async whisper({ channel, user, thread }: Where, text: string): Promise<void> {
      await client.chat
        .postEphemeral({
          ...{ channel, user, text: text.slice(0, SLACK_LIMITS.section) },
          ...(thread === undefined ? {} : { thread_ts: thread }),
        })
        .catch(() => context.log('slack: somebody could not be told why something was refused'));
    },
    /** Work that goes on after its answer; a hub that stops waits for it. */
    goOn<T>(work: Promise<T>): Promise<T> {
      busy.add(work);
      const end = (): void => void busy.delete(work);
      work.then(end, end);
      return work;
    },
    async quiet(): Promise<void> {
      while (busy.size > 0) await Promise.allSettled([...busy]);
    },
  };
}
export type Room = ReturnType<typeof createRoom>;

type Answered = { team_id?: string; user_id?: string; bot_id?: string };

/** Our own errors, for people: what was refused and what to do. */
export const toldOf = ({ message, hint }: { message: string; hint: string }): string =>
  slackText(`${message}: ${hint}`, SLACK_LIMITS.section);
