import { expect, it } from 'vitest';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { doctorAt } from '../support/doctor-kit.ts';
import { newUid, opened, request } from '../support/log-kit.ts';
import { useTeamDatabase } from '../support/postgres-kit.ts';
import { tempRepo } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

const SECRET = 's3cret';

describeIf('postgres')('doctor with a database', () => {
  const database = useTeamDatabase();

  async function look(url: string | undefined, workspace = 'shop') {
    const { env, doctor } = doctorAt(tempRepo({ commits: 1 }).root);
    if (url !== undefined) env.HOTFIX_PULSE_DATABASE_URL = url;
    env.HOTFIX_PULSE_WORKSPACE = workspace;
    const { of, out, code, checks } = await doctor({ agent: ['kimi'] });
    return { database: of('database'), connections: of('database_connections'), out, code, checks };
  }

  it('says that it answers, what is in it and how many connections are left', async () => {
    const log = database().open({ workspace: 'shop' });
    for (const number of [1, 2]) await log.append(request(newUid(number), opened(number)));
    const found = await look(database().appUrl);
    expect(found.database).toMatchObject([
      {
        ...{ state: 'ok', todo: '' },
        seen: expect.stringMatching(
          /^Database: answers in \d+ ms, tables of version \d+, 2 incidents \(2 open\) in workspace shop$/,
        ),
      },
    ]);
    expect(found.connections).toMatchObject([
      { state: 'ok', seen: expect.stringMatching(/^Database: \d+ of \d+ connections are free$/) },
    ]);
    expect(found.checks.some(({ id }) => id === 'clocks')).toBe(true);
  });

  it('says nothing of it where none is set', async () => {
    expect((await look(undefined)).database).toEqual([]);
  });

  it('warns when another process would hardly find a connection', async () => {
    const { admin, open } = database();
    const [{ most = 0 } = {}] = await admin<{ most: number }[]>`
      select cast(current_setting('max_connections') as integer) as most`;
    const logs = Array.from({ length: most - 12 }, (_, i) => open({ workspace: `busy/${i}`, max: 1 }));
    await Promise.all(logs.map((log) => log.uids()));
    const { connections, code } = await look(database().appUrl);
    expect(connections).toMatchObject([{ state: 'warn', todo: expect.stringMatching('max_connections') }]);
    expect(code).toBe(0);
    await Promise.all(logs.map((log) => log.close()));
  });

  it('says once what stands in the way, with what to do, and never the address', async () => {
    const { admin, url } = database();
    await admin.unsafe(`create role outside login`);
    await admin.unsafe(`create role narrow login`);
    await migrate(url('admin'), 'shop', { status: false, grant: 'narrow', allWorkspaces: false });
    await admin.unsafe('revoke insert on hotfix_pulse.token from narrow');
    await admin.unsafe('create database empty_one');
    const cases: [string, RegExp, RegExp][] = [
      [`postgres://pulse_app:${SECRET}@127.0.0.1:9/x`, /cannot be reached/, /HOTFIX_PULSE_DATABASE_URL/],
      [`mysql://u:${SECRET}@h/d`, /not an address/, /postgres:\/\//],
      [url('pulse_app', 'empty_one'), /not set up/, /hotfix-pulse migrate/],
      [url('outside'), /role may not do this/, /--grant/],
      [url('narrow'), /not all rights/, /--grant/],
      [url('admin'), /passes over row-level security/, /plain role/],
    ];
    for (const [address, seen, todo] of cases) {
      const found = await look(address);
      expect(found.code, address).toBe(11);
      expect(found.checks.filter(({ state }) => state === 'fail')).toMatchObject([
        { id: 'database', seen: expect.stringMatching(seen), todo: expect.stringMatching(todo) },
      ]);
      expect(found.out).not.toContain(SECRET);
    }
    const elsewhere = await look(url('narrow'), 'payroll');
    expect(elsewhere.database).toMatchObject([{ state: 'fail', seen: expect.stringMatching('workspace') }]);
  });
});
