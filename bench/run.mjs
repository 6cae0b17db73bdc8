// Measures the built server against the machine's floor, and beside peers from npm (bench/peers). Usage: node bench/run.mjs
//   [--json FILE] [--rounds N] [--calls N] [--server FILE] [--no-peers] [--check | --docs]
// Prints a table, writes JSON (.cache/bench.json). --check fails when a figure is beyond 1.5 x its budget in two runs;
// --docs renews docs/performance.md.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { failedTwice, judged } from './budgets.mjs';
import { eventBytes, measureCalls, measureStarts, measureTogether } from './measures.mjs';
import { figuresText, renewed, tell } from './page.mjs';
import { measureParts } from './parts.mjs';
import { subjects } from './subjects.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(root, 'docs', 'performance.md');

const { values: flags } = parseArgs({
  options: {
    json: { type: 'string', default: join(root, '.cache', 'bench.json') },
    rounds: { type: 'string' },
    calls: { type: 'string' },
    server: { type: 'string', default: join(root, 'dist', 'hotfix-pulse.js') },
    'no-peers': { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
  },
});
const rounds = Number(flags.rounds ?? (flags.check ? 9 : 15));
const calls = Number(flags.calls ?? (flags.check ? 150 : 300));

async function measure() {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-bench-')));
  try {
    const all = subjects(home, resolve(flags.server), !flags['no-peers'] && !flags.check);
    for (const name of all.absent) tell(`${name} is not installed: bench/peers installs it`);
    const list = [all.echo, all.ours, ...all.peers];
    const bytes = await eventBytes(all.ours);
    const starts = await measureStarts(list, { home, rounds, tell });
    const ofCalls = await measureCalls(list, { home, calls, bytes, tell });
    const together = await measureTogether(all, { home, each: Math.ceil(calls / 4), bytes, tell });
    const own = starts.rows.find(({ name }) => name === all.ours.name);
    const record = ofCalls.rows.find(({ tool }) => tool === 'record_timeline_event');
    return {
      ...{ node: process.versions.node, cores: availableParallelism(), rounds, calls_each: calls },
      ...{ event_bytes: bytes, starts, calls: ofCalls, together, absent: all.absent },
      figures: {
        ...{ start_to_list: own.list_x, start_to_result: own.result_x },
        ...{ idle_mb: own.peak_mb, list_tokens: own.tokens },
        ...{ record_p50: record.p50_x, events_share: (100 * together.ours) / together.bare },
      },
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** One run, shown and written; the figures are given back. */
async function shown() {
  const run = await measure();
  if (flags.docs) run.parts = await measureParts();
  mkdirSync(dirname(resolve(flags.json)), { recursive: true });
  writeFileSync(flags.json, `${JSON.stringify(run, null, 2)}\n`);
  process.stdout.write(`${figuresText(run)}\n`);
  if (flags.docs) writeFileSync(PAGE, renewed(readFileSync(PAGE, 'utf8'), figuresText(run)));
  return judged(run.figures, run.calls.flush_ms);
}

if (!existsSync(flags.server)) {
  process.stderr.write(`bench: ${flags.server} is missing: npm run build makes it\n`);
  process.exitCode = 1;
} else if (flags.check) {
  const failed = await failedTwice(shown);
  if (failed.length > 0) {
    process.stderr.write(`bench: beyond 1.5 x the budget in two runs: ${failed.join(', ')}\n`);
    process.exitCode = 1;
  }
} else {
  await shown();
}
