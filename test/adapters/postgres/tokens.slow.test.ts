import { connect, createServer } from 'node:net';
import postgres from 'postgres';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { migrate } from '../../../src/adapters/postgres/migrate.ts';
import { createTokenTable, type TokenTable } from '../../../src/adapters/postgres/tokens.ts';
import { foldTokens } from '../../../src/core/team-tokens.ts';
import { allTokens, createToken, holderOf, revokeToken } from '../../../src/hub/auth/tokens.ts';
import { lossyProxy } from '../../support/lossy-proxy.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { describeIf } from '../../support/requires.ts';

/** Keeps what the server answers until it is told to go on. */
async function holdingProxy(to: number) {
  let waiting: (() => void) | null = null;
  let release: (() => void)[] = [];
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    client.on('data', (data) => upstream.write(data));
    upstream.on('data', (data) => {
      if (waiting === null) return void client.write(data);
      release.push(() => client.write(data));
      waiting();
    });
    for (const socket of [client, upstream]) {
      socket.on('error', () => {});
      socket.on('close', () => [client, upstream].map((one) => one.destroy()));
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    /** Resolves when the first answer is there. */
    hold: () =>
      new Promise<void>((done) => {
        waiting = done;
      }),
    go() {
      waiting = null;
      for (const send of release) send();
      release = [];
    },
  };
}

const NOW = Date.parse('2026-11-21T10:00:00Z');
const AGENT = { name: 'robo', kind: 'agent', scope: 'write', expires_at: null } as const;

describeIf('postgres')('tokens in PostgreSQL', () => {
  const database = useTeamDatabase();
  const opened: TokenTable[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));

  function team(workspace: string, url = database().appUrl) {
    const tokens = createTokenTable({ url, workspace });
    opened.push(tokens);
    return { tokens, workspace };
  }
  const mayCome = async ({ tokens, workspace }: ReturnType<typeof team>, text: string) =>
    holderOf(text, foldTokens(await tokens.read()), workspace, NOW) !== null;

  it('hold in every hub from the next request on, and so does a revocation', async () => {
    const [one, other, late] = [team('shared'), team('shared'), team('shared')];
    expect(await one.tokens.read()).toEqual([]);
    expect(await other.tokens.read()).toEqual([]);
    const [kept, gone] = [await createToken(AGENT, one, NOW), await createToken(AGENT, other, NOW)];
    for (const hub of [one, other])
      for (const { text } of [kept, gone]) expect(await mayCome(hub, text)).toBe(true);
    await revokeToken(gone.token.id, one, NOW);
    for (const hub of [one, other, late]) {
      expect([await mayCome(hub, kept.text), await mayCome(hub, gone.text)]).toEqual([true, false]);
    }
    expect(JSON.stringify(await database().admin`select line from hotfix_pulse.token`)).not.toContain(
      kept.text.slice(16),
    );
  });

  it('are seen at once by whoever asks while an earlier look is still under way', async () => {
    const proxy = await holdingProxy(database().port);
    const one = team('under-way', `postgres://pulse_app@127.0.0.1:${proxy.port}/postgres`);
    const { token, text } = await createToken(AGENT, one, NOW);
    expect(await mayCome(one, text)).toBe(true);
    const answered = proxy.hold();
    const early = mayCome(one, text);
    await answered;
    await revokeToken(token.id, team('under-way'), NOW);
    const late = mayCome(one, text);
    proxy.go();
    expect([await early, await late]).toEqual([true, false]);
  });

  it('cost one message for each look, shared by all who wait for it', async () => {
    const proxy = await lossyProxy(database().port);
    const { tokens, workspace } = team('cost', `postgres://pulse_app@127.0.0.1:${proxy.port}/postgres`);
    for (let i = 0; i < 30; i++) await createToken(AGENT, { tokens, workspace }, NOW);
    expect(await tokens.read()).toHaveLength(30);
    const before = proxy.sent();
    expect(await tokens.read()).toHaveLength(30);
    expect(proxy.sent() - before).toBe(1);
    await Promise.all(Array.from({ length: 50 }, () => tokens.read()));
    expect(proxy.sent() - before).toBe(2);
  });

  it('are added once each, whoever writes at the same moment', async () => {
    const teams = [team('crowd'), team('crowd'), team('crowd')];
    const made = await Promise.all(
      Array.from({ length: 24 }, (_, i) => createToken(AGENT, teams[i % 3] ?? team('crowd'), NOW)),
    );
    const all = await allTokens(team('crowd'));
    expect(all.map(({ id }) => id).sort()).toEqual(made.map(({ token }) => token.id).sort());
    const rows = await database()
      .admin`select seq from hotfix_pulse.token where workspace = 'crowd' order by seq`;
    expect(rows.map(({ seq }) => seq)).toEqual(made.map((_, i) => i + 1));
  });

  it.each(['cut', 'swallow'] as const)('are added once when the answer is lost (%s)', async (mood) => {
    const proxy = await lossyProxy(database().port);
    const url = `postgres://pulse_app@127.0.0.1:${proxy.port}/postgres`;
    const tokens = createTokenTable({ url, workspace: mood, statementMs: 500 });
    opened.push(tokens);
    await createToken(AGENT, { tokens, workspace: mood }, NOW);
    proxy.next(mood);
    await createToken(AGENT, { tokens, workspace: mood }, NOW);
    expect(await database().admin`select 1 from hotfix_pulse.token where workspace = ${mood}`).toHaveLength(
      2,
    );
  });

  it('that an older backup has no more do not stay in force', async () => {
    const { admin } = database();
    const one = team('restored');
    const [kept, gone] = [await createToken(AGENT, one, NOW), await createToken(AGENT, one, NOW)];
    expect(await mayCome(one, gone.text)).toBe(true);
    await admin`delete from hotfix_pulse.token where workspace = 'restored' and seq = 2`;
    expect([await mayCome(one, kept.text), await mayCome(one, gone.text)]).toEqual([true, false]);
    await revokeToken(kept.token.id, team('restored'), NOW);
    expect(await mayCome(one, kept.text)).toBe(false);
  });

  it('let nobody in who was let in before, once the role may not work in the workspace', async () => {
    const { admin, url } = database();
    await admin`create role left_out login`;
    await migrate(url('admin'), 'leaving', { status: false, grant: 'left_out', allWorkspaces: false });
    const one = team('leaving', url('left_out'));
    const { text } = await createToken(AGENT, one, NOW);
    expect(await mayCome(one, text)).toBe(true);
    await admin`delete from hotfix_pulse.access where role_name = 'left_out'`;
    expect(await mayCome(one, text)).toBe(false);
    await expect(team('leaving', url('left_out')).tokens.read()).rejects.toMatchObject({
      code: 'not_configured',
    });
  });

  it('cannot be changed, taken away or written into another workspace by the role of a hub', async () => {
    const { admin, url } = database();
    await admin`create role shop_hub login`;
    await migrate(url('admin'), 'shop', { status: false, grant: 'shop_hub', allWorkspaces: false });
    const { text } = await createToken(AGENT, team('shop', url('shop_hub')), NOW);
    const foreign = await createToken(AGENT, team('payroll'), NOW);
    const sql = postgres(url('shop_hub'), { max: 1, onnotice: () => {} });
    const line = JSON.stringify({ v: 1 });
    for (const named of ['shop', 'payroll', '*', '']) {
      const tried = (statement: string) =>
        sql.unsafe(`select set_config('hotfix_pulse.workspace', '${named}', false); ${statement}`).then(
          (sets) => JSON.stringify(sets[1] ?? []),
          (error: postgres.PostgresError) => error.code,
        );
      const into = `insert into hotfix_pulse.token (workspace, seq, line) values ('payroll', 7, '${line}')`;
      expect(await tried(into)).toBe('42501');
      expect(await tried(`update hotfix_pulse.token set line = '${line}'`)).toBe('42501');
      expect(await tried('delete from hotfix_pulse.token')).toBe('42501');
      expect(await tried('truncate hotfix_pulse.token')).toBe('42501');
      expect(await tried(`select line from hotfix_pulse.token where workspace <> 'shop'`)).toBe('[]');
    }
    await sql.end();
    expect(await mayCome(team('shop', url('shop_hub')), text)).toBe(true);
    expect(await mayCome(team('shop', url('shop_hub')), foreign.text)).toBe(false);
    expect(await mayCome(team('payroll'), foreign.text)).toBe(true);
  });
});
