import { PulseError } from '../../core/errors.ts';
import { SECOND } from '../../core/time.ts';
import type { Deps } from '../tool.ts';
import { type Job, type Jobs, waitFor } from './jobs.ts';

/** Calls stop at 60 s in two agents; answers come within 40 s, what came before included. */
const ANSWER_MS = 30 * SECOND;
const AT_LEAST_MS = 2 * SECOND;
/** Whoever asks for a job waits this long for its end, so that asking again and again costs little. */
const ASK_MS = 15 * SECOND;

interface Work {
  /** The same work that runs already is not begun twice. */
  key: string;
  /** When the call came, milliseconds since the epoch. */
  since: number;
  /** What a person calls it: `checks of hotfix-001`. */
  title: string;
}

/** In the foreground to its end; else as a job, whose result is given when it ends soon enough. */
export async function longWork<T extends object>(
  jobs: Jobs<T>,
  { key, since, title }: Work,
  work: (tell: (line: string) => void, signal: AbortSignal) => Promise<T>,
  deps: Deps,
): Promise<Job<T> | T> {
  const { foreground, progress } = deps;
  if (foreground) return foreground.run((signal) => work(foreground.progress, signal));
  const job = jobs.start({ owner: deps.workspace.root, key, title, ids: deps.ids }, (tell, signal) =>
    work((line) => {
      tell(line);
      progress?.(line);
    }, signal),
  );
  await waitFor(job.ended, Math.max(AT_LEAST_MS, ANSWER_MS - (deps.clock.now() - since)));
  return endOf(job) ?? job;
}

/**
 * A job of this repository by `<id>` or, to end it, `<id> stop`.
 * @throws PulseError not_found when it is not known here, or what the work failed with
 */
export async function askJob<T extends object>(jobs: Jobs<T>, text: string, deps: Deps): Promise<Job<T> | T> {
  const [id = '', word] = text.trim().split(/\s+/);
  const job = jobs.find(deps.workspace.root, id);
  if (!job) {
    throw new PulseError(
      'not_found',
      'no job with that id runs here, or the server was started anew since',
      'call without job to begin again; what an earlier one found is in the timeline (get_incident)',
    );
  }
  if (word === 'stop') job.stop();
  await waitFor(job.ended, ASK_MS);
  return endOf(job) ?? job;
}

function endOf<T>(job: Job<T>): T | null {
  if (job.failure) throw job.failure.error;
  return job.result;
}

/** Tells work that goes on from what it found. */
export function isJob<T extends object>(outcome: Job<T> | T): outcome is Job<T> {
  return 'ended' in outcome && 'stop' in outcome;
}

/** A running job as data. */
export function jobData({ id, note }: { id: string; note: string }) {
  return { id, state: 'running', note };
}

export function jobLine({ id, note }: { id: string; note: string }): string {
  return `Still running: ${note}. Ask with {"job": "${id}"}; "${id} stop" ends it.`;
}
