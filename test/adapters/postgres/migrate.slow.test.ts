import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import postgres from 'postgres';
import { describe, expect, it } from 'vitest';
import { systemClock, systemIds } from '../../../src/adapters/clock-ids.ts';
import { findPlaces } from '../../../src/adapters/log-places.ts';
import { migrate } from '../../../src/adapters/postgres/migrate.ts';
import { createPostgresLog, type PostgresLog } from '../../../src/adapters/postgres/postgres-log.ts';
import { migrateDatabase, openTeamRecord } from '../../../src/adapters/postgres/record.ts';
import { MIGRATIONS, SCHEMA_VERSION, textOf } from '../../../src/adapters/postgres/schema.ts';
import { newUid, note, opened, request } from '../../support/log-kit.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { tempFolder, tempRepo } from '../../support/repo.ts';
import { describeIf } from '../../support/requires.ts';

const LOOK = { status: true, grant: undefined, allWorkspaces: false };
const APPLY = { status: false, grant: undefined, allWorkspaces: false };

describe('the migrations', () => {
  it('are listed, in order, as they are on disk', () => {
    const folder = new URL('../../../migrations/', import.meta.url);
    expect(MIGRATIONS.map(({ name }) => name)).toEqual(readdirSync(folder).sort());
    for (const [i, migration] of MIGRATIONS.entries()) {
      const text = readFileSync(new URL(migration.name, folder), 'utf8');
      expect(migration.version).toBe(i + 1);
      expect(migration.name).toMatch(new RegExp(`^0*${i + 1}_[a-z_]+\\.sql$`));
      // A released file is not edited: add the next one.
      expect(createHash('sha256').update(text).digest('hex')).toBe(migration.sha256);
      expect(textOf(migration)).toBe(text);
    }
  });

  it('are refused when they were changed', () => {
    const [first = { version: 1, name: '', sha256: '' }] = MIGRATIONS;
    expect(() => textOf({ ...first, sha256: '0'.repeat(64) })).toThrow('or were changed');
  });
});

describeIf('postgres')('hotfix-pulse migrate', () => {
  const database = useTeamDatabase();
  let count = 0;

  /** An empty database of a plain owner, who is no superuser. */
  async function empty() {
    count += 1;
    const { admin, url } = database();
    const name = `db${count}`;
    await admin.unsafe(`create role owner${count} login`);
    await admin.unsafe(`create database ${name} owner owner${count}`);
    return { url: url(`owner${count}`, name), as: (role: string) => url(role, name), owner: `owner${count}` };
  }
  const logAt = (url: string, workspace = 'w'): PostgresLog =>
    createPostgresLog({ url, workspace, clock: systemClock, ids: systemIds });
  async function failing(url: string) {
    const log = logAt(url);
    const error = await log.append(request(newUid(), note('x'))).catch((thrown) => thrown);
    await log.close();
    return error;
  }
  async function by<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      return await work(sql);
    } finally {
      await sql.end();
    }
  }

  it('makes the tables once, also when several start at the same moment', async () => {
    const { url } = await empty();
    expect(await migrate(url, null, LOOK)).toMatchObject({
      schema: 0,
      pending: MIGRATIONS.map(({ name }) => name),
    });
    const reports = await Promise.all(Array.from({ length: 4 }, () => migrate(url, null, APPLY)));
    expect(reports.flatMap(({ applied }) => applied)).toEqual(MIGRATIONS.map(({ name }) => name));
    for (const report of reports) expect(report).toMatchObject({ schema: SCHEMA_VERSION, pending: [] });
    expect(await migrate(url, 'w', APPLY)).toEqual({
      ...{ workspace: 'w', schema: SCHEMA_VERSION, known: SCHEMA_VERSION },
      ...{ applied: [], pending: [], granted: null },
    });
  });

  it('lets a single role own and use the tables, and holds it to its workspace all the same', async () => {
    const { url } = await empty();
    await migrate(url, null, APPLY);
    const [log, other] = [logAt(url), logAt(url, 'other')];
    const uid = newUid();
    await log.append(request(uid, opened(1)));
    expect(await log.uids()).toEqual([uid]);
    expect(await other.uids()).toEqual([]);
    expect(await by(url, (sql) => sql`select * from hotfix_pulse.event`)).toEqual([]);
    await Promise.all([log.close(), other.close()]);
  });

  it('gives a role what it needs in one workspace, and no more', async () => {
    const { url, as } = await empty();
    const role = `Team "${count}`;
    await database().admin.unsafe(`create role "Team ""${count}" login`);
    const report = await migrate(url, 'w', { status: false, grant: role, allWorkspaces: false });
    expect(report.granted).toEqual({ role, workspace: 'w' });
    await migrate(url, 'w', { status: false, grant: role, allWorkspaces: false });
    const app = as(encodeURIComponent(role));
    const log = logAt(app);
    const { events } = await log.append(request(newUid(), opened(1)));
    await log.purge(events[0]?.incident ?? '', events[0]?.id ?? '', { name: 'Ana', kind: 'human' }, 'x');
    expect(await failing(url.replace('/db', '/nodb'))).toMatchObject({ code: 'not_configured' });
    await expect(by(app, (sql) => sql`create table hotfix_pulse.x (y int)`)).rejects.toThrow('permission');
    await log.close();
  });

  it('knows no role that does not exist', async () => {
    const { url } = await empty();
    await expect(migrate(url, 'w', { ...APPLY, grant: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('undoes a migration that breaks off', async () => {
    const { url } = await empty();
    await by(url, (sql) => sql`create schema hotfix_pulse`);
    await by(url, (sql) => sql`create table hotfix_pulse.blob (x int)`);
    await expect(migrate(url, null, APPLY)).rejects.toMatchObject({ code: 'upstream' });
    expect(
      await by(url, (sql) => sql`select tablename from pg_tables where schemaname = 'hotfix_pulse'`),
    ).toEqual([{ tablename: 'blob' }]);
    await by(url, (sql) => sql`drop table hotfix_pulse.blob`);
    expect((await migrate(url, null, APPLY)).schema).toBe(SCHEMA_VERSION);
  });

  describe('the record', () => {
    it('asks for it where there are no tables', async () => {
      const { url } = await empty();
      expect(await failing(url)).toMatchObject({
        code: 'not_configured',
        hint: expect.stringMatching('migrate'),
      });
    });

    it('leaves tables of a newer program alone, and so does migrate', async () => {
      const { url } = await empty();
      await migrate(url, null, APPLY);
      await by(
        url,
        (sql) => sql`insert into hotfix_pulse.migration values (${SCHEMA_VERSION + 1}, 'x', 'x')`,
      );
      const wanted = { code: 'not_configured', message: expect.stringMatching('newer hotfix-pulse') };
      expect(await failing(url)).toMatchObject(wanted);
      await expect(migrate(url, null, APPLY)).rejects.toMatchObject(wanted);
      await expect(migrate(url, null, LOOK)).rejects.toMatchObject(wanted);
    });

    it('refuses tables that other files have made', async () => {
      const { url } = await empty();
      await migrate(url, null, APPLY);
      await by(url, (sql) => sql`update hotfix_pulse.migration set sha256 = 'x'`);
      expect(await failing(url)).toMatchObject({ message: expect.stringMatching('another migration 1') });
    });

    it('refuses a role that would see every workspace', async () => {
      expect(await failing(database().url('admin'))).toMatchObject({ code: 'unsafe' });
      const { admin, url } = database();
      await admin`create role passes login bypassrls`;
      await migrate(url('admin'), 'w', { status: false, grant: 'passes', allWorkspaces: true });
      expect(await failing(url('passes'))).toMatchObject({ code: 'unsafe' });
    });

    it('notices that something on the way drops the workspace', async () => {
      const url = `${database().appUrl}?hotfix_pulse.workspace=elsewhere`;
      expect(await failing(url)).toMatchObject({ message: expect.stringMatching('pooler') });
    });

    it('says so when it may only read', async () => {
      const url = `${database().appUrl}?default_transaction_read_only=on`;
      expect(await failing(url)).toMatchObject({
        code: 'upstream',
        message: expect.stringMatching('only reads'),
      });
    });
  });

  it('keeps quiet about the address, whatever is wrong with it', async () => {
    const env = (HOTFIX_PULSE_DATABASE_URL: string) => ({ HOTFIX_PULSE_DATABASE_URL });
    for (const url of [
      's3cret',
      'postgres://',
      'mysql://u:s3cret@h/d',
      'postgres://u:s3cret%zz@h:1/d',
      'postgres://u:s3cret@h:port/d',
    ]) {
      const error = await migrateDatabase(null, env(url), LOOK).catch((thrown) => thrown);
      expect(error).toMatchObject({ name: 'PulseError' });
      expect(`${error.message}${error.hint}${JSON.stringify(error.details)}`).not.toContain('s3cret');
    }
    await expect(migrateDatabase(null, {}, LOOK)).rejects.toMatchObject({ code: 'not_configured' });
  });

  it('takes the workspace from the environment, else from the remote', async () => {
    const { url } = await empty();
    const repo = tempRepo();
    const env = { HOTFIX_PULSE_DATABASE_URL: url };
    const wanted = { status: false, grant: database().appUrl.split('@')[0]?.slice(11), allWorkspaces: false };
    await expect(migrateDatabase(repo.root, env, wanted)).rejects.toMatchObject({ code: 'not_configured' });
    expect((await migrateDatabase(tempFolder(), env, LOOK)).workspace).toBeNull();
    repo.git(['remote', 'add', 'origin', 'git@github.com:Acme/Shop.git']);
    expect((await migrateDatabase(repo.root, env, wanted)).granted?.workspace).toBe('github.com/acme/shop');
    const named = { ...env, HOTFIX_PULSE_WORKSPACE: ' Payments ' };
    expect((await migrateDatabase(repo.root, named, LOOK)).workspace).toBe('payments');
    const bad = { ...env, HOTFIX_PULSE_WORKSPACE: '*' };
    await expect(migrateDatabase(repo.root, bad, LOOK)).rejects.toMatchObject({ code: 'invalid_input' });
    const places = await findPlaces(repo.root);
    const record = await openTeamRecord({ places, env, clock: systemClock, ids: systemIds });
    expect(record.workspace).toBe('github.com/acme/shop');
    await record.close();
  });
});
