// Loads one built hub over PostgreSQL: 50 clients append to 20 incidents, in turns with the same rows put in by a bare
// client. Usage: node bench/hub.mjs [--json FILE] [--turns N] [--calls N] [--server FILE] [--prof FOLDER] [--docs]
// Starts a PostgreSQL of its own; HOTFIX_PULSE_DATABASE_URL names another one instead: an empty database to throw away,
// whose owner signs in and is no superuser. --calls is per client and turn; --prof writes a CPU profile of the hub.
// Fails when an acknowledged event is lost or there twice. --docs renews docs/performance.md.
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
import { startCluster } from './hub-cluster.mjs';
import { CLIENTS, databaseOf, INCIDENTS, makeTokens, measureLoad } from './hub-load.mjs';
import { hubText } from './hub-page.mjs';
import { hubIn } from './hub-process.mjs';
import { renewed, tell } from './page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(root, 'docs', 'performance.md');
const WORKSPACE = 'bench';
const { values: flags } = parseArgs({
  options: {
    json: { type: 'string', default: join(root, '.cache', 'bench-hub.json') },
    turns: { type: 'string', default: '5' },
    calls: { type: 'string', default: '10' },
    server: { type: 'string', default: join(root, 'dist', 'hotfix-pulse.js') },
    prof: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});

function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** What the database holds, beside what was acknowledged. */
async function checked(sql, acknowledged) {
  const stored = await sql`select id, line from hotfix_pulse.event where workspace = ${WORKSPACE}`;
  const texts = new Map();
  for (const { line } of stored) {
    const { text } = JSON.parse(line);
    texts.set(text, (texts.get(text) ?? 0) + 1);
  }
  const ids = new Set(stored.map(({ id }) => id));
  const [size] = await sql`
    select (pg_total_relation_size('hotfix_pulse.event') + pg_total_relation_size('hotfix_pulse.incident'))::float8 as bytes,
      current_setting('server_version') as version`;
  return {
    lost: [...acknowledged.keys()].filter((id) => !ids.has(id)).length,
    doubled: [...acknowledged.values()].filter((text) => texts.get(text) !== 1).length,
    disk_bytes: size.bytes / stored.length,
    version: size.version.split(' ')[0],
  };
}

async function measure(home, url) {
  const variables = { HOTFIX_PULSE_DATABASE_URL: url, HOTFIX_PULSE_WORKSPACE: WORKSPACE };
  const profile = flags.prof ? ['--cpu-prof', `--cpu-prof-dir=${resolve(flags.prof)}`] : [];
  const hub = hubIn(home, resolve(flags.server), variables, profile);
  const [turns, each] = [Number(flags.turns), Number(flags.calls)];
  await hub.cli('migrate');
  const tokens = await makeTokens(hub, tell);
  const load = await measureLoad({ hub, url, workspace: WORKSPACE, tokens, turns, each, tell });
  const sql = databaseOf(url, WORKSPACE, 1);
  try {
    const found = await checked(sql, load.acknowledged);
    const { incidents } = JSON.parse(await hub.cli('verify', '--json'));
    const [bare, throughHub] = [Math.max(...load.rates.bare), Math.max(...load.rates.hub)];
    return {
      ...{ node: process.versions.node, cores: availableParallelism(), clients: CLIENTS },
      ...{ incidents: INCIDENTS, turns, each, bare, hub: throughHub, share: (100 * throughHub) / bare },
      ...{ p50_ms: quantile(load.times, 0.5), p99_ms: quantile(load.times, 0.99) },
      ...{ alone_ms: quantile(load.alone, 0.5), rates: load.rates, memory: load.memory, cpu: load.cpu },
      ...{ connections: load.connections, bytes: load.bytes, acknowledged: load.acknowledged.size },
      ...{ ...found, damaged: incidents.flatMap(({ damage }) => damage).length },
    };
  } finally {
    await sql.end({ timeout: 2 });
  }
}

async function shown() {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'hotfix-pulse-bench-hub-')));
  const given = process.env.HOTFIX_PULSE_DATABASE_URL?.trim();
  const cluster = given ? null : await startCluster();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      cluster?.stop();
      rmSync(home, { recursive: true, force: true });
      process.exit(1);
    });
  }
  try {
    const run = await measure(home, given || cluster.url);
    mkdirSync(dirname(resolve(flags.json)), { recursive: true });
    writeFileSync(flags.json, `${JSON.stringify(run, null, 2)}\n`);
    const text = hubText(run);
    process.stdout.write(`${text}\n`);
    if (run.lost + run.doubled + run.damaged > 0) throw new Error('acknowledged events are lost or doubled');
    if (!flags.docs) return;
    const page = readFileSync(PAGE, 'utf8');
    writeFileSync(PAGE, renewed(page, text, 'hub', 'npm run bench:hub -- --docs'));
  } finally {
    cluster?.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

if (!existsSync(flags.server)) {
  process.stderr.write(`bench: ${flags.server} is missing: npm run build makes it\n`);
  process.exitCode = 1;
} else {
  await shown();
}
