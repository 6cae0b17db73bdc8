import type { RecordedEvent } from '../../core/events.ts';
import type { Damage } from '../../ports.ts';
import { MAX_LINE, readLine } from '../file-lines.ts';
import { isPurge } from '../log-source.ts';

export interface Row {
  seq: number;
  line: string;
}

/** Where damage is reported to be. */
export const WHERE = 'database';

/** What one process knows of one incident. */
export interface Known {
  readonly uid: string;
  /** Place of the last line taken in; 0 for none. */
  seq: number;
  /** Recorded order, duplicates by key removed. */
  events: RecordedEvent[];
  ids: Set<string>;
  /** First event of each idempotency key. */
  keys: Map<string, RecordedEvent>;
  largest: string | null;
  head: Head;
  /** The last event line as stored, padding included. */
  lastLine: string | null;
  damage: Damage[];
}

/** What the row of the incident says: its number, and whether work on it goes on. */
export interface Head {
  number: number | null;
  is_open: boolean;
  /** Id of the event that decided `is_open`; empty for none. */
  since: string;
  /** Each action item with the id of the event that decided whether it is open. */
  actions: ReadonlyMap<string, { is_open: boolean; since: string }>;
}

export function createKnown(uid: string): Known {
  return { uid, ...EMPTY, events: [], ids: new Set(), keys: new Map(), damage: [] };
}

const NO_HEAD: Head = { number: null, is_open: true, since: '', actions: new Map() };
const EMPTY = { seq: 0, largest: null, lastLine: null, head: NO_HEAD };

export function forget(known: Known): void {
  Object.assign(known, createKnown(known.uid));
}

/** Takes rows in that follow what is known. Answers `purged` when lines that were read before have changed in place. */
export function takeRows(known: Known, rows: readonly Row[]): 'same' | 'grown' | 'purged' {
  const isFirst = known.seq === 0;
  let isPurged = false;
  for (const row of rows) {
    if (row.seq <= known.seq) continue;
    const reading = readRow(row, known.uid);
    if ('problem' in reading) {
      known.seq = row.seq;
      known.damage.push({ where: WHERE, line: row.seq, ...reading });
      continue;
    }
    known.seq = row.seq - 1;
    takeEvent(known, reading.event, row.line);
    isPurged ||= isPurge(reading.event);
  }
  if (rows.length === 0) return 'same';
  return isPurged && !isFirst ? 'purged' : 'grown';
}

/** The event of the next line. */
export function takeEvent(known: Known, event: RecordedEvent, line: string): void {
  known.seq += 1;
  known.lastLine = line;
  known.head = headWith(known.head, [event]);
  known.ids.add(event.id);
  const before = known.largest;
  if (before === null || event.id > before) known.largest = event.id;
  if (event.key !== undefined) {
    if (known.keys.has(event.key)) return;
    known.keys.set(event.key, event);
  }
  known.events.push(event);
  if (before !== null && event.id < before) known.events.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** One row as an event of this incident, or what is wrong with it. */
export function readRow({ line }: Row, uid: string): ReturnType<typeof readLine> {
  const bytes = line.length;
  return readLine(
    { text: line, offset: 0, bytes, next: bytes, terminated: true, tooLong: bytes > MAX_LINE },
    uid,
    true,
  );
}

const OPENS: Partial<Record<RecordedEvent['kind'], boolean>> = {
  opened: true,
  reopened: true,
  closed: false,
  cancelled: false,
  marked_duplicate: false,
};

/** In recorded order, whatever the order in which they were stored. */
export function headWith(head: Head, events: readonly RecordedEvent[]): Head {
  let { number, is_open, since, actions } = head;
  for (const event of events) {
    if (event.kind === 'opened') number ??= event.data.number;
    actions = actionsWith(actions, event);
    const opens = OPENS[event.kind];
    if (opens === undefined || event.id < since) continue;
    is_open = opens;
    since = event.id;
  }
  return { number, is_open, since, actions };
}

/** True where an action item is open, and where two writers took one id for two items: who finds it reads it. */
export function owes({ actions }: Head): boolean {
  return [...actions.values()].some((action) => action.is_open);
}

function actionsWith(actions: Head['actions'], event: RecordedEvent): Head['actions'] {
  if (event.kind !== 'action_added' && event.kind !== 'action_changed') return actions;
  const { action } = event.data;
  const before = actions.get(action);
  if (event.kind === 'action_added') {
    if (before === undefined) return withAction(actions, action, true, event.id);
    // The later of two items has another id in the fold, and nothing here would ever close it.
    return withAction(actions, `${action} ${event.id}`, true, event.id);
  }
  const { state } = event.data;
  if (state === undefined || (before !== undefined && event.id < before.since)) return actions;
  return withAction(actions, action, state === 'open', event.id);
}

function withAction(
  actions: Head['actions'],
  action: string,
  is_open: boolean,
  since: string,
): Head['actions'] {
  return new Map(actions).set(action, { is_open, since });
}
