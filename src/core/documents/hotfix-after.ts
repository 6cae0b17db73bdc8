import { codeChanged, type Incident, lastOf, standingDeploy } from '../incident.ts';
import { mdInline } from '../untrusted.ts';
import { toldOf, utc } from './describe.ts';
import { eventBullets } from './hotfix-repair.ts';
import { box, field, stack, table, told, UNKNOWN } from './md.ts';
import type { DocumentView } from './view.ts';

/** The sections of hotfix.md about the deploy and what follows it. */

function isDone(view: DocumentView, task: string): boolean {
  return view.tasks.some((state) => state.id === task && state.state === 'done');
}

/** A box that a task ticks; a skipped one stays open and says why. */
function taskBox(view: DocumentView, task: string, text: string): string {
  const state = view.tasks.find((candidate) => candidate.id === task);
  const skipped = state?.state === 'skipped' ? ` - skipped: ${told(state.note)}` : '';
  return box(state?.state === 'done', `${text} (${task})${skipped}`);
}

export function deploySection(incident: Incident, view: DocumentView): string {
  return stack(
    '## Deployment Log',
    '### Pre-Deployment Checks',
    [
      taskBox(view, 'T008', 'Checks passed on the commit'),
      taskBox(view, 'T009', 'A second person looked at the change'),
      taskBox(view, 'T010', 'Rollback planned'),
      taskBox(view, 'T011', 'Verified in staging'),
    ],
    '### Checks',
    eventBullets(
      toldOf(incident, 'checks_run', 'regression_proven', 'approval_given').filter(
        // A yes to follow-up issues is no yes to a deploy.
        (event) => event.kind !== 'approval_given' || event.data.about === undefined,
      ),
    ),
    '### Deployment Steps Taken',
    eventBullets(
      toldOf(incident, 'hotfix_started', 'fix_committed', 'deployed', 'rolled_back', 'backported'),
    ),
    '### Post-Deployment Monitoring',
    eventBullets([
      ...toldOf(incident, 'deploy_verified', 'stability_confirmed'),
      ...toldOf(incident, 'fact_recorded').filter(
        (event) => event.kind === 'fact_recorded' && ['observation', 'decision'].includes(event.data.name),
      ),
    ]),
  );
}

export function bypassSection(incident: Incident, view: DocumentView): string {
  const deployed = standingDeploy(incident) !== null;
  const debts = incident.debts;
  const standing = new Map(view.debts.map((debt) => [debt.event, debt]));
  return stack(
    '## Constitution Bypass Justification',
    '### Normal Process Skipped',
    [
      box(codeChanged(incident), 'Specification and planning before the change'),
      box(deployed && !isDone(view, 'T009'), 'Review before the deploy (none recorded)'),
      box(deployed && !isDone(view, 'T011'), 'Verification in staging (none recorded)'),
      box(
        codeChanged(incident) && !isDone(view, 'T018'),
        'Regression test together with the change (none proven)',
      ),
    ],
    '### Justification',
    debts.length === 0
      ? '- No gate was overridden'
      : table(
          ['Gate', 'Skipped', 'Why', 'By', 'Until', 'State'],
          debts.map((debt) => [
            told(debt.gate),
            told(debt.missing.map((id) => id.replaceAll('_', ' ')).join(', ')),
            told(debt.reason),
            told(debt.by),
            told(debt.until),
            standing.has(debt.event) ? 'open' : 'paid',
          ]),
        ),
    '### Post-Fix Compliance',
    [
      taskBox(view, 'T018', 'Regression test proven'),
      taskBox(view, 'T022', 'Postmortem written'),
      taskBox(view, 'T025', 'Documentation updated'),
      box(debts.length > 0 && view.debts.length === 0, 'Every debt paid'),
    ],
  );
}

export function postmortemSection(incident: Incident, view: DocumentView): string {
  const clock = view.clocks.find((candidate) => candidate.name === 'postmortem');
  const wanted = view.row === null || view.row.postmortem_within_h !== null;
  const written = lastOf(incident, 'postmortem_written');
  return stack('## Post-Mortem (Complete within 48 hours)', [
    field(
      'Document',
      written ? 'post-mortem.md in this folder' : wanted ? 'not written yet' : 'optional for this severity',
    ),
    field('Due', clock ? utc(clock.due) : wanted ? 'counts from resolved' : 'none'),
    field('Written', written ? utc(written.at) : 'not yet'),
    field('Meeting', meetingOf(incident)),
  ]);
}

export function relatedSection(incident: Incident): string {
  const actions = [...incident.actions.values()];
  const links = toldOf(incident, 'linked');
  return stack(
    '## Related Work',
    '### Prevention Tasks',
    actions.length === 0
      ? `- ${UNKNOWN}`
      : actions.map(({ id, text, owner, due, type, state }) => {
          const details = `owner ${told(owner)}, due ${told(due)}, type ${told(type)}${state === 'dropped' ? ', dropped' : ''}`;
          return box(state === 'done', `**${mdInline(id)}** ${told(text)} (${details})`);
        }),
    '### Related Features/Bugs',
    incident.duplicateOf === null ? '' : field('Duplicate of', incident.duplicateOf),
    eventBullets(links),
  );
}

/** Nine boxes, every one ticked by a fact. */
export function checklistSection(view: DocumentView): string {
  return stack('## Verification Checklist', [
    taskBox(view, 'T001', 'Severity set from facts'),
    taskBox(view, 'T005', 'Cause written down'),
    taskBox(view, 'T008', 'Checks passed on the commit'),
    taskBox(view, 'T010', 'Rollback planned before the deploy'),
    taskBox(view, 'T012', 'Fix deployed to production'),
    taskBox(view, 'T013', 'Verified in production with evidence'),
    taskBox(view, 'T018', 'Regression test proven after the deploy'),
    taskBox(view, 'T022', 'Postmortem written'),
    taskBox(view, 'T026', 'Stable for 48 hours'),
  ]);
}

/** A link says more than the name of a calendar file. */
function meetingOf(incident: Incident): string | undefined {
  const meetings = incident.recorded.filter(
    (event) => event.kind === 'linked' && event.data.type === 'meeting',
  );
  const evidence = meetings.flatMap((event) => event.evidence).reverse();
  return evidence.find((item) => /^https?:/.test(item)) ?? evidence[0];
}
