import { duration, utc } from './documents/describe.ts';
import {
  activeMitigations,
  type Incident,
  isOpen,
  lastOf,
  standingDeploy,
  standingResolution,
} from './incident.ts';
import { anchorsOf } from './intervals.ts';
import type { MessageInput } from './message-words.ts';
import type { Status } from './status.ts';
import { isoOf, MINUTE } from './time.ts';
import { oneLine } from './untrusted.ts';

/** Where an incident stands, what was done and what comes next, in words for messages. Only from the record. */

const LINE = 200;
const short = (text: string) => oneLine(text, LINE);

const inProgress = (incident: Incident): string => {
  const started = lastOf(incident, 'fix_committed') ?? lastOf(incident, 'hotfix_started');
  return started && started.id > incident.attemptSince ? ', fix in progress' : '';
};
const causeKnown = (incident: Incident) => (incident.cause ? 'cause identified' : 'cause not known yet');

const STATUS_WORDS: Record<Status, (incident: Incident) => string> = {
  investigating: () => 'Investigating',
  identified: (incident) => `Root cause identified${inProgress(incident)}`,
  mitigated: (incident) => `Mitigated, ${causeKnown(incident)}`,
  monitoring: (incident) =>
    standingDeploy(incident) ? 'Fix deployed, monitoring' : `Mitigated, monitoring, ${causeKnown(incident)}`,
  resolved: () => 'Resolved',
  closed: () => 'Closed',
  cancelled: () => 'Cancelled',
};

const PUBLIC_STATUS: Record<Status, string> = {
  investigating: 'We are investigating.',
  identified: 'We know what to work on and are working on it.',
  mitigated: 'We have taken a step against it and are checking its effect.',
  monitoring: 'We have made a change and are watching its effect.',
  resolved: 'Resolved.',
  closed: 'Closed.',
  cancelled: 'We have ended our investigation.',
};

export function statusOf({ incident, request }: MessageInput): string {
  return request.audience === 'public'
    ? PUBLIC_STATUS[incident.status]
    : STATUS_WORDS[incident.status](incident);
}

const NEXT_STEPS: Record<Status, string> = {
  investigating: 'stop the harm, then find the cause',
  identified: 'stop the harm, then ship the smallest fix',
  mitigated: 'verify that the harm has stopped, then find and mend the cause',
  monitoring: 'watch it, and resolve it with evidence',
  resolved: 'watch for a recurrence, and learn from it in the postmortem',
  closed: 'finish the action items',
  cancelled: 'none',
};

export function nextStepsOf(incident: Incident): string {
  return NEXT_STEPS[incident.status];
}

/** What was done against the harm and still stands, oldest first. */
export function doneOf(incident: Incident): string[] {
  const deploy = standingDeploy(incident);
  const rollback = incident.releaseRollback;
  return [
    ...activeMitigations(incident).map(
      ({ event }) => `${event.data.type.replaceAll('_', ' ')}: ${short(event.text)}`,
    ),
    ...(rollback ? [`release rolled back: ${short(rollback.text)}`] : []),
    ...(deploy ? [`hotfix deployed (${oneLine(deploy.data.commit, 40)}): ${short(deploy.text)}`] : []),
  ];
}

/** The same without what only insiders should read. */
export function publicDone(incident: Incident): string {
  if (standingDeploy(incident)) return 'A fix is in place.';
  if (incident.releaseRollback) return 'We went back to an earlier version.';
  if (activeMitigations(incident).length > 0) return 'We made a change that ended it.';
  return 'The problem has ended.';
}

/** What is known: since when, and the cause or what is suspected. */
export function conditionsOf(incident: Incident): string {
  const { started, detected } = anchorsOf(incident);
  const open = incident.hypotheses.filter((one) => one.state === 'open').slice(-2);
  return [
    `began ${utc(started) ?? 'unknown'}`,
    `detected ${utc(detected) ?? 'unknown'}`,
    ...(incident.cause
      ? [`cause: ${short(incident.cause.text)}`]
      : open.map((one) => `suspected: ${short(one.text)}`)),
  ].join('; ');
}

/** The same for people who decide and do not debug. */
export function overviewOf(incident: Incident): string {
  const { started, detected, mitigated } = anchorsOf(incident);
  return [
    `began ${utc(started) ?? 'unknown'}`,
    `detected ${utc(detected) ?? 'unknown'}`,
    mitigated === null ? 'not mitigated yet' : `first mitigated ${utc(mitigated)}`,
    incident.cause ? 'cause identified' : 'cause not known yet',
  ].join('; ');
}

const WANTED = ['incident_commander', 'communications_owner'] as const;

export function needsOf(incident: Incident): string {
  const roles = WANTED.filter((role) => !incident.roles.has(role)).map(
    (role) => `a person as ${role.replaceAll('_', ' ')}`,
  );
  const facts = incident.severity?.confirmed ? [] : ['facts that settle the severity'];
  const needs = [...roles, ...facts];
  return needs.length === 0 ? 'none recorded' : needs.join('; ');
}

/** When people hear again, counted from now: posting this message starts that clock. Null when none is due. */
function nextUpdateAt({ incident, view }: MessageInput): { minutes: number; at: string } | null {
  const minutes = view.row?.update_every_min ?? null;
  if (minutes === null || !isOpen(incident) || standingResolution(incident)) return null;
  return { minutes, at: isoOf(view.nowMs + minutes * MINUTE) };
}

/** Source: seed 001's `Next update in [X] minutes.` */
export function nextUpdateLine(input: MessageInput): string {
  const next = nextUpdateAt(input);
  const { incident, view, request } = input;
  if (next) {
    const minutes = `${next.minutes} minute${next.minutes === 1 ? '' : 's'}`;
    return `Next update in ${minutes}. That is at ${utc(next.at)}.`;
  }
  if (!isOpen(incident) || standingResolution(incident)) return 'No further update is due.';
  if (view.row !== null) return 'Next update when something changes.';
  return request.audience === 'public'
    ? 'We will say more as soon as we know it.'
    : 'Next update: no time set, since the severity is unknown.';
}

export function durationWords(ms: number | null): string {
  return duration(ms) ?? 'unknown';
}
