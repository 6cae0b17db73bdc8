import * as z from 'zod/v4';
import { DATA } from './event-data.ts';
import { KIND_NAMES, type Kind } from './kinds.ts';

/**
 * One event is one past-tense fact. The log is the only truth: status, gates, clocks and documents
 * are folds over these objects. Keys are the keys on disk.
 */
export const Actor = z.object({
  name: z.string(),
  kind: z.enum(['human', 'agent', 'system']),
  /** The person whose session an agent works in (the git user), when known. */
  on_behalf_of: z.string().optional(),
  /** How a human was recognised: a terminal, an editor's tick, ... */
  via: z.string().optional(),
});
export type Actor = z.infer<typeof Actor>;

const none = z.object({});

type DataTable = typeof DATA;
export type DataOf<K extends Kind> = K extends keyof DataTable
  ? z.infer<DataTable[K]>
  : Record<string, unknown>;

/** Schema of `data` for a kind; kinds without one take any object. */
export function dataSchema(kind: Kind): z.ZodType {
  return kind in DATA ? DATA[kind as keyof DataTable] : none;
}

const AT_SOURCES = ['observed', 'reported', 'inferred'] as const;

const envelope = {
  v: z.literal(1),
  /** ULID: recorded order, monotonic per writer and never below what that writer had read. */
  id: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/),
  incident: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/),
  kind: z.enum(KIND_NAMES),
  /** When it happened (UTC, RFC 3339). Told order. */
  at: z.iso.datetime(),
  /** The recording machine's clock; never an argument. */
  recorded_at: z.iso.datetime(),
  at_source: z.enum(AT_SOURCES),
  by: Actor,
  text: z.string(),
  data: z.record(z.string(), z.unknown()),
  evidence: z.array(z.string()),
  basis: z.enum(['measured', 'stated']),
  key: z.string().optional(),
  input_hash: z.string(),
  writer: z.string(),
  seq: z.int().min(0),
  prev: z.string().nullable(),
  /** Taken over from a record kept elsewhere: history, shown but never a key to a gate. */
  imported: z.literal(true).optional(),
};

const EventEnvelope = z.object(envelope);

interface Envelope<K extends Kind> extends Omit<z.infer<typeof EventEnvelope>, 'kind' | 'data'> {
  kind: K;
  data: DataOf<K>;
  /** Set on what is left of a purged event. */
  line_sha256?: string;
}

/** One stored event, discriminated by `kind`. */
export type TimelineEvent = { [K in Kind]: Envelope<K> }[Kind];
export type EventOf<K extends Kind> = Extract<TimelineEvent, { kind: K }>;

/** A stored event with where it was read: only `live` events open gates; a published copy or an import is history. */
export type RecordedEvent = TimelineEvent & { live: boolean };

/** What an operation hands to the log; the log adds identity, order and links. */
export interface EventDraft<K extends Kind = Kind> {
  kind: K;
  at?: string;
  at_source: (typeof AT_SOURCES)[number];
  text: string;
  data: DataOf<K>;
  evidence: string[];
  basis: 'measured' | 'stated';
  key?: string;
  input_hash: string;
  imported?: true;
}

/** What a purge leaves behind, padded to the original line's length. */
const Tombstone = z.object({
  v: z.literal(1),
  id: envelope.id,
  incident: envelope.incident,
  kind: envelope.kind,
  at: envelope.at,
  recorded_at: envelope.recorded_at,
  purged: z.literal(true),
  line_sha256: z.string(),
  /** What a purged `opened` event keeps: without its number and slug the incident could not be named. */
  kept: DATA.opened.pick({ number: true, slug: true, drill: true }).optional(),
});

/** True for a JSON value that claims to be a tombstone; asked first because a failed schema check is slow. */
function claimsTombstone(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'purged' in value && value.purged === true;
}

/**
 * Parses one JSON value into an event, or says in our own words what is wrong with it.
 * A tombstone becomes an event with empty text and data, so folds need no special case.
 */
export function parseEvent(value: unknown): { event: TimelineEvent } | { problem: string } {
  if (claimsTombstone(value)) {
    const tomb = Tombstone.safeParse(value);
    if (!tomb.success) return { problem: `not a tombstone: ${where(tomb.error)}` };
    const t = tomb.data;
    const opened = t.kind === 'opened' && t.kept !== undefined;
    const event = {
      ...{ v: 1, id: t.id, incident: t.incident, at: t.at, recorded_at: t.recorded_at },
      ...{ at_source: 'observed', by: { name: 'purged', kind: 'system' }, text: '', evidence: [] },
      ...{
        kind: opened ? 'opened' : 'purged',
        data: opened ? { ...t.kept, title: '(purged)', description: '' } : { event: t.id, was: t.kind },
        basis: 'measured',
        input_hash: '',
        writer: '',
        seq: 0,
        prev: null,
      },
      line_sha256: t.line_sha256,
    } as TimelineEvent;
    return { event };
  }
  const parsed = EventEnvelope.safeParse(value);
  if (!parsed.success) return { problem: `not an event: ${where(parsed.error)}` };
  const data = dataSchema(parsed.data.kind).safeParse(parsed.data.data);
  if (!data.success) return { problem: `${parsed.data.kind}: data ${where(data.error)}` };
  return { event: value as TimelineEvent };
}

function where(error: z.ZodError): string {
  const fields = error.issues.map((issue) => issue.path.join('.') || 'object');
  return `wrong or missing: ${[...new Set(fields)].slice(0, 5).join(', ')}`;
}

/** Told order: when it happened, then when it was recorded. Only times of one form compare as text. */
export function byTold(a: TimelineEvent, b: TimelineEvent): number {
  const sameForm = a.at.length === b.at.length;
  return (sameForm ? compareText(a.at, b.at) : Date.parse(a.at) - Date.parse(b.at)) || byRecorded(a, b);
}

/** Recorded order: the ULID. */
export function byRecorded(a: TimelineEvent, b: TimelineEvent): number {
  return compareText(a.id, b.id);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How an idempotency key that holds a secret is kept: still the same key, and different from every other. */
export function hashedKey(key: string, sha256: (text: string) => string): string {
  return `sha256-${sha256(key)}`;
}

/** Events of each kind, in the order in which they came. */
export type ByKind = ReadonlyMap<Kind, readonly RecordedEvent[]>;

/** The same filing with more events; lists to which nothing came are shared. */
export function filedByKind(before: ByKind, news: readonly RecordedEvent[]): ByKind {
  const filed = new Map(before);
  const own = new Map<Kind, RecordedEvent[]>();
  for (const event of news) {
    const list = own.get(event.kind) ?? [...(before.get(event.kind) ?? [])];
    list.push(event);
    own.set(event.kind, list);
    filed.set(event.kind, list);
  }
  return filed;
}
