import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BoardChange,
  changeSince,
  cursorOf,
  eventOf,
  type Shown,
} from '../../../src/core/board/change.ts';
import type { RecordedEvent } from '../../../src/core/events.ts';
import { sampleEvents } from '../../support/sample-incident.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const EVENTS = sampleEvents();
const shown = (recorded: readonly RecordedEvent[], parts: Shown['parts'] = { head: 'x' }): Shown => ({
  parts,
  recorded: [...recorded].sort((a, b) => (a.id < b.id ? -1 : 1)),
});
const since = (cursor: string | null, now: Shown, before?: Shown['parts']) =>
  changeSince(cursor, now, { sha256, nowMs: 5, ...(before ? { before } : {}) });

describe('what a page lacks', () => {
  it('is nothing when nothing has changed', () => {
    expect(since(cursorOf(shown(EVENTS), sha256), shown(EVENTS))).toBeNull();
  });

  it('is what was added, and the parts that differ', () => {
    const before = shown(EVENTS.slice(0, 3), { head: 'a', tasks: 'b' });
    const now = shown(EVENTS.slice(0, 5), { head: 'a', tasks: 'c' });
    const change = since(cursorOf(before, sha256), now, before.parts);
    expect(change).toMatchObject({ timeline_is: 'more', parts: { tasks: 'c' }, now_ms: 5 });
    expect(change?.timeline.map(({ id }) => id)).toEqual(EVENTS.slice(3, 5).map(({ id }) => id));
    expect(Object.keys(change?.parts ?? {})).toEqual(['tasks']);
    expect(since(cursorOf(before, sha256), now)?.parts).toEqual(now.parts);
  });

  it('is everything when an event came in before others, or one was purged', () => {
    const late = since(
      cursorOf(shown([...EVENTS.slice(0, 2), ...EVENTS.slice(3, 5)]), sha256),
      shown(EVENTS.slice(0, 5)),
    );
    expect(late).toMatchObject({ timeline_is: 'whole' });
    expect(late?.timeline).toHaveLength(5);
    const purged = EVENTS.slice(0, 5).map((event, i) =>
      i === 2 ? { ...event, text: '', line_sha256: 'ab' } : event,
    );
    expect(since(cursorOf(shown(EVENTS.slice(0, 5)), sha256), shown(purged))?.timeline_is).toBe('whole');
  });

  it.each([
    null,
    '',
    'x',
    '3',
    '999999.000000000000.000000000000',
    '3.zz.zz',
    '-1.0.0',
    `0.${'0'.repeat(12)}.${'0'.repeat(12)}`,
  ])('is everything for %j', (cursor) => {
    expect(since(cursor, shown(EVENTS))).toMatchObject({ timeline_is: 'whole', parts: { head: 'x' } });
  });

  it('makes any page the same as the record, whatever came in which order and whatever was lost', () => {
    const ids = (events: readonly RecordedEvent[]) => new Set(events.map(({ id }) => id));
    fc.assert(
      fc.property(
        fc.array(fc.record({ arrives: fc.subarray(EVENTS), isHeard: fc.boolean() }), { maxLength: 8 }),
        (steps) => {
          let record: RecordedEvent[] = [];
          let [cursor, page]: [string | null, Set<string>] = [null, new Set()];
          const hear = (change: BoardChange | null): void => {
            if (!change) return;
            if (change.timeline_is === 'whole') page = new Set();
            for (const { id } of change.timeline) {
              // Twice on a page would be a fault of the page alone; here nothing comes twice.
              expect(page.has(id)).toBe(false);
              page.add(id);
            }
            cursor = change.cursor;
          };
          for (const { arrives, isHeard } of steps) {
            record = EVENTS.filter((event) => ids(record).has(event.id) || arrives.includes(event));
            if (isHeard) hear(since(cursor, shown(record)));
          }
          hear(since(cursor, shown(record)));
          expect(page).toEqual(ids(record));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is one line of a stream, whatever stands in it', () => {
    const [event] = EVENTS;
    if (!event) throw new Error('no event');
    const change = since(
      null,
      shown([{ ...event, text: 'a\n\nid: 7\nevent: x\u2028data: y\r\r' }], { head: '\n\n' }),
    );
    const text = change ? eventOf(change) : '';
    expect(text.split(/\r\n|\r|\n/)).toHaveLength(5);
    expect(text).toMatch(/^id: \S+\nevent: change\ndata: \{.*\}\n\n$/);
  });
});
