import {
  type Incident,
  isContained,
  lastOf,
  severityLabel,
  standingDeploy,
  standingResolution,
} from '../incident.ts';
import { pulseOf } from '../pulse.ts';
import type { Level } from '../severity.ts';
import type { Status } from '../status.ts';
import { capText, mdBlock, mdInline, oneLine } from '../untrusted.ts';
import type { SurfaceView } from './sending.ts';

/** An incident as a ClickUp task: the text, the state and the three steps below it. */

/** One subtask. */
export type ClickUpStep = {
  readonly key: StepKey;
  readonly name: string;
  /** Markdown, without the reference. */
  readonly text: string;
  /** The record says that it is done. */
  readonly done: boolean;
};

/** What the task says and shows. The reference to the record is added when it is sent. */
export type ClickUpDraft = {
  readonly uid: string;
  /** The task that somebody tagged to open the incident; null when it came in another way. */
  readonly from: string | null;
  readonly name: string;
  /** Markdown, without the reference. */
  readonly description: string;
  /** 1 urgent to 4 low; null before any severity. */
  readonly priority: number | null;
  /** Name of the status that the settings give to this one; null when they say nothing of it. */
  readonly status: string | null;
  /** Nothing is left to be done. */
  readonly ended: boolean;
  /** Something that had ended has begun again. */
  readonly reopened: boolean;
  readonly steps: readonly ClickUpStep[];
  /** Said once, as a comment, on a task that somebody else made. */
  readonly links: readonly { readonly key: string; readonly text: string }[];
};

type StepKey = 'contain' | 'repair' | 'review';

/** Source: https://developer.clickup.com/docs/tasks, priority. */
const PRIORITIES: Record<Level, number> = { P0: 1, P1: 2, P2: 3, P3: 4 };
const HELD: readonly Status[] = ['mitigated', 'monitoring', 'resolved', 'closed'];
/** Source: seed 000, hooks: "subtasks (Contain / Repair / Review)". */
const STEPS: readonly {
  key: StepKey;
  name: string;
  text: string;
  isDone(incident: Incident): boolean;
}[] = [
  {
    ...{ key: 'contain', name: 'Contain' },
    text: 'Stop the harm first: roll back, switch off, redirect. Closed when the record says that the incident is mitigated.',
    isDone: (incident) => HELD.includes(incident.status) || isContained(incident),
  },
  {
    ...{ key: 'repair', name: 'Repair' },
    text: 'Find the cause, fix it, deploy it and see it work. Closed when a deploy to production is verified or the incident is resolved.',
    isDone: (incident) => standingResolution(incident) !== null || isRepaired(incident),
  },
  {
    ...{ key: 'review', name: 'Review' },
    text: 'Write down what happened and what follows from it. Closed when the postmortem is written.',
    isDone: (incident) => lastOf(incident, 'postmortem_written') !== null,
  },
];

const NAME = 180;
const MOST_BYTES = 6_000;
const MORE = '… more in the record';
const PAGE = /^https:\/\/[^\s<>"'`\\]{1,500}$/;

/** What the task shows. `statuses`: status of the incident to the name of one over there. */
export function clickUpDraft(
  view: SurfaceView,
  statuses: Readonly<Partial<Record<Status, string>>> = {},
): ClickUpDraft {
  const { incident } = view;
  const title = oneLine(view.redact(incident.title), NAME);
  const cancelled = incident.status === 'cancelled';
  return {
    uid: incident.uid,
    from: taskBehind(incident),
    name: `${incident.drill ? '[DRILL] ' : ''}${incident.label}: ${title}`,
    description: descriptionOf(view),
    priority: incident.severity ? PRIORITIES[incident.severity.level] : null,
    status: statuses[incident.status] ?? null,
    ended: cancelled || incident.status === 'closed',
    reopened: lastOf(incident, 'reopened') !== null,
    steps: STEPS.map(({ key, name, text, isDone }) => ({
      ...{ key, name, text },
      done: cancelled || isDone(incident),
    })),
    links: linksOf(view),
  };
}

/** The tag that opens an incident and that our own tasks carry. ClickUp writes tags in small letters. */
export const tagOf = (settings: { readonly tag?: string | undefined } | undefined): string =>
  (settings?.tag ?? 'incident').trim().toLowerCase();

/** Idempotency key of the call that opens an incident for a task. */
export const taskKey = (task: string): string => `clickup/${task}`;

/** The task that an incident was opened for; null when none. Only the webhook's own call counts. */
export function taskBehind({ opened }: Incident): string | null {
  if (opened === null || (opened.by.via !== 'clickup' && opened.by.name !== 'clickup')) return null;
  return /^clickup\/([A-Za-z0-9_-]{1,40})\/0$/.exec(opened.key ?? '')?.[1] ?? null;
}

/** A marker such as `<!-- hotfix-pulse:01J... -->` as a line that people may read: ClickUp hides nothing. */
export function visibleMark(marker: string): string {
  const key = /hotfix-pulse:([A-Za-z0-9:._/-]{1,200})/.exec(marker)?.[1] ?? '';
  return `ref: hotfix-pulse ${key}`;
}

/** True when the text has that line, whole: `...:a` is not in `...:ab`. */
export function hasMark(text: string, mark: string): boolean {
  // Markdown may come back with escapes that it was not sent with.
  const plain = text.replaceAll('\\', '');
  const at = plain.indexOf(mark);
  return at !== -1 && !/[A-Za-z0-9:._/-]/.test(plain[at + mark.length] ?? '');
}

/** Plain text for a comment: nobody is notified by what somebody wrote, and a long text is cut. */
export function commentText(text: string, mark: string): string {
  const { text: kept, dropped_bytes: dropped } = capText(
    text.replace(/@(?=[\p{L}\p{N}])/gu, '@\u200D'),
    MOST_BYTES,
  );
  return `${kept.trim()}${dropped > 0 ? `\n${MORE}` : ''}\n\n${mark}`;
}

function descriptionOf(view: SurfaceView): string {
  const { incident, folder } = view;
  const pulse = pulseOf(incident);
  const safe = (text: string): string => mdInline(oneLine(view.redact(text), 300));
  const commander = incident.roles.get('incident_commander')?.person;
  const facts = [
    ...(incident.drill ? ['**This is an exercise; nothing is wrong.**'] : []),
    `**Status:** ${incident.status}`,
    `**Severity:** ${severityLabel(incident)}`,
    `**Pulse:** ${pulse.meter} ${pulse.dots} of 5, ${pulse.step}`,
    `**Commander:** ${commander === undefined ? 'nobody yet' : safe(commander)}`,
    ...(incident.cause ? [`**Cause:** ${safe(incident.cause.text)}`] : []),
  ];
  const told = mdBlock(view.redact(incident.description));
  const { text, dropped_bytes: dropped } = capText(told, MOST_BYTES);
  const links = issuePages(incident).map((page) => `Issue: ${page}`);
  const body = dropped > 0 ? `${text}\n${MORE}` : text;
  return [facts.join('\n'), body, [`Record: ${folder}`, ...links].join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

function linksOf({ incident, folder }: SurfaceView): ClickUpDraft['links'] {
  const record = {
    key: 'record',
    text: `This is incident ${incident.label}. Its record is in ${folder} of the repository; status and steps here follow it.`,
  };
  const pages = issuePages(incident).map((page) => ({ key: 'issue', text: `${incident.label}: ${page}` }));
  return [record, ...pages.slice(0, 1)];
}

/** Pages of the incident's own issue elsewhere. */
function issuePages(incident: Incident): string[] {
  const found = incident.recorded.flatMap((event) => {
    if (event.kind !== 'linked' || event.data.surface === undefined) return [];
    const { url, surface } = event.data;
    return surface.service !== 'clickup' && url !== undefined && PAGE.test(url) ? [url] : [];
  });
  return [...new Set(found)].slice(0, 5);
}

function isRepaired(incident: Incident): boolean {
  const deploy = standingDeploy(incident);
  if (deploy === null || deploy.id < (lastOf(incident, 'reopened')?.id ?? '')) return false;
  const isProduction = (environment: string) => environment === 'production';
  return (
    lastOf(
      incident,
      'deploy_verified',
      ({ id, data }) => id > deploy.id && isProduction(data.environment),
    ) !== null
  );
}
