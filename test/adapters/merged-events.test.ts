import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSource, type LogSource, resetSource } from '../../src/adapters/log-source.ts';
import { createMerge } from '../../src/adapters/merged-events.ts';
import type { RecordedEvent } from '../../src/core/events.ts';
import { story, UID } from '../support/events.ts';

const LIVE = 0;
const PUBLISHED = 2;

function sources(): LogSource[] {
  return (['live', 'fallback', 'published'] as const).map((where) => createSource(where, where, UID));
}

/** As reading a line does it. */
function put(source: LogSource, event: RecordedEvent): void {
  const read = { ...event, live: source.where !== 'published' };
  source.events.push(read);
  if (read.key !== undefined && !source.keys.has(read.key)) source.keys.set(read.key, read);
}

const POOL = Array.from({ length: 30 }).reduce<ReturnType<typeof story>>(
  (s, _, i) => s.add('noted', { text: `note ${i}` }),
  story('P1'),
).events;

const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('next'), source: fc.nat(2), by: fc.nat(40) }) },
  fc.record({ does: fc.constant('any'), source: fc.nat(2), by: fc.nat(40) }),
  fc.record({ does: fc.constant('same key'), source: fc.nat(2), by: fc.nat(40) }),
  fc.record({ does: fc.constant('publish'), source: fc.nat(2), by: fc.nat(40) }),
  fc.record({ does: fc.constant('reset'), source: fc.nat(2), by: fc.nat(40) }),
  fc.record({ does: fc.constant('tail'), source: fc.nat(2), by: fc.nat(40) }),
);

const shown = (events: readonly RecordedEvent[]) =>
  events.map(({ id, key, text, live }) => [id, key, text, live]);

describe('merging', () => {
  it('by what is new says what merging everything says', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
        const all = sources();
        const merge = createMerge();
        let next = 0;
        for (const { does, source: at, by } of steps) {
          const source = all[at];
          const event = POOL[does === 'next' ? next++ % POOL.length : by % POOL.length];
          if (!source || !event) continue;
          source.tail = null;
          if (does === 'reset') resetSource(source);
          else if (does === 'tail') source.tail = { event: { ...event, live: at !== PUBLISHED } };
          else if (does === 'publish')
            for (const one of all[LIVE]?.events ?? []) put(all[PUBLISHED] ?? source, one);
          else put(source, does === 'same key' ? { ...event, key: `key ${by % 3}` } : event);
          const before = merge(all);
          const then = shown(before);
          expect(then).toEqual(shown(createMerge()(all)));
          expect(shown(before)).toEqual(then);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same list again while nothing comes, and an earlier list stays as it was', () => {
    const all = sources();
    const merge = createMerge();
    const [first, second] = POOL;
    const [live] = all;
    if (!first || !second || !live) throw new Error('no events');
    put(live, first);
    const before = merge(all);
    expect(merge(all)).toBe(before);
    put(live, second);
    expect(merge(all)).toHaveLength(2);
    expect(before).toHaveLength(1);
    expect(merge(all)[0]).toBe(before[0]);
  });
});
