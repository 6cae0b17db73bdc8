import { PulseError } from '../../core/errors.ts';
import type { Clock, Ids } from '../../ports.ts';
import type { Team } from '../../ports-team.ts';
import { refNumbers } from '../git.ts';
import type { LogPlaces } from '../log-places.ts';
import { createPublishedLogs } from '../published-logs.ts';
import { notAnAddress } from './client.ts';
import { createFileSide } from './file-side.ts';
import { type DatabaseLook, lookAt } from './look.ts';
import { type MigrateReport, type MigrateRequest, migrate } from './migrate.ts';
import { type Moved, type MoveRequest, moveIncidents, type Side } from './move.ts';
import { createPostgresLog, type PostgresLog } from './postgres-log.ts';
import { createTokenTable } from './tokens.ts';
import { workspaceOf } from './workspace-id.ts';

export interface RecordOptions {
  places: LogPlaces;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  ids: Ids;
}

/** The team's record, for a repository of this machine. Connects on first use. */
export async function openTeamRecord({ places, env, clock, ids }: RecordOptions): Promise<PostgresLog> {
  const url = urlOf(env);
  const workspace = await workspaceOf(places.root, env.HOTFIX_PULSE_WORKSPACE);
  const published = createPublishedLogs(places.specs);
  return createPostgresLog({
    ...{ url, workspace, clock, ids },
    // A branch or a folder of this clone may already carry the next number.
    async numbersHere() {
      const refs = places.git ? await refNumbers(places.root) : [];
      return Math.max(0, ...published.numbers(), ...refs);
    },
  });
}

/** Who may come in over the hubs of a workspace. Connects on first use. */
export async function openTeamTokens(root: string, env: RecordOptions['env']): Promise<Team> {
  const url = urlOf(env);
  const workspace = await workspaceOf(root, env.HOTFIX_PULSE_WORKSPACE);
  const tokens = createTokenTable({ url, workspace });
  return { tokens, workspace, close: () => tokens.close() };
}

/** For `hotfix-pulse doctor`. @throws PulseError for whatever stands in the way */
export async function lookAtDatabase(root: string, env: RecordOptions['env']): Promise<DatabaseLook> {
  const url = urlOf(env);
  return lookAt({ url, workspace: await workspaceOf(root, env.HOTFIX_PULSE_WORKSPACE) });
}

/** `hotfix-pulse migrate`. */
export async function migrateDatabase(
  root: string | null,
  env: RecordOptions['env'],
  request: MigrateRequest,
): Promise<MigrateReport> {
  const url = urlOf(env);
  const isNeeded = request.grant !== undefined && !request.allWorkspaces;
  const named = env.HOTFIX_PULSE_WORKSPACE;
  const workspace = await workspaceOf(root, named).catch((error) => {
    if (isNeeded || (named ?? '').trim() !== '') throw error;
    return null;
  });
  return migrate(url, workspace, request);
}

/** Both records of a repository, for `push` and `pull`. */
export interface BothRecords {
  file: Side;
  database: Side;
  workspace: string;
  move(from: Side, to: Side, request: MoveRequest): Promise<Moved[]>;
  close(): Promise<void>;
}

export async function openBoth(options: RecordOptions): Promise<BothRecords> {
  const team = await openTeamRecord(options);
  const file = createFileSide(options.places, options.clock, options.ids);
  return {
    ...{ file, workspace: team.workspace, move: moveIncidents },
    database: {
      ...{ where: 'database', log: team },
      uids: () => team.uids(),
      verify: (uid) => team.verify(uid),
      receive: (uid, lines) => team.receive(uid, lines),
      numbers: () => team.numbers(),
      blobs: (uid) => team.blobs(uid),
      archives: (uid) => team.archives(uid),
      lines: async (uid) => (await team.lines(uid)).split('\n').filter((line) => line !== ''),
    },
    async close() {
      file.log.close();
      await team.close();
    },
  };
}

function urlOf(env: RecordOptions['env']): string {
  const url = env.HOTFIX_PULSE_DATABASE_URL?.trim() ?? '';
  if (url === '')
    throw new PulseError(
      'not_configured',
      'HOTFIX_PULSE_DATABASE_URL is not set.',
      'Set it to postgres://user:password@host:5432/database?sslmode=verify-full (docs/postgres.md).',
    );
  if (/^postgres(?:ql)?:\/\/\S+$/.test(url)) return url;
  throw notAnAddress();
}
