import { systemIds } from '../../src/adapters/clock-ids.ts';
import type { Actor, EventDraft } from '../../src/core/events.ts';
import type { AppendRequest, Clock } from '../../src/ports.ts';

export const START = Date.parse('2026-03-01T10:00:00.000Z');

/** A clock that stands still until it is moved. */
export function handClock(now = START): Clock & { set(ms: number): void } {
  let at = now;
  return {
    now: () => at,
    set(ms) {
      at = ms;
    },
  };
}

export const ANA: Actor = { name: 'Ana', kind: 'human', via: 'terminal' };

export function newUid(ms = START): string {
  return systemIds.ulid(ms, null);
}

export function note(text: string, key?: string, data: Record<string, unknown> = {}): EventDraft {
  return {
    kind: 'noted',
    at_source: 'observed',
    text,
    data,
    evidence: [],
    basis: 'stated',
    input_hash: systemIds.sha256(text),
    ...(key === undefined ? {} : { key }),
  };
}

export function opened(
  number: number,
  title = 'Users cannot log in',
  data: { blob?: string } = {},
): EventDraft {
  return {
    kind: 'opened',
    at_source: 'observed',
    text: title,
    data: { number, slug: 'users-cannot-log-in', title, description: title, ...data },
    evidence: [],
    basis: 'measured',
    input_hash: systemIds.sha256(`${number} ${title}`),
  };
}

export function request(incident: string, ...drafts: EventDraft[]): AppendRequest {
  return { incident, by: ANA, drafts };
}
