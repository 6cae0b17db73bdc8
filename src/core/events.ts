import * as z from 'zod/v4';
import { Narrative } from './documents/narrative.ts';
import {
  ACTION_STATES,
  ACTION_TYPES,
  AUDIENCES,
  CHECK_OUTCOMES,
  KIND_NAMES,
  type Kind,
  LINK_TYPES,
  MITIGATIONS,
  ROLES,
  ROLLBACK_TARGETS,
} from './kinds.ts';
import { LEVELS } from './severity.ts';

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

const level = z.enum(LEVELS);
const ref = z.string().optional();
const reason = z.string().optional();
const none = z.object({});

/** Data by kind. Known members are checked; others are left alone, since a newer version may have written them. */
const DATA = {
  opened: z.object({
    number: z.int().min(1),
    slug: z.string(),
    title: z.string(),
    description: z.string(),
    preset: z.string().optional(),
    environment: z.string().optional(),
    base: z.string().optional(),
    drill: z.boolean().optional(),
    blob: z.string().optional(),
  }),
  severity_changed: z.object({
    to: level,
    confirmed: z.boolean(),
    reason,
    lowest: level.optional(),
    highest: level.optional(),
  }),
  role_assigned: z.object({ role: z.enum(ROLES), person: z.string() }),
  acknowledged: z.object({ person: z.string().optional() }),
  fact_recorded: z.object({ name: z.string(), value: z.string() }),
  hypothesis_refuted: z.object({ ref, reason: z.string() }),
  mitigation_applied: z.object({ type: z.enum(MITIGATIONS) }),
  mitigation_removed: z.object({ ref }),
  rollback_planned: z.object({
    target: z.enum(ROLLBACK_TARGETS).optional(),
    rehearsed: z.boolean().optional(),
  }),
  hotfix_started: z.object({
    branch: z.string(),
    base_commit: z.string().optional(),
    base_ref: z.string().optional(),
  }),
  fix_committed: z.object({ commit: z.string() }),
  checks_run: z.object({ outcome: z.enum(CHECK_OUTCOMES), commit: z.string(), full: z.boolean().optional() }),
  regression_proven: z.object({ commit: z.string() }),
  approval_given: z.object({ strength: z.string(), plan: z.string().optional() }),
  deployed: z.object({ environment: z.string(), commit: z.string() }),
  deploy_verified: z.object({ ref, environment: z.string() }),
  rolled_back: z.object({ target: z.enum(ROLLBACK_TARGETS), ref }),
  backported: z.object({ branch: z.string() }),
  update_posted: z.object({ audience: z.enum(AUDIENCES) }),
  reopened: z.object({ reason: z.string() }),
  task_done: z.object({ task: z.string() }),
  task_skipped: z.object({ task: z.string(), reason: z.string() }),
  action_added: z.object({
    action: z.string(),
    owner: z.string().optional(),
    due: z.string().optional(),
    type: z.enum(ACTION_TYPES).optional(),
  }),
  action_changed: z.object({
    action: z.string(),
    owner: z.string().optional(),
    due: z.string().optional(),
    type: z.enum(ACTION_TYPES).optional(),
    state: z.enum(ACTION_STATES).optional(),
    reason,
  }),
  postmortem_written: z.object({
    errors: z.int().min(0),
    warnings: z.int().min(0),
    preset: z.string(),
    narrative: Narrative.optional(),
  }),
  linked: z.object({ type: z.enum(LINK_TYPES), url: z.string().optional() }),
  gate_overridden: z.object({
    gate: z.string(),
    missing: z.array(z.string()),
    reason: z.string(),
    until: z.string().optional(),
  }),
  cancelled: z.object({ reason: z.string() }),
  marked_duplicate: z.object({ ref: z.string() }),
  purged: z.object({ event: z.string(), reason }),
} as const satisfies Partial<Record<Kind, z.ZodType>>;

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
