import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';
import { ask } from './hub-kit.ts';

export interface HubCrowd {
  ports: readonly number[];
  /** Ends one as a crash does; it is started again after a while. */
  kill(index: number, awayMs: number): Promise<void>;
  /** Neither answers nor goes away. */
  pause(index: number, ms: number): Promise<void>;
  /** Resolves when all of them answer. */
  ready(): Promise<void>;
  kills(): number;
  /** Those that ended without being killed, with the last that they said. */
  ended(): string[];
  /** Lines of the logs that tell of a fault of ours. */
  complaints(): string[];
}

interface Hub {
  port: number;
  child: ChildProcess | null;
}

const KEPT = 20;
const FAULT = /failed in a way it should not|"?a door failed"?|unhandled/i;

/** The program as it is shipped, made of the sources as they are now; gives its command. */
export function buildInto(folder: string): string {
  const checkout = fileURLToPath(new URL('../..', import.meta.url));
  const code =
    "const [of, into] = process.argv.slice(1); const { build } = await import(of + 'scripts/build.mjs'); await build(of, into);";
  execFileSync(process.execPath, ['--input-type=module', '-e', code, checkout, folder], { cwd: checkout });
  return join(folder, 'hotfix-pulse.js');
}

/** Real processes of `hotfix-pulse serve` on one record, each at a port of its own. */
export async function startHubs(
  script: string,
  root: string,
  env: NodeJS.ProcessEnv,
  count: number,
): Promise<HubCrowd> {
  const hubs: Hub[] = [];
  const killed = new WeakSet<ChildProcess>();
  const ended: string[] = [];
  const complaints: string[] = [];
  let kills = 0;
  let isOver = false;
  for (let i = 0; i < count; i++) hubs.push({ port: await freePort(), child: null });

  function start(hub: Hub): void {
    if (isOver) return;
    const child = spawn(process.execPath, [script, 'serve', '--port', String(hub.port)], {
      ...{ cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] },
    });
    const last: string[] = [];
    child.stderr?.on('data', (data: Buffer) => {
      const lines = data.toString('utf8').split('\n');
      complaints.push(...lines.filter((line) => FAULT.test(line)));
      last.push(...lines.filter((line) => line !== ''));
      last.splice(0, last.length - KEPT);
    });
    hub.child = child;
    child.on('exit', (code, signal) => {
      hub.child = null;
      if (killed.has(child) || isOver) return;
      ended.push(`a hub ended by itself (${code ?? signal}):\n${last.join('\n')}`);
      start(hub);
    });
  }
  for (const hub of hubs) start(hub);
  onTestFinished(() => {
    isOver = true;
    for (const { child } of hubs) child?.kill('SIGKILL');
  });

  const isReady = async ({ port }: Hub): Promise<boolean> =>
    (await ask(port, { path: '/readyz' }).catch(() => null))?.status === 200;
  return {
    ports: hubs.map(({ port }) => port),
    kills: () => kills,
    ended: () => ended,
    complaints: () => complaints,
    async kill(index, awayMs) {
      const hub = hubs[index % hubs.length];
      const child = hub?.child ?? null;
      if (hub === undefined || child === null || killed.has(child)) return;
      const gone = once(child, 'exit');
      killed.add(child);
      kills += 1;
      child.kill('SIGKILL');
      await Promise.all([gone, sleep(awayMs)]);
      start(hub);
    },
    async pause(index, ms) {
      const child = hubs[index % hubs.length]?.child;
      child?.kill('SIGSTOP');
      await sleep(ms);
      child?.kill('SIGCONT');
    },
    async ready() {
      const until = performance.now() + 30_000;
      for (const hub of hubs)
        while (!(await isReady(hub))) {
          if (performance.now() > until)
            throw new Error(`a hub does not get ready:\n${ended.join('\n') || complaints.join('\n')}`);
          await sleep(100);
        }
    },
  };
}
