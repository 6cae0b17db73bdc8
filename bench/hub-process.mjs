// A hub as people start it: the built program in a repository of its own, with tokens made by its CLI, called over HTTP.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnv } from './client.mjs';

const START_MS = 30_000;
const META = 'io.modelcontextprotocol';
const PROTOCOL = '2026-07-28';

/**
 * @param server the built program
 * @returns `cli(...args)` to its stdout, `serve()` to a running hub
 */
export function hubIn(home, server, variables, nodeArgs = []) {
  const cwd = join(home, 'shop');
  mkdirSync(cwd);
  const git = (...args) => execFileSync('git', args, { cwd, env: cleanEnv(home), stdio: 'ignore' });
  git('init', '--quiet');
  git('-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', 'commit', '--allow-empty', '-qm', 'One');
  const env = { ...cleanEnv(home), ...variables };
  return {
    async cli(...args) {
      const { stdout } = await promisify(execFile)(process.execPath, [server, ...args], { cwd, env });
      return stdout.trim();
    },
    async serve() {
      const words = [...nodeArgs, server, 'serve', '--port', '0', '--json'];
      const child = spawn(process.execPath, words, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
      const gone = new Promise((done) => child.once('exit', done));
      const port = await portOf(child);
      return {
        port,
        /** Kilobytes: the most memory it ever held, and what it holds now. */
        memory: () => ({ peak: memoryOf(child.pid, 'VmHWM'), now: memoryOf(child.pid, 'VmRSS') }),
        /** Milliseconds of CPU so far: of the hub itself, and of the programs (git) that it has started. */
        cpu: () => cpuOf(child.pid),
        async stop() {
          child.kill('SIGTERM');
          await gone;
        },
      };
    },
  };
}

/** What it logs is read on, so that it never waits for a reader. */
function portOf(child) {
  return new Promise((done, fail) => {
    let told = '';
    const timer = setTimeout(() => fail(new Error(`the hub does not start: ${told}`)), START_MS);
    child.once('exit', () => fail(new Error(`the hub has ended: ${told}`)));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      if (told.length < 5_000) told += text;
      const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(told)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      done(Number(port));
    });
  });
}

const memoryOf = (pid, what) =>
  Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** Source: proc(5), fields 14 to 17 of stat, in hundredths of a second on Linux. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number);
  return { own: 10 * (fields[11] + fields[12]), started: 10 * (fields[13] + fields[14]) };
}

/** Somebody who holds a token and keeps one connection. `call` resolves to the structured answer of a tool. */
export function clientOf(port, token) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let id = 0;
  return {
    close: () => agent.destroy(),
    async call(name, args) {
      id += 1;
      const { status, text } = await post(agent, port, token, id, name, args);
      if (status !== 200) throw new Error(`${name}: HTTP ${status} ${text.slice(0, 200)}`);
      const answer = messageIn(text);
      if (!answer.result || answer.result.isError) throw new Error(`${name}: ${JSON.stringify(answer)}`);
      return answer.result.structuredContent;
    },
  };
}

/** One JSON message, or a stream that ends with one. */
function messageIn(text) {
  if (text.startsWith('{')) return JSON.parse(text);
  const last = text.split('\n').findLast((line) => line.startsWith('data:'));
  return JSON.parse(last.slice(5));
}

function post(agent, port, token, id, name, args) {
  const _meta = {
    [`${META}/protocolVersion`]: PROTOCOL,
    [`${META}/clientInfo`]: { name: 'bench', version: '1' },
    [`${META}/clientCapabilities`]: {},
  };
  const method = 'tools/call';
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: { name, arguments: args, _meta } });
  const headers = {
    ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...{ accept: 'application/json, text/event-stream', 'content-length': Buffer.byteLength(body) },
    ...{ 'mcp-protocol-version': PROTOCOL, 'mcp-method': method, 'mcp-name': name },
  };
  return new Promise((done, fail) => {
    const req = request({ host: '127.0.0.1', port, agent, method: 'POST', path: '/mcp', headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      res.on('error', fail).on('end', () => done({ status: res.statusCode, text }));
    });
    req.on('error', fail).end(body);
  });
}
