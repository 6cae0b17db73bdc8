import { describe, expect, it } from 'vitest';
import * as z from 'zod/v4';
import type { App } from '../../src/cli/app.ts';
import { runCli } from '../../src/cli/dispatch.ts';
import { type Plan, planCode } from '../../src/core/ship/plan.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import { recordApproval } from '../../src/tools/support/approval.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadAll } from '../../src/tools/support/load.ts';
import { type StoredPlan, storePlan } from '../../src/tools/support/plans.ts';
import { type Deps, defineTool } from '../../src/tools/tool.ts';
import { planWorld } from '../support/plan-world.ts';
import { planWith } from '../support/plans.ts';
import { type FakeOptions, fakeApp, fakeIo, fakeWorld, run } from './fakes.ts';

/** A repository with a record, and the command line in front of it. */
async function terminal() {
  const world = await planWorld();
  return {
    ...world,
    code: (stored: StoredPlan) => planCode(stored.plan, world.deps.ids.sha256),
    async approve(args: string[], options: FakeOptions = {}) {
      const io = fakeIo({ tty: true, ...options });
      const app: App = {
        ...fakeApp(fakeWorld(), io),
        loadAll,
        createDeps: async ({ actor }): Promise<Deps> => ({ ...world.deps, actor }),
      };
      const status = await runCli(['approve', ...args], io, app);
      return { status, ...io.written, asked: io.asked };
    },
    given: async () =>
      (await world.incident()).recorded.flatMap((event) => (event.kind === 'approval_given' ? [event] : [])),
    /** A second incident with a plan of its own. */
    async other(change: Partial<Plan> = {}) {
      const description = 'Payments are declined for every card';
      const { data } = await callTool(createHotfixTask, { description, severity: 'P2' }, world.deps);
      const all = await loadAll(world.deps);
      const found = all.find(({ incident }) => incident.uid === data.uid);
      if (!found) throw new Error('no second incident');
      const plan = planWith({ incident: found.incident.uid, ...change });
      const draft = { kind: 'noted' as const, text: 'Planned', data: {}, evidence: [] };
      return storePlan(found.incident, plan, draft, world.deps);
    },
  };
}

describe('hotfix-pulse approve', () => {
  it('shows the whole plan, and takes its four characters for a yes in a terminal', async () => {
    const one = await terminal();
    const stored = await one.store({ files: [{ path: 'src/\u001b[2Jlogin\n.js', change: 'modified' }] });
    const code = one.code(stored);
    const done = await one.approve([], { answer: ` ${code.toLowerCase()} ` });
    expect(done.status).toBe(0);
    expect(done.stdout).toBe(
      `Approved: plan ${stored.id} of hotfix-001. Whoever made it can carry it out now with that id.\n`,
    );
    for (const line of [
      'Deploy the hotfix to production?',
      'Remote: origin',
      '  refs/heads/main 0a0a0a0a0a -> 3e3e3e3e3e',
      '  modified src/login .js',
      `  git push --atomic origin ${'3e'.repeat(20)}:refs/heads/main`,
    ]) {
      expect(done.stderr.split('\n')).toContain(line);
    }
    expect(done.stderr).not.toContain('\u001b[2J');
    expect(done.asked).toEqual([`Type ${code} to approve, anything else to refuse: `]);
    expect(await one.given()).toMatchObject([
      {
        ...{ basis: 'measured', by: { kind: 'human', name: 'Ana', via: 'terminal' } },
        data: { strength: 'terminal', plan: stored.id },
      },
    ]);
  });

  it('takes nothing else for a yes', async () => {
    const one = await terminal();
    const other = await one.store({ tag: 'v9' });
    const stored = await one.store();
    for (const answer of ['', 'yes', stored.id, one.code(other), `${one.code(stored)}x`]) {
      const done = await one.approve([stored.id], { answer });
      expect([done.status, done.stdout]).toEqual([6, '']);
      expect(done.stderr).toContain('Not approved; nothing was recorded');
    }
    expect(await one.given()).toEqual([]);
  });

  it.each([
    ['a pipe', { tty: false }],
    ['input from a pipe', { tty: { stdin: false, stdout: true, stderr: true } }],
    ['nobody to read the plan', { tty: { stdin: true, stdout: true, stderr: false } }],
  ])('asks nobody through %s', async (_what, options) => {
    const one = await terminal();
    const stored = await one.store();
    const done = await one.approve([stored.id], { ...options, answer: one.code(stored) });
    expect(done.status).toBe(8);
    expect(done.stderr).toContain('needs a terminal');
    expect(done.asked).toEqual([]);
    expect(await one.given()).toEqual([]);
  });

  it('wants a name where several wait, and takes it', async () => {
    const one = await terminal();
    const deploy = await one.store();
    const rollback = await one.store({ action: 'rollback', target: 'release' });
    const other = await one.other();
    const unnamed = await one.approve([]);
    expect(unnamed.status).toBe(2);
    for (const line of [
      `${deploy.id} (hotfix-001: Deploy the hotfix to production)`,
      `${rollback.id} (hotfix-001: Roll back the release)`,
      `${other.id} (hotfix-002: Deploy the hotfix to production)`,
    ]) {
      expect(unnamed.stderr).toContain(line);
    }
    expect((await one.approve([other.id], { answer: one.code(other) })).stdout).toContain('of hotfix-002');
    const named = await one.approve(['--plan', rollback.id.toUpperCase()], { answer: one.code(rollback) });
    expect(named.status).toBe(0);
    expect((await one.given()).map(({ data }) => data.plan)).toEqual([rollback.id]);
    // One is left.
    expect((await one.approve([], { answer: one.code(deploy) })).status).toBe(0);
    expect((await one.approve([])).status).toBe(3);
  });

  it('says so when none waits, or none has that id', async () => {
    const one = await terminal();
    const none = await one.approve([]);
    expect(none.status).toBe(3);
    expect(none.stderr).toMatch(/No plan waits[\s\S]*deploy_hotfix/);
    await one.store();
    const unknown = await one.approve(['0123456789ab']);
    expect(unknown.status).toBe(3);
    expect(unknown.stderr).toContain('No plan has that id');
  });

  it("still waits for more than the user's word", async () => {
    const one = await terminal();
    const stored = await one.store({ action: 'rollback', target: 'release' });
    await recordApproval(await one.incident(), stored, 'word', 'yes', one.deps);
    expect((await one.approve([], { answer: one.code(stored) })).status).toBe(0);
    expect((await one.given()).map(({ data }) => data.strength)).toEqual(['word', 'terminal']);
  });

  it('knows a plan that was replaced from the one that replaced it', async () => {
    const one = await terminal();
    const first = await one.store();
    const next = await one.store({ tag: 'v1.0.1' });
    const done = await one.approve([first.id], { answer: one.code(first) });
    expect(done.status).toBe(4);
    expect(done.stderr).toContain(`Waiting: ${next.id}`);
    expect(done.asked).toEqual([]);
    expect(await one.given()).toEqual([]);
    expect((await one.approve([], { answer: one.code(next) })).status).toBe(0);
  });

  it('has nothing to approve in a plan that was carried out, of an earlier attempt or a cancelled incident', async () => {
    const one = await terminal();
    const done = await one.store();
    await one.append('deployed', { environment: 'production', commit: done.plan.commit, plan_id: done.id });
    const early = await one.store({ action: 'backport' });
    await one.append('rolled_back', { target: 'hotfix' });
    for (const [stored, words] of [
      [done, 'carried out already'],
      [early, 'no longer stands'],
    ] as const) {
      const refused = await one.approve([stored.id], { answer: one.code(stored) });
      expect(refused.status).toBe(4);
      expect(refused.stderr).toContain(words);
    }
    const late = await one.store({ attempt: 2 });
    await one.append('cancelled', { reason: 'a drill' });
    expect((await one.approve([late.id], { answer: one.code(late) })).status).toBe(4);
    expect((await one.approve([])).status).toBe(3);
    expect(await one.given()).toEqual([]);
  });

  it('speaks JSON', async () => {
    const one = await terminal();
    const stored = await one.store();
    const refused = await one.approve(['--json'], { answer: 'no' });
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'gate_closed' } });
    const done = await one.approve(['--json'], { answer: one.code(stored) });
    expect(JSON.parse(done.stdout)).toEqual({
      ...{ approved: stored.id, incident: 'hotfix-001', strength: 'terminal' },
    });
    expect(done.stderr).toContain('Refs:');
  });
});

describe('an operation', () => {
  const deploy = defineTool({
    name: 'sample_tool',
    title: 'Sample',
    effect: 'outward',
    description: 'Asks before it does anything.',
    input: z.strictObject({}),
    output: z.object({ said: z.string() }),
    async run(_input, { approvals }) {
      const said = await approvals?.ask({ title: 'Deploy', lines: ['Refs: 1'], code: 'K7QP' });
      const text =
        said?.answer === 'yes' ? `yes of ${said.by.name} (${said.strength})` : (said?.answer ?? 'nobody');
      return { text, data: { said: text }, warnings: [] };
    },
  });
  const call = (options: FakeOptions) => run(['sample-tool'], fakeWorld(), options, [deploy]);

  it('asks in the terminal that it was called in', async () => {
    expect((await call({ tty: true, answer: 'k7qp' })).stdout).toContain('yes of Ana Git (terminal)');
    const refused = await call({ tty: true, answer: 'y' });
    expect(refused.stdout).toContain('no');
    expect(refused.stderr).toMatch(/\nDeploy\?\n\nRefs: 1\n\n$/);
  });

  it('cannot ask through a pipe, which answers whatever was put into it', async () => {
    const piped = await call({ answer: 'K7QP' });
    expect(piped.stdout).toContain('nobody');
    expect(piped.io.asked).toEqual([]);
  });
});
