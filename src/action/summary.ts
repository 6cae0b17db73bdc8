import type { Why } from './decide.ts';
import type { Trigger } from './facts.ts';
import type { Inputs } from './inputs.ts';
import type { Outcome } from './run.ts';
import type { Texts } from './text.ts';

/** Why nothing was done, for people. */
const WHY: Readonly<Record<Why, string>> = {
  not_completed: 'The run is not finished.',
  other_branch: 'The run is not on the default branch.',
  other_repository: 'The run is of a fork.',
  other_event: 'The run was started by something else than a push, a schedule, a person or a merge queue.',
  not_telling: 'The run was cancelled, skipped or the like: it says nothing about the code.',
  repeated: 'A later attempt of the run is finished; that one counts.',
  newer_success: 'A newer run has succeeded already.',
  newer_failure: 'A newer run has failed already, so CI is not green again.',
  below_threshold: 'There are fewer failures in a row than open an issue.',
  told_already: 'The issue tells this failure already.',
  nothing_open: 'CI is green, and no issue of ours is open.',
  recovered_already: 'The issue says already that CI is green again.',
};

const DONE: Readonly<Record<Outcome['action'], string>> = {
  none: 'Nothing to do',
  opened: 'Opened an issue',
  commented: 'Commented on the issue',
  recovered: 'Marked the recovery',
};

/** One line for the log; nothing of the event is in it. */
export function lineOf({ action, why, issue, streak }: Outcome): string {
  const what = issue ? `${DONE[action]} (${issue.number})` : DONE[action];
  return `${what}. ${why === null ? '' : `${WHY[why]} `}Failures in a row: ${streak}.`;
}

/** Markdown for the page of the run: what was decided, and why. */
export function summaryOf(outcome: Outcome, trigger: Trigger, inputs: Inputs, texts: Texts): string {
  const { action, why, issue, streak, warnings } = outcome;
  const { run } = trigger;
  return [
    `### Hotfix Pulse: ${DONE[action]}`,
    '',
    ...(why === null ? [] : [WHY[why], '']),
    `- Workflow ${texts.code(trigger.workflowName)}, run ${run.number}, attempt ${run.attempt}: ${texts.code(run.conclusion)}`,
    `- Branch ${texts.code(run.branch)}, started by ${texts.code(run.event)}`,
    `- Failures in a row: ${streak} (an issue opens at ${inputs.threshold})`,
    ...(issue ? [`- Issue: [${issue.number}](${issue.url})`] : []),
    ...warnings.map((warning) => `- ⚠️ ${warning}`),
    '',
  ].join('\n');
}
