import type { Incident } from './incident.ts';
import { SEVERITY_FACTS } from './kinds.ts';
import { TICK_RULES } from './task-rules.ts';

export interface TaskSpec {
  id: string;
  phase: number;
  title: string;
  /** What a person does, in a line each. */
  steps: readonly string[];
  /** Text of the skip that a confirmed P0 gets by itself. */
  p0Skip?: string;
}

export interface TaskState extends TaskSpec {
  state: 'open' | 'done' | 'skipped';
  /** The event that ticked or skipped it; null when open or skipped by rule. */
  event: string | null;
  at: string | null;
  /** Why it was skipped, or who says it is done. */
  note: string | null;
}

/** Source: seed 004's six phases. */
export const PHASES = [
  { number: 1, title: 'Immediate Response (URGENT)' },
  { number: 2, title: 'Fix Implementation (FAST BUT SAFE)' },
  { number: 3, title: 'Deployment (URGENT)' },
  { number: 4, title: 'Monitoring (24-48 Hours)' },
  { number: 5, title: 'Post-Incident (Within 48 Hours)' },
  { number: 6, title: 'Resolution' },
] as const;

const task = (
  id: string,
  phase: number,
  title: string,
  steps: readonly string[],
  p0Skip?: string,
): TaskSpec => ({
  ...{ id, phase, title, steps },
  ...(p0Skip === undefined ? {} : { p0Skip }),
});

/** The 28 tasks of seed 004; the sentences are ours, the ids and phases are its own. */
export const TASKS: readonly TaskSpec[] = [
  task('T001', 1, 'Assess severity and impact', [
    'State what is known: service down or degraded, share of users, critical flow, data at risk',
  ]),
  task('T002', 1, 'Name the incident commander and alert stakeholders', [
    'Assign incident_commander and have them acknowledge',
    'For P0 and P1 tell management too; open the incident channel',
  ]),
  task('T003', 1, 'Reproduce the problem', ['Record the exact steps and the error as the fact "reproduced"']),
  task('T004', 1, 'Investigate the cause', [
    'What changed: deploys, configuration, flags, dependencies',
    'Errors in the logs, graphs on the dashboards',
  ]),
  task('T005', 1, 'Write down the cause', [
    'Which file, code or setting, as evidence',
    'Why it fails and why no test caught it',
  ]),
  task('T006', 2, 'Choose the strategy', [
    'Rollback, feature flag, configuration change, or a small code fix',
  ]),
  task('T007', 2, 'Make the fix', ['Smallest change that ends the harm; nothing unrelated']),
  task('T008', 2, 'Run the checks on that commit', ['Problem gone, nothing else broken']),
  task(
    'T009',
    2,
    'Get a second pair of eyes',
    ['Five minutes: does it fix this without breaking that?'],
    'confirmed P0',
  ),
  task('T010', 3, 'Plan the rollback', ['Commands, trigger and verification ready before the deploy']),
  task('T011', 3, 'Verify in staging', ['Ten minutes at most'], 'confirmed P0'),
  task('T012', 3, 'Deploy to production', ['Watch the logs; be ready to roll back']),
  task('T013', 3, 'Verify in production', [
    'Error rate, the broken flow itself, reports of users; keep the evidence',
  ]),
  task('T014', 3, 'Tell people: deployed, monitoring', ['Post the update after the deploy']),
  task('T015', 4, 'Active watch (first 2 hours)', [
    'Record the fact "observation" two hours after the deploy',
  ]),
  task('T016', 4, 'Extended watch (24 hours)', ['Record the fact "observation" a day after the deploy']),
  task('T017', 4, 'Decide: keep or roll back (2 hours after the deploy)', ['Record the fact "decision"']),
  task('T018', 5, 'Prove the regression test', ['It fails on the old code and passes with the fix']),
  task('T019', 5, 'Run the full test suite', ['Record the fact "full_suite", or a full check run']),
  task('T020', 5, 'Complete hotfix.md', ['Final impact, commit, verification']),
  task('T021', 5, 'Schedule the postmortem meeting', ['Within 48 hours; link it or note it']),
  task('T022', 5, 'Write the postmortem', ['Timeline, causes, lessons, action items']),
  task('T023', 5, 'Turn every lesson into an action item', ['Tests, monitoring, code, process']),
  task('T024', 5, 'Tell the public, if it concerns them', ['Post the public update, or skip with a reason']),
  task('T025', 5, 'Update the documentation', ['Runbook, architecture, API; link what changed']),
  task('T026', 6, 'Confirm 48 hours of stability', [
    'No recurrence; record stability_confirmed with evidence',
  ]),
  task('T027', 6, 'Close the incident', ['close_incident checks what is missing']),
  task('T028', 6, 'Check the action items', ['Every one has an owner and a due date']),
];

/** The state of all tasks. Of a skip and a tick by word the later stands; a fact always wins over both. */
export function tasksOf(incident: Incident): TaskState[] {
  const confirmedP0 =
    incident.severity?.level === 'P0' && incident.severity.confirmed && hasStatedFact(incident);
  return TASKS.map((spec): TaskState => {
    const ticked = TICK_RULES[spec.id]?.(incident) ?? null;
    if (ticked) return { ...spec, state: 'done', event: ticked.id, at: ticked.at, note: null };
    const done = current(incident, spec, incident.doneTasks.get(spec.id));
    const skipped = current(incident, spec, incident.skippedTasks.get(spec.id));
    if (done && !(skipped && skipped.id > done.id)) {
      return { ...spec, state: 'done', event: done.id, at: done.at, note: `stated by ${done.by.name}` };
    }
    if (skipped && skipped.kind === 'task_skipped') {
      return { ...spec, state: 'skipped', event: skipped.id, at: skipped.at, note: skipped.data.reason };
    }
    if (spec.p0Skip !== undefined && confirmedP0) {
      return { ...spec, state: 'skipped', event: null, at: null, note: spec.p0Skip };
    }
    return { ...spec, state: 'open', event: null, at: null, note: null };
  });
}

/** What P0 relaxes needs a fact that somebody stated, not only a level. Source: domain page, section 2. */
function hasStatedFact(incident: Incident): boolean {
  return [...incident.facts.values()].some(
    (fact) => fact.live && fact.value.trim().toLowerCase() !== 'unknown' && speaksOfHarm(fact.name),
  );
}

/** Where it happens says nothing about how bad it is. */
function speaksOfHarm(name: string): boolean {
  return name !== 'environment' && SEVERITY_FACTS.some((fact) => fact === name);
}

/** Ticks and skips of T004 to T013 belong to an attempt; those of an earlier one stay in the log only. */
function current<E extends { id: string }>(
  incident: Incident,
  spec: TaskSpec,
  event: E | undefined,
): E | null {
  if (!event) return null;
  const perAttempt = spec.id >= 'T004' && spec.id <= 'T013';
  return perAttempt && event.id <= incident.attemptSince ? null : event;
}

/** The first open task, in order: what to do next. */
export function nextTask(tasks: readonly TaskState[]): TaskState | null {
  return tasks.find((item) => item.state === 'open') ?? null;
}
