import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { type Entry, eventOf, faultsOf, type Reader } from './hub-chaos-check.ts';
import { type CallHub, readAll, runClient, seeded, type Told } from './hub-chaos-client.ts';
import { newUid } from './log-kit.ts';

/** The checker of the chaos runs is worth as much as what it finds: hubs with one fault each, and none. */

interface Fault {
  /** Says yes and keeps nothing. */
  forgets?: (n: number) => boolean;
  /** Keeps it twice. */
  doubles?: (n: number) => boolean;
  /** Keeps the first line of several only. */
  tears?: (n: number) => boolean;
  /** Names another event than the one that it keeps. */
  confuses?: (n: number) => boolean;
  /** Leaves the latest out when asked. */
  lags?: (n: number) => boolean;
  /** Puts it in front of what is there. */
  jumps?: (n: number) => boolean;
  refuses?: (n: number) => boolean;
}

const AT = Date.parse('2026-11-20T14:00:00Z');

/** A record in memory behind a call that loses answers, with a planted fault. */
function hub(fault: Fault, seed: number) {
  const random = seeded(seed);
  const lines = new Map<string, string[]>();
  const kept = new Map<string, string>();
  let last: string | null = null;
  let count = 0;
  const store = (incident: string, key: string, text: string, isFirst = false): string => {
    last = systemIds.ulid(AT, last);
    // An id from long before.
    const id = isFirst ? systemIds.ulid(AT - 1e9 + count, null) : last;
    const recorded = new Date(AT).toISOString();
    const line = JSON.stringify({
      ...{ v: 1, id, incident, kind: 'noted', at: recorded, recorded_at: recorded, at_source: 'observed' },
      ...{ by: { name: 'c', kind: 'agent' }, text, data: {}, evidence: [], basis: 'stated', key },
      ...{ input_hash: '', writer: 'w', seq: 0, prev: null },
    });
    lines.set(incident, [...(lines.get(incident) ?? []), line]);
    return id;
  };
  const idsIn = (incident: string) => (lines.get(incident) ?? []).flatMap(eventOf).map(({ id }) => id);

  const call: CallHub = async (name, args, timeoutMs): Promise<Told> => {
    const { incident, text, idempotency_key: key, also = [], after } = Object(args);
    await new Promise((done) => setTimeout(done, random()));
    count += 1;
    const is = (planted: ((n: number) => boolean) | undefined) => planted?.(count) === true;
    if (name === 'get_incident') {
      const ids = idsIn(incident)
        .toSorted()
        .filter((id) => id > after);
      return {
        kind: 'answered',
        data: { events: is(fault.lags) ? ids.slice(0, -1) : ids, more_after: null },
      };
    }
    if (is(fault.refuses)) return { kind: 'refused', why: 'invalid_input' };
    if (random() < 0.1) return { kind: 'unknown', why: 'lost on the way' };
    const before = kept.get(key);
    const id = before ?? (is(fault.forgets) ? systemIds.ulid(AT, last) : '');
    if (id === '') {
      const first = store(incident, `${key}/0`, text, is(fault.jumps));
      kept.set(key, first);
      if (!is(fault.tears)) for (const [i, line] of also.entries()) store(incident, `${key}/${i + 1}`, line);
      if (is(fault.doubles)) store(incident, `${key}/0`, text);
    }
    if (random() < 0.1 || timeoutMs < 20) return { kind: 'unknown', why: 'answer lost' };
    const event = is(fault.confuses) ? (idsIn(incident)[0] ?? '') : (kept.get(key) ?? id);
    return { kind: 'answered', data: { event } };
  };
  const reader = (name: string): Reader => ({
    name,
    incidents: new Map(
      [...lines].map(([uid, all]) => {
        const events = [...new Map(all.flatMap(eventOf).map((event) => [event.id, event])).values()];
        return [uid, { lines: all, events, damage: 0 }] as const;
      }),
    ),
  });
  return { call, reader };
}

async function play(fault: Fault = {}, seed = 7) {
  const entries: Entry[] = [];
  const { call, reader } = hub(fault, seed);
  const incidents = [newUid(AT), newUid(AT + 1)];
  const write = (entry: Entry): void => void entries.push(entry);
  let calls = 0;
  const clients = [0, 1, 2, 3].map((i) =>
    runClient({
      ...{ name: `c${i}`, incidents, call, random: seeded(seed + i), write, patienceMs: 1_000, pauseMs: 1 },
      isOver: () => ++calls > 200,
    }),
  );
  await Promise.all(clients);
  await readAll({ name: 'end', incidents, call, write });
  return { entries, readers: [reader('one'), reader('two')] };
}

const kindsOf = (faults: readonly string[]): string[] => [
  ...new Set(faults.map((fault) => fault.split(':')[0] ?? '')),
];

describe('the checker of chaos runs', () => {
  it('finds nothing where nothing is wrong, whatever answers were lost', async () => {
    const { entries, readers } = await play();
    expect(entries.filter(({ outcome }) => outcome === 'unknown').length).toBeGreaterThan(10);
    expect(entries.filter(({ op }) => op === 'read').length).toBeGreaterThan(20);
    expect(faultsOf(entries, readers)).toEqual([]);
  });

  it.each<[string, Fault, string]>([
    ['acknowledges before it writes, once', { forgets: (n) => n === 30 || n === 31 || n === 32 }, 'lost'],
    ['writes a line twice', { doubles: (n) => n >= 40 && n < 45 }, 'doubled'],
    ['writes a call in part', { tears: (n) => n > 40 }, 'lost'],
    ['answers with another event', { confuses: (n) => n > 40 && n < 60 }, 'other answer'],
    ['shows less than it has acknowledged', { lags: (n) => n > 40 && n < 100 }, 'vanished'],
    ['puts a late event in front', { jumps: (n) => n > 40 && n < 50 }, 'order'],
    ['refuses a call that is right', { refuses: (n) => n >= 40 && n < 60 }, 'refused'],
  ])('finds a hub that %s', async (_what, fault, expected) => {
    const { entries, readers } = await play(fault);
    expect(kindsOf(faultsOf(entries, readers))).toContain(expected);
  });

  it('finds readers that do not agree, and damage', async () => {
    const { entries, readers } = await play();
    const [one, two] = readers;
    if (one === undefined || two === undefined) throw new Error('two readers');
    const [uid, all] = [...two.incidents][0] ?? [];
    if (uid === undefined || all === undefined) throw new Error('an incident');
    const changed = (change: Partial<typeof all>): Reader[] => [
      one,
      { ...two, incidents: new Map([...two.incidents, [uid, { ...all, ...change }]]) },
    ];
    const [first, ...others] = all.events;
    const edited = first ? [{ ...first, text: 'Something else' }, ...others] : [];
    expect(kindsOf(faultsOf(entries, changed({ events: edited })))).toEqual(['differs']);
    expect(kindsOf(faultsOf(entries, changed({ damage: 1 })))).toEqual(['damage']);
    expect(kindsOf(faultsOf(entries, changed({ events: others, lines: all.lines.slice(1) })))).toEqual(
      expect.arrayContaining(['lost', 'gone', 'differs']),
    );
    expect(kindsOf(faultsOf(entries.slice(0, -30), readers))).toContain('phantom');
  });
});
