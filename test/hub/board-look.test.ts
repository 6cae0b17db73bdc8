import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/core/events.ts';
import { createLook } from '../../src/hub/board-look.ts';
import type { IncidentIndex } from '../../src/ports.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import { callTool } from '../../src/tools/support/call.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { planWorld } from '../support/plan-world.ts';

async function world() {
  const kit = await planWorld();
  const reads: string[] = [];
  const clock = { ms: 0 };
  const { index: _index, ...plain } = kit.deps.log;
  const deps: Deps = {
    ...kit.deps,
    log: {
      ...plain,
      read(uid) {
        reads.push(uid);
        return kit.deps.log.read(uid);
      },
    },
  };
  const look = createLook(() => clock.ms);
  const stamps = async () => (await look.list(deps)).now.map(({ stamp }) => stamp);
  return { ...kit, deps, reads, clock, look, stamps };
}

describe('a look', () => {
  it('has another stamp when something was recorded, and the same otherwise', async () => {
    const { stamps, append } = await world();
    const before = await stamps();
    expect(await stamps()).toEqual(before);
    await append('noted', {});
    expect(await stamps()).not.toEqual(before);
  });

  it('finds a new incident within a second, or at once when it is told to', async () => {
    const { look, stamps, deps, clock } = await world();
    const open = (description: string) => callTool(createHotfixTask, { description, severity: 'P2' }, deps);
    expect(await stamps()).toHaveLength(1);
    await open('Invoices are made twice');
    expect(await stamps()).toHaveLength(1);
    clock.ms += 1_000;
    expect(await stamps()).toHaveLength(2);
    await open('Search finds nothing');
    look.forget();
    expect(await stamps()).toHaveLength(3);
  });

  it('leaves what has ended alone for a while, unless somebody looks at it', async () => {
    const { stamps, append, uid, reads, clock, look, deps } = await world();
    await append('cancelled', { reason: 'false alarm' });
    await stamps();
    reads.length = 0;
    for (let i = 0; i < 10; i++) await stamps();
    expect(reads).toEqual([]);
    await append('reopened', { reason: 'it is back' });
    await look.only([uid], deps);
    expect(reads).toEqual([uid]);
    await append('cancelled', { reason: 'false alarm' });
    await stamps();
    reads.length = 0;
    clock.ms += 10_000;
    await stamps();
    expect(reads).toEqual([uid]);
  });

  it('tells twins apart once, however often it looks', async () => {
    const { deps, uid } = await world();
    const twin = '01K00000000000000000000000';
    const log: Deps['log'] = {
      ...deps.log,
      uids: async () => [uid, twin],
      read: () => deps.log.read(uid),
    };
    const look = createLook(() => 0);
    for (let i = 0; i < 3; i++) {
      const labels = (await look.list({ ...deps, log })).now.map(({ incident }) => incident.label);
      expect(labels).toEqual(['hotfix-001', 'hotfix-001 (b)']);
    }
  });
});

/** One open incident after so many that are over, in a log that counts what it is asked. */
async function longHistory(count: number) {
  const { deps, uid } = await planWorld();
  const { events } = await deps.log.read(uid);
  const [first] = events;
  if (first?.kind !== 'opened') throw new Error('an incident begins with its opening');
  const over = Array.from({ length: count }, (_, at) => `01A${String(at).padStart(23, '0')}`);
  const told = (incident: string): RecordedEvent[] => {
    const at = over.indexOf(incident);
    if (at < 0) return [];
    const own = { ...first, incident, id: `${incident.slice(0, 25)}1` };
    const last = { ...own, id: `${incident.slice(0, 25)}2`, kind: 'cancelled' as const };
    return [
      { ...own, data: { ...first.data, number: at + 2, title: `Number ${at + 2}` } },
      { ...last, data: { reason: 'false alarm' } },
    ];
  };
  const asked: string[] = [];
  const index: IncidentIndex = {
    open: async () => [uid],
    owing: async () => [],
    withNumber: async (numbers) => numbers.flatMap((one) => (one === 1 ? uid : (over[one - 2] ?? []))),
    withSlug: async () => [],
    async inOrder() {
      asked.push('inOrder');
      return over;
    },
  };
  const log: Deps['log'] = {
    ...deps.log,
    index,
    uids: async () => {
      throw new Error('nobody asks for all of them');
    },
    async read(wanted) {
      asked.push(wanted);
      return wanted === uid ? { uid, events, damage: [] } : { uid: wanted, events: told(wanted), damage: [] };
    },
  };
  const clock = { ms: 0 };
  return { deps: { ...deps, log }, uid, over, asked, clock, look: createLook(() => clock.ms) };
}

describe('what a look costs', () => {
  it('is the same after ten thousand that are over as after a hundred', async () => {
    const costs = await Promise.all(
      [100, 10_000].map(async (count) => {
        const { look, deps, asked, clock } = await longHistory(count);
        const costOf = async (work: () => Promise<unknown>): Promise<number> => {
          asked.length = 0;
          await work();
          return asked.length;
        };
        const first = await costOf(() => look.list(deps));
        const again = await costOf(() => look.list(deps));
        clock.ms += 1_000;
        const later = await costOf(() => look.list(deps));
        return [first, again, later];
      }),
    );
    const [few, many] = costs;
    expect(many).toEqual(few);
    // The open one, the ten that ended last, and where these stand; then the open one alone.
    expect(few?.[0]).toBeLessThanOrEqual(2 * 11 + 1);
    expect(few?.slice(1)).toEqual([1, 1]);
  });

  it('is one incident for the page of one', async () => {
    const { look, deps, asked, over, uid } = await longHistory(10_000);
    const [old = ''] = over.slice(5_000);
    expect((await look.only([old], deps)).map(({ incident }) => incident.label)).toEqual(['hotfix-5002']);
    expect(new Set(asked)).toEqual(new Set([old]));
    asked.length = 0;
    await look.only([uid], deps);
    expect(new Set(asked)).toEqual(new Set([uid]));
    expect(await look.only(['01B00000000000000000000000'], deps)).toEqual([]);
  });

  it('is one page for a page of the history, to its end', async () => {
    const { look, deps, asked, over } = await longHistory(120);
    const numbers: number[] = [];
    let before: string | null = null;
    for (let page = 0; page < 3; page++) {
      asked.length = 0;
      const { shown, older }: Awaited<ReturnType<typeof look.ended>> = await look.ended(before, 50, deps);
      expect(new Set(asked.filter((one) => one !== 'inOrder')).size).toBe(shown.length);
      numbers.push(...shown.map(({ incident }) => incident.number));
      before = older;
    }
    expect(before).toBeNull();
    expect(numbers).toEqual(over.map((_, at) => at + 2).reverse());
    expect(await look.ended('01B00000000000000000000000', 50, deps)).toEqual({ shown: [], older: null });
  });

  it('shows the last ten that have ended, the newest first, and whether there are more', async () => {
    const { look, deps, over } = await longHistory(11);
    const { now, ended, hasMore } = await look.list(deps);
    expect(now.map(({ incident }) => incident.number)).toEqual([1]);
    expect(ended.map(({ incident }) => incident.uid)).toEqual(over.slice(1).reverse());
    expect(hasMore).toBe(true);
    const few = await longHistory(10);
    expect(await few.look.list(few.deps)).toMatchObject({ hasMore: false, ended: { length: 10 } });
  });
});
