import * as z from 'zod/v4';
import { isPage } from '../../core/followup-issue.ts';
import { type IncidentIssueDraft, incidentIssue, LEVEL_LABELS } from '../../core/outward/github-issue.ts';
import { issueText, withMarker } from '../../core/outward/github-text.ts';
import type { Message, Place, SendOutcome } from '../../core/outward/sending.ts';
import type { SurfaceOf } from '../../ports-outward.ts';
import { failureOf } from '../http.ts';
import { Author, type GitHub, isOwn } from './client.ts';
import { createLabels } from './labels.ts';
import { findMarked, hasMarker, IssueRow, labelNames, pageOfIssue, sameName } from './lookup.ts';
import { visibilityOf } from './visibility.ts';

/** Bytes of a message; below what a comment takes. */
const MESSAGE_BYTES = 50_000;
const REF = /^([A-Za-z0-9-]{1,39})\/([A-Za-z0-9._-]{1,100})#([1-9]\d{0,9})(?:-comment-\d{1,20})?$/;
/** Of the time that a call has: the labels must not use up that of the issue. */
const FOR_LABELS = 0.4;

const Comment = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: Author,
});

/**
 * The incident issue: opened from the record, its text, labels and state brought up to date, messages as comments.
 * @param more labels of the settings
 */
export function createIncidentIssue(github: GitHub, more: readonly string[]): SurfaceOf<IncidentIssueDraft> {
  const { target } = github;
  const labels = createLabels(github);

  const placeOf = (row: IssueRow): Place => ({
    ref: `${target.owner}/${target.repo}#${row.number}`,
    url: pageOfIssue(target, row),
  });

  /** Null for a place in another repository: the settings have changed since. */
  function numberOf({ ref }: Place): number | null {
    const [, owner, repo, number] = REF.exec(ref) ?? [];
    if (owner === undefined || repo === undefined) return null;
    return sameName(owner, target.owner) && sameName(repo, target.repo) ? Number(number) : null;
  }

  async function open(draft: IncidentIssueDraft, marker: string): Promise<SendOutcome> {
    const end = github.deadline();
    await labels.ensure(draft.labels, AbortSignal.any([end, github.deadline(FOR_LABELS)]));
    const body = hasMarker(draft.body, marker) ? draft.body : withMarker(draft.body, marker);
    const made = await github.write(
      IssueRow,
      (rest, at) => rest.issues.create({ ...at, title: draft.title, body, labels: draft.labels }),
      end,
    );
    if (made.outcome !== 'done') return made;
    return { outcome: 'done', place: placeOf(made.data), dropped: droppedLabels(draft, made.data) };
  }

  async function refresh(place: Place, draft: IncidentIssueDraft): Promise<SendOutcome> {
    const issue_number = numberOf(place);
    if (issue_number === null) return { outcome: 'declined', why: 'nothing_there' };
    const end = github.deadline();
    const now = await github.attempt(IssueRow, (rest, at) => rest.issues.get({ ...at, issue_number }), end);
    if (now.state === 'failed') return failureOf(now.result);
    const patch = patchOf(now.data, draft);
    if (Object.keys(patch).length === 0) return { outcome: 'done', place: placeOf(now.data), dropped: [] };
    if (patch.labels) await labels.ensure(patch.labels, AbortSignal.any([end, github.deadline(FOR_LABELS)]));
    const done = await github.write(
      IssueRow,
      (rest, at) => rest.issues.update({ ...at, issue_number, ...patch }),
      end,
    );
    if (done.outcome !== 'done') return done;
    return { outcome: 'done', place: placeOf(done.data), dropped: droppedLabels(draft, done.data) };
  }

  async function post(place: Place, message: Message, marker: string): Promise<SendOutcome> {
    const issue_number = numberOf(place);
    if (issue_number === null) return { outcome: 'declined', why: 'nothing_there' };
    const body = withMarker(issueText(message.text, MESSAGE_BYTES), marker);
    const done = await github.write(Comment, (rest, at) =>
      rest.issues.createComment({ ...at, issue_number, body }),
    );
    if (done.outcome !== 'done') return done;
    return { outcome: 'done', place: commentPlace(place, done.data), dropped: [] };
  }

  async function findPost(place: Place, marker: string): Promise<Place | null> {
    const issue_number = numberOf(place);
    if (issue_number === null) return null;
    const self = await github.whoami();
    const rows = github.pages(z.array(Comment), (rest, at) =>
      rest.issues.listComments({ ...at, issue_number }),
    );
    for await (const row of rows)
      if (isOwn(self, row.user) && hasMarker(row.body, marker)) return commentPlace(place, row);
    return null;
  }

  return {
    service: 'github',
    name: `the GitHub issue in ${target.owner}/${target.repo}`,
    ...{ audience: 'internal', mirrors: true, opens: 'view' },
    visibility: () => visibilityOf(github),
    draft: (view) => incidentIssue(view, more),
    async find(marker) {
      const [oldest] = await findMarked(github, marker);
      return oldest === undefined ? null : placeOf(oldest);
    },
    ...{ open, refresh, findPost, post },
  };
}

const commentPlace = ({ ref }: Place, { id, html_url }: z.infer<typeof Comment>): Place => ({
  ref: `${ref.replace(/-comment-\d+$/, '')}-comment-${id}`,
  url: isPage(html_url) ? html_url : null,
});

interface Patch {
  title?: string;
  body?: string;
  labels?: string[];
  state?: 'open' | 'closed';
  state_reason?: 'completed' | 'not_planned' | 'reopened';
}

/** Only what differs, so that the same draft again sends nothing and tells nobody. */
function patchOf(issue: IssueRow, draft: IncidentIssueDraft): Patch {
  const names = labelNames(issue);
  const has = (list: readonly string[], name: string) => list.some((one) => sameName(one, name));
  const stale = names.filter((name) => has(LEVEL_LABELS, name) && !has(draft.labels, name));
  const missing = draft.labels.filter((name) => !has(names, name));
  // Line ends and the last blank lines are GitHub's business.
  const body = (issue.body ?? '').replaceAll('\r\n', '\n').trimEnd();
  return {
    ...(issue.title === draft.title ? {} : { title: draft.title }),
    ...(body === draft.body.trimEnd() ? {} : { body: draft.body }),
    ...(stale.length + missing.length === 0
      ? {}
      : { labels: [...names.filter((name) => !stale.includes(name)), ...missing] }),
    ...(issue.state === draft.state ? {} : { state: draft.state, state_reason: draft.reason ?? 'reopened' }),
  };
}

function droppedLabels(draft: IncidentIssueDraft, issue: IssueRow): string[] {
  const names = labelNames(issue);
  return draft.labels.every((label) => names.some((name) => sameName(name, label))) ? [] : ['labels'];
}
