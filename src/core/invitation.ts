import type { Meeting } from './ics.ts';
import { folderOf, type Incident, severityLabel, standingResolution } from './incident.ts';
import type { LevelRow } from './severity.ts';
import { addMs, dateOf, HOUR, hhmm, isoOf, MINUTE, msOf } from './time.ts';
import { oneLine } from './untrusted.ts';

/** Source: seed 004 T021; where the severity has no postmortem clock the 48 hours stay the advice. */
const WITHIN_H = 48;

/** Until when the postmortem meeting should have been held, and why. */
export interface MeetingWindow {
  hours: number;
  /** RFC 3339; null before the resolution. */
  until: string | null;
}

export function meetingWindow(incident: Incident, row: LevelRow | null): MeetingWindow {
  const hours = row?.postmortem_within_h ?? WITHIN_H;
  const resolved = standingResolution(incident);
  return { hours, until: resolved && addMs(resolved.at, hours * HOUR) };
}

/** The window in a sentence. */
export function windowSentence({ hours, until }: MeetingWindow): string {
  return until === null
    ? `The incident is not resolved yet; the ${hours} hours for the meeting begin then.`
    : `The meeting belongs within ${hours} hours of the resolution: until ${utc(until)}.`;
}

export interface MeetingPlan {
  at: string;
  minutes: number;
  where: string | null;
  attendees: readonly string[];
  nowMs: number;
}

/** What the calendar file holds. The addresses of people are the caller's choice. */
export function meetingOf(incident: Incident, plan: MeetingPlan): Meeting {
  const earlier = incident.recorded.filter(
    (event) => event.kind === 'linked' && event.data.type === 'meeting',
  );
  return {
    uid: `${incident.uid}-postmortem`,
    sequence: earlier.length,
    stamp: isoOf(plan.nowMs),
    start: plan.at,
    minutes: plan.minutes,
    summary: titleOf(incident),
    description: [PURPOSE, '', ...preparation(incident)].join('\n'),
    location: plan.where,
    attendees: plan.attendees,
  };
}

/** The invitation for people: what, when, where, who, what to prepare. */
export function invitationText(incident: Incident, plan: MeetingPlan): string {
  const end = hhmm(isoOf(msOf(plan.at) + plan.minutes * MINUTE));
  const roles = [...incident.roles].map(
    ([role, { person }]) => `${oneLine(person, 80)} (${role.replaceAll('_', ' ')})`,
  );
  return [
    titleOf(incident),
    `When: ${utc(plan.at).replace(' UTC', '')} to ${end} UTC`,
    ...(plan.where === null ? [] : [`Where: ${plan.where}`]),
    ...(plan.attendees.length === 0 ? [] : [`To: ${plan.attendees.join(', ')}`]),
    ...(roles.length === 0 ? [] : [`Had a role: ${roles.join(', ')}`]),
    '',
    PURPOSE,
    '',
    ...preparation(incident),
  ].join('\n');
}

const PURPOSE =
  'We go through what happened, why it could happen, and what we change. It is about the system, not about who did what.';

function preparation(incident: Incident): string[] {
  const folder = folderOf(incident);
  return [
    'Please prepare:',
    `- Timeline: read ${folder}/hotfix.md and post-mortem.md, and say what is missing or wrong.`,
    '- Data: bring the graphs, logs and messages that show when it began, how bad it was and when it ended.',
    '- Action items: what would have prevented it, shown it earlier or made it shorter.',
  ];
}

function titleOf(incident: Incident): string {
  const mark = incident.drill ? '[DRILL] ' : '';
  return `${mark}Postmortem: ${oneLine(incident.title, 120)} (${incident.label}, ${severityLabel(incident)})`;
}

const utc = (iso: string): string => `${dateOf(iso)} ${hhmm(iso)} UTC`;
