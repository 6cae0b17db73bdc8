import { ULID_PATTERN } from '../../core/ulid.ts';
import type { Ids } from '../../ports.ts';
import { tombstoneLine } from '../event-lines.ts';
import { rowsAfter } from './append.ts';
import { stripArchives } from './beside.ts';
import type { Client } from './client.ts';
import { readRow } from './rows.ts';

/** The event to purge, and the key under which a racing retry may have left a second copy of it. */
export interface PurgeTarget {
  uid: string;
  event: string;
  key: string | undefined;
  inputHash: string;
}

const BLOB = /^[0-9a-f]{64}$/;

interface Stone {
  seq: number;
  line: string;
  blob: string | null;
}

/**
 * Puts a tombstone of the same length in the place of the line, here and in the archives, and takes away what lies
 * beside it. Answers false when no line is the event.
 */
export async function purgeRows(client: Client, target: PurgeTarget, ids: Ids): Promise<boolean> {
  const rows = await rowsAfter(client, target.uid, 0);
  const stones = rows.map((row) => ({ row, stone: stoneFor(row, target, ids) }));
  const found = stones.filter(({ stone }) => stone !== null);
  if (!ULID_PATTERN.test(target.event) || found.length === 0) return false;
  const fresh = found.flatMap(({ row, stone }) => (stone === null || stone.line === row.line ? [] : [stone]));
  await replaceLines(client, target.uid, fresh);
  const clean = (log: string): string =>
    log
      .split('\n')
      .map((line) => stoneFor({ seq: 0, line }, target, ids)?.line ?? line)
      .join('\n');
  await stripArchives(client, target.uid, clean, ids);
  return true;
}

/** Text, key and blob go in one statement. A purged line has no key, as in a file. */
async function replaceLines(client: Client, uid: string, stones: readonly Stone[]): Promise<void> {
  const { workspace } = client;
  for (const { seq, line, blob } of stones) {
    await client.ask(
      (sql) => sql`
        with beside as (
          delete from hotfix_pulse.blob
          where workspace = ${workspace} and incident = ${uid} and sha256 = ${blob ?? ''}
          returning sha256)
        update hotfix_pulse.event set line = ${line}, key = null
        where workspace = ${workspace} and incident = ${uid} and seq = ${seq}`,
    );
  }
}

/** The line as it has to be; null when it is not the event. */
function stoneFor(row: { seq: number; line: string }, target: PurgeTarget, ids: Ids): Stone | null {
  const { seq, line } = row;
  const reading = readRow(row, target.uid);
  if (!('event' in reading)) return null;
  const { event } = reading;
  const isCopy = event.key !== undefined && event.key === target.key && event.input_hash === target.inputHash;
  if (event.id !== target.event && !isCopy) return null;
  if (event.line_sha256 !== undefined) return { seq, line, blob: null };
  const { blob } = event.data as { blob?: unknown };
  const stone = tombstoneLine(event, ids.sha256(line));
  return {
    ...{ seq, blob: typeof blob === 'string' && BLOB.test(blob) ? blob : null },
    line: stone.padEnd(line.length, ' '),
  };
}
