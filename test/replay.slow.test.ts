import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { enterAll, inRepo, type Judged, playIn, replay } from './support/replay.ts';
import { logRows, postmortemRows, type StatusRow, statusRows } from './support/replay-data.ts';
import type { Door } from './support/replay-door.ts';
import type { Played } from './support/replay-play.ts';
import { failuresOf, type Results, reportOf, wrongNumbers } from './support/replay-report.ts';
import { describeIf, SHARED } from './support/requires.ts';
import { bundleSteered, startSteered } from './support/steered-server.ts';

/** A part of what test/long/replay.test.ts plays whole. See docs/replay.md for what is played and judged. */
const data = join(SHARED, 'data');
const none = { documents: 0, messages: 0, numbers: 0, untraced: [] };
const noneAfter = { ...none, logs: [], postmortems: [] };

describeIf('shared')('real incidents', () => {
  let rows: StatusRow[] = [];
  let status: Results['status'];
  beforeAll(async () => {
    rows = statusRows(data).filter((_, i) => i % 41 === 5);
    status = await replay(rows);
  }, 60_000);

  it('play as their status pages told them, with nothing refused and every number traced', () => {
    expect(rows).toHaveLength(10);
    expect(failuresOf({ status, after: noneAfter })).toEqual([]);
    expect(status.played).toHaveLength(rows.length);
    expect(status.documents).toBe(rows.length * 2 * 9);
    expect(status.messages).toBeGreaterThan(rows.length * 3);
    const known = status.played.map(({ intervals }) => intervals.time_to_resolve);
    expect(known.every((ms) => typeof ms === 'number' && ms >= 0)).toBe(true);
  });

  it('of an incident log and of postmortems get the numbers that their timestamps say, or none', async () => {
    const [logs, postmortems] = [logRows(data), postmortemRows(data)];
    const after = await enterAll(logs, postmortems);
    const results: Results = { status: { ...none, played: [] }, after };
    expect(failuresOf(results)).toEqual([]);
    expect(wrongNumbers(after.logs, logs)).toEqual([]);
    // A time that is none is refused, a contradiction is told; neither becomes a number.
    const odd = after.logs.find(({ id }) => id === 'moj-2023-01-05-circleci-security-incident');
    expect(odd).toMatchObject({
      refused_times: ['detected'],
      warned: ['order.impact_ended_resolved'],
      minutes: { repair: null, resolve: null, duration: null },
    });
    const report = reportOf(results, { status: [], logs, postmortems });
    expect(report).toContain('| moj-2023-07-25-prometheus-on-live-cluster-down | resolve | 110 | 89390 |');
    expect(report).toContain('| PM2021-002 | 40 | 40 | equal | 55 | 55 | equal |');
    for (const { summary, title } of postmortems) {
      expect(report).not.toContain(title);
      if (summary) expect(report).not.toContain(summary);
    }
  }, 60_000);

  it('play the same through the protocol over stdio', async () => {
    const judged: Judged = { ...none, untraced: [] };
    const played = await inRepo((root) => overStdio(root, (door) => playIn(root, rows, door, judged)));
    expect(failuresOf({ status: { ...judged, played }, after: noneAfter })).toEqual([]);
    expect(comparable(played)).toEqual(comparable(status.played));
  }, 60_000);
});

const comparable = (played: readonly Played[]) =>
  played
    .map(({ id, intervals, cadence, lint, closed, calls }) => ({
      id,
      intervals,
      cadence,
      lint,
      closed,
      calls,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

async function overStdio<T>(root: string, work: (door: Door) => Promise<T>): Promise<T> {
  const clock = join(root, '.git', 'clock');
  writeFileSync(clock, '2020-01-01T00:00:00Z');
  const server = await startSteered(await bundleSteered(join(root, '.git')), root, clock);
  try {
    return await work({
      at: (ms) => server.at(new Date(ms).toISOString()),
      async call(name, args) {
        const { text, data: told, refused } = await server.call(name, args);
        const error = Object(told.error) as { code?: string };
        return { text, data: told, refused, code: error.code ?? '' };
      },
    });
  } finally {
    await server.client.close();
  }
}
