import { beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { openTeamTokens } from '../../src/adapters/postgres/record.ts';
import type { Scope, TokenKind } from '../../src/core/team-tokens.ts';
import { createToken, revokeToken } from '../../src/hub/auth/tokens.ts';
import { newUid, opened, request } from '../support/log-kit.ts';
import { ask2026, messagesOf, startMcpHub, tokenFor } from '../support/mcp-hub.ts';
import { useTeamDatabase } from '../support/postgres-kit.ts';
import { tempRepo } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

/** The security table where two workspaces share one database, each with hubs that sign in with a role of their own. */

const SECRET = 'Payroll of 4711 people cannot be paid out';
const call = (name: string, args: Record<string, unknown> = {}) => ({ params: { name, arguments: args } });

describeIf('postgres')('hubs of two workspaces on one database', () => {
  const database = useTeamDatabase();
  let shop: Record<string, string>;
  let payroll: Record<string, string>;
  const uid = newUid();

  async function team(name: string): Promise<Record<string, string>> {
    const { admin, url } = database();
    await admin.unsafe(`create role ${name}_hub login`);
    await migrate(url('admin'), name, { status: false, grant: `${name}_hub`, allWorkspaces: false });
    return { HOTFIX_PULSE_DATABASE_URL: url(`${name}_hub`), HOTFIX_PULSE_WORKSPACE: name };
  }

  /** Another hub of the workspace: on a machine and in a clone of its own. */
  async function hub(env: Record<string, string>) {
    const root = tempRepo({ commits: 1 }).root;
    const { port, lines, stop } = await startMcpHub({ root, env });
    const asked = async (text: string, method: string, sent: Parameters<typeof ask2026>[3] = {}) => {
      const got = await ask2026(port, text, method, sent);
      return { ...got, first: messagesOf(got)[0] };
    };
    const token = (kind: TokenKind = 'agent', scope: Scope = 'write') => tokenFor(root, kind, scope, { env });
    return { root, port, lines, stop, asked, token };
  }

  beforeAll(async () => {
    [shop, payroll] = [await team('shop'), await team('payroll')];
    await database()
      .open({ workspace: 'payroll' })
      .append(request(uid, opened(1, SECRET)));
  });

  it('see what their own workspace has, from any machine', async () => {
    const [one, other] = [await hub(payroll), await hub(payroll)];
    const { text } = await one.token();
    for (const { asked } of [one, other]) {
      const got = await asked(text, 'tools/call', call('get_incident', { incident: uid }));
      expect(got.first).toMatchObject({ result: { structuredContent: { uid } } });
    }
  });

  describe('show nothing of the other', () => {
    it.each([
      ['by uid', () => call('get_incident', { incident: uid })],
      ['by uid in small letters', () => call('get_incident', { incident: uid.toLowerCase() })],
      ['by number', () => call('get_incident', { incident: 'hotfix-001' })],
      ['by slug', () => call('get_incident', { incident: 'users-cannot-log-in' })],
      ['as the only open one', () => call('get_incident')],
      ['by writing to it', () => call('record_timeline_event', { incident: uid, text: 'seen' })],
      ['by closing it', () => call('close_incident', { incident: uid })],
    ])('%s', async (_, sent) => {
      const mine = await hub(shop);
      const { text } = await mine.token();
      const got = await mine.asked(text, 'tools/call', sent());
      expect(got.first).toMatchObject({ result: { isError: true } });
      expect(got.body).not.toMatch(/4711|Payroll/);
    });

    it.each([
      ['search', () => call('list_incidents', { text: 'payroll paid out people' })],
      ['list', () => call('list_incidents', { scope: 'all' })],
      ['review', () => call('review_incidents')],
      ['classification', () => call('classify_severity', { description: SECRET.slice(0, 7) })],
    ])('in a %s', async (_, sent) => {
      const mine = await hub(shop);
      const { text } = await mine.token();
      const got = await mine.asked(text, 'tools/call', sent());
      expect(got.first).toMatchObject({ result: { content: [{}] } });
      expect(got.body).not.toContain(uid);
      expect(got.body).not.toContain('4711');
    });

    it('by the address of a resource, nor in the list of them', async () => {
      const mine = await hub(shop);
      const { text } = await mine.token();
      const names = [uid, uid.toLowerCase(), 'hotfix-001', '001', `..%2f${uid}`, `payroll%2f${uid}`];
      for (const document of ['timeline', 'hotfix.md', 'tasks.md', 'post-mortem.md']) {
        for (const name of names) {
          const params = { uri: `incident://${name}/${document}` };
          const got = await mine.asked(text, 'resources/read', { params });
          expect([params.uri, got.first]).toEqual([
            params.uri,
            expect.objectContaining({ error: expect.anything() }),
          ]);
          expect(got.body).not.toMatch(/4711|Payroll/);
        }
      }
      const { first } = await mine.asked(text, 'resources/list');
      expect(first).toMatchObject({ result: { resources: [] } });
    });

    it('when an incident of ours has the same number and title', async () => {
      const mine = await hub(await team('store'));
      const { text } = await mine.token();
      const made = await mine.asked(text, 'tools/call', call('create_hotfix_task', { description: SECRET }));
      expect(made.first).toMatchObject({
        result: { structuredContent: { incident: 'hotfix-001', opened: true, similar: [] } },
      });
      expect(made.body).not.toContain(uid);
    });
  });

  it('let nobody in with a token of the other, whichever way it got there', async () => {
    const [mine, theirs] = [await hub(shop), await hub(payroll)];
    const foreign = await theirs.token('person', 'approve');
    expect((await theirs.asked(foreign.text, 'tools/list')).status).toBe(200);
    const before = await mine.asked(foreign.text, 'tools/list');
    expect([before.status, before.headers['www-authenticate']]).toEqual([
      ...[401, 'Bearer realm="hotfix-pulse", error="invalid_token"'],
    ]);
    // Its line in our own table is still for the other workspace.
    const [row] = await database().admin<{ line: string }[]>`
      select line from hotfix_pulse.token where line like ${`%${foreign.token.id}%`}`;
    await database().admin`
      insert into hotfix_pulse.token (workspace, seq, line)
      select 'shop', coalesce(max(seq), 0) + 1, cast(${row?.line ?? ''} as text)
      from hotfix_pulse.token where workspace = 'shop'`;
    expect((await mine.asked(foreign.text, 'tools/list')).status).toBe(401);
    // The role of our hub cannot write a token into theirs: it signs in, says their name, and may not work there.
    const intruder = await openTeamTokens(mine.root, { ...shop, HOTFIX_PULSE_WORKSPACE: 'payroll' });
    const wanted = { name: 'eve', kind: 'person', scope: 'approve', expires_at: null } as const;
    await expect(createToken(wanted, intruder, Date.now())).rejects.toMatchObject({ code: 'not_configured' });
    await intruder.close?.();
    expect(mine.lines.join('') + theirs.lines.join('')).not.toMatch(/hp_|4711/);
  });

  it('know a token and its revocation with the next request, on every machine', async () => {
    const [one, other] = [await hub(shop), await hub(shop)];
    const { text, token } = await one.token();
    for (const { asked } of [one, other, one]) expect((await asked(text, 'tools/list')).status).toBe(200);
    const team = await openTeamTokens(other.root, shop);
    await revokeToken(token.id, team, Date.now());
    await team.close?.();
    for (const { asked } of [one, other]) expect((await asked(text, 'tools/list')).status).toBe(401);
  });

  it('do not take a token that was made for the file of the clone', async () => {
    const mine = await hub(shop);
    const old = await tokenFor(mine.root, 'agent', 'write');
    expect((await mine.asked(old.text, 'tools/list')).status).toBe(401);
  });
});
