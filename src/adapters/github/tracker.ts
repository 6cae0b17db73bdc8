import * as z from 'zod/v4';
import type { IssueDraft } from '../../core/followup-issue.ts';
import { markerFor } from '../../core/outward/audience.ts';
import type { CreateOutcome, Tracker } from '../../ports-tracker.ts';
import type { GitHub, WriteFailure } from './client.ts';
import { createLabels } from './labels.ts';
import { findMarked, IssueRow, labelNames, pageOfIssue, sameName } from './lookup.ts';
import { milestoneFor } from './milestones.ts';
import { pageOf } from './pages.ts';
import { visibilityOf } from './visibility.ts';

/** What comes before the issue must leave time for it. */
const BEFORE = 0.45;
const OF_INCIDENT = /<!-- hotfix-pulse:([0-7][0-9A-HJKMNP-TV-Z]{25}):[\w-]{1,40} -->\s*$/;

/** Follow-ups as issues of the repository. */
export function createTracker(github: GitHub): Tracker {
  const labels = createLabels(github);
  /** Ids of incident issues that were found, by incident. */
  const parents = new Map<string, number>();

  async function create(draft: IssueDraft): Promise<CreateOutcome> {
    const end = github.deadline();
    const soon = AbortSignal.any([end, github.deadline(BEFORE)]);
    await labels.ensure(draft.labels, soon);
    const milestone = draft.due === null ? null : await milestoneFor(github, draft.due, soon);
    const made = await send(github, draft, milestone, end);
    if (made.outcome === 'declined') return { outcome: 'declined' };
    if (made.outcome !== 'done') return made;
    await linkToIncident(made.data, draft, end);
    return {
      outcome: 'created',
      issue: { url: pageOfIssue(github.target, made.data) },
      dropped: droppedOf(draft, milestone, made.data),
    };
  }

  /** The text names the incident anyway, so a link that cannot be made is no failure. */
  async function linkToIncident(issue: IssueRow, draft: IssueDraft, end: AbortSignal): Promise<void> {
    const [, uid] = OF_INCIDENT.exec(draft.body) ?? [];
    if (uid === undefined) return;
    try {
      let parent = parents.get(uid);
      if (parent === undefined) {
        const [incident] = await findMarked(github, markerFor(uid), end);
        if (incident === undefined) return;
        parent = incident.number;
        parents.set(uid, parent);
      }
      const issue_number = parent;
      await github.write(
        z.object({ number: z.int() }),
        // Its id, not its number.
        (rest, at) => rest.issues.addSubIssue({ ...at, issue_number, sub_issue_id: issue.id }),
        end,
      );
    } catch {
      // Not found out which it is.
    }
  }

  return {
    name: github.name,
    async find(marker) {
      return (await findMarked(github, marker)).map((row) => ({ url: pageOfIssue(github.target, row) }));
    },
    create,
    visibility: () => visibilityOf(github),
    pageOf: (path) => pageOf(github.target, path),
  };
}

/** One create; a second one only where the first was refused for the assignee, so nothing was made. */
async function send(
  github: GitHub,
  draft: IssueDraft,
  milestone: number | null,
  end: AbortSignal,
): Promise<{ outcome: 'done'; data: IssueRow } | WriteFailure> {
  const attempt = (assignees: string[]) =>
    github.write(
      IssueRow,
      (rest, at) =>
        rest.issues.create({
          ...at,
          ...{ title: draft.title, body: draft.body, labels: [...draft.labels] },
          ...(assignees.length === 0 ? {} : { assignees }),
          ...(milestone === null ? {} : { milestone }),
        }),
      end,
    );
  if (draft.assignee === null) return attempt([]);
  const first = await attempt([draft.assignee]);
  return first.outcome === 'declined' && first.why === 'invalid' ? attempt([]) : first;
}

/** Without the right to do it GitHub leaves things out and says nothing. */
function droppedOf(
  draft: IssueDraft,
  milestone: number | null,
  issue: IssueRow,
): ('labels' | 'assignee' | 'due')[] {
  const { assignee } = draft;
  const names = labelNames(issue);
  const hasAll = draft.labels.every((label) => names.some((name) => sameName(name, label)));
  const isAssigned =
    assignee === null || (issue.assignees ?? []).some(({ login }) => sameName(login, assignee));
  const isDue = draft.due === null || (milestone !== null && issue.milestone?.number === milestone);
  return [
    ...(hasAll ? [] : (['labels'] as const)),
    ...(isAssigned ? [] : (['assignee'] as const)),
    ...(isDue ? [] : (['due'] as const)),
  ];
}
