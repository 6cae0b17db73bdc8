import { join } from 'node:path';
import { type Head, headOf } from '../core/head.ts';
import { foldKnown } from '../core/incident-folds.ts';
import type { EventLog, Ids, IncidentIndex } from '../ports.ts';
import { lookAt } from './file-lines.ts';
import { type Kept, readHeads, writeHeads } from './heads-file.ts';
import type { LogPlaces } from './log-places.ts';
import { createTraceReader } from './log-trace.ts';
import type { PublishedLogs } from './published-logs.ts';

export interface FileIndexOptions {
  places: LogPlaces;
  published: PublishedLogs;
  ids: Ids;
  read: EventLog['read'];
  uids: EventLog['uids'];
}

/** Looking at every log takes at most this part of the time of a process. */
const SHARE = 1 / 20;
/** The kept heads are written again when more than these are new, or more than this part of them. */
const FEW = 32;
const PART = 0.02;

/**
 * Heads of all incidents, kept while nothing was written to their logs. What is written from here or by another
 * process is named in the trace and read at once; what came otherwise (a checkout, a restored backup, a writer that
 * was killed before it could say so) is seen by looking at every log, at once in a small record.
 */
export function createFileIndex({ places, published, ids, read, uids }: FileIndexOptions): IncidentIndex {
  const bases = [places.live, places.fallback];
  const traces = bases.map(createTraceReader);
  const open = new Set<string>();
  const owing = new Set<string>();
  const numbers = new Map<number, Set<string>>();
  const dirty = new Set<string>();
  const kept: Kept = new Map();
  let sorted: { all: string[]; closed: string[] } | null = null;
  let copies = new Map<string, string>();
  /** Incidents whose heads the file has in another state. */
  const unsaved = new Set<string>();
  let swept: { at: number; took: number } | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  /** Another one after every change of the incident's logs; ctime cannot be set back. */
  function stampOf(uid: string): string {
    const own = bases.map((base) => {
      const stat = lookAt(join(base, uid, 'timeline.jsonl'));
      return stat === null ? '' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
    });
    return [...own, copies.get(uid) ?? ''].join('|');
  }

  /** Published copies of each incident that changed, came or went since the last time. */
  function changedCopies(): string[] {
    const before = copies;
    copies = new Map();
    for (const { uid, path, stamp } of published.list()) {
      copies.set(uid, `${copies.get(uid) ?? ''}${path}@${stamp}\n`);
    }
    return [...new Set([...before.keys(), ...copies.keys()])].filter(
      (uid) => before.get(uid) !== copies.get(uid),
    );
  }

  function file(head: Head | null | undefined, how: 'add' | 'delete'): void {
    if (!head) return;
    const { uid, number } = head;
    if (head.is_open) open[how](uid);
    else if (head.owes) owing[how](uid);
    const same = numbers.get(number) ?? new Set();
    same[how](uid);
    numbers.set(number, same);
  }

  function put(uid: string, entry: { stamp: string; head: Head | null } | null): void {
    file(kept.get(uid)?.head, 'delete');
    file(entry?.head, 'add');
    if (entry === null) kept.delete(uid);
    else kept.set(uid, entry);
    sorted = null;
  }

  async function sweep(): Promise<void> {
    const began = performance.now();
    if (swept === null) {
      const saved = readHeads(places.live, ids);
      for (const [uid, entry] of saved) put(uid, entry);
    }
    const there = new Set(await uids());
    for (const uid of kept.keys()) if (!there.has(uid)) put(uid, null);
    for (const uid of there) if (kept.get(uid)?.stamp !== stampOf(uid)) dirty.add(uid);
    swept = { at: performance.now(), took: performance.now() - began };
  }

  async function bringUpToDate(): Promise<void> {
    const told = traces.map((trace) => trace.since());
    for (const uid of [...changedCopies(), ...told.flatMap((names) => names ?? [])]) dirty.add(uid);
    const isDue = swept === null || (performance.now() - swept.at) * SHARE > swept.took;
    if (isDue || told.includes(null)) await sweep();
    for (const uid of dirty) {
      // Before it is read: what comes meanwhile makes another stamp.
      const stamp = stampOf(uid);
      dirty.delete(uid);
      if (kept.get(uid)?.stamp === stamp) continue;
      try {
        put(uid, { stamp, head: headOf(foldKnown(uid, (await read(uid)).events)) });
        unsaved.add(uid);
      } catch (error) {
        dirty.add(uid);
        throw error;
      }
    }
    if (unsaved.size <= FEW + kept.size * PART) return;
    unsaved.clear();
    writeHeads(places.live, kept, ids);
  }

  async function current<T>(take: () => T): Promise<T> {
    const mine = turn.then(bringUpToDate).then(take);
    turn = mine.catch(() => {});
    return mine;
  }

  function ordered(): { all: string[]; closed: string[] } {
    if (sorted !== null) return sorted;
    const all = heads().sort((a, b) => (a.opened < b.opened ? -1 : a.opened > b.opened ? 1 : 0));
    sorted = {
      all: all.map(({ uid }) => uid),
      closed: all.filter((head) => !head.is_open).map(({ uid }) => uid),
    };
    return sorted;
  }

  const heads = () => [...kept.values()].flatMap(({ head }) => (head === null ? [] : [head]));

  return {
    open: () => current(() => [...open]),
    owing: () => current(() => [...owing]),
    withNumber: (wanted) => current(() => wanted.flatMap((number) => [...(numbers.get(number) ?? [])])),
    withSlug: (slug) => current(() => heads().flatMap((head) => (head.slug === slug ? [head.uid] : []))),
    inOrder: (scope) => current(() => ordered()[scope]),
  };
}
