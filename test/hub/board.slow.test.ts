import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BoardChange } from '../../src/core/board/change.ts';
import { planCode } from '../../src/core/ship/plan.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { type Board, boardOf } from '../support/board-kit.ts';
import { ask, settle } from '../support/hub-kit.ts';
import { planWorld } from '../support/plan-world.ts';

async function world(visitor: Parameters<typeof boardOf>[1] = {}) {
  const kit = await planWorld();
  const board = await boardOf(kit.root, visitor);
  onTestFinished(() => board.stop());
  const cookie = await board.signIn();
  const get = (path: string, headers = {}) => ask(board.at.port, { path, headers: { cookie, ...headers } });
  const page = await get(`/board?incident=${kit.uid}`);
  const field = (name: string) => new RegExp(`data-${name}="([^"]*)"`).exec(page.body)?.[1] ?? '';
  const act = (body: unknown, headers: Record<string, string> = {}, path = '/board/act') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return ask(board.at.port, {
      ...{ method: 'POST', path, body: text },
      headers: {
        ...{ cookie, origin: board.at.url, 'content-type': 'application/json' },
        ...{ 'x-board-csrf': field('csrf'), 'content-length': String(Buffer.byteLength(text)), ...headers },
      },
    });
  };
  return {
    ...kit,
    board,
    cookie,
    get,
    page,
    field,
    act,
    tick: { act: 'task', incident: kit.uid, task: 'T003', state: 'done' },
  };
}

/** Reads a stream until the test has seen enough. */
function streamOf(board: Board, path: string, headers: Record<string, string>) {
  const got = { text: '', status: 0, isOver: false };
  const req = request({ host: '127.0.0.1', port: board.at.port, path, headers, agent: false }, (res) => {
    got.status = res.statusCode ?? 0;
    res.setEncoding('utf8');
    res.on('data', (part: string) => {
      got.text += part;
    });
    res.on('close', () => {
      got.isOver = true;
    });
  });
  req.on('error', () => undefined);
  req.end();
  onTestFinished(() => void req.destroy());
  const changes = (): BoardChange[] =>
    [...got.text.matchAll(/^event: change\ndata: (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
  return { got, changes, end: () => req.destroy() };
}

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await isSo()) return;
    await settle(30);
  }
  throw new Error(`never: ${what}`);
}

describe('who is let in', () => {
  it('is whoever has the link, once', async () => {
    const { board } = await world();
    expect(board.used.count).toBe(1);
    const link = board.access.link();
    expect(link).toMatch(/^\/board\/open\?key=[\w-]{43}$/);
    const first = await ask(board.at.port, { path: link });
    expect(first).toMatchObject({ status: 303, headers: { location: '/board' } });
    expect(String(first.headers['set-cookie'])).toMatch(
      /^hotfix_pulse_board_[0-9a-f]{8}=[\w-]{43}; Path=\/board; HttpOnly; SameSite=Lax; Max-Age=43200$/,
    );
    const second = await ask(board.at.port, { path: link });
    expect(second.headers).not.toHaveProperty('set-cookie');
    expect(board.access.link()).not.toBe(link);
    expect(board.used.count).toBe(2);
  });

  it.each(['/board', '/board/events', '/board/events?poll=1', '/board/postmortem'])(
    '%s says nothing to anybody else',
    async (path) => {
      const { board, uid } = await world();
      for (const headers of [
        {},
        { cookie: 'hotfix_pulse_board_00000000=x' },
        { authorization: 'Bearer x' },
      ] as Record<string, string>[]) {
        const at = `${path}${path.includes('?') ? '&' : '?'}incident=${uid}`;
        const got = await ask(board.at.port, { path: at, headers });
        expect(got.status).toBe(401);
        expect(got.body).not.toContain('hotfix-001');
      }
    },
  );

  it('is nobody any more when the session has ended', async () => {
    const { board } = await world();
    let isIn = true;
    const csrf = 'x'.repeat(43);
    await board.stop();
    await board.start(0, {
      howToGetIn: 'Sign in again.',
      leave: () => '',
      whoIs: () =>
        isIn ? { actor: { name: 'Eve', kind: 'human' }, csrf, write: false, approve: null } : null,
    });
    expect(await ask(board.at.port, { path: '/board' })).toMatchObject({ status: 200 });
    isIn = false;
    expect(await ask(board.at.port, { path: '/board' })).toMatchObject({
      ...{ status: 401, body: expect.stringContaining('Sign in again.') },
    });
  });

  it('asks for another Host, or by a page of another site, in vain', async () => {
    const { get, uid } = await world();
    for (const headers of [
      { host: 'evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'http://evil.example' },
    ])
      expect(await get(`/board?incident=${uid}`, headers)).toMatchObject({ status: 403, body: '' });
  });
});

describe('a link of another site', () => {
  const LINK = {
    ...{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  };

  it('shows a page to whoever is signed in, and opens nothing else', async () => {
    const { get, uid, board, incident } = await world();
    for (const path of [
      '/board',
      `/board?incident=${uid}`,
      '/board/ended',
      `/board/postmortem?incident=${uid}`,
    ])
      expect((await get(path, LINK)).status).toBe(200);
    const before = (await incident()).recorded.length;
    for (const path of ['/board/events', '/board/act', '/board/sign-out', board.access.link()])
      expect(await get(path, LINK)).toMatchObject({ status: 403, body: '' });
    expect((await incident()).recorded.length).toBe(before);
    expect(board.used.count).toBe(1);
  });
});

describe('signing out', () => {
  it('ends the session for good, its streams too, and needs the page', async () => {
    const { get, act, board, cookie, uid } = await world();
    const { got } = streamOf(board, `/board/events?incident=${uid}`, { cookie });
    await until(() => got.text.includes('event: beat'), 'a beat');
    const leave = (headers = {}) => act('{}', headers, '/board/sign-out');
    expect((await leave({ 'x-board-csrf': 'x' })).status).toBe(403);
    expect((await leave({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await get('/board/sign-out')).status).toBe(405);
    expect((await get('/board')).status).toBe(200);
    const left = await leave();
    expect(left.status).toBe(200);
    expect(String(left.headers['set-cookie'])).toMatch(
      /^hotfix_pulse_board_[0-9a-f]{8}=; Path=\/board; HttpOnly; SameSite=Lax; Max-Age=0$/,
    );
    expect((await get('/board')).status).toBe(401);
    await until(() => got.isOver, 'the end of the stream');
  });
});

describe('a page', () => {
  it('may run its own script and nothing else', async () => {
    const { page, get } = await world();
    const policy = String(page.headers['content-security-policy']);
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(nonce.length).toBeGreaterThan(20);
    expect(page.body.match(/<script\b[^>]*>/g)).toEqual([`<script src="/board/script.js" nonce="${nonce}">`]);
    for (const part of [
      "default-src 'none'",
      "connect-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(page.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(page.body).not.toMatch(/ style=| on\w+=|https?:\/\//);
    const again = await get('/board');
    expect(String(again.headers['content-security-policy'])).not.toContain(nonce);
  });

  it('is not there for an id that no record has', async () => {
    const { get } = await world();
    for (const id of ['01K00000000000000000000000', '../../etc/passwd', '<script>', 'hotfix-001']) {
      const path = `incident=${encodeURIComponent(id)}`;
      for (const at of [`/board?${path}`, `/board/postmortem?${path}`, `/board/events?poll=1&${path}`]) {
        const got = await get(at);
        expect(got.status).toBe(404);
        expect(got.body).not.toContain(id);
      }
    }
  });

  it('shows the postmortem without a script', async () => {
    const { get, uid } = await world();
    const got = await get(`/board/postmortem?incident=${uid}`);
    expect(got.status).toBe(200);
    expect(got.body).toContain('Postmortem: ');
    expect(got.headers['content-security-policy']).not.toContain('script-src');
  });
});

describe('what is done', () => {
  it('is recorded as whoever is signed in', async () => {
    const { act, tick, incident } = await world();
    expect(JSON.parse((await act(tick)).body)).toEqual({ ok: true, text: 'T003 is done.' });
    expect((await incident()).recorded.at(-1)).toMatchObject({
      kind: 'task_done',
      by: { name: 'Ana', kind: 'human', via: 'terminal' },
    });
    const role = { act: 'role', incident: tick.incident, role: 'scribe', person: 'Ben' };
    expect(JSON.parse((await act(role)).body)).toMatchObject({ ok: true });
    expect((await incident()).roles.get('scribe')?.person).toBe('Ben');
    const draft = await act({ act: 'draft', incident: tick.incident, audience: 'public' });
    expect(JSON.parse(draft.body)).toMatchObject({ ok: true, draft: expect.stringMatching(/\w/) });
  });

  it.each<[string, Record<string, string>]>([
    ['no token', { 'x-board-csrf': '' }],
    ['another token', { 'x-board-csrf': 'x'.repeat(43) }],
    ['no origin', { origin: '' }],
    ['an opaque origin', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['another site', { origin: 'https://evil.example' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', { 'content-type': 'text/plain' }],
  ])('is refused with %s', async (_what, headers) => {
    const { act, tick, incident } = await world();
    const before = (await incident()).recorded.length;
    expect(await act(tick, headers)).toMatchObject({ status: 403, body: '' });
    expect((await incident()).recorded.length).toBe(before);
  });

  it('is not done by GET, without a session, or when it is too large', async () => {
    const { act, get, tick, incident } = await world();
    const before = (await incident()).recorded.length;
    expect((await get('/board/act')).status).toBe(405);
    expect((await act(tick, { cookie: '' })).status).toBe(401);
    expect((await act({ ...tick, reason: 'x'.repeat(20_000) })).status).toBe(413);
    expect((await incident()).recorded.length).toBe(before);
  });

  it.each([
    '',
    'null',
    '[]',
    '{',
    '{"act":"close"}',
    '{"act":"task","incident":"x","task":"T001","state":"done"}',
  ])('is not understood as %j', async (body) => {
    const { act } = await world();
    expect(JSON.parse((await act(body)).body)).toMatchObject({
      ok: false,
      text: expect.stringContaining('not understood'),
    });
  });

  it('is refused in words when the operation refuses', async () => {
    const { act, tick } = await world();
    const got = await act({ ...tick, state: 'skipped' });
    expect(JSON.parse(got.body)).toEqual({
      ok: false,
      text: expect.stringMatching(/^a skip needs a reason: /),
    });
    expect(JSON.parse((await act({ ...tick, task: 'T099' })).body)).toMatchObject({ ok: false });
  });

  it('needs the right to', async () => {
    const { act, tick, store, deps, page } = await world({ write: false, approve: null });
    const stored = await store();
    expect(page.body).not.toContain('<form');
    const code = planCode(stored.plan, deps.ids.sha256);
    for (const body of [tick, { act: 'approve', incident: tick.incident, plan: stored.id, code }])
      expect(await act(body)).toMatchObject({ status: 403, body: expect.stringContaining('You may look') });
  });

  it('leaves nothing of it in the log of the server', async () => {
    const { act, tick, get, board, uid } = await world();
    await act({ ...tick, reason: 'secret-word' });
    await get(`/board?incident=${uid}&title=secret-word`);
    await get('/board/open?key=secret-word');
    expect(board.lines.join('')).not.toMatch(/secret-word|T003|log in/);
    expect(board.lines.join('')).not.toContain(uid);
  });
});

describe('a yes', () => {
  const given = async ({ incident }: { incident: Awaited<ReturnType<typeof world>>['incident'] }) =>
    (await incident()).recorded.flatMap((event) => (event.kind === 'approval_given' ? [event] : []));
  const yes = async (kit: Awaited<ReturnType<typeof world>>, plan: string, code: string) =>
    JSON.parse((await kit.act({ act: 'approve', incident: kit.uid, plan, code })).body);

  it('is what hotfix-pulse approve gives, and needs the typed code', async () => {
    const kit = await world();
    const stored = await kit.store();
    const code = planCode(stored.plan, kit.deps.ids.sha256);
    const { body } = await kit.get(`/board?incident=${kit.uid}`);
    expect(body).toContain('refs/heads/main');
    expect(body).toContain(`>${code}<`);
    expect(await yes(kit, stored.id, 'AAAA')).toMatchObject({ ok: false });
    expect(await given(kit)).toEqual([]);
    expect(await yes(kit, stored.id, ` ${code.toLowerCase()} `)).toMatchObject({ ok: true });
    expect(await given(kit)).toMatchObject([
      {
        by: { name: 'Ana', via: 'terminal' },
        basis: 'measured',
        data: { strength: 'terminal', plan: stored.id },
      },
    ]);
    expect(await yes(kit, stored.id, code)).toEqual({ ok: true, text: 'It is approved already.' });
    expect(await given(kit)).toHaveLength(1);
    expect((await kit.get(`/board?incident=${kit.uid}`)).body).toContain('Approved (terminal)');
  });

  it('is not taken for a plan that was replaced, is unknown or belongs to another incident', async () => {
    const kit = await world();
    const old = await kit.store();
    const code = planCode(old.plan, kit.deps.ids.sha256);
    await kit.store({ commands: [['git', 'push', 'origin', 'other']] });
    expect(await yes(kit, old.id, code)).toMatchObject({
      ok: false,
      text: expect.stringContaining('no longer stands'),
    });
    expect(await yes(kit, '000000000000', code)).toMatchObject({
      ok: false,
      text: expect.stringContaining('no such plan'),
    });
    expect(await given(kit)).toEqual([]);
  });

  it('of a named person is worth that, and of an agent nothing', async () => {
    const kit = await world({ approve: 'named' });
    const stored = await kit.store();
    await yes(kit, stored.id, planCode(stored.plan, kit.deps.ids.sha256));
    expect(await given(kit)).toMatchObject([{ data: { strength: 'named' } }]);
    const agent = await world({ approve: null });
    await agent.store();
    expect((await agent.get(`/board?incident=${agent.uid}`)).body).toContain('You may not approve here');
  });
});

describe('a no', () => {
  const no = async (kit: Awaited<ReturnType<typeof world>>, plan: string, reason: string) =>
    JSON.parse((await kit.act({ act: 'decline', incident: kit.uid, plan, reason })).body);

  it('is recorded with who and why, once, and is shown where the plan waits', async () => {
    const kit = await world({ approve: null });
    const { id } = await kit.store();
    expect(await no(kit, id, 'wrong <b>branch</b>')).toMatchObject({ ok: true });
    expect(await no(kit, id, 'wrong <b>branch</b>')).toMatchObject({ ok: true });
    const said = (await kit.incident()).recorded.filter(({ text }) => text.includes('declined'));
    expect(said).toMatchObject([
      {
        ...{ kind: 'noted', by: { name: 'Ana', kind: 'human', via: 'terminal' }, basis: 'stated' },
        text: expect.stringContaining(`plan ${id} declined on the board: wrong <b>branch</b>`),
      },
    ]);
    const { body } = await kit.get(`/board?incident=${kit.uid}`);
    expect(body).toContain('class="declined"');
    expect(body).toContain('wrong &lt;b&gt;branch&lt;/b&gt;');
    expect(await no(kit, id, 'and late')).toMatchObject({ ok: true });
    expect((await kit.get(`/board?incident=${kit.uid}`)).body.match(/class="declined"/g)).toHaveLength(2);
  });

  it('needs a reason, a plan that waits, and the right to write', async () => {
    const kit = await world();
    const stored = await kit.store();
    const before = (await kit.incident()).recorded.length;
    expect(await no(kit, stored.id, '   ')).toMatchObject({ ok: false });
    expect(await no(kit, '000000000000', 'no')).toMatchObject({
      ...{ ok: false, text: expect.stringContaining('no such plan') },
    });
    expect((await kit.incident()).recorded.length).toBe(before);
    const code = planCode(stored.plan, kit.deps.ids.sha256);
    await kit.act({ act: 'approve', incident: kit.uid, plan: stored.id, code });
    expect(await no(kit, stored.id, 'too late')).toMatchObject({
      ...{ ok: false, text: expect.stringContaining('does not take that back') },
    });
    const reads = await world({ write: false, approve: null });
    const { id } = await reads.store();
    expect((await reads.act({ act: 'decline', incident: reads.uid, plan: id, reason: 'no' })).status).toBe(
      403,
    );
  });

  it('leaves the way open for a yes', async () => {
    const kit = await world();
    const stored = await kit.store();
    await no(kit, stored.id, 'not now');
    const code = planCode(stored.plan, kit.deps.ids.sha256);
    const yes = await kit.act({ act: 'approve', incident: kit.uid, plan: stored.id, code });
    expect(JSON.parse(yes.body)).toMatchObject({ ok: true });
  });
});

describe('the stream', () => {
  it('tells what comes, once, and goes on where a page was', async () => {
    const { board, cookie, uid, field, append, incident } = await world();
    const at = `/board/events?incident=${uid}&after=${encodeURIComponent(field('cursor'))}`;
    const first = streamOf(board, at, { cookie });
    await until(() => first.got.text.includes('event: beat'), 'a beat');
    expect(first.got.text).toMatch(/^retry: 1000\n/);
    await append('noted', {}, { text: 'one' });
    await until(() => first.changes().length === 1, 'the first change');
    const [told] = first.changes();
    const last = (await incident()).recorded.at(-1)?.id;
    expect(told).toMatchObject({ timeline_is: 'more', timeline: [{ id: last }] });
    first.end();
    await append('noted', {}, { text: 'two' });
    await append('noted', {}, { text: 'three' });
    await board.stop();
    await board.start();
    const second = streamOf(board, at, { cookie, 'last-event-id': told?.cursor ?? '' });
    await until(() => second.changes().length > 0, 'what was missed');
    expect(
      second
        .changes()
        .flatMap(({ timeline }) => timeline.map(({ html }) => /(one|two|three)</.exec(html)?.[1])),
    ).toEqual(['two', 'three']);
    const now = second.changes().at(-1)?.cursor ?? '';
    const poll = (after: string) =>
      ask(board.at.port, {
        path: `/board/events?incident=${uid}&poll=1&after=${encodeURIComponent(after)}`,
        headers: { cookie },
      });
    expect(await poll(now)).toMatchObject({ status: 204, body: '' });
    expect(JSON.parse((await poll('nonsense')).body)).toMatchObject({ timeline_is: 'whole', cursor: now });
  });

  it('ends when the server is asked to stop, without being cut off', async () => {
    const { board, cookie } = await world();
    const { got } = streamOf(board, '/board/events', { cookie });
    await until(() => got.text.includes('event: change'), 'the list came');
    const begun = performance.now();
    await board.stop(5_000);
    expect(performance.now() - begun).toBeLessThan(1_000);
    await until(() => got.isOver, 'the end');
  });

  it('shows a new incident in the list', async () => {
    const { board, cookie } = await world();
    const { changes } = streamOf(board, '/board/events', { cookie });
    await until(() => changes().length === 1, 'the list');
    const deps = await board.context.depsFor({ name: 'claude', kind: 'agent' });
    await callTool(createHotfixTask, { description: 'Invoices are made twice', severity: 'P2' }, deps);
    await until(
      () => changes().at(-1)?.parts.list?.includes('Invoices are made twice') === true,
      'the new one',
    );
  });
});
