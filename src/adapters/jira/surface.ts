import { adfTexts } from '../../core/outward/adf.ts';
import { type JiraDraft, jiraDraft } from '../../core/outward/jira-draft.ts';
import { commentBody, commentMark, createBody, labelOf, PROPERTY } from '../../core/outward/jira-issue.ts';
import { markerParts } from '../../core/outward/marker.ts';
import type { Place, SendOutcome } from '../../core/outward/sending.ts';
import type { OutwardSettings } from '../../core/outward/services.ts';
import type { SurfaceOf } from '../../ports-outward.ts';
import type { HttpResult } from '../http.ts';
import { isSuccess, outcomeOf, readAs, readValue, statusOf } from '../http-read.ts';
import { fieldsRefused, JIRA, type JiraIssue, type JiraSite, KEY, Made } from './api.ts';
import { bringUpToDate } from './refresh.ts';

export type JiraSettings = NonNullable<OutwardSettings['jira']>;
export const issueTypeOf = (settings: JiraSettings): string => settings.issue_type ?? 'Bug';

const ANSWERS: Record<number, 'public' | 'private'> = {
  ...{ 200: 'public', 401: 'private', 403: 'private', 404: 'private' },
};

/** One issue per incident in one project. */
export function jiraSurface(site: JiraSite, settings: JiraSettings): SurfaceOf<JiraDraft> {
  const { http, base } = site;
  const placeOf = (key: string): Place => ({ ref: key, url: `${base}/browse/${key}` });
  return {
    ...{ service: 'jira', name: `the Jira issue in ${settings.project}`, audience: 'internal' },
    ...{ mirrors: true, opens: 'view' },
    async visibility() {
      const asked = await site.anonymous.send('GET', `/rest/api/3/project/${settings.project}`);
      return ANSWERS[statusOf(asked) ?? 0] ?? 'unknown';
    },
    draft: (view) => jiraDraft(view, settings.statuses ?? {}),
    async find(marker) {
      const uid = markerParts(marker)?.uid;
      if (uid === undefined) return null;
      const me = await site.me();
      for (const { key } of await site.labelled(labelOf(uid))) {
        if (KEY.test(key) && (await isOurs(site, key, uid, me))) return placeOf(key);
      }
      return null;
    },
    async open(draft) {
      const body = { project: settings.project, issueType: issueTypeOf(settings), draft };
      const make = (priority: boolean) =>
        http.send('POST', '/rest/api/3/issue', createBody({ ...body, priority }));
      const first = await make(true);
      const noPriority = fieldsRefused(first).includes('priority');
      const result = noPriority ? await make(false) : first;
      const made = readAs(result, Made);
      if (made.state === 'failed') return refusalOf(result);
      return KEY.test(made.value.key)
        ? { outcome: 'done', place: placeOf(made.value.key), dropped: noPriority ? ['priority'] : [] }
        : { outcome: 'unknown' };
    },
    async refresh(place, draft) {
      if (!KEY.test(place.ref)) return { outcome: 'declined', why: 'not_found' };
      return bringUpToDate(site, placeOf(place.ref), draft);
    },
    async findPost({ ref }, marker) {
      const parts = markerParts(marker);
      if (!KEY.test(ref) || !parts?.key) return null;
      const mark = commentMark(parts.uid, parts.key);
      const me = await site.me();
      const found = await site.comment(
        ref,
        ({ author, body }) => author?.accountId === me && adfTexts(body).includes(mark),
      );
      return found ? commentPlace(base, ref, found.id) : null;
    },
    async post({ ref }, message, marker) {
      const parts = markerParts(marker);
      if (!KEY.test(ref) || !parts?.key) return { outcome: 'declined', why: 'not_found' };
      const body = commentBody(message.text, commentMark(parts.uid, parts.key));
      const result = await http.send('POST', `/rest/api/3/issue/${ref}/comment`, body);
      if (!isSuccess(result)) return outcomeOf(result);
      const made = readAs(result, Made.pick({ id: true }));
      return made.state === 'read'
        ? { outcome: 'done', place: commentPlace(base, ref, made.value.id), dropped: [] }
        : { outcome: 'unknown' };
    },
  };
}

/** Only digits get into an address. */
function commentPlace(base: string, key: string, id: string): Place {
  const comment = /^\d{1,20}$/.test(id) ? `?focusedCommentId=${id}` : '';
  return { ref: `${key}/${id.slice(0, 40)}`, url: `${base}/browse/${key}${comment}` };
}

/**
 * The search index lags and labels can be copied, so the issue itself decides: made by this account, with the label, and
 * with no other incident in its property.
 */
async function isOurs(site: JiraSite, key: string, uid: string, me: string): Promise<boolean> {
  const read = await site.issue(key, ['labels', 'creator'], PROPERTY);
  if (read.state === 'failed' && statusOf(read.result) === 404) return false;
  const { fields, properties }: JiraIssue = readValue(JIRA, read);
  const own = properties?.[PROPERTY];
  const says = typeof own === 'object' && own !== null && 'uid' in own ? own.uid : uid;
  return fields.creator?.accountId === me && fields.labels?.includes(labelOf(uid)) === true && says === uid;
}

/** A project or issue type that is not there comes as a 400 about that field. */
function refusalOf(result: HttpResult): SendOutcome {
  const about = fieldsRefused(result);
  return about.includes('project') || about.includes('issuetype')
    ? { outcome: 'declined', why: 'not_found' }
    : outcomeOf(result);
}
