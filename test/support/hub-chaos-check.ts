import { canonicalJson } from '../../src/core/canonical.ts';
import { parseEvent, type RecordedEvent } from '../../src/core/events.ts';
import { foldIncident } from '../../src/core/incident.ts';

/** What clients saw while everything around them failed, held against what is in the record in the end. */

/** One call, as its client saw it. Times in milliseconds, of one clock for all clients. */
interface Call {
  client: string;
  incident: string;
  begin: number;
  end: number;
}

export type RecordCall = Call & { op: 'record'; key: string; count: number } & (
    | { outcome: 'ack'; event: string }
    /** It may have been done, or not. */
    | { outcome: 'unknown'; why: string }
    /** Said no to a call that is right. */
    | { outcome: 'refused'; why: string }
  );
/** Every event after the one named, page by page. */
export type ReadCall = Call & { op: 'read'; after: string } & (
    | { outcome: 'ack'; ids: string[] }
    | { outcome: 'unknown' | 'refused'; why: string }
  );
export type Entry = RecordCall | ReadCall;

/** One way to read the record in the end: stored lines, doubled ones among them, and the events that it folds. */
export interface Reader {
  name: string;
  incidents: ReadonlyMap<
    string,
    { lines: readonly string[]; events: readonly RecordedEvent[]; damage: number }
  >;
}

const MARKED = /^(.+)\/(\d+)$/;

/** One line per fault, empty when all is well. */
export function faultsOf(entries: readonly Entry[], readers: readonly Reader[]): string[] {
  return [
    ...entries.flatMap((entry) =>
      entry.outcome === 'refused' ? [`refused: ${entry.client} ${entry.op}: ${entry.why}`] : [],
    ),
    ...readers.flatMap((reader) => contentFaults(entries, reader)),
    ...readFaults(entries, readers),
    ...orderFaults(entries),
    ...foldFaults(readers),
  ];
}

const recordsIn = (entries: readonly Entry[]): RecordCall[] =>
  entries.flatMap((entry) => (entry.op === 'record' ? [entry] : []));

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

/** Everything acknowledged is there once, nothing else is, and no call is there in part. */
function contentFaults(entries: readonly Entry[], { name, incidents }: Reader): string[] {
  const faults: string[] = [];
  const calls = grouped(recordsIn(entries), ({ key }) => key);
  const stored = new Map<string, string[]>();
  for (const [incident, { lines, damage }] of incidents) {
    if (damage > 0) faults.push(`damage: ${name} finds ${damage} place(s) in ${incident}`);
    for (const event of lines.flatMap(eventOf)) {
      if (event.key === undefined) continue;
      const [, call = ''] = MARKED.exec(event.key) ?? [];
      if (event.kind === 'noted' && !calls.has(call)) faults.push(`phantom: ${event.key} in ${name}`);
      const at = `${incident} ${event.key}`;
      stored.set(at, [...(stored.get(at) ?? []), event.id]);
    }
  }
  for (const [key, [first, ...more]] of calls) {
    if (first === undefined) continue;
    const acks = [first, ...more].flatMap((call) => (call.outcome === 'ack' ? [call.event] : []));
    const found = Array.from(
      { length: first.count },
      (_, i) => stored.get(`${first.incident} ${key}/${i}`) ?? [],
    );
    const missing = found.filter((lines) => lines.length === 0).length;
    if (acks.length > 0 && missing > 0)
      faults.push(`lost: ${missing} of ${first.count} of ${key} in ${name}`);
    else if (missing > 0 && missing < first.count) faults.push(`in part: ${key} in ${name}`);
    if (found.some((lines) => lines.length > 1)) faults.push(`doubled: ${key} in ${name}`);
    for (const id of new Set(acks))
      if (!found[0]?.includes(id))
        faults.push(`other answer: ${key} was acknowledged as ${id}, which ${name} has not under it`);
  }
  return faults;
}

/** What anybody was told is seen by every read that begins later, and what was seen is in the record in the end. */
function readFaults(entries: readonly Entry[], readers: readonly Reader[]): string[] {
  const known = new Map<string, Map<string, { at: number; own: Map<string, number> }>>();
  const learn = ({ incident, client, end }: Call, id: string): void => {
    const ids = known.get(incident) ?? new Map<string, { at: number; own: Map<string, number> }>();
    const one = ids.get(id) ?? { at: end, own: new Map<string, number>() };
    one.at = Math.min(one.at, end);
    one.own.set(client, Math.min(one.own.get(client) ?? end, end));
    known.set(incident, ids.set(id, one));
  };
  const reads = entries.filter((entry) => entry.op === 'read' && entry.outcome === 'ack');
  for (const entry of entries)
    if (entry.op === 'record' && entry.outcome === 'ack') learn(entry, entry.event);
  for (const read of reads) for (const id of idsOf(read)) learn(read, id);
  const faults: string[] = [];
  for (const read of reads) {
    const seen = new Set(idsOf(read));
    for (const [id, { at, own }] of known.get(read.incident) ?? []) {
      if (id <= read.after || at >= read.begin || seen.has(id)) continue;
      const isOwn = (own.get(read.client) ?? Number.POSITIVE_INFINITY) < read.begin;
      faults.push(`${isOwn ? 'vanished' : 'stale'}: ${id} for ${read.client} in ${read.incident}`);
    }
  }
  for (const { name, incidents } of readers) {
    const ids = new Set([...incidents.values()].flatMap(({ events }) => events.map((event) => event.id)));
    for (const [incident, seen] of known)
      for (const id of seen.keys())
        if (!ids.has(id)) faults.push(`gone: ${id} of ${incident} was seen and is not in ${name}`);
  }
  return faults;
}

const idsOf = (entry: Entry): string[] => (entry.op === 'read' && entry.outcome === 'ack' ? entry.ids : []);

/** A call that began after another one was acknowledged stands after it. */
function orderFaults(entries: readonly Entry[]): string[] {
  const faults: string[] = [];
  const begun = new Map<string, number>();
  const calls = recordsIn(entries);
  for (const { key, begin } of calls) begun.set(key, Math.min(begun.get(key) ?? begin, begin));
  const acks = calls.flatMap((call) =>
    call.outcome === 'ack' ? [{ ...call, begin: begun.get(call.key) ?? call.begin }] : [],
  );
  for (const ofOne of grouped(acks, ({ incident }) => incident).values()) {
    const byEnd = ofOne.toSorted((a, b) => a.end - b.end);
    let largest = { event: '', key: '' };
    let next = 0;
    for (const ack of ofOne.toSorted((a, b) => a.begin - b.begin)) {
      for (let done = byEnd[next]; done !== undefined && done.end < ack.begin; done = byEnd[++next])
        if (done.event > largest.event) largest = done;
      if (ack.event < largest.event)
        faults.push(`order: ${ack.key} began after ${largest.key} was acknowledged and stands before it`);
    }
  }
  return faults;
}

function foldFaults(readers: readonly Reader[]): string[] {
  const [first, ...others] = readers;
  if (first === undefined) return ['nobody read the record'];
  const folds = (reader: Reader) =>
    new Map([...reader.incidents].map(([uid, { events }]) => [uid, foldText(uid, events)]));
  const expected = folds(first);
  return others.flatMap((reader) => {
    const own = folds(reader);
    return [...new Set([...expected.keys(), ...own.keys()])].flatMap((uid) =>
      own.get(uid) === expected.get(uid) ? [] : [`differs: ${uid} in ${reader.name} and in ${first.name}`],
    );
  });
}

/** The whole fold as one text. */
export function foldText(uid: string, events: readonly RecordedEvent[]): string {
  return canonicalJson(plain(foldIncident(uid, events)));
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

/** A stored line as an event of the live record; nothing for one that is none. */
export function eventOf(line: string): RecordedEvent[] {
  try {
    const parsed = parseEvent(JSON.parse(line));
    return 'event' in parsed ? [Object.assign(parsed.event, { live: true })] : [];
  } catch {
    return [];
  }
}
