import { describe, expect, it } from 'vitest';
import { type Plan, planId } from '../../src/core/ship/plan.ts';
import { approvalOf, recordApproval } from '../../src/tools/support/approval.ts';
import {
  executionOf,
  planOf,
  plansOf,
  type StoredPlan,
  standingPlans,
} from '../../src/tools/support/plans.ts';
import { planWorld } from '../support/plan-world.ts';
import { FIX, MERGE, OLD, planWith } from '../support/plans.ts';

type World = Awaited<ReturnType<typeof planWorld>>;

const AGAIN = '4d'.repeat(20);
const yes = async (world: World, stored: StoredPlan) =>
  recordApproval(await world.incident(), stored, 'terminal', '', world.deps);
const find = async ({ deps, incident }: World, id: string, action: Plan['action'] = 'deploy') =>
  planOf(await incident(), id, action, deps);
const count = async ({ incident }: World) => (await incident()).recorded.length;

describe('a stored plan', () => {
  it('is a measured event, and its id names what the event holds', async () => {
    const world = await planWorld();
    const stored = await world.store();
    const event = (await world.incident()).recorded.find(({ id }) => id === stored.event);
    expect(event).toMatchObject({ kind: 'noted', basis: 'measured', data: { plan: stored.plan } });
    expect(stored.id).toBe(planId(stored.plan, world.deps.ids.sha256));
    expect(await find(world, ` ${stored.id.toUpperCase()} `)).toEqual({
      ...{ id: stored.id, plan: stored.plan, event: stored.event },
    });
    expect(stored.written?.events.map(({ id }) => id)).toEqual([stored.event]);
  });

  it('stays the same, approval and all, when nothing has moved', async () => {
    const world = await planWorld();
    const first = await world.store({
      ...{ ships: MERGE, verify: ['smoke', MERGE], notes: [`ships ${MERGE.slice(0, 10)}`] },
    });
    await yes(world, first);
    const before = await count(world);
    // Merged again a minute later: the objects have other names, and so do the commands that push them.
    const again = await world.store({
      moves: [{ ref: 'refs/heads/main', old: OLD, new: AGAIN }],
      commands: [['git', 'push', '--atomic', 'origin', `${AGAIN}:refs/heads/main`]],
      ...{ ships: AGAIN, verify: ['smoke', AGAIN], notes: [`ships ${AGAIN.slice(0, 10)}`] },
    });
    expect(again).toMatchObject({ id: first.id, event: first.event, plan: first.plan, written: null });
    expect(approvalOf(await world.incident(), again.id)).toBe('terminal');
    expect(await count(world)).toBe(before);
  });

  it('stays the same when only the commit that goes live under a tag was made again', async () => {
    const world = await planWorld();
    const tagged = (object: string, ships: string) => ({
      moves: [{ ref: 'refs/tags/v1.0.1', old: null, new: object }],
      ...{ tag: 'v1.0.1', ships, commands: [['./deploy.sh', ships]] },
    });
    const { id } = await world.store(tagged(MERGE, OLD));
    expect((await world.store(tagged(AGAIN, 'b7'.repeat(20)))).id).toBe(id);
  });

  const MOVED: [string, Partial<Plan>][] = [
    ['the remote branch', { moves: [{ ref: 'refs/heads/main', old: AGAIN, new: MERGE }] }],
    ['the target branch', { moves: [{ ref: 'refs/heads/live', old: OLD, new: MERGE }] }],
    ['the fix', { commit: AGAIN }],
    ['from a merge to the fix itself', { moves: [{ ref: 'refs/heads/main', old: OLD, new: FIX }] }],
    ['the remote', { remote: 'fork' }],
    ['the tag', { tag: 'v1.0.2' }],
    ['the files', { files: [{ path: 'src/login.js', change: 'deleted' }] }],
    ['the number of files', { file_count: 2 }],
    ['the command', { commands: [['./deploy.sh', '--all']] }],
    ['the verification', { verify: ['true'] }],
    ['what is skipped', { skips: ['staging'], override: { reason: 'no time' } }],
    ['the hooks', { skip_hooks: true }],
    ['what to weigh', { notes: ['production signs'] }],
  ];
  it.each(MOVED)('is replaced, and its approval with it, when this moved: %s', async (_what, change) => {
    const world = await planWorld();
    const first = await world.store();
    await yes(world, first);
    const next = await world.store(change);
    expect(next.id).not.toBe(first.id);
    expect(approvalOf(await world.incident(), next.id)).toBeNull();
    await expect(find(world, first.id)).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining(next.id),
    });
    expect((await find(world, next.id)).plan).toEqual(next.plan);
    expect(standingPlans(await world.incident(), world.deps).map(({ id }) => id)).toEqual([next.id]);
    // Back to what was approved once: a new plan all the same.
    const back = await world.store();
    expect(back.id).not.toBe(first.id);
    expect(approvalOf(await world.incident(), back.id)).toBeNull();
  });

  it('is not replaced by one of another action or target', async () => {
    const world = await planWorld();
    const plans = [
      await world.store(),
      await world.store({ action: 'backport' }),
      await world.store({ action: 'rollback', target: 'release' }),
      await world.store({ action: 'rollback', target: 'hotfix' }),
    ];
    expect(standingPlans(await world.incident(), world.deps).map(({ id }) => id)).toEqual(
      plans.map(({ id }) => id),
    );
    for (const { id, plan } of plans) expect((await find(world, id, plan.action)).id).toBe(id);
  });

  it('is not found under another id or for another action', async () => {
    const world = await planWorld();
    const { id } = await world.store();
    for (const [wrong, action] of [
      ['0123456789ab', 'deploy'],
      ['', 'deploy'],
      [id.slice(0, 8), 'deploy'],
      [id, 'rollback'],
    ] as const) {
      await expect(find(world, wrong, action)).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('of an earlier attempt is not for this one', async () => {
    const world = await planWorld();
    const { id } = await world.store();
    await world.append('rolled_back', { target: 'hotfix' });
    await expect(find(world, id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('earlier attempt'),
    });
    expect(standingPlans(await world.incident(), world.deps)).toEqual([]);
    expect((await world.store({ attempt: 2 })).id).not.toBe(id);
  });

  it('stands once when two are made at the same moment', async () => {
    const world = await planWorld();
    const [a, b] = await Promise.all([world.store(), world.store({ tag: 'v1.0.1' })]);
    const [only, none] = standingPlans(await world.incident(), world.deps);
    expect(none).toBeUndefined();
    expect([a?.id, b?.id]).toContain(only?.id);
  });

  it('names as many files as an event holds', async () => {
    const world = await planWorld();
    const files = Array.from({ length: 50 }, (_, n) => ({
      path: `${'長'.repeat(300)}/${n}`,
      change: 'added' as const,
    }));
    const { plan, id } = await world.store({ files, file_count: 50 });
    expect(plan.files.length).toBeGreaterThan(5);
    expect(plan.files).toEqual(files.slice(0, plan.files.length));
    expect(plan.file_count).toBe(50);
    expect((await world.store({ files, file_count: 50 })).id).toBe(id);
  });
});

describe('a plan that was carried out', () => {
  const carriedOut = async () => {
    const world = await planWorld();
    const stored = await world.store({ action: 'rollback', target: 'hotfix' });
    await yes(world, stored);
    await world.append('rolled_back', { target: 'hotfix', plan_id: stored.id });
    return { world, stored };
  };

  it('is found by whoever repeats the call, also in the next attempt and after a newer plan', async () => {
    const { world, stored } = await carriedOut();
    expect((await find(world, stored.id, 'rollback')).id).toBe(stored.id);
    expect(executionOf(await world.incident(), stored.id)).toMatchObject({ kind: 'rolled_back' });
    await world.store({ action: 'rollback', target: 'hotfix', tag: 'v9' });
    expect((await find(world, stored.id, 'rollback')).id).toBe(stored.id);
  });

  it('does not stand for the same thing done again, and neither does its approval', async () => {
    const world = await planWorld();
    const command = { way: 'command' as const, remote: null, moves: [], commands: [['./deploy.sh']] };
    const first = await world.store(command);
    await yes(world, first);
    await world.append('deployed', { environment: 'production', commit: FIX, plan_id: first.id });
    const second = await world.store(command);
    expect(second.id).not.toBe(first.id);
    expect(approvalOf(await world.incident(), second.id)).toBeNull();
    expect(executionOf(await world.incident(), second.id)).toBeNull();
    expect((await find(world, second.id)).id).toBe(second.id);
  });

  it('is one by a measured event of ours alone', async () => {
    const world = await planWorld();
    const { id } = await world.store();
    const data = { environment: 'production', commit: FIX, plan_id: id };
    await world.append('deployed', data, { basis: 'stated' });
    await world.append('deployed', data, { imported: true });
    await world.append('deployed', { ...data, plan_id: '0123456789ab' });
    expect(executionOf(await world.incident(), id)).toBeNull();
    await world.append('deployed', data);
    expect(executionOf(await world.incident(), id)).not.toBeNull();
  });
});

describe('a plan with something secret in it', () => {
  const TOKEN = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
  const secret = (): Partial<Plan> => ({
    files: [{ path: `mails/ana@example.com/${TOKEN}.txt`, change: 'added' }],
    commands: [['./deploy.sh', `--token=${TOKEN}`]],
  });

  it('is stored without it, under the id of what was stored, and is the same when it is made again', async () => {
    const world = await planWorld();
    const stored = await world.store(secret());
    expect(JSON.stringify(stored.plan)).not.toMatch(/ana@example\.com|ghp_/);
    expect(await world.deps.log.lines(world.uid)).not.toContain(TOKEN);
    expect(stored.id).toBe(planId(stored.plan, world.deps.ids.sha256));
    expect((await find(world, stored.id)).plan).toEqual(stored.plan);
    await yes(world, stored);
    const again = await world.store(secret());
    expect(again).toMatchObject({ id: stored.id, written: null });
    expect(approvalOf(await world.incident(), again.id)).toBe('terminal');
  });

  it('keeps its objects and refs as they are', async () => {
    const world = await planWorld();
    const { plan } = await world.store(secret());
    expect(plan.moves).toEqual(planWith().moves);
    expect(plan.commit).toBe(FIX);
  });
});

describe('what is no plan', () => {
  it.each([
    ['a stated event', { basis: 'stated' }],
    ['an imported event', { imported: true }],
  ] as const)('%s', async (_what, more) => {
    const world = await planWorld();
    const plan = planWith({ incident: world.uid });
    await world.append('noted', { plan }, more);
    await world.append('rollback_planned', { plan: { ...plan, action: 'rollback' } }, more);
    const incident = await world.incident();
    expect(plansOf(incident, world.deps)).toEqual([]);
    await expect(find(world, planId(plan, world.deps.ids.sha256))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('a published copy, with the approval in it', async () => {
    const world = await planWorld();
    const stored = await world.store();
    await yes(world, stored);
    expect(approvalOf(await world.incident(), stored.id)).toBe('terminal');
    const { deps, incident } = await world.published();
    expect(incident.recorded.some(({ kind, live }) => kind === 'approval_given' && !live)).toBe(true);
    expect(plansOf(incident, deps)).toEqual([]);
    expect(approvalOf(incident, stored.id)).toBeNull();
    expect(() => planOf(incident, stored.id, 'deploy', deps)).toThrow(/no deploy plan/);
  });

  it('a plan of a form that a log would not take', async () => {
    const world = await planWorld();
    await expect(world.store({ commit: 'main' })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(plansOf(await world.incident(), world.deps)).toEqual([]);
  });
});
