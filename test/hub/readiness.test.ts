import { expect, it, vi } from 'vitest';
import { createReadiness } from '../../src/hub/readiness.ts';
import type { EventLog } from '../../src/ports.ts';
import { createDeps } from '../../src/wire.ts';
import { tempRepo } from '../support/repo.ts';

async function readinessOf(more: Partial<EventLog>, limitMs?: number): Promise<() => Promise<boolean>> {
  const { root } = tempRepo({ commits: 1 });
  const wired = await createDeps({ root, actor: { name: 'test', kind: 'system' }, env: {} });
  const deps = { ...wired, log: { ...wired.log, ...more } };
  return createReadiness({ depsFor: async () => deps }, limitMs);
}

const away = (): Promise<never> => Promise.reject(new Error('postgres://secret'));
const index = (open: () => Promise<string[]>): Pick<EventLog, 'index'> => {
  const none = async (): Promise<string[]> => [];
  return { index: { open, owing: none, withNumber: none, withSlug: none, inOrder: none } };
};

it('a record on this machine is ready while it can be read', async () => {
  expect(await (await readinessOf({}))()).toBe(true);
  expect(await (await readinessOf({ uids: away }))()).toBe(false);
});

it('a record elsewhere is ready while nothing stands in the way, and comes back by itself', async () => {
  let isAway = false;
  const check = vi.fn(async () => (isAway ? away() : undefined));
  // Reading every incident would be too much to ask every few seconds.
  const ready = await readinessOf({ check, uids: away });
  expect(await ready()).toBe(true);
  isAway = true;
  expect(await ready()).toBe(false);
  isAway = false;
  expect(await ready()).toBe(true);
  expect(check).toHaveBeenCalledTimes(3);
});

it('what was found a while ago is not enough: the record is asked now', async () => {
  expect(await (await readinessOf({ check: async () => undefined, ...index(away) }))()).toBe(false);
});

it('does not wait longer than whoever asks, and asks a silent record once, however many ask', async () => {
  let come: () => void = () => undefined;
  const check = vi.fn(
    () =>
      new Promise<void>((done) => {
        come = done;
      }),
  );
  const ready = await readinessOf({ check }, 20);
  expect(await Promise.all([ready(), ready(), ready()])).toEqual([false, false, false]);
  expect(await ready()).toBe(false);
  expect(check).toHaveBeenCalledTimes(1);
  come();
  await vi.waitFor(async () => {
    const asked = ready();
    come();
    expect(await asked).toBe(true);
  }, 8_000);
});
