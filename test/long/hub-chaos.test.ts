import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createDeps } from '../../src/wire.ts';
import { type Entry, faultsOf, type Reader } from '../support/hub-chaos-check.ts';
import {
  type ClientWanted,
  pick,
  type Random,
  readAll,
  runClient,
  seeded,
} from '../support/hub-chaos-client.ts';
import { callerAt, readText } from '../support/hub-chaos-http.ts';
import { buildInto, startHubs } from '../support/hub-chaos-hubs.ts';
import { chaosProxy } from '../support/hub-chaos-proxy.ts';
import { follow, pull, readerFrom, readerOf, restartAside } from '../support/hub-chaos-readers.ts';
import { tokenFor } from '../support/mcp-hub.ts';
import { useTeamDatabase } from '../support/postgres-kit.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

/**
 * Eight clients on three hubs behind one address, while hubs are killed and paused, the database is restarted and
 * connections are cut: everything acknowledged is in the record once, for every reader. Source: issue 8, "Shown by".
 * HOTFIX_PULSE_SEED names another order of events; what times they take is up to the machine. The histories of the
 * clients stay in .cache/hub-chaos.
 */
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const long = process.env.HOTFIX_PULSE_LONG === '1';
const seeds = process.env.HOTFIX_PULSE_SEED ? [Number(process.env.HOTFIX_PULSE_SEED)] : long ? [1, 2] : [1];

const TROUBLE_MS = 48_000;
const CLIENTS = 8;
const HUBS = 3;
const TITLES = ['Users cannot log in', 'Invoices are sent twice', 'Search finds nothing since noon'];
/** Of the messages between clients and hubs, and between hubs and the database. */
const LOST = { web: 0.03, database: 0.004 };

describeIf('postgres')('three hubs on one record', () => {
  const database = useTeamDatabase();

  it.each(seeds)(
    'lose and double nothing while everything around them fails (seed %i)',
    {
      timeout: 300_000,
    },
    async (seed) => {
      const random = seeded(seed);
      const { appUrl, admin, port, open } = database();
      const workspace = `chaos/${seed}`;
      const script = buildInto(tempFolder());
      const { root } = tempRepo({ commits: 1 });
      const wire = await chaosProxy([port], seeded(seed + 1_000));
      const viaWire = appUrl.replace(`:${port}/`, `:${wire.port}/`);
      const team = { HOTFIX_PULSE_WORKSPACE: workspace, HOTFIX_PULSE_DATABASE_URL: appUrl };
      const env = { ...process.env, ...team, XDG_STATE_HOME: tempFolder() };
      const { text: token } = await tokenFor(root, 'agent', 'write', { env: team });
      const tokens = await Promise.all(
        Array.from({ length: CLIENTS }, (_, i) =>
          tokenFor(root, 'agent', 'write', { name: `c${i}`, env: team }),
        ),
      );
      const hubs = await startHubs(script, root, { ...env, HOTFIX_PULSE_DATABASE_URL: viaWire }, HUBS);
      const web = await chaosProxy(hubs.ports, seeded(seed + 2_000));
      await hubs.ready();

      const setUp = callerAt(web.port, token, '2025');
      for (const description of TITLES) {
        const told = await setUp('create_hotfix_task', { description }, 30_000);
        expect(told).toMatchObject({ kind: 'answered', data: { opened: true } });
      }
      const direct = open({ workspace });
      const incidents = await direct.uids();
      expect(incidents).toHaveLength(TITLES.length);

      const follower = follow(open({ workspace }));
      const clone = tempRepo({ commits: 1 }).root;
      const folder = join(checkout, '.cache', 'hub-chaos', `seed-${seed}`);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      const histories: string[] = [];
      const writerFor = (name: string): ClientWanted['write'] => {
        const file = join(folder, `${name}.jsonl`);
        histories.push(file);
        writeFileSync(file, '');
        return (entry) => writeFileSync(file, `${JSON.stringify(entry)}\n`, { flag: 'a' });
      };
      const state = { over: false, restarts: 0 };
      const clients = tokens.map((own, i) =>
        runClient({
          ...{ name: `c${i}`, incidents, isOver: () => state.over, patienceMs: 8_000, pauseMs: 60 },
          call: callerAt(web.port, own.text, i % 2 === 0 ? '2025' : '2026'),
          random: seeded(seed * 100 + i),
          write: writerFor(`c${i}`),
        }),
      );

      const restarts = async (): Promise<void> => {
        for (const how of ['fast', 'immediate'] as const) {
          await sleep(TROUBLE_MS / 3);
          await restartAside(admin, how);
          state.restarts += 1;
        }
      };
      const trouble = async (): Promise<void> => {
        web.lose(LOST.web);
        wire.lose(LOST.database);
        await Promise.all([
          every(2_600, random, () => void hubs.kill(Math.floor(random() * HUBS), random() * 1_500)),
          every(5_000, random, () => hubs.pause(Math.floor(random() * HUBS), 500 + random() * 2_000)),
          every(300, random, () => pick(random, [web, web, wire])?.cut()),
          every(9_000, random, () => pull(script, clone, env).catch(() => undefined)),
          restarts(),
        ]);
        web.lose(0);
        wire.lose(0);
        await hubs.ready();
        state.over = true;
      };
      await Promise.all([trouble(), ...clients]);

      for (const [i, own] of hubs.ports.entries()) {
        const write = writerFor(`hub-${i}`);
        await readAll({ name: `hub ${i}`, incidents, write, call: callerAt(own, token, '2026') });
      }
      await pull(script, clone, env);
      const file = await createDeps({ root: clone, actor: { name: 'test', kind: 'system' }, env: {} });
      const truth = await readerOf('the database', direct);
      const count = [...truth.incidents.values()].reduce((sum, { lines }) => sum + lines.length, 0);
      const readers: Reader[] = [
        truth,
        await readerOf('the file log after a pull', file.log),
        await follower.end(count),
        ...(await Promise.all(
          hubs.ports.map((own, i) =>
            readerFrom(`hub ${i}`, incidents, (uid) => readText(own, token, `incident://${uid}/timeline`)),
          ),
        )),
      ];
      const entries = histories.flatMap((path) =>
        readFileSync(path, 'utf8')
          .split('\n')
          .flatMap((line): Entry[] => (line === '' ? [] : [JSON.parse(line)])),
      );
      const of = (op: Entry['op'], outcome: Entry['outcome']) =>
        entries.filter((entry) => entry.op === op && entry.outcome === outcome).length;
      const told = {
        ...{ seed, events: count, acknowledged: of('record', 'ack'), unknown: of('record', 'unknown') },
        ...{ reads: of('read', 'ack'), kills: hubs.kills(), restarts: state.restarts },
        cuts: { clients: web.cuts(), database: wire.cuts() },
      };
      process.stderr.write(`hub chaos: ${JSON.stringify(told)}\n`);
      expect(faultsOf(entries, readers), `seed ${seed}, histories in ${folder}`).toEqual([]);
      // A canary: the same histories beside a record with one line less, or one line twice.
      expect(kindsOf(faultsOf(entries, [withLines(truth, (lines) => lines.slice(0, -1))]))).toContain('lost');
      expect(
        kindsOf(faultsOf(entries, [withLines(truth, (lines) => [...lines, ...lines.slice(-1)])])),
      ).toEqual(['doubled']);
      expect(hubs.ended()).toEqual([]);
      expect(hubs.complaints()).toEqual([]);
      expect(told.acknowledged).toBeGreaterThan(150);
      expect(told.unknown).toBeGreaterThan(20);
      expect(told.reads).toBeGreaterThan(50);
      expect(told.kills).toBeGreaterThan(5);
      expect(told.restarts).toBe(2);
      expect(told.cuts.clients).toBeGreaterThan(20);
      expect(told.cuts.database).toBeGreaterThan(5);
    },
  );
});

/** Again and again while the trouble lasts, about so far apart. */
async function every(ms: number, random: Random, work: () => Promise<unknown> | unknown): Promise<void> {
  const until = performance.now() + TROUBLE_MS;
  for (;;) {
    await sleep(Math.min(ms * (0.5 + random()), Math.max(0, until - performance.now())));
    if (performance.now() >= until) return;
    await work();
  }
}

const kindsOf = (faults: readonly string[]): string[] => [
  ...new Set(faults.map((fault) => fault.split(':')[0] ?? '')),
];

function withLines({ name, incidents }: Reader, change: (lines: readonly string[]) => string[]): Reader {
  const changed = [...incidents].map(([uid, one]) => [uid, { ...one, lines: change(one.lines) }] as const);
  return { name, incidents: new Map(changed) };
}
