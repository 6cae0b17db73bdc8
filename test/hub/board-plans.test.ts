import { describe, expect, it } from 'vitest';
import { planCode } from '../../src/core/ship/plan.ts';
import type { PolicySettings } from '../../src/core/ship/policy.ts';
import type { Visitor } from '../../src/hub/board-access.ts';
import { actOn } from '../../src/hub/board-act.ts';
import { plansHere } from '../../src/hub/board-plans.ts';
import { plansOf, standingPlans } from '../../src/tools/support/plans.ts';
import { memorySurface } from '../support/memory-surface.ts';
import { outwardWorld } from '../support/outward-kit.ts';
import { incidentOf, lines, production } from '../support/rollback-kit.ts';

const ANA: Visitor = {
  ...{ actor: { name: 'Ana', kind: 'human', via: 'hub token' }, csrf: 'x' },
  ...{ write: true, approve: 'named', proof: 'token 1' },
};

async function posts(wanted: { policy?: PolicySettings; drill?: boolean } = {}) {
  const github = memorySurface();
  const kit = await outwardWorld([github], { settings: { github: {} }, ...wanted });
  const deps = { ...kit.deps, actor: ANA.actor };
  const { uid } = await kit.incident();
  const act = async (body: Record<string, unknown>, visitor = ANA) =>
    (await actOn({ incident: uid, ...body }, visitor, deps)).body;
  const plans = async () =>
    standingPlans(await kit.incident(), deps).filter(({ plan }) => plan.action === 'post');
  return { ...kit, deps, github, act, plans };
}

describe('a draft', () => {
  it('is planned, approved and posted once, each by its own step', async () => {
    const { act, plans, deps, github, kinds } = await posts();
    const draft = await act({ act: 'draft', audience: 'internal' });
    expect(draft).toMatchObject({ ok: true, plan_for: 'internal' });
    const before = github.writes.length;
    expect(await act({ act: 'plan_post', audience: 'internal' })).toMatchObject({
      ...{ ok: true, text: expect.stringContaining('nothing was posted') },
    });
    const [stored] = await plans();
    if (!stored) throw new Error('no plan was made');
    expect(stored.plan).toMatchObject({ action: 'post', audience: 'internal' });
    expect(await act({ act: 'post', plan: stored.id })).toMatchObject({
      ...{ ok: false, text: expect.stringContaining('not approved') },
    });
    expect(github.writes.length).toBe(before);
    const code = planCode(stored.plan, deps.ids.sha256);
    expect(await act({ act: 'approve', plan: stored.id, code })).toMatchObject({ ok: true });
    for (let i = 0; i < 2; i++)
      expect(await act({ act: 'post', plan: stored.id })).toMatchObject({ ok: true, text: 'Posted.' });
    expect(await kinds('update_posted')).toMatchObject([{ data: { plan_id: stored.id } }]);
  });

  it('is not planned where it would be posted at once, in a rehearsal, or by whoever only reads', async () => {
    const free = await posts({ policy: { post: { internal: 'none' } } });
    expect(await free.act({ act: 'draft', audience: 'internal' })).not.toHaveProperty('plan_for');
    expect(await free.act({ act: 'plan_post', audience: 'internal' })).toMatchObject({ ok: false });
    const drill = await posts({ drill: true });
    expect(await drill.act({ act: 'draft', audience: 'internal' })).not.toHaveProperty('plan_for');
    expect(await drill.act({ act: 'plan_post', audience: 'internal' })).toMatchObject({ ok: false });
    const kit = await posts();
    const reads = { ...ANA, write: false, approve: null };
    for (const body of [
      { act: 'plan_post', audience: 'internal' },
      { act: 'plan_rollback' },
      { act: 'post', plan: 'x' },
    ])
      expect((await kit.act(body, reads)).text).toContain('You may look');
    for (const one of [free, drill, kit]) {
      expect(await one.plans()).toEqual([]);
      expect(await one.kinds('update_posted')).toEqual([]);
    }
  });
});

describe('a rollback', () => {
  it('is planned from the board, changes nothing, and waits there', async () => {
    const repo = production();
    const bad = repo.change('feat: one', { 'app.txt': lines('app', { 2: 'bad' }) });
    repo.git(['tag', '-a', 'v1.1.0', '-m', 'release']);
    repo.push();
    const { deps, incident } = await incidentOf(repo);
    const { uid } = await incident();
    const got = await actOn({ act: 'plan_rollback', incident: uid, target: 'release' }, ANA, deps);
    expect(got.body).toMatchObject({ ok: true, text: expect.stringContaining('nothing was changed') });
    const [stored] = plansOf(await incident(), deps);
    expect(stored?.plan).toMatchObject({ action: 'rollback', target: 'release' });
    expect(repo.git(['ls-remote', repo.bare, 'refs/heads/main'])).toContain(bad);
    const range = 'no such..range';
    expect((await actOn({ act: 'plan_rollback', incident: uid, range }, ANA, deps)).body.ok).toBe(false);
  });

  it('is not offered where there is no clone', async () => {
    const { deps, incident } = await posts();
    expect(plansHere(await incident(), deps)).toEqual({ rollback: false, post: true });
    expect(plansHere({ drill: true }, { ...deps, outward: undefined })).toEqual({
      rollback: false,
      post: false,
    });
  });
});
