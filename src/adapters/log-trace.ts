import { closeSync, constants, fstatSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ULID_PATTERN } from '../core/ulid.ts';
import { lookAt, openRegular } from './file-lines.ts';

/** A list that grows beyond this is begun anew. Bytes. */
const MOST = 256 * 1024;
const FILE = 'changed';

export interface Trace {
  leave(uid: string): void;
  close(): void;
}

/**
 * Which incidents were written to, for other processes that keep an overview: one id per line, written after the
 * event is flushed and before it is acknowledged. Left in the first of the folders that takes it. A hint only: what
 * it does not name is found by looking at the logs.
 */
export function createTrace(bases: readonly string[]): Trace {
  const open = new Map<string, number>();

  function drop(base: string): void {
    const fd = open.get(base);
    open.delete(base);
    if (fd !== undefined) closeSync(fd);
  }

  function leaveIn(base: string, uid: string): boolean {
    const path = join(base, FILE);
    try {
      const kept = open.get(base);
      // Deleted meanwhile, or begun anew by another process.
      if (kept !== undefined && fstatSync(kept).nlink === 0) drop(base);
      const fd =
        open.get(base) ?? openRegular(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
      open.set(base, fd);
      writeSync(fd, `${uid}\n`);
      if (fstatSync(fd).size > MOST) rmSync(path, { force: true });
      return true;
    } catch {
      // The event is recorded; who keeps an overview finds it by looking at the logs.
      return false;
    }
  }

  return {
    leave(uid) {
      bases.some((base) => leaveIn(base, uid));
    },
    close() {
      for (const base of [...open.keys()]) drop(base);
    },
  };
}

/** The same for a single write. */
export function leaveTrace(bases: readonly string[], uid: string): void {
  const trace = createTrace(bases);
  trace.leave(uid);
  trace.close();
}

export interface TraceReader {
  /** Incidents written to since the last time; null when that cannot be told. */
  since(): string[] | null;
}

export function createTraceReader(base: string): TraceReader {
  const path = join(base, FILE);
  let at = { identity: 'unknown', size: 0 };

  function read(from: number, to: number): string[] {
    const fd = openRegular(path);
    try {
      const bytes = Buffer.alloc(to - from);
      const got = readSync(fd, bytes, 0, bytes.length, from);
      return bytes.toString('latin1', 0, got).split('\n');
    } finally {
      closeSync(fd);
    }
  }

  return {
    since() {
      try {
        const stat = lookAt(path);
        const now = {
          identity: stat === null ? '' : `${stat.dev}:${stat.ino}:${stat.birthtimeMs}`,
          size: stat?.size ?? 0,
        };
        const before = at;
        at = now;
        if (now.identity !== before.identity || now.size < before.size) return null;
        if (now.size === before.size) return [];
        const names = read(before.size, now.size).filter((name) => name !== '');
        return names.every((name) => ULID_PATTERN.test(name)) ? [...new Set(names)] : null;
      } catch {
        return null;
      }
    },
  };
}
