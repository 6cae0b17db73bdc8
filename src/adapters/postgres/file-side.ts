import { closeSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Damage, Ids } from '../../ports.ts';
import { readRegular } from '../atomic-file.ts';
import { disk, isCurrent, openTarget, writeLines } from '../file-append.ts';
import { findEvent, lookAt } from '../file-lines.ts';
import { createFileLog, type FileLog } from '../file-log.ts';
import { uidsIn } from '../incident-files.ts';
import type { LogPlaces } from '../log-places.ts';
import { leaveTrace } from '../log-trace.ts';
import { type ChainFile, storedLines, verifyChain } from '../verify-chain.ts';
import type { Side } from './move.ts';

const MAX_BYTES = 64 * 1024 * 1024;
/** Lines of one write. */
const CHUNK = 200;

/**
 * The record of this machine as one side of a move. Published copies are left out: they are history that anybody
 * who may push can write, and would become part of the record by a move.
 */
export function createFileSide(places: LogPlaces, clock: Clock, ids: Ids): Side & { log: FileLog } {
  const log = createFileLog({ places, clock, ids });
  const bases = [places.live, places.fallback];
  const filesOf = (uid: string): ChainFile[] => [
    { where: 'live', path: join(places.live, uid, 'timeline.jsonl') },
    { where: 'fallback', path: join(places.fallback, uid, 'timeline.jsonl') },
  ];
  /** What lies in the folder of an incident is not always its record: with a database only drafts of documents are. */
  const ownUids = (): string[] =>
    [...new Set(bases.flatMap(uidsIn))]
      .filter((uid) => filesOf(uid).some(({ path }) => lookAt(path) !== null))
      .sort();

  function linesOf(uid: string): string[] {
    return storedLines(filesOf(uid), uid)
      .split('\n')
      .filter((line) => line !== '');
  }

  /** Names and texts of the files in a folder. */
  function textsIn(folder: string): Map<string, string> {
    const texts = namesIn(folder).map((name) => [name, readRegular(join(folder, name), MAX_BYTES)] as const);
    return new Map(texts.flatMap(([name, text]) => (text === null ? [] : [[name, text] as const])));
  }

  return {
    log,
    where: 'file log',
    uids: async () => ownUids(),
    lines: async (uid) => linesOf(uid),

    async verify(uid): Promise<Damage[]> {
      return verifyChain(filesOf(uid), uid, ids);
    },

    /** Under the lock of this machine, so that two pulls do not bring the same line twice. */
    receive: (uid, lines) =>
      log.withNumbering(async () => {
        const there = new Set(linesOf(uid));
        const missing = lines.filter((line) => !there.has(line));
        for (let at = 0; at < missing.length; at += CHUNK)
          writeAll(places, uid, missing.slice(at, at + CHUNK));
        return missing.length;
      }),

    async numbers() {
      const numbers = ownUids().map((uid) => [uid, numberIn(filesOf(uid), uid)] as const);
      return new Map(numbers.flatMap(([uid, number]) => (number === null ? [] : [[uid, number] as const])));
    },

    async blobs(uid) {
      const all = bases.flatMap((base) => [...textsIn(join(base, uid, 'blobs'))]);
      return new Map(all.filter(([name, text]) => ids.sha256(text) === name));
    },

    async archives(uid) {
      const all = bases.flatMap((base) => {
        const folder = join(base, uid, 'archive');
        return namesIn(folder).map((event) => [event, textsIn(join(folder, event))] as const);
      });
      return new Map(all);
    },
  };
}

/** Flushed into the file that has the log's name at that moment. */
function writeAll(places: LogPlaces, uid: string, lines: readonly string[]): void {
  const { target } = openTarget(places, uid);
  try {
    writeLines(target, lines, disk);
    disk.flush(target.fd);
    if (!isCurrent(target)) throw Object.assign(new Error('log replaced'), { code: 'ESTALE' });
    leaveTrace([places.live, places.fallback], uid);
  } finally {
    closeSync(target.fd);
  }
}

function numberIn(files: readonly ChainFile[], uid: string): number | null {
  for (const { path } of files) {
    try {
      const opened = findEvent(path, (event) => event.kind === 'opened' && event.incident === uid);
      if (opened?.kind === 'opened') return opened.data.number;
    } catch {
      // The other file may have it.
    }
  }
  return null;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}
