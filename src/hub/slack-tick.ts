import type { BlockAction, CheckboxesAction } from '@slack/bolt';
import { PulseError } from '../core/errors.ts';
import { slackDraft } from '../core/outward/slack-blocks.ts';
import { DEFAULT_REACTION, readBlockId, stamped } from '../core/outward/slack-marks.ts';
import { TASKS } from '../core/tasks.ts';
import { callTool } from '../tools/support/call.ts';
import { loadUid } from '../tools/support/load.ts';
import { surfaceView } from '../tools/support/surfaces.ts';
import type { Deps } from '../tools/tool.ts';
import updateTask from '../tools/update-task.ts';
import { type Room, toldOf, type Where } from './slack-room.ts';
import { showNow } from './slack-show.ts';

/** A box of the checklist: ticking it is an event by that person, unticking is none. */

/** What somebody sees and what they did to it. */
interface Ticked {
  uid: string;
  ticked: readonly string[];
  unticked: readonly string[];
}

export async function tickTasks(
  body: BlockAction<CheckboxesAction>,
  where: Where,
  room: Room,
): Promise<void> {
  const refused = await room.refusal(where);
  if (refused !== null) return room.whisper(where, refused);
  const did = tickedIn(body);
  if (did === null) return;
  const deps = await room.context.depsFor(await room.person(where.user));
  const refusals: string[] = did.unticked.map(
    (task) =>
      `${task} stays ticked: what was recorded is not taken back by unticking. If it is not done after all, say so in the thread and mark that message.`,
  );
  for (const task of did.ticked) {
    try {
      await callTool(updateTask, { incident: did.uid, task, state: 'done' }, deps);
    } catch (error) {
      if (!(error instanceof PulseError)) throw error;
      refusals.push(`${task}: ${toldOf(error)}`);
    }
  }
  if (refusals.length > 0) {
    await room.whisper(where, refusals.join('\n'));
    await drawAgain(body, where, room, deps);
  }
  void room.goOn(showNow(did.uid, room, deps));
}

/**
 * Against what the message showed: what somebody else ticked meanwhile is not unticked by a message that was not up to
 * date yet.
 */
function tickedIn({ actions, message }: BlockAction<CheckboxesAction>): Ticked | null {
  const [action] = actions;
  const mark = readBlockId(action?.block_id);
  if (!action || mark === null) return null;
  const selected = valuesOf(action.selected_options);
  const shown = valuesOf(shownIn(message?.blocks, action));
  return {
    uid: mark.uid,
    ticked: selected.filter((task) => !shown.includes(task)),
    unticked: shown.filter((task) => !selected.includes(task)),
  };
}

function shownIn(blocks: unknown, { block_id, action_id }: CheckboxesAction): unknown {
  const block = listOf(blocks).find((one) => one.block_id === block_id);
  return listOf(block?.elements).find((one) => one.action_id === action_id)?.initial_options;
}

const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];

const valuesOf = (options: unknown): string[] =>
  listOf(options).flatMap(({ value }) => TASKS.filter(({ id }) => id === value).map(({ id }) => id));

/** Slack keeps a box as somebody left it until its block has another id. What is drawn is what the record says now. */
async function drawAgain(
  body: BlockAction<CheckboxesAction>,
  where: Where,
  room: Room,
  deps: Deps,
): Promise<void> {
  const mark = readBlockId(body.actions[0]?.block_id);
  if (!body.message || mark === null) return;
  const { reaction = DEFAULT_REACTION } = (await room.settings()) ?? {};
  const { root, thread } = slackDraft(surfaceView(await loadUid(mark.uid, deps), deps), { reaction });
  const drawn = [root, ...thread].find(({ part }) => part === mark.part);
  if (!drawn) return;
  const blocks = stamped(drawn.blocks, { ...mark, stamp: `again${Date.now().toString(36)}` });
  const { ts } = body.message;
  await room.client
    .apiCall('chat.update', {
      ...{ channel: where.channel, ts, text: drawn.text, blocks, parse: 'none', link_names: false },
    })
    .catch(() => room.context.log('slack: a checklist could not be drawn again'));
}
