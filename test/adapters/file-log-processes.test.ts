import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock, systemIds } from '../../src/adapters/clock-ids.ts';
import { createFileLog } from '../../src/adapters/file-log.ts';
import { findPlaces } from '../../src/adapters/log-places.ts';
import { bundle } from '../support/bundle.ts';
import { newUid } from '../support/log-kit.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';

const WRITERS = 8;
const EVENTS = 200;
const KILLS = 24;

interface Worker {
  child: ChildProcess;
  done: Promise<{ ended: boolean; out: string[] }>;
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
  const done = new Promise<{ ended: boolean; out: string[] }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(err));
      else resolve({ ended: code === 0, out: out.split('\n').filter((line) => line !== '') });
    });
  });
  return { child, done };
}

it('loses, doubles and tears nothing with eight processes killed at random', {
  timeout: 120_000,
}, async () => {
  const { root } = tempRepo();
  const script = await bundle('log-worker.ts', tempFolder());
  const uid = newUid();
  const running = new Set<Worker>();
  let kills = 0;

  /** Starts again after every kill, with the first call that was not acknowledged. */
  async function write(name: string): Promise<void> {
    for (let from = 0; ; ) {
      const worker = start(script, ['append', root, uid, name, String(from), String(EVENTS)]);
      running.add(worker);
      const { ended, out } = await worker.done;
      running.delete(worker);
      if (ended) return;
      kills += 1;
      from = out.length === 0 ? from : Number(out.at(-1)) + 1;
    }
  }

  const writers = Promise.all(Array.from({ length: WRITERS }, (_, i) => write(`w${i}`)));
  const state = { over: false };
  void writers.finally(() => {
    state.over = true;
  });
  while (!state.over && kills < KILLS) {
    await new Promise((done) => setTimeout(done, 60 + Math.random() * 80));
    [...running][Math.floor(Math.random() * running.size)]?.child.kill('SIGKILL');
  }
  await writers;
  expect(kills).toBeGreaterThan(3);

  const log = createFileLog({ places: await findPlaces(root), clock: systemClock, ids: systemIds });
  const { events, damage } = await log.read(uid);
  const expected = Array.from({ length: WRITERS }, (_, w) =>
    Array.from({ length: EVENTS }, (_, n) =>
      n % 10 === 0 ? [`w${w}-${n}a`, `w${w}-${n}b`] : [`w${w}-${n}`],
    ),
  ).flat(2);
  expect(events.map(({ text }) => text).sort()).toEqual(expected.sort());
  expect(damage).toEqual([]);
  expect(await log.verify(uid)).toEqual([]);
  for (let w = 0; w < WRITERS; w++) {
    const own = events.filter(({ text }) => text.startsWith(`w${w}-`)).map(({ text }) => text);
    expect(own).toEqual(expected.filter((text) => text.startsWith(`w${w}-`)).sort(byNumber));
  }
});

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

it('gives every process its own number, also when all find the lock of a dead one', {
  timeout: 60_000,
}, async () => {
  const { root } = tempRepo();
  const folder = tempFolder();
  const script = await bundle('log-worker.ts', folder);
  const live = join(root, '.git', 'hotfix-pulse');
  mkdirSync(live);
  writeFileSync(join(live, 'numbering.lock'), await lockOfTheDead(folder));
  const results = await Promise.all(Array.from({ length: 6 }, () => start(script, ['open', root]).done));
  expect(results.map(({ out }) => Number(out[0])).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(readdirSync(live).filter((name) => name.includes('lock'))).toEqual([]);
});

/** A lock as a process leaves it that is killed while it holds it. */
async function lockOfTheDead(folder: string): Promise<string> {
  const held = await bundle('lock-holder.ts', folder);
  const { child, done } = start(held, [join(folder, 'numbering.lock')]);
  await new Promise((ready) => child.stdout?.once('data', ready));
  child.kill('SIGKILL');
  await done;
  const content = readFileSync(join(folder, 'numbering.lock'), 'utf8');
  expect(JSON.parse(content)).toMatchObject({ pid: child.pid, host: expect.stringContaining(hostname()) });
  return content;
}
