import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { gate, item } from '../../src/core/gates.ts';
import { NEEDS } from '../../src/core/ship/policy.ts';
import { checkShipGate, debtDrafts, needWith, skipsFor } from '../../src/tools/support/ship-gate.ts';
import { stubDeps } from '../support/mcp-stubs.ts';
import { planWith } from '../support/plans.ts';

const deps = { ...stubDeps('/r'), ids: systemIds };
const shut = gate('deploy', [
  item('severity', true, 'set it', 'person'),
  item('staging', false, 'try it in staging', 'person'),
  item('checks_green', false, 'run the checks', 'person'),
  item('approval', false, 'get a yes', 'person'),
]);
const open = gate('deploy', [item('approval', false, 'get a yes', 'person')]);

describe('what a plan passes over', () => {
  it('is what is missing, with a reason; never the approval', () => {
    expect(skipsFor(shut, { override_reason: ' no\n time ' }, '2026-03-03')).toEqual({
      ...{ skips: ['staging', 'checks_green'], override: { reason: 'no time', until: '2026-03-03' } },
    });
    expect(skipsFor(shut, { override_reason: 'no time' }, undefined).override).toEqual({ reason: 'no time' });
  });

  it.each([undefined, '', ' \n '])('is nothing for the reason %j', (reason) => {
    expect(skipsFor(shut, { override_reason: reason }, '2026-03-03')).toEqual({ skips: [] });
  });

  it('is nothing when nothing is missing, whatever reason is given', () => {
    expect(skipsFor(open, { override_reason: 'no time' }, '2026-03-03')).toEqual({ skips: [] });
  });

  it('has a reason that can be read before somebody says yes', () => {
    const { override } = skipsFor(shut, { override_reason: 'x'.repeat(5_000) }, undefined);
    expect(override?.reason.length).toBeLessThanOrEqual(300);
  });
});

describe('the gate before a plan is carried out', () => {
  it('is shut for what is missing and not passed over', () => {
    expect(() => checkShipGate(shut, planWith({ skips: ['staging'] }))).toThrow(
      expect.objectContaining({
        code: 'gate_closed',
        message: 'the deploy gate is closed: checks_green',
        hint: expect.stringContaining('run the checks. If the user decides'),
        details: { gate: 'deploy', missing: [{ id: 'checks_green', todo: 'run the checks' }] },
      }),
    );
    expect(() => checkShipGate(shut, planWith())).toThrow(/staging, checks_green/);
  });

  it('lets pass what the plan passes over; the approval is asked for apart', () => {
    expect(() => checkShipGate(shut, planWith({ skips: ['staging', 'checks_green'] }))).not.toThrow();
    expect(() => checkShipGate(open, planWith())).not.toThrow();
  });
});

describe('the yes for it', () => {
  it("is never the user's quoted word where something is passed over", () => {
    for (const need of NEEDS) {
      expect(needWith(planWith(), need)).toBe(need);
      const more = need === 'word' ? 'terminal' : need;
      expect(needWith(planWith({ skips: ['staging'] }), need)).toBe(more);
      expect(needWith(planWith({ skip_hooks: true }), need)).toBe(more);
    }
  });
});

describe('the debts of a plan', () => {
  it('are what was overridden, and apart from it what the severity lets pass', () => {
    const plan = planWith({
      ...{ skips: ['checks_green'], skip_hooks: true },
      override: { reason: 'no time', until: '2026-03-03' },
    });
    const also = { missing: ['staging'], reason: 'confirmed P0' };
    expect(debtDrafts(shut, plan, also, deps)).toMatchObject([
      {
        ...{ kind: 'gate_overridden', basis: 'measured' },
        text: 'The deploy gate was passed without: checks_green, hooks',
        data: {
          ...{ gate: 'deploy', missing: ['checks_green', 'hooks'], reason: 'no time', until: '2026-03-03' },
        },
      },
      { data: { gate: 'deploy', missing: ['staging'], reason: 'confirmed P0' } },
    ]);
  });

  it('are none without anything passed over', () => {
    expect(debtDrafts(open, planWith(), null, deps)).toEqual([]);
    expect(debtDrafts(open, planWith(), { missing: [], reason: 'confirmed P0' }, deps)).toEqual([]);
  });

  it('name hooks that were passed over without an override', () => {
    const [draft] = debtDrafts(open, planWith({ skip_hooks: true }), null, deps);
    expect(draft?.data).toEqual({ gate: 'deploy', missing: ['hooks'], reason: 'skip_hooks' });
  });
});
