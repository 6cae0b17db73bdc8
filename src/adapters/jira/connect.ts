import type { Connect } from '../connection.ts';
import { baseAddress } from '../http.ts';
import { valuesOf } from '../needed.ts';
import { jiraSite } from './api.ts';
import { checkJira } from './check.ts';
import { jiraSurface } from './surface.ts';

/** Jira Cloud as the settings and the environment name it. Makes no request. */
export const connectJira: Connect = async ({ settings: { jira: own }, env }) => {
  if (own === undefined) return { check: async () => [] };
  const value = valuesOf('jira', env);
  const base = baseAddress('JIRA_BASE_URL', value('JIRA_BASE_URL'));
  const site = jiraSite(base, value('JIRA_EMAIL'), value('JIRA_API_TOKEN'));
  const surface = jiraSurface(site, own);
  return { surfaces: [surface], check: () => checkJira(site, own, surface.visibility) };
};
