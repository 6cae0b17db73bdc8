import { expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/clock-ids.ts';
import { handClock, newUid, note, opened, request, START } from '../../support/log-kit.ts';
import { createMemoryLog } from '../../support/memory-log.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { describeIf } from '../../support/requires.ts';

const FEW = 500;
const MANY = 50_000;
const OPEN = 20;
const ROUNDS = 40;

describeIf('postgres')('a record of many incidents', () => {
  const database = useTeamDatabase();

  /** A workspace with this many closed incidents, put in by hand, and some open ones. */
  async function filled(closed: number) {
    const { admin, open } = database();
    const workspace = `cost/${closed}`;
    const memory = createMemoryLog({ clock: handClock(), ids: systemIds });
    const template = newUid();
    await memory.append(request(template, opened(1)));
    const line = (await memory.lines(template)).trimEnd();
    await admin`
      insert into hotfix_pulse.incident (workspace, uid, number, is_open, last_seq, owes)
      select ${workspace}, '01K0' || lpad(n::text, 22, '0'), n, false, 1, n <= 3 from generate_series(1, ${closed}::int) n`;
    await admin`
      insert into hotfix_pulse.event (workspace, incident, seq, id, line, stored_at)
      select ${workspace}, '01K0' || lpad(n::text, 22, '0'), 1, '01K0' || lpad(n::text, 22, '0'), ${line}::text, now() - interval '1 day'
      from generate_series(1, ${closed}::int) n`;
    await admin`analyze hotfix_pulse.incident, hotfix_pulse.event`;
    const log = open({ workspace });
    const uids = Array.from({ length: OPEN }, (_, i) => newUid(START + i));
    for (const [i, uid] of uids.entries()) await log.append(request(uid, opened(closed + i + 1)));
    return { log, uid: uids[0] ?? '' };
  }
  /** Medians of several works, taken in turn, so that what else runs on the machine slows all of them. */
  async function medians(...works: (() => Promise<unknown>)[]): Promise<number[]> {
    const times = works.map((): number[] => []);
    for (let i = 0; i < ROUNDS; i++) {
      for (const [n, work] of works.entries()) {
        const start = performance.now();
        await work();
        times[n]?.push(performance.now() - start);
      }
    }
    return times.map((all) => all.sort((x, y) => x - y)[ROUNDS / 2] ?? 0);
  }

  it('costs the same for what is open, however many are closed', { timeout: 120_000 }, async () => {
    const [few, many] = [await filled(FEW), await filled(MANY)];
    const steps: Record<string, (of: typeof few) => Promise<unknown>> = {
      'list of open ones': ({ log }) => log.openUids(),
      'those that owe': ({ log }) => log.index.owing(),
      'one by its number': ({ log }) => log.index.withNumber([7]),
      read: ({ log, uid }) => log.read(uid),
      append: ({ log, uid }) => log.append(request(uid, note(systemIds.nonce()))),
      number: ({ log }) => log.withNumbering(async (highest) => highest),
    };
    for (const [name, step] of Object.entries(steps)) {
      const [before = 0, after = 0] = await medians(
        () => step(few),
        () => step(many),
      );
      process.stderr.write(
        `${name}: ${before.toFixed(2)} ms of ${FEW}, ${after.toFixed(2)} ms of ${MANY} incidents\n`,
      );
      // A hundred times as many; the machine's own noise is left room.
      expect(after / before, name).toBeLessThan(4);
    }
    const [all] = await medians(() => many.log.uids());
    process.stderr.write(`list of all: ${all?.toFixed(1)} ms of ${MANY}\n`);
    const [size] = await database().admin<{ bytes: string; lines: string }[]>`
      select (pg_total_relation_size('hotfix_pulse.event') + pg_total_relation_size('hotfix_pulse.incident'))::text as bytes,
        (select sum(length(line)) from hotfix_pulse.event)::text as lines`;
    process.stderr.write(
      `${(Number(size?.bytes) / (FEW + MANY)).toFixed(0)} bytes on disk per incident of one event of ${(Number(size?.lines) / (FEW + MANY)).toFixed(0)} bytes\n`,
    );
  });
});
