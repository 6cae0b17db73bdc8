import { duration, utc } from './documents/describe.ts';
import { told, UNKNOWN } from './documents/md.ts';
import {
  activeMitigations,
  codeChanged,
  folderOf,
  type Incident,
  lastOf,
  severityLabel,
  standingDeploy,
  standingResolution,
} from './incident.ts';
import { anchorsOf, durationMs } from './intervals.ts';
import type { LevelRow } from './severity.ts';
import type { Status } from './status.ts';
import { addMs, HOUR } from './time.ts';

const STATUS_WORDS: Partial<Record<Status, string>> = { resolved: 'Resolved', closed: 'Resolved, closed' };

/** What an agent prints at the end, as Markdown. What nobody recorded is UNKNOWN. Source: seed 003. */
export function renderCompletion(incident: Incident, row: LevelRow | null): string {
  const resolved = standingResolution(incident);
  const { detected, mitigated } = anchorsOf(incident);
  const fixed = standingDeploy(incident)?.at;
  const isDone = resolved !== null && incident.status !== 'cancelled';
  const never = resolved !== null && !codeChanged(incident) ? ' (no hotfix was needed)' : '';
  return [
    // The seed's heading says something: it stands only over what is true.
    isDone ? '## Hotfix Complete' : '## Hotfix Not Complete',
    '',
    ...(incident.drill ? ['[DRILL]', ''] : []),
    `**Incident**: ${incident.label} ${told(incident.title)}`,
    `**Severity**: ${severityLabel(incident)}`,
    `**Duration**: ${duration(durationMs(incident)) ?? UNKNOWN}`,
    `**Status**: ${STATUS_WORDS[incident.status] ?? `${incident.status.charAt(0).toUpperCase()}${incident.status.slice(1)}`}`,
    '',
    '### Timeline',
    `- ${utc(detected) ?? UNKNOWN}: Detected`,
    `- ${utc(mitigated) ?? UNKNOWN}: Mitigated`,
    `- ${utc(fixed) ?? UNKNOWN}: Fixed${fixed === undefined ? never : ''}`,
    '',
    '### Fix',
    ...fixOf(incident),
    '',
    '### Postmortem',
    postmortemOf(incident, row),
  ].join('\n');
}

/** Source: the notes that seed 003 leaves with its task: mitigated, fixed, deployed. */
function fixOf(incident: Incident): string[] {
  const commit = lastOf(incident, 'fix_committed', (event) => event.id > incident.attemptSince);
  const deploy = standingDeploy(incident);
  const mitigations = [
    ...activeMitigations(incident).map(
      ({ event }) => `${told(event.text)} (${event.data.type.replaceAll('_', ' ')})`,
    ),
    ...(incident.releaseRollback ? [`${told(incident.releaseRollback.text)} (rollback)`] : []),
  ];
  const none = standingResolution(incident) && !codeChanged(incident) ? 'no code was changed' : UNKNOWN;
  return [
    `- Fixed: ${commit ? `${told(commit.text)} (commit ${told(commit.data.commit)})` : none}`,
    `- Mitigated: ${mitigations.length === 0 ? UNKNOWN : mitigations.join('; ')}`,
    `- Deployed: ${deploy ? `${told(deploy.text)} (commit ${told(deploy.data.commit)})` : none}`,
  ];
}

function postmortemOf(incident: Incident, row: LevelRow | null): string {
  if (lastOf(incident, 'postmortem_written')) return `${folderOf(incident)}/post-mortem.md`;
  if (row !== null && row.postmortem_within_h === null) return 'Pending (optional for this severity)';
  const resolved = standingResolution(incident);
  const hours = row?.postmortem_within_h ?? null;
  return resolved && hours !== null ? `Pending (due ${utc(addMs(resolved.at, hours * HOUR))})` : 'Pending';
}
