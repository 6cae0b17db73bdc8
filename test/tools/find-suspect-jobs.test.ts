import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import type { BisectProgress, BisectReport } from '../../src/core/ship/change-range.ts';
import type { GitHistory } from '../../src/ports-git.ts';
import { loadIncident } from '../../src/tools/support/load.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { DAY, type Found, HARM, type Story, suspectStory } from '../support/suspect-repo.ts';

interface Steered extends Story {
  deps: Deps;
  good: string;
  bad: string;
  started: number;
  progress(progress: BisectProgress): void;
  end(report?: Partial<BisectReport>): void;
  fail(error: unknown): void;
}

/** A repository whose bisection does what the test says. */
async function steered(): Promise<Steered> {
  const story = await suspectStory();
  const good = story.commit(HARM - 2 * DAY, 'Start', { a: '1\n' });
  story.git('tag', 'v1.0.0');
  const bad = story.commit(HARM - DAY, 'More', { a: '2\n' });
  await story.open();
  const { git } = story.deps;
  if (!git?.history) throw new Error('no history');
  const report: BisectReport = {
    ...{
      outcome: 'found',
      commit: bad,
      candidates: [],
      tail: 'password=hunter2hunter2 \u001b[2J boom',
      ms: 3_000,
    },
    runs: [{ commit: bad, code: 1, verdict: 'bad' }],
  };
  const self: Steered = {
    ...{ ...story, good, bad, started: 0 },
    ...{ progress: () => {}, end: () => {}, fail: () => {} },
  };
  const bisect: GitHistory['bisect'] = (_wanted, { signal, progress }) =>
    new Promise((done, failed) => {
      self.started += 1;
      self.progress = (told) => progress?.(told);
      self.end = (more = {}) => done({ ...report, ...more });
      self.fail = failed;
      signal?.addEventListener('abort', () => self.end({ outcome: 'stopped', commit: null }));
    });
  self.deps = { ...story.deps, git: { ...git, history: { ...git.history, bisect } } };
  return self;
}

const noted = async ({ deps }: Steered) =>
  (await loadIncident(undefined, deps)).incident.recorded.filter(
    ({ kind, data }) => kind === 'noted' && 'bisect' in data,
  );

/** Runs the fake clock while real processes do their work. */
async function settled<T>(promise: Promise<T>, stepMs = 500): Promise<T> {
  let isOver = false;
  const watched = promise.finally(() => {
    isOver = true;
  });
  watched.catch(() => {});
  for (let i = 0; i < 2_000 && !isOver; i++) {
    await sleep(5);
    vi.advanceTimersByTime(stepMs);
  }
  return watched;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a bisection that takes long', () => {
  it('becomes a job, tells how far it is, and stores what it found although nobody waits', async () => {
    const one = await steered();
    const call = one.find({ bisect: ['npm', 'test'] }, one.deps);
    const first = await settled(call);
    expect(first.job).toMatchObject({ state: 'running' });
    expect(first.bisect).toBeNull();
    expect(first.suspects).toHaveLength(1);
    expect(first.text).toContain(`{"job": "${first.job?.id}"}`);
    one.progress({ runs: 2, left: 3 });
    const asked = await settled(one.find({ job: first.job?.id }, one.deps));
    expect(asked.job?.note).toBe('run 3, about 3 more after it');
    one.end();
    const done = await settled(one.find({ job: first.job?.id }, one.deps));
    expect(done.bisect).toMatchObject({ outcome: 'found', commit: one.bad });
    expect(done.job).toBeNull();
    const [event, ...more] = await noted(one);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ id: done.bisect?.event, basis: 'measured' });
    expect(event?.evidence[0]).toBe(`commit:${one.bad}`);
    expect(event?.evidence[1]).toContain('npm test');
    expect(`${done.text}${JSON.stringify(done.bisect)}`).not.toMatch(/hunter2|\u001b/);
    expect(done.bisect?.untrusted.output).toContain('boom');
  });

  it('is not begun twice, and ends when asked to', async () => {
    const one = await steered();
    const first = await settled(one.find({ bisect: ['npm', 'test'] }, one.deps));
    const again = await settled(one.find({ bisect: ['npm', 'test'] }, one.deps));
    expect([again.job?.id, one.started]).toEqual([first.job?.id, 1]);
    const stopped = await settled(one.find({ job: `${first.job?.id} stop` }, one.deps));
    expect(stopped.bisect).toMatchObject({ outcome: 'stopped', commit: null, event: null });
    expect(await noted(one)).toEqual([]);
  });

  it('is found only in its own repository', async () => {
    const [one, other] = [await steered(), await steered()];
    const first = await settled(one.find({ bisect: ['npm', 'test'] }, one.deps));
    await expect(settled(other.find({ job: first.job?.id }, other.deps))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('gives its own refusal when it fails', async () => {
    const one = await steered();
    const first = await settled(one.find({ bisect: ['npm', 'test'] }, one.deps));
    one.fail(new PulseError('upstream', 'git broke', 'mend it'));
    await expect(settled(one.find({ job: first.job?.id }, one.deps))).rejects.toMatchObject({
      message: 'git broke',
    });
  });
});

it('answers at once when the bisection ends soon', async () => {
  const one = await steered();
  const call = one.find({ bisect: ['npm', 'test'] }, one.deps);
  const soon = async (): Promise<Found> => {
    while (one.started === 0) await new Promise((done) => setImmediate(done));
    one.end();
    return call;
  };
  expect((await soon()).bisect?.commit).toBe(one.bad);
});

it('in the foreground waits to the end, tells each step, and is stopped by an interrupt', async () => {
  const one = await steered();
  const told: string[] = [];
  let interrupt = (): void => {};
  const foreground: Deps['foreground'] = {
    progress: (line) => told.push(line),
    run: (work) => {
      const controller = new AbortController();
      interrupt = () => controller.abort();
      return work(controller.signal);
    },
  };
  const call = one.find({ bisect: ['npm', 'test'] }, { ...one.deps, foreground });
  while (one.started === 0) await new Promise((done) => setImmediate(done));
  one.progress({ runs: 0, left: null });
  vi.advanceTimersByTime(3_600_000);
  interrupt();
  expect(await settled(call)).toMatchObject({ bisect: { outcome: 'stopped' }, job: null });
  expect(told).toEqual(['run 1, checking the ends']);
});
