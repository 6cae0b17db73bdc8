import type { IssueDraft } from './core/followup-issue.ts';

/** What follow-ups need of the place where a team tracks its work. */

export interface Issue {
  /** Its page, `https://...`. */
  url: string;
}

/**
 * How a create ended. After `declined` and `limited` nothing was made; after `unknown` it may have been, now or in a
 * moment, and only looking tells.
 */
export type CreateOutcome =
  | {
      outcome: 'created';
      issue: Issue;
      /** What the tracker did not take over: nobody of that name, no right to label. */
      dropped: readonly ('labels' | 'assignee' | 'due')[];
    }
  | { outcome: 'declined' }
  | { outcome: 'limited'; retry_after_s: number | null }
  | { outcome: 'unknown' };

/** The team's tracker. One create is one attempt: the adapter repeats none, whoever calls looks first. */
export interface Tracker {
  /** As people call it, our words. */
  name: string;
  /**
   * Issues whose body has the marker, open or closed, oldest first. Sees what was created before the call, not what a
   * search index knows.
   * @throws PulseError upstream when it cannot be asked
   */
  find(marker: string): Promise<Issue[]>;
  /** Ends within 15 s. Never throws for what the network or the tracker does. */
  create(draft: IssueDraft): Promise<CreateOutcome>;
  /** Who can read it; left out by a tracker that only the team reads. */
  visibility?(): Promise<'private' | 'public' | 'unknown'>;
  /** The page of a file of the repository, on its default branch; null where there is none. */
  pageOf(path: string): string | null;
}
