import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * The built server over stdio without any client of ours between, to be killed and paused. HOTFIX_PULSE_PROGRAM names
 * another build.
 */
const PROGRAM =
  process.env.HOTFIX_PULSE_PROGRAM ?? fileURLToPath(new URL('../../dist/hotfix-pulse.js', import.meta.url));

export interface Place {
  /** Everything that the server may change lies below it. */
  folder: string;
  root: string;
  env: NodeJS.ProcessEnv;
}

/** `acknowledged` and `refused` came from the server; `gone`: it ended, or said nothing in time. */
export interface Told {
  state: 'acknowledged' | 'refused' | 'gone';
  text: string;
  /** The structured answer, as JSON. */
  data: string;
}

export interface RawServer {
  call(name: string, args: object): Promise<Told>;
  /** To it alone: what it has started goes on. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Closes its input and waits for its end. */
  stop(): Promise<void>;
}

const GONE: Told = { state: 'gone', text: '', data: '' };
const HELLO = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'raw-server', version: '1' },
};

/** A command of the built program, to its end. */
export function runProgram(place: Place, ...words: string[]): void {
  spawnSync(process.execPath, [PROGRAM, ...words], { cwd: place.root, env: place.env, stdio: 'ignore' });
}

/** Starts it in a place; `under` are the words in front of the command. A call that takes longer than any should ends it. */
export function startServer(place: Place, under: readonly string[] = [], patienceMs = 60_000): RawServer {
  const [command = '', ...words] = [...under, process.execPath, PROGRAM, 'mcp', '--repo', place.root];
  const child = spawn(command, words, {
    ...{ cwd: place.root, stdio: ['pipe', 'pipe', 'ignore'], detached: true },
    // One thread of its own for files, so that counting its system calls means something.
    env: { ...place.env, UV_THREADPOOL_SIZE: '1' },
  });
  // All of its group: what traces it, when that ends, lets it go on.
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // It has ended already.
    }
  };
  const waiting = new Map<number, (told: Told) => void>();
  let isGone = false;
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      isGone = true;
      for (const tell of waiting.values()) tell(GONE);
      resolve();
    }),
  );
  child.stdin?.on('error', () => {});
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, error, result } = Object(JSON.parse(line));
      const refused = error !== undefined || result?.isError === true;
      const text = result?.content?.[0]?.text ?? line;
      const data = JSON.stringify(result?.structuredContent ?? {});
      waiting.get(id)?.({ state: refused ? 'refused' : 'acknowledged', text, data });
    });
  }
  const say = (message: object) => child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  say({ id: 0, method: 'initialize', params: HELLO });
  say({ method: 'notifications/initialized' });
  let last = 0;
  return {
    async call(name, args) {
      if (isGone) return GONE;
      const id = ++last;
      const timer = setTimeout(() => signal('SIGKILL'), patienceMs);
      const told = await new Promise<Told>((resolve) => {
        waiting.set(id, resolve);
        say({ id, method: 'tools/call', params: { name, arguments: args } });
      });
      clearTimeout(timer);
      waiting.delete(id);
      return told;
    },
    signal: (name) => void child.kill(name),
    async stop() {
      child.stdin?.end();
      const timer = setTimeout(() => signal('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
