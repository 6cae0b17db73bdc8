import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, systemIds } from '../../../src/adapters/clock-ids.ts';
import { migrate } from '../../../src/adapters/postgres/migrate.ts';
import { createPostgresLog, type PostgresLog } from '../../../src/adapters/postgres/postgres-log.ts';
import { ANA, newUid, note, opened, request } from '../../support/log-kit.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { describeIf } from '../../support/requires.ts';

const OURS = 'github.com/acme/shop';
const THEIRS = 'github.com/acme/payroll';

describeIf('postgres')('workspaces', () => {
  const database = useTeamDatabase();
  const uid = newUid();
  let secret = '';
  let ours: PostgresLog;

  beforeAll(async () => {
    const { admin, url, open } = database();
    await admin`create role shop_app login`;
    await migrate(url('admin'), OURS, { status: false, grant: 'shop_app', allWorkspaces: false });
    const theirs = open({ workspace: THEIRS });
    const { events } = await theirs.append(request(uid, opened(7), note('their s3cret', 'k')));
    secret = events[1]?.id ?? '';
    await theirs.putBlob(uid, 'their s3cret');
    await theirs.archive(uid, newUid(), { 'hotfix.md': 'their s3cret' });
    ours = createPostgresLog({
      ...{ url: url('shop_app'), workspace: OURS, clock: systemClock, ids: systemIds },
    });
  });
  afterAll(() => ours.close());

  it('hide the incidents of another one from every operation', async () => {
    expect(await ours.uids()).toEqual([]);
    expect(await ours.openUids()).toEqual([]);
    expect(await ours.read(uid)).toEqual({ uid, events: [], damage: [] });
    expect(await ours.lines(uid)).toBe('');
    expect(await ours.verify(uid)).toEqual([]);
    expect(await ours.blobs(uid)).toEqual(new Map());
    expect(await ours.archives(uid)).toEqual(new Map());
    expect(await ours.withNumbering(async (highest) => highest)).toBe(0);
    await expect(ours.purge(uid, secret, ANA, 'x')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('let two have an incident of the same id without meeting', async () => {
    const here = await ours.append(request(uid, opened(1), note('ours', 'k')));
    expect(here.events[0]?.prev).toBeNull();
    const theirs = database().open({ workspace: THEIRS });
    expect((await theirs.read(uid)).events.map(({ text }) => text)).not.toContain('ours');
    expect((await theirs.append(request(uid, note('their s3cret', 'k')))).replayed).toBe(true);
  });

  it('refuse a role that may not work in one', async () => {
    const { url } = database();
    const log = createPostgresLog({
      ...{ url: url('shop_app'), workspace: THEIRS, clock: systemClock, ids: systemIds },
    });
    for (const call of [
      () => log.read(uid),
      () => log.uids(),
      () => log.append(request(uid, note('x'))),
      () => log.check(),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'not_configured' });
    }
    await log.close();
  });

  describe('by hand, as the same role', () => {
    let sql: postgres.Sql;
    beforeAll(() => {
      sql = postgres(database().url('shop_app'), { max: 1, onnotice: () => {} });
    });
    afterAll(() => sql.end());

    /** What a statement answers, in any of the ways to name the other workspace. */
    async function tried(statement: string): Promise<string[]> {
      const results: string[] = [];
      for (const named of [OURS, THEIRS, '*', '']) {
        const answer = await sql
          .unsafe(`select set_config('hotfix_pulse.workspace', '${named}', false); ${statement}`)
          .then(
            (sets) => JSON.stringify(sets[1] ?? []),
            (error: postgres.PostgresError) => `refused ${error.code}`,
          );
        results.push(answer);
      }
      return results;
    }

    it.each([
      ['incident', `select * from hotfix_pulse.incident where workspace <> '${OURS}'`],
      ['event', `select * from hotfix_pulse.event where workspace <> '${OURS}'`],
      ['blob', `select * from hotfix_pulse.blob where workspace <> '${OURS}'`],
      ['archive', `select * from hotfix_pulse.archive where workspace <> '${OURS}'`],
      ['access', `select * from hotfix_pulse.access where workspace <> '${OURS}'`],
      ['a guessed id', `select line from hotfix_pulse.event where id = 'ID'`],
      ['a count', `select 1 from hotfix_pulse.event where workspace <> '${OURS}' having count(*) > 0`],
      [
        'a condition that would tell by failing',
        `select 1 from hotfix_pulse.event where workspace <> '${OURS}' and 1 / (length(line) - length(line)) > 0`,
      ],
      [
        'a join',
        `select * from hotfix_pulse.incident i join hotfix_pulse.event e on e.incident = i.uid where e.workspace <> '${OURS}'`,
      ],
    ])('shows nothing of it: %s', async (_, statement) => {
      expect(new Set(await tried(statement.replace('ID', secret)))).toEqual(new Set(['[]']));
    });

    it.each([
      [
        'an event',
        `insert into hotfix_pulse.event (workspace, incident, seq, id, line) values ('${THEIRS}', 'I', 99, 'X', '{}')`,
      ],
      [
        'a place that is taken there, which would tell that it exists',
        `insert into hotfix_pulse.event (workspace, incident, seq, id, line) values ('${THEIRS}', 'UID', 1, 'X', '{}')`,
      ],
      ['the row of an incident', `insert into hotfix_pulse.incident values ('${THEIRS}', 'UID', 1, true, 1)`],
      ['leave to work there', `insert into hotfix_pulse.access values ('shop_app', '${THEIRS}')`],
      ['leave to work everywhere', `update hotfix_pulse.access set workspace = '*'`],
      ['a line of ours into theirs', `update hotfix_pulse.event set workspace = '${THEIRS}'`],
      ['an end of the policy', 'alter table hotfix_pulse.event disable row level security'],
      ['a removed event', 'delete from hotfix_pulse.event'],
      ['a role that passes over', 'set role pulse_app'],
      ['a passed-over policy', 'set row_security = off; select * from hotfix_pulse.event'],
    ])('takes nothing in: %s', async (_, statement) => {
      const answers = await tried(statement.replace('UID', uid));
      for (const answer of answers) expect(answer).toMatch(/^refused (?:42501|42P17)$/);
    });

    it('changes and purges nothing there', async () => {
      await tried(`update hotfix_pulse.event set line = 'x', key = null where workspace <> '${OURS}'`);
      await tried(`delete from hotfix_pulse.blob where workspace <> '${OURS}'`);
      await tried(`delete from hotfix_pulse.archive where workspace <> '${OURS}'`);
      const theirs = database().open({ workspace: THEIRS });
      expect((await theirs.read(uid)).events.map(({ text }) => text)).toContain('their s3cret');
      expect(await theirs.verify(uid)).toEqual([]);
      expect([(await theirs.blobs(uid)).size, (await theirs.archives(uid)).size]).toEqual([1, 1]);
    });
  });

  it('hear nothing in a wake-up but that there is one', async () => {
    const { url, open } = database();
    const heard: string[] = [];
    const sql = postgres(url('shop_app'), { max: 1, onnotice: () => {} });
    const channel = `hotfix_pulse_${systemIds.sha256(THEIRS).slice(0, 16)}`;
    const woken = new Promise<void>((done) => {
      void sql.listen(
        channel,
        (payload) => {
          heard.push(payload);
          done();
        },
        () => void open({ workspace: THEIRS }).append(request(newUid(), opened(8))),
      );
    });
    await woken;
    expect(heard).toEqual(['']);
    await sql.end();
  });
});
