import { PulseError } from '../../core/errors.ts';
import type { UnknownWhy } from '../../core/ship/backport.ts';
import { runGit } from '../git.ts';

const STEP_MS = 10_000;

/** Questions to git that together have a time limit. What is not answered by then is told as that, never as a no. */
export interface Ask {
  root: string;
  /**
   * What git says on its output.
   * @throws PulseError upstream, with `why` in its details, when the time is up or git fails
   */
  out(args: readonly string[], options?: AskOptions): Promise<string>;
  /** True for exit code 0, false for 1. @throws PulseError as `out` */
  yes(args: readonly string[], options?: AskOptions): Promise<boolean>;
  isOver(): boolean;
}

interface AskOptions {
  input?: string;
  env?: Readonly<Record<string, string>>;
}

export function createAsk(root: string, limitMs: number): Ask {
  const until = Date.now() + limitMs;
  async function run(args: readonly string[], codes: readonly number[], options: AskOptions) {
    const left = until - Date.now();
    if (left <= 0) throw unanswered('time_limit');
    const result = await runGit(root, args, { ...options, timeoutMs: Math.min(left, STEP_MS) });
    if (result.code === -1) throw unanswered('time_limit');
    if (!codes.includes(result.code)) throw unanswered('unreadable');
    return result;
  }
  return {
    root,
    out: async (args, options = {}) => (await run(args, [0], options)).out,
    yes: async (args, options = {}) => (await run(args, [0, 1], options)).code === 0,
    isOver: () => Date.now() >= until,
  };
}

function unanswered(why: UnknownWhy): PulseError {
  return new PulseError(
    'upstream',
    why === 'time_limit' ? 'git did not answer in time' : 'git could not read this repository',
    'run git fsck and git gc in the repository, then call again',
    { why },
  );
}

/** Why a question was not answered; what is no such error is thrown on. */
export function whyUnanswered(error: unknown): UnknownWhy {
  const why = error instanceof PulseError ? error.details?.why : undefined;
  if (why === 'time_limit' || why === 'unreadable') return why;
  throw error;
}
