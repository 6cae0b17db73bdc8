import { told } from './md.ts';
import type { Layout } from './postmortem-md.ts';
import { item, type PostmortemDoc } from './postmortem-model.ts';
import { actionBoxes, labelled, listed, NARRATIVE_NOTE, storyOf } from './preset-parts.ts';

/** Source: seed 002, step 5 and its definition of done. */
export function hatch3rLayout(doc: PostmortemDoc): Layout {
  const { lists } = doc.pool;
  return {
    header: `# Post-Mortem: ${told(doc.title)}`,
    sections: [
      listed('summary', 'Summary', 2, [labelled(doc, null, 'summary')]),
      listed(
        'timeline',
        'Timeline',
        2,
        storyOf(doc, TIMELINE).map(({ time, what, events }) =>
          item(null, `${time}: ${what}`, 'record', events),
        ),
      ),
      listed('cause', 'Root cause', 2, [
        ...lists.causes,
        labelled(doc, 'What changed', 'what_changed'),
        ...lists.contributing_factors,
      ]),
      listed('impact', 'Impact', 2, [
        labelled(doc, 'Users affected', 'users'),
        labelled(doc, 'Duration', 'duration'),
        labelled(doc, 'Business impact', 'revenue'),
        labelled(doc, null, 'impact'),
      ]),
      listed('actions', 'Action items', 2, actionBoxes(doc)),
      listed('lessons', 'Lessons learned', 2, lists.lessons),
      listed('done', 'Definition of Done', 2, lists.definition_of_done),
    ],
    note: NARRATIVE_NOTE,
  };
}

const TIMELINE = [
  ['detected', 'Detection'],
  ['mitigation', 'Mitigation'],
  ['resolved', 'Resolution'],
] as const;
