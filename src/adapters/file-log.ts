import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../core/events.ts';
import { ULID_PATTERN } from '../core/ulid.ts';
import type { AppendRequest, Clock, EventLog, Ids } from '../ports.ts';
import { verifyArchives, writeArchive } from './archive.ts';
import { createWriter, purgedDraft } from './event-lines.ts';
import { asPulseError, type Disk, disk, ensureBase, ensureFolder, isNotWritable } from './file-append.ts';
import { createAppender } from './file-appender.ts';
import { createFileIndex } from './file-index.ts';
import { purgeEverywhere } from './file-purge.ts';
import {
  createFiles,
  forget,
  type IncidentFiles,
  quarantine,
  refreshAll,
  refreshLive,
  sourcesOf,
  uidsIn,
  writeBeside,
} from './incident-files.ts';
import { knownLines } from './known-lines.ts';
import { checkUid, fileSystemType, type LogPlaces, networkNotice } from './log-places.ts';
import { damageOf, isPurge } from './log-source.ts';
import { createTrace } from './log-trace.ts';
import { createMerge } from './merged-events.ts';
import { createNumbering } from './numbering.ts';
import { createPublishedLogs } from './published-logs.ts';
import { notFound, notPurgeable } from './purge-refusals.ts';
import { verifyChain } from './verify-chain.ts';

export interface FileLogOptions {
  places: LogPlaces;
  clock: Clock;
  ids: Ids;
  /** Replaced in tests: a failing disk, a network file system, how long a lock and an unfinished line are waited for. */
  disk?: Disk;
  fileSystemType?: (path: string) => number;
  lockWaitMs?: number;
  settleMs?: number;
}

export interface FileLog extends EventLog {
  /** Closes the files kept open. */
  close(): void;
}

/** How long an unfinished line may still be growing under another writer's hand. Milliseconds. */
const SETTLE_MS = 15;
/** Incidents kept in memory between calls. */
const MAX_KNOWN = 512;

/** The durable record: one append-only file per incident, shared by any number of processes without locks. */
export function createFileLog(options: FileLogOptions): FileLog {
  const { places, clock, ids } = options;
  const published = createPublishedLogs(places.specs);
  const appender = createAppender(places, createWriter(clock, ids), options.disk ?? disk);
  const trace = createTrace([places.live, places.fallback]);
  const numbering = createNumbering(places, ids, published, options.lockWaitMs);
  const known = new Map<string, { files: IncidentFiles; merge: ReturnType<typeof createMerge> }>();

  /** Asked once: a record does not move to another file system under a running process. */
  let network: { notice: string | null } | undefined;

  function entryOf(uid: string) {
    checkUid(uid);
    const kept = known.get(uid);
    if (kept !== undefined) return kept;
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= MAX_KNOWN) known.delete(oldest);
    const entry = { files: createFiles(places, uid), merge: createMerge() };
    known.set(uid, entry);
    return entry;
  }

  /** A half line at the end may be a write in progress: damage is what is still there a moment later. */
  async function settle(files: IncidentFiles): Promise<void> {
    for (let left = 5; left > 0; left--) {
      const before = unfinished(files);
      if (before === '') return;
      await sleep(options.settleMs ?? SETTLE_MS);
      refreshLive(files);
      if (unfinished(files) === before) return;
    }
  }

  function eventsOf(uid: string): RecordedEvent[] {
    const { files, merge } = entryOf(uid);
    return merge(sourcesOf(files));
  }

  async function append(request: AppendRequest) {
    const outcome = appender.append(entryOf(request.incident).files, request);
    trace.leave(request.incident);
    return outcome;
  }

  async function read(uid: string) {
    const { files } = entryOf(uid);
    refreshAll(files, published, false);
    await settle(files);
    const damage = sourcesOf(files).flatMap((source) =>
      damageOf([source]).map(({ raw, ...rest }) => {
        if (rest.problem === 'torn') quarantine(source, raw, ids);
        return rest;
      }),
    );
    return { uid, events: eventsOf(uid).slice(), damage };
  }

  async function uids() {
    const all = [
      ...uidsIn(places.live),
      ...uidsIn(places.fallback),
      ...published.list().map((log) => log.uid),
    ];
    return [...new Set(all)].sort();
  }

  const foldersOf = (uid: string) => [join(places.live, uid), join(places.fallback, uid)];

  /** Keeps something in the folder of the incident's log: the live one, else the fallback. */
  function keepBeside(uid: string, keep: (folder: string) => void): void {
    checkUid(uid);
    const keepIn = (base: string, hide: boolean): void => {
      ensureBase(base, hide);
      keep(ensureFolder(base, uid));
    };
    try {
      try {
        keepIn(places.live, !places.git);
      } catch (error) {
        if (!isNotWritable(error)) throw error;
        keepIn(places.fallback, false);
      }
    } catch (error) {
      throw asPulseError(error);
    }
  }

  const filesOf = (uid: string) => sourcesOf(entryOf(uid).files).map(({ where, path }) => ({ where, path }));

  return {
    append,
    read,
    uids,
    index: createFileIndex({ places, published, ids, read, uids }),

    withNumbering: (work) => numbering.run(work),

    async putBlob(uid, text) {
      const name = ids.sha256(text);
      keepBeside(uid, (folder) => writeBeside(ensureFolder(folder, 'blobs'), name, text, ids));
      return name;
    },

    async archive(uid, name, files) {
      checkUid(name);
      keepBeside(uid, (folder) => writeArchive(folder, name, files, ids));
    },

    async verify(uid) {
      const { files } = entryOf(uid);
      refreshAll(files, published, true);
      await settle(files);
      const archives = foldersOf(uid).flatMap((folder) => verifyArchives(folder, ids));
      return [...verifyChain(filesOf(uid), uid, ids), ...archives];
    },

    async lines(uid) {
      refreshAll(entryOf(uid).files, published, true);
      return knownLines(sourcesOf(entryOf(uid).files), uid);
    },

    async purge(uid, eventId, by, reason) {
      const { files } = entryOf(uid);
      refreshAll(files, published, true);
      const event = eventsOf(uid).find(({ id }) => id === eventId);
      if (event !== undefined && isPurge(event)) throw notPurgeable();
      const target = { uid, event: eventId, key: event?.key, inputHash: event?.input_hash ?? '' };
      const paths = sourcesOf(files).map((source) => source.path);
      const found = ULID_PATTERN.test(eventId) && purgeEverywhere(paths, foldersOf(uid), target, ids);
      forget(files);
      if (!found) throw notFound();
      const { events } = await append({ incident: uid, by, drafts: [purgedDraft(eventId, reason, ids)] });
      const [purged] = events;
      if (purged === undefined) throw new Error('the purge was not recorded');
      return purged;
    },

    notices() {
      const inUse = appender.usedFallback() || uidsIn(places.fallback).length > 0;
      network ??= { notice: networkNotice(places.live, options.fileSystemType ?? fileSystemType) };
      return [
        ...(inUse
          ? [`Part of the incident log is kept in ${places.fallback}, because ${FALLBACK_WHY}.`]
          : []),
        ...(network.notice === null ? [] : [network.notice]),
      ];
    },

    close() {
      appender.close();
      trace.close();
    },
  };
}

const FALLBACK_WHY = 'the log folder beside the repository could not be written; both places are read';

function unfinished(files: IncidentFiles): string {
  return [files.live, files.fallback]
    .filter(({ tail }) => tail !== null && 'damage' in tail)
    .map(({ where, size }) => `${where}:${size}`)
    .join(' ');
}
