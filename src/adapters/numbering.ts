import { join } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import type { Ids } from '../ports.ts';
import { asPulseError, ensureBase, isNotWritable } from './file-append.ts';
import { findEvent } from './file-lines.ts';
import { refNumbers } from './git.ts';
import { uidsIn } from './incident-files.ts';
import type { LogPlaces } from './log-places.ts';
import { takePidLock } from './pid-lock.ts';
import type { PublishedLogs } from './published-logs.ts';

export interface Numbering {
  /** Runs `work` with the highest number known in the live logs, the working tree and all refs, under the lock. */
  run<T>(work: (highestKnown: number) => Promise<T>): Promise<T>;
}

export function createNumbering(
  places: LogPlaces,
  ids: Ids,
  published: PublishedLogs,
  waitMs: number | undefined,
): Numbering {
  const numbers = new Map<string, number>();
  let turn: Promise<unknown> = Promise.resolve();

  async function lockIn(base: string, hide: boolean): Promise<() => void> {
    ensureBase(base, hide);
    const wait = waitMs === undefined ? {} : { waitMs };
    return takePidLock(join(base, 'numbering.lock'), { nonce: ids.nonce(), ...wait });
  }

  async function lock(): Promise<() => void> {
    try {
      return await lockIn(places.live, !places.git);
    } catch (error) {
      if (!isNotWritable(error)) throw asPulseError(error);
    }
    try {
      return await lockIn(places.fallback, false);
    } catch (error) {
      throw asPulseError(error);
    }
  }

  /** A number never changes, so each log is looked into once, and only as far as its `opened` event. */
  function openedNumber(base: string, uid: string): number {
    const path = join(base, uid, 'timeline.jsonl');
    const known = numbers.get(path);
    if (known !== undefined) return known;
    try {
      const opened = findEvent(path, (event) => event.kind === 'opened' && event.incident === uid);
      if (opened?.kind !== 'opened') return 0;
      numbers.set(path, opened.data.number);
      return opened.data.number;
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'EACCES')) return 0;
      throw error;
    }
  }

  async function highest(): Promise<number> {
    const logs = [places.live, places.fallback].flatMap((base) =>
      uidsIn(base).map((uid) => openedNumber(base, uid)),
    );
    const refs = places.git ? await refNumbers(places.root) : [];
    return [...logs, ...published.numbers(), ...refs].reduce((most, number) => Math.max(most, number), 0);
  }

  async function locked<T>(work: (highestKnown: number) => Promise<T>): Promise<T> {
    const release = await lock();
    try {
      return await work(await highest());
    } finally {
      release();
    }
  }

  return {
    run(work) {
      const mine = turn.then(() => locked(work));
      turn = mine.catch(() => {});
      return mine;
    },
  };
}
