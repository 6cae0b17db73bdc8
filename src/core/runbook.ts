import { appendDiff, newFileDiff } from './append-diff.ts';
import { UNKNOWN } from './documents/md.ts';
import type { RecordedEvent } from './events.ts';
import { type Incident, lastOf, severityLabel, standingDeploy } from './incident.ts';
import { labelOf } from './reduce.ts';
import { fileStem } from './slug.ts';
import { dateOf } from './time.ts';
import { mdInline } from './untrusted.ts';

/** A file of the repository that the draft would change; null where it is not there yet. */
export interface RunbookFiles {
  /** `docs/runbooks/users-cannot-log-in.md` */
  runbook: { path: string; text: string | null };
  /** The note for agents; null where no such file can be changed. */
  note: { path: string; text: string | null } | null;
}

/** Where an incident's entry goes. */
export function runbookPath(incident: Incident, folder: string): string {
  return `${folder}/${fileStem(incident.slug, labelOf(incident.number))}.md`;
}

/** Both changes as one diff; empty when the repository has them already. Source: seed 004 T025. */
export function runbookDiff(incident: Incident, { runbook, note }: RunbookFiles): string {
  const line = noteLine(incident, runbook.path);
  return [
    runbook.text === null ? newFileDiff(runbook.path, `${entry(incident, '#')}\n`) : '',
    runbook.text === null || runbook.text.includes(`From ${incident.label} (`)
      ? ''
      : appendDiff(runbook.path, runbook.text, `\n${entry(incident, '##')}\n`),
    note?.text === null ? newFileDiff(note.path, `${line}\n`) : '',
    typeof note?.text !== 'string' || note.text.includes(runbook.path)
      ? ''
      : appendDiff(note.path, note.text, `${line}\n`),
  ].join('');
}

function noteLine(incident: Incident, path: string): string {
  return `- Known failure "${titleOf(incident)}": symptom, check, mitigation and verification are in ${path}.`;
}

const titleOf = (incident: Incident): string =>
  `${incident.drill ? '[DRILL] ' : ''}${mdInline(incident.title)}`;

/** Symptom, check, mitigation, verify: what was recorded, and UNKNOWN where nothing was. `mark` is the heading's depth. */
function entry(incident: Incident, mark: '#' | '##'): string {
  const day = incident.opened ? dateOf(incident.opened.at) : UNKNOWN;
  return [
    `${mark} ${titleOf(incident)}`,
    '',
    `From ${incident.label} (${severityLabel(incident)}, ${day}). Drafted from the record; nobody has said what is ${UNKNOWN}.`,
    ...PARTS.flatMap(({ heading, rows }) => ['', `${mark}# ${heading}`, '', ...rows(incident)]),
  ].join('\n');
}

const row = (label: string, text: string | null | undefined): string =>
  `- ${label}: ${text == null || text.trim() === '' ? UNKNOWN : mdInline(text)}`;
const factRow = (incident: Incident, label: string, name: string): string =>
  row(label, incident.facts.get(name)?.value);
/** Rows that are left out when nobody recorded the fact: too many UNKNOWN hide the one that matters. */
const knownFacts = (incident: Incident, ...names: string[]): string[] =>
  names.flatMap((name) =>
    incident.facts.has(name) ? [factRow(incident, name.replaceAll('_', ' '), name)] : [],
  );
const withEvidence = (event: RecordedEvent): string =>
  `- ${mdInline(event.text)}${event.evidence.length === 0 ? '' : ` (${event.evidence.map(mdInline).join('; ')})`}`;
const orUnknown = (rows: string[]): string[] => (rows.length === 0 ? [`- ${UNKNOWN}`] : rows);

const PARTS: readonly { heading: string; rows: (incident: Incident) => string[] }[] = [
  {
    heading: 'Symptom',
    rows: (incident) => [
      row('What was reported', incident.description),
      factRow(incident, 'Detected by', 'detected_by'),
      ...knownFacts(incident, 'service', 'affected_systems', 'flow', 'users', 'error_rate', 'blast_radius'),
    ],
  },
  {
    heading: 'Check',
    rows: (incident) => [
      factRow(incident, 'How to reproduce', 'reproduced'),
      factRow(incident, 'What changed then', 'what_changed'),
      ...(incident.cause
        ? [`- Cause then: ${withEvidence(incident.cause).slice(2)}`]
        : [row('Cause then', null)]),
      ...incident.hypotheses
        .filter(({ state }) => state === 'refuted')
        .map(({ text, reason }) => row('Ruled out then', `${text} (${reason ?? UNKNOWN})`)),
    ],
  },
  {
    heading: 'Mitigation',
    rows: (incident) => {
      const rollback = lastOf(incident, 'rolled_back', (event) => event.data.target === 'release');
      const commit = standingDeploy(incident) && lastOf(incident, 'fix_committed');
      return orUnknown([
        ...incident.mitigations.map(({ event }) => row(event.data.type.replaceAll('_', ' '), event.text)),
        ...(rollback ? [row('rolled back', rollback.text)] : []),
        ...(commit ? [row(`fix ${commit.data.commit}`, commit.text)] : []),
      ]);
    },
  },
  {
    heading: 'Verify',
    rows: (incident) =>
      orUnknown(
        incident.told
          .filter(
            ({ kind }) => kind === 'deploy_verified' || kind === 'resolved' || kind === 'stability_confirmed',
          )
          .filter(({ evidence }) => evidence.length > 0)
          .map(withEvidence),
      ),
  },
];
