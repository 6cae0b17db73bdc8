import { chmodSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import type { App } from '../../src/cli/app.ts';
import { doctorCommand } from '../../src/cli/doctor.ts';
import type { DoctorMachine } from '../../src/cli/doctor-setup.ts';
import { createOutput } from '../../src/cli/output.ts';
import type { DoctorCheck } from '../../src/core/doctor.ts';
import type { HostId } from '../../src/install/host.ts';
import { type Choice, createInstaller } from '../../src/install/installer.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { loadAll } from '../../src/tools/support/load.ts';
import { VERSION } from '../../src/version.ts';
import {
  checkService,
  createDeps,
  gitVersion,
  leftWorktrees,
  lookAtDatabase,
  lookAtRepository,
  openRecord,
  reachRemote,
  talkTo,
} from '../../src/wire.ts';
import { fakeApp, fakeIo, fakeWorld } from '../cli/fakes.ts';
import { put } from '../install/kit.ts';
import { tempFolder } from './repo.ts';

/** Root of this package, with the built program. */
export const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const NODE = dirname(process.execPath);
/** A time long after every event of a test. */
export const LATER = Date.parse('2026-12-31T00:00:00Z');

export interface Verdict {
  code: number;
  out: string;
  err: string;
  checks: DoctorCheck[];
  /** The checks with this id, of one agent when it is named. */
  of(id: string, agent?: HostId): DoctorCheck[];
}

/** A home and a command line of their own around a repository (or null), with the real installer and the real server. */
export function doctorAt(repo: string | null, change: Partial<DoctorMachine> = {}) {
  const home = tempFolder();
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const env: Record<string, string> = {
    ...{ HOME: home, PATH: [bin, NODE, '/usr/bin', '/bin'].join(delimiter) },
    ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  };
  const where = { repo, home, env, platform: 'linux' } as const;
  const machine: DoctorMachine = {
    ...{ where, node: process.version, temp: [], root: PACKAGE, version: VERSION },
    limits: { start: 10_000, fetched: 10_000 },
    ...{ gitVersion, look: lookAtRepository, reach: reachRemote, worktrees: leftWorktrees },
    ...{ record: openRecord, database: lookAtDatabase, talk: talkTo, checkService },
    ...change,
  };
  const installer = createInstaller({
    ...{ where, node: process.execPath, temp: [], root: PACKAGE, version: VERSION },
    run: async () => ({ ended: 'exited', code: 0 }),
  });
  const run = async (
    args: Record<string, unknown>,
    { json = false, color = false, stopWhen }: { json?: boolean; color?: boolean; stopWhen?: () => boolean },
  ) => {
    const fake = fakeIo({ env });
    const watch = setInterval(() => {
      if (stopWhen?.()) fake.interrupt();
    }, 20);
    const app: App = {
      ...fakeApp(fakeWorld(), fake),
      ...{ tools: TOOLS, loadAll },
      createDeps: (options) => createDeps(options, { clock: { now: () => LATER }, ids: systemIds }),
    };
    const io = { ...fake, stdout: { ...fake.stdout, isTTY: color } };
    const out = createOutput(io, { json, noColour: !color });
    const session = { io, app, out, deps: () => Promise.reject(new Error('not used')) };
    const code = await doctorCommand(async () => machine)
      .run(args, session)
      .finally(() => clearInterval(watch));
    return { code, out: fake.written.stdout, err: fake.written.stderr };
  };
  const program = (name: string, script: string): string => {
    const file = put(bin, name, `#!${process.execPath}\n${script}`);
    chmodSync(file, 0o755);
    return file;
  };
  // Nothing is fetched in a test: the built program in the place of the one from the registry.
  program('npx', `process.argv.splice(2, 2); import(${JSON.stringify(`${PACKAGE}dist/hotfix-pulse.js`)});`);
  return {
    ...{ home, env, machine, installer },
    /** Puts a program on the search path. */
    program,
    async install(scope: Choice['scope'], hosts: readonly HostId[]) {
      await installer.install(installer.planInstall({ scope, hosts, name: null, replace: new Set() }));
    },
    /** @param stopWhen asked now and then; true is a Ctrl-C */
    async doctor(args: Record<string, unknown> = {}, stopWhen?: () => boolean): Promise<Verdict> {
      const said = await run(args, { json: true, ...(stopWhen ? { stopWhen } : {}) });
      const { checks } = JSON.parse(said.out) as { checks: DoctorCheck[] };
      const of = (id: string, agent?: HostId) =>
        checks.filter((check) => check.id === id && (agent === undefined || check.agent === agent));
      return { ...said, checks, of };
    },
    shown: (args: Record<string, unknown> = {}, color = false) => run(args, { color }),
  };
}
