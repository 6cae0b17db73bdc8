import { told } from './md.ts';
import { NOT_AMONG } from './postmortem-after.ts';
import type { Layout } from './postmortem-md.ts';
import {
  item,
  type PostmortemAction,
  type PostmortemDoc,
  type PostmortemItem,
  section,
} from './postmortem-model.ts';
import { actionBoxes, labelled, listed, NARRATIVE_NOTE, storyOf } from './preset-parts.ts';

/** Source: seed 001, postmortem template. */
export function incidentHotfixLayout(doc: PostmortemDoc): Layout {
  const { fields, lists } = doc.pool;
  return {
    header: `# Incident Postmortem: ${told(doc.title)}`,
    sections: [
      section('summary', 'Summary', 2, [labelled(doc, null, 'summary')], {
        columns: ['Field', 'Value'],
        rows: [
          row('Date', fields.date),
          row('Duration', fields.duration),
          { cells: ['Severity', doc.severity], events: doc.sources.severity },
          row('Author', fields.author),
        ],
      }),
      listed('impact', 'Impact', 2, [
        labelled(doc, 'Users affected', 'users'),
        labelled(doc, 'Revenue impact', 'revenue'),
        labelled(doc, 'Other impact', 'impact'),
      ]),
      section('timeline', 'Timeline (UTC)', 2, [], {
        columns: ['Time', 'Event'],
        rows: storyOf(doc, TIMELINE).map(({ time, what, events }) => ({ cells: [time, what], events })),
      }),
      listed('cause', 'Root Cause', 2, lists.causes),
      listed('detection', 'Detection', 2, []),
      listed('how_detected', 'How was the incident detected?', 'question', [
        ...lists.detection,
        labelled(doc, null, 'detected_by'),
      ]),
      listed('earlier', 'Could we have detected it earlier?', 'question', [
        labelled(doc, null, 'detected_earlier'),
      ]),
      listed('resolution', 'Resolution', 2, []),
      listed('what_fixed', 'What fixed the issue?', 'question', lists.resolution),
      listed('way_out', 'Was it a rollback or hotfix?', 'question', [labelled(doc, null, 'way_out')]),
      listed('lessons', 'Lessons Learned', 2, lists.lessons),
      listed('went_well', 'What Went Well', 3, lists.went_well),
      listed('went_wrong', 'What Went Wrong', 3, lists.went_wrong),
      listed('got_lucky', 'Where We Got Lucky', 3, lists.got_lucky),
      actionTable(doc),
      listed('prevention', 'Prevention', 2, []),
      listed('how_prevented', 'How do we prevent this class of issue?', 'question', prevention(doc)),
    ],
    note: NARRATIVE_NOTE,
  };
}

const row = (name: string, { text, events }: PostmortemItem) => ({ cells: [name, text], events });

const TIMELINE = [
  ['detected', 'Issue first detected'],
  ['opened', 'Team alerted'],
  ['cause', 'Root cause identified'],
  ['deployed', 'Fix deployed'],
  ['resolved', 'Issue resolved'],
] as const;

const STATUS: Record<PostmortemAction['state'], string> = { open: '[ ]', done: '[x]', dropped: 'dropped' };

function actionTable(doc: PostmortemDoc) {
  const { actions, ask } = doc.pool;
  const missing = ask.incident_commander;
  const rows = actions.map(({ id, text, owner, due, state, event }) => ({
    cells: [`${id}: ${text}`, owner ?? missing, due ?? missing, STATUS[state]],
    events: [event],
  }));
  const none = actionBoxes(doc).map(({ text }) => ({
    cells: [text, missing, missing, '[ ]'],
    events: [],
  }));
  return section('actions', 'Action Items', 2, [], {
    columns: ['Action', 'Owner', 'Due Date', 'Status'],
    rows: actions.length === 0 ? none : rows,
  });
}

/** The format's three boxes; each stands once per action item of its kind, or empty. */
const BOXES: readonly [string, readonly PostmortemAction['area'][]][] = [
  ['Add monitoring for', ['monitoring']],
  ['Add test for', ['tests']],
  ['Improve process for', ['process', 'architecture', 'documentation']],
];

function prevention({ pool }: PostmortemDoc): PostmortemItem[] {
  const none = (label: string) =>
    pool.actions.length === 0
      ? item(label, pool.ask.incident_commander, 'unknown', [], false)
      : item(label, NOT_AMONG, 'computed', [], false);
  return BOXES.flatMap(([label, areas]) => {
    const found = pool.actions.filter(({ area, state }) => areas.includes(area) && state !== 'dropped');
    return found.length === 0
      ? [none(label)]
      : found.map(({ id, text, event, state }) =>
          item(label, `${id}: ${text}`, 'record', [event], state === 'done'),
        );
  });
}
