import type { JiraDraft } from '../../core/outward/jira-draft.ts';
import { editBody, PROPERTY, sameName } from '../../core/outward/jira-issue.ts';
import type { Place, SendOutcome } from '../../core/outward/sending.ts';
import { isSuccess, outcomeOf, readFrom, statusOf } from '../http-read.ts';
import { fieldsRefused, type JiraIssue, type JiraSite, Links, Transitions } from './api.ts';

const SHOWN = ['summary', 'description', 'labels', 'status'];

type Failed = Exclude<SendOutcome, { outcome: 'done' }>;
/** One part of the work: what it could not bring over, or why the whole has to be tried again. */
type Step = { dropped: readonly string[] } | { failed: Failed };

/** Reads what is there and changes what differs: text and labels, then the status, then the links. */
export async function bringUpToDate(site: JiraSite, place: Place, draft: JiraDraft): Promise<SendOutcome> {
  const read = await site.issue(place.ref, SHOWN, PROPERTY);
  if (read.state === 'failed') return outcomeOf(read.result);
  const dropped: string[] = [];
  for (const step of [editText, moveStatus, addLinks]) {
    const done = await step(site, read.value, draft);
    if ('failed' in done) return done.failed;
    dropped.push(...done.dropped);
  }
  return { outcome: 'done', place, dropped };
}

async function editText(site: JiraSite, { key, fields }: JiraIssue, draft: JiraDraft): Promise<Step> {
  const now = {
    ...{ summary: fields.summary ?? '', description: fields.description, labels: fields.labels ?? [] },
  };
  const edit = async (priority: boolean) => {
    const body = editBody(now, draft, priority);
    return body === null ? null : site.http.send('PUT', `/rest/api/3/issue/${key}`, body);
  };
  const first = await edit(true);
  const noPriority = first !== null && fieldsRefused(first).includes('priority');
  const result = noPriority ? await edit(false) : first;
  if (result !== null && !isSuccess(result)) return { failed: outcomeOf(result) };
  return { dropped: noPriority ? ['priority'] : [] };
}

async function moveStatus(site: JiraSite, { key, fields }: JiraIssue, { status }: JiraDraft): Promise<Step> {
  if (status === null || sameName(fields.status?.name ?? '', status)) return { dropped: [] };
  const path = `/rest/api/3/issue/${key}/transitions`;
  const read = await readFrom(site.http, path, Transitions);
  if (read.state === 'failed') return { failed: outcomeOf(read.result) };
  const way = read.value.transitions.find(({ to }) => to != null && sameName(to.name, status));
  if (!way) return { dropped: ['status'] };
  const result = await site.http.send('POST', path, { transition: { id: way.id } });
  if (isSuccess(result)) return { dropped: [] };
  const failed = outcomeOf(result);
  // The workflow asks for a field or a right that we do not have: a person has to move it.
  return failed.outcome === 'declined' ? { dropped: ['status'] } : { failed };
}

/** The global id makes Jira keep one link per page. */
async function addLinks(site: JiraSite, { key }: JiraIssue, { links }: JiraDraft): Promise<Step> {
  if (links.length === 0) return { dropped: [] };
  const path = `/rest/api/3/issue/${key}/remotelink`;
  const read = await readFrom(site.http, path, Links);
  if (read.state === 'failed') {
    const isOff = statusOf(read.result) === 403;
    return isOff ? { dropped: ['links'] } : { failed: outcomeOf(read.result) };
  }
  const there = new Map(read.value.map(({ globalId, object }) => [globalId ?? '', object?.title ?? '']));
  let refused = false;
  for (const { id, url, title } of links) {
    if (there.get(id) === title) continue;
    const result = await site.http.send('POST', path, { globalId: id, object: { url, title } });
    if (isSuccess(result)) continue;
    const failed = outcomeOf(result);
    if (failed.outcome !== 'declined') return { failed };
    refused = true;
  }
  return { dropped: refused ? ['links'] : [] };
}
