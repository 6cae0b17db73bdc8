import type { Incident } from '../incident.ts';
import { contradictionsOf } from '../intervals.ts';
import type { FactName } from '../kinds.ts';
import type { Level } from '../severity.ts';
import { roleWords } from './describe.ts';
import type { LintFinding } from './lint.ts';
import type { Narrative } from './narrative.ts';
import { sectionsOf } from './postmortem.ts';
import { ASK } from './postmortem-after.ts';
import type { DocumentView } from './view.ts';

export interface Subject {
  incident: Incident;
  narrative: Narrative;
  view: DocumentView;
}
type Found = LintFinding['level'];

interface Needed {
  where: string;
  /** How bad it is that it is missing, from P0 to P3. */
  levels: Record<Level, Found>;
  text: string;
  isThere(subject: Subject): boolean;
}

const levels = (P0: Found, P1: Found, P2: Found, P3: Found): Record<Level, Found> => ({ P0, P1, P2, P3 });
const SERIOUS = levels('error', 'error', 'error', 'warning');
const SEVERE = levels('error', 'error', 'warning', 'warning');
const WANTED = levels('warning', 'warning', 'note', 'note');
const NICE = levels('note', 'note', 'note', 'note');

const said = (text: string | undefined) => text !== undefined && text.trim() !== '';
const list =
  (name: 'lessons' | 'contributing_factors' | 'five_whys' | 'went_well' | 'went_wrong' | 'got_lucky') =>
  ({ narrative }: Subject): boolean =>
    (narrative[name] ?? []).some(said);
const fact =
  (...names: FactName[]) =>
  ({ incident }: Subject): boolean =>
    names.some((name) => incident.facts.has(name));

/** What a postmortem needs, by severity. Sources: standards page, b7; the sections of the five seeds. */
const NEEDED: readonly Needed[] = [
  {
    ...{ where: 'narrative.summary', levels: SERIOUS },
    text: 'No summary: say in one paragraph what happened and to whom.',
    isThere: ({ narrative }) => said(narrative.summary),
  },
  {
    ...{ where: 'narrative.lessons', levels: SERIOUS },
    text: 'No lessons: say what to do differently next time.',
    isThere: list('lessons'),
  },
  {
    ...{ where: 'cause', levels: SERIOUS },
    text: 'No cause is recorded: record cause_identified, with evidence if there is any.',
    isThere: ({ incident }) => incident.cause !== null,
  },
  {
    ...{ where: 'actions', levels: SEVERE },
    text: 'No action items: add what prevents, detects or mitigates this next time (action_added).',
    isThere: ({ incident }) => [...incident.actions.values()].some(({ state }) => state !== 'dropped'),
  },
  {
    ...{ where: 'narrative.impact', levels: WANTED },
    text: 'No impact: say who was hurt and how, or record the facts users, flow, data, revenue.',
    isThere: (subject) =>
      said(subject.narrative.impact) || fact('users', 'flow', 'error_rate', 'data', 'revenue')(subject),
  },
  {
    ...{ where: 'detection', levels: WANTED },
    text: 'Nobody recorded how it was detected (fact detected_by).',
    isThere: fact('detected_by'),
  },
  {
    ...{ where: 'narrative.trigger', levels: WANTED },
    text: 'No trigger: say what set it off, or record the fact what_changed.',
    isThere: (subject) => said(subject.narrative.trigger) || fact('what_changed')(subject),
  },
  {
    ...{ where: 'narrative.contributing_factors', levels: WANTED },
    text: 'No contributing factors and no whys: say what let the cause do harm.',
    isThere: (subject) => list('contributing_factors')(subject) || list('five_whys')(subject),
  },
  {
    ...{ where: 'narrative.detected_earlier', levels: NICE },
    text: 'Nobody said whether it could have been detected earlier.',
    isThere: ({ narrative }) => said(narrative.detected_earlier),
  },
  {
    ...{ where: 'narrative.went_well', levels: NICE },
    text: 'Nothing is said of what went well, what went wrong, or where we got lucky.',
    isThere: (subject) =>
      list('went_well')(subject) && list('went_wrong')(subject) && list('got_lucky')(subject),
  },
];

/** Without a severity nobody has said that it is serious. */
const levelOf = ({ incident }: Subject): Level => incident.severity?.level ?? 'P3';

export function sectionFindings(subject: Subject): LintFinding[] {
  return NEEDED.filter(({ isThere }) => !isThere(subject)).map(({ where, levels: by, text }) => ({
    level: by[levelOf(subject)],
    where,
    text,
  }));
}

export function timeFindings(subject: Subject): LintFinding[] {
  const { incident, view } = subject;
  const impossible = view.intervals.filter(({ problem }) => problem === 'impossible');
  const missing = [...new Set(view.intervals.flatMap((interval) => interval.missing))];
  const future = incident.told.filter(({ at }) => Date.parse(at) > Date.parse(view.now)).length;
  return [
    ...impossible.map(({ name, from, to }): LintFinding => {
      const text = `The times are impossible: ${roleWords(to)} is before ${roleWords(from)}. Record the right one again.`;
      return { level: 'error', where: `intervals.${name}`, text };
    }),
    ...contradictionsOf(incident).map(({ earlier, later }): LintFinding => {
      const text = `The times contradict each other: ${roleWords(later)} is before ${roleWords(earlier)}. Record the right one again.`;
      return { level: 'warning', where: `order.${earlier}_${later}`, text };
    }),
    ...missing.map((anchor): LintFinding => {
      const text = `Nobody recorded when ${WHEN[anchor]}: ask the ${roleWords(ASK[anchor])}.`;
      return { level: WANTED[levelOf(subject)], where: `times.${anchor}`, text };
    }),
    ...(future === 0
      ? []
      : [
          {
            level: 'warning' as const,
            where: 'timeline',
            text: `${future} event(s) are said to have happened in the future: check their times.`,
          },
        ]),
  ];
}

const WHEN: Record<keyof typeof ASK, string> = {
  started: 'the harm began',
  detected: 'it was detected',
  acknowledged: 'somebody took it',
  mitigated: 'it was mitigated',
  impact_ended: 'the harm ended',
  resolved: 'it was resolved',
};

/** These repeat the times that are told one by one above. */
const TIMES = ['course', 'intervals'];

export function unknownFindings({ incident, narrative, view }: Subject): LintFinding[] {
  return sectionsOf(incident, narrative, view)
    .filter(({ id }) => !TIMES.includes(id))
    .flatMap(({ id, title, items, table }): LintFinding[] => {
      const cells = table?.rows.flatMap((row) => row.cells).filter((cell) => cell.startsWith('UNKNOWN'));
      const count = items.filter((item) => item.source === 'unknown').length + (cells?.length ?? 0);
      const text = `${title}: ${count} UNKNOWN left. Ask the role that is named there.`;
      return count === 0 ? [] : [{ level: 'warning', where: id, text }];
    });
}
