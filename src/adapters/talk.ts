import { hasErrno } from '../core/errors.ts';
import { startTalking } from './checks.ts';

export interface TalkRequest {
  /** Program and arguments; never a shell. */
  command: readonly string[];
  cwd: string;
  /** All that the program gets. */
  env: Readonly<Record<string, string | undefined>>;
  /** From the start to the last answer. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** The first line that it is sent. */
  first: string;
  /** Told each line of its standard output: lines to send next, or how the talk is over. */
  onLine(line: string): readonly string[] | 'done' | 'garbled';
}

export interface TalkResult {
  ended:
    | 'done'
    | 'garbled'
    | 'exited'
    | 'killed'
    | 'time_limit'
    | 'stopped'
    | 'no_program'
    | 'could_not_start';
  /** Exit code when it ended by itself. */
  code: number | null;
  /** Milliseconds from the start to the end of the talk. */
  ms: number;
  /** The end of what it wrote to standard error. Somebody else's words. */
  tail: string;
}

const TAIL = 2_000;
/** A line longer than this is no answer to us. In UTF-16 units. */
const MAX_LINE = 4 * 1024 * 1024;
/** A server may end by itself once its input is closed. */
const LEAVE_MS = 500;

/** Starts a program and talks with it in lines until the talk is over or its time is up; then its whole group is gone. Never throws. */
export function talkTo(request: TalkRequest): Promise<TalkResult> {
  const { timeoutMs, signal, first, onLine } = request;
  return new Promise((done) => {
    const started = performance.now();
    const nothing = { code: null, ms: 0, tail: '' };
    if (signal?.aborted) return done({ ended: 'stopped', ...nothing });
    const talking = startTalking(request);
    if (talking === null) return done({ ended: 'could_not_start', ...nothing });
    const { child, release } = talking;
    let tail = '';
    let rest = '';
    let result: TalkResult | null = null;
    const settle = (ended: TalkResult['ended'], code: number | null = null): void => {
      if (result !== null) return;
      clearTimeout(limit);
      signal?.removeEventListener('abort', onAbort);
      result = { ended, code, ms: Math.round(performance.now() - started), tail };
    };
    let isLeft = false;
    const leave = (): void => {
      if (isLeft) return;
      isLeft = true;
      release();
      child.stdout.destroy();
      child.stderr.destroy();
      if (result !== null) done({ ...result, tail });
    };
    const over = (ended: TalkResult['ended']): void => {
      settle(ended);
      child.stdin.end();
      const hard = setTimeout(leave, ended === 'done' ? LEAVE_MS : 0);
      child.once('exit', () => {
        clearTimeout(hard);
        leave();
      });
    };
    const onAbort = (): void => over('stopped');
    signal?.addEventListener('abort', onAbort, { once: true });
    const limit = setTimeout(() => over('time_limit'), timeoutMs);
    const say = (line: string): void => {
      child.stdin.write(`${line}\n`);
    };
    const hear = (line: string): void => {
      if (result !== null) return;
      const next = onLine(line);
      if (typeof next === 'string') over(next);
      else for (const words of next) say(words);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') hear(line);
      if (rest.length > MAX_LINE && result === null) over('garbled');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-TAIL);
    });
    // A program that ends before it has read everything is not an error of ours.
    child.stdin.on('error', () => {});
    child.on('error', (error) => {
      settle(hasErrno(error, 'ENOENT') ? 'no_program' : 'could_not_start');
      leave();
    });
    child.on('close', (code) => {
      settle(code === null ? 'killed' : 'exited', code);
      leave();
    });
    say(first);
  });
}
