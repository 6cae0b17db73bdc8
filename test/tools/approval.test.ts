import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../../src/core/events.ts';
import { planCode, planTitle } from '../../src/core/ship/plan.ts';
import { NEEDS, type Need } from '../../src/core/ship/policy.ts';
import type { ApprovalAnswer, ApprovalRequest } from '../../src/ports-ship.ts';
import { approvalOf, howToApprove, needApproval, recordApproval } from '../../src/tools/support/approval.ts';
import type { StoredPlan } from '../../src/tools/support/plans.ts';
import type { Deps } from '../../src/tools/tool.ts';
import { planWorld } from '../support/plan-world.ts';

// Only the waiting stands still; files and processes do not.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const BEN: Actor = { name: 'Ben', kind: 'human', via: 'elicitation' };
const YES: ApprovalAnswer = { answer: 'yes', strength: 'elicitation', by: BEN };
const TOKEN = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 10_000 && !(await isSo()); turn++)
    await new Promise((done) => setImmediate(done));
  expect(await isSo()).toBe(true);
}

/** Nobody answers for as long as a call waits. */
const nobody = (): void => {
  vi.advanceTimersByTime(40_000);
};

/** A stored plan, and a dialog that the test answers. */
async function asking(change: Parameters<Awaited<ReturnType<typeof planWorld>>['store']>[0] = {}) {
  const world = await planWorld();
  const stored = await world.store(change);
  const requests: ApprovalRequest[] = [];
  const open: { answer(said: ApprovalAnswer): void; fail(error: Error): void }[] = [];
  const ask = (request: ApprovalRequest) =>
    new Promise<ApprovalAnswer>((answer, fail) => {
      requests.push(request);
      open.push({ answer, fail });
    });
  const deps: Deps = { ...world.deps, approvals: { ask } };
  return {
    ...{ ...world, stored, requests, open, deps },
    /** Calls with the incident as it is now, like a tool. */
    need: async (need: Need, words?: string, more: Partial<Deps> = {}, plan: StoredPlan = stored) =>
      needApproval(await world.incident(), plan, need, words, { ...deps, ...more }),
    /** The same without anybody who can be asked. */
    async alone(need: Need, words?: string) {
      return needApproval(await world.incident(), stored, need, words, world.deps);
    },
    /** Until so many dialogs have been opened. */
    dialog: (count = 1) => until(() => open.length === count),
    /** Until so many calls wait for an answer. */
    waiting: (count: number) => until(() => vi.getTimerCount() === count),
    given: async () =>
      (await world.incident()).recorded.flatMap((event) => (event.kind === 'approval_given' ? [event] : [])),
  };
}

it.each(NEEDS)('a rehearsal is never approved into being carried out, need %s', async (need) => {
  const one = await asking();
  await recordApproval(await one.incident(), one.stored, 'review', '', one.deps);
  const drill = { ...(await one.incident()), drill: true };
  await expect(needApproval(drill, one.stored, need, 'yes', one.deps)).rejects.toMatchObject({
    code: 'unsafe',
  });
  expect(one.requests).toEqual([]);
});

describe("the user's word", () => {
  it('is quoted by the agent, recorded once, and stands for the next call', async () => {
    const one = await asking();
    expect(await one.need('word', '  yes,\n roll it back ')).toBe('word');
    expect(await one.need('word')).toBe('word');
    expect(await one.need('word', 'yes, please')).toBe('word');
    const [event, ...more] = await one.given();
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      ...{ basis: 'measured', by: { kind: 'agent', name: 'test-agent' } },
      text: `Deploy the hotfix to production: plan ${one.stored.id} approved (word): "yes, roll it back"`,
      data: { strength: 'word', plan: one.stored.id, words: 'yes, roll it back' },
    });
    expect(one.requests).toEqual([]);
  });

  it('is one yes when two calls quote it differently at once', async () => {
    const one = await asking();
    expect(await Promise.all([one.need('word', 'yes'), one.need('word', 'go ahead')])).toEqual([
      'word',
      'word',
    ]);
    expect(await one.given()).toHaveLength(1);
  });

  it('is stored without secrets, and not longer than a sentence or two', async () => {
    const one = await asking();
    await one.need('word', `the token is ${TOKEN}, ${'go '.repeat(500)}`);
    const [event] = await one.given();
    expect(event?.data.words).toContain('[REDACTED:');
    expect(event?.data.words?.length).toBeLessThanOrEqual(300);
    expect(await one.deps.log.lines(one.uid)).not.toContain(TOKEN);
  });

  it('is cut after its secrets were taken out: half a secret is not recognised', async () => {
    const one = await asking();
    await one.need('word', `${'go '.repeat(90)}${TOKEN}`);
    expect(await one.deps.log.lines(one.uid)).not.toContain(TOKEN.slice(0, 20));
  });

  it.each([undefined, '', ' \n\t '])('is not %j', async (words) => {
    const one = await asking();
    await expect(one.alone('word', words)).rejects.toMatchObject({ code: 'gate_closed' });
    expect(await one.given()).toEqual([]);
  });

  it.each(['terminal', 'named', 'review'] as const)(
    'is not enough where the policy asks for %s',
    async (need) => {
      const one = await asking();
      await recordApproval(await one.incident(), one.stored, 'word', 'yes', one.deps);
      await expect(one.alone(need, 'the user said yes')).rejects.toMatchObject({
        ...{ code: 'gate_closed', message: expect.stringContaining('not approved') },
        ...{ details: { plan_id: one.stored.id, need }, hint: howToApprove(one.stored.id, need) },
      });
      expect(await one.given()).toHaveLength(1);
    },
  );
});

describe('a dialog', () => {
  it('shows the plan with its code, and its yes is recorded as that of who answered', async () => {
    const one = await asking({ files: [{ path: `keys/${TOKEN}\n.txt`, change: 'added' }] });
    const call = one.need('terminal');
    await one.dialog();
    expect(one.requests[0]).toMatchObject({
      title: planTitle(one.stored.plan),
      code: planCode(one.stored.plan, one.deps.ids.sha256),
    });
    const lines = one.requests[0]?.lines ?? [];
    expect(lines).toContain('  refs/heads/main 0a0a0a0a0a -> 3e3e3e3e3e');
    expect(lines.join('\n')).toMatch(/^ {2}added keys\/\[REDACTED:[^\n]*\.txt$/m);
    one.open[0]?.answer(YES);
    expect(await call).toBe('elicitation');
    expect(await one.given()).toMatchObject([
      { by: BEN, data: { strength: 'elicitation', plan: one.stored.id } },
    ]);
    expect(await one.need('terminal')).toBe('elicitation');
    expect(one.requests).toHaveLength(1);
  });

  it('shows no secret, wherever the plan has it from', async () => {
    const one = await asking();
    const plan = { ...one.stored.plan, notes: [`deploys with ${TOKEN}`] };
    const call = one.need('terminal', undefined, {}, { ...one.stored, plan });
    await one.dialog();
    expect(one.requests[0]?.lines.at(-1)).toMatch(/^Note: deploys with \[REDACTED:/);
    one.open[0]?.answer({ answer: 'no' });
    await expect(call).rejects.toThrow();
  });

  it.each([
    ['no', { answer: 'no' }, /was not approved/],
    ['cancel', { answer: 'none' }, /this plan is not approved/],
  ] as const)(
    'that ends with %s refuses, records nothing, and is opened again',
    async (_what, said, message) => {
      const one = await asking();
      for (const at of [0, 1]) {
        const call = one.need('terminal', 'the user agreed');
        await one.dialog(at + 1);
        one.open[at]?.answer(said);
        await expect(call).rejects.toMatchObject({
          code: 'gate_closed',
          message: expect.stringMatching(message),
          hint: expect.stringContaining(`hotfix-pulse approve ${one.stored.id}`),
        });
      }
      expect(await one.given()).toEqual([]);
    },
  );

  it('that nobody answers lets the call go, and its late yes is recorded by itself', async () => {
    const one = await asking();
    const first = one.need('terminal');
    await one.dialog();
    nobody();
    await expect(first).rejects.toMatchObject({ code: 'gate_closed', details: { need: 'terminal' } });
    expect(await one.given()).toEqual([]);
    one.open[0]?.answer(YES);
    await until(async () => (await one.given()).length === 1);
    expect(await one.need('terminal')).toBe('elicitation');
    expect(one.requests).toHaveLength(1);
  });

  it('leaves time for reading, and for an answer within 40 s', async () => {
    const one = await asking();
    let isOver = false;
    const call = one.need('terminal').catch(() => {
      isOver = true;
    });
    await one.dialog();
    vi.advanceTimersByTime(30_000);
    await new Promise((done) => setImmediate(done));
    expect(isOver).toBe(false);
    vi.advanceTimersByTime(8_000);
    await call;
    expect(isOver).toBe(true);
  });

  /** A dialog that is still open when its call has given up. */
  const left = async () => {
    const one = await asking();
    const call = one.need('terminal');
    await one.dialog();
    nobody();
    await expect(call).rejects.toThrow();
    return one;
  };

  it('that is still open is waited for by the repeated call; no second one is opened', async () => {
    const one = await left();
    const calls = [one.need('terminal'), one.need('terminal')];
    await one.waiting(2);
    one.open[0]?.answer(YES);
    expect(await Promise.all(calls)).toEqual(['elicitation', 'elicitation']);
    expect(one.requests).toHaveLength(1);
    expect(await one.given()).toHaveLength(1);
  });

  it('with a late no is opened again', async () => {
    const one = await left();
    one.open[0]?.answer({ answer: 'no' });
    const again = one.need('terminal');
    await one.dialog(2);
    one.open[1]?.answer(YES);
    expect(await again).toBe('elicitation');
  });

  it('for a plan that was changed meanwhile says yes to the old plan alone', async () => {
    const one = await left();
    const next = await one.store({ tag: 'v1.0.1' });
    one.open[0]?.answer(YES);
    await until(async () => (await one.given()).length === 1);
    expect(approvalOf(await one.incident(), next.id)).toBeNull();
    const call = one.need('terminal', undefined, {}, next);
    await one.dialog(2);
    expect(one.requests[1]?.code).not.toBe(one.requests[0]?.code);
    nobody();
    await expect(call).rejects.toMatchObject({ details: { plan_id: next.id } });
  });

  it('that breaks says so, harms nobody who does not wait, and does not stay in the way', async () => {
    const one = await asking();
    const call = one.need('terminal');
    await one.dialog();
    one.open[0]?.fail(new Error('the client broke'));
    await expect(call).rejects.toThrow('the client broke');
    const late = one.need('terminal');
    await one.dialog(2);
    nobody();
    await expect(late).rejects.toMatchObject({ code: 'gate_closed' });
    one.open[1]?.fail(new Error('nobody waits for this'));
    const again = one.need('terminal');
    await one.dialog(3);
    one.open[2]?.answer(YES);
    expect(await again).toBe('elicitation');
  });

  it('is overtaken by a yes in a terminal', async () => {
    const one = await asking();
    const stale = await one.incident();
    const call = one.need('terminal');
    await one.dialog();
    const ana: Actor = { name: 'Ana', kind: 'human', via: 'terminal' };
    await recordApproval(stale, one.stored, 'terminal', '', { ...one.deps, actor: ana });
    nobody();
    expect(await call).toBe('terminal');
    // Whoever read the incident before that does not ask again either.
    expect(await needApproval(stale, one.stored, 'terminal', undefined, one.deps)).toBe('terminal');
    expect(one.requests).toHaveLength(1);
  });

  it('is waited for to its end in a terminal', async () => {
    const one = await asking();
    const foreground = { progress: () => {}, run: () => Promise.reject(new Error('not used')) };
    let isOver = false;
    const call = one.need('terminal', undefined, { foreground }).finally(() => {
      isOver = true;
    });
    await one.dialog();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(isOver).toBe(false);
    one.open[0]?.answer({ ...YES, strength: 'terminal' });
    expect(await call).toBe('terminal');
  });

  it.each(['named', 'review'] as const)('is not opened where its yes would not do: %s', async (need) => {
    const one = await asking();
    await expect(one.need(need)).rejects.toMatchObject({ code: 'gate_closed', details: { need } });
    expect(one.requests).toEqual([]);
  });
});

describe('the record', () => {
  it('knows the strongest yes to this very plan, from our own live events alone', async () => {
    const one = await asking();
    const plan = one.stored.id;
    await one.append('approval_given', { strength: 'review', plan: '0123456789ab' });
    await one.append('approval_given', { strength: 'review' });
    await one.append('approval_given', { strength: 'review', plan }, { basis: 'stated' });
    await one.append('approval_given', { strength: 'review', plan }, { imported: true });
    await one.append('approval_given', { strength: 'root', plan });
    expect(approvalOf(await one.incident(), plan)).toBeNull();
    for (const strength of ['terminal', 'word'] as const) {
      await recordApproval(await one.incident(), one.stored, strength, '', one.deps);
    }
    expect(approvalOf(await one.incident(), plan)).toBe('terminal');
  });

  it('takes the same yes once', async () => {
    const one = await asking();
    for (const words of ['yes', 'yes!']) {
      await recordApproval(await one.incident(), one.stored, 'word', words, one.deps);
    }
    expect((await one.given()).map(({ data }) => data.words)).toEqual(['yes']);
  });
});

it.each(NEEDS)('says how to get a yes of strength %s, with the plan', (need) => {
  expect(howToApprove('1a2b3c4d5e6f', need)).toContain('plan_id 1a2b3c4d5e6f');
});
