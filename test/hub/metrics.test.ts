import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ERROR_CODES } from '../../src/core/errors.ts';
import { revokeToken } from '../../src/hub/auth/tokens.ts';
import { openBoardDoor } from '../../src/hub/board-team.ts';
import { answer } from '../../src/hub/body.ts';
import { openMcpDoor } from '../../src/hub/mcp.ts';
import { createMetrics, METRICS } from '../../src/hub/metrics.ts';
import { createMetricsDoor } from '../../src/hub/metrics-door.ts';
import { createHubServer } from '../../src/hub/server.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { openTokens } from '../../src/wire.ts';
import { ask, type HubWanted, startHub } from '../support/hub-kit.ts';
import { ask2026, bearer, tokenFor } from '../support/mcp-hub.ts';
import { tempRepo } from '../support/repo.ts';

const DOORS = { mcp: async () => openMcpDoor, board: async () => openBoardDoor };

async function world(wanted: HubWanted = {}) {
  const { root } = tempRepo({ commits: 1 });
  const hub = await startHub({ root, doors: DOORS, at: Date.now(), ...wanted });
  const { text } = await tokenFor(root, 'agent', 'write');
  const scrape = (token = text) => ask(hub.port, { path: '/metrics', headers: bearer(token) });
  /** Polled: a request is counted when its answer has ended, which its caller may see before. */
  const told = (...lines: string[]) =>
    vi.waitFor(async () => {
      const have = (await scrape()).body.split('\n');
      for (const line of lines) expect(have).toContain(line);
    }, POLL);
  return { ...hub, root, text, scrape, told };
}

/** Signed in to the board as a person; gives the cookie. */
async function signedIn(hub: { port: number; url: string; root: string }): Promise<string> {
  const { text } = await tokenFor(hub.root, 'person', 'read');
  const body = new URLSearchParams({ token: text }).toString();
  const entered = await ask(hub.port, {
    ...{ method: 'POST', path: '/board/sign-in', body },
    headers: {
      ...{ origin: hub.url, 'content-type': 'application/x-www-form-urlencoded' },
      'content-length': String(body.length),
    },
  });
  return String(entered.headers['set-cookie']).split(';')[0] ?? '';
}

/** Patient, and well within what one token may ask. */
const POLL = { timeout: 8_000, interval: 200 };

describe('who may read /metrics', () => {
  it('nobody where no token was made, and nobody without one that is valid', async () => {
    const { root } = tempRepo({ commits: 1 });
    const { port } = await startHub({ root, at: Date.now() });
    expect(await ask(port, { path: '/metrics' })).toMatchObject({ status: 403, body: '' });
    const { text, token } = await tokenFor(root, 'agent', 'read');
    const as = (headers: Record<string, string>) => ask(port, { path: '/metrics', headers });
    expect(await as({})).toMatchObject({ status: 401, body: '' });
    expect((await as({})).headers['www-authenticate']).toBe('Bearer realm="hotfix-pulse"');
    expect(await as(bearer(`${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`))).toMatchObject({
      status: 401,
    });
    expect(await as({ authorization: `Basic ${text}` })).toMatchObject({ status: 401 });
    expect(await ask(port, { path: `/metrics?token=${text}` })).toMatchObject({ status: 401 });
    expect(await as(bearer(text))).toMatchObject({
      ...{ status: 200, body: expect.stringContaining('\nhotfix_pulse_ready 1\n') },
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    });
    await revokeToken(token.id, await openTokens(root, {}), Date.now());
    expect(await as(bearer(text))).toMatchObject({ status: 401 });
  });

  it('by GET alone, and not from a page of another site', async () => {
    const { port, text } = await world();
    const send = (method: string, headers = {}) =>
      ask(port, { method, path: '/metrics', headers: { ...bearer(text), ...headers } });
    expect(await send('POST')).toMatchObject({ status: 405 });
    expect(await send('GET', { origin: 'https://evil.example' })).toMatchObject({ status: 403, body: '' });
    expect(await send('GET', { host: 'evil.example' })).toMatchObject({ status: 403, body: '' });
  });

  it('who tries tokens is slowed down', async () => {
    const { port } = await world();
    const tries = Array.from({ length: 31 }, () => ask(port, { path: '/metrics', headers: bearer('hp_x') }));
    expect((await Promise.all(tries)).map(({ status }) => status).sort()).toEqual([
      ...Array<number>(30).fill(401),
      429,
    ]);
  });
});

describe('tokens that cannot be read', () => {
  it.each<[string, () => Promise<never>]>([
    ['because the database is away', () => Promise.reject(new Error('postgres://secret'))],
    ['because it says nothing', () => new Promise(() => undefined)],
  ])('%s, let nobody in and are told as such, soon', async (_why, read) => {
    const team = { workspace: 'shop', tokens: { read, append: async () => undefined } };
    const sources = { openStreams: () => new Map<string, number>(), isReady: async () => true };
    const lines: string[] = [];
    const server = createHubServer({
      doors: [createMetricsDoor(createMetrics(), sources, { team, now: Date.now })],
      ...{ names: ['127.0.0.1'], behindProxy: false, isReady: async () => true, now: Date.now },
      log: (level, message) => void lines.push(`${level} ${message}`),
    });
    const port = await server.listen('127.0.0.1', 0);
    onTestFinished(() => server.drain(100));
    expect(await ask(port, { path: '/metrics', headers: bearer('hp_x') })).toMatchObject({
      status: 503,
      body: '',
    });
    await vi.waitFor(() => expect(lines).toEqual(['info answered']), POLL);
  });
});

describe('what is counted', () => {
  it('answers by door and class, refusals by reason', async () => {
    const { port, told } = await world();
    await ask(port);
    await ask(port, { path: '/nothing' });
    await ask(port, { method: 'DELETE', path: '/board' });
    await ask(port, { path: '/board', headers: { host: 'evil.example' } });
    await ask(port, { method: 'POST', path: '/mcp', body: '{}' });
    await told(
      'hotfix_pulse_requests_total{door="health",status="2xx"} 1',
      'hotfix_pulse_requests_total{door="none",status="4xx"} 1',
      'hotfix_pulse_requests_total{door="board",status="4xx"} 2',
      'hotfix_pulse_requests_total{door="mcp",status="4xx"} 1',
      'hotfix_pulse_request_duration_seconds_count{door="mcp"} 1',
      'hotfix_pulse_refused_total{reason="name"} 1',
      'hotfix_pulse_refused_total{reason="path"} 1',
      'hotfix_pulse_refused_total{reason="method"} 1',
      'hotfix_pulse_refused_total{reason="token"} 1',
      'hotfix_pulse_refused_total{reason="rate"} 0',
      'hotfix_pulse_refused_total{reason="size"} 0',
    );
  });

  it('bodies that are too large, and addresses that ask too often', async () => {
    const { port, told, scrape } = await world();
    const large = { 'content-length': String(1024 * 1024 + 1) };
    await ask(port, { method: 'POST', path: '/mcp', headers: large }).catch(() => undefined);
    await told('hotfix_pulse_refused_total{reason="size"} 1');
    // Refusals are counted when their answer has ended, too.
    await vi.waitFor(async () => {
      const all = await Promise.all(Array.from({ length: 8 }, () => ask(port, { path: '/nothing' })));
      expect(all.map(({ status }) => status)).toContain(429);
    }, POLL);
    // Whoever has a token is let in all the same.
    await vi.waitFor(
      async () => expect((await scrape()).body).toMatch(/refused_total\{reason="rate"\} [1-9]/),
      POLL,
    );
  });

  it('tool calls by how they ended', async () => {
    const { port, text, told } = await world();
    const call = (name: string, args = {}) =>
      ask2026(port, text, 'tools/call', { params: { name, arguments: args } });
    await call('list_incidents');
    await call('list_incidents');
    await call('get_incident', { incident: 'hotfix-009' });
    await call('no_such_tool');
    await told(
      'hotfix_pulse_tool_calls_total{tool="list_incidents",outcome="ok"} 2',
      'hotfix_pulse_tool_calls_total{tool="get_incident",outcome="not_found"} 1',
    );
  });

  it('ticks that failed', async () => {
    const failing = async () => async () => ({
      ...{ name: 'echo', paths: ['/echo'] },
      handle: (_req: unknown, res: Parameters<typeof answer>[0]) => answer(res, 200),
      tick: () => Promise.reject(new Error('away')),
    });
    const { told } = await world({ doors: { failing } });
    await told(
      'hotfix_pulse_failed_ticks_total{of="echo"} 1',
      'hotfix_pulse_failed_ticks_total{of="sync"} 0',
    );
  });

  it('streams of the board while they are open, and never as slow requests', async () => {
    const hub = await world();
    const headers = { cookie: await signedIn(hub) };
    const stream = request({ host: '127.0.0.1', port: hub.port, path: '/board/events', headers });
    onTestFinished(() => void stream.destroy());
    stream.on('error', () => undefined);
    await new Promise((begun) => {
      stream.on('response', (res) => res.once('data', begun));
      stream.end();
    });
    await hub.told('hotfix_pulse_open_streams{door="board"} 1');
    stream.destroy();
    await hub.told('hotfix_pulse_requests_total{door="board",status="2xx"} 1');
    const { body } = await hub.scrape();
    expect(body).not.toContain('hotfix_pulse_open_streams{');
    // Signing in, and nothing besides.
    expect(body).toContain('hotfix_pulse_request_duration_seconds_count{door="board"} 1');
  });

  it('that the record cannot be read', async () => {
    const { root, told } = await world();
    await told('hotfix_pulse_ready 1');
    writeFileSync(join(root, 'hotfix-pulse.config.json'), '{');
    await told('hotfix_pulse_ready 0');
  });
});

describe('what stands in it', () => {
  it('are words of this program, whatever was asked', async () => {
    const { port, text, scrape, told } = await world();
    const hostile = 'Customer"}\\n4711';
    const path = `/${encodeURIComponent(hostile)}`;
    await ask(port, { path, headers: { 'x-forwarded-for': '203.0.113.9', 'user-agent': 'Customer4711' } });
    await ask(port, { method: 'PROPFIND', path: '/mcp' });
    const args = { description: `Users of ${hostile} cannot log in` };
    await ask2026(port, text, 'tools/call', { params: { name: 'create_hotfix_task', arguments: args } });
    await ask2026(port, text, 'tools/call', { params: { name: 'Customer4711', arguments: {} } });
    await ask2026(port, text, 'Customer4711');
    await ask(port, { path: '/metrics', headers: bearer('hp_Customer4711') });
    await told('hotfix_pulse_tool_calls_total{tool="create_hotfix_task",outcome="ok"} 1');
    const { body } = await scrape();
    expect(body).not.toMatch(/Customer|4711|203\.0\.113|PROPFIND|hotfix-001/);
    expect(body).not.toContain(text.split('_')[1]);
    const words = {
      door: ['none', 'health', 'mcp', 'board', 'metrics'],
      status: ['2xx', '3xx', '4xx', '5xx', 'cut'],
      reason: ['name', 'path', 'method', 'size', 'rate', 'token'],
      of: ['sync'],
      tool: TOOLS.map(({ name }) => name),
      outcome: ['ok', 'internal', ...ERROR_CODES],
      le: ['0.01', '0.05', '0.25', '1', '5', '20', '+Inf'],
      version: [expect.any(String)],
    };
    for (const [, name = '', value] of body.matchAll(/(\w+)="([^"]*)"/g)) {
      if (name !== 'version') expect(words).toMatchObject({ [name]: expect.arrayContaining([value]) });
    }
  });

  it('has help and type for everything, as docs/hub.md says', async () => {
    const { scrape } = await world();
    const { body } = await scrape();
    const shown = [...body.matchAll(/# HELP (\w+) (.*)\n# TYPE \w+ (\w+)\n/g)].map(([, ...one]) => one);
    const rows = Object.entries(METRICS);
    expect(shown).toEqual(rows.map(([name, [kind, , help]]) => [name, help, kind]));
    const page = readFileSync(new URL('../../docs/hub.md', import.meta.url), 'utf8').split('\n');
    expect(page.filter((line) => /^\| `(?:hotfix_pulse|process)_/.test(line))).toEqual(
      rows.map(([name, [kind, labels, help]]) => {
        const told = labels.map((label) => `\`${label}\``).join(', ') || '–';
        return `| \`${name}\` | ${kind} | ${told} | ${help} |`;
      }),
    );
  });
});
