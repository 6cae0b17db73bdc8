import backportHotfix from './backport-hotfix.ts';
import checkHotfix from './check-hotfix.ts';
import classifySeverity from './classify-severity.ts';
import closeIncident from './close-incident.ts';
import createFollowupIssues from './create-followup-issues.ts';
import createHotfixTask from './create-hotfix-task.ts';
import deployHotfix from './deploy-hotfix.ts';
import draftUpdate from './draft-update.ts';
import findSuspectChanges from './find-suspect-changes.ts';
import getIncident from './get-incident.ts';
import listIncidents from './list-incidents.ts';
import planMitigation from './plan-mitigation.ts';
import postUpdate from './post-update.ts';
import proveRegression from './prove-regression.ts';
import recordTimelineEvent from './record-timeline-event.ts';
import reviewIncidents from './review-incidents.ts';
import rollbackChange from './rollback-change.ts';
import startHotfix from './start-hotfix.ts';
import type { Tool } from './tool.ts';
import updateTask from './update-task.ts';
import writePostmortem from './write-postmortem.ts';

/** Every operation, in the order an incident uses them. At most 20. */
export const TOOLS: readonly Tool[] = [
  classifySeverity,
  createHotfixTask,
  findSuspectChanges,
  planMitigation,
  startHotfix,
  checkHotfix,
  proveRegression,
  deployHotfix,
  backportHotfix,
  rollbackChange,
  getIncident,
  listIncidents,
  recordTimelineEvent,
  draftUpdate,
  postUpdate,
  updateTask,
  writePostmortem,
  createFollowupIssues,
  closeIncident,
  reviewIncidents,
];
