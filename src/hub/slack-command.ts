import { nextUpdateMs } from '../core/clocks.ts';
import { PulseError } from '../core/errors.ts';
import { severityLabel } from '../core/incident.ts';
import { plainOf, SLACK_LIMITS, slackLine, slackTime } from '../core/outward/slack-text.ts';
import { pulseOf } from '../core/pulse.ts';
import createHotfixTask from '../tools/create-hotfix-task.ts';
import { callTool } from '../tools/support/call.ts';
import { loadOpen } from '../tools/support/load.ts';
import { type Room, toldOf, type Where } from './slack-room.ts';
import { beginHere } from './slack-show.ts';

/** The command of the app. Everything that it answers, only its sender reads. */
export const COMMAND = '/pulse-hotfix';

const USAGE = [
  `\`${COMMAND} <what is broken>\` opens an incident, for example: \`${COMMAND} Users cannot log in, 500 on the auth endpoint\``,
  `\`${COMMAND} status\` shows what is open`,
  `\`${COMMAND} help\` shows this`,
].join('\n');
const MOST_LISTED = 15;
const MOST_QUESTIONS = 2;

export interface Typed extends Where {
  text: string;
  /** Of this one command; Slack repeats it with a repeated delivery. */
  trigger: string;
}

/** @returns the answer, escaped */
export async function runCommand(typed: Typed, room: Room): Promise<string> {
  const refused = await room.refusal(typed);
  if (refused !== null) return refused;
  const said = plainOf(typed.text).trim();
  const word = said.toLowerCase();
  if (said === '') return `Say what is broken.\n${USAGE}`;
  if (word === 'help') return USAGE;
  if (word === 'status') return status(room);
  return open(said, typed, room);
}

async function open(description: string, { user, trigger }: Typed, room: Room): Promise<string> {
  const deps = await room.context.depsFor(await room.person(user));
  try {
    const idempotency_key = `slack/command/${deps.ids.sha256(trigger).slice(0, 32)}`;
    const { data } = await callTool(createHotfixTask, { description, idempotency_key }, deps);
    void room.goOn(beginHere(String(data.uid), room, deps));
    const named = `${data.incident} (${data.severity})`;
    if (data.opened !== true) return `${named} is open already with these words; nothing was opened twice.`;
    const questions = (Array.isArray(data.questions) ? data.questions : []).slice(0, MOST_QUESTIONS);
    return [
      `Opened ${named}. Its thread with the checklist follows in this channel.`,
      ...questions.map((question) => `? ${slackLine(String(question), 300)}`),
    ].join('\n');
  } catch (error) {
    if (error instanceof PulseError) return toldOf(error);
    throw error;
  }
}

async function status(room: Room): Promise<string> {
  const deps = await room.context.depsFor({ name: 'slack', kind: 'system' });
  const open = (await loadOpen(deps)).filter(({ incident }) => !incident.drill);
  if (open.length === 0) return `No incident is open. \`${COMMAND} <what is broken>\` opens one.`;
  const lines = open.slice(0, MOST_LISTED).map(({ incident, row }) => {
    const due = nextUpdateMs(incident, row);
    const isWaiting = due !== null && incident.status !== 'resolved';
    const next = isWaiting ? `, next update ${slackTime(new Date(due).toISOString())}` : '';
    const title = slackLine(deps.redact(incident.title).text, 120);
    return `${incident.label} ${severityLabel(incident)} ${incident.status} ${pulseOf(incident).meter} ${title}${next}`;
  });
  const more = open.length - lines.length;
  return [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n').slice(0, SLACK_LIMITS.section);
}
