import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createToken, revokeToken } from '../../src/hub/auth/tokens.ts';
import { createHubContext } from '../../src/hub/context.ts';
import { openMcpDoor } from '../../src/hub/mcp.ts';
import { createHubServer } from '../../src/hub/server.ts';
import { openTokens } from '../../src/wire.ts';
import { ask, raw } from '../support/hub-kit.ts';
import { ask2026, bearer, messagesOf, startMcpHub, tokenFor } from '../support/mcp-hub.ts';
import { planWorld } from '../support/plan-world.ts';
import type { planWith } from '../support/plans.ts';
import { tempRepo } from '../support/repo.ts';

/** The security table of the team's hub, as far as it is about /mcp. */

const newRepo = () => tempRepo({ commits: 1 }).root;
async function hubAnd(kind: 'person' | 'agent', scope: 'read' | 'write') {
  const root = newRepo();
  const hub = await startMcpHub({ root });
  return { ...hub, root, ...(await tokenFor(root, kind, scope)) };
}
const call = (name: string, args: Record<string, unknown> = {}) => ({ params: { name, arguments: args } });
const OPEN = call('create_hotfix_task', { description: 'Users cannot log in' });

describe('who is let in', () => {
  it('is nobody while there is no token; whoever runs the hub is told what to do', async () => {
    const { port } = await startMcpHub({ root: newRepo() });
    const got = await ask(port, { method: 'POST', path: '/mcp', body: '{}' });
    expect(got.status).toBe(403);
    expect(messagesOf(got)[0]).toMatchObject({ error: { message: /hotfix-pulse token create --name/ } });
  });

  it('is not told what was wrong: every bad token has the same answer', async () => {
    const root = newRepo();
    const { port, lines } = await startMcpHub({ root });
    const good = await tokenFor(root, 'person', 'approve');
    const team = await openTokens(root, {});
    const revoked = await tokenFor(root, 'agent', 'write');
    await revokeToken(revoked.token.id, team, Date.now());
    const expired = await tokenFor(root, 'agent', 'write', { hours: -1 });
    const elsewhere = await createToken(
      { name: 'robo', kind: 'agent', scope: 'write', expires_at: null },
      { ...team, workspace: 'payments' },
      Date.now(),
    );
    const foreign = await tokenFor(newRepo(), 'person', 'approve');
    const wrong = `${good.text.slice(0, -1)}${good.text.endsWith('A') ? 'B' : 'A'}`;
    const answers = [];
    for (const text of [
      wrong,
      revoked.text,
      expired.text,
      elsewhere.text,
      foreign.text,
      'x',
      good.token.id,
    ]) {
      const { status, headers, body } = await ask2026(port, text, 'tools/list');
      answers.push({ status, body, challenge: headers['www-authenticate'] });
    }
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      ...{ status: 401, challenge: 'Bearer realm="hotfix-pulse", error="invalid_token"' },
    });
    expect((await ask2026(port, good.text, 'tools/list')).status).toBe(200);
    expect(lines.join('')).not.toMatch(/hp_/);
  });

  it('is nobody without a token, and only the one header counts', async () => {
    const root = newRepo();
    const { port } = await startMcpHub({ root });
    const { text } = await tokenFor(root, 'agent', 'write');
    const none = await ask(port, { method: 'POST', path: '/mcp', body: '{}' });
    expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer realm="hotfix-pulse"']);
    const tries: [string, Record<string, string>][] = [
      ['/mcp', { authorization: text }],
      ['/mcp', { authorization: `Basic ${Buffer.from(`x:${text}`).toString('base64')}` }],
      ['/mcp', { authorization: `Bearer ${text} ${text}` }],
      ['/mcp', { 'x-authorization': `Bearer ${text}` }],
      ['/mcp', { cookie: `authorization=${text}` }],
      [`/mcp?access_token=${text}`, {}],
    ];
    for (const [path, headers] of tries) {
      expect((await ask(port, { method: 'POST', path, headers, body: '{}' })).status).toBe(401);
    }
    const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${text}\r\n`;
    const two = await raw(port, (write) =>
      write(`${head}Authorization: Bearer hp_x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`),
    );
    expect(two).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('is out with the next request after a revocation, in every hub', async () => {
    const root = newRepo();
    const [one, other] = [await startMcpHub({ root }), await startMcpHub({ root })];
    const { text, token } = await tokenFor(root, 'agent', 'write');
    for (const { port } of [one, other]) expect((await ask2026(port, text, 'tools/list')).status).toBe(200);
    await revokeToken(token.id, await openTokens(root, {}), Date.now());
    for (const { port } of [one, other]) expect((await ask2026(port, text, 'tools/list')).status).toBe(401);
  });
});

describe('how far', () => {
  it('a token that may only read reads, and cannot open, record, plan or post', async () => {
    const root = newRepo();
    const { port } = await startMcpHub({ root });
    const reader = await tokenFor(root, 'person', 'read');
    const writer = await tokenFor(root, 'agent', 'write');
    expect((await ask2026(port, writer.text, 'tools/call', OPEN)).status).toBe(200);
    const before = await (await openLog(root)).lines();
    for (const name of ['create_hotfix_task', 'record_timeline_event', 'deploy_hotfix', 'post_update']) {
      const got = await ask2026(port, reader.text, 'tools/call', { ...call(name), id: 'mine' });
      expect(got.status).toBe(403);
      expect(got.headers['www-authenticate']).toBe(
        'Bearer realm="hotfix-pulse", error="insufficient_scope", scope="write"',
      );
      expect(messagesOf(got)[0]).toMatchObject({ id: 'mine', error: { message: /scope write/ } });
    }
    const shown = await ask2026(port, reader.text, 'tools/call', call('get_incident'));
    expect(messagesOf(shown)[0]).toMatchObject({ result: { structuredContent: { incident: 'hotfix-001' } } });
    const listed = messagesOf(await ask2026(port, reader.text, 'tools/list'))[0]?.result;
    const { tools } = listed as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual([
      ...['classify_severity', 'get_incident', 'list_incidents', 'review_incidents'],
    ]);
    expect(await (await openLog(root)).lines()).toBe(before);
  });

  it('an incident of another repository is not there: by id, by address, in the list', async () => {
    const [root, other] = [newRepo(), newRepo()];
    const [mine, theirs] = [await startMcpHub({ root }), await startMcpHub({ root: other })];
    const me = await tokenFor(root, 'agent', 'write');
    const they = await tokenFor(other, 'agent', 'write');
    const opened = await ask2026(theirs.port, they.text, 'tools/call', OPEN);
    const uid = /"uid":"([0-9A-Z]{26})"/.exec(opened.body)?.[1] ?? '';
    expect(uid).not.toBe('');
    const byId = await ask2026(mine.port, me.text, 'tools/call', call('get_incident', { incident: uid }));
    expect(messagesOf(byId)[0]).toMatchObject({ result: { isError: true } });
    for (const uri of [`incident://${uid}/timeline`, `incident://..%2f${uid}/timeline`]) {
      const read = await ask2026(mine.port, me.text, 'resources/read', { params: { uri } });
      expect(messagesOf(read)[0]).toHaveProperty('error');
    }
    const list = await ask2026(mine.port, me.text, 'tools/call', call('list_incidents'));
    expect(list.body).not.toContain(uid);
  });
});

describe('where from', () => {
  it('another name or another site is refused before the token is looked at', async () => {
    const { port, text } = await hubAnd('agent', 'write');
    const from: Record<string, string>[] = [
      { host: 'evil.example' },
      { host: '127.0.0.1.evil.example' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of from) {
      const { status } = await ask2026(port, text, 'tools/list', { headers });
      expect([headers, status]).toEqual([headers, 403]);
    }
    expect((await ask2026(port, text, 'tools/list', { headers: { host: 'localhost:1' } })).status).toBe(200);
  });

  it('no other path leads there', async () => {
    const { port, text } = await hubAnd('agent', 'write');
    const paths = ['/mcp/', '//mcp', '/MCP', '/./mcp', '/x/../mcp', '/mcp%2f', '/%6dcp', '/mcp;x', '/mcp\\'];
    for (const path of [...paths, 'http://127.0.0.1/mcp', '*']) {
      const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${text}\r\n`;
      const got = await raw(port, (write) =>
        write(`${head}Content-Length: 2\r\nConnection: close\r\n\r\n{}`),
      );
      expect([path, /^HTTP\/1\.1 40[04] /.test(got)]).toEqual([path, true]);
    }
  });

  it('a header cannot bring another one along', async () => {
    const root = newRepo();
    const { port } = await startMcpHub({ root });
    const { text } = await tokenFor(root, 'agent', 'read');
    const got = await raw(port, (write) =>
      write(
        `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${text}\r\nMcp-Name: a\nX-Scope: approve\r\nMcp-Session-Id: a\rSet-Cookie: a=b\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      ),
    );
    expect(got).not.toMatch(/set-cookie|x-scope|mcp-session/i);
    expect(got).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('how much', () => {
  it('a body that is too large is cut off, said or not', async () => {
    const root = newRepo();
    const { port } = await startMcpHub({ root });
    const { text } = await tokenFor(root, 'agent', 'write');
    const body = 'x'.repeat(1_100_000);
    const headers = { ...bearer(text), 'content-type': 'application/json' };
    const said = await ask(port, { method: 'POST', path: '/mcp', headers, body }).catch(() => ({
      status: 413,
    }));
    expect(said.status).toBe(413);
    const chunk = `${(60_000).toString(16)}\r\n${'x'.repeat(60_000)}\r\n`;
    const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${text}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const got = await raw(port, (write) => {
      write(head);
      for (let sent = 0; sent < 20; sent++) write(chunk);
    });
    expect(got).toMatch(/^HTTP\/1\.1 413 |^$/);
  });

  it('a body that never ends is given up', async () => {
    const root = newRepo();
    const { text } = await tokenFor(root, 'agent', 'write');
    const context = await createHubContext({ root, env: {} }, () => undefined, { now: () => Date.now() });
    const door = await openMcpDoor(context);
    const server = createHubServer({
      ...{ doors: door ? [door] : [], names: ['127.0.0.1'], behindProxy: false, log: () => undefined },
      ...{ isReady: async () => true, now: () => Date.now() },
      limits: { headersMs: 100, requestMs: 200 },
    });
    const port = await server.listen('127.0.0.1', 0);
    const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${text}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n`;
    const got = await raw(port, (write) => {
      write(head);
      const drip = setInterval(() => write('x'), 20);
      setTimeout(() => clearInterval(drip), 2_000);
    });
    await server.drain(100);
    expect(got).not.toMatch(/^HTTP\/1\.1 2/);
  });

  it('a token has a burst, and another one is not touched by it', async () => {
    const root = newRepo();
    const hub = await startMcpHub({ root });
    const [one, other] = [await tokenFor(root, 'agent', 'write'), await tokenFor(root, 'person', 'read')];
    const status = async (text: string) =>
      (await ask(hub.port, { path: '/mcp', headers: bearer(text) })).status;
    const got = [];
    for (let count = 0; count < 61; count++) got.push(await status(one.text));
    expect(got.slice(0, 60)).toEqual(Array(60).fill(405));
    expect(got[60]).toBe(429);
    expect(await status(other.text)).toBe(405);
    const told = await ask2026(hub.port, one.text, 'tools/list');
    expect([told.status, told.headers['retry-after']]).toEqual([429, '1']);
    hub.clock.ms += 1_000;
    expect(await status(one.text)).toBe(405);
  });

  it('failed tries run out for who fails, not for who has a token, and not for other doors', async () => {
    const root = newRepo();
    const { port } = await startMcpHub({ root });
    const { text } = await tokenFor(root, 'agent', 'write');
    const bad = `hp_${'0'.repeat(12)}_${'A'.repeat(43)}`;
    const got = [];
    for (let count = 0; count < 32; count++) got.push((await ask2026(port, bad, 'tools/list')).status);
    expect(got.slice(0, 30)).toEqual(Array(30).fill(401));
    expect(got.slice(30)).toEqual([429, 429]);
    expect((await ask2026(port, text, 'tools/list')).status).toBe(200);
    expect((await ask(port, { path: '/nothing' })).status).toBe(404);
  });
});

describe('a yes by name', () => {
  async function waiting(change: Parameters<typeof planWith>[0] = {}) {
    const world = await planWorld();
    const stored = await world.store(change);
    const { port } = await startMcpHub({ root: world.root });
    const approvals = async () =>
      (await world.incident()).recorded.filter(({ kind }) => kind === 'approval_given');
    const carryOut = (text: string, args: Record<string, unknown>) =>
      ask2026(port, text, 'tools/call', call('deploy_hotfix', { incident: '001', ...args }));
    return { ...world, id: stored.id, port, approvals, carryOut };
  }

  it('is given by a person with the scope approve who names the plan in those words', async () => {
    const { root, id, approvals, carryOut } = await waiting();
    const { text, token } = await tokenFor(root, 'person', 'approve');
    await carryOut(text, { plan_id: id, approval: `Approve ${id.toUpperCase()} ` });
    await carryOut(text, { plan_id: id, approval: `approve ${id}` });
    expect(await approvals()).toMatchObject([
      {
        by: { name: 'ana', kind: 'human', via: 'hub token' },
        ...{ basis: 'measured', live: true },
        data: { strength: 'named', plan: id, words: `token ${token.id} of the hub` },
      },
    ]);
  });

  it.each<[string, 'person' | 'agent', 'write' | 'approve', (id: string) => Record<string, unknown>]>([
    ['an agent', 'agent', 'write', (id) => ({ plan_id: id, approval: `approve ${id}` })],
    ['a person who may only write', 'person', 'write', (id) => ({ plan_id: id, approval: `approve ${id}` })],
    ['words that name no plan', 'person', 'approve', (id) => ({ plan_id: id, approval: 'yes, approve it' })],
    ['no words', 'person', 'approve', (id) => ({ plan_id: id })],
    [
      ...['words for another plan', 'person', 'approve'],
      (id: string) => ({ plan_id: id, approval: 'approve ffffffffffff' }),
    ] as never,
    ['words without a plan', 'person', 'approve', (id) => ({ approval: `approve ${id}` })],
    [
      ...['more words than that', 'person', 'approve'],
      (id: string) => ({ plan_id: id, approval: `approve ${id} please` }),
    ] as never,
  ])('is not given by %s', async (_what, kind, scope, args) => {
    const { root, id, approvals, carryOut } = await waiting();
    const { text } = await tokenFor(root, kind, scope);
    const got = await carryOut(text, args(id));
    expect(messagesOf(got)[0]).toMatchObject({ result: { isError: true } });
    expect((await approvals()).map(({ data }) => data)).not.toContainEqual(
      expect.objectContaining({ strength: 'named' }),
    );
  });

  it('is not given where a review is asked for', async () => {
    const { root, id, approvals, carryOut } = await waiting();
    const { text } = await tokenFor(root, 'person', 'approve');
    const policy = { deploy: { P0: 'review', P1: 'review', P2: 'review', P3: 'review' } };
    writeFileSync(join(root, 'hotfix-pulse.config.json'), JSON.stringify({ policy }));
    await carryOut(text, { plan_id: id, approval: `approve ${id}` });
    expect(await approvals()).toEqual([]);
  });

  it('is not given to a plan that a newer one has replaced', async () => {
    const { root, id, store, approvals, carryOut } = await waiting();
    const { text } = await tokenFor(root, 'person', 'approve');
    await store({ commit: 'f2'.repeat(20) });
    await carryOut(text, { plan_id: id, approval: `approve ${id}` });
    expect(await approvals()).toEqual([]);
  });
});

async function openLog(root: string) {
  const { createDeps } = await import('../../src/wire.ts');
  const { log } = await createDeps({ root, actor: { name: 'test', kind: 'system' }, env: {} });
  return {
    lines: async () => (await Promise.all((await log.uids()).map((uid) => log.lines(uid)))).join(''),
  };
}
