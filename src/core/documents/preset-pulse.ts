import { utc } from './describe.ts';
import { told } from './md.ts';
import type { Layout } from './postmortem-md.ts';
import { type PostmortemDoc, type PostmortemItem, section } from './postmortem-model.ts';
import { actionBoxes, listed, NARRATIVE_NOTE, pointsOf } from './preset-parts.ts';

/** Source: seed 000, post-mortem mini-template and completion criteria. */
export function pulseLayout(doc: PostmortemDoc): Layout {
  const { fields, lists } = doc.pool;
  const rows: [string, readonly PostmortemItem[]][] = [
    ['Summary', [fields.summary]],
    ['Timeline', []],
    ['Root cause', [...lists.causes, ...lists.contributing_factors]],
    ['What worked', lists.went_well],
    ['What failed', lists.went_wrong],
    ['Prevent repeat', actionBoxes(doc)],
  ];
  return {
    header: `# Post-Mortem: ${told(doc.title)}`,
    sections: [
      section('mini', '🧠 Post-Mortem Mini-Template', 2, [], {
        columns: ['Section', 'Prompt'],
        rows: rows.map(([name, items]) => ({
          cells: [name, name === 'Timeline' ? timeline(doc) : items.map(line).join('; ')],
          events:
            name === 'Timeline' ? timelineIds(doc) : [...new Set(items.flatMap(({ events }) => events))],
        })),
      }),
      listed('completion', '✅ Completion Criteria', 2, lists.completion),
    ],
    note: NARRATIVE_NOTE,
  };
}

const STEPS = [
  ['detected', 'Detection'],
  ['investigation', 'Response'],
  ['deployed', 'Fix'],
  ['resolved', 'Restore'],
] as const;

/** With the day and the zone: no other line of this format says them. */
function timeline(doc: PostmortemDoc): string {
  return pointsOf(doc, STEPS)
    .map(({ label, at, notes }) => `${label} ${utc(at) ?? notes}`)
    .join(' → ');
}

function timelineIds(doc: PostmortemDoc): string[] {
  return pointsOf(doc, STEPS).flatMap(({ events }) => events);
}

function line({ label, text, source, checked }: PostmortemItem): string {
  const mark = source === 'narrative' ? ' (narrative)' : checked === true ? ' (done)' : '';
  return `${label === null ? '' : `${label}: `}${text}${mark}`;
}
