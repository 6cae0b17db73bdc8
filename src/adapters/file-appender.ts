import { closeSync } from 'node:fs';
import type { AppendOutcome, AppendRequest } from '../ports.ts';
import { type BuiltLine, buildLines, missingDrafts, standingEvents, type Writer } from './event-lines.ts';
import { asPulseError, type Disk, isCurrent, openTarget, type Target, writeLines } from './file-append.ts';
import { firstByKey, flushLive, type IncidentFiles, largestId, refreshLive } from './incident-files.ts';
import type { LogPlaces } from './log-places.ts';
import { endsWith } from './log-source.ts';

export interface Appender {
  /** Everything in one go without yielding, so that calls of one process follow one another. */
  append(files: IncidentFiles, request: AppendRequest): AppendOutcome;
  /** True once an event had to go to the fallback folder. */
  usedFallback(): boolean;
  close(): void;
}

type Open = Target & { where: 'live' | 'fallback' };

/** Files kept open between appends. */
const MAX_OPEN = 32;
/** How often a log that is deleted between open and flush is made again. */
const MAX_REPEATS = 3;

export function createAppender(places: LogPlaces, writer: Writer, disk: Disk): Appender {
  const open = new Map<string, Open>();
  let fallback = false;

  function drop(uid: string): void {
    const target = open.get(uid);
    if (target === undefined) return;
    open.delete(uid);
    closeSync(target.fd);
  }

  function targetOf(uid: string): Open {
    const kept = open.get(uid);
    if (kept !== undefined && isCurrent(kept)) return kept;
    drop(uid);
    const [oldest] = open.keys();
    if (oldest !== undefined && open.size >= MAX_OPEN) drop(oldest);
    const { target, where } = openTarget(places, uid);
    const opened = { ...target, where };
    open.set(uid, opened);
    fallback ||= where === 'fallback';
    return opened;
  }

  /** Acknowledges only what is flushed into the file that has the log's name at that moment. */
  function write(files: IncidentFiles, built: readonly BuiltLine[]): void {
    const lines = built.map(({ line }) => line);
    for (let repeat = 0; repeat < MAX_REPEATS; repeat++) {
      const target = targetOf(files.uid);
      try {
        writeLines(target, lines, disk);
      } catch (error) {
        // A write that failed may have got all but the last line end onto the disk: then nothing is missing.
        if (recorded(files, built) < built.length) throw error;
      }
      disk.flush(target.fd);
      if (isCurrent(target)) return;
    }
    throw Object.assign(new Error('log replaced'), { code: 'ESTALE' });
  }

  function recorded(files: IncidentFiles, built: readonly BuiltLine[]): number {
    refreshLive(files);
    return built.filter(({ event }) => endsWith(files.live, event.id) || endsWith(files.fallback, event.id))
      .length;
  }

  return {
    append(files, request) {
      const standing = (key: string) => firstByKey(files, key);
      const { where } = targetOf(files.uid);
      refreshLive(files);
      const drafts = missingDrafts(request, standing);
      if (drafts.length === 0) {
        try {
          flushLive(files, disk);
        } catch (error) {
          throw asPulseError(error);
        }
        return { ...standingEvents(request, [], standing), removed: [] };
      }
      const lastLine = files[where].lastLine ?? files.live.lastLine ?? files.fallback.lastLine;
      const built = buildLines(request, drafts, writer, { largest: largestId(files), lastLine });
      files[where].awaited = new Map(built.map(({ line, event }) => [line, event]));
      try {
        write(files, built);
        refreshLive(files);
      } catch (error) {
        drop(files.uid);
        throw asPulseError(error, recorded(files, built));
      } finally {
        files[where].awaited = new Map();
      }
      return { ...standingEvents(request, built, standing), removed: [] };
    },
    usedFallback: () => fallback,
    close() {
      for (const uid of [...open.keys()]) drop(uid);
    },
  };
}
