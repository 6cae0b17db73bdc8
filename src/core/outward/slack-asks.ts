import { declinesOf } from '../declines.ts';
import type { OpenAsk, SurfaceView } from './sending.ts';
import type { SlackMessage } from './slack-blocks.ts';
import { SLACK_ACTIONS } from './slack-marks.ts';
import { packed, plain, SLACK_LIMITS, type SlackBlock, slackLine, slackText } from './slack-text.ts';

/** Plans that wait for a yes, as messages with buttons, and what became of those that no longer do. */

/** Room for the lines of a plan; title, buttons and ids need the rest. */
const ROOM = 9_000;
const SECTIONS = 4;

type Shown = Pick<SurfaceView, 'incident' | 'redact'>;

/** Key of the event that says no to a plan; one per person. */
export const declineKey = (plan: string, user: string): string => `slack/decline/${plan}/${user}`;

/**
 * The whole plan and its buttons. Nobody says yes to what they cannot read: a plan that is too long for a message, or one
 * that needs more than a name, has none.
 */
export function askMessage(ask: OpenAsk, { incident, redact }: Shown): SlackMessage {
  const lines = ask.lines.flatMap(wrapped);
  const texts = packed(lines, SLACK_LIMITS.section, SECTIONS);
  const fits = texts !== null && texts.reduce((sum, text) => sum + text.length, 0) <= ROOM;
  const byName = ask.need !== 'review';
  const declined = declinesOf(incident, ask.id);
  const notes = [
    ...(fits
      ? []
      : [`This plan is too long for Slack. Read and approve it with: hotfix-pulse approve ${ask.id}`]),
    ...(byName ? [] : ['It needs an approving review of its pull request; a button is not enough.']),
    ...declined
      .slice(-3)
      .map(
        ({ by, why }) =>
          `Declined by ${redact(by)}${why === null ? '' : `: ${slackLine(redact(why), 150)}`}. It can still be approved, or replaced by another plan.`,
      ),
    `Plan ${ask.id}. The yes is for this very plan; carrying it out is another step.`,
  ];
  return {
    part: `ask/${ask.id}`,
    text: slackLine(`${incident.label} waits for a yes: ${ask.title}`, SLACK_LIMITS.notice),
    blocks: [
      { type: 'header', text: plain(slackLine(`${ask.title}?`, SLACK_LIMITS.header)) },
      ...(fits ? texts : []).map((text): SlackBlock => ({ type: 'section', text: plain(text) })),
      ...(fits && byName ? [buttons(ask.id, declined.length === 0)] : []),
      { type: 'context', elements: notes.map((note) => plain(slackLine(note, 300))) },
    ],
  };
}

/** A line of a plan keeps its indentation; a longer one than a section holds goes on in the next. */
function wrapped(line: string): string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const parts = line.slice(indent.length).match(/[\s\S]{1,500}/gu) ?? [''];
  return parts.map((part) => `${indent}${slackText(part, SLACK_LIMITS.section - indent.length)}`);
}

function buttons(id: string, canDecline: boolean): SlackBlock {
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: SLACK_ACTIONS.approve,
        style: 'primary',
        text: plain('Approve'),
        value: id,
        confirm: {
          title: plain('Approve this plan?'),
          text: plain('You have read the whole plan, and it is right to carry it out.'),
          confirm: plain('Approve'),
          deny: plain('Go back'),
        },
      },
      ...(canDecline
        ? [{ type: 'button', action_id: SLACK_ACTIONS.decline, text: plain('Decline'), value: id }]
        : []),
    ],
  };
}

/** What became of a plan, as the last lines of its message. */
export const settledBlock = (line: string): SlackBlock => ({
  type: 'context',
  elements: [plain(slackLine(line, 300))],
});

export const NO_LONGER = 'This plan no longer waits: it was replaced, or the incident has gone on.';

/** By id of the plan; what was carried out counts for more than the yes to it. */
export function settledPlans({ incident, redact }: Shown): { [plan: string]: string } {
  const settled: { [plan: string]: string } = {};
  for (const event of incident.recorded) {
    if (!event.live || event.basis !== 'measured') continue;
    const when = `${event.at.slice(0, 10)} ${event.at.slice(11, 16)} UTC`;
    if (event.kind === 'approval_given' && event.data.plan !== undefined)
      settled[event.data.plan] = `Approved by ${redact(event.by.name)}, ${when} (${event.data.strength}).`;
    const done =
      event.kind === 'deployed' ||
      event.kind === 'rolled_back' ||
      event.kind === 'backported' ||
      event.kind === 'update_posted'
        ? event.data.plan_id
        : undefined;
    if (done !== undefined) settled[done] = `Carried out, ${when}.`;
  }
  return settled;
}
