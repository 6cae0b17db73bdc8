import type { Client } from './client.ts';

/**
 * Which other incidents these keys have opened. What says that a line opens one stands word for word in the unique
 * index `event_opening` (migration 3), so that it serves this and nothing is read in vain.
 */
export async function openedWith(
  client: Client,
  uid: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await client.ask(
    (sql) => sql<{ key: string; incident: string }[]>`
      select key, incident from hotfix_pulse.event
      where workspace = ${client.workspace} and key in ${sql([...keys])} and incident <> ${uid}
        and line like '{"v":1,"id":"__________________________","incident":"__________________________","kind":"opened",%'`,
  );
  return new Map(rows.map(({ key, incident }) => [key, incident]));
}

/** Long texts that were kept for an incident which was then not opened. */
export async function dropUnused(client: Client, uid: string): Promise<void> {
  const { workspace } = client;
  await client.ask(
    (sql) => sql`
      delete from hotfix_pulse.blob b where b.workspace = ${workspace} and b.incident = ${uid}
        and not exists (select 1 from hotfix_pulse.event e where e.workspace = ${workspace} and e.incident = ${uid})`,
  );
}
