import { describe, expect, it } from 'vitest';
import { createLook } from '../../src/hub/board-look.ts';
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
  const stamps = async (watched: string[] = []) =>
    (await look.all(deps, new Set(watched))).map(({ stamp }) => stamp);
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
    const { stamps, append, uid, reads, clock } = await world();
    await append('cancelled', { reason: 'false alarm' });
    await stamps();
    reads.length = 0;
    for (let i = 0; i < 10; i++) await stamps();
    expect(reads).toEqual([]);
    await append('reopened', { reason: 'it is back' });
    await stamps([uid]);
    expect(reads).toEqual([uid]);
    await append('cancelled', { reason: 'false alarm' });
    await stamps();
    reads.length = 0;
    clock.ms += 10_000;
    await stamps();
    expect(reads).toEqual([uid]);
  });

  it('asks an index where there is one, and reads nothing that is over', async () => {
    const { deps, uid, look, reads } = await world();
    const over = String(
      (await callTool(createHotfixTask, { description: 'Old', severity: 'P3' }, deps)).data.uid,
    );
    const asked: string[] = [];
    const say = (name: string, uids: string[]) => async () => {
      asked.push(name);
      return uids;
    };
    const index = {
      ...{ open: say('open', [uid]), owing: say('owing', []), withNumber: say('withNumber', [uid]) },
      ...{ withSlug: say('withSlug', []), inOrder: say('inOrder', []) },
    };
    const log: Deps['log'] = { ...deps.log, index, uids: say('uids', []) };
    reads.length = 0;
    const seen = async (watched: string[] = []) =>
      (await look.all({ ...deps, log }, new Set(watched))).map(({ incident }) => incident.uid);
    expect(await seen()).toEqual([uid]);
    expect(new Set(reads)).toEqual(new Set([uid]));
    expect(asked).toEqual(['open', 'owing', 'withNumber']);
    expect(await seen([over])).toEqual([uid, over]);
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
      const labels = (await look.all({ ...deps, log })).map(({ incident }) => incident.label);
      expect(labels).toEqual(['hotfix-001', 'hotfix-001 (b)']);
    }
  });
});
