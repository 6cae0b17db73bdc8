import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/ship/plan.ts';
import { HUB } from '../../src/hub/context.ts';
import { sendWaiting } from '../../src/tools/support/mirror.ts';
import { storePlan } from '../../src/tools/support/plans.ts';
import { planWith } from '../support/plans.ts';
import { slackHub } from '../support/slack-hub.ts';

async function asked(settings: Record<string, unknown> = {}, change: Partial<Plan> = {}) {
  const kit = await slackHub(settings);
  await kit.command('Users cannot log in');
  await kit.settled();
  const deps = await kit.context.depsFor(HUB);
  const store = async (more: Partial<Plan> = {}) => {
    const incident = await kit.one();
    const plan = planWith({ incident: incident.uid, ...change, ...more });
    const stored = await storePlan(
      incident,
      plan,
      { kind: 'noted', text: 'Planned', data: {}, evidence: [] },
      deps,
    );
    await sendWaiting(incident.uid, deps, { eager: true });
    return stored.id;
  };
  const id = await store();
  const message = async (plan = id) =>
    (await kit.thread()).find(({ blocks = [] }) => String(blocks[0]?.block_id).includes(`|ask/${plan}|`));
  const waiting = await message();
  if (!waiting) throw new Error('nothing is asked');
  kit.stand.forget();
  return { ...kit, deps, id, store, message, waiting };
}

const yes = async ({ one }: { one(): ReturnType<Awaited<ReturnType<typeof slackHub>>['one']> }) =>
  (await one()).recorded.filter(({ kind }) => kind === 'approval_given');

describe('approve', () => {
  it('is a yes by that person to that very plan, and takes the buttons away', async () => {
    const kit = await asked();
    await kit.press(kit.waiting, 'approve', 'ana');
    await kit.settled();
    expect(await yes(kit)).toMatchObject([
      {
        by: { name: 'Ana', kind: 'human', via: 'slack' },
        ...{ basis: 'measured', live: true },
        data: { strength: 'named', plan: kit.id, words: `button in Slack, member ${kit.stand.users.ana}` },
      },
    ]);
    expect(kit.whispers()).toEqual([
      ['ana', expect.stringMatching(/^Approved: plan [0-9a-f]{12} of hotfix-001/)],
    ]);
    const settled = await kit.message();
    expect(JSON.stringify(settled?.blocks)).toMatch(/Approved by Ana/);
    expect(JSON.stringify(settled?.blocks)).not.toContain('"button"');
  });

  it('twice is once', async () => {
    const kit = await asked();
    await Promise.all([kit.press(kit.waiting, 'approve', 'ana'), kit.press(kit.waiting, 'approve', 'ana')]);
    await kit.press(kit.waiting, 'approve', 'ana');
    await kit.settled();
    expect(await yes(kit)).toHaveLength(1);
  });

  it.each([
    ['somebody who is not in the list', {}, 'ben', /^You are not among those/],
    ['anybody when there is no list', { approvers: [] }, 'ana', /^Nobody may approve plans in Slack\./],
  ] as const)('of %s is refused to that person alone', async (_, settings, who, said) => {
    const kit = await asked(settings);
    for (const action of ['approve', 'decline'] as const) await kit.press(kit.waiting, action, who);
    await kit.settled();
    expect(kit.whispers()).toEqual([
      [who, expect.stringMatching(said)],
      [who, expect.stringMatching(said)],
    ]);
    expect(await yes(kit)).toEqual([]);
    expect(kit.stand.writes()).toEqual([]);
  });

  it('keeps to the list as it is at that moment', async () => {
    const kit = await asked();
    kit.set({ approvers: [kit.stand.users.ben] });
    await kit.press(kit.waiting, 'approve', 'ana');
    await kit.press(kit.waiting, 'approve', 'ben');
    await kit.settled();
    expect((await yes(kit)).map(({ by }) => by.name)).toEqual(['Ben']);
  });

  it('of a plan that was replaced is refused, and the newer one is asked about', async () => {
    const kit = await asked();
    const newer = await kit.store({ verify: ['true'] });
    await kit.press(kit.waiting, 'approve', 'ana');
    await kit.settled();
    expect(kit.whispers()).toEqual([['ana', expect.stringMatching(/^that plan no longer stands/)]]);
    expect(JSON.stringify((await kit.message())?.blocks)).toContain('no longer waits');
    expect(JSON.stringify((await kit.message(newer))?.blocks)).toContain('hotfix-pulse:approve');
    expect(await yes(kit)).toEqual([]);
  });

  it.each([
    ['an id that no plan has', 'ffffffffffff'],
    ['something that is no id', '<!channel>'],
  ])('with %s is refused', async (_, value) => {
    const kit = await asked();
    await kit.press(kit.waiting, 'approve', 'ana', value);
    await kit.settled();
    expect(kit.whispers()).toEqual([['ana', expect.stringMatching(/^the record has no such plan/)]]);
    expect(await yes(kit)).toEqual([]);
  });

  it('of a plan that was carried out says so', async () => {
    const kit = await asked();
    const { uid } = await kit.one();
    await kit.deps.log.append({
      incident: uid,
      by: HUB,
      drafts: [
        {
          ...{ kind: 'deployed', text: 'done', at_source: 'observed', basis: 'measured', evidence: [] },
          ...{ input_hash: 'h', data: { environment: 'production', commit: 'f1', plan_id: kit.id } },
        },
      ],
    });
    await kit.press(kit.waiting, 'approve', 'ana');
    await kit.settled();
    expect(kit.whispers()).toEqual([['ana', expect.stringMatching(/^that plan was carried out already/)]]);
    expect(JSON.stringify((await kit.message())?.blocks)).toContain('Carried out');
  });

  it('reads the plan from the record, not from the message', async () => {
    const kit = await asked();
    const forged = JSON.parse(JSON.stringify(kit.waiting).replaceAll('refs/heads/main', 'refs/heads/evil'));
    await kit.press(forged, 'approve', 'ana');
    await kit.settled();
    expect((await yes(kit))[0]?.data).toMatchObject({ plan: kit.id });
    expect(JSON.stringify(await kit.one())).not.toContain('evil');
  });
});

describe('decline', () => {
  it('is a note by that person and says what next; the plan can still be approved', async () => {
    const kit = await asked();
    for (let i = 0; i < 2; i++) await kit.press(kit.waiting, 'decline', 'ana');
    await kit.settled();
    const noted = (await kit.one()).recorded.filter(({ text }) => text.includes('declined'));
    expect(noted).toMatchObject([{ kind: 'noted', by: { name: 'Ana', via: 'slack' } }]);
    expect(kit.whispers()[0]?.[1]).toMatch(/^Declined: plan .* have another plan made\.$/);
    const after = await kit.message();
    expect(JSON.stringify(after?.blocks)).toContain('Declined by Ana');
    if (after) await kit.press(after, 'approve', 'ana');
    await kit.settled();
    expect(await yes(kit)).toHaveLength(1);
  });
});
