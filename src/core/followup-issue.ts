import { type ActionSettings, actionDue, actionSeverity, serviceLevelEnd } from './action-items.ts';
import { field, stack } from './documents/md.ts';
import { PulseError } from './errors.ts';
import { type ActionItem, folderOf, type Incident } from './incident.ts';
import { forCopying } from './messages.ts';
import { dateOf } from './time.ts';
import { capText, mdBlock, mdInline, oneLine } from './untrusted.ts';

/** A finished text for the team's tracker: secrets are out, mentions and references are out of force. */
export interface IssueDraft {
  title: string;
  /** Markdown, with the marker. */
  body: string;
  labels: readonly string[];
  /** Account name, where the owner was recorded as one (`@ana`). */
  assignee: string | null;
  /** `YYYY-MM-DD`. */
  due: string | null;
}

export interface IssueView {
  /** Takes secrets and personal data out. */
  redact(text: string): string;
  /** The page of a file of the repository; null where the tracker shows none. */
  pageOf(path: string): string | null;
  settings: ActionSettings;
  /** Pages of other issues change while a plan is carried out: what is approved is the text without them. */
  links: 'with' | 'without';
}

/** Of every issue that comes from an action item. */
const LABEL = 'incident-follow-up';
const TITLE = 120;
const MOST_BYTES = 2_000;
const HANDLE = /^@([A-Za-z0-9][A-Za-z0-9-]{0,38})$/;
/** A title is plain text: nothing escapes an address there, and after a closing word it would be a reference. */
const SCHEME = /\bhttps?:\/\//gi;
const PAGE = /^https?:\/\/[^\s<>"'`\\]{1,500}$/;

/** Hidden in the body: what tells that an issue exists already, whatever became of the answer when it was made. */
export function markerOf(incident: Incident, action: string): string {
  return `<!-- hotfix-pulse:${incident.uid}:${action} -->`;
}

/** True for an address that may stand in a text as it is. */
export function isPage(url: string): boolean {
  return PAGE.test(url);
}

/**
 * The action items that were named; all open ones when none is.
 * @throws PulseError not_found for an id that is none, conflict for one that is done or dropped
 */
export function wantedActions(incident: Incident, ids: readonly string[] | undefined): ActionItem[] {
  const open = [...incident.actions.values()].filter((item) => item.state === 'open');
  if (ids === undefined) return open;
  const names = [...new Set(ids.map((id) => id.trim().toUpperCase()))];
  const hint =
    open.length === 0
      ? 'record action_added first'
      : `open: ${open.map((item) => item.id).join(', ')}`.slice(0, 300);
  const unknown = names.some((id) => !incident.actions.has(id));
  if (unknown) throw new PulseError('not_found', 'no action item has that id', hint);
  const wanted = open.filter((item) => names.includes(item.id));
  if (wanted.length < names.length)
    throw new PulseError('conflict', 'an action item that is done or dropped needs no issue', hint);
  return wanted;
}

/** One action item as an issue. */
export function issueDraft(incident: Incident, item: ActionItem, view: IssueView): IssueDraft {
  const safe = (text: string | undefined) => (text === undefined ? undefined : view.redact(text));
  const text = safe(item.text) ?? '';
  const severity = actionSeverity(incident, item);
  const due = actionDue(incident, item, view.settings);
  const level = serviceLevelEnd(incident, item, view.settings);
  const document = `${folderOf(incident)}/post-mortem.md`;
  const page = view.pageOf(document);
  const facts = [
    field('Action item', item.id),
    field('Type', item.type),
    field('Owner', safe(item.owner)),
    field('Due', safe(item.due)),
    ...(level === null
      ? []
      : [`- **Service level**: ${view.settings.priority_weeks} weeks, until ${dateOf(level)}`]),
    field('Severity', severity),
    `${field('Postmortem', document)}${page !== null && isPage(page) ? `: ${page}` : ''}`,
  ];
  const others = [...incident.actions.values()].filter(
    (other) => other.id !== item.id && other.state !== 'dropped',
  );
  const body = stack(
    `Follow-up of incident ${incident.label}: ${mdInline(oneLine(safe(incident.title) ?? '', TITLE))}`,
    quoted(text),
    facts,
    others.length === 0
      ? ''
      : ['Other action items of this incident:', ...others.map((other) => sibling(other, view))],
    `Finished when something shows it: a metric, an output, a commit or a link. Record it there too: \`action_changed\`, ref ${item.id}, type done, with that evidence.`,
    markerOf(incident, item.id),
  );
  return {
    title: forCopying(`${incident.label} ${item.id}: ${oneLine(text.replace(SCHEME, ''), TITLE)}`),
    body,
    labels: severity === null ? [LABEL] : [LABEL, severity],
    assignee: HANDLE.exec((item.owner ?? '').trim())?.[1] ?? null,
    due: due === null ? null : dateOf(due.at),
  };
}

/** Somebody's words as a quote: nothing in them acts. */
function quoted(text: string): string {
  const { text: short, dropped_bytes: dropped } = capText(text, MOST_BYTES);
  return mdBlock(dropped > 0 ? `${short}…` : short)
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

function sibling(item: ActionItem, { redact, links }: IssueView): string {
  const url = links === 'with' && item.issue !== undefined && isPage(item.issue) ? `: ${item.issue}` : '';
  return `- ${item.id} ${mdInline(oneLine(redact(item.text), TITLE))}${url}`;
}
