// What is left of the record under kills and pauses, and after every system call of a tool was killed or failed.
// Usage: node bench/chaos.mjs [--seeds 1,2,3] [--every N] [--only kills|points|none] [--docs]
// Four servers with four calls in flight each on one incident, 50 kills, 8 pauses, every unanswered call sent again with
// its key (../shared/tools/chaos-store.mjs); then test/long/crash-points.test.ts with every N-th point. With --only the
// other part is what its last run found. Prints both tables; --docs renews docs/performance.md. Ends with 1 when
// anything was lost.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { renewed, table } from './page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const server = join(root, 'dist', 'hotfix-pulse.js');
const client = join(root, '..', 'shared', 'tools', 'chaos-store.mjs');
const page = join(root, 'docs', 'performance.md');
const killsFile = join(root, '.cache', 'chaos.json');
const pointsFolder = join(root, '.cache', 'crash-points');
const FLAGS = { servers: 4, inflight: 4, calls: 800, kills: 50, pauses: 8 };

const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3,4,5' },
    every: { type: 'string', default: '1' },
    only: { type: 'string', default: 'both' },
    docs: { type: 'boolean', default: false },
  },
});

const runs = (part) => flags.only === 'both' || flags.only === part;
const count = (value) => value.toLocaleString('en');

/** One run of the client; its counts. */
function underKills(seed) {
  const folder = mkdtempSync(join(tmpdir(), 'hotfix-pulse-chaos-'));
  try {
    const file = join(folder, 'config.json');
    const config = readFileSync(join(root, 'bench', 'chaos.json'), 'utf8');
    writeFileSync(file, config.replace('"SERVER"', JSON.stringify(server)));
    const words = Object.entries({ ...FLAGS, seed }).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    const args = [client, file, ...words, '--retry-unknown'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e8 });
    if (!stdout.startsWith('{')) throw new Error(`chaos with seed ${seed}: ${stderr}`);
    return { seed, ...JSON.parse(stdout) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every seed, kept for a later run that has only the other part to do. */
function allKills() {
  if (runs('kills')) {
    const counted = flags.seeds.split(',').map((seed) => underKills(Number(seed)));
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(killsFile, JSON.stringify(counted));
  }
  return existsSync(killsFile) ? JSON.parse(readFileSync(killsFile, 'utf8')) : [];
}

/** What each tool was put through, as its suite wrote it down. */
function crashPoints() {
  if (runs('points')) {
    rmSync(pointsFolder, { recursive: true, force: true });
    mkdirSync(pointsFolder, { recursive: true });
    const env = { ...process.env, HOTFIX_PULSE_LONG: '1', HOTFIX_PULSE_EVERY: flags.every };
    const args = ['vitest', 'run', '--config', 'vitest.long.config.ts', 'test/long/crash-points.test.ts'];
    const { status } = spawnSync('npx', args, { cwd: root, env, stdio: ['ignore', 2, 2] });
    if (status !== 0) process.exitCode = 1;
  }
  const names = existsSync(pointsFolder) ? readdirSync(pointsFolder).sort() : [];
  return names.map((name) => JSON.parse(readFileSync(join(pointsFolder, name), 'utf8')));
}

function chaosTable(runs) {
  const rows = runs.map((run) => [
    ...[run.seed, count(run.acked), run.kills, run.pauses, count(run.retried)],
    ...[run.ackedLost + run.vanished, run.duplicates + run.phantom, run.tornLines],
  ]);
  return table(
    ['seed', 'events acknowledged', 'kills', 'pauses', 'sent again', 'lost', 'doubled', 'torn lines'],
    rows,
  );
}

function pointsTable(tools) {
  const rows = tools.map((one) => [
    ...[`\`${one.tool}\``, one.points, one.acknowledged, one.refused, one.gone],
    ...[one.torn, one.faults],
  ]);
  const head = ['tool', 'points', 'acknowledged', 'refused', 'no answer', 'torn lines set aside', 'faults'];
  return table(head, rows);
}

if (!existsSync(server) || !existsSync(client)) {
  const why = existsSync(server)
    ? 'it needs ../shared/tools'
    : `${server} is missing: npm run build makes it`;
  process.stderr.write(`chaos: ${why}\n`);
  process.exitCode = 1;
} else {
  const kills = allKills();
  if (!kills.every(({ pass }) => pass)) process.exitCode = 1;
  const tools = crashPoints();
  const sparse = Math.max(1, ...tools.map(({ every }) => every));
  const text = [
    `${FLAGS.servers} servers with ${FLAGS.inflight} calls in flight each, ${FLAGS.kills} kills, ${FLAGS.pauses} pauses:`,
    '',
    chaosTable(kills),
    '',
    `System calls that were killed or failed, ${sparse === 1 ? 'all of them' : `at least one in ${sparse} of them`}:`,
    '',
    pointsTable(tools),
  ].join('\n');
  process.stdout.write(`${text}\n`);
  if (flags.docs)
    writeFileSync(page, renewed(readFileSync(page, 'utf8'), text, 'chaos', 'npm run chaos -- --docs'));
}
