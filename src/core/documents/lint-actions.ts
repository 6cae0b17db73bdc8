import type { ActionItem, Incident } from '../incident.ts';
import type { LintFinding } from './lint.ts';

/** What a follow-up needs so that it gets done. `tracker`: whether the team's tracker is configured. */
export function actionFindings({ actions }: Incident, tracker: boolean): LintFinding[] {
  return [...actions.values()]
    .filter(({ state }) => state === 'open')
    .flatMap((action) => missing(action, tracker));
}

function missing({ id, owner, due, type, issue }: ActionItem, tracker: boolean): LintFinding[] {
  const where = `actions.${id}`;
  const checks: [string | undefined, LintFinding['level'], string][] = [
    [owner, 'error', 'This action item has no owner (action_changed).'],
    [due, 'error', 'This action item has no due date (action_changed).'],
    [type, 'warning', 'This action item has no type: prevent, detect, mitigate or process.'],
    [
      issue,
      tracker ? 'warning' : 'note',
      tracker
        ? 'This action item has no link to the tracker (create_followup_issues).'
        : 'This action item has no link to a tracker; none is configured.',
    ],
  ];
  return checks.flatMap(([value, level, text]) =>
    value === undefined || value.trim() === '' ? [{ level, where, text }] : [],
  );
}
