import * as z from 'zod/v4';
import type { GitHub } from './client.ts';

/** GitHub's issues have no due date; a milestone has one, and a list of what belongs to it. */

const Milestone = z.object({ number: z.int().min(1), title: z.string() });

function milestoneTitle(due: string): string {
  return `incident follow-ups due ${due}`;
}

/**
 * The milestone of that day, made when it is missing. Null when it cannot be had, which is no reason to lose an issue.
 * @param due `YYYY-MM-DD`
 */
export async function milestoneFor(github: GitHub, due: string, end: AbortSignal): Promise<number | null> {
  const title = milestoneTitle(due);
  const there = await findMilestone(github, title, end);
  if (there !== 'none') return there;
  const made = await github.write(
    Milestone,
    // GitHub keeps the day as it is in California: late in the day UTC it is the same one everywhere that matters.
    (rest, at) => rest.issues.createMilestone({ ...at, title, due_on: `${due}T20:00:00Z` }),
    end,
  );
  if (made.outcome === 'done') return made.data.number;
  // Another process was faster, or the answer was lost.
  const again = await findMilestone(github, title, end);
  return again === 'none' ? null : again;
}

async function findMilestone(
  github: GitHub,
  title: string,
  end: AbortSignal,
): Promise<number | null | 'none'> {
  try {
    const rows = github.pages(
      z.array(Milestone),
      (rest, at) => rest.issues.listMilestones({ ...at, state: 'all', sort: 'due_on', direction: 'desc' }),
      end,
    );
    for await (const row of rows) if (row.title === title) return row.number;
    return 'none';
  } catch {
    return null;
  }
}
