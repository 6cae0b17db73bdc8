import { parseBlocks, renderBlocks } from '../documents/blocks.ts';
import { utc } from '../documents/describe.ts';
import { told } from '../documents/md.ts';
import { type Incident, severityLabel } from '../incident.ts';
import { pulseOf } from '../pulse.ts';
import { type Level, matrixOf } from '../severity.ts';

/** A page in the form of seed 000: its header, then its postmortem table and completion criteria. */
export function pulsePage(incident: Incident, postmortem: string): string {
  const parsed = parseBlocks(postmortem);
  const body = (parsed?.parts ?? [])
    .filter(({ name }) => name !== 'header')
    .map((part) => part.body)
    .join('\n\n');
  const { severity } = incident;
  const level = severity === null ? 'UNKNOWN' : `${rowOfLevel(severity.level)} (${severityLabel(incident)})`;
  const page = [
    `# ⚡ Hotfix & Incident Triage Pulse: ${told(incident.title)}`,
    '',
    '## 🧾 Header',
    `- **HASH ID:** ${incident.label} (${incident.uid})`,
    `- **Reported at:** ${utc(incident.opened?.at) ?? 'UNKNOWN'}`,
    `- **Detected by:** ${told(incident.facts.get('detected_by')?.value)}`,
    `- **Severity:** ${level}`,
    `- **Pulse status:** ${pulseOf(incident).meter}`,
    '',
    body,
  ].join('\n');
  return renderBlocks({ front: parsed?.front ?? '', blocks: [{ name: 'page', body: page }] });
}
/** `🔴 Blocker`, in the words of seed 000. */
function rowOfLevel(level: Level): string {
  const row = matrixOf('pulse').levels.find((known) => known.level === level);
  return row === undefined ? level : `${row.colour} ${row.word}`;
}
