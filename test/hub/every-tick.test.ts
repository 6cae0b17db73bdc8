import { expect, it } from 'vitest';
import { createEveryTick } from '../../src/hub/every-tick.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { noTeam } from '../support/hub-kit.ts';
import { memorySurface } from '../support/memory-surface.ts';
import { outwardWorld } from '../support/outward-kit.ts';

const tickOf = (deps: Deps) =>
  createEveryTick({ ...noTeam, depsFor: async () => deps, env: {}, log: () => undefined });

it('shows what others have recorded', async () => {
  const stand = memorySurface();
  const { deps, call } = await outwardWorld([stand]);
  // A call of a process that is not connected.
  const event = { kind: 'cause_identified', text: 'The session cookie was renamed' };
  await call('record_timeline_event', event, { ...deps, outward: undefined });
  expect(stand.shown[0]?.draft).toMatchObject({ status: 'investigating' });
  const tick = tickOf(deps);
  await tick();
  expect(stand.shown[0]?.draft).toMatchObject({ status: 'identified' });
  await tick();
  expect(stand.writes).toEqual(['open', 'refresh']);
});

it('leaves what has ended alone, and looks again after a while', async () => {
  const stand = memorySurface();
  const { deps, call, incident } = await outwardWorld([stand]);
  const quiet = { ...deps, outward: undefined };
  const { uid } = await incident();
  await call(
    'record_timeline_event',
    { kind: 'cancelled', text: 'False alarm', reason: 'a broken probe' },
    quiet,
  );
  let reads = 0;
  const counting: Deps = {
    ...deps,
    log: {
      ...deps.log,
      read(one) {
        if (one === uid) reads += 1;
        return deps.log.read(one);
      },
    },
  };
  const tick = tickOf(counting);
  await tick();
  expect(stand.shown[0]?.draft).toMatchObject({ status: 'cancelled' });
  const first = reads;
  for (let i = 1; i < 20; i++) await tick();
  expect(reads).toBe(first);
  await tick();
  expect(reads).toBeGreaterThan(first);
});

it('a record that cannot be read stands in nobody’s way, and is told', async () => {
  const stand = memorySurface();
  const { deps, call } = await outwardWorld([stand]);
  const event = { kind: 'cause_identified', text: 'The session cookie was renamed' };
  await call('record_timeline_event', event, { ...deps, outward: undefined });
  const broken: Deps = {
    ...deps,
    log: {
      ...deps.log,
      uids: async () => ['01K00000000000000000000000', ...(await deps.log.uids())],
      read: async (uid) => {
        if (uid === '01K00000000000000000000000') throw new RangeError('damaged');
        return deps.log.read(uid);
      },
    },
  };
  await expect(tickOf(broken)()).rejects.toThrow('damaged');
  expect(stand.shown[0]?.draft).toMatchObject({ status: 'identified' });
});

it('does nothing where no service is named', async () => {
  const { deps } = await outwardWorld([]);
  const unused: Deps = {
    ...deps,
    outward: undefined,
    log: { ...deps.log, uids: () => Promise.reject(new Error()) },
  };
  await expect(tickOf(unused)()).resolves.toBeUndefined();
});
