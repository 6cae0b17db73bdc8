import { App, type BlockAction, type ButtonAction, type CheckboxesAction, type Receiver } from '@slack/bolt';
import { SLACK_ACTIONS } from '../core/outward/slack-marks.ts';
import { COMMAND, runCommand } from './slack-command.ts';
import { decide } from './slack-decide.ts';
import { recordMarked } from './slack-reaction.ts';
import type { Where } from './slack-room.ts';
import { clientOptions, type Room, SILENT } from './slack-room.ts';
import { tickTasks } from './slack-tick.ts';

/** Slack takes three seconds for a failure. Source: docs.slack.dev, slash commands and interactivity. */
const SOON_MS = 2_000;
const LATE = 'hotfix-pulse could not do that; ask whoever runs it for its log.';

/** Everything that comes in, whichever way it comes. Whatever is acknowledged has been recorded, or goes on. */
export function createSlackApp(room: Room, receiver: Receiver): App {
  const { env, log } = room.context;
  const app = new App({
    ...{ receiver, logger: SILENT, clientOptions: clientOptions(room.context), convoStore: false },
    // One workspace, one token; asking Slack who we are must not hold up an answer.
    authorize: async () => ({ botToken: env.SLACK_BOT_TOKEN?.trim() ?? '' }),
  });

  app.command(COMMAND, async ({ command, ack }) => {
    const where: Where = { channel: command.channel_id, user: command.user_id, team: command.team_id };
    const typed = { ...where, text: command.text ?? '', trigger: command.trigger_id };
    const work = room.goOn(runCommand(typed, room));
    const text = await soon(work);
    if (text !== undefined) return ack({ response_type: 'ephemeral', text });
    await ack();
    void room.goOn(work.then((late) => room.whisper(where, late)).catch(failed(where)));
  });

  app.action<BlockAction<CheckboxesAction>>(SLACK_ACTIONS.task, async ({ body, ack }) => {
    const where = whereOf(body);
    const work = room.goOn(tickTasks(body, where, room));
    await soon(work);
    await ack();
    work.catch(failed(where));
  });

  for (const action of [SLACK_ACTIONS.approve, SLACK_ACTIONS.decline]) {
    app.action<BlockAction<ButtonAction>>(action, async ({ body, ack }) => {
      const where = whereOf(body);
      const work = room.goOn(decide(body, where, room));
      await soon(work);
      await ack();
      work.catch(failed(where));
    });
  }

  // A failure is no acknowledgement: Slack delivers events again.
  app.event('reaction_added', ({ event, body }) => room.goOn(recordMarked(event, body.team_id, room)));

  app.error(async (error) => {
    log('slack: a request failed');
    throw error;
  });
  return app;

  function failed(where: Where): () => Promise<void> {
    return async () => {
      log('slack: something that was asked for failed');
      await room.whisper(where, LATE);
    };
  }
}

/** Undefined when it takes longer. */
async function soon<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), SOON_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function whereOf({ channel, user, team, message }: BlockAction): Where {
  const thread: unknown = message?.thread_ts;
  return {
    ...{ channel: channel?.id ?? '', user: user.id, team: team?.id ?? user.team_id },
    ...(typeof thread === 'string' ? { thread } : {}),
  };
}
