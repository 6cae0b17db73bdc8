import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeIf, SHARED } from '../support/requires.ts';

/**
 * Many servers on one incident, killed and paused at random, every unanswered call sent again with its key:
 * nothing acknowledged is lost, nothing is doubled, no line is torn. HOTFIX_PULSE_LONG=1 runs it longer.
 */
const bin = fileURLToPath(new URL('../../dist/hotfix-pulse.js', import.meta.url));
const chaos = join(SHARED, 'tools', 'chaos-store.mjs');
const long = process.env.HOTFIX_PULSE_LONG === '1';

/** How the chaos client speaks to this server; `npm run chaos` uses it, too. */
const config = readFileSync(
  fileURLToPath(new URL('../../bench/chaos.json', import.meta.url)),
  'utf8',
).replace('"SERVER"', JSON.stringify(bin));

const runs = [
  { name: '8 servers, 200 calls each, kills', flags: { servers: 8, calls: 1600, inflight: 1, kills: 24 } },
  {
    name: '4 servers with 4 calls in flight, kills and pauses',
    flags: { servers: 4, calls: 800, inflight: 4, kills: long ? 50 : 12, pauses: long ? 8 : 2 },
  },
];
const seeds = long ? [1, 2, 3, 4, 5] : [1];

describeIf('shared')('the record under chaos', () => {
  it.each(runs.flatMap((run) => seeds.map((seed) => ({ ...run, seed }))))(
    '$name (seed $seed)',
    ({ flags, seed }) => {
      const folder = mkdtempSync(join(tmpdir(), 'hotfix-pulse-chaos-'));
      const file = join(folder, 'config.json');
      writeFileSync(file, config);
      const options = Object.entries({ ...flags, seed }).flatMap(([name, value]) => [
        `--${name}`,
        String(value),
      ]);
      const run = spawnSync(process.execPath, [chaos, file, ...options, '--retry-unknown'], {
        encoding: 'utf8',
        maxBuffer: 1e8,
      });
      rmSync(folder, { recursive: true, force: true });
      const told = run.stdout + run.stderr;
      const counts = JSON.parse(run.stdout);
      expect(counts.acked, told).toBeGreaterThanOrEqual(flags.calls);
      expect(counts.kills, told).toBeGreaterThan(0);
      const { ackedLost, duplicates, phantom, vanished, tornLines, pass } = counts;
      expect({ ackedLost, duplicates, phantom, vanished, tornLines, pass }, told).toEqual({
        ...{ ackedLost: 0, duplicates: 0, phantom: 0, vanished: 0, tornLines: 0, pass: true },
      });
    },
    400_000,
  );
});
