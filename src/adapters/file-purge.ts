import {
  closeSync,
  constants,
  fdatasyncSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno, PulseError } from '../core/errors.ts';
import type { TimelineEvent } from '../core/events.ts';
import type { Ids } from '../ports.ts';
import { archivedLogs, stripArchives } from './archive.ts';
import { tombstoneLine } from './event-lines.ts';
import { isAbsent, lookAt, openRegular, readLine, scanLines } from './file-lines.ts';
import { isOwnFolder } from './log-places.ts';

/** The event to purge, and the key under which a racing retry may have left a second copy of it. */
export interface PurgeTarget {
  uid: string;
  event: string;
  key: string | undefined;
  inputHash: string;
}

interface Patch {
  offset: number;
  bytes: Buffer;
}

/**
 * Takes one event out of every copy of the log that this machine has, with what lies beside them; `folders` are
 * those of the log itself, where archives may lie. Answers false when no file knows the event.
 */
export function purgeEverywhere(
  paths: readonly string[],
  folders: readonly string[],
  target: PurgeTarget,
  ids: Ids,
): boolean {
  try {
    const all = [...paths, ...folders.flatMap(archivedLogs)];
    const results = all.map((path) => purgeFile(path, target, ids));
    if (!results.some((result) => result.found)) return false;
    const blobs = results.flatMap((result) => result.blobs);
    for (const path of paths.filter((each) => lookAt(each) !== null))
      purgeBeside(dirname(path), target.event, blobs);
    for (const folder of folders) stripArchives(folder, ids);
    return true;
  } catch (error) {
    if (error instanceof PulseError || !(error instanceof Error) || !('code' in error)) throw error;
    throw new PulseError(
      'upstream',
      `A copy of the log could not be rewritten (${String(error.code)}); the text may still stand in it.`,
      'Make the hotfix-pulse folder and the published folder writable, then purge the same event again.',
      { errno: String(error.code) },
    );
  }
}

/**
 * Writes tombstones over the same bytes of one file: no append, no truncation, no rename, because others may be
 * appending to it right now. Answers the blobs that the purged lines named.
 */
function purgeFile(path: string, target: PurgeTarget, ids: Ids): { found: boolean; blobs: string[] } {
  let fd: number;
  try {
    fd = openRegular(path, constants.O_RDWR);
  } catch (error) {
    if (isAbsent(error)) return { found: false, blobs: [] };
    throw error;
  }
  try {
    const { patches, blobs, found } = plan(fd, target, ids);
    for (const { offset, bytes } of patches) {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
      }
    }
    if (patches.length > 0) fdatasyncSync(fd);
    return { found, blobs };
  } finally {
    closeSync(fd);
  }
}

const BLOB = /^[0-9a-f]{64}$/;

function plan(
  fd: number,
  target: PurgeTarget,
  ids: Ids,
): { patches: Patch[]; blobs: string[]; found: boolean } {
  const patches: Patch[] = [];
  const blobs: string[] = [];
  let found = false;
  scanLines(fd, 0, (line) => {
    const reading = readLine(line, target.uid, true);
    if (!('event' in reading)) {
      // What a torn write left of this event holds its text as well; blank lines are skipped by every reader.
      if (!line.tooLong && mentions(line.text, target.event)) {
        found = true;
        patches.push({ offset: line.offset, bytes: Buffer.alloc(line.bytes, ' ') });
      }
      return;
    }
    const { event } = reading;
    if (event.id !== target.event && !isSecondCopy(event, target)) return;
    found = true;
    if (event.line_sha256 !== undefined) return;
    const { blob } = event.data as { blob?: unknown };
    if (typeof blob === 'string' && BLOB.test(blob)) blobs.push(blob);
    const stone = Buffer.from(tombstoneLine(event, ids.sha256(line.text)), 'latin1');
    // Every line of ours is long enough; a shorter one from elsewhere can only be blanked.
    const bytes = Buffer.alloc(line.bytes, ' ');
    if (stone.length <= bytes.length) stone.copy(bytes);
    patches.push({ offset: line.offset, bytes });
  });
  return { patches, blobs, found };
}

function isSecondCopy(event: TimelineEvent, target: PurgeTarget): boolean {
  return event.key !== undefined && event.key === target.key && event.input_hash === target.inputHash;
}

function mentions(text: string, id: string): boolean {
  return text.includes(`"id":"${id}"`);
}

/** Removes what lies beside a log and still holds the event: quarantined pieces and blobs. */
function purgeBeside(folder: string, event: string, blobs: readonly string[]): void {
  const quarantine = join(folder, 'quarantine');
  if (isOwnFolder(quarantine)) {
    for (const name of readdirSync(quarantine)) {
      const path = join(quarantine, name);
      if (mentions(readFileSync(path, 'utf8'), event)) unlinkSync(path);
    }
  }
  if (!isOwnFolder(join(folder, 'blobs'))) return;
  for (const blob of blobs) {
    try {
      unlinkSync(join(folder, 'blobs', blob));
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error;
    }
  }
}
