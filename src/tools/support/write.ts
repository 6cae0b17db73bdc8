import { canonicalJson } from '../../core/canonical.ts';
import { PulseError } from '../../core/errors.ts';
import { type Actor, type EventDraft, hashedKey, type TimelineEvent } from '../../core/events.ts';
import { MINUTE, parseDue, parseWhen, SECOND } from '../../core/time.ts';
import { ulidAfter } from '../../core/ulid.ts';
import { CAPS, capText, cleanText } from '../../core/untrusted.ts';
import type { Deps } from '../tool.ts';
import { boardEnd } from './board.ts';
import { refreshSoon } from './documents.ts';
import { type Loaded, loadUid } from './load.ts';

/** Two identical calls by the same actor within this time are one call that was sent twice. */
const SAME_CALL_MS = 10 * SECOND;
/** A time this close to now needs no source: it is "now", said with a little delay. */
const NOW_MS = 2 * MINUTE;

export interface Written {
  loaded: Loaded;
  events: TimelineEvent[];
  replayed: boolean;
  removed: { type: string; token: string }[];
  notices: string[];
}

/** SHA-256 of the canonical arguments as given, without the key: tells a retry from another call under the same key. */
export function hashOf(tool: string, args: Record<string, unknown>, deps: Deps): string {
  const { idempotency_key: _key, ...rest } = args;
  return deps.ids.sha256(canonicalJson({ tool, ...rest }));
}

/** Appends the drafts in one write, then brings the folder up to date. The log comes first: a folder that cannot be written is a notice. */
export async function write(uid: string, drafts: EventDraft[], deps: Deps): Promise<Written> {
  const outcome = await deps.log.append({ incident: uid, by: deps.actor, drafts });
  const loaded = await loadUid(uid, deps);
  const notices = [...(await refreshSoon(loaded, deps)), ...(await boardEnd(loaded, drafts, deps))];
  return { loaded, ...outcome, notices: [...deps.log.notices(), ...notices] };
}

/** Keys of a call's events: `<key>/0`, `<key>/1`, ... */
export function keyed(drafts: EventDraft[], key: string | undefined): EventDraft[] {
  return key === undefined ? drafts : drafts.map((draft, index) => ({ ...draft, key: `${key}/${index}` }));
}

/** Whether this event is the first of the call with that key; the log keeps of a key that holds a secret its hash. */
export function isFirstOf(key: string, event: TimelineEvent, deps: Pick<Deps, 'ids'>): boolean {
  const first = `${key}/0`;
  return event.key === first || event.key === hashedKey(first, deps.ids.sha256);
}

/** The events of an identical call that the same actor made moments ago, if any. */
export function sentTwice(loaded: Loaded, inputHash: string, actor: Actor, nowMs: number): TimelineEvent[] {
  const { recorded } = loaded.incident;
  // An id carries at least the time at which it was recorded.
  const bound = ulidAfter(null, nowMs - SAME_CALL_MS, new Uint8Array(10));
  return recorded
    .slice(recorded.findLastIndex(({ id }) => id < bound) + 1)
    .filter(
      (event) =>
        event.input_hash === inputHash &&
        event.by.name === actor.name &&
        event.by.kind === actor.kind &&
        nowMs - Date.parse(event.recorded_at) <= SAME_CALL_MS &&
        nowMs >= Date.parse(event.recorded_at),
    );
}

/** When it happened, and how we know. A back-dated time needs a source and is shown as reported. */
export function whenOf(
  at: string | undefined,
  source: string | undefined,
  deps: Deps,
): { at?: string; at_source: 'observed' | 'reported' } {
  if (at === undefined) return { at_source: source === undefined ? 'observed' : 'reported' };
  const nowMs = deps.clock.now();
  const parsed = parseWhen(at, nowMs, { localOffsetMinutes: -new Date(nowMs).getTimezoneOffset() }).at;
  const isNow = Math.abs(nowMs - Date.parse(parsed)) <= NOW_MS;
  if (source === undefined && !isNow) {
    throw new PulseError(
      'invalid_input',
      'a time in the past needs its source',
      `add source: who or what says so, for example {"at": "${parsed}", "source": "alert in the pager"}`,
    );
  }
  return { at: parsed, at_source: isNow && source === undefined ? 'observed' : 'reported' };
}

/** A due date or override end, or undefined. */
export function dueOf(due: string | undefined, deps: Deps): string | undefined {
  return due === undefined ? undefined : parseDue(due, deps.clock.now()).due;
}

/** A text fit for an event: cleaned and redacted; what exceeds the cap is kept whole beside the log and named. */
export async function fitText(
  text: string,
  deps: Deps,
  keep: (whole: string) => Promise<string>,
): Promise<{ text: string; blob?: string; removed: { type: string; token: string }[] }> {
  const safe = deps.redact(cleanText(text));
  const { text: capped, dropped_bytes: dropped } = capText(safe.text, CAPS.text);
  if (dropped === 0) return { text: capped, removed: safe.removed };
  const blob = await keep(safe.text);
  return { text: `${capped}\n[${dropped} bytes more, kept as blob ${blob}]`, blob, removed: safe.removed };
}

const EVIDENCE = /^(?:metric:|output:|commit:[0-9a-f]{7,64}\b|https?:\/\/)/i;

/** Evidence is an observation that somebody else can check: four forms, nothing else. */
export function checkedEvidence(evidence: readonly string[] | undefined): string[] {
  const list = evidence ?? [];
  if (list.every((item) => EVIDENCE.test(item))) return [...list];
  throw new PulseError(
    'invalid_input',
    'evidence must be a metric, a command output, a commit or a link',
    'write each as "metric: 5xx 0.1 %", "output: GET /health 200", "commit:1a2b3c4d" or "https://..."',
  );
}

/** What was taken out on the way in, as one warning. */
export function removedWarning(removed: readonly { type: string; token: string }[]): string[] {
  if (removed.length === 0) return [];
  const types = [...new Set(removed.map((item) => item.type))];
  return [
    `${removed.length} secret or personal value(s) were taken out before storing (${types.join(', ')}); rotate real secrets. To keep a value that is none, list it under redaction.allow in hotfix-pulse.config.json.`,
  ];
}
