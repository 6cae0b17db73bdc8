import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PulseError } from '../../core/errors.ts';
import type { Client, Sql } from './client.ts';
import { asPulseError, codeOf } from './errors.ts';

export interface Migration {
  version: number;
  /** File in `migrations/`. */
  name: string;
  /** Of the file, in hex: what was released is never edited. */
  sha256: string;
}

/** In order, without a gap. The last one is what this version of the program works with. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: '001_record.sql',
    sha256: '1c2633a4decd27d766804e7264e923814607c2b383720ea6ba0b3498aacb1b8f',
  },
  {
    version: 2,
    name: '002_owes.sql',
    sha256: '8bea92bb43315f3f8e25e38edb12f3077014fc8d32af85c4301c7bf1bbc560ef',
  },
  {
    version: 3,
    name: '003_openings.sql',
    sha256: 'a4240f045cc9db9494fbe5da7a75451e64c8096d5a30a08a1990412d64f226fc',
  },
  {
    version: 4,
    name: '004_tokens.sql',
    sha256: '9d6b9ba717323986c7d54447f6f8d32d00901b9a9de4ecf60f40d0ad191a79a3',
  },
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** From the sources, from a chunk of the built program, and from a door of it. */
const FOLDERS = ['../../../migrations/', '../migrations/', './migrations/'] as const;

/** The text of a migration, byte for byte as it was released. */
export function textOf({ name, sha256 }: Migration): string {
  for (const folder of FOLDERS) {
    const text = textAt(new URL(folder + name, import.meta.url));
    if (text !== null && createHash('sha256').update(text, 'utf8').digest('hex') === sha256) return text;
  }
  throw new PulseError(
    'not_configured',
    'The migrations are not where this program was installed, or were changed.',
    'Install hotfix-pulse again (npm install -g hotfix-pulse), then run hotfix-pulse migrate.',
  );
}

function textAt(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

export interface Applied {
  version: number;
  name: string;
  sha256: string;
}

/** What the database says was applied; null where it was never set up. */
export async function appliedIn(sql: Sql): Promise<Applied[] | null> {
  try {
    return await sql<Applied[]>`select version, name, sha256 from hotfix_pulse.migration order by version`;
  } catch (error) {
    if (['42P01', '3F000'].includes(codeOf(error))) return null;
    throw error;
  }
}

/** @throws PulseError not_configured when the tables are of a newer program, or were made by other files */
export function checkKnown(applied: readonly Applied[]): void {
  const last = applied.at(-1)?.version ?? 0;
  if (last > SCHEMA_VERSION)
    throw new PulseError(
      'not_configured',
      `The database was set up by a newer hotfix-pulse: its tables are version ${last}, this one knows ${SCHEMA_VERSION}.`,
      'Update hotfix-pulse here (npm install -g hotfix-pulse@latest); nothing was changed.',
      { schema: last, known: SCHEMA_VERSION },
    );
  const other = applied.find(({ version, sha256 }) => MIGRATIONS[version - 1]?.sha256 !== sha256);
  if (other !== undefined)
    throw new PulseError(
      'not_configured',
      `The tables of the database were made by another migration ${other.version} than this program has.`,
      'Use the release of hotfix-pulse that set the database up, or restore its dump into a new database.',
      { schema: other.version },
    );
}

interface Standing {
  is_super: boolean;
  workspace: string | null;
  may: boolean;
  notifies: boolean;
}

/** How long tables and role are taken as they were found. Milliseconds. */
const CHECK_MS = 60_000;

/** `checkReady` once a minute; a refusal is not remembered. */
export function createReady(client: Client): () => ReturnType<typeof checkReady> {
  let checked: { at: number; ready: ReturnType<typeof checkReady> } | null = null;
  return async () => {
    if (checked === null || performance.now() - checked.at > CHECK_MS) {
      const mine = { at: performance.now(), ready: checkReady(client) };
      checked = mine;
      mine.ready.catch(() => {
        if (checked === mine) checked = null;
      });
    }
    return checked.ready;
  };
}

/**
 * Refuses to work where the tables do not fit, the role would see every workspace, or may not work in this one.
 * @returns whether the engine can notify; those that only speak PostgreSQL's protocol may not
 */
export async function checkReady(client: Client): Promise<{ notifies: boolean }> {
  const applied = await client.ask(appliedIn);
  checkKnown(applied ?? []);
  const last = applied?.length ?? 0;
  if (last < SCHEMA_VERSION)
    throw new PulseError(
      'not_configured',
      last === 0
        ? 'The database is not set up for hotfix-pulse.'
        : `The tables of the database are version ${last}, this program needs ${SCHEMA_VERSION}.`,
      'Run hotfix-pulse migrate once, as a role that may create a schema (docs/postgres.md).',
      { schema: last, known: SCHEMA_VERSION },
    );
  const [role] = await client.ask(
    (sql) => sql<Standing[]>`
      select r.rolsuper or r.rolbypassrls as is_super, current_setting('hotfix_pulse.workspace', true) as workspace,
        exists (select 1 from hotfix_pulse.access a
          where a.role_name = current_user::text and a.workspace in (${client.workspace}, '*')) as may,
        exists (select 1 from pg_proc p where p.proname = 'pg_notify') as notifies
      from pg_roles r where r.rolname = current_user`,
  );
  if (role === undefined) throw asPulseError(Object.assign(new Error('no role'), { code: '42501' }));
  if (role.is_super)
    throw new PulseError(
      'unsafe',
      'The database role passes over row-level security (a superuser, or BYPASSRLS), so workspaces would not be kept apart.',
      'Make a plain role (CREATE ROLE pulse_app LOGIN PASSWORD ...), run hotfix-pulse migrate --grant pulse_app, and sign in as that role.',
    );
  if (role.workspace !== client.workspace)
    throw new PulseError(
      'not_configured',
      'Something between here and the database (a connection pooler?) drops the workspace that a connection starts with.',
      'Connect to the database itself: locks, notifications and the workspace belong to one connection.',
    );
  if (!role.may)
    throw new PulseError(
      'not_configured',
      'The database role may not work in this workspace.',
      'Let the owner of the tables run, with the same workspace: hotfix-pulse migrate --grant ROLE (docs/postgres.md, roles).',
      { workspace: client.workspace },
    );
  return { notifies: role.notifies };
}
