// Many clients on one hub, in turns with the same rows put in by a bare client of the database.
import postgres from 'postgres';
import { clientOf } from './hub-process.mjs';

export const CLIENTS = 50;
export const INCIDENTS = 20;
/** As many as a hub keeps open. Source: createClient in src/adapters/postgres/client.ts. */
const CONNECTIONS = 10;
const WARM_UP = 2;
/** Calls of one client while nobody else asks: below what one token may ask at once. */
const ALONE = 40;
const BESIDE = 'bench_beside';

/** A client of the database as the hub's own: what is acknowledged is on disk. */
export const databaseOf = (url, workspace, max) =>
  postgres(url, {
    ...{ max, fetch_types: false, onnotice: () => {} },
    connection: {
      ...{ application_name: 'hotfix-pulse-bench', synchronous_commit: 'on' },
      'hotfix_pulse.workspace': workspace,
    },
  });

/** Tokens by the program itself, two at a time. */
export async function makeTokens(hub, tell) {
  const tokens = [];
  const lane = async () => {
    while (tokens.length < CLIENTS) {
      const at = tokens.push('') - 1;
      const args = ['--name', `client-${at}`, '--kind', 'agent', '--scope', 'write'];
      tokens[at] = await hub.cli('token', 'create', ...args);
      if (at % 10 === 9) tell(`tokens ${at + 1}/${CLIENTS}`);
    }
  };
  await Promise.all([lane(), lane()]);
  return tokens;
}

/**
 * @returns the best rates, the times of all calls (milliseconds), connections, memory (kilobytes), CPU per call
 *   (milliseconds), and the text of
 *   every acknowledged event by its id
 */
export async function measureLoad({ hub, url, workspace, tokens, turns, each, tell }) {
  const running = await hub.serve();
  const sql = databaseOf(url, workspace, CONNECTIONS);
  const watcher = databaseOf(url, workspace, 1);
  const clients = tokens.map((token) => clientOf(running.port, token));
  const state = { acknowledged: new Map(), texts: 0, times: [], lines: [], rows: 0, connections: 0 };
  try {
    const idle = running.memory().now;
    const uids = await openIncidents(clients);
    await flood(clients, WARM_UP);
    state.times.length = 0;
    await flood(clients.slice(0, 1), ALONE);
    const alone = state.times.splice(0);
    const stored = await sql`
      select line from hotfix_pulse.event where workspace = ${workspace} order by stored_at desc limit 50`;
    state.lines = stored.map(({ line }) => line);
    await sql.unsafe(`create table ${BESIDE} (like hotfix_pulse.event including all)`);
    const work = { bare: () => bareInserts(sql, state, each * CLIENTS), hub: () => flood(clients, each) };
    const rates = { bare: [], hub: [] };
    const before = running.cpu();
    for (let turn = 0; turn < turns; turn++) {
      for (const name of turn % 2 === 0 ? ['bare', 'hub'] : ['hub', 'bare']) {
        const from = performance.now();
        await work[name]();
        rates[name].push((1000 * each * CLIENTS) / (performance.now() - from));
      }
      tell(`turn ${turn + 1}/${turns}`);
    }
    const after = running.cpu();
    const calls = turns * each * clients.length;
    const cpu = { own: (after.own - before.own) / calls, started: (after.started - before.started) / calls };
    const bytes = state.lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / state.lines.length;
    const { acknowledged, times, connections } = state;
    const memory = { idle, peak: running.memory().peak };
    return { rates, times, alone, acknowledged, connections, memory, cpu, bytes, texts: state.texts };

    /** Each makes so many calls, one after the other, going round the incidents. */
    async function flood(some, calls) {
      const watch = setInterval(countConnections, 200);
      await Promise.all(
        some.map(async ({ call }, client) => {
          for (let n = 0; n < calls; n++) {
            const text = `Sample ${state.texts++}: p95 of checkout is 120 ms in eu-west`;
            const from = performance.now();
            const args = { incident: uids[(client + n) % INCIDENTS], text };
            const { event } = await call('record_timeline_event', args);
            state.times.push(performance.now() - from);
            if (state.acknowledged.has(event)) throw new Error(`event ${event} was acknowledged twice`);
            state.acknowledged.set(event, text);
          }
        }),
      );
      clearInterval(watch);
    }

    function countConnections() {
      watcher`select count(*)::int as now from pg_stat_activity where application_name = 'hotfix-pulse'`.then(
        ([{ now }]) => {
          state.connections = Math.max(state.connections, now);
        },
        () => {},
      );
    }
  } finally {
    for (const client of clients) client.close();
    await running.stop();
    await sql.unsafe(`drop table if exists ${BESIDE}`);
    await Promise.all([sql.end({ timeout: 2 }), watcher.end({ timeout: 2 })]);
  }
}

async function openIncidents(clients) {
  const uids = [];
  for (let n = 0; n < INCIDENTS; n++) {
    const args = { description: `Checkout ${n} answers with 500`, severity: 'P2' };
    uids.push((await clients[n].call('create_hotfix_task', args)).uid);
  }
  return uids;
}

/** One row per statement, as many statements under way as there are clients. */
async function bareInserts(sql, state, rows) {
  const { lines } = state;
  const until = state.rows + rows;
  const lane = async () => {
    while (state.rows < until) {
      const n = state.rows++;
      const id = String(n).padStart(26, '0');
      await sql`
        insert into bench_beside (workspace, incident, seq, id, key, line)
        values ('beside', ${`${n % INCIDENTS}`.padStart(26, '0')}, ${n + 1}, ${id}, null, ${lines[n % lines.length]})`;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, lane));
}
