// What is measured. Every floor is taken in the same rounds as what it is the floor of.
import { existsSync, fdatasyncSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { cleanEnv, runTime, startServer } from './client.mjs';

/** Calls of one subject before it is the next one's turn: a busy moment of the machine meets all of them. */
const CHUNK = 5;
const SERVERS = 4;
const IN_FLIGHT = 4;
const TURNS = 5;
const WARM_UP = 20;

/** The value that the given part of the list is below. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place % 1);
}
const median = (values) => quantile(values, 0.5);

/** The order of a round is another one each time, so that nobody always comes after the same. */
const shuffled = (list) =>
  list
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

/**
 * Starts, as ratios to `node -e 0` of the same rounds. One round before them warms the caches. Lower quartiles, since
 * whatever else runs on the machine only ever adds.
 */
export async function measureStarts(list, { home, rounds, tell }) {
  const floors = [];
  const found = new Map(list.map(({ name }) => [name, []]));
  const places = new Map(list.map((subject) => [subject.name, subject.place()]));
  for (let round = -1; round < rounds; round++) {
    for (let n = 0; n < 2; n++) {
      const floor = await runTime([process.execPath, '-e', '0'], cleanEnv(home));
      if (round >= 0) floors.push(floor);
    }
    for (const subject of shuffled(list)) {
      const seen = await oneStart(places.get(subject.name), subject.firstCall);
      if (round >= 0) found.get(subject.name).push(seen);
    }
    tell(`start ${round + 1}/${rounds}`);
  }
  const floor = quantile(floors, 0.25);
  const rows = [...found].map(([name, starts]) => {
    const low = (key) =>
      quantile(
        starts.map((start) => start[key]),
        0.25,
      );
    return {
      name,
      ...{ initialize_x: low('initialize') / floor, list_x: low('list') / floor },
      ...{ result_x: low('result') / floor, list_ms: low('list'), cpu_ms: low('cpu_ms') },
      ...{ peak_mb: median(starts.map((start) => start.peak_mb)) },
      ...{ tools: starts[0].tools, tokens: starts[0].tokens },
    };
  });
  return { floor_ms: floor, rows };
}

async function oneStart(place, firstCall) {
  const server = startServer(place);
  try {
    const initialize = (await server.initialize()).at;
    const list = await server.request('tools/list');
    const { cpu_ms, peak_mb } = server.use();
    const result = firstCall ? (await server.call(firstCall.tool, firstCall.args)).at : Number.NaN;
    const { tools } = list.result;
    // What a model reads of a tool; hosts leave the rest out.
    const shown = tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: inputSchema,
    }));
    const tokens = countTokens(JSON.stringify(shown));
    return { initialize, list: list.at, result, cpu_ms, peak_mb, tools: tools.length, tokens };
  } finally {
    await server.stop();
  }
}

/** One call after the other, in turns of all subjects; the floor beside them is an append and a flush of as many bytes. */
export async function measureCalls(list, { home, calls, bytes, tell }) {
  const rows = [];
  for (const subject of list) {
    if (subject.calls.length === 0) continue;
    const server = startServer(subject.place());
    await server.initialize();
    if (subject.setup) await server.call(subject.setup.tool, subject.setup.args);
    for (const call of subject.calls) {
      for (let n = 0; n < WARM_UP; n++) await server.call(call.tool, call.args(n));
      rows.push({ name: subject.name, server, ...call, times: [] });
    }
  }
  const append = appender(join(home, 'floor-lines'), bytes);
  const flushes = [];
  for (let done = 0; done < calls; done += CHUNK) {
    for (let n = 0; n < CHUNK; n++) flushes.push(timed(append));
    for (const row of shuffled(rows)) {
      for (let n = 0; n < CHUNK; n++) {
        const from = performance.now();
        await row.server.call(row.tool, row.args(WARM_UP + done + n));
        row.times.push(performance.now() - from);
      }
    }
    if ((done / CHUNK) % 10 === 9) tell(`calls ${done + CHUNK}/${calls}`);
  }
  for (const server of new Set(rows.map((row) => row.server))) await server.stop();
  const flush = median(flushes);
  const echo = median(rows[0].times);
  return {
    ...{ flush_ms: flush, echo_ms: echo },
    rows: rows.map(({ name, tool, times }) => ({
      ...{ name, tool, p50_ms: median(times), p99_ms: quantile(times, 0.99) },
      per_second: (1000 * times.length) / times.reduce((sum, time) => sum + time, 0),
      p50_x: median(times) / (echo + flush),
    })),
  };
}

/**
 * Several servers on one record with several calls in flight each, in turns with the floors; of each the best turn.
 * Throws where the record does not hold exactly what was acknowledged.
 */
export async function measureTogether({ ours, durableEcho }, { home, each, bytes, tell }) {
  const append = appender(join(home, 'floor-together'), bytes);
  const line = `${'x'.repeat(bytes - 1)}\n`;
  const call = ours.calls[0];
  const [pulse, echo] = [ours.place(), durableEcho.place()];
  const opening = startServer(pulse);
  await opening.initialize();
  await opening.call(ours.setup.tool, ours.setup.args);
  await opening.stop();
  const [mine, floor] = await Promise.all([several(pulse), several(echo)]);
  // The same text twice would be one event.
  let texts = 0;
  const work = {
    bare: async () => {
      for (let n = 0; n < SERVERS * each; n++) append();
    },
    echo: () => flood(floor, each, (server) => server.call('echo', { line })),
    ours: () => flood(mine, each, (server) => server.call(call.tool, call.args(texts++))),
  };
  const best = { bare: 0, echo: 0, ours: 0 };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const name of shuffled(Object.keys(work))) {
      const from = performance.now();
      await work[name]();
      const rate = (1000 * SERVERS * each) / (performance.now() - from);
      best[name] = Math.max(best[name], rate);
    }
    tell(`together ${turn + 1}/${TURNS}`);
  }
  await Promise.all([...mine, ...floor].map((server) => server.stop()));
  const stored = storedEvents(pulse.cwd).length;
  if (stored !== texts) throw new Error(`${texts} events acknowledged, ${stored} in the record`);
  return best;
}

const several = (place) =>
  Promise.all(
    Array.from({ length: SERVERS }, async () => {
      const server = startServer(place);
      await server.initialize();
      return server;
    }),
  );

/** Until each server has answered `each` calls. */
async function flood(servers, each, call) {
  const lanes = servers.flatMap((server) => {
    let next = 0;
    return Array.from({ length: IN_FLIGHT }, async () => {
      while (next++ < each) await call(server);
    });
  });
  await Promise.all(lanes);
}

/** The bytes of one stored event, as ours writes it. */
export async function eventBytes(ours) {
  const place = ours.place();
  const server = startServer(place);
  await server.initialize();
  await server.call(ours.setup.tool, ours.setup.args);
  await server.call(ours.calls[0].tool, ours.calls[0].args(1));
  await server.stop();
  // A line feed before it, one after it: how it is appended.
  return Buffer.byteLength(storedEvents(place.cwd)[0]) + 2;
}

/** The lines of recorded samples in the live logs of a folder. */
function storedEvents(folder) {
  const live = join(folder, '.git', 'hotfix-pulse');
  const files = readdirSync(live).map((name) => join(live, name, 'timeline.jsonl'));
  return files
    .flatMap((file) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []))
    .filter((line) => line.includes('"text":"Sample '));
}

function appender(file, bytes) {
  const open = openSync(file, 'a');
  const line = `${'x'.repeat(bytes - 1)}\n`;
  return () => {
    writeSync(open, line);
    fdatasyncSync(open);
  };
}

function timed(work) {
  const from = performance.now();
  work();
  return performance.now() - from;
}
