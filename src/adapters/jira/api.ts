import * as z from 'zod/v4';
import { createHttp, type Http, type HttpResult } from '../http.ts';
import { type Read, readAs, readFrom, readValue, statusOf } from '../http-read.ts';

export const JIRA = 'Jira';

const Person = z.object({ accountId: z.string() });
export const Account = z.object({ accountId: z.string(), displayName: z.string().optional() });
const Hits = z.object({
  issues: z.array(z.object({ id: z.string(), key: z.string() })).default([]),
  nextPageToken: z.string().nullish(),
  isLast: z.boolean().nullish(),
});
const Issue = z.object({
  id: z.string(),
  key: z.string(),
  fields: z.object({
    summary: z.string().nullish(),
    description: z.unknown().optional(),
    labels: z.array(z.string()).nullish(),
    status: z.object({ name: z.string() }).nullish(),
    creator: Person.nullish(),
  }),
  properties: z.record(z.string(), z.unknown()).nullish(),
});
export type JiraIssue = z.infer<typeof Issue>;
export const Transitions = z.object({
  transitions: z.array(z.object({ id: z.string(), to: z.object({ name: z.string() }).nullish() })),
});
export const Links = z.array(
  z.object({
    globalId: z.string().nullish(),
    object: z.object({ url: z.string().nullish(), title: z.string().nullish() }).nullish(),
  }),
);
const Comments = z.object({
  comments: z.array(
    z.object({ id: z.string(), author: Person.partial().nullish(), body: z.unknown().optional() }),
  ),
  total: z.number(),
});
type JiraComment = z.infer<typeof Comments>['comments'][number];

/** `OPS-7`: what may stand in an address. */
export const KEY = /^[A-Z][A-Z0-9_]{0,20}-\d{1,12}$/;
export const Made = z.object({ id: z.string(), key: z.string() });
const PAGES = 20;
const COMMENTS = 100;

export interface JiraSite {
  /** `https://acme.atlassian.net` */
  base: string;
  http: Http;
  /** Without any account. */
  anonymous: Http;
  /** Id of the account of the token. @throws PulseError upstream */
  me(): Promise<string>;
  /** Every issue with the label that this account made, oldest first. @throws PulseError upstream */
  labelled(label: string): Promise<{ id: string; key: string }[]>;
  issue(key: string, fields: readonly string[], property: string): Promise<Read<JiraIssue>>;
  /** The newest comment that fits; null when there is none, or no issue. @throws PulseError upstream */
  comment(key: string, fits: (comment: JiraComment) => boolean): Promise<JiraComment | null>;
}

export function jiraSite(base: string, email: string, token: string): JiraSite {
  const authorization = `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`;
  const http = createHttp(base, { authorization });
  let account: string | null = null;
  return {
    ...{ base, http, anonymous: createHttp(base, {}) },
    async me() {
      account ??= readValue(JIRA, await readFrom(http, '/rest/api/3/myself', Person)).accountId;
      return account;
    },
    async labelled(label) {
      // The creator never changes; a reporter can be set to anybody.
      const jql = `labels = "${label}" AND creator = currentUser() ORDER BY created ASC`;
      const hits: { id: string; key: string }[] = [];
      let nextPageToken: string | undefined;
      for (let page = 0; page < PAGES; page++) {
        const asked = {
          jql,
          fields: ['labels'],
          maxResults: 50,
          ...(nextPageToken ? { nextPageToken } : {}),
        };
        const found = readValue(JIRA, readAs(await http.send('POST', '/rest/api/3/search/jql', asked), Hits));
        hits.push(...found.issues);
        if (found.isLast === true || !found.nextPageToken) break;
        nextPageToken = found.nextPageToken;
      }
      return hits.sort((a, b) => Number(a.id) - Number(b.id));
    },
    issue: (key, fields, property) =>
      readFrom(http, `/rest/api/3/issue/${key}?fields=${fields.join(',')}&properties=${property}`, Issue),
    async comment(key, fits) {
      let startAt = 0;
      for (let page = 0; page < PAGES; page++) {
        const path = `/rest/api/3/issue/${key}/comment?startAt=${startAt}&maxResults=${COMMENTS}&orderBy=-created`;
        const read = await readFrom(http, path, Comments);
        if (read.state === 'failed' && statusOf(read.result) === 404) return null;
        const { comments, total } = readValue(JIRA, read);
        const one = comments.find(fits);
        if (one) return one;
        // Jira may give fewer than were asked for.
        startAt += comments.length;
        if (comments.length === 0 || startAt >= total) return null;
      }
      return null;
    },
  };
}

const Refused = z.object({ errors: z.record(z.string(), z.unknown()) });

/** Names of the fields that a 400 is about. Only compared with names of ours, never shown. */
export function fieldsRefused(result: HttpResult): string[] {
  if (statusOf(result) !== 400 || result.state !== 'answered') return [];
  const parsed = Refused.safeParse(result.body);
  return parsed.success ? Object.keys(parsed.data.errors) : [];
}
