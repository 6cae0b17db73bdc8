import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundleDoor } from '../support/mcp-bundle.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-door-')));
const door = join(folder, 'door.mjs');
const running = new Set<ChildProcess>();

beforeAll(() => bundleDoor(door, 'stubs'), 60_000);
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** The door as a process of its own, with raw lines in and out. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [door, ...args], { cwd: folder });
  running.add(child);
  const seen = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    seen.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    seen.err += chunk.toString();
  });
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? 'gone');
    });
  });
  return {
    child,
    seen,
    ended,
    send: (...messages: object[]) => {
      for (const message of messages)
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    },
    answers: () =>
      seen.out
        .split('\n')
        .filter((line) => line !== '')
        .map((line): { id?: unknown; result?: { structuredContent?: object } } => JSON.parse(line)),
  };
}

const call = (id: number, name: string, args: object = {}) => ({
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});
const ping = (id: number) => ({ id, method: 'ping' });
const until = (check: () => void) => vi.waitFor(check, { timeout: 8_000 });

describe('over stdio', () => {
  it('serves the SDK client: version, tools, a call, a prompt, a resource, roots', async () => {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [door, 'mcp', '--repo', '/named'],
      stderr: 'pipe',
    });
    const client = new Client({ name: 'claude-code', version: '2' });
    await client.connect(transport);
    expect(client.getServerVersion()).toMatchObject({ name: 'hotfix-pulse', version: '9.9.9' });
    expect((await client.listTools()).tools).toHaveLength(4);
    const typed = `can't "log in" $(whoami) $&`;
    const answer = await client.callTool({ name: 'echo_text', arguments: { text: typed } });
    expect(answer.structuredContent).toEqual({ text: typed, root: '/named', by: 'claude-code', extra: {} });
    const prompt = await client.getPrompt({ name: 'hotfix', arguments: { description: typed } });
    expect(JSON.stringify(prompt)).toContain(JSON.stringify(typed).slice(1, -1));
    const { contents } = await client.readResource({ uri: 'incident://hotfix-001/hotfix.md' });
    expect(contents[0]).toMatchObject({ text: '# in /named' });
    await client.close();
  });

  it('works in its working directory, and remembers a repository that a call named', async () => {
    const { send, answers, child, ended } = start();
    send(call(1, 'echo_text', { text: 'a' }));
    await until(() => expect(answers()).toHaveLength(1));
    send(call(2, 'echo_text', { text: 'b', repo: '/other' }));
    await until(() => expect(answers()).toHaveLength(2));
    send(call(3, 'echo_text', { text: 'c' }), call(4, 'echo_text', { text: 'd', repo: 'relative' }));
    await until(() => expect(answers()).toHaveLength(4));
    child.stdin.end();
    const content = (id: number) => answers().find((one) => one.id === id)?.result?.structuredContent;
    expect([1, 2, 3].map(content)).toMatchObject([{ root: folder }, { root: '/other' }, { root: '/other' }]);
    expect(content(4)).toMatchObject({
      error: { code: 'invalid_input', message: 'repo must be an absolute path' },
    });
    expect(await ended).toBe(0);
  });

  it('writes nothing but the protocol to stdout, and survives what nobody caught', async () => {
    const { send, answers, seen, child, ended } = start();
    send(call(1, 'echo_text', { text: 'x' }));
    await until(() => expect(answers()).toHaveLength(1));
    send(call(2, 'make_noise'), call(3, 'break_it', { how: 'broken' }));
    await until(() => expect(answers()).toHaveLength(3));
    await until(() => expect(seen.err).toMatch(/uncaught.*thrown later/));
    child.stdin.write('this is not JSON\n');
    send(ping(4));
    await until(() => expect(answers()).toHaveLength(5));
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(seen.out).not.toContain('noise');
    expect(seen.err).toContain('noise {"jsonrpc":"2.0"}');
    expect(seen.err).toMatch(/tools\/call break_it: Error \[REDACTED\]|secret \[REDACTED\]/);
    expect(seen.err).toMatch(/uncaught: Error rejected \[REDACTED\]/);
    expect(seen.err + seen.out).not.toContain('hunter2');
  });
});

describe('the end', () => {
  it('of the input: calls that run are answered first', async () => {
    const { send, child, ended, answers } = start();
    send(call(1, 'wait_a_bit', { ms: 400 }), call(2, 'echo_text', { text: 'x' }));
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(answers().map(({ id }) => id)).toEqual([2, 1]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s: calls that run are answered first', async (signal) => {
    const { send, child, ended, answers } = start();
    send(call(1, 'wait_a_bit', { ms: 500 }), ping(2));
    await until(() => expect(answers()).toHaveLength(1));
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(answers().map(({ id }) => id)).toEqual([2, 1]);
  });

  it('comes within seconds when a call hangs', async () => {
    const { send, child, ended, answers } = start();
    send(call(1, 'wait_a_bit', { ms: 60_000 }), ping(2));
    await until(() => expect(answers()).toHaveLength(1));
    const began = performance.now();
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(4_000);
    expect(performance.now() - began).toBeLessThan(7_000);
  });

  it('comes at once by a second signal', async () => {
    const { send, child, ended, answers } = start();
    send(call(1, 'wait_a_bit', { ms: 60_000 }), ping(2));
    await until(() => expect(answers()).toHaveLength(1));
    const began = performance.now();
    child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('comes when nobody reads any more', async () => {
    const { send, child, ended, answers } = start();
    send(ping(1));
    await until(() => expect(answers()).toHaveLength(1));
    child.stdout.destroy();
    send(ping(2), ping(3));
    expect(await ended).toBe(0);
  });
});

describe('arguments', () => {
  it.each([
    [['--repo=/named']],
    [['--repo', '/named']],
    [['mcp', '--repo', '/named']],
    [['mcp', '--repo=/named']],
  ])('%j name the repository', async (args) => {
    const { send, answers, child, ended } = start(...args);
    send(call(1, 'echo_text', { text: 'x' }));
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(answers()[0]?.result?.structuredContent).toMatchObject({ root: '/named' });
  });

  it.each([[['--port', '1']], [['--repo']], [['mcp', 'mcp']], [['--repo', 'a', 'b']]])(
    '%j are refused',
    async (args) => {
      const { seen, ended } = start(...args);
      expect(await ended).toBe(2);
      expect(seen.out).toBe('');
      expect(seen.err).toMatch(/not understood[\s\S]*Usage: hotfix-pulse mcp/);
    },
  );

  it('--help helps', async () => {
    const { seen, ended } = start('mcp', '--help');
    expect(await ended).toBe(0);
    expect(seen.out).toMatch(/^Usage: hotfix-pulse mcp \[--repo DIR\]/);
  });
});
