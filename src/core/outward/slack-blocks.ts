import type { Clock } from '../clocks.ts';
import { isOpen, severityLabel } from '../incident.ts';
import { pulseOf } from '../pulse.ts';
import { PHASES, type TaskState } from '../tasks.ts';
import type { Message, SurfaceView } from './sending.ts';
import { askMessage, settledPlans } from './slack-asks.ts';
import { SLACK_ACTIONS } from './slack-marks.ts';
import {
  marked,
  packed,
  plain,
  SLACK_LIMITS,
  type SlackBlock,
  slackLine,
  slackText,
  slackTime,
  withMentions,
} from './slack-text.ts';

/** What an incident looks like in Slack: one message in the channel, and its thread. Plain JSON; pure. */

/** One message; `part` names it among the messages of an incident. */
export type SlackMessage = { part: string; text: string; blocks: SlackBlock[] };

export type SlackDraft = {
  root: SlackMessage;
  /** In the order in which they are posted. */
  thread: SlackMessage[];
  /** Plans that no longer wait, with what became of them. */
  settled: { [plan: string]: string };
};

/** What a team settled on. */
export interface SlackLook {
  /** Name of the reaction that makes a message an event. */
  reaction: string;
}

/** Phases that share a message: one with all 28 tasks and who did them would be too long. */
const SHARED: readonly (readonly number[])[] = [
  [1, 2, 3],
  [4, 5, 6],
];
const MOST_CLOCKS = 8;
const MORE = '… more in the record';
const POST_SECTIONS = 3;

export function slackDraft(view: SurfaceView, look: SlackLook): SlackDraft {
  const { incident } = view;
  const settled = settledPlans(view);
  return {
    root: rootMessage(view, look),
    thread: [
      ...SHARED.map((phases, at) => tasksMessage(view, phases, at + 1)),
      ...(isOpen(incident) ? view.asks.map((ask) => askMessage(ask, view)) : []),
    ],
    settled,
  };
}

function rootMessage({ incident, row, clocks, redact }: SurfaceView, look: SlackLook): SlackMessage {
  const title = redact(incident.title);
  const severity = severityLabel(incident);
  const colour = row ? `${row.colour} ` : '';
  const pulse = pulseOf(incident);
  const field = (label: string, value: string) =>
    plain(`${label}: ${slackLine(value, SLACK_LIMITS.field - 40)}`);
  const roles = [...incident.roles].map(([role, { person }]) =>
    field(capital(role.replaceAll('_', ' ')), redact(person)),
  );
  return {
    part: 'root',
    text: slackLine(`[${severity}] ${incident.label} ${title}: ${incident.status}`, SLACK_LIMITS.notice),
    blocks: [
      {
        type: 'header',
        text: plain(slackLine(`${colour}[${severity}] ${incident.label}: ${title}`, SLACK_LIMITS.header)),
      },
      {
        type: 'section',
        fields: [
          field('Status', incident.status),
          field('Pulse', `${pulse.meter} ${pulse.step}`),
          field('Severity', severity),
          ...(incident.attempt > 1 ? [field('Attempt', String(incident.attempt))] : []),
          ...roles,
        ].slice(0, SLACK_LIMITS.context),
      },
      context([
        ...(incident.opened ? [`Opened ${slackTime(incident.opened.at)}`] : []),
        ...clocks.filter(isRunning).slice(0, MOST_CLOCKS).map(clockLine(redact)),
      ]),
      {
        type: 'context',
        elements: [
          plain(
            isOpen(incident)
              ? `Checklist in the thread. A message of the thread with the reaction "${look.reaction}" becomes part of the record.`
              : 'This incident has ended; the record is kept in the repository.',
          ),
        ],
      },
    ],
  };
}

/** Due times only: whether one is late depends on the reader's clock, and the same record must look the same. */
const isRunning = ({ state }: Clock): boolean => state !== 'met';
// Labels of action items and debts hold people's words.
const clockLine =
  (redact: SurfaceView['redact']) =>
  ({ label, due }: Clock): string =>
    `${slackLine(redact(label), 200).replace(/[*_~`]/g, '')}: ${slackTime(due)}`;

function context(lines: readonly string[]): SlackBlock {
  return { type: 'context', elements: (lines.length === 0 ? ['-'] : lines).map(marked) };
}

function tasksMessage(view: SurfaceView, phases: readonly number[], number: number): SlackMessage {
  const blocks = PHASES.filter((phase) => phases.includes(phase.number)).flatMap((phase) =>
    phaseBlocks(
      phase.title,
      view.tasks.filter((task) => task.phase === phase.number),
      view,
    ),
  );
  return { part: `tasks/${number}`, text: `Checklist of ${view.incident.label}`, blocks };
}

function phaseBlocks(title: string, tasks: readonly TaskState[], { incident, redact }: SurfaceView) {
  const name = (task: TaskState) => `${task.id} ${task.title}`;
  const skipped = tasks.filter(({ state }) => state === 'skipped');
  const boxes = tasks.filter(({ state }) => state !== 'skipped');
  const lines = isOpen(incident)
    ? []
    : boxes.map((task) => `${task.state === 'done' ? '☑' : '☐'} ${slackLine(name(task), 200)}`);
  const notes = skipped.map((task) =>
    slackLine(`Skipped: ${name(task)} (${redact(task.note ?? 'no reason given')})`, 250),
  );
  return [
    section([slackLine(title, SLACK_LIMITS.section), ...lines].join('\n')),
    ...(isOpen(incident) ? checkboxes(boxes, redact) : []),
    ...(notes.length === 0 ? [] : [{ type: 'context', elements: notes.map(plain) }]),
  ];
}

function checkboxes(tasks: readonly TaskState[], redact: SurfaceView['redact']): SlackBlock[] {
  const options = tasks.map((task) => ({
    text: plain(slackLine(`${task.id} ${task.title}`, SLACK_LIMITS.option)),
    value: task.id,
    ...(task.note === null ? {} : { description: plain(slackLine(redact(task.note), SLACK_LIMITS.option)) }),
  }));
  const groups = Array.from({ length: Math.ceil(options.length / SLACK_LIMITS.options) }, (_, at) =>
    options.slice(at * SLACK_LIMITS.options, (at + 1) * SLACK_LIMITS.options),
  );
  return groups.map((group) => {
    const done = group.filter(({ value }) =>
      tasks.some((task) => task.id === value && task.state === 'done'),
    );
    return {
      type: 'actions',
      elements: [
        {
          type: 'checkboxes',
          action_id: SLACK_ACTIONS.task,
          options: group,
          ...(done.length === 0 ? {} : { initial_options: done }),
        },
      ],
    };
  });
}

/** One message to the thread. Members and groups of the allow-list are notified where the text names them. */
export function slackPost({ text, title }: Message, mention: readonly string[]): SlackMessage {
  const said = text.trim() === '' ? title : text;
  const lines = said
    .split('\n')
    .map((line) => (line.trim() === '' ? ' ' : slackText(line, SLACK_LIMITS.section)));
  const texts = packed(lines, SLACK_LIMITS.section, POST_SECTIONS) ?? [
    `${slackText(said, SLACK_LIMITS.section - MORE.length - 1)}\n${MORE}`,
  ];
  return {
    part: 'post',
    text: slackLine(said, SLACK_LIMITS.notice),
    blocks: texts.map((part) => {
      const live = withMentions(part, mention);
      return { type: 'section', text: live === null ? plain(part) : marked(live) };
    }),
  };
}

const section = (text: string): SlackBlock => ({ type: 'section', text: plain(text) });
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
