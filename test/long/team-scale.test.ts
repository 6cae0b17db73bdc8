import { expect, it, onTestFinished } from 'vitest';
import type { EventDraft } from '../../src/core/events.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { createDeps } from '../../src/wire.ts';
import { newUid, note, opened, START } from '../support/log-kit.ts';
import { useTeamDatabase } from '../support/postgres-kit.ts';
import { tempRepo } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';
import { callOn, linesFor, mediansOf } from '../support/scale-kit.ts';

const SIZES = [1000, 10_000, 100_000] as const;
const OPEN = 5;
const ROUNDS = 41;
const COUNTED = 5;
/** For a hundred times as many incidents: rows are counted, times have the noise of a machine in them. */
const MOST_ROWS = 1.1;
const MOST_TIME = 3;

type Step = (closed: number, round: number) => [tool: string, args: Record<string, unknown>];

const STEPS: Record<string, Step> = {
  'list of open ones': () => ['list_incidents', {}],
  'a page of closed ones': () => ['list_incidents', { status: 'closed' }],
  'a page of all': () => ['list_incidents', { status: 'all' }],
  'get an open one by its number': (closed) => ['get_incident', { incident: `${closed + 1}` }],
  'get a closed one by its number': () => ['get_incident', { incident: '7' }],
  record: (closed, round) => [
    'record_timeline_event',
    { incident: `${closed + 1}`, text: `Seen again ${closed}-${round}` },
  ],
};

describeIf('postgres')('tools over a database of many incidents', () => {
  const database = useTeamDatabase();

  /** A workspace with this many closed incidents: the lines of a real one under other names. */
  async function filled(closed: number): Promise<{ closed: number; connect: () => Promise<Deps> }> {
    const { admin, appUrl, open } = database();
    const workspace = `scale/${closed}`;
    const uid = newUid();
    const over: EventDraft = { ...note('Over'), kind: 'closed', data: {} };
    const lines = linesFor(uid, [opened(1), over]);
    const ids = lines.map((line) => JSON.parse(line).id);
    await admin`
      insert into hotfix_pulse.incident (workspace, uid, number, is_open, last_seq, owes)
      select ${workspace}, '01K0' || lpad(n::text, 22, '0'), n, false, 2, false from generate_series(1, ${closed}::int) n`;
    for (const [i, line] of lines.entries()) {
      await admin`
        insert into hotfix_pulse.event (workspace, incident, seq, id, line, stored_at)
        select ${workspace}, '01K0' || lpad(n::text, 22, '0'), ${i + 1}, ${ids[i]},
          replace(replace(${line}::text, ${uid}, '01K0' || lpad(n::text, 22, '0')), '"number":1,', '"number":' || n || ','),
          now() - interval '1 day'
        from generate_series(1, ${closed}::int) n`;
    }
    const log = open({ workspace });
    for (let i = 0; i < OPEN; i++) {
      const draft = opened(closed + i + 1, `Cart ${i} is empty`);
      await log.append({ incident: newUid(START + i), by: { name: 'Ana', kind: 'human' }, drafts: [draft] });
    }
    await log.close();
    const { root } = tempRepo({ commits: 1 });
    const env = { HOTFIX_PULSE_DATABASE_URL: appUrl, HOTFIX_PULSE_WORKSPACE: workspace };
    return { closed, connect: () => createDeps({ root, actor: { name: 'agent', kind: 'agent' }, env }) };
  }

  /** Rows and index entries that the server has read of the record so far; whoever read has to be gone. */
  async function rowsRead(): Promise<{ rows: number; scans: number }> {
    const { admin } = database();
    const others = () => admin`select 1 from pg_stat_activity where application_name = 'hotfix-pulse'`;
    await expect.poll(async () => (await others()).length, { timeout: 20_000 }).toBe(0);
    const [found] = await admin<{ rows: number; scans: number }[]>`
      select (select sum(idx_tup_read) from pg_stat_user_indexes where relname in ('event', 'incident'))::float8
          + sum(seq_tup_read)::float8 as rows, sum(seq_scan)::float8 as scans
      from pg_stat_user_tables where schemaname = 'hotfix_pulse' and relname in ('event', 'incident')`;
    return found ?? { rows: 0, scans: 0 };
  }

  it('costs hardly more with 100 thousand closed incidents than with a thousand', {
    timeout: 300_000,
  }, async () => {
    const worlds = [];
    for (const closed of SIZES) worlds.push(await filled(closed));
    await database().admin`vacuum analyze hotfix_pulse.incident, hotfix_pulse.event`;
    const told: string[] = [];
    const failed: string[] = [];
    onTestFinished(() => {
      process.stderr.write(`${told.join('\n')}\n`);
    });
    for (const [name, step] of Object.entries(STEPS)) {
      const counts: number[] = [];
      let scans = 0;
      for (const { closed, connect } of worlds) {
        const deps = await connect();
        await callOn(deps, ...step(closed, -1));
        await deps.close?.();
        const before = await rowsRead();
        const again = await connect();
        for (let round = 0; round < COUNTED; round++) await callOn(again, ...step(closed, 1000 + round));
        await again.close?.();
        const after = await rowsRead();
        counts.push((after.rows - before.rows) / COUNTED);
        scans += after.scans - before.scans;
      }
      const connected = await Promise.all(worlds.map(({ connect }) => connect()));
      const works = worlds.map(
        ({ closed }, i) =>
          async (round: number) =>
            connected[i] && callOn(connected[i], ...step(closed, round)),
      );
      const times = await mediansOf(ROUNDS, works);
      for (const deps of connected) await deps.close?.();
      told.push(
        `${name}: ${SIZES.map((size, i) => `${size}: ${times[i]?.toFixed(1)} ms, ${counts[i]} rows read`).join(' · ')}; whole tables read ${scans}`,
      );
      const ratio = (values: readonly number[]) => (values.at(-1) ?? 0) / (values[0] ?? 1);
      if (scans > 0 || ratio(counts) > MOST_ROWS || ratio(times) > MOST_TIME) failed.push(name);
    }
    expect(failed).toEqual([]);
  });
});
