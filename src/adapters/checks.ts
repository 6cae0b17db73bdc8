import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

export interface CommandRequest {
  /** Program and arguments; never a shell. */
  command: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
  signal?: AbortSignal;
  /** How much of the output is kept; 8 KB when left out. */
  tailBytes?: number;
  /** Told once, before anything is waited for. */
  onStart?: (pid: number) => void;
}

export interface CommandResult {
  /** `exited` has a code; everything else has none. */
  ended: 'exited' | 'killed' | 'time_limit' | 'stopped' | 'could_not_start';
  code: number | null;
  /** The last part of both outputs, in order of arrival. */
  tail: string;
  /** Bytes of output in all. */
  bytes: number;
}

const TAIL_BYTES = 8 * 1024;
/** After a polite signal, before the one that nobody can ignore. */
const GRACE_MS = 2_000;
/** A grandchild that left the group may hold the pipes open; the command itself has ended. */
const PIPES_MS = 500;

/** Nothing asks, nothing opens an editor, and no variable of a surrounding git call names another repository. */
const FIXED = {
  CI: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: 'true',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
};
const KEPT = /^GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)|(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)|SSL_\w+)$/;

const running = new Set<number>();
let isWatching = false;

/** A server that ends in the middle must not leave a command behind; a kill -9 of ours is for the next run to notice. */
function watchExit(): void {
  if (isWatching) return;
  isWatching = true;
  process.on('exit', () => {
    for (const pid of running) killGroup(pid, 'SIGKILL');
  });
}

/**
 * Kills a process and all that it started in its group. Quiet when there is none.
 * @param pid leader of the group
 */
export function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // Gone already.
  }
}

/**
 * Runs one command in a process group of its own, with closed input, until it ends, its time is up or it is
 * stopped; then the whole group is gone. Keeps only the tail of what it prints. Never throws.
 */
export function runCommand(request: CommandRequest): Promise<CommandResult> {
  const { timeoutMs, signal, onStart } = request;
  const tail = createTail(request.tailBytes);
  if (signal?.aborted) return Promise.resolve({ ended: 'stopped', code: null, ...tail.read() });
  watchExit();
  return new Promise((done) => {
    const child = start(request);
    if (child === null) {
      done({ ended: 'could_not_start', code: null, ...tail.read() });
      return;
    }
    let why: 'time_limit' | 'stopped' | null = null;
    let isOver = false;
    let hard: NodeJS.Timeout | undefined;
    const { pid } = child;
    if (pid !== undefined) {
      running.add(pid);
      onStart?.(pid);
    }
    const stop = (reason: 'time_limit' | 'stopped'): void => {
      if (why !== null || pid === undefined) return;
      why = reason;
      killGroup(pid, 'SIGTERM');
      hard = setTimeout(() => killGroup(pid, 'SIGKILL'), GRACE_MS);
    };
    const limit = setTimeout(() => stop('time_limit'), Math.max(1, timeoutMs));
    const onAbort = (): void => stop('stopped');
    signal?.addEventListener('abort', onAbort, { once: true });
    const finish = (ended: CommandResult['ended'], code: number | null): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(limit);
      clearTimeout(hard);
      signal?.removeEventListener('abort', onAbort);
      if (pid !== undefined) {
        killGroup(pid, 'SIGKILL');
        running.delete(pid);
      }
      child.stdout?.destroy();
      child.stderr?.destroy();
      done({ ended: why ?? ended, code: why === null ? code : null, ...tail.read() });
    };
    child.stdout?.on('data', tail.add);
    child.stderr?.on('data', tail.add);
    child.on('error', () => finish('could_not_start', null));
    const ending = (code: number | null): void => finish(code === null ? 'killed' : 'exited', code);
    child.on('close', ending);
    child.on('exit', (code) => {
      // What is left of the group would keep the pipes open.
      if (pid !== undefined) killGroup(pid, 'SIGKILL');
      setTimeout(() => ending(code), PIPES_MS);
    });
  });
}

/** Null for words that no program can be started with (a zero byte, nothing at all). */
function start({ command, cwd, env }: CommandRequest): ChildProcess | null {
  const [program = '', ...args] = command;
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || KEPT.test(name));
  try {
    return spawn(program, args, {
      cwd,
      env: { ...Object.fromEntries(kept), PWD: cwd, ...FIXED },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      shell: false,
      windowsHide: true,
    });
  } catch {
    return null;
  }
}

/**
 * Starts a program whose input stays open, in a process group of its own that ends with us, exactly with the
 * environment given. `release` ends the group. Null for words that nothing can be started with.
 */
export function startTalking({ command, cwd, env }: Pick<CommandRequest, 'command' | 'cwd' | 'env'>): {
  child: ChildProcessWithoutNullStreams;
  release(): void;
} | null {
  const [program = '', ...args] = command;
  watchExit();
  try {
    const child = spawn(program, args, { cwd, env, detached: true, shell: false, windowsHide: true });
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    const release = (): void => {
      if (pid === undefined) return;
      killGroup(pid, 'SIGKILL');
      running.delete(pid);
    };
    return { child, release };
  } catch {
    return null;
  }
}

function createTail(most = TAIL_BYTES): {
  add(chunk: Buffer): void;
  read(): { tail: string; bytes: number };
} {
  let chunks: Buffer[] = [];
  let kept = 0;
  let bytes = 0;
  return {
    add(chunk) {
      bytes += chunk.length;
      chunks.push(chunk);
      kept += chunk.length;
      if (kept <= 4 * most) return;
      chunks = [Buffer.concat(chunks).subarray(-most)];
      kept = most;
    },
    read: () => ({ tail: Buffer.concat(chunks).subarray(-most).toString('utf8'), bytes }),
  };
}
