import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import type { Backports } from '../../src/ports-ship.ts';
import backportHotfix from '../../src/tools/backport-hotfix.ts';
import { branchesWithoutFix } from '../../src/tools/support/branches-without-fix.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { refusal, shipped, tipOf } from '../support/backport-incident.ts';
import { flow, hook } from '../support/backport-kit.ts';
import { checkoutPrint } from '../support/checkout.ts';

describe('backport_hotfix at its limits', () => {
  it('no remote: no branch is moved, the exact commands are printed, and the result is recorded', async () => {
    const repo = flow({ remote: false });
    const before = checkoutPrint(repo.root);
    const { call, backported } = await shipped(repo);
    const answer = await call();
    expect(answer.data).toMatchObject({
      plan_id: null,
      commands: ['git switch develop', `git cherry-pick -x ${repo.fix}`],
    });
    expect(checkoutPrint(repo.root)).toEqual(before);
    for (const command of answer.data.commands as string[]) repo.git(command.split(' ').slice(1));
    expect((await call()).states).toEqual({ develop: 'patch_id' });
    expect(await backported()).toMatchObject([{ branch: 'develop', basis: 'measured' }]);
  }, 20_000);

  it('a remote that is gone: says so, plans nothing it has not seen, and the gate asks no network', async () => {
    const repo = flow();
    const { call, without } = await shipped(repo);
    repo.git(['remote', 'set-url', 'origin', join(repo.bare, 'nowhere')]);
    const answer = await call();
    expect(answer.warnings).toContainEqual(expect.stringContaining('The remote did not answer'));
    const done = await call({ plan_id: answer.data.plan_id, approval: 'yes' });
    expect(done.data.results).toMatchObject([{ branch: 'develop', outcome: 'not_pushed' }]);
    expect(await without()).toEqual(['develop']);
  }, 20_000);

  it('a failing hook is named; passing it over needs more than a word and is kept as debt', async () => {
    const repo = flow();
    hook(join(repo.root, '.git/hooks'), 'prepare-commit-msg', 'exit 1');
    const { call, incident, deps } = await shipped(repo);
    const failed = await call();
    expect(failed.data).toMatchObject({
      plan_id: null,
      results: [{ branch: 'develop', outcome: 'not_made' }],
    });
    expect(failed.text).toContain('prepare-commit-msg');
    const { data } = await call({ skip_hooks: true });
    expect((await refusal(call({ plan_id: data.plan_id, approval: 'yes' }))).hint).toContain(
      'hotfix-pulse approve',
    );
    const approvals = {
      ask: async () => ({ answer: 'yes', strength: 'terminal', by: { name: 'Ana', kind: 'human' } }) as const,
    };
    const done = await callTool(backportHotfix, { plan_id: data.plan_id }, {
      ...deps,
      approvals,
    } as typeof deps);
    expect(done.data.results).toMatchObject([{ outcome: 'pushed' }]);
    expect((await incident()).debts).toMatchObject([{ gate: 'backport', missing: ['hooks'] }]);
  }, 20_000);

  it('refuses without a fix, without git, with another plan than the fix, and changes to a plan', async () => {
    const repo = flow();
    const { call, record, deps } = await shipped(repo);
    const { data } = await call();
    const plan = { plan_id: data.plan_id, approval: 'yes' };
    expect((await refusal(call({ ...plan, branches: ['develop'] }))).code).toBe('invalid_input');
    expect((await refusal(call({ plan_id: 'ffffffffffff' }))).code).toBe('not_found');
    const { backports: _none, ...bare } = deps;
    expect((await refusal(callTool(backportHotfix, {}, bare))).code).toBe('not_configured');
    repo.git(['checkout', '-q', 'fix/token']);
    const second = repo.commit('more.txt', 'x\n', 'fix: rest');
    await record('fix_committed', 'The rest', { ref: second });
    expect((await refusal(call(plan))).message).toContain('another commit');
    await record('rolled_back', 'It made things worse', { type: 'hotfix' });
    expect((await refusal(call())).message).toContain('no fix stands');
    expect(tipOf(repo, 'develop')).toBe(repo.git(['rev-parse', 'develop']));
  }, 20_000);

  it('hostile names of branches stay on their line, and in commands they are one word', async () => {
    const names = ['release/$(touch${IFS}x)`id`;x', 'release/\u202Ex'];
    const repo = flow({ branches: names });
    const { call } = await shipped(repo);
    const { text, data } = await call({ branches: ['release/*'] });
    expect(text).toContain('<U+202E>');
    expect(text).not.toContain('\u202E');
    const done = await call({ plan_id: data.plan_id, approval: 'yes' });
    expect(done.data.results).toMatchObject([{ outcome: 'pushed' }, { outcome: 'not_pushed' }]);
    expect(done.data.commands).toEqual([
      expect.stringMatching(
        /^git push origin '[0-9a-f]{40}:refs\/heads\/backport\/hotfix-001-release\/<U\+202E>x'$/,
      ),
    ]);
  }, 20_000);
});

describe('the close gate', () => {
  it('says what it could not find out, and never takes it for a yes', async () => {
    const repo = flow();
    const limits: (number | undefined)[] = [];
    const slow: Backports['states'] = async (_wanted, look, limitMs) => {
      limits.push(look === 'here' ? limitMs : undefined);
      throw new PulseError('upstream', 'git did not answer in time', 'call again');
    };
    const failing = await shipped(repo, { backports: { states: slow } });
    expect(await failing.without()).toEqual(['the long-lived branches (git did not answer in time)']);
    expect(limits).toEqual([2_000]);
    const { backports: _none, ...blind } = failing.deps;
    expect(await branchesWithoutFix(await failing.incident(), blind)).toEqual([
      'the long-lived branches (nobody could look)',
    ]);
    const late: Backports['states'] = async (wanted, look) => {
      const states = await repo.backports.states(wanted, look);
      const verdict = { state: 'unknown', why: 'time_limit' } as const;
      return { ...states, branches: states.branches.map((branch) => ({ ...branch, verdict })) };
    };
    const half = { ...failing.deps, backports: { ...repo.backports, states: late } };
    expect(await branchesWithoutFix(await failing.incident(), half)).toEqual([
      'develop (not looked at in time)',
    ]);
  });

  it('a clone that follows one branch only knows of the others what it saw at the last look', async () => {
    const repo = flow();
    repo.git(['config', 'remote.origin.fetch', '+refs/heads/main:refs/remotes/origin/main']);
    repo.git(['update-ref', '-d', 'refs/remotes/origin/develop']);
    const { without, call } = await shipped(repo);
    expect(await without()).toEqual(['branches that this clone does not follow']);
    const { data } = await call();
    expect(await without()).toEqual(['develop']);
    await call({ plan_id: data.plan_id, approval: 'yes' });
    expect(await without()).toEqual([]);
    repo.onRemote('develop', (other) => other.git(['revert', '--no-edit', 'HEAD']));
    await call();
    expect(await without()).toEqual(['develop']);
  }, 20_000);
});
