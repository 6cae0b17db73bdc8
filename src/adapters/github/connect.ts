import type { Connect } from '../connection.ts';
import { checkGitHub } from './check.ts';
import { createGitHub } from './client.ts';
import { createIncidentIssue } from './incident-issue.ts';
import { createMarks } from './marks.ts';
import { createPulls } from './pulls.ts';
import { createRelated } from './related.ts';
import { targetOf } from './target.ts';
import { tokenFor } from './token.ts';
import { createTracker } from './tracker.ts';

/** GitHub as the settings and the environment name it. Asks git and gh, and makes no request. */
export const connectGitHub: Connect = async ({ root, settings, env }) => {
  const target = await targetOf(root, settings.github?.repo, env);
  const github = createGitHub(target, await tokenFor(target.host, env));
  return {
    surfaces: [createIncidentIssue(github, settings.github?.labels ?? [])],
    tracker: createTracker(github),
    pulls: createPulls(github),
    marks: createMarks(github),
    related: createRelated(github),
    check: () => checkGitHub(github),
  };
};
