import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { createShipping } from '../../src/adapters/git/ship.ts';
import { createOutbox } from '../../src/adapters/outbox.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import deployHotfix from '../../src/tools/deploy-hotfix.ts';
import { recordApproval } from '../../src/tools/support/approval.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadUid } from '../../src/tools/support/load.ts';
import { planOf } from '../../src/tools/support/plans.ts';
import { write } from '../../src/tools/support/write.ts';
import { createDeps } from '../../src/wire.ts';
import { checkoutPrint } from '../support/checkout.ts';
import { isOpening, type PullStand, pullStand } from '../support/github-pulls.ts';
import { colleague, FIX_BRANCH, hook, refsOf, refusal, world } from '../support/ship-kit.ts';

const stands: PullStand[] = [];
afterEach(async () => {
  for (const one of stands.splice(0)) await one.gateway.close();
});

interface Options {
  config?: Record<string, unknown>;
  severity?: string;
  protect?: boolean;
}

/** An incident whose fix is committed, checked and rehearsed; the remote takes no push to main. */
async function ready(options: Options = {}) {
  const repo = world();
  if (options.protect !== false) {
    hook(
      join(repo.bare, 'hooks'),
      'update',
      '[ "$1" != refs/heads/main ] || [ -n "$MERGE" ] || { echo GH006: Protected branch >&2; exit 1; }',
    );
  }
  const config = { policy: { staging: 'off' }, deploy: { branch: 'main' }, ...options.config };
  writeFileSync(join(repo.root, 'hotfix-pulse.config.json'), JSON.stringify(config));
  const stand = await pullStand({ bare: repo.bare });
  stands.push(stand);
  const clock = { ms: Date.parse('2026-11-20T14:00:00Z') };
  const wired = await createDeps(
    { root: repo.root, actor: { name: 'test-agent', kind: 'agent' }, env: {} },
    { clock: { now: () => (clock.ms += 1000) } },
  );
  const home = join(repo.root, '.git/hotfix-pulse');
  const deps = {
    ...{ ...wired, settings: wired.settings },
    shipping: createShipping(repo.root, home, { PATH: process.env.PATH }),
    outward: stand.outward(createOutbox(home, systemIds)),
  };
  const opened = await callTool(
    createHotfixTask,
    { description: "Users can't login, @team see #1", severity: options.severity ?? 'P1' },
    deps,
  );
  const uid = String(opened.data.uid);
  const base = { at_source: 'observed', basis: 'measured', evidence: [] } as const;
  const measured = (kind: 'hotfix_started' | 'checks_run' | 'rollback_planned', data: object) =>
    write(uid, [{ ...base, kind, text: kind, data, input_hash: kind } as never], deps);
  await measured('hotfix_started', { branch: FIX_BRANCH, base_commit: repo.release, base_ref: 'v1.4.0' });
  const findings = { stop: 0, warn: 1, note: 0 };
  await measured('checks_run', { outcome: 'passed', commit: repo.fix, findings });
  await measured('rollback_planned', { target: 'hotfix', rehearsed: true });
  const call = (args: Record<string, unknown> = {}) => callTool(deployHotfix, args, deps);
  const incident = async () => (await loadUid(uid, deps)).incident;
  return {
    ...{ repo, deps, call, uid, stand, incident },
    async approve(id: string) {
      const now = await incident();
      const actor = { name: 'Ana', kind: 'human', via: 'terminal' } as const;
      await recordApproval(now, planOf(now, id, 'deploy', deps), 'terminal', '', { ...deps, actor });
    },
    events: async (kind: string) => (await incident()).recorded.filter((event) => event.kind === kind),
    async plan(args: Record<string, unknown> = {}) {
      const answer = await call(args);
      return { answer, id: String(answer.data.plan_id) };
    },
    /** Merges it as people would, in git and on the service. */
    async merge(number: number, how: 'merge' | 'squash' = 'merge') {
      const other = colleague(repo.bare);
      other.git(['fetch', '-q', 'origin', FIX_BRANCH]);
      if (how === 'merge') other.git(['merge', '-q', '--no-ff', '-m', 'Merge pull request', 'FETCH_HEAD']);
      else {
        other.git(['merge', '-q', '--squash', 'FETCH_HEAD']);
        other.git(['commit', '-q', '-m', 'fix: squashed (#1)']);
      }
      process.env.MERGE = '1';
      other.git(['push', '-q', 'origin', 'HEAD:main']);
      delete process.env.MERGE;
      const commit = other.git(['rev-parse', 'HEAD']);
      await stand.merge(number, commit);
      return commit;
    },
  };
}

describe('a protected production branch', () => {
  it('is planned as a pull request after the refusal, opened once, reviewed, merged, and recorded then', async () => {
    const { repo, call, plan, approve, stand, events, merge } = await ready();
    const pushing = await plan({ override_reason: 'login is down', override_until: '+2d' });
    expect(pushing.answer.data.moves).toEqual([
      expect.stringContaining('refs/heads/main'),
      expect.anything(),
    ]);
    await approve(pushing.id);
    const refused = await refusal(call({ plan_id: pushing.id }));
    expect(refused).toMatchObject({ details: { fault: 'protected' } });
    expect(refused.hint).toContain('without plan_id: it plans a pull request');

    const before = checkoutPrint(repo.root);
    const { answer, id } = await plan();
    expect(answer.text).toContain(`${FIX_BRANCH} into main: fix: [HOTFIX] Users can't login`);
    expect(answer.text).toContain('by pull request');
    expect(answer.data.gate).toMatchObject({ open: true });
    expect(JSON.stringify(answer.data.gate)).not.toContain('second_review');
    expect(await refusal(call({ plan_id: id }))).toMatchObject({ code: 'gate_closed' });
    await approve(id);
    const opened = await call({ plan_id: id });
    expect(opened.data).toMatchObject({ state: 'in_review', pull: { number: 1, state: 'open' } });
    expect(Object(opened.data.pull).missing).toContain('an approving review of exactly this commit');
    expect(refsOf(repo.bare)).toMatchObject({
      [`refs/heads/${FIX_BRANCH}`]: repo.fix,
      'refs/heads/main': repo.release,
    });
    expect(checkoutPrint(repo.root)).toEqual(before);
    const [pull] = await stand.all();
    expect(pull?.title).toMatch(/^fix: \[HOTFIX\] Users can't login/);
    expect(`${pull?.title} ${pull?.body}`).not.toMatch(/@team|#1\b/);
    for (const words of [repo.fix, 'passed', '1 warn', 'added fix.txt', id])
      expect(pull?.body).toContain(words);
    expect(await events('deployed')).toEqual([]);
    expect(await events('linked')).toMatchObject([
      { basis: 'measured', data: { type: 'pull_request', pull: { number: 1, plan: id, base: 'main' } } },
    ]);

    await stand.review(1, { by: 'ana' });
    // Without plan_id it looks after the pull request that is open.
    const reviewed = await call();
    expect(reviewed.data).toMatchObject({ state: 'in_review', plan_id: id });
    expect(Object(reviewed.data.pull).missing).toEqual(['the merge']);
    const reviews = (await events('approval_given')).filter(
      (event) => Object(event.data).strength === 'review',
    );
    expect(reviews).toMatchObject([
      {
        by: { name: 'ana', kind: 'human', via: 'github review' },
        data: { plan: id, commit: repo.fix },
        evidence: [expect.stringContaining('/pull/1#')],
      },
    ]);
    await call();
    expect((await events('approval_given')).length).toBe(3);

    const commit = await merge(1);
    const done = await call({ plan_id: id });
    expect(done.data).toMatchObject({ state: 'deployed', commit, status: 'monitoring' });
    expect(await events('deployed')).toMatchObject([{ data: { commit, plan_id: id }, basis: 'measured' }]);
    expect((await events('gate_overridden')).filter(({ text }) => text.includes('second_review'))).toEqual(
      // Of the plan that was refused; the one by pull request owes none.
      (await events('gate_overridden')).filter(({ key }) => key?.includes(pushing.id)),
    );
    await call({ plan_id: id });
    expect(await events('deployed')).toHaveLength(1);
    expect(await stand.all()).toHaveLength(1);
    const tag = await plan();
    expect(tag.answer.data.moves).toEqual([expect.stringContaining('refs/tags/v1.4.1 new')]);
  });

  it('knows a squash by its content, and keeps a merge that nobody approved as debt', async () => {
    const { plan, approve, call, events, merge, stand } = await ready({
      config: { deploy: { branch: 'main', way: 'pull_request' } },
    });
    const { id } = await plan();
    await approve(id);
    await call({ plan_id: id });
    expect(stand.gateway.asked.filter(isOpening)).toHaveLength(1);
    const commit = await merge(1, 'squash');
    expect((await call()).data).toMatchObject({ state: 'deployed', commit });
    expect(await events('gate_overridden')).toMatchObject([
      { data: { missing: ['second_review'], reason: 'merged without an approving review that was seen' } },
    ]);
  });

  it('records nothing as deployed that is not seen to hold the fix', async () => {
    const { repo, plan, approve, call, events, stand } = await ready({
      config: { deploy: { branch: 'main', way: 'pull_request' } },
    });
    const { id } = await plan();
    await approve(id);
    await call({ plan_id: id });
    const other = colleague(repo.bare);
    const commit = other.commit('else.txt', 'something else\n');
    process.env.MERGE = '1';
    other.git(['push', '-q', 'origin', 'HEAD:main']);
    delete process.env.MERGE;
    await stand.merge(1, commit);
    expect((await refusal(call({ plan_id: id }))).message).toContain('not seen to be the fix');
    expect(await events('deployed')).toEqual([]);
  });

  it('plans anew after it was closed, or when the fix has changed', async () => {
    const { repo, plan, approve, call, stand } = await ready({
      config: { deploy: { branch: 'main', way: 'pull_request' } },
    });
    const first = await plan();
    await approve(first.id);
    await call({ plan_id: first.id });
    repo.git(['checkout', '-q', FIX_BRANCH]);
    const better = repo.commit('fix.txt', 'fixed better\n');
    repo.git(['checkout', '-q', 'main']);
    const second = await plan({ override_reason: 'checked by hand' });
    expect(second.id).not.toBe(first.id);
    await approve(second.id);
    expect((await call({ plan_id: second.id })).data).toMatchObject({ pull: { number: 1, state: 'open' } });
    const [pull, ...more] = await stand.all();
    expect(more).toEqual([]);
    expect(pull?.body).toContain(better);
    await stand.close(1);
    expect((await call()).data).toMatchObject({ state: 'closed' });
    const third = await plan({ override_reason: 'checked by hand' });
    expect(third.answer.data.state).toBe('planned');
    expect(third.id).not.toBe(second.id);
  });

  it('runs the deploy command at the merge, and not without the review that policy asks for', async () => {
    const { plan, approve, call, events, merge, stand } = await ready({
      config: {
        policy: { staging: 'off', deploy: { P1: 'review' } },
        deploy: { branch: 'main', way: 'pull_request', command: ['test', '{commit}', '!=', '{ref}'] },
      },
    });
    const { id } = await plan();
    await approve(id);
    await call({ plan_id: id });
    const commit = await merge(1);
    expect(await refusal(call({ plan_id: id }))).toMatchObject({ details: { need: 'review' } });
    expect(await events('deployed')).toEqual([]);
    await stand.review(1, { by: 'ana' });
    expect((await call({ plan_id: id })).data).toMatchObject({ state: 'deployed', commit });
  });

  it('says what to connect when a pull request is wanted and nothing opens one', async () => {
    const { deps } = await ready({ config: { deploy: { branch: 'main', way: 'pull_request' } } });
    const error = await refusal(callTool(deployHotfix, {}, { ...deps, outward: undefined }));
    expect(error).toMatchObject({ code: 'not_configured' });
  });
});

describe('exactly one pull request', () => {
  const way = { config: { deploy: { branch: 'main', way: 'pull_request' } } };

  it.each(['lose_answer', 'error_after', 'secondary_limit', 'error_before', 'lose_request'] as const)(
    'after %s',
    async (fault) => {
      const { plan, approve, call, stand, events } = await ready(way);
      const { id } = await plan();
      await approve(id);
      stand.gateway.fault(fault, isOpening);
      const first = await call({ plan_id: id });
      expect(first.data.state).toBe('in_review');
      const second = await call({ plan_id: id });
      expect(second.data).toMatchObject({ state: 'in_review', pull: { number: 1, state: 'open' } });
      expect(await stand.all()).toHaveLength(1);
      expect(await events('linked')).toHaveLength(1);
    },
  );

  it('when two call at once, each in a process of its own', async () => {
    const { deps, plan, approve, stand, events } = await ready(way);
    const { id } = await plan();
    await approve(id);
    // Jobs of one process are one by their key; another root is another process to them.
    const other = { ...deps, workspace: { ...deps.workspace, root: `${deps.workspace.root}/.` } };
    const both = await Promise.all([
      callTool(deployHotfix, { plan_id: id }, deps),
      callTool(deployHotfix, { plan_id: id }, other),
    ]);
    for (const { data } of both) expect(data).toMatchObject({ pull: { number: 1 } });
    expect(await stand.all()).toHaveLength(1);
    expect(await events('linked')).toHaveLength(1);
  });

  it('is a warning and no failure when the service is away, also while it is planned', async () => {
    const { plan, approve, call, stand, repo } = await ready(way);
    stand.gateway.reachable(false);
    const { id } = await plan();
    await approve(id);
    const away = await call({ plan_id: id });
    expect(away.data).toMatchObject({ state: 'in_review', pull: null });
    expect(away.warnings.join(' ')).toContain('GitHub does not answer');
    expect(refsOf(repo.bare)[`refs/heads/${FIX_BRANCH}`]).toBe(repo.fix);
    stand.gateway.reachable(true);
    expect((await call({ plan_id: id })).data).toMatchObject({ pull: { number: 1, state: 'open' } });
    stand.gateway.reachable(false);
    const later = await call();
    expect(later.warnings.join(' ')).toContain('not known how far pull request 1 is');
    stand.gateway.reachable(true);
  });
});
