// Starts MCP servers over stdio and speaks raw JSON-RPC with them: no SDK, so that none is part of what is measured.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const ANSWER_MS = 60_000;
const LEAVE_MS = 3_000;
const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1' },
};

/** Nothing of the caller's environment but the search path: extra certificates alone add 25 ms to a start. */
export const cleanEnv = (home) => ({
  PATH: process.env.PATH,
  HOME: home,
  XDG_STATE_HOME: home,
  LANG: 'C.UTF-8',
});

/** Milliseconds from starting a program to its end. */
export function runTime(command, env) {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(command[0], command.slice(1), { stdio: 'ignore', env });
    child.once('error', reject);
    child.once('exit', () => resolve(performance.now() - from));
  });
}

/**
 * A started server. `request` resolves to `{ result, at }` (at: milliseconds since the start) and rejects on an
 * error, a tool's own error, no answer in a minute, or the server's end.
 */
export function startServer({ command, cwd, env }) {
  const from = performance.now();
  const child = spawn(command[0], command.slice(1), { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = new Map();
  let nextId = 0;
  let rest = '';
  let told = '';

  const fail = (why) => {
    for (const { reject } of waiting.values()) reject(new Error(`${why} ${told}`.trim()));
    waiting.clear();
  };
  child.once('error', (error) => fail(error.message));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  gone.then(() => fail('the server has ended'));
  child.stdin.on('error', () => {});
  child.stderr.on('data', (data) => {
    told = `${told}${data}`.slice(-500);
  });
  child.stdout.setEncoding('utf8').on('data', (data) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop();
    for (const line of lines) take(line);
  });

  function take(line) {
    const at = performance.now() - from;
    const message = JSON.parse(line);
    if (message.method !== undefined) {
      if (message.id !== undefined) send({ id: message.id, error: { code: -32601, message: 'not offered' } });
      return;
    }
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error || message.result?.isError) asked?.reject(new Error(line.slice(0, 300)));
    else asked?.resolve({ result: message.result, at });
  }
  const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

  function request(method, params = {}) {
    const id = nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${method}`)), ANSWER_MS);
      const done = (settle) => (value) => {
        clearTimeout(timer);
        settle(value);
      };
      waiting.set(id, { resolve: done(resolve), reject: done(reject) });
      send({ id, method, params });
    });
  }

  return {
    request,
    call: (name, args) => request('tools/call', { name, arguments: args }),
    async initialize() {
      const answer = await request('initialize', INITIALIZE);
      send({ method: 'notifications/initialized' });
      return answer;
    },
    use: () => usageOf(child.pid),
    /** Ends as an agent does it, by closing the input; what does not go is killed. */
    async stop() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** CPU time so far in milliseconds, and the most memory it ever had resident in MB; NaN except on Linux. Source: proc(5). */
function usageOf(pid) {
  if (process.platform !== 'linux') return { cpu_ms: Number.NaN, peak_mb: Number.NaN };
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const spent = readdirSync(`/proc/${pid}/task`).map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return {
    cpu_ms: spent.reduce((sum, ns) => sum + ns, 0) / 1e6,
    peak_mb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024,
  };
}
