import { closeSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RecordedEvent } from '../core/events.ts';
import { ULID_PATTERN } from '../core/ulid.ts';
import type { Ids } from '../ports.ts';
import { type Disk, ensureFolder } from './file-append.ts';
import { lookAt, openRegular } from './file-lines.ts';
import type { LogPlaces } from './log-places.ts';
import { createSource, eventByKey, type LogSource, refreshSource, resetSource } from './log-source.ts';
import type { PublishedLogs } from './published-logs.ts';

/** Everything that one process knows of one incident's files. */
export interface IncidentFiles {
  readonly uid: string;
  readonly live: LogSource;
  readonly fallback: LogSource;
  published: LogSource[];
}

export function createFiles(places: LogPlaces, uid: string): IncidentFiles {
  const at = (base: string): string => join(base, uid, 'timeline.jsonl');
  return {
    uid,
    live: createSource('live', at(places.live), uid),
    fallback: createSource('fallback', at(places.fallback), uid),
    published: [],
  };
}

/** In the order in which duplicates are decided: live before fallback before published. */
export function sourcesOf(files: IncidentFiles): LogSource[] {
  return [files.live, files.fallback, ...files.published];
}

/** Takes in what was appended to the logs of this machine. */
export function refreshLive(files: IncidentFiles): void {
  const news = [files.live, files.fallback].map(refreshSource);
  if (news.includes('purged')) forget(files);
}

/** Takes in everything, the working tree's published copies included. */
export function refreshAll(files: IncidentFiles, published: PublishedLogs, fresh: boolean): void {
  const paths = published
    .list(fresh)
    .filter((log) => log.uid === files.uid)
    .map((log) => log.path);
  files.published = paths.map(
    (path) =>
      files.published.find((source) => source.path === path) ?? createSource('published', path, files.uid),
  );
  refreshLive(files);
  for (const source of files.published) refreshSource(source);
}

/** Lines already read have changed in place: reads every file again. */
export function forget(files: IncidentFiles): void {
  for (const source of sourcesOf(files)) {
    resetSource(source);
    refreshSource(source);
  }
}

/** The first event under a key. Published copies do not count: they are history, never a key. */
export function firstByKey(files: IncidentFiles, key: string): RecordedEvent | undefined {
  return eventByKey(files.live, key) ?? eventByKey(files.fallback, key);
}

/** The largest id read so far, published copies included. */
export function largestId(files: IncidentFiles): string | null {
  const ids = sourcesOf(files).flatMap((source) => {
    const tail = source.tail !== null && 'event' in source.tail ? [source.tail.event.id] : [];
    return source.largest === null ? tail : [source.largest, ...tail];
  });
  return ids.reduce<string | null>((most, id) => (most === null || id > most ? id : most), null);
}

/** An event that another process wrote, and perhaps had no time to flush, is flushed before it is acknowledged again. */
export function flushLive(files: IncidentFiles, disk: Disk): void {
  for (const { path } of [files.live, files.fallback].filter((source) => source.stamp !== '')) {
    const fd = openRegular(path);
    try {
      disk.flush(fd);
    } finally {
      closeSync(fd);
    }
  }
}

/** Folder names below `base` that are incidents. */
export function uidsIn(base: string): string[] {
  try {
    // Mostly there is no fallback folder, and asking is a fraction of an error's cost.
    if (lookAt(base) === null) return [];
    return readdirSync(base).filter((name) => ULID_PATTERN.test(name));
  } catch {
    return [];
  }
}

/** Writes a private file beside a log: whole or not at all. Nothing happens when it is there already. */
export function writeBeside(folder: string, file: string, text: string, ids: Ids): void {
  const path = join(folder, file);
  if (lookAt(path) !== null) return;
  const draft = `${path}.${ids.nonce()}`;
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Copies a torn line aside, once; the log itself stays as it is. Never fails a read. */
export function quarantine(source: LogSource, text: string, ids: Ids): void {
  if (text === '' || source.where === 'published') return;
  try {
    const folder = ensureFolder(dirname(source.path), 'quarantine');
    writeBeside(folder, `${ids.sha256(text).slice(0, 16)}.txt`, text, ids);
  } catch {
    // The line is reported all the same.
  }
}
