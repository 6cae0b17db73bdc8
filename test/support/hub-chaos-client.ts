import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry, ReadCall, RecordCall } from './hub-chaos-check.ts';

/** 0 up to 1, the same for the same seed. Mulberry32. */
export type Random = () => number;
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(random: Random, all: readonly T[]): T | undefined =>
  all[Math.floor(random() * all.length)];

export type Told =
  | { kind: 'answered'; data: Record<string, unknown> }
  /** It may have been done, or not. */
  | { kind: 'unknown'; why: string }
  | { kind: 'refused'; why: string };
export type CallHub = (name: string, args: object, timeoutMs: number) => Promise<Told>;

export interface ClientWanted {
  name: string;
  incidents: readonly string[];
  call: CallHub;
  random: Random;
  /** Keeps the history of this client. */
  write(entry: Entry): void;
  isOver(): boolean;
  /** How long it gives up after, and rests between calls at most. Milliseconds. */
  patienceMs: number;
  pauseMs: number;
}

const GIVE_UP_MS = 60_000;
/** Some callers wait too short and say it again while the first call is still under way. */
const IMPATIENT = 0.15;
const IMPATIENT_MS = 120;
const READS = 0.25;
const SEVERAL = 0.15;

/** One client: says things and says them again until they are acknowledged, and looks at the record in between. */
export async function runClient(wanted: ClientWanted): Promise<void> {
  const { name, incidents, random, isOver, pauseMs } = wanted;
  const own = new Map<string, string[]>();
  for (let n = 1; !isOver(); n++) {
    const incident = pick(random, incidents) ?? '';
    const known = own.get(incident) ?? [];
    if (random() < READS) await read(wanted, incident, after(random, known));
    else {
      const event = await record(wanted, incident, `${name}-${n}`);
      if (event !== null) own.set(incident, [...known, event]);
    }
    await sleep(random() * pauseMs);
  }
  for (const incident of incidents) await read(wanted, incident, '0');
}

/** Mostly from a late event on, as somebody does who follows an incident. */
function after(random: Random, known: readonly string[]): string {
  return (random() < 0.2 ? undefined : pick(random, known.slice(-20))) ?? '0';
}

async function record(wanted: ClientWanted, incident: string, key: string): Promise<string | null> {
  const { name: client, call, random, write } = wanted;
  const also = random() < SEVERAL ? [`Saw the first sign of ${key}`, `Saw the second sign of ${key}`] : [];
  const args = { incident, text: `Looked at ${key}`, idempotency_key: key };
  const until = performance.now() + GIVE_UP_MS;
  for (;;) {
    const begin = performance.now();
    const timeout = random() < IMPATIENT ? 1 + random() * IMPATIENT_MS : wanted.patienceMs;
    const told = await call('record_timeline_event', also.length > 0 ? { ...args, also } : args, timeout);
    const base = { op: 'record', client, incident, key, count: 1 + also.length, begin } as const;
    const end = performance.now();
    const entry: RecordCall =
      told.kind === 'answered'
        ? { ...base, end, outcome: 'ack', event: String(told.data.event) }
        : { ...base, end, outcome: told.kind, why: told.why };
    write(entry);
    if (entry.outcome === 'ack') return entry.event;
    if (entry.outcome === 'refused') return null;
    if (end > until) throw new Error(`${key} was not acknowledged within a minute: ${entry.why}`);
    await sleep(random() * wanted.pauseMs);
  }
}

async function read(wanted: ClientWanted, incident: string, from: string): Promise<void> {
  const { name: client, call, write } = wanted;
  const begin = performance.now();
  const ids: string[] = [];
  const base = { op: 'read', client, incident, after: from, begin } as const;
  for (let cursor: string | null = from; cursor !== null; ) {
    const told: Told = await call('get_incident', { incident, after: cursor }, wanted.patienceMs);
    const end = performance.now();
    if (told.kind !== 'answered') return write({ ...base, end, outcome: told.kind, why: told.why });
    const { events, more_after: more } = told.data;
    ids.push(...(Array.isArray(events) ? events : []).map((line) => String(line).slice(0, 26)));
    cursor = typeof more === 'string' ? more : null;
  }
  const entry: ReadCall = { ...base, end: performance.now(), outcome: 'ack', ids };
  write(entry);
}

/** Everything that a reader sees in the end, as the history of one more client. */
export async function readAll(
  wanted: Pick<ClientWanted, 'name' | 'incidents' | 'call' | 'write'>,
): Promise<void> {
  const rest = { random: () => 0, isOver: () => true, patienceMs: 30_000, pauseMs: 0 };
  for (const incident of wanted.incidents) await read({ ...wanted, ...rest }, incident, '0');
}
