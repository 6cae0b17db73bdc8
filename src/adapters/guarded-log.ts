import { type Actor, type EventDraft, hashedKey } from '../core/events.ts';
import { cleanText } from '../core/untrusted.ts';
import type { AppendOutcome, EventLog } from '../ports.ts';
import { systemIds } from './clock-ids.ts';

export interface Guard {
  /** Takes secrets and personal data out of one text; answers what it took. */
  redact(text: string): { text: string; removed: AppendOutcome['removed'] };
  /** Removes what is kept outside of the log for the marks in a text. */
  forget?(text: string): void;
}

/** Data members that hold a hash of ours, which looks like a secret and is none. */
const HASHES = new Set(['blob', 'commit', 'base', 'plan']);
const HEX = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/**
 * The only way to the log: every text on its way in is cleaned of control characters and of secrets, so no tool
 * can forget it. `removed` of the answer says what was taken, each token once.
 */
export function createGuardedLog(inner: EventLog, guard: Guard): EventLog {
  return {
    ...inner,
    async append(request) {
      const { pass, removed } = createPass(guard);
      const outcome = await inner.append({
        incident: request.incident,
        by: passActor(request.by, pass),
        drafts: request.drafts.map((draft) => passDraft(draft, pass)),
      });
      return { ...outcome, removed: [...outcome.removed, ...removed.values()] };
    },
    putBlob: (uid, text) => inner.putBlob(uid, createPass(guard).pass(text)),
    archive(uid, event, files) {
      // The log's own lines have passed already and must stay as they are; documents may hold what people wrote.
      const passed = Object.entries(files).map(([file, text]): [string, string] => [
        file,
        file.endsWith('.jsonl') ? text : guard.redact(text).text,
      ]);
      return inner.archive(uid, event, Object.fromEntries(passed));
    },
    async purge(uid, eventId, by, reason) {
      const { pass } = createPass(guard);
      const { events } = await inner.read(uid);
      const stone = await inner.purge(uid, eventId, passActor(by, pass), pass(reason));
      guard.forget?.(JSON.stringify(events.find(({ id }) => id === eventId) ?? null));
      return stone;
    },
  };
}

type Pass = (text: string) => string;

/**
 * Redacted as given, since cleaning spells out the invisible characters that may split a secret; and again where
 * cleaning changed the text, since a control character that it drops may have split one.
 */
function createPass(guard: Guard): { pass: Pass; removed: Map<string, AppendOutcome['removed'][number]> } {
  const removed = new Map<string, AppendOutcome['removed'][number]>();
  const redact = (text: string): string => {
    const safe = guard.redact(text);
    for (const { type, token } of safe.removed) removed.set(`${type} ${token}`, { type, token });
    return safe.text;
  };
  const pass = (text: string): string => {
    const once = redact(text);
    const clean = cleanText(once);
    return clean === once ? once : redact(clean);
  };
  return { pass, removed };
}

function passDraft(draft: EventDraft, pass: Pass): EventDraft {
  return {
    ...draft,
    text: pass(draft.text),
    // The same shape comes back: only strings were changed.
    data: passDeep(draft.data, pass) as EventDraft['data'],
    evidence: draft.evidence.map(pass),
    ...(draft.key === undefined ? {} : { key: passKey(draft.key, pass) }),
  };
}

/** A key has to stay the same key, and different from every other: one that holds a secret becomes its own hash. */
function passKey(key: string, pass: Pass): string {
  return pass(key) === key ? key : hashedKey(key, systemIds.sha256);
}

function passActor(actor: Actor, pass: Pass): Actor {
  return {
    ...actor,
    name: pass(actor.name),
    ...(actor.on_behalf_of === undefined ? {} : { on_behalf_of: pass(actor.on_behalf_of) }),
    ...(actor.via === undefined ? {} : { via: pass(actor.via) }),
  };
}

function passDeep(value: unknown, pass: Pass, name = ''): unknown {
  if (typeof value === 'string') return isOurs(value, name) ? value : pass(value);
  if (Array.isArray(value)) return value.map((item) => passDeep(item, pass, name));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([key, member]) => [pass(key), passDeep(member, pass, key)]);
  return Object.fromEntries(members);
}

function isOurs(value: string, name: string): boolean {
  return ULID.test(value) || (HASHES.has(name) && HEX.test(value));
}
