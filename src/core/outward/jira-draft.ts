import { utc } from '../documents/describe.ts';
import { isPage } from '../followup-issue.ts';
import { activeMitigations, folderOf, type Incident, severityLabel } from '../incident.ts';
import type { LINK_TYPES } from '../kinds.ts';
import { pulseOf } from '../pulse.ts';
import type { Level } from '../severity.ts';
import type { Status } from '../status.ts';
import { PHASES, type TaskState } from '../tasks.ts';
import { oneLine } from '../untrusted.ts';
import {
  type AdfBlock,
  type AdfDoc,
  adfBullets,
  adfCode,
  adfDoc,
  adfHeading,
  adfLink,
  adfParagraph,
  adfText,
} from './adf.ts';
import type { SurfaceView } from './sending.ts';

/** A page that belongs to the incident, shown below the issue. */
type JiraLink = { id: string; url: string; title: string };

/** What the issue shows. */
export type JiraDraft = {
  uid: string;
  /** The record knows the issue: what cannot be said when it is made is brought up to date right after. */
  attached: boolean;
  summary: string;
  description: AdfDoc;
  severity: Level | null;
  /** Name of the status over there; null where the settings name none for the present one. */
  status: string | null;
  links: readonly JiraLink[];
};

/** Limit of Jira. */
const SUMMARY = 255;
const REPORT_BYTES = 3_000;
const LINKS = 30;
/** Limit of Jira: 255 for the id of a remote link. */
const ID = 255;

export function jiraDraft(view: SurfaceView, statuses: Partial<Record<Status, string>>): JiraDraft {
  const { incident, redact } = view;
  return {
    uid: incident.uid,
    attached: incident.recorded.some(
      (event) => event.kind === 'linked' && event.live && event.data.surface?.service === 'jira',
    ),
    summary: oneLine(`[${severityLabel(incident)}] ${redact(incident.title)} (${incident.label})`, SUMMARY),
    description: descriptionOf(view),
    severity: incident.severity?.level ?? null,
    status: statuses[incident.status] ?? null,
    links: linksOf(incident, redact),
  };
}

function descriptionOf(view: SurfaceView): AdfDoc {
  const { incident, redact, clocks, tasks, debts, asks } = view;
  const pulse = pulseOf(incident);
  const head = `${severityLabel(incident)}, ${incident.status}  ${pulse.meter}  ${pulse.step}`;
  const owed = clocks
    .filter(({ state }) => state !== 'met')
    .map(({ label, due }) => adfText(`${label}: due ${utc(due)}`));
  const open = debts.map(({ gate, until }) =>
    adfText(`Gate ${gate} was passed over${until === undefined ? '' : `, owed until ${oneLine(until, 40)}`}`),
  );
  const waiting = asks.map(({ id, title }) => adfText(`${oneLine(redact(title), 200)} (plan ${id})`));
  const pages = linksOf(incident, redact).map(({ url, title }) => adfLink(title, url));
  const report = adfCode(redact(incident.description), REPORT_BYTES);
  return adfDoc(
    [
      adfParagraph(...adfText(head, 'strong')),
      ...adfBullets(factsOf(view)),
      ...titled('As reported', report),
      ...titled('Waits for a yes', adfBullets(waiting)),
      ...titled('Owed', adfBullets([...owed, ...open])),
      ...titled('Pages', adfBullets(pages)),
      ...checklist(tasks),
    ],
    [
      adfParagraph(
        ...adfText(
          `Written by hotfix-pulse and replaced whenever the record changes; write comments instead. ${incident.label}, ${incident.uid}`,
          'small',
        ),
      ),
    ],
  );
}

function factsOf({ incident, redact, branch }: SurfaceView) {
  const line = (label: string, text: string | null | undefined) =>
    text == null || text === ''
      ? []
      : [[...adfText(`${label}: `, 'strong'), ...adfText(oneLine(redact(text), 300))]];
  const held = activeMitigations(incident).map(({ event }) => event.data.type.replaceAll('_', ' '));
  return [
    ...line('Reported', utc(incident.opened?.at)),
    ...line('Incident commander', incident.roles.get('incident_commander')?.person),
    ...line('Affected', incident.facts.get('affected_systems')?.value),
    ...line('Held down by', [...held, ...(incident.releaseRollback ? ['rollback'] : [])].join(', ')),
    ...line('Cause', incident.cause?.text),
    ...line('Branch', branch),
    ...line('Record', folderOf(incident)),
  ];
}

const BOXES: Record<TaskState['state'], string> = { done: '☑', skipped: '☒', open: '☐' };

/** Not task items: a tick made over there would change nothing here. */
function checklist(tasks: readonly TaskState[]): AdfBlock[] {
  return PHASES.flatMap(({ number, title }) => {
    const own = tasks.filter(({ phase }) => phase === number);
    const items = own.map(({ id, state, title: what }) =>
      adfText(`${BOXES[state]} ${id} ${what}${state === 'skipped' ? ' (skipped)' : ''}`),
    );
    return titled(`Phase ${number}: ${title}`, adfBullets(items));
  });
}

const titled = (title: string, blocks: readonly AdfBlock[]): AdfBlock[] =>
  blocks.length === 0 ? [] : [adfHeading(3, title), ...blocks];

const LINK_WORDS: Record<(typeof LINK_TYPES)[number], string> = {
  ...{ meeting: 'Meeting', documentation: 'Document', runbook: 'Runbook', issue: 'Issue' },
  ...{ pull_request: 'Pull request', dashboard: 'Dashboard', chat: 'Chat', status_page: 'Status page' },
  other: 'Link',
};

/** An address that redaction would change may carry a secret: it stays in the record. */
function linksOf(incident: Incident, redact: SurfaceView['redact']): JiraLink[] {
  const links = new Map<string, JiraLink>();
  for (const event of incident.recorded) {
    if (event.kind !== 'linked' || event.imported || event.data.surface?.service === 'jira') continue;
    const url = event.data.url ?? '';
    const id = `hotfix-pulse:${incident.uid}:${url}`;
    if (!isPage(url) || redact(url) !== url || id.length > ID || links.has(url)) continue;
    const text = oneLine(redact(event.text), 120);
    const word = LINK_WORDS[event.data.type];
    links.set(url, { id, url, title: text === '' ? word : `${word}: ${text}` });
  }
  return [...links.values()].slice(0, LINKS);
}
