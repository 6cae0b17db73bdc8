import * as z from 'zod/v4';
import type { GitHub } from './client.ts';

const Repository = z.object({ private: z.boolean(), visibility: z.string().optional() });

/** Who can read the repository. `internal` is the visibility of everybody in an enterprise, and of nobody else. */
export async function visibilityOf(github: GitHub): Promise<'private' | 'public' | 'unknown'> {
  const answer = await github.attempt(Repository, (rest, at) => rest.repos.get(at));
  if (answer.state === 'failed') return 'unknown';
  return answer.data.private ? 'private' : 'public';
}
