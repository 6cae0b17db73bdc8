import type { RecordedEvent } from '../core/events.ts';
import type { LogSource } from './log-source.ts';

/** What was merged of one source: the list itself, which is another one after every fresh reading, and how much of it. */
interface Taken {
  events: readonly RecordedEvent[];
  count: number;
}

/**
 * All events of several sources: duplicates by id and by key removed, the first in the order given wins; recorded
 * order. Remembers the last merge: where sources have only grown, what is new goes to its place among what was merged.
 */
export function createMerge(): (sources: readonly LogSource[]) => RecordedEvent[] {
  let merged: RecordedEvent[] = [];
  /** Ids of events whose key another event had before them. */
  let second: ReadonlySet<string> = new Set();
  let taken: Taken[] | null = null;
  return (sources) => {
    const more = taken && withNews(sources, taken, merged);
    if (more === null || (second.size > 0 && more.some(({ id }) => second.has(id)))) {
      const whole = mergeSources(sources);
      merged = whole.events;
      second = whole.second;
    } else merged = more;
    // An unfinished last line is no part of a source yet: what is merged with one is merged again.
    const isWhole = sources.every(({ tail }) => tail === null);
    taken = isWhole ? sources.map(({ events }) => ({ events, count: events.length })) : null;
    return merged;
  };
}

/** What was merged with what came to the sources since, or null where the whole has to be merged again. */
function withNews(
  sources: readonly LogSource[],
  taken: readonly Taken[],
  merged: RecordedEvent[],
): RecordedEvent[] | null {
  const isSame = (source: LogSource, i: number) => source.tail === null && source.events === taken[i]?.events;
  if (sources.length !== taken.length || !sources.every(isSame)) return null;
  const news = sources.flatMap(({ events }, i) => events.slice(taken[i]?.count ?? 0));
  if (news.length === 0) return merged;
  const all = [...merged];
  for (const event of news) {
    const place = placeOf(all, event.id);
    const known = all[place];
    if (known?.id !== event.id) {
      if (!isFirst(event, sources)) return null;
      all.splice(place, 0, event);
    } else if (event.live || !known.live) {
      // The published copy tells again what the live log has told; anything else is for the whole merge to decide.
      return null;
    }
  }
  return all;
}

/** No other event of any source has its key. */
function isFirst(event: RecordedEvent, sources: readonly LogSource[]): boolean {
  const { key } = event;
  return key === undefined || sources.every(({ keys }) => (keys.get(key) ?? event) === event);
}

/** Where an id stands, or belongs, in a list in recorded order. */
function placeOf(events: readonly RecordedEvent[], id: string): number {
  let [from, to] = [0, events.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((events[middle]?.id ?? '') < id) from = middle + 1;
    else to = middle;
  }
  return from;
}

function mergeSources(sources: readonly LogSource[]): { events: RecordedEvent[]; second: Set<string> } {
  const second = new Set<string>();
  const ids = new Set<string>();
  const keys = new Set<string>();
  const events: RecordedEvent[] = [];
  let sorted = true;
  for (const source of sources) {
    const tail = source.tail !== null && 'event' in source.tail ? [source.tail.event] : [];
    for (const event of tail.length === 0 ? source.events : [...source.events, ...tail]) {
      if (ids.has(event.id)) continue;
      ids.add(event.id);
      if (event.key !== undefined) {
        if (keys.has(event.key)) {
          second.add(event.id);
          continue;
        }
        keys.add(event.key);
      }
      sorted &&= events.length === 0 || (events.at(-1)?.id ?? '') < event.id;
      events.push(event);
    }
  }
  return { events: sorted ? events : events.sort((a, b) => (a.id < b.id ? -1 : 1)), second };
}
