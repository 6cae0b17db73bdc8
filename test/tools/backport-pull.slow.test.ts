import { afterEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/clock-ids.ts';
import { createShipping } from '../../src/adapters/git/ship.ts';
import { createOutbox } from '../../src/adapters/outbox.ts';
import backportHotfix from '../../src/tools/backport-hotfix.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { refusal, shipped, tipOf } from '../support/backport-incident.ts';
import { flow, protect } from '../support/backport-kit.ts';
import { checkoutPrint } from '../support/checkout.ts';
import { isOpening, type PullStand, pullStand } from '../support/github-pulls.ts';
import { refsOf } from '../support/ship-kit.ts';

const stands: PullStand[] = [];
afterEach(async () => {
  for (const one of stands.splice(0)) await one.gateway.close();
});

/** A deployed fix that develop and release/1.0 lack; develop takes no push. */
async function ready(deploy: object = {}) {
  const repo = flow({ branches: ['release/1.0'] });
  const stand = await pullStand({ bare: repo.bare });
  stands.push(stand);
  const kit = await shipped(repo);
  const home = `${repo.root}/.git/hotfix-pulse`;
  const deps = {
    ...kit.deps,
    settings: { ...kit.deps.settings, ship: { ...kit.deps.settings.ship, deploy } },
    shipping: createShipping(repo.root, home, { PATH: process.env.PATH }),
    outward: stand.outward(createOutbox(home, systemIds)),
  };
  const call = async (args: Record<string, unknown> = {}) => {
    const answer = await callTool(backportHotfix, args, deps);
    const rows = answer.data.branches as { branch: string; state: string; pull: string | null }[];
    return { ...answer, rows: Object.fromEntries(rows.map(({ branch, ...row }) => [branch, row])) };
  };
  return { ...kit, repo, stand, deps, call };
}

describe('a long-lived branch that takes no push', () => {
  it('gets a pull request by the next plan, once, while the others are pushed', async () => {
    const { repo, stand, call, incident, backported } = await ready();
    protect(repo.bare, 'develop');
    const before = checkoutPrint(repo.root);
    const first = await call({ branches: ['develop', 'release/1.0'] });
    const pushed = await call({ plan_id: first.data.plan_id, approval: 'go' });
    expect(pushed.warnings.join(' ')).toContain('the next plan opens a pull request');
    expect(pushed.rows).toMatchObject({ 'release/1.0': { state: 'has_fix' }, develop: { state: 'missing' } });

    const second = await call();
    const head = (second.data.plan as string[]).find((line) => line.includes(' into develop: '));
    expect(head).toMatch(/hotfix\/001-users-cannot-log-in-to-develop into develop: fix: \[HOTFIX\]/);
    const opened = await call({ plan_id: second.data.plan_id, approval: 'go' });
    const [pull, ...more] = await stand.all();
    expect(more).toEqual([]);
    expect(pull).toMatchObject({ head: { ref: 'hotfix/001-users-cannot-log-in-to-develop' }, state: 'open' });
    expect(pull?.title).toContain('(backport to develop)');
    expect(opened.rows.develop).toMatchObject({
      state: 'missing',
      pull: expect.stringMatching(/\/pull\/1$/),
    });
    expect(opened.text).toMatch(/develop: has not the fix, in review \S+\/pull\/1/);
    expect(checkoutPrint(repo.root)).toEqual(before);

    // It waits for people: asked again, nothing is planned and nothing opened.
    const again = await call();
    expect(again.data.plan_id).toBeNull();
    expect(again.rows.develop?.pull).toMatch(/\/pull\/1$/);
    await call({ plan_id: second.data.plan_id });
    expect(stand.gateway.asked.filter(isOpening)).toHaveLength(1);

    await stand.review(1, { by: 'ana' });
    await call();
    const reviews = (await incident()).recorded.filter(
      ({ kind, data }) => kind === 'approval_given' && Object(data).strength === 'review',
    );
    expect(reviews).toMatchObject([{ by: { name: 'ana' }, data: { about: 'backport to develop' } }]);

    const tip = refsOf(repo.bare)['refs/heads/hotfix/001-users-cannot-log-in-to-develop'] ?? '';
    repo.git(['--git-dir', repo.bare, 'update-ref', 'refs/heads/develop', tip]);
    await stand.merge(1, tip);
    const merged = await call();
    expect(merged.rows.develop).toMatchObject({ state: 'has_fix', pull: null });
    expect((await backported()).map((data) => data.branch).sort()).toEqual(['develop', 'release/1.0']);
  });

  it('is asked for by the settings or known beforehand, and planned anew after it was closed', async () => {
    const { repo, stand, call } = await ready({ way: 'pull_request' });
    const plan = await call({ branches: ['develop'] });
    await call({ plan_id: plan.data.plan_id, approval: 'go' });
    await stand.close(1);
    repo.git(['commit', '-q', '--allow-empty', '-m', 'unrelated']);
    const anew = await call({ branches: ['develop'] });
    expect((anew.data.plan as string[]).join('\n')).toMatch(/-to-develop(?:-2)? into develop/);
    await call({ plan_id: anew.data.plan_id, approval: 'go' });
    expect((await stand.all()).filter(({ state }) => state === 'open')).toHaveLength(1);
    expect(tipOf(repo, 'develop')).toBe(repo.git(['rev-parse', 'origin/develop']));
  });

  it('says so when the service did not answer, and opens exactly one, by the same plan or another', async () => {
    const { stand, call } = await ready({ way: 'pull_request' });
    const plan = await call({ branches: ['develop'] });
    stand.gateway.fault('error_after', isOpening);
    stand.pulls.find = async () => null;
    const lost = await call({ plan_id: plan.data.plan_id, approval: 'go' });
    expect(lost.warnings.join(' ')).toContain('may have been opened');
    stand.pulls.find = async (wanted) => {
      const found = await stand.real.find(wanted);
      return found && stand.pulls.state(found.number);
    };
    // Planned anew although nobody knows of the first: it is found, and nothing is planned beside it.
    const anew = await call({ branches: ['develop'] });
    expect(anew.data.plan_id).toBeNull();
    expect(anew.rows.develop?.pull).toMatch(/\/pull\/1$/);
    stand.gateway.reachable(false);
    const away = await call({ branches: ['develop'] });
    expect(away.rows.develop?.pull).toMatch(/\/pull\/1$/);
    expect(away.warnings.join(' ')).toContain('GitHub does not answer');
    stand.gateway.reachable(true);
    await call({ plan_id: plan.data.plan_id });
    expect(await stand.all()).toHaveLength(1);
  });

  it('needs a service where the settings ask for pull requests', async () => {
    const { deps } = await ready({ way: 'pull_request' });
    const bare = { ...deps, outward: undefined };
    expect(await refusal(callTool(backportHotfix, { branches: ['develop'] }, bare))).toMatchObject({
      code: 'not_configured',
    });
  });
});
