import { describe, expect, it } from 'vitest';
import type { Outward } from '../../src/ports-outward.ts';
import { sendWaiting } from '../../src/tools/support/mirror.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { memorySurface, type SurfaceStand } from '../support/memory-surface.ts';
import { MINUTE_MS, outwardWorld } from '../support/outward-kit.ts';

const TEXT = 'Login fails for many users. We are on it.';
class Crash extends Error {}

/** A process that ends at the n-th thing it does to the outside, before or right after it; `count` says how many there are. */
function dying(deps: Deps, outward: Outward, at: number) {
  let count = 0;
  let isDead = false;
  const around =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      // Whatever the dead process still wants to do does not happen.
      if (isDead) throw new Crash();
      count += 1;
      if (count === at) {
        isDead = true;
        throw new Crash();
      }
      const result = await work(...args);
      count += 1;
      if (count === at) {
        isDead = true;
        throw new Crash();
      }
      return result;
    };
  const { outbox } = outward;
  const its: Deps = {
    ...deps,
    log: { ...deps.log, append: around(deps.log.append) },
    outward: async () => ({
      ...outward,
      outbox: { ...outbox, append: around(outbox.append) },
      surfaces: outward.surfaces.map((surface) => ({
        ...surface,
        open: around(surface.open),
        post: around(surface.post),
        refresh: around(surface.refresh),
      })),
    }),
  };
  return { its, points: () => count };
}

type Kind = 'chat' | 'page';
const stands: Record<Kind, () => SurfaceStand> = {
  chat: () => memorySurface({ service: 'slack' }),
  page: () => memorySurface({ service: 'statuspage', audience: 'public', mirrors: false, opens: 'message' }),
};

/** An update that is approved and queued, and nothing shown anywhere yet. */
async function queued(kind: Kind) {
  const stand = stands[kind]();
  stand.reachable(false);
  const world = await outwardWorld([stand], {
    settings: { slack: { channel: 'C1' }, statuspage: { page: 'p' } },
    policy: { post: { internal: 'none', public: 'word' } },
  });
  const audience = kind === 'page' ? 'public' : 'internal';
  const { data } = await world.call('post_update', { text: TEXT, audience });
  if (kind === 'page') await world.call('post_update', { plan_id: data.plan_id, approval: 'yes' });
  stand.reachable(true);
  world.clock.ms += 3 * MINUTE_MS;
  const outward = await world.deps.outward?.();
  if (!outward) throw new Error('nothing is connected');
  return { ...world, stand, outward, uid: (await world.incident()).uid };
}

async function pointsOf(kind: Kind): Promise<number> {
  const { deps, outward, uid } = await queued(kind);
  const { its, points } = dying(deps, outward, -1);
  await sendWaiting(uid, its);
  return points();
}

describe.each<Kind>(['chat', 'page'])('a %s, and a process that ends at any point', (kind) => {
  it('has the incident once and the message once in the end', async () => {
    const points = await pointsOf(kind);
    expect(points).toBeGreaterThanOrEqual(8);
    for (let at = 1; at <= points; at++) {
      const { stand, deps, outward, uid, clock, kinds } = await queued(kind);
      await sendWaiting(uid, dying(deps, outward, at).its).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      for (const minutes of [0, 3, 3]) {
        clock.ms += minutes * MINUTE_MS;
        await sendWaiting(uid, deps);
      }
      const what = `ended at point ${at} of ${points}`;
      expect(
        stand.shown.map(({ posts }) => posts.map(({ text }) => text)),
        what,
      ).toEqual([[TEXT]]);
      expect(await kinds('linked'), what).toHaveLength(1);
      expect(await kinds('update_posted'), what).toHaveLength(1);
    }
  }, 60_000);
});
