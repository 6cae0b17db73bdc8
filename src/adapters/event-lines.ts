import { asciiJson, canonicalJson } from '../core/canonical.ts';
import { PulseError } from '../core/errors.ts';
import { type EventDraft, parseEvent, type RecordedEvent, type TimelineEvent } from '../core/events.ts';
import type { AppendRequest, Clock, Ids } from '../ports.ts';
import { MAX_LINE } from './file-lines.ts';

/** One process's hand: who writes, and how far it has counted. */
export interface Writer {
  clock: Clock;
  ids: Ids;
  name: string;
  seq: number;
}

export function createWriter(clock: Clock, ids: Ids): Writer {
  return { clock, ids, name: ids.nonce().slice(0, 8), seq: 0 };
}

/**
 * The drafts that are not in the log yet. A key that stands there with other content is a conflict;
 * the same key twice in one call is a bug of the caller.
 */
export function missingDrafts(
  request: AppendRequest,
  standing: (key: string) => RecordedEvent | undefined,
): EventDraft[] {
  const keys = request.drafts.flatMap((draft) => (draft.key === undefined ? [] : [draft.key]));
  if (new Set(keys).size < keys.length) throw new Error('two drafts of one call have the same key');
  return request.drafts.filter((draft) => {
    const first = draft.key === undefined ? undefined : standing(draft.key);
    if (first !== undefined) checkSame(first, draft);
    return first === undefined;
  });
}

function checkSame(first: RecordedEvent, draft: EventDraft): void {
  if (first.input_hash === draft.input_hash) return;
  throw new PulseError(
    'conflict',
    'This idempotency key was used before with other content.',
    'Repeat the call with a new key, or with exactly the arguments of the first call to get its answer.',
    { event: first.id },
  );
}

/** The events that now stand for the drafts: those just written, or the first under each key. */
export function standingEvents(
  request: AppendRequest,
  written: readonly { draft: EventDraft; event: RecordedEvent }[],
  standing: (key: string) => RecordedEvent | undefined,
): { events: RecordedEvent[]; replayed: boolean } {
  const mine = new Map(written.map(({ draft, event }) => [draft, event]));
  const events = request.drafts.map((draft) => {
    const first = draft.key === undefined ? mine.get(draft) : standing(draft.key);
    if (first === undefined) throw new Error('an appended event is not in the log');
    checkSame(first, draft);
    return first;
  });
  const ids = new Set(written.map(({ event }) => event.id));
  return { events, replayed: !events.some((event) => ids.has(event.id)) };
}

export interface BuiltLine {
  draft: EventDraft;
  event: RecordedEvent;
  line: string;
}

/** Events and lines for the drafts, each linked to the one before; nothing is written yet. */
export function buildLines(
  request: AppendRequest,
  drafts: readonly EventDraft[],
  writer: Writer,
  after: { largest: string | null; lastLine: string | null },
): BuiltLine[] {
  const now = writer.clock.now();
  const recordedAt = new Date(now).toISOString();
  let { largest } = after;
  let prev = after.lastLine === null ? null : writer.ids.sha256(after.lastLine);
  return drafts.map((draft) => {
    largest = writer.ids.ulid(now, largest);
    const value = {
      v: 1,
      id: largest,
      incident: request.incident,
      kind: draft.kind,
      at: draft.at ?? recordedAt,
      recorded_at: recordedAt,
      at_source: draft.at_source,
      by: request.by,
      text: draft.text,
      data: draft.data,
      evidence: draft.evidence,
      basis: draft.basis,
      ...(draft.key === undefined ? {} : { key: draft.key }),
      ...(draft.imported === undefined ? {} : { imported: draft.imported }),
      input_hash: draft.input_hash,
      writer: writer.name,
      seq: writer.seq++,
      prev,
    };
    const json = asciiJson(value);
    const event = checked(JSON.parse(json));
    const line = json.padEnd(tombstoneLine(event, prev ?? '0'.repeat(64)).length, ' ');
    if (line.length > MAX_LINE) throw tooLong();
    prev = writer.ids.sha256(line);
    return { draft, event: Object.assign(event, { live: draft.imported !== true }), line };
  });
}

function checked(value: unknown): TimelineEvent {
  const parsed = parseEvent(value);
  if ('event' in parsed) return parsed.event;
  throw new PulseError(
    'invalid_input',
    `The event cannot be stored: ${parsed.problem}.`,
    'Correct the named fields and repeat the call.',
  );
}

function tooLong(): PulseError {
  return new PulseError(
    'invalid_input',
    'The event is larger than 64 KB.',
    'Shorten the text, or keep the long part in a file and name that file as evidence.',
  );
}

/** What a purge writes over an event's line; `lineSha256` is the hash of that line. */
export function tombstoneLine(event: TimelineEvent, lineSha256: string): string {
  const { v, id, incident, kind, at, recorded_at } = event;
  const kept =
    event.kind === 'opened'
      ? {
          kept: {
            number: event.data.number,
            slug: event.data.slug,
            ...(event.data.drill === undefined ? {} : { drill: event.data.drill }),
          },
        }
      : {};
  return asciiJson({
    ...{ v, id, incident, kind, at, recorded_at },
    ...{ purged: true, line_sha256: lineSha256, ...kept },
  });
}

/** The event that says so in the open; one per purged event, however often it is purged again. */
export function purgedDraft(eventId: string, reason: string, ids: Ids): EventDraft<'purged'> {
  return {
    kind: 'purged',
    at_source: 'observed',
    text: 'One event was purged from the record',
    data: { event: eventId, reason },
    evidence: [],
    basis: 'measured',
    key: `purge/${eventId}`,
    input_hash: ids.sha256(canonicalJson({ purge: eventId })),
  };
}
