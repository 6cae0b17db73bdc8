import { expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/clock-ids.ts';
import createHotfixTask from '../../../src/tools/create-hotfix-task.ts';
import { callTool } from '../../../src/tools/support/call.ts';
import type { Deps } from '../../../src/tools/tool.ts';
import { createDeps } from '../../../src/wire.ts';
import { ANA, newUid, note, opened, request } from '../../support/log-kit.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { tempRepo } from '../../support/repo.ts';
import { describeIf } from '../../support/requires.ts';

describeIf('postgres')('a key opens one incident', () => {
  const database = useTeamDatabase();
  const opening = (number: number, key: string) => ({ ...opened(1), data: opened(number).data, key });

  async function machine(workspace: string, change: (log: Deps['log']) => Partial<Deps['log']> = () => ({})) {
    const env = { HOTFIX_PULSE_DATABASE_URL: database().appUrl, HOTFIX_PULSE_WORKSPACE: workspace };
    const deps = await createDeps({ root: tempRepo({ commits: 1 }).root, actor: ANA, env });
    const open = (args: Record<string, unknown>) =>
      callTool(createHotfixTask, args, { ...deps, log: { ...deps.log, ...change(deps.log) } });
    return { deps, open };
  }

  it('when the lock is lost while the first is opened and the caller repeats', async () => {
    let go: () => void = () => {};
    let begin: () => void = () => {};
    const begun = new Promise<void>((done) => {
      begin = done;
    });
    const gone = new Promise<void>((done) => {
      go = done;
    });
    const slow = await machine('lost-lock', (log) => ({
      async append(wanted) {
        begin();
        await gone;
        return log.append(wanted);
      },
    }));
    const quick = await machine('lost-lock');
    const call = {
      ...{
        description: `Users cannot log in. ${'It is slow. '.repeat(3_000)}`,
        title: 'Users cannot log in',
      },
      ...{ idempotency_key: 'retry-1', facts: ['service: down'], new: true },
    };
    const first = slow.open(call);
    await begun;
    await database().admin`
      select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted`;
    const second = await quick.open(call);
    go();
    const answers = [await first, second];
    const uids = await quick.deps.log.uids();
    expect(uids).toHaveLength(1);
    expect(answers.map(({ data }) => [data.uid, data.opened])).toEqual([
      [uids[0], false],
      [uids[0], true],
    ]);
    expect(answers[0]?.text).toContain('Already open');
    const { events, damage } = await quick.deps.log.read(uids[0] ?? '');
    expect([events.filter(({ kind }) => kind === 'opened').length, damage]).toEqual([1, []]);
    // A long text that was kept for the other one would be out of reach of a purge.
    const texts = await database().admin`select distinct incident from hotfix_pulse.blob`;
    expect(texts).toEqual([{ incident: uids[0] }]);
    await Promise.all([slow, quick].map(({ deps }) => deps.close?.()));
  });

  it('when any number open at the same moment without a lock', async () => {
    const logs = [1, 2, 3].map(() => database().open({ workspace: 'at once' }));
    const [held] = await database().admin.begin(async (sql) => {
      // Nobody can write until all have seen that the key is unused.
      await sql`lock table hotfix_pulse.event in share mode`;
      const tries = Array.from({ length: 12 }, (_, i) =>
        logs[i % 3]?.append(request(newUid(i + 1), opening(i + 1, 'k/0'), note('fact', 'k/1'))),
      );
      await expect
        .poll(
          () => sql`
            select 1 from pg_locks where not granted and relation = cast('hotfix_pulse.event' as regclass)`,
          { timeout: 10_000 },
        )
        .toHaveLength(tries.length);
      return [Promise.all(tries)];
    });
    const outcomes = (await held) ?? [];
    expect(new Set(outcomes.map((one) => one?.events.map(({ id }) => id).join())).size).toBe(1);
    expect(outcomes.filter((one) => one?.replayed === false)).toHaveLength(1);
    expect(await logs[0]?.uids()).toHaveLength(1);
    const [uid = ''] = (await logs[1]?.uids()) ?? [];
    expect(await logs[2]?.verify(uid)).toEqual([]);
  });

  it('and refuses other content under it; another workspace has keys of its own', async () => {
    const [log, other] = [database().open(), database().open()];
    await log.append(request(newUid(), opening(1, 'k/0')));
    const changed = { ...opening(2, 'k/0'), input_hash: systemIds.sha256('other') };
    await expect(log.append(request(newUid(), changed))).rejects.toMatchObject({ code: 'conflict' });
    expect(await log.uids()).toHaveLength(1);
    expect((await other.append(request(newUid(), opening(1, 'k/0')))).replayed).toBe(false);
  });

  it('adds to the first what was broken off, and opens anew what was purged', async () => {
    const log = database().open();
    const [first, second, third] = [newUid(), newUid(), newUid()];
    const { events } = await log.append(request(first, opening(1, 'k/0')));
    const again = await log.append(request(second, opening(2, 'k/0'), note('fact', 'k/1')));
    expect(again.events.map(({ incident }) => incident)).toEqual([first, first]);
    expect(await log.uids()).toEqual([first]);
    await log.purge(first, events[0]?.id ?? '', ANA, 'x');
    expect((await log.append(request(third, opening(2, 'k/0')))).events[0]?.incident).toBe(third);
  });

  it('takes in two that clones opened apart, in whichever order they come', async () => {
    const [log, file] = [database().open(), database().open()];
    const [one, two] = [newUid(), newUid()];
    await log.append(request(one, opening(1, 'k/0'), note('one', 'k/1')));
    await file.append(request(two, opening(1, 'k/0'), note('two', 'k/1')));
    const lines = (await file.lines(two)).split('\n').filter((line) => line !== '');
    expect(await Promise.all([log.receive(two, lines), log.receive(two, lines)])).toContain(2);
    expect((await log.read(two)).events.map(({ text }) => text)).toEqual([opened(1).text, 'two']);
    expect(await log.lines(two)).toBe(await file.lines(two));
    expect(await log.verify(two)).toEqual([]);
    expect((await log.append(request(newUid(), opening(1, 'k/0')))).events[0]?.incident).toBe(one);
    expect((await log.append(request(two, note('two', 'k/1')))).replayed).toBe(true);
  });
});
