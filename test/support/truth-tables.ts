import type { DocumentView } from '../../src/core/documents/view.ts';
import type { Incident } from '../../src/core/incident.ts';
import { pulseOf } from '../../src/core/pulse.ts';
import { PHASES, TASKS } from '../../src/core/tasks.ts';
import { wordsOf } from './truth-facts.ts';

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const anyOf = (patterns: readonly string[]) => new RegExp(patterns.join('|'), 'gm');

/** Which task ticks which box of hotfix.md. Source: domain page, section 4.1. */
const BOXES: Record<string, string[]> = {
  T001: ['Severity set from facts'],
  T005: ['Cause written down'],
  T008: ['Checks passed on the commit'],
  T009: ['A second person looked at the change'],
  T010: ['Rollback planned', 'Rollback planned before the deploy'],
  T011: ['Verified in staging'],
  T012: ['Fix deployed to production'],
  T013: ['Verified in production with evidence'],
  T018: ['Regression test proven', 'Regression test proven after the deploy'],
  T022: ['Postmortem written'],
  T025: ['Documentation updated'],
  T026: ['Stable for 48 hours'],
};

/** Numbers that belong to the template and say nothing about an incident, each with its reason. */
export const FIXED: { reason: string; pattern: RegExp }[] = [
  {
    reason: 'the 28 tasks, each with its own id',
    pattern: anyOf(TASKS.map(({ id, title }) => `- \\[[ x]\\] \\*\\*${id}\\*\\* (?:~~)?${literal(title)}`)),
  },
  {
    reason: 'boxes of hotfix.md with the task that ticks them',
    pattern: anyOf(
      Object.entries(BOXES).flatMap(([id, words]) => words.map((text) => literal(`${text} (${id})`))),
    ),
  },
  {
    reason: 'the choice of levels in the header of hotfix.md',
    pattern:
      /\[[ X]\] P0 \(service down\) \| \[[ X]\] P1 \(key feature broken\) \| \[[ X]\] P2 \(workaround exists\) \| \[[ X]\] P3 \(minor\)/g,
  },
  {
    reason: 'the six phases',
    pattern: anyOf(PHASES.map(({ number, title }) => `^## Phase ${number}: ${literal(title)}$`)),
  },
  { reason: 'windows in the titles of phases', pattern: /\((?:24-48 Hours|Within 48 Hours)\)$/gm },
  { reason: 'names of phase markers', pattern: /<!-- pulse:(?:begin|end) phase-[1-6] -->/g },
  {
    reason: 'the 48 hours within which a postmortem is written',
    pattern: /^## Post-Mortem \(Complete within 48 hours\)$/gm,
  },
  {
    reason: 'the stability window of seed 004',
    pattern: /(?:Stable|stable|Confirm) (?:for )?48 hours(?: of stability)?/g,
  },
  {
    reason: 'windows in the titles and steps of tasks',
    pattern: /\((?:first 2 hours|24 hours|2 hours after the deploy)\)|Within 48 hours; link it or note it/g,
  },
  { reason: 'who is told, in a step of T002', pattern: /For P0 and P1 tell management too/g },
  { reason: 'over 1 % errors in the definition of P1', pattern: /\(login, payment, over 1 % errors\)/g },
  {
    reason: 'the header of seed 004: a postmortem is due within 48 hours, the due time stands beside it',
    pattern: /\(due within 48 hours: /g,
  },
  { reason: 'seed 002: when stakeholders are told', pattern: /\(asked for at P0 and P1\)/g },
  {
    reason: 'numbering of the Five Whys, at most as many as a narrative may have',
    pattern: /\*\*Why (?:[1-9]|[12]\d|30)\*\*: /g,
  },
];

type Numbers = (incident: Incident, view: DocumentView) => (number | string)[];

/** Counts and marks: the groups of the pattern, and what they must be. */
export const COUNTED: { reason: string; pattern: RegExp; numbers: Numbers }[] = [
  {
    reason: 'how many events the document was made from',
    pattern: /_Made from (\d+) recorded events?;/g,
    numbers: ({ recorded }) => [recorded.length],
  },
  {
    reason: 'the pulse meter in words',
    pattern: /\((\d) of (\d): [a-z ,]+\)/g,
    numbers: (incident) => [pulseOf(incident).dots, 5],
  },
  {
    reason: 'tasks by state',
    pattern: /\*\*tasks\*\*: (\d+) done, (\d+) skipped, (\d+) open/g,
    numbers: (_incident, { tasks }) =>
      ['done', 'skipped', 'open'].map((state) => tasks.filter((task) => task.state === state).length),
  },
  {
    reason: 'the resolution target of the level, from the severity matrix',
    pattern: / target: under (\d+ (?:minute|hour|day)s?)\)/g,
    numbers: (_incident, { row }) => [wordsOf((row?.resolve_within_min ?? 0) * 60_000)],
  },
  {
    reason: 'the level in force',
    pattern: /\bP(\d)\b/g,
    numbers: ({ severity }) => (severity ? [Number(severity.level.slice(1))] : []),
  },
  {
    reason: 'when the next update is due, counted from this one',
    pattern: /Next update in (\d+) minutes\. That is at (\d{4}-\d{2}-\d{2} \d{2}:\d{2}) UTC\./g,
    numbers: (_incident, { row, now }) => {
      const minutes = row?.update_every_min ?? 0;
      return [minutes, minuteOf(Date.parse(now) + minutes * 60_000)];
    },
  },
  {
    reason: 'by when the postmortem follows the resolution',
    pattern: /Postmortem to follow within (\d+) hours\. That is by (\d{4}-\d{2}-\d{2} \d{2}:\d{2}) UTC\./g,
    numbers: ({ recorded }, { row }) => {
      const hours = row?.postmortem_within_h ?? 0;
      const resolved = recorded.filter(({ kind }) => kind === 'resolved').at(-1);
      return [hours, minuteOf(Date.parse(resolved?.at ?? '') + hours * 3_600_000)];
    },
  },
  {
    reason: 'fixes that were begun',
    pattern: /\*\*Attempts at a fix\*\*: (\d+)/g,
    numbers: ({ recorded }) => {
      const undone = recorded.filter((e) => e.kind === 'rolled_back' && e.data.target === 'hotfix');
      const since = undone.at(-1)?.id ?? '';
      const work = ['hotfix_started', 'fix_committed', 'deployed'];
      return [undone.length + (recorded.some((e) => work.includes(e.kind) && e.id > since) ? 1 : 0)];
    },
  },
  {
    reason: 'the attempt',
    pattern: /\*\*Attempt\*\*: (\d+)/g,
    numbers: ({ attempt }) => [attempt],
  },
];

/** `2026-11-20 14:05`; empty for no time. */
function minuteOf(ms: number): string {
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
