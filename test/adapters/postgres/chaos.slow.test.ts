import { type ChildProcess, spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { bundle } from '../../support/bundle.ts';
import { newUid, opened, request } from '../../support/log-kit.ts';
import { useTeamDatabase } from '../../support/postgres-kit.ts';
import { tempFolder } from '../../support/repo.ts';
import { describeIf } from '../../support/requires.ts';

const WRITERS = 8;
const EVENTS = 400;
const CLIENT_KILLS = 12;
const BACKEND_KILLS = 40;

interface Worker {
  child: ChildProcess;
  done: Promise<{ code: number | null; out: string[]; err: string }>;
}

function start(script: string, args: string[]): Worker {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout?.on('data', (data) => {
    out += data;
  });
  child.stderr?.on('data', (data) => {
    err += data;
  });
  const done = new Promise<{ code: number | null; out: string[]; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out: out.split('\n').filter((line) => line !== ''), err }));
  });
  return { child, done };
}

const textsOf = (name: string, n: number) =>
  n % 10 === 0 ? [`${name}-${n}a`, `${name}-${n}b`] : [`${name}-${n}`];

describeIf('postgres')('eight processes on one incident', () => {
  const database = useTeamDatabase();

  it('lose and double nothing while clients, connections and the server are killed', {
    timeout: 180_000,
  }, async () => {
    const { appUrl, admin, restart, open } = database();
    const workspace = 'crowd';
    const script = await bundle('postgres-worker.ts', tempFolder());
    const uid = newUid();
    const log = open({ workspace });
    await log.append(request(uid, opened(1)));
    const running = new Set<Worker>();
    const state = { over: false, killed: 0, cut: 0, restarts: 0 };
    /** Calls without a key that were under way when their process was killed: there once or not at all. */
    const maybe = new Set<string>();

    /** Starts again after every kill, with the first call that was not acknowledged. */
    async function write(name: string): Promise<void> {
      for (let from = 0; ; ) {
        const worker = start(script, [appUrl, workspace, uid, name, String(from), String(EVENTS)]);
        running.add(worker);
        const { code, out, err } = await worker.done;
        running.delete(worker);
        if (code === 0) return;
        if (worker.child.signalCode !== 'SIGKILL') throw new Error(err);
        from = out.length === 0 ? from : Number(out.at(-1)) + 1;
        if (from % 10 === 5) maybe.add(`${name}-${from}`);
      }
    }

    const writers = Promise.all(Array.from({ length: WRITERS }, (_, i) => write(`w${i}`))).finally(() => {
      state.over = true;
    });
    const pause = (ms: number) => new Promise((done) => setTimeout(done, ms * (0.5 + Math.random())));
    async function trouble(): Promise<void> {
      for (let round = 0; !state.over; round++) {
        await pause(120);
        if (state.cut < BACKEND_KILLS) {
          const cut = await admin`
            select pg_terminate_backend(pid) from pg_stat_activity
            where usename = 'pulse_app' order by random() limit 2`.catch(() => []);
          state.cut += cut.length;
        }
        if (round % 3 === 2 && state.killed < CLIENT_KILLS) {
          [...running][Math.floor(Math.random() * running.size)]?.child.kill('SIGKILL');
          state.killed += 1;
        }
        if (round === 8 || round === 20) {
          restart(round === 8 ? 'fast' : 'immediate');
          state.restarts += 1;
        }
      }
    }
    await Promise.all([writers, trouble()]);
    expect(state.killed).toBeGreaterThan(3);
    expect(state.cut).toBeGreaterThan(10);
    expect(state.restarts).toBeGreaterThan(0);

    const { events, damage } = await log.read(uid);
    const texts = events.slice(1).map(({ text }) => text);
    const expected = Array.from({ length: WRITERS }, (_, w) =>
      Array.from({ length: EVENTS }, (_, n) => textsOf(`w${w}`, n)),
    ).flat(2);
    expect(new Set(texts)).toEqual(new Set(expected));
    const doubled = texts.filter((text, i) => texts.indexOf(text) !== i);
    // A caller that repeats a call without a key after a kill says it twice; nobody else may.
    for (const text of doubled) expect(maybe).toContain(text);
    expect(damage).toEqual([]);
    expect(await log.verify(uid)).toEqual([]);
    expect((await log.lines(uid)).split('\n')).toHaveLength(texts.length + 2);
    // One chain: every line goes on from the one before it.
    const prevs = events.map(({ prev }) => prev);
    expect(new Set(prevs).size).toBe(events.length);
    for (let w = 0; w < WRITERS; w++) {
      const own = [...new Set(texts.filter((text) => text.startsWith(`w${w}-`)))];
      expect(own).toEqual(Array.from({ length: EVENTS }, (_, n) => textsOf(`w${w}`, n)).flat());
    }
  });
});
