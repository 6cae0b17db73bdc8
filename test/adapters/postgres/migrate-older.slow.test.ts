import postgres from 'postgres';
import { expect, it } from 'vitest';
import { systemClock, systemIds } from '../../../src/adapters/clock-ids.ts';
import { migrate } from '../../../src/adapters/postgres/migrate.ts';
import { createPostgresLog } from '../../../src/adapters/postgres/postgres-log.ts';
import { MIGRATIONS, SCHEMA_VERSION, textOf } from '../../../src/adapters/postgres/schema.ts';
import { newUid, note, opened, request } from '../../support/log-kit.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { describeIf } from '../../support/requires.ts';

const APPLY = { status: false, grant: undefined, allWorkspaces: false };

async function by<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

describeIf('postgres')('tables of an older program', () => {
  const database = useTeamDatabase();

  it('are brought along: keys that opened two incidents, and rights of roles that were let in', async () => {
    const { admin, url: to } = database();
    const [owner, role, name] = ['older_owner', 'older_app', 'older'];
    for (const one of [owner, role]) await admin.unsafe(`create role ${one} login`);
    await admin.unsafe(`create database ${name} owner ${owner}`);
    const as = (one: string) => to(one, name);
    const url = as(owner);
    const uids = [1, 2, 3].map((n) => newUid(n));
    await by(url, async (sql) => {
      for (const [i, migration] of MIGRATIONS.slice(0, 2).entries())
        await sql.unsafe(
          `${textOf(migration)}; insert into hotfix_pulse.migration values (${i + 1}, 'x', '${migration.sha256}')`,
        );
      await sql`insert into hotfix_pulse.access values (current_user, '*'), (${role}, '*')`;
    });
    // Two in one workspace and one in another: the migration has to see them without belonging to either.
    for (const [i, uid] of uids.entries()) {
      const kept = database().open();
      await kept.append(request(uid, { ...opened(1), key: 'k/0' }, note('after', 'k/1')));
      const lines = (await kept.lines(uid)).split('\n').filter((line) => line !== '');
      await by(as('admin'), async (sql) => {
        for (const [at, line] of lines.entries()) {
          const row = { workspace: i < 2 ? 'w' : 'other', incident: uid, seq: at + 1, key: `k/${at}` };
          await sql`insert into hotfix_pulse.event ${sql({ ...row, id: JSON.parse(line).id, line })}`;
        }
        const head = { workspace: i < 2 ? 'w' : 'other', uid, number: 1, is_open: true, last_seq: 2 };
        await sql`insert into hotfix_pulse.incident ${sql(head)}`;
      });
    }
    expect((await migrate(url, null, APPLY)).schema).toBe(SCHEMA_VERSION);
    const keys = await by(
      as('admin'),
      (sql) => sql`select incident, key from hotfix_pulse.event order by incident, seq`,
    );
    expect(keys.map(({ incident, key }) => [uids.indexOf(incident), key])).toEqual([
      ...[
        [0, 'k/0'],
        [0, 'k/1'],
        [1, null],
        [1, 'k/1'],
        [2, 'k/0'],
        [2, 'k/1'],
      ],
    ]);
    expect(await by(url, (sql) => sql`select * from hotfix_pulse.event`)).toEqual([]);
    const log = createPostgresLog({ url: as(role), workspace: 'w', clock: systemClock, ids: systemIds });
    for (const uid of uids.slice(0, 2)) expect((await log.read(uid)).events).toHaveLength(2);
    const again = await log.append(request(newUid(), { ...opened(1), key: 'k/0' }));
    expect(again).toMatchObject({ replayed: true, events: [{ incident: uids[0] }] });
    expect(await by(as(role), (sql) => sql`select * from hotfix_pulse.token`)).toEqual([]);
    await log.close();
  });
});
