import type { RecordedEvent } from '../events.ts';
import { type TimelineItem, timelineItem } from './timeline.ts';
import type { Parts } from './view.ts';

type Texts = Readonly<Record<string, string>>;

/** What a page shows, as far as it can change: parts by name, and for one incident its timeline. */
export interface Shown {
  parts: Texts;
  /** Recorded order; empty for the list. */
  recorded: readonly RecordedEvent[];
}

/** What a page has to do to show the same as the record. Doing it twice changes nothing more. */
export interface BoardChange {
  /** Where the page is afterwards; it comes back with this after a break. */
  cursor: string;
  /** The server's clock, in milliseconds. */
  now_ms: number;
  /** `whole`: `timeline` is everything; `more`: it is what is new. */
  timeline_is: 'whole' | 'more';
  timeline: TimelineItem[];
  /** Only parts that differ, whole. */
  parts: Record<string, string>;
}

export function textsOf(parts: Parts): Texts {
  return Object.fromEntries(Object.entries(parts).map(([name, { markup }]) => [name, markup]));
}

type Hash = (text: string) => string;

const CURSOR = /^(\d{1,7})\.([0-9a-f]{12})\.([0-9a-f]{12})$/;

/** Names the events that a page has and how its parts look, so that any server process can tell what it lacks. */
export function cursorOf({ parts, recorded }: Shown, sha256: Hash): string {
  return `${recorded.length}.${printOf(recorded, sha256)}.${partsPrint(parts, sha256)}`;
}

/** A purged event is another text under the same id. */
function printOf(events: readonly RecordedEvent[], sha256: Hash): string {
  const names = events.map(({ id, line_sha256 }) => (line_sha256 === undefined ? id : `${id}x`));
  return sha256(names.join('\n')).slice(0, 12);
}

function partsPrint(parts: Texts, sha256: Hash): string {
  return sha256(JSON.stringify(Object.entries(parts))).slice(0, 12);
}

/**
 * What has changed for a page that stands at a cursor; null when nothing has. An event that came in before others that
 * the page has already (from another clone, say) makes the whole timeline come again: none is lost, none is there twice.
 * @param cursor as the page gave it; anything may stand in it
 * @param before the parts that were sent last on the same connection
 */
export function changeSince(
  cursor: string | null,
  shown: Shown,
  { sha256, nowMs, before = {} }: { sha256: Hash; nowMs: number; before?: Texts },
): BoardChange | null {
  const now = cursorOf(shown, sha256);
  if (cursor === now) return null;
  const [, count = '', events = '', parts = ''] = CURSOR.exec(cursor ?? '') ?? [];
  const had = count === '' ? 0 : Number(count);
  const { recorded } = shown;
  const isBeginning =
    count !== '' && had <= recorded.length && printOf(recorded.slice(0, had), sha256) === events;
  const news = isBeginning ? recorded.slice(had) : recorded;
  const partsDiffer = parts !== partsPrint(shown.parts, sha256);
  return {
    cursor: now,
    now_ms: nowMs,
    timeline_is: isBeginning ? 'more' : 'whole',
    timeline: news.map(timelineItem),
    parts: partsDiffer
      ? Object.fromEntries(Object.entries(shown.parts).filter(([name, text]) => before[name] !== text))
      : {},
  };
}

/** One message of a server-sent event stream. */
export function eventOf(change: BoardChange): string {
  // JSON has no line ends of its own, so the message is one line whatever stands in it.
  return `id: ${change.cursor}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`;
}
