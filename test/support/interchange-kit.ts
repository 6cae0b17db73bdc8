import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderAll } from '../../src/core/documents/documents.ts';
import { type DocumentView, viewOf } from '../../src/core/documents/view.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import { foldIncident, type Incident } from '../../src/core/incident.ts';
import { historyDrafts } from '../../src/core/interchange/drafts.ts';
import type { Imported } from '../../src/core/interchange/imported.ts';
import { type ReadOptions, readPostmortem } from '../../src/core/interchange/read-postmortem.ts';
import { zoneOf } from '../../src/core/interchange/zones.ts';
import { matrixOf, type PresetName } from '../../src/core/severity.ts';
import { isoOf } from '../../src/core/time.ts';
import { SHARED } from './requires.ts';

export const NOW = Date.parse('2026-11-20T12:00:00Z');
const UID = '01K00000000000000000000000';

export const OPTIONS: ReadOptions = {
  ...{ file: 'pm.md', zone: zoneOf('UTC'), nowMs: NOW, lineOffset: 0, day: null, fallbackTitle: 'pm' },
};

export const read = (
  text: string,
  options: Partial<ReadOptions> = {},
  form: Imported['form'] = 'postmortem',
) => readPostmortem(text, form, { ...OPTIONS, ...options });

/** The incident as the log would give it back. */
export function incidentOf(record: Imported): Incident {
  const drafts = historyDrafts(record, { number: 7, slug: 'taken-over', source: 'pm.md' });
  const events = drafts.map((draft, seq) => ({
    ...{
      v: 1,
      incident: UID,
      recorded_at: isoOf(NOW),
      by: { name: 'import', kind: 'system' },
      writer: 'w',
      seq,
    },
    ...{ prev: null, live: false, at: isoOf(NOW), input_hash: 'h', ...draft },
    id: `01KJM4YG00${String(seq).padStart(16, '0')}`,
  }));
  return foldIncident(UID, events as RecordedEvent[]);
}

export function viewFor(incident: Incident, preset: PresetName = 'default'): DocumentView {
  const matrix = matrixOf(preset);
  const row = matrix.levels.find(({ level }) => level === incident.severity?.level) ?? null;
  return viewOf(incident, { nowMs: NOW, row, settings: { stability_h: 24 } as never });
}

/** Everything that the folder of the incident would hold, as one text. */
export function rendered(incident: Incident, preset: PresetName = 'default'): Record<string, string> {
  return renderAll(incident, viewFor(incident, preset), undefined, preset);
}

export interface DfdsRow {
  id: string;
  title: string;
  summary: string;
  timeline: [string, string][];
  contributing_factors: string;
  action_items: string;
  lessons: string;
  category: string;
  stated_time_to_detection: string;
  stated_time_to_recovery: string;
}

export function dfdsRows(): DfdsRow[] {
  const text = readFileSync(join(SHARED, 'data', 'dfds-postmortems.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DfdsRow);
}

/** A row as the page that it was taken from, with the heading spellings of the number `i`. */
export function pageOf(row: DfdsRow, i: number): string {
  const [time, event] =
    [
      ['Time', 'Event'],
      ['When', 'What'],
      ['Timestamp', 'Description'],
      ['Date/Time', 'Details'],
    ][i % 4] ?? [];
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return [
    `# ${row.title}\n`,
    `## Summary\n\n${row.summary}\n`,
    `## ${i % 2 === 0 ? 'Timeline' : 'Timeline of events'}\n`,
    `| ${time} | ${event} |`,
    '|---|:---|',
    ...row.timeline.map(([at, text]) => `| ${at.replace('T', ' ').slice(0, 16)} | ${cell(text)} |`),
    `\n## Contributing factors\n\n${row.contributing_factors}\n`,
    `## ${i % 2 === 0 ? 'Action items' : 'Actions'}\n\n${row.action_items}\n`,
    `## ${i % 2 === 0 ? 'Lessons learned' : 'What did we learn?'}\n\n${row.lessons}\n`,
    '## Stats\n',
    `- Category: ${row.category}`,
    `- Time to detection: ${row.stated_time_to_detection}`,
    `- Time to recovery: ${row.stated_time_to_recovery}\n`,
  ].join('\n');
}

/** Letters and digits only: what decoration, escapes and line ends cannot change. */
export function bare(text: string): string {
  return text
    .replace(/&(?:amp|lt|gt|quot|#39);/g, ' ')
    .replace(/<br ?\/?>/g, ' ')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** The statements of a text, as somebody would compare them. */
export function statements(text: string): string[] {
  return text
    .split(/\n/)
    .map((line) => line.replace(/^\s*(?:[-*+]|\d+\.|#{1,6}|>)\s+(?:\[[ x]\]\s)?/, ''))
    .filter((line) => bare(line) !== '' && !/^\[[^\]]+\]:/.test(line));
}
