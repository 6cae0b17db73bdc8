import { PulseError } from '../errors.ts';
import { isoOf, parseWhen } from '../time.ts';

/** The stretch of time that is looked at, by when incidents were opened; `from` null: since the first one. */
export interface Period {
  from: string | null;
  until: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A period from what somebody wrote: a date (all of it, UTC), RFC 3339 with offset, or `-90d`.
 * @throws PulseError invalid_input for another form, or an end before the beginning
 */
export function periodOf(
  { since, until }: { since?: string | undefined; until?: string | undefined },
  nowMs: number,
): Period {
  const from = since === undefined ? null : parseWhen(whole(since, 'T00:00:00Z'), nowMs).at;
  // Today is not over yet: as far as it goes.
  const end = until === undefined ? null : parseWhen(whole(until, 'T00:00:00Z'), nowMs).at;
  const last = end !== null && DATE.test(until?.trim() ?? '') ? `${end.slice(0, 10)}T23:59:59.999Z` : end;
  const period = { from, until: last === null || Date.parse(last) > nowMs ? isoOf(nowMs) : last };
  if (from === null || from <= period.until) return period;
  throw new PulseError(
    'invalid_input',
    'the period ends before it begins',
    'pass since before until, for example since 2026-01-01 and until 2026-03-31',
  );
}

function whole(text: string, time: string): string {
  return DATE.test(text.trim()) ? `${text.trim()}${time}` : text;
}
