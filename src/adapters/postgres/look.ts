import { PulseError } from '../../core/errors.ts';
import { type Client, type ClientOptions, createClient } from './client.ts';
import { checkReady, SCHEMA_VERSION } from './schema.ts';

/** The team's database as this role sees it. */
export interface DatabaseLook {
  workspace: string;
  /** Version of the tables. */
  schema: number;
  incidents: number;
  open: number;
  /** How long one question takes. Milliseconds. */
  ms: number;
  /** Of the server; null where the engine does not tell. */
  connections: { free: number; most: number } | null;
}

/** Somebody waits for the answer: a database that is away is not waited for as long as by an operation. Milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * Reads only.
 * @throws PulseError for whatever stands in the way of working with it, with what to do
 */
export async function lookAt(options: ClientOptions): Promise<DatabaseLook> {
  const client = createClient({ patienceMs: PATIENCE_MS, ...options, max: 1 });
  try {
    await checkReady(client);
    await checkRights(client);
    const start = performance.now();
    const [row] = await client.ask(
      (sql) => sql<{ incidents: number; open: number }[]>`
        select cast(count(*) as integer) as incidents, cast(count(*) filter (where is_open) as integer) as open
        from hotfix_pulse.incident where workspace = ${client.workspace}`,
    );
    const ms = performance.now() - start;
    const { incidents = 0, open = 0 } = row ?? {};
    const connections = await connectionsOf(client).catch(() => null);
    return { workspace: client.workspace, schema: SCHEMA_VERSION, incidents, open, ms, connections };
  } finally {
    await client.close();
  }
}

async function checkRights(client: Client): Promise<void> {
  const [row] = await client.ask(
    (sql) => sql<{ may: boolean }[]>`
      select bool_and(has_table_privilege(name, 'SELECT') and has_table_privilege(name, 'INSERT')) as may
      from (values ('hotfix_pulse.incident'), ('hotfix_pulse.event'), ('hotfix_pulse.blob'),
        ('hotfix_pulse.archive'), ('hotfix_pulse.token')) as needed (name)`,
  );
  if (row?.may === true) return;
  throw new PulseError(
    'not_configured',
    'The database role has not all rights that it needs in the tables.',
    'Let the owner of the tables run: hotfix-pulse migrate --grant ROLE (docs/postgres.md, roles).',
  );
}

/** What plain roles get of the limit, and how many are taken in all databases of the server. */
async function connectionsOf(client: Client): Promise<DatabaseLook['connections']> {
  const [row] = await client.once(
    (sql) => sql<{ most: number; taken: number }[]>`
      select cast(current_setting('max_connections') as integer)
          - cast(current_setting('superuser_reserved_connections') as integer) as most,
        cast(sum(numbackends) as integer) as taken
      from pg_stat_database`,
  );
  return row === undefined ? null : { free: Math.max(0, row.most - row.taken), most: row.most };
}
