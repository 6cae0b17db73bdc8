import type { Tool } from './tool.ts';

/** Every operation of `index.ts` under its name, read on its first use: one call needs one of them. */
export const LATER: Readonly<Record<string, () => Promise<{ default: Tool }>>> = {
  backport_hotfix: () => import('./backport-hotfix.ts'),
  check_hotfix: () => import('./check-hotfix.ts'),
  classify_severity: () => import('./classify-severity.ts'),
  close_incident: () => import('./close-incident.ts'),
  create_followup_issues: () => import('./create-followup-issues.ts'),
  create_hotfix_task: () => import('./create-hotfix-task.ts'),
  deploy_hotfix: () => import('./deploy-hotfix.ts'),
  draft_update: () => import('./draft-update.ts'),
  find_suspect_changes: () => import('./find-suspect-changes.ts'),
  get_incident: () => import('./get-incident.ts'),
  list_incidents: () => import('./list-incidents.ts'),
  plan_mitigation: () => import('./plan-mitigation.ts'),
  post_update: () => import('./post-update.ts'),
  prove_regression: () => import('./prove-regression.ts'),
  record_timeline_event: () => import('./record-timeline-event.ts'),
  review_incidents: () => import('./review-incidents.ts'),
  rollback_change: () => import('./rollback-change.ts'),
  start_hotfix: () => import('./start-hotfix.ts'),
  update_task: () => import('./update-task.ts'),
  write_postmortem: () => import('./write-postmortem.ts'),
};
