import { sourceMark, stack, told } from './md.ts';
import type { Layout } from './postmortem-md.ts';
import { item, type PostmortemDoc } from './postmortem-model.ts';
import { actionBoxes, headerField, headerLine, listed, NARRATIVE_NOTE, pointsOf } from './preset-parts.ts';

/** Source: seed 003, step 9. */
export function pokayokayLayout(doc: PostmortemDoc): Layout {
  const { fields, lists } = doc.pool;
  const began = fields.started.source === 'unknown' ? fields.detected : fields.started;
  return {
    header: stack(
      `# Postmortem: ${told(doc.title)}`,
      headerField(doc, 'Date', 'date'),
      headerLine('Duration', `${began.text} - ${fields.resolved.text}`, [
        ...began.events,
        ...fields.resolved.events,
      ]),
      headerLine('Severity', doc.severity, doc.sources.severity),
      `${headerLine('Impact', fields.impact.text, [])}${fields.impact.source === 'narrative' ? ' _(narrative)_' : ''}${sourceMark(fields.impact.events)}`,
    ),
    sections: [
      listed(
        'timeline',
        'Timeline',
        2,
        pointsOf(doc, TIMELINE).map(({ time, label, notes, events }) =>
          item(
            null,
            `${time ?? 'UNKNOWN'}: ${label}: ${notes}`,
            time === null ? 'unknown' : 'record',
            events,
          ),
        ),
      ),
      listed('cause', 'Root Cause', 2, lists.causes),
      listed('resolution', 'Resolution', 2, lists.resolution),
      listed('lessons', 'Lessons Learned', 2, lists.lessons),
      listed('actions', 'Action Items', 2, actionBoxes(doc)),
    ],
    note: NARRATIVE_NOTE,
  };
}

const TIMELINE = [
  ['detected', 'Incident detected'],
  ['investigation', 'Investigation started'],
  ['mitigation', 'Mitigation applied'],
  ['cause', 'Root cause identified'],
  ['deployed', 'Fix deployed'],
  ['resolved', 'Incident resolved'],
] as const;
