import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/core/events.ts';
import { foldIncident, type Incident } from '../../src/core/incident.ts';
import { foldFurther, foldKnown } from '../../src/core/incident-folds.ts';
import { KIND_NAMES } from '../../src/core/kinds.ts';
import { type Story, story, UID } from '../support/events.ts';

const plain = (incident: Incident) => JSON.stringify(incident, (_, v) => (v instanceof Map ? [...v] : v));
/** Kinds sorted: in which order kinds first came is no part of what a fold says. */
const said = ({ byKind, ...rest }: Incident) =>
  plain({ ...rest, byKind: new Map([...byKind].sort(([a], [b]) => (a < b ? -1 : 1))) });

const anyStory = fc
  .array(fc.record({ kind: fc.constantFrom(...KIND_NAMES), at: fc.nat(500), live: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((tellings) =>
    tellings.reduce<Story>(
      (s, { kind, at, live }, i) => s.add(kind, { minute: at, recorded: 501 + i, live }),
      story('P1'),
    ),
  )
  .map(({ events }) => events);

/** What happens to a log between two readings of it. */
const anyStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('grow'), by: fc.nat(3) }) },
  fc.record({ does: fc.constant('late'), by: fc.nat() }),
  fc.record({ does: fc.constant('purge'), by: fc.nat() }),
  fc.record({ does: fc.constant('clone'), by: fc.nat() }),
  fc.record({ does: fc.constant('lose'), by: fc.nat() }),
  fc.record({ does: fc.constant('shuffle'), by: fc.nat() }),
);

const inOrder = (events: readonly RecordedEvent[]) => [...events].sort((a, b) => (a.id < b.id ? -1 : 1));
const purged = (event: RecordedEvent): RecordedEvent => ({
  ...event,
  ...{ kind: 'purged', text: '', data: { event: event.id }, evidence: [], line_sha256: 'ab' },
});

/** The readings of a log to which these things happen. */
function readingsOf(events: readonly RecordedEvent[], steps: readonly { does: string; by: number }[]) {
  let there: RecordedEvent[] = [];
  const readings = [there];
  for (const { does, by } of steps) {
    const at = there.length === 0 ? 0 : by % there.length;
    const missing = events.filter((event) => !there.some(({ id }) => id === event.id));
    const news: Record<string, () => RecordedEvent[]> = {
      grow: () => [...there, ...missing.slice(0, by)],
      // From the middle of what is missing: what stands before it comes in later.
      late: () => inOrder([...there, ...missing.slice(at, at + 1)]),
      purge: () => there.map((event, i) => (i === at ? purged(event) : event)),
      // Another clone's half of the log comes in, in one merge.
      clone: () => inOrder([...there, ...missing.filter((_, i) => (i + by) % 2 === 0)]),
      lose: () => there.filter((_, i) => i !== at),
      shuffle: () => [...there.slice(at), ...there.slice(0, at)],
    };
    there = news[does]?.() ?? there;
    readings.push(there);
  }
  return readings;
}

describe('a fold that remembers', () => {
  it('says what a fold of everything says, whatever happened to the log, and changes no earlier value', () => {
    fc.assert(
      fc.property(anyStory, fc.array(anyStep, { maxLength: 25 }), (events, steps) => {
        const given: { incident: Incident; was: string }[] = [];
        for (const reading of readingsOf(events, steps)) {
          const incident = foldKnown(UID, reading);
          expect(said(incident)).toBe(said(foldIncident(UID, reading)));
          given.push({ incident, was: plain(incident) });
        }
        for (const { incident, was } of given) expect(plain(incident)).toBe(was);
      }),
      { numRuns: 300 },
    );
  });

  it('folds further only over what comes after all that it has', () => {
    const { events } = story('P1').add('noted').add('mitigation_applied').add('resolved');
    const before = foldIncident(UID, events.slice(0, 3));
    expect(foldFurther(before, events.slice(0, 3))).toBe(before);
    expect(foldFurther(before, events)?.status).toBe('resolved');
    const [first, second, ...rest] = events as [RecordedEvent, RecordedEvent, ...RecordedEvent[]];
    // Another event in a place that was folded: a purge, or a log that was read anew.
    expect(foldFurther(before, [first, { ...second }, ...rest])).toBeNull();
    // Fewer; and one that belongs before those that are folded.
    expect(foldFurther(before, events.slice(0, 2))).toBeNull();
    expect(foldFurther(foldIncident(UID, [first, ...rest]), [first, ...rest, second])).toBeNull();
  });

  it('gives the same value again for the same events, and never one of another incident', () => {
    const { events } = story('P1').add('noted');
    const one = foldKnown(UID, events);
    expect(foldKnown(UID, [...events].reverse().reverse())).toBe(one);
    expect(foldKnown('other', events)).toMatchObject({ uid: 'other' });
    expect(foldKnown(UID, [])).toMatchObject({ opened: null, recorded: [] });
  });
});
