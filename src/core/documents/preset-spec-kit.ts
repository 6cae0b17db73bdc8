import { stack, told } from './md.ts';
import type { Layout } from './postmortem-md.ts';
import { item, type PostmortemDoc, type PostmortemSection, section } from './postmortem-model.ts';
import type { MilestoneName } from './postmortem-names.ts';
import {
  headerField,
  headerLine,
  labelled,
  listed,
  NARRATIVE_NOTE,
  pointsOf,
  textOf,
} from './preset-parts.ts';
import { actionParts, preventionParts, tagged, untagged } from './preset-spec-kit-parts.ts';

/** Source: the post-mortem form that seed 004's T022 names. */
export function specKitLayout(doc: PostmortemDoc): Layout {
  const { lists } = doc.pool;
  return {
    header: stack(
      `# Post-Mortem: ${told(doc.title)}`,
      headerLine('Hotfix ID', doc.label, doc.sources.incident),
      headerField(doc, 'Incident Date', 'date'),
      headerLine(
        'Post-Mortem Date',
        `${textOf(doc, 'written')} (due within 48 hours: ${textOf(doc, 'due')})`,
        [...doc.pool.fields.written.events, ...doc.pool.fields.due.events],
      ),
      headerField(doc, 'Participants', 'participants'),
      headerField(doc, 'Incident Commander', 'commander'),
    ),
    sections: [
      listed('summary', 'Executive Summary', 2, [
        labelled(doc, null, 'summary'),
        item('Severity', doc.severity, 'record', doc.sources.severity),
        labelled(doc, 'Duration', 'duration'),
      ]),
      ...details(doc),
      listed('root_cause', 'Root Cause Analysis', 2, []),
      listed('cause', 'Technical Root Cause', 3, [
        ...lists.causes,
        labelled(doc, 'What changed', 'what_changed'),
      ]),
      listed('contributing', 'Contributing Factors', 3, lists.contributing_factors),
      listed(
        'five_whys',
        'Five Whys',
        3,
        lists.five_whys.map((why, i) => (why.source === 'unknown' ? why : { ...why, label: `Why ${i + 1}` })),
      ),
      listed('went_well', 'What Went Well', 2, untagged(lists.went_well, COURSE)),
      ...tagged('went_well', lists.went_well, COURSE, '', doc.pool.ask.responder),
      listed('went_wrong', 'What Went Wrong', 2, untagged(lists.went_wrong, COURSE)),
      ...tagged('went_wrong', lists.went_wrong, COURSE, ' Issues', doc.pool.ask.responder),
      listed('actions', 'Action Items', 2, []),
      ...actionParts(doc),
      listed('prevention', 'Prevention Measures', 2, []),
      ...preventionParts(doc),
      listed('lessons', 'Lessons Learned', 2, untagged(lists.lessons, KINDS)),
      ...tagged('lessons', lists.lessons, KINDS, ' Lessons', doc.pool.ask.incident_commander),
      listed('acknowledgments', 'Acknowledgments', 2, [labelled(doc, 'With thanks to', 'participants')]),
      listed('appendix', 'Appendix', 2, []),
      listed('links', 'External References', 3, lists.links),
      listed('evidence', 'Metrics and Logs', 3, lists.evidence),
      listed('refuted', 'What it was not', 3, lists.refuted),
    ],
    note: NARRATIVE_NOTE,
  };
}

const COURSE = ['Detection', 'Response', 'Communication', 'Remediation'] as const;
const KINDS = ['Technical', 'Process', 'Communication'] as const;

function details(doc: PostmortemDoc): PostmortemSection[] {
  const field = (label: string, name: Parameters<typeof labelled>[2]) => labelled(doc, label, name);
  return [
    listed('details', 'Incident Details', 2, []),
    listed('what_happened', 'What Happened', 3, [
      item('Reported as', doc.pool.description, 'record', doc.sources.incident),
      field('Trigger', 'trigger'),
      field('Way out', 'way_out'),
    ]),
    listed('impact', 'Impact Analysis', 3, [labelled(doc, null, 'impact')]),
    listed('users', 'Users', 4, [
      field('Total affected', 'users'),
      field('User segments', 'plans'),
      field('Flow', 'flow'),
      field('Duration of impact', 'time_to_restore'),
      field('Data', 'data'),
    ]),
    listed('business', 'Business', 4, [field('Revenue and business', 'revenue')]),
    listed('engineering', 'Engineering', 4, [
      field('Systems', 'affected_systems'),
      field('Blast radius', 'blast_radius'),
      field('Attempts at a fix', 'attempts'),
      field('Time to detect', 'time_to_detect'),
      field('Time to mitigate', 'time_to_mitigate'),
      field('Time to resolve', 'time_to_resolve'),
    ]),
    section('timeline', 'Timeline (UTC)', 3, [], {
      columns: ['Time', 'Event', 'Who', 'Notes'],
      rows: pointsOf(doc, ROWS).map(({ time, label, who, notes, events }) => ({
        cells: [time ?? 'UNKNOWN', label, who ?? 'UNKNOWN', notes],
        events,
      })),
    }),
  ];
}

const ROWS: readonly (readonly [MilestoneName, string])[] = [
  ['began', 'Incident began'],
  ['detected', 'First detection'],
  ['investigation', 'Investigation started'],
  ['cause', 'Root cause identified'],
  ['fix', 'Fix implemented'],
  ['deployed', 'Fix deployed'],
  ['verified', 'Verification complete'],
  ['closed', 'Incident closed'],
  ['monitoring', 'Post-incident monitoring'],
];
