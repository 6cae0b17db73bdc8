import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll } from 'vitest';
import { systemClock, systemIds } from '../../src/adapters/clock-ids.ts';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import {
  createPostgresLog,
  type PostgresLog,
  type PostgresLogOptions,
} from '../../src/adapters/postgres/postgres-log.ts';
import { freePort } from './free-port.ts';

/** A plain role without any right but those that `migrate --grant` gave it, in every workspace. */
const APP = 'pulse_app';

export interface Cluster {
  port: number;
  /** Address as a role, `admin` for the superuser. */
  url(role: string, database?: string): string;
  /** Signed in as the superuser. */
  admin: postgres.Sql;
  /** Stops and starts the server: `fast` cuts every connection, `immediate` is a crash. */
  restart(how: 'fast' | 'immediate'): void;
  stop(): void;
}

/** A throw-away server on the loopback interface, in a folder below /tmp. Root starts it as the user postgres. */
async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'hotfix-pulse-pg-'));
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  const id = (flag: string) => execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim();
  if (isRoot) chownSync(folder, Number(id('-u')), Number(id('-g')));
  const as = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  const run = (program: string, ...args: string[]): void => {
    const [first = '', ...rest] = [...as, join(binaries(), program), ...args];
    execFileSync(first, rest, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const data = ['-D', join(folder, 'data'), '-w'];
  const settings = `-c listen_addresses=127.0.0.1 -p ${port} -k ${folder} -c fsync=off -c max_connections=60`;
  const control = (...args: string[]) =>
    run('pg_ctl', ...data, '-l', join(folder, 'log'), '-o', settings, ...args);
  run('initdb', '-D', join(folder, 'data'), '-U', 'admin', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N');
  control('start');
  const url = (role: string, database = 'postgres') => `postgres://${role}@127.0.0.1:${port}/${database}`;
  const admin = postgres(url('admin'), { max: 2, onnotice: () => {}, backoff: () => 0.05 });
  return {
    ...{ port, url, admin },
    restart: (how) => control('-m', how, 'restart'),
    stop() {
      control('-m', 'immediate', 'stop');
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Debian keeps the server's programs apart from the path; a link to pg_ctl shows where. */
function binaries(): string {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base)
    ? readdirSync(base)
        .map(Number)
        .sort((a, b) => b - a)
    : [];
  const found = versions
    .map((version) => join(base, String(version), 'bin'))
    .find((path) => existsSync(join(path, 'initdb')));
  return found ?? dirname(execFileSync('which', ['initdb'], { encoding: 'utf8' }).trim());
}

export interface TeamDatabase extends Cluster {
  /** Address of the plain role. */
  appUrl: string;
  /** A record in a workspace of its own unless one is named; closed after the suite. */
  open(options?: Partial<PostgresLogOptions>): PostgresLog;
}

/** One server for a suite, migrated, with the plain role. Call at the top of a `describe`. */
export function useTeamDatabase(): () => TeamDatabase {
  let cluster: Cluster | undefined;
  const logs: PostgresLog[] = [];
  let count = 0;
  const get = (): TeamDatabase => {
    if (cluster === undefined) throw new Error('the server is started before the first test');
    const appUrl = cluster.url(APP);
    return {
      ...cluster,
      appUrl,
      open(options = {}) {
        count += 1;
        const workspace = `test/${count}`;
        const log = createPostgresLog({
          url: appUrl,
          workspace,
          clock: systemClock,
          ids: systemIds,
          ...options,
        });
        logs.push(log);
        return log;
      },
    };
  };
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.admin.unsafe(`create role ${APP} login`);
    await migrate(cluster.url('admin'), null, { status: false, grant: APP, allWorkspaces: true });
  }, 60_000);
  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    await cluster?.admin.end({ timeout: 1 });
    cluster?.stop();
  }, 60_000);
  return get;
}
