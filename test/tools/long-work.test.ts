import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { PulseError } from '../../src/core/errors.ts';
import { createJobs, runningJobs } from '../../src/tools/support/jobs.ts';
import { askJob, isJob, jobData, jobLine, longWork } from '../../src/tools/support/long-work.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { stubDeps } from '../support/mcp-stubs.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Done {
  found: string;
}

let repositories = 0;

/** Jobs of one operation, and work that the test steers. */
function steered(more: Partial<Deps> = {}) {
  repositories += 1;
  const root = `/repo-${repositories}`;
  const deps: Deps = { ...stubDeps(root), clock: { now: () => Date.now() }, ids: systemIds, ...more };
  const jobs = createJobs<Done>();
  const runs: {
    tell(line: string): void;
    end(found?: string): void;
    fail(error: unknown): void;
    signal: AbortSignal;
  }[] = [];
  const work = (tell: (line: string) => void, signal: AbortSignal) =>
    new Promise<Done>((done, fail) => {
      runs.push({ tell, signal, fail, end: (found = 'all well') => done({ found }) });
      signal.addEventListener('abort', () => done({ found: 'stopped' }));
    });
  const start = (from: { key?: string; since?: number } = {}, using = deps) =>
    longWork(
      jobs,
      { key: from.key ?? 'k', since: from.since ?? Date.now(), title: 'checks of hotfix-001' },
      work,
      using,
    );
  return {
    ...{ root, deps, jobs, runs, work, start },
    /** Starts work that outlasts its call. */
    async begun(from: { key?: string } = {}, using = deps) {
      const call = start(from, using);
      await vi.advanceTimersByTimeAsync(31_000);
      const job = await call;
      if (!isJob(job)) throw new Error('it has ended already');
      return job;
    },
  };
}

/** How long a promise takes, milliseconds of the fake clock. */
async function timed(promise: Promise<unknown>): Promise<number> {
  const began = Date.now();
  let ended: number | null = null;
  void promise.finally(() => {
    ended = Date.now();
  });
  for (let second = 0; second < 100 && ended === null; second++) await vi.advanceTimersByTimeAsync(1_000);
  if (ended === null) throw new Error('it does not end');
  return ended - began;
}

describe('long work', () => {
  it('gives its result when it ends soon', async () => {
    const one = steered();
    const call = one.start();
    one.runs[0]?.end('green');
    expect(await call).toEqual({ found: 'green' });
    expect(runningJobs(one.root)).toEqual([]);
  });

  it('becomes a job in time for an answer within 40 s, and says how to ask', async () => {
    const one = steered();
    const call = one.start();
    expect(await timed(call)).toBe(30_000);
    const job = await call;
    if (!isJob(job)) throw new Error('no job');
    one.runs[0]?.tell('test 3 of 7');
    expect(jobData(job)).toEqual({ id: job.id, state: 'running', note: 'test 3 of 7' });
    expect(jobLine(job)).toBe(
      `Still running: test 3 of 7. Ask with {"job": "${job.id}"}; "${job.id} stop" ends it.`,
    );
  });

  it.each([
    [10_000, 20_000],
    [29_500, 2_000],
    [60_000, 2_000],
  ])('that comes %i ms into its call is waited for %i ms', async (before, left) => {
    const one = steered();
    expect(await timed(one.start({ since: Date.now() - before }))).toBe(left);
  });

  it('runs to its end where the caller waits, and stops with them', async () => {
    const told: string[] = [];
    const stop = new AbortController();
    const foreground: Deps['foreground'] = {
      progress: (line) => told.push(line),
      run: (work) => work(stop.signal),
    };
    const one = steered({ foreground });
    const call = one.start();
    one.runs[0]?.tell('test 1 of 7');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(runningJobs(one.root)).toEqual([]);
    stop.abort();
    expect(await call).toEqual({ found: 'stopped' });
    expect(told).toEqual(['test 1 of 7']);
  });

  it('tells how far it is to whoever shows it', async () => {
    const told: string[] = [];
    const one = steered({ progress: (line) => told.push(line) });
    const call = one.start();
    one.runs[0]?.tell('test 1 of 7');
    one.runs[0]?.tell('test 2 of 7');
    expect(told).toEqual(['test 1 of 7', 'test 2 of 7']);
    expect(runningJobs(one.root)).toMatchObject([{ note: 'test 2 of 7' }]);
    one.runs[0]?.end();
    await call;
  });

  it('is not begun twice while it runs; afterwards it is', async () => {
    const one = steered();
    const first = await one.begun();
    expect((await one.begun()).id).toBe(first.id);
    expect(one.runs).toHaveLength(1);
    expect((await one.begun({ key: 'other' })).id).not.toBe(first.id);
    const elsewhere = { ...one.deps, workspace: { ...one.deps.workspace, root: `${one.root}/other` } };
    expect((await one.begun({}, elsewhere)).id).not.toBe(first.id);
    expect(one.runs).toHaveLength(3);
    one.runs[0]?.end();
    await first.ended;
    expect((await one.begun()).id).not.toBe(first.id);
    expect(one.runs).toHaveLength(4);
  });

  it('gives its own refusal when it fails', async () => {
    const one = steered();
    const call = one.start();
    one.runs[0]?.fail(new PulseError('upstream', 'git broke', 'mend it'));
    await expect(call).rejects.toMatchObject({ message: 'git broke' });
    expect(runningJobs(one.root)).toEqual([]);
  });
});

describe('asking for a job', () => {
  it('gives the result once it is there, however often', async () => {
    const one = steered();
    const { id } = await one.begun();
    one.runs[0]?.end('green');
    for (const text of [id, ` ${id} `, `${id} stop`]) {
      expect(await askJob(one.jobs, text, one.deps)).toEqual({ found: 'green' });
    }
  });

  it('waits a while for its end', async () => {
    const one = steered();
    const { id } = await one.begun();
    const call = askJob(one.jobs, id, one.deps);
    expect(await timed(call)).toBe(15_000);
    expect(isJob(await call)).toBe(true);
    const soon = askJob(one.jobs, id, one.deps);
    one.runs[0]?.end();
    expect(await soon).toEqual({ found: 'all well' });
  });

  it('ends it with stop, and with nothing else', async () => {
    const one = steered();
    const { id } = await one.begun();
    await timed(askJob(one.jobs, `${id} stopp`, one.deps));
    expect(one.runs[0]?.signal.aborted).toBe(false);
    expect(await askJob(one.jobs, `${id} stop`, one.deps)).toEqual({ found: 'stopped' });
  });

  it('gives its failure', async () => {
    const one = steered();
    const { id } = await one.begun();
    one.runs[0]?.fail(new PulseError('upstream', 'git broke', 'mend it'));
    await expect(askJob(one.jobs, id, one.deps)).rejects.toMatchObject({ message: 'git broke' });
  });

  it('finds it in its own repository and operation alone', async () => {
    const one = steered();
    const { id } = await one.begun();
    const other = steered();
    for (const call of [
      askJob(one.jobs, id, other.deps),
      askJob(other.jobs, id, one.deps),
      askJob(one.jobs, 'nothing', one.deps),
      askJob(one.jobs, '', one.deps),
    ]) {
      await expect(call).rejects.toMatchObject({
        ...{ code: 'not_found', hint: expect.stringContaining('get_incident') },
      });
    }
  });

  it('forgets what ended long ago, never what runs', async () => {
    const one = steered();
    const running = await one.begun({ key: 'runs on' });
    const ended: string[] = [];
    for (let n = 0; n < 25; n++) {
      const job = await one.begun({ key: `${n}` });
      ended.push(job.id);
      one.runs.at(-1)?.end();
      await job.ended;
    }
    expect(one.jobs.find(one.root, running.id)).toMatchObject({ id: running.id, result: null });
    expect(one.jobs.find(one.root, ended[0] ?? '')).toBeUndefined();
    expect(one.jobs.find(one.root, ended.at(-1) ?? '')).toBeDefined();
  });
});

describe('what runs in this process', () => {
  it('is listed by repository until it has ended, however it ends', async () => {
    const [one, other] = [steered(), steered()];
    const first = await one.begun({ key: 'a' });
    const second = await one.begun({ key: 'b' });
    const third = await other.begun();
    expect(runningJobs(one.root)).toEqual([
      { id: first.id, title: 'checks of hotfix-001', note: 'started' },
      { id: second.id, title: 'checks of hotfix-001', note: 'started' },
    ]);
    one.runs[0]?.end();
    one.runs[1]?.fail(new Error('broken'));
    await Promise.all([first.ended, second.ended]);
    expect(runningJobs(one.root)).toEqual([]);
    expect(runningJobs(other.root).map(({ id }) => id)).toEqual([third.id]);
    third.stop();
    await third.ended;
    expect(runningJobs(other.root)).toEqual([]);
  });
});
