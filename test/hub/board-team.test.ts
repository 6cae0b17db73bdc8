import { describe, expect, it, onTestFinished } from 'vitest';
import { planCode } from '../../src/core/ship/plan.ts';
import type { TokenEntry, TokenKind } from '../../src/core/team-tokens.ts';
import { createToken, revokeToken } from '../../src/hub/auth/tokens.ts';
import { createTokenAccess, openBoardDoor } from '../../src/hub/board-team.ts';
import type { Team } from '../../src/ports-team.ts';
import { boardOf } from '../support/board-kit.ts';
import { ask } from '../support/hub-kit.ts';
import { planWorld } from '../support/plan-world.ts';

const KEY = Buffer.alloc(32, 7);

function teamOf(): Team {
  const entries: TokenEntry[] = [];
  const append = async (entry: TokenEntry) => void entries.push(entry);
  return { workspace: 'shop', tokens: { read: async () => entries, append } };
}

async function hub() {
  const kit = await planWorld();
  const board = await boardOf(kit.root);
  onTestFinished(() => board.stop());
  const team = teamOf();
  const clock = { ms: Date.now() };
  const access = (key: Buffer = KEY) => createTokenAccess(team, { key, now: () => clock.ms });
  await board.stop();
  await board.start(0, access());
  const token = (
    scope: 'read' | 'write' | 'approve',
    kind: TokenKind = 'person',
    expires_at: string | null = null,
  ) => createToken({ name: 'Ana', kind, scope, expires_at }, team, clock.ms);
  const enter = (text: string, headers: Record<string, string> = {}, query = '') => {
    const body = new URLSearchParams({ token: text }).toString();
    return ask(board.at.port, {
      ...{ method: 'POST', path: `/board/sign-in${query}`, body },
      headers: {
        ...{ origin: board.at.url, 'content-type': 'application/x-www-form-urlencoded' },
        ...{ 'content-length': String(body.length), ...headers },
      },
    });
  };
  const cookieFor = async (text: string) =>
    String((await enter(text)).headers['set-cookie']).split(';')[0] ?? '';
  const page = (cookie: string, path = `/board?incident=${kit.uid}`) =>
    ask(board.at.port, { path, headers: { cookie } });
  const act = async (cookie: string, body: Record<string, unknown>) => {
    const csrf = /data-csrf="([^"]+)"/.exec((await page(cookie)).body)?.[1] ?? '';
    const text = JSON.stringify({ incident: kit.uid, ...body });
    return ask(board.at.port, {
      ...{ method: 'POST', path: '/board/act', body: text },
      headers: {
        ...{ cookie, origin: board.at.url, 'content-type': 'application/json', 'x-board-csrf': csrf },
        'content-length': String(text.length),
      },
    });
  };
  const leave = async (cookie: string, headers: Record<string, string> = {}) => {
    const csrf = /data-csrf="([^"]+)"/.exec((await page(cookie)).body)?.[1] ?? '';
    return ask(board.at.port, {
      ...{ method: 'POST', path: '/board/sign-out', body: '{}' },
      headers: {
        ...{ cookie, origin: board.at.url, 'content-type': 'application/json', 'content-length': '2' },
        ...{ 'x-board-csrf': csrf, ...headers },
      },
    });
  };
  return { ...kit, leave, board, team, clock, access, token, enter, cookieFor, page, act };
}

describe('signing in to the board of a hub', () => {
  it('takes the token of a person, keeps it out of the cookie, and is asked for first', async () => {
    const kit = await hub();
    const { text } = await kit.token('write');
    expect(await kit.page('', '/board')).toMatchObject({
      ...{ status: 303, headers: { location: '/board/sign-in' } },
    });
    expect(await kit.page('', '/board/events')).toMatchObject({ status: 401 });
    const form = await kit.page('', '/board/sign-in');
    expect(form.body).toContain('type="password"');
    expect(form.headers['referrer-policy']).toBe('same-origin');
    expect(form.headers['content-security-policy']).toMatch(/default-src 'none'.*form-action 'self'/);
    const entered = await kit.enter(text);
    expect(entered).toMatchObject({ status: 303, headers: { location: '/board' } });
    const cookie = String(entered.headers['set-cookie']);
    expect(cookie).toMatch(/; Path=\/board; HttpOnly; SameSite=Lax; Max-Age=43200$/);
    expect(cookie).not.toContain(text.slice(16));
    const { body } = await kit.page(cookie.split(';')[0] ?? '');
    expect(body).toContain('hotfix-001');
    expect(body).not.toContain(text.slice(16));
    const secure = await kit.enter(text, { origin: kit.board.at.url.replace('http:', 'https:') });
    expect(String(secure.headers['set-cookie'])).toMatch(/; Secure$/);
  });

  it('leads on to the incident that was asked for, and nowhere else', async () => {
    const kit = await hub();
    const { text } = await kit.token('read');
    const { headers } = await kit.page('');
    expect(headers.location).toBe(`/board/sign-in?incident=${kit.uid}`);
    const form = await kit.page('', String(headers.location));
    expect(form.body).toContain(`action="/board/sign-in?incident=${kit.uid}"`);
    const at = async (query: string) => (await kit.enter(text, {}, query)).headers.location;
    expect(await at(`?incident=${kit.uid}`)).toBe(`/board?incident=${kit.uid}`);
    for (const query of [
      '?incident=//evil.example',
      '?incident=../../mcp',
      `?incident=${kit.uid}%0d%0aX`,
      '',
    ])
      expect(await at(query)).toBe('/board');
    expect((await kit.page('', '/board?incident=%22%3E%3Cscript%3E')).headers.location).toBe(
      '/board/sign-in',
    );
  });

  it('ends when somebody signs out, also for a copy of the cookie; others stay', async () => {
    const kit = await hub();
    const { text } = await kit.token('write');
    const [one, other] = [await kit.cookieFor(text), await kit.cookieFor(text)];
    expect((await kit.leave(one, { 'x-board-csrf': 'x' })).status).toBe(403);
    expect((await kit.leave(one, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await kit.page(one)).status).toBe(200);
    const left = await kit.leave(one);
    expect(left).toMatchObject({ status: 200, body: '{"ok":true}' });
    expect(String(left.headers['set-cookie'])).toBe(
      'hotfix_pulse_board=; Path=/board; HttpOnly; SameSite=Lax; Max-Age=0',
    );
    expect((await kit.page(one)).status).toBe(303);
    expect((await kit.page(other)).status).toBe(200);
  });

  it.each<[string, (kit: Awaited<ReturnType<typeof hub>>) => Promise<string>]>([
    ['nothing', async () => ''],
    ['a wrong one', async () => `hp_${'0'.repeat(12)}_${'A'.repeat(43)}`],
    ['the one of an agent', async (kit) => (await kit.token('write', 'agent')).text],
    ['one that is over', async (kit) => (await kit.token('write', 'person', '2020-01-01T00:00:00Z')).text],
  ])('does not take %s', async (_what, make) => {
    const kit = await hub();
    const got = await kit.enter(await make(kit));
    expect(got.status).toBe(401);
    expect(got.headers).not.toHaveProperty('set-cookie');
    expect(got.body).toContain('That is no valid token of a person.');
  });

  it('is not done by a page of another site, nor with a body without end', async () => {
    const kit = await hub();
    const { text } = await kit.token('write');
    for (const headers of [{ origin: 'null' }, { origin: 'http://127.0.0.1:1' }])
      expect((await kit.enter(text, headers)).status).toBe(403);
    expect((await kit.enter(text.padEnd(2_000))).status).toBe(403);
  });

  it('ends with the token, with time, and with another key; a hub with the same key goes on', async () => {
    const kit = await hub();
    const { text, token } = await kit.token('write');
    const cookie = await kit.cookieFor(text);
    const again = async (key: Buffer) => {
      await kit.board.stop();
      await kit.board.start(0, kit.access(key));
      return (await kit.page(cookie)).status;
    };
    expect(await again(KEY)).toBe(200);
    expect(await again(Buffer.alloc(32, 8))).toBe(303);
    expect(await again(KEY)).toBe(200);
    const [name = '', value = ''] = cookie.split('=');
    const parts = value.split('.');
    const changed = [
      [parts[0], String(Number(parts[1]) + 1_000), parts[2], parts[3]],
      ['0'.repeat(12), parts[1], parts[2], parts[3]],
      [parts[0], parts[1], parts[2], 'A'.repeat(43)],
    ];
    for (const one of changed) expect((await kit.page(`${name}=${one.join('.')}`)).status).toBe(303);
    kit.clock.ms += 12 * 3_600_000;
    expect((await kit.page(cookie)).status).toBe(303);
    kit.clock.ms -= 3_600_000;
    expect((await kit.page(cookie)).status).toBe(200);
    await revokeToken(token.id, kit.team, kit.clock.ms);
    expect((await kit.page(cookie)).status).toBe(303);
  });
});

describe('what somebody may do there', () => {
  it('is what the scope of the token says, under its name', async () => {
    const kit = await hub();
    const tick = { act: 'task', task: 'T003', state: 'done' };
    const reads = await kit.cookieFor((await kit.token('read')).text);
    expect((await kit.act(reads, tick)).status).toBe(403);
    expect((await kit.page(reads)).body).not.toContain('<form');
    const writes = await kit.cookieFor((await kit.token('write')).text);
    expect(JSON.parse((await kit.act(writes, tick)).body)).toMatchObject({ ok: true });
    expect((await kit.incident()).recorded.at(-1)).toMatchObject({
      ...{ kind: 'task_done', by: { name: 'Ana', kind: 'human', via: 'hub token' } },
    });
  });

  it('names those who may say yes, while their tokens are valid', async () => {
    const kit = await hub();
    await kit.store();
    const reads = await kit.cookieFor((await kit.token('read')).text);
    expect((await kit.page(reads)).body).toContain('--scope approve');
    const ben = await createToken(
      { name: 'Ben', kind: 'person', scope: 'approve', expires_at: null },
      kit.team,
      kit.clock.ms,
    );
    expect((await kit.page(reads)).body).toContain('On this board it can be given by Ben.');
    await revokeToken(ben.token.id, kit.team, kit.clock.ms);
    expect((await kit.page(reads)).body).not.toContain('Ben');
  });

  it('is a yes by name only with the scope approve', async () => {
    const kit = await hub();
    const stored = await kit.store();
    const yes = { act: 'approve', plan: stored.id, code: planCode(stored.plan, kit.deps.ids.sha256) };
    const writes = await kit.cookieFor((await kit.token('write')).text);
    expect((await kit.act(writes, yes)).status).toBe(403);
    const { text, token } = await kit.token('approve');
    const approves = await kit.cookieFor(text);
    expect(JSON.parse((await kit.act(approves, yes)).body)).toMatchObject({ ok: true });
    const given = (await kit.incident()).recorded.filter(({ kind }) => kind === 'approval_given');
    expect(given).toMatchObject([
      {
        by: { name: 'Ana', kind: 'human', via: 'hub token' },
        data: { strength: 'named', plan: stored.id, words: `token ${token.id} of the hub, on the board` },
      },
    ]);
  });
});

describe('the door of a hub', () => {
  it('needs no key, and refuses a short one', async () => {
    const { board } = await hub();
    const door = await openBoardDoor({ ...board.context, env: {} });
    expect(door?.paths).toContain('/board/sign-in');
    await expect(
      openBoardDoor({ ...board.context, env: { HOTFIX_PULSE_SESSION_KEY: 'short' } }),
    ).rejects.toMatchObject({ code: 'not_configured' });
  });
});
