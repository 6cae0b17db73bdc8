import * as z from 'zod/v4';
import type { Damage, Ids } from '../../ports.ts';
import { isFileName } from '../folder-place.ts';
import type { Client } from './client.ts';

const Manifest = z.object({
  v: z.literal(1),
  files: z.array(z.object({ file: z.string(), sha256: z.string(), bytes: z.int() })),
});
const MANIFEST = 'manifest.json';
const LOG_FILE = 'timeline.jsonl';

export async function putBlob(client: Client, uid: string, sha256: string, text: string): Promise<void> {
  const row = { workspace: client.workspace, incident: uid, sha256, body: Buffer.from(text, 'utf8') };
  await client.ask((sql) => sql`insert into hotfix_pulse.blob ${sql(row)} on conflict do nothing`);
}

/** Text under its SHA-256. */
export async function blobsOf(client: Client, uid: string): Promise<Map<string, string>> {
  const rows = await client.ask(
    (sql) => sql<{ sha256: string; body: Buffer }[]>`
      select sha256, body from hotfix_pulse.blob where workspace = ${client.workspace} and incident = ${uid}`,
  );
  return new Map(rows.map(({ sha256, body }) => [sha256, body.toString('utf8')]));
}

/** Whole or not at all; an archive that is there already stays as it is. */
export async function putArchive(
  client: Client,
  uid: string,
  event: string,
  files: Readonly<Record<string, string>>,
  ids: Ids,
): Promise<void> {
  const { workspace } = client;
  const kept = Object.entries(files).filter(([file]) => isFileName(file) && file !== MANIFEST);
  const rows = [...kept, [MANIFEST, manifestOf(kept, ids)] as const].map(([file, text]) => ({
    ...{ workspace, incident: uid, event, file, body: Buffer.from(text, 'utf8') },
  }));
  // Of two that keep the same close at the same moment the rows of the first stand, and the second adds none.
  const [there] = await client.ask(
    (sql) => sql`
      select 1 from hotfix_pulse.archive
      where workspace = ${workspace} and incident = ${uid} and event = ${event} limit 1`,
  );
  if (there !== undefined) return;
  try {
    await client.ask((sql) => sql`insert into hotfix_pulse.archive ${sql(rows)}`);
  } catch (error) {
    if ((await archivesOf(client, uid)).has(event)) return;
    throw error;
  }
}

/** Files of each archive, the manifest among them. */
export async function archivesOf(client: Client, uid: string): Promise<Map<string, Map<string, string>>> {
  const rows = await client.ask(
    (sql) => sql<{ event: string; file: string; body: Buffer }[]>`
      select event, file, body from hotfix_pulse.archive
      where workspace = ${client.workspace} and incident = ${uid} order by event, file`,
  );
  const all = new Map<string, Map<string, string>>();
  for (const { event, file, body } of rows) {
    const files = all.get(event) ?? new Map<string, string>();
    all.set(event, files.set(file, body.toString('utf8')));
  }
  return all;
}

export async function verifyArchives(client: Client, uid: string, ids: Ids): Promise<Damage[]> {
  const all = await archivesOf(client, uid);
  return [...all].flatMap(([event, files]) => {
    const differs = (file: string, detail: string): Damage => ({
      ...{ where: `archive/${event}/${file}`, line: 0, problem: 'archive_changed', detail },
    });
    const manifest = readManifest(files.get(MANIFEST));
    if (manifest === null) return [differs(MANIFEST, 'it is missing or cannot be read')];
    return manifest.files.flatMap(({ file, sha256 }) => {
      const text = files.get(file);
      if (text === undefined) return [differs(file, 'it is missing')];
      return ids.sha256(text) === sha256 ? [] : [differs(file, 'it is not as it was kept')];
    });
  });
}

/** After a purge: of every archive only its log stays, `clean` of what was purged. The documents can be made again. */
export async function stripArchives(
  client: Client,
  uid: string,
  clean: (log: string) => string,
  ids: Ids,
): Promise<void> {
  const { workspace } = client;
  for (const [event, files] of await archivesOf(client, uid)) {
    const log = files.get(LOG_FILE);
    const kept: [string, string][] = log === undefined ? [] : [[LOG_FILE, clean(log)]];
    const rows = [...kept, [MANIFEST, manifestOf(kept, ids)] as const].map(([file, text]) => ({
      ...{ workspace, incident: uid, event, file, body: Buffer.from(text, 'utf8') },
    }));
    await client.ask(
      (sql) => sql`
        with kept as (
          insert into hotfix_pulse.archive ${sql(rows)}
          on conflict (workspace, incident, event, file) do update set body = excluded.body
          returning file)
        delete from hotfix_pulse.archive
        where workspace = ${workspace} and incident = ${uid} and event = ${event}
          and file <> ${LOG_FILE} and file <> ${MANIFEST}`,
    );
  }
}

function manifestOf(files: readonly (readonly [string, string])[], ids: Ids): string {
  const rows = files.map(([file, text]) => ({
    ...{ file, sha256: ids.sha256(text), bytes: Buffer.byteLength(text) },
  }));
  return `${JSON.stringify({ v: 1, files: rows }, null, 2)}\n`;
}

function readManifest(text: string | undefined): z.infer<typeof Manifest> | null {
  try {
    return Manifest.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}
