import { type Incident, standingDeploy } from '../incident.ts';
import { anchorsOf, durationMs, endedAt } from '../intervals.ts';
import type { FactName } from '../kinds.ts';
import { pulseOf } from '../pulse.ts';
import { mdBlock, mdInline } from '../untrusted.ts';
import { duration, howOf, roleWords, timeStyleOf, utc, whatOf, whoOf } from './describe.ts';
import { choice, field, stack, table, told, UNKNOWN } from './md.ts';
import type { DocumentView } from './view.ts';

/** The sections of hotfix.md that say what happened and to whom. */

const SEVERITY_CHOICES: readonly string[] = [
  'P0 (service down)',
  'P1 (key feature broken)',
  'P2 (workaround exists)',
  'P3 (minor)',
];

export function headerSection(incident: Incident, view: DocumentView): string {
  const pulse = pulseOf(incident);
  const level = incident.severity?.level ?? null;
  const chosen = SEVERITY_CHOICES.find((text) => level !== null && text.startsWith(level)) ?? null;
  return stack(
    `# Hotfix: ${told(incident.title)}`,
    incident.drill ? '**This is a drill.**' : '',
    [
      field('Hash ID', incident.uid),
      field('Reported at', utc(incident.opened?.at)),
      field('Detected by', incident.facts.get('detected_by')?.value),
      field('Severity', severityWords(incident, view)),
      `- **Pulse status**: ${pulse.meter} (${pulse.dots} of 5: ${pulse.step})`,
    ],
    `**Hotfix ID**: ${incident.label}`,
    `**Branch**: ${told(view.branch)}`,
    `**Severity**: ${choice(SEVERITY_CHOICES, chosen)}`,
    `**Status**: ${choice(STATUS_CHOICES, STATUS_CHOICE[incident.status](incident))} (now: ${incident.status})`,
    rolesPart(incident),
  );
}

const STATUS_CHOICES = ['Investigating', 'Fix Deployed', 'Monitoring', 'Post-Mortem Complete'] as const;
type StatusChoice = (typeof STATUS_CHOICES)[number];

const written = (incident: Incident): StatusChoice =>
  incident.recorded.some((event) => event.kind === 'postmortem_written')
    ? 'Post-Mortem Complete'
    : 'Monitoring';
const STATUS_CHOICE: Record<Incident['status'], (incident: Incident) => StatusChoice | null> = {
  investigating: () => 'Investigating',
  identified: () => 'Investigating',
  mitigated: (incident) => (standingDeploy(incident) ? 'Fix Deployed' : 'Investigating'),
  monitoring: () => 'Monitoring',
  resolved: written,
  closed: written,
  cancelled: () => null,
};

function severityWords(incident: Incident, { row }: DocumentView): string | null {
  const severity = incident.severity;
  if (!severity || !row) return null;
  const sure = severity.confirmed ? '' : '? (unconfirmed)';
  return `${row.colour} ${row.word} (${severity.level}${sure}): ${row.definition}`;
}

function rolesPart(incident: Incident): string {
  const rows = [...incident.roles].map(([role, { person, at }]) =>
    field(roleWords(role), `${person}, since ${utc(at)}`),
  );
  return stack('### Roles', rows.length === 0 ? [field('incident commander', null)] : rows);
}

export function timelineSection(incident: Incident): string {
  const anchors = anchorsOf(incident);
  const detectedBy = incident.facts.get('detected_by')?.value;
  const style = timeStyleOf(incident);
  return stack(
    '## Incident Timeline',
    [
      field('Incident Start', utc(anchors.started)),
      field(
        'Detection',
        anchors.detected && `${utc(anchors.detected)}${detectedBy === undefined ? '' : `, by ${detectedBy}`}`,
      ),
      field('Investigation Start', utc(anchors.acknowledged)),
      field('Root Cause Identified', utc(incident.cause?.at)),
      field('Fix Deployed', utc(standingDeploy(incident)?.at)),
      field('Incident End', utc(endedAt(incident))),
      field('Total Duration', duration(durationMs(incident))),
    ],
    '### Recorded events',
    table(
      [style.heading, 'Event', 'Who', 'How we know'],
      incident.told.map((event) => [
        style.of(event.at),
        mdInline(whatOf(event)),
        mdInline(whoOf(event)),
        mdInline(howOf(event)),
      ]),
    ),
  );
}

export function inputSection(incident: Incident): string {
  const text = mdBlock(incident.description);
  return stack('## Input', 'User description:', text === '' ? UNKNOWN : quote(text));
}

/** Finished Markdown as a quotation, so that it cannot be taken for our own words. */
function quote(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

export function impactSection(incident: Incident, view: DocumentView): string {
  const fact = (label: string, name: FactName) => {
    return field(label, incident.facts.get(name)?.value);
  };
  return stack(
    '## Impact',
    '### Users Affected',
    [
      fact('Users', 'users'),
      fact('Error rate', 'error_rate'),
      fact('Flow', 'flow'),
      fact('Systems', 'affected_systems'),
      fact('Plans', 'plans'),
      fact('Blast radius', 'blast_radius'),
      fact('Environment', 'environment'),
    ],
    '### Downtime',
    [
      fact('Service', 'service'),
      field('From', utc(anchorsOf(incident).started)),
      field('To', utc(endedAt(incident))),
      field('Duration', duration(durationMs(incident))),
      fact('Workaround', 'workaround'),
    ],
    '### Data Loss/Corruption',
    [fact('Data', 'data'), fact('Security', 'security')],
    '### Business Impact',
    [fact('Revenue', 'revenue'), fact('SLA breach', 'sla'), field('Resolution target', targetWords(view))],
  );
}

/** Whether the target was met; while the incident runs only the due time, so that a rewrite changes nothing by itself. */
function targetWords({ clocks, row }: DocumentView): string | null {
  const clock = clocks.find((candidate) => candidate.name === 'resolve');
  if (row !== null && row.resolve_within_min === null) return 'none for this severity';
  if (!clock) return null;
  const due = `due ${utc(clock.due)}`;
  if (clock.met_at === null) return due;
  return `${due}, ${clock.late ? 'missed' : 'met'} (resolved ${utc(clock.met_at)})`;
}
