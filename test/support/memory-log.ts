import {
  buildLines,
  createWriter,
  missingDrafts,
  purgedDraft,
  standingEvents,
  tombstoneLine,
} from '../../src/adapters/event-lines.ts';
import { checkUid } from '../../src/adapters/log-places.ts';
import { PulseError } from '../../src/core/errors.ts';
import { parseEvent, type RecordedEvent } from '../../src/core/events.ts';
import type { AppendOutcome, AppendRequest, Clock, EventLog, Ids } from '../../src/ports.ts';

interface Stored {
  event: RecordedEvent;
  line: string;
}

/** The event log without a disk: same answers, same refusals. */
export function createMemoryLog(options: {
  clock: Clock;
  ids: Ids;
}): EventLog & { blobs: Map<string, string> } {
  const { clock, ids } = options;
  const writer = createWriter(clock, ids);
  const logs = new Map<string, Stored[]>();
  const blobs = new Map<string, string>();
  let turn: Promise<unknown> = Promise.resolve();

  function logOf(uid: string): Stored[] {
    checkUid(uid);
    return logs.get(uid) ?? [];
  }

  async function append(request: AppendRequest): Promise<AppendOutcome> {
    const stored = logOf(request.incident);
    const standing = (key: string) => stored.find(({ event }) => event.key === key)?.event;
    const drafts = missingDrafts(request, standing);
    const last = stored.at(-1);
    const built = buildLines(request, drafts, writer, {
      largest: last?.event.id ?? null,
      lastLine: last?.line ?? null,
    });
    stored.push(...built);
    logs.set(request.incident, stored);
    return { ...standingEvents(request, built, standing), removed: [] };
  }

  async function highest(): Promise<number> {
    const numbers = [...logs.values()]
      .flat()
      .map(({ event }) => (event.kind === 'opened' ? event.data.number : 0));
    return Math.max(0, ...numbers);
  }

  return {
    blobs,
    append,
    lines: async (uid) =>
      logOf(uid)
        .map(({ line }) => `${line}\n`)
        .join(''),
    read: async (uid) => ({ uid, events: logOf(uid).map(({ event }) => event), damage: [] }),
    uids: async () => [...logs.keys()].sort(),
    withNumbering(work) {
      const mine = turn.then(async () => work(await highest()));
      turn = mine.catch(() => {});
      return mine;
    },
    async putBlob(uid, text) {
      checkUid(uid);
      const hash = ids.sha256(text);
      blobs.set(hash, text);
      return hash;
    },
    async archive(uid, event) {
      checkUid(uid);
      checkUid(event);
    },
    async verify(uid) {
      checkUid(uid);
      return [];
    },
    async purge(uid, eventId, by, reason) {
      const target = logOf(uid).find(({ event }) => event.id === eventId);
      if (target === undefined)
        throw new PulseError('not_found', 'No such event.', 'Take an id from the timeline.');
      const { event } = target;
      if (event.line_sha256 === undefined) {
        if (event.kind === 'purged')
          throw new PulseError('invalid_input', 'A purge is kept.', 'Name another event.');
        const stone = tombstoneLine(event, ids.sha256(target.line)).padEnd(target.line.length, ' ');
        const parsed = parseEvent(JSON.parse(stone));
        if (!('event' in parsed)) throw new Error(parsed.problem);
        target.event = Object.assign(parsed.event, { live: event.live });
        target.line = stone;
        if ('blob' in event.data && typeof event.data.blob === 'string') blobs.delete(event.data.blob);
      }
      const { events } = await append({ incident: uid, by, drafts: [purgedDraft(eventId, reason, ids)] });
      const [purged] = events;
      if (purged === undefined) throw new Error('the purge was not recorded');
      return purged;
    },
    notices: () => [],
  };
}
