import { NOT_AMONG } from './postmortem-after.ts';
import {
  item,
  type PostmortemAction,
  type PostmortemDoc,
  type PostmortemItem,
  type PostmortemSection,
} from './postmortem-model.ts';
import { actionBoxes, listed } from './preset-parts.ts';

/**
 * Parts of one narrative list. A text that begins with the name of a part ("Detection: the alert was late")
 * stands there, the others stand above the parts.
 */
export function tagged(
  id: string,
  items: readonly PostmortemItem[],
  topics: readonly string[],
  suffix: string,
  ask: string,
): PostmortemSection[] {
  const unknown = items.find(({ source }) => source === 'unknown');
  return topics.map((topic) => {
    const own = items
      .filter(({ text }) => topicOf(text, topics) === topic)
      .map((one) => ({ ...one, text: one.text.slice(one.text.indexOf(':') + 1).trim() }));
    const none = unknown ?? item(null, ask, 'unknown');
    return listed(`${id}_${topic.toLowerCase()}`, `${topic}${suffix}`, 3, own.length === 0 ? [none] : own);
  });
}

export function untagged(items: readonly PostmortemItem[], topics: readonly string[]): PostmortemItem[] {
  return items.filter(({ text, source }) => source !== 'unknown' && topicOf(text, topics) === null);
}

function topicOf(text: string, topics: readonly string[]): string | null {
  const start = /^\s*([a-z]+)\s*:/i.exec(text)?.[1]?.toLowerCase();
  return topics.find((topic) => topic.toLowerCase() === start) ?? null;
}

const HORIZONS: readonly [PostmortemAction['horizon'], string][] = [
  ['week', 'Immediate (This Week)'],
  ['month', 'Short-Term (This Month)'],
  ['quarter', 'Long-Term (This Quarter)'],
];

/** By due date, seen from the end of the incident. What has no date is told apart, so that somebody sets one. */
export function actionParts(doc: PostmortemDoc): PostmortemSection[] {
  const { actions } = doc.pool;
  const part = (horizon: PostmortemAction['horizon'], title: string) =>
    listed(
      `actions_${horizon}`,
      title,
      3,
      actions.length === 0
        ? actionBoxes(doc)
        : filled(
            actions.filter((action) => action.horizon === horizon).map((action) => detailed(action, doc)),
          ),
    );
  const undated = actions.some(({ horizon }) => horizon === 'undated');
  return [
    ...HORIZONS.map(([horizon, title]) => part(horizon, title)),
    ...(undated ? [part('undated', 'Without a due date')] : []),
  ];
}

/** The list of action items is whole: that none of them belongs here is known. */
function filled(items: PostmortemItem[]): PostmortemItem[] {
  return items.length === 0 ? [item(null, NOT_AMONG, 'computed')] : items;
}

function detailed(
  { id, text, owner, due, why, state, event }: PostmortemAction,
  { pool: { ask } }: PostmortemDoc,
): PostmortemItem {
  const words = `${text}${state === 'dropped' ? ' (dropped)' : ''}`;
  return {
    ...item(id, words, 'record', [event], state === 'done'),
    parts: [
      item('Owner', owner ?? ask.incident_commander, 'record', [event]),
      item('Due', due ?? ask.incident_commander, 'record', [event]),
      item('Why', why, 'computed', [event]),
    ],
  };
}

const MEASURES: readonly [PostmortemAction['area'], string][] = [
  ['tests', 'Tests Added'],
  ['monitoring', 'Monitoring Added'],
  ['process', 'Process Changes'],
  ['architecture', 'Architecture Changes'],
  ['documentation', 'Documentation Updates'],
];

export function preventionParts({ pool }: PostmortemDoc): PostmortemSection[] {
  return MEASURES.map(([area, title]) => {
    const items = [
      ...(area === 'tests' ? pool.lists.regression_tests : []),
      ...pool.actions
        .filter((action) => action.area === area && action.state !== 'dropped')
        .map(({ id, text, state, event }) => item(id, text, 'record', [event], state === 'done')),
    ];
    return listed(`prevention_${area}`, title, 3, pool.actions.length === 0 ? items : filled(items));
  });
}
