import type { ActionItem, Incident } from '../incident.ts';
import { contradictionsOf } from '../intervals.ts';
import { blameFindings } from './lint-blame.ts';
import type { Narrative } from './narrative.ts';
import { sectionsOf } from './postmortem.ts';
import type { DocumentView } from './view.ts';

/** One thing to mend in a postmortem. `text` is ours and quotes nobody. */
export interface LintFinding {
  level: 'error' | 'warning';
  /** `narrative.summary`, `actions.A1`, `cause`, `intervals.time_to_detect`, `impact`, ... */
  where: string;
  text: string;
}

interface Subject {
  incident: Incident;
  narrative: Narrative;
  view: DocumentView;
}
type Rule = (subject: Subject) => LintFinding[];

const finding = (level: LintFinding['level'], where: string, text: string): LintFinding => ({
  level,
  where,
  text,
});

/** An error where the severity asks for a postmortem in earnest, else a warning. */
const forLevels =
  (...levels: string[]) =>
  ({ incident }: Subject): LintFinding['level'] =>
    levels.includes(incident.severity?.level ?? '') ? 'error' : 'warning';
const serious = forLevels('P0', 'P1', 'P2');
const severe = forLevels('P0', 'P1');

const RULES: readonly Rule[] = [
  (subject) =>
    blank(subject.narrative.summary)
      ? [
          finding(
            serious(subject),
            'narrative.summary',
            'No summary: say in one paragraph what happened and to whom.',
          ),
        ]
      : [],
  (subject) =>
    (subject.narrative.lessons ?? []).every(blank)
      ? [finding(serious(subject), 'narrative.lessons', 'No lessons: say what to do differently next time.')]
      : [],
  (subject) =>
    subject.incident.cause === null
      ? [
          finding(
            serious(subject),
            'cause',
            'No cause is recorded: record cause_identified, with evidence if there is any.',
          ),
        ]
      : [],
  (subject) =>
    [...subject.incident.actions.values()].every((action) => action.state === 'dropped')
      ? [
          finding(
            severe(subject),
            'actions',
            'No action items: add what prevents, detects or mitigates this next time (action_added).',
          ),
        ]
      : [],
  ({ incident }) =>
    [...incident.actions.values()].filter(({ state }) => state === 'open').flatMap(actionFindings),
  ({ view }) =>
    view.intervals
      .filter((interval) => interval.problem === 'impossible')
      .map(({ name, from, to }) =>
        finding(
          'error',
          `intervals.${name}`,
          `The times are impossible: ${to} is before ${from}. Record the right one again.`,
        ),
      ),
  ({ incident }) =>
    contradictionsOf(incident).map(({ earlier, later }) =>
      finding(
        'warning',
        `order.${earlier}_${later}`,
        `The times contradict each other: ${later} is before ${earlier}. Record the right one again.`,
      ),
    ),
  futureTimes,
  unknowns,
  ({ incident, narrative }) =>
    blameFindings(incident, narrative).map((found) => finding('warning', found.where, found.text)),
];

/**
 * What is missing or wrong in the postmortem as it would be rendered now. Errors keep the close gate shut
 * where the severity asks for a postmortem; warnings are for the reader.
 */
export function lintOf(incident: Incident, narrative: Narrative | null, view: DocumentView): LintFinding[] {
  const subject = { incident, narrative: narrative ?? {}, view };
  const found = RULES.flatMap((rule) => rule(subject));
  return [
    ...found.filter(({ level }) => level === 'error'),
    ...found.filter(({ level }) => level === 'warning'),
  ];
}

function blank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}

function actionFindings({ id, owner, due, type }: ActionItem): LintFinding[] {
  const where = `actions.${id}`;
  return [
    ...(blank(owner) ? [finding('error', where, 'This action item has no owner (action_changed).')] : []),
    ...(blank(due) ? [finding('error', where, 'This action item has no due date (action_changed).')] : []),
    ...(blank(type)
      ? [finding('warning', where, 'This action item has no type: prevent, detect, mitigate or process.')]
      : []),
  ];
}

function futureTimes({ incident, view }: Subject): LintFinding[] {
  const count = incident.told.filter((event) => Date.parse(event.at) > Date.parse(view.now)).length;
  return count === 0
    ? []
    : [
        finding(
          'warning',
          'timeline',
          `${count} event(s) are said to have happened in the future: check their times.`,
        ),
      ];
}

function unknowns({ incident, narrative, view }: Subject): LintFinding[] {
  return sectionsOf(incident, narrative, view).flatMap(({ id, title, items, table }) => {
    const cells =
      table?.rows.flatMap((row) => row.cells).filter((cell) => cell.startsWith('UNKNOWN')).length ?? 0;
    const count = items.filter((item) => item.source === 'unknown').length + cells;
    return count === 0
      ? []
      : [finding('warning', id, `${title}: ${count} UNKNOWN left. Ask the role that is named there.`)];
  });
}
