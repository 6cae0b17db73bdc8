import { SocketModeReceiver } from '@slack/bolt';
import { answer } from './body.ts';
import type { HubContext, HubDoor } from './door.ts';
import { createSlackApp } from './slack-app.ts';
import { createReminders } from './slack-remind.ts';
import { clientOptions, createRoom, SILENT } from './slack-room.ts';

/** We call Slack and keep the line open: for a hub that cannot be reached from outside. Nothing needs a signature. */
export function createSocketDoor(context: HubContext, appToken: string): HubDoor {
  const receiver = new SocketModeReceiver({
    ...{ appToken, logger: SILENT },
    // The package would end the whole process when it cannot connect again.
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: clientOptions(context) },
  });
  const room = createRoom(context);
  createSlackApp(room, receiver);
  const remind = createReminders(room);
  let line: 'down' | 'connecting' | 'up' = 'down';
  let isOver = false;

  /** Slack itself ends each line after some hours. */
  receiver.client.on('disconnected', () => {
    if (line !== 'up') return;
    line = 'down';
    void room.goOn(connect());
  });

  async function connect(): Promise<void> {
    if (line !== 'down' || isOver) return;
    line = 'connecting';
    try {
      await receiver.start();
      if (isOver) return void (await receiver.stop());
      line = 'up';
      context.log('slack: connected (Socket Mode)');
    } catch {
      line = 'down';
      context.log('slack: no connection; tried again at every tick (see doctor slack)');
    }
  }

  return {
    name: 'slack',
    paths: [],
    handle: (_req, res) => answer(res, 404),
    start: connect,
    async stop() {
      isOver = true;
      await receiver.stop();
      await room.quiet();
    },
    async tick() {
      await connect();
      await remind();
    },
  };
}
