import { PulseError } from '../../core/errors.ts';
import { openAlone, type Sql } from './client.ts';
import { asPulseError } from './errors.ts';
import { type Applied, appliedIn, checkKnown, MIGRATIONS, SCHEMA_VERSION, textOf } from './schema.ts';

export interface MigrateRequest {
  /** Looks only. */
  status: boolean;
  /** A database role that shall work with the tables. */
  grant: string | undefined;
  /** For the role: every workspace instead of the one of the client. */
  allWorkspaces: boolean;
}

export interface MigrateReport {
  /** Of the repository, or named in the environment; null outside of both. */
  workspace: string | null;
  /** Version of the tables now; 0 before the first migration. */
  schema: number;
  known: number;
  /** Files applied by this call. */
  applied: string[];
  /** Files that are still to come. */
  pending: string[];
  granted: { role: string; workspace: string } | null;
}

/** Any number that nobody else takes: "hotf" and "puls" in ASCII. */
const LOCK = [0x686f7466, 0x70756c73] as const;
/** The other starter applies a migration at the most. */
const WAIT_MS = 120_000;

/**
 * Brings the tables to the version of this program. Safe with any number of starters: the first one works under an
 * advisory lock, the others wait and find nothing to do. One file is one transaction, with its line in the list.
 */
export async function migrate(
  url: string,
  workspace: string | null,
  request: MigrateRequest,
): Promise<MigrateReport> {
  const sql = openAlone({ url, workspace: workspace ?? '' }, WAIT_MS);
  try {
    const applied = request.status ? [] : await applyAll(sql);
    if (!request.status) await renewRights(sql);
    const now = (await appliedIn(sql)) ?? [];
    checkKnown(now);
    const granted =
      request.grant === undefined || request.status ? null : await grant(sql, workspace, request);
    return {
      ...{ workspace, schema: now.length, known: SCHEMA_VERSION, applied, granted },
      pending: MIGRATIONS.slice(now.length).map(({ name }) => name),
    };
  } catch (error) {
    throw asPulseError(error);
  } finally {
    await sql.end({ timeout: 1 }).catch(() => {});
  }
}

async function applyAll(sql: Sql): Promise<string[]> {
  await sql`select pg_advisory_lock(${LOCK[0]}, ${LOCK[1]})`;
  // Released with the connection, whatever happens.
  const standing: Applied[] = (await appliedIn(sql)) ?? [];
  checkKnown(standing);
  const missing = MIGRATIONS.slice(standing.length);
  for (const migration of missing) {
    const { version, name, sha256 } = migration;
    // Several statements in one message are one transaction: all or nothing, also when the connection breaks.
    const note = `insert into hotfix_pulse.migration (version, name, sha256) values (${version}, '${name}', '${sha256}');`;
    const owner = "insert into hotfix_pulse.access (role_name, workspace) values (current_user, '*');";
    await sql.unsafe([textOf(migration), note, ...(version === 1 ? [owner] : [])].join('\n'));
  }
  return missing.map(({ name }) => name);
}

/** Roles that were let in before have their rights in new tables too. A plain role sees no row but its own here. */
async function renewRights(sql: Sql): Promise<void> {
  const roles = await sql<{ role: string }[]>`
    select distinct a.role_name as role from hotfix_pulse.access a join pg_roles r on r.rolname = a.role_name
    where a.role_name <> current_user::text order by a.role_name`;
  for (const { role } of roles) await giveRights(sql, role);
}

/**
 * What the program needs and no more: events are never deleted, and of an event only its line is ever replaced. Lines
 * about tokens are added and read.
 */
async function giveRights(sql: Sql, role: string): Promise<void> {
  const to = sql(role);
  await sql`grant usage on schema hotfix_pulse to ${to}`;
  await sql`grant select on hotfix_pulse.migration, hotfix_pulse.access to ${to}`;
  await sql`grant select, insert, update on hotfix_pulse.incident to ${to}`;
  await sql`grant select, insert, update (line, key) on hotfix_pulse.event to ${to}`;
  await sql`grant select, insert, delete on hotfix_pulse.blob to ${to}`;
  await sql`grant select, insert, update (body), delete on hotfix_pulse.archive to ${to}`;
  await sql`grant select, insert on hotfix_pulse.token to ${to}`;
}

async function grant(
  sql: Sql,
  workspace: string | null,
  { grant: role = '', allWorkspaces }: MigrateRequest,
): Promise<{ role: string; workspace: string }> {
  const [known] = await sql`select 1 from pg_roles where rolname = ${role}`;
  if (known === undefined)
    throw new PulseError(
      'not_found',
      'The database has no role of that name.',
      'Create it first: CREATE ROLE name LOGIN PASSWORD ...; capital letters count.',
    );
  await giveRights(sql, role);
  const where = allWorkspaces ? '*' : (workspace ?? '');
  await sql`insert into hotfix_pulse.access (role_name, workspace) values (${role}, ${where}) on conflict do nothing`;
  return { role, workspace: where };
}
