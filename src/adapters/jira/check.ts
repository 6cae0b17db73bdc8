import * as z from 'zod/v4';
import { sameName } from '../../core/outward/jira-issue.ts';
import { oneLine } from '../../core/untrusted.ts';
import type { ServiceCheck } from '../../ports-outward.ts';
import { cannotAsk } from '../http.ts';
import { readFrom, statusOf } from '../http-read.ts';
import { Account, JIRA, type JiraSite } from './api.ts';
import { issueTypeOf, type JiraSettings } from './surface.ts';

const Project = z.object({ id: z.string(), projectTypeKey: z.string().nullish() });
const Types = z.object({
  issueTypes: z.array(z.object({ name: z.string(), subtask: z.boolean().nullish() })).default([]),
  total: z.number().nullish(),
});
const PAGE = 100;
const PAGES = 10;

type Line = Omit<ServiceCheck, 'id'>;
const ok = (seen: string): Line => ({ state: 'ok', seen, todo: '' });
const warn = (seen: string, todo: string): Line => ({ state: 'warn', seen, todo });
const fail = (seen: string, todo: string): Line => ({ state: 'fail', seen, todo });

/** Account, project, issue type with the right to make one, and who can read it. */
export async function checkJira(
  site: JiraSite,
  settings: JiraSettings,
  visibility: () => Promise<'private' | 'public' | 'unknown'>,
): Promise<ServiceCheck[]> {
  const account = await accountLine(site);
  if (account.state === 'fail') return [{ id: 'jira_account', ...account }];
  const project = await projectLine(site, settings);
  if (project.state === 'fail') {
    return [
      { id: 'jira_account', ...account },
      { id: 'jira_project', ...project },
    ];
  }
  return [
    { id: 'jira_account', ...account },
    { id: 'jira_project', ...project },
    { id: 'jira_issue_type', ...(await typeLine(site, settings)) },
    { id: 'jira_readers', ...READERS[await visibility()](settings.project) },
  ];
}

async function accountLine({ http }: JiraSite): Promise<Line> {
  const read = await readFrom(http, '/rest/api/3/myself', Account);
  if (read.state === 'read')
    return ok(`the token belongs to ${oneLine(read.value.displayName ?? 'an account', 80)}`);
  const isToken = statusOf(read.result) === 401 || statusOf(read.result) === 403;
  return fail(
    cannotAsk(JIRA, read.result).message,
    isToken
      ? 'make a token at id.atlassian.com and set JIRA_EMAIL to its account'
      : 'see whether JIRA_BASE_URL is the address of the site, https://<site>.atlassian.net',
  );
}

async function projectLine({ http }: JiraSite, { project }: JiraSettings): Promise<Line> {
  const read = await readFrom(http, `/rest/api/3/project/${project}`, Project);
  if (read.state === 'failed') {
    return statusOf(read.result) === 404
      ? fail(
          `the account sees no project ${project}`,
          'name its key in jira.project, or let the account browse it',
        )
      : fail(cannotAsk(JIRA, read.result).message, 'try again in a moment');
  }
  return read.value.projectTypeKey === 'service_desk'
    ? warn(
        `project ${project} is a service desk: its customers may read summary and description`,
        'better name a software project in jira.project',
      )
    : ok(`project ${project} is there`);
}

/** Jira lists only the types that the account may create. */
async function typeLine({ http }: JiraSite, settings: JiraSettings): Promise<Line> {
  const { project } = settings;
  const wanted = issueTypeOf(settings);
  let startAt = 0;
  for (let page = 0; page < PAGES; page++) {
    const path = `/rest/api/3/issue/createmeta/${project}/issuetypes?startAt=${startAt}&maxResults=${PAGE}`;
    const read = await readFrom(http, path, Types);
    if (read.state === 'failed') return fail(cannotAsk(JIRA, read.result).message, 'try again in a moment');
    const { issueTypes, total } = read.value;
    if (issueTypes.some(({ name, subtask }) => subtask !== true && sameName(name, wanted)))
      return ok(`the account may create issues of type ${wanted}`);
    startAt += issueTypes.length;
    if (issueTypes.length === 0 || startAt >= (total ?? 0)) break;
  }
  return fail(
    `the account may create no ${wanted} in ${project}`,
    'name another type in jira.issue_type, or give the account the permission Create issues',
  );
}

const READERS: Record<'private' | 'public' | 'unknown', (project: string) => Line> = {
  private: (project) => ok(`nobody reads ${project} without an account`),
  public: (project) =>
    warn(
      `everybody can read ${project}: security incidents are not shown there`,
      'take Browse projects from Public where that is not meant',
    ),
  unknown: (project) =>
    warn(`who can read ${project} cannot be told now: security incidents are not shown there`, 'try again'),
};
