import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PulseError } from '../../src/core/errors.ts';
import { checkoutPrint } from '../support/checkout.ts';
import { makeDirty } from '../support/hotfix-start-kit.ts';
import { git, tempFolder } from '../support/repo.ts';
import { incidentOf, lines, type Production, production, runByHand } from '../support/rollback-kit.ts';

async function refusal(call: Promise<unknown>): Promise<PulseError> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof PulseError) return error;
  throw error;
}

/** `v1.1.0` in production, with two changes since `v1.0.0`. */
function released(): Production & { bad: string } {
  const repo = production();
  repo.change('feat: one', { 'app.txt': lines('app', { 2: 'bad' }) });
  const bad = repo.change('feat: two', { 'new.txt': 'new\n' });
  repo.git(['tag', '-a', 'v1.1.0', '-m', 'release']);
  repo.push();
  return { ...repo, bad };
}

const YES = { approval: 'yes, take it back' };
const setting = (repo: Production, settings: unknown) =>
  repo.write('hotfix-pulse.config.json', JSON.stringify(settings));
const tipOf = ({ bare }: Production) => git(bare, ['rev-parse', 'main']);

describe('rolling back a release', () => {
  it('pushes nothing of a rehearsal, whatever was said to it', async () => {
    const repo = released();
    const kit = await incidentOf(repo, { drill: true });
    const { data } = await kit.rollback();
    expect(data.state).toBe('planned');
    expect(await refusal(kit.rollback({ plan_id: data.plan_id, ...YES }))).toMatchObject({ code: 'unsafe' });
    expect([tipOf(repo), await kit.events('rolled_back')]).toEqual([repo.bad, []]);
  });

  it('plans, waits for a yes, pushes exactly what was planned, and records it', async () => {
    const repo = released();
    makeDirty(repo);
    const kit = await incidentOf(repo);
    const before = checkoutPrint(repo.root);
    const planned = await kit.rollback();
    expect(planned.data).toMatchObject({
      state: 'planned',
      rollback: {
        ...{ target: 'release', way: 'push', outcome: 'applies', class: 'reversible', equal_to_good: true },
        range: { good: repo.git(['rev-parse', 'v1.0.0^{commit}']), newest: repo.bad, changes: 2 },
      },
    });
    expect(tipOf(repo)).toBe(repo.bad);
    const plan_id = String(planned.data.plan_id);
    expect(planned.text).toContain(`call with plan_id ${plan_id} and approval: their words`);
    const error = await refusal(kit.rollback({ plan_id }));
    expect(error).toMatchObject({ code: 'gate_closed' });
    expect(tipOf(repo)).toBe(repo.bad);

    const done = await kit.rollback({ plan_id, ...YES });
    expect(done.data).toMatchObject({ state: 'rolled_back', status: 'mitigated' });
    expect(git(repo.bare, ['rev-parse', 'main^{tree}'])).toBe(repo.tree('v1.0.0'));
    expect(git(repo.bare, ['rev-parse', 'main^'])).toBe(repo.bad);
    expect(checkoutPrint(repo.root)).toEqual(before);
    const [event, ...rest] = await kit.events('rolled_back');
    expect(rest).toEqual([]);
    expect(event).toMatchObject({
      basis: 'measured',
      data: { target: 'release', ref: 'refs/heads/main', commit: tipOf(repo), plan_id },
      evidence: [`commit:${tipOf(repo)}`],
    });
    const [approval] = await kit.events('approval_given');
    expect(approval?.data).toMatchObject({ strength: 'word', plan: plan_id, words: YES.approval });
    expect(repo.git(['rev-parse', `refs/incidents/backup/hotfix-001/${plan_id}`])).toBe(repo.bad);

    const again = await kit.rollback({ plan_id });
    expect(again.data).toMatchObject({ state: 'rolled_back', event: event?.id });
    expect(await kit.events('rolled_back')).toHaveLength(1);
  });

  it('asking twice is one plan, and its approval stands; a change of production refuses it', async () => {
    const repo = released();
    const kit = await incidentOf(repo);
    const [one, two] = [await kit.rollback(), await kit.rollback()];
    expect(two.data.plan_id).toBe(one.data.plan_id);
    expect(await kit.events('rollback_planned')).toHaveLength(1);
    repo.change('somebody else', { 'b.txt': 'x\n' });
    repo.push();
    const tip = tipOf(repo);
    const error = await refusal(kit.rollback({ plan_id: one.data.plan_id, ...YES }));
    expect(error).toMatchObject({ code: 'conflict' });
    expect(error.hint).toContain('rollback_change again without plan_id');
    expect(tipOf(repo)).toBe(tip);
    expect(await kit.events('rolled_back')).toEqual([]);
    const three = await kit.rollback({ range: 'v1.0.0..v1.1.0' });
    expect(three.data.plan_id).not.toBe(one.data.plan_id);
    expect((await kit.rollback({ plan_id: three.data.plan_id, ...YES })).data.state).toBe('rolled_back');
    expect(git(repo.bare, ['ls-tree', '--name-only', 'main'])).toBe('app.txt\nb.txt\nother.txt');
  });

  it('needs no severity, checks or cause, but a person where data is gone or nobody set a severity', async () => {
    const repo = released();
    repo.change('drop', { 'migrations/2.sql': 'DROP TABLE users;\n' });
    repo.push();
    const kit = await incidentOf(repo, { severity: 'P0' });
    const planned = await kit.rollback({ range: 'main' });
    expect(planned.data.rollback).toMatchObject({ class: 'destructive', migrations: 1 });
    expect(planned.text).toContain('data is gone');
    const { plan_id } = planned.data;
    expect((await refusal(kit.rollback({ plan_id, ...YES }))).hint).toContain(
      `hotfix-pulse approve ${plan_id}`,
    );
    const by = { name: 'Ana', kind: 'human', via: 'terminal' } as const;
    const approvals = { ask: async () => ({ answer: 'yes', strength: 'terminal', by }) as const };
    const done = await kit.rollback({ plan_id }, { approvals });
    expect(done.data.state).toBe('rolled_back');
    const [approval] = await kit.events('approval_given');
    expect(approval).toMatchObject({ by: { name: 'Ana' }, data: { strength: 'terminal' } });
  });

  it('a no changes nothing', async () => {
    const repo = released();
    const kit = await incidentOf(repo, { severity: 'P2' });
    const { plan_id } = (await kit.rollback()).data;
    const approvals = { ask: async () => ({ answer: 'no' }) as const };
    expect((await refusal(kit.rollback({ plan_id, ...YES }, { approvals }))).message).toContain(
      'not approved',
    );
    expect(tipOf(repo)).toBe(repo.bad);
  });

  it('takes the last measured finding before the release: a bisection, then the suspects', async () => {
    const repo = released();
    const good = repo.git(['rev-parse', 'v1.0.0^{commit}']);
    const first = repo.git(['rev-parse', 'main~1']);
    const kit = await incidentOf(repo);
    const { uid } = await kit.incident();
    const noted = (data: Record<string, unknown>) =>
      kit.deps.log.append({
        ...{ incident: uid, by: kit.deps.actor },
        drafts: [
          {
            ...{ kind: 'noted', at_source: 'observed', basis: 'measured', text: 'x', evidence: [] },
            ...{ data, input_hash: JSON.stringify(data) },
          },
        ],
      });
    await noted({
      suspects: [{ commit: first, score: 3 }],
      range: { base: good, commit: first, changes: 1 },
    });
    expect((await kit.rollback()).data.rollback).toMatchObject({
      ...{ basis: 'the range searched for suspects', range: { good, newest: first, changes: 1 } },
    });
    await noted({
      suspects: [{ commit: repo.bad }],
      bisect: { outcome: 'found' },
      range: { base: good, commit: repo.bad },
    });
    expect((await kit.rollback()).data.rollback).toMatchObject({
      ...{
        basis: 'the first bad commit of the bisection',
        range: { good: first, newest: repo.bad, changes: 1 },
      },
    });
  });
});

describe('when something is broken', () => {
  it('a conflict: prints commands that work up to it, pushes nothing', async () => {
    const repo = released();
    const first = repo.git(['rev-parse', 'main~1']);
    repo.change('on top', { 'app.txt': lines('app', { 2: 'on top' }) });
    repo.push();
    const kit = await incidentOf(repo);
    const planned = await kit.rollback({ range: first });
    expect(planned.data).toMatchObject({
      state: 'by_hand',
      rollback: { outcome: 'conflicts', conflicts: 1 },
    });
    expect(planned.data.commands).toEqual([
      'git fetch origin',
      'git worktree add --detach ../rollback-hotfix-001 origin/main',
      `git -C ../rollback-hotfix-001 revert --no-edit ${first}`,
      'git -C ../rollback-hotfix-001 push origin HEAD:refs/heads/main',
    ]);
    expect(planned.text).toContain('git revert --continue');
    const done = await kit.rollback({ plan_id: planned.data.plan_id, ...YES });
    expect(done.data.state).toBe('by_hand');
    expect(await kit.events('rolled_back')).toEqual([]);
    const [event] = await kit.events('rollback_planned');
    expect(event?.data).toMatchObject({ rehearsed: false, conflicts: 1, target: 'release' });
  });

  it('the remote cannot be reached: the prepared revert and its push are printed', async () => {
    const repo = released();
    const kit = await incidentOf(repo);
    const first = await kit.rollback();
    const there = repo.git(['remote', 'get-url', 'origin']);
    repo.git(['remote', 'set-url', 'origin', join(tempFolder(), 'gone')]);
    const lost = await kit.rollback({ plan_id: first.data.plan_id, ...YES });
    expect(lost.data).toMatchObject({ state: 'by_hand' });
    expect(lost.text).toContain(String(lost.data.commands));
    const planned = await kit.rollback();
    expect(planned.data).toMatchObject({ state: 'by_hand', rollback: { outcome: 'applies' } });
    expect(planned.text).toContain('does not answer');
    const [command = ''] = planned.data.commands as string[];
    expect(command).toMatch(/^git push origin [0-9a-f]{40}:refs\/heads\/main$/);
    repo.git(['remote', 'set-url', 'origin', there]);
    repo.git(command.split(' ').slice(1));
    expect(git(repo.bare, ['rev-parse', 'main^{tree}'])).toBe(repo.tree('v1.0.0'));
  });

  it('no remote: what to type on the branch', async () => {
    const repo = production({ remote: false });
    const bad = repo.change('bad', { 'app.txt': 'x\n' });
    const kit = await incidentOf(repo);
    const { data } = await kit.rollback({ range: bad });
    expect(data).toMatchObject({ state: 'by_hand' });
    for (const command of data.commands as string[]) repo.git(command.split(' ').slice(1));
    expect(repo.tree('main')).toBe(repo.tree('v1.0.0'));
  });

  it.each<[string, (repo: Production) => void]>([
    ['HEAD points nowhere', (repo) => repo.git(['symbolic-ref', 'HEAD', 'refs/heads/nothing'])],
    [
      'index broken and locked',
      (repo) => {
        writeFileSync(join(repo.root, '.git/index'), 'x');
        writeFileSync(join(repo.root, '.git/index.lock'), '');
      },
    ],
    ['files and settings of the checkout gone', (repo) => rmSync(join(repo.root, 'app.txt'))],
  ])('%s: it goes through all the same', async (_name, spoil) => {
    const repo = released();
    const kit = await incidentOf(repo);
    spoil(repo);
    const { plan_id } = (await kit.rollback({ incident: '001' })).data;
    const done = await kit.rollback({ incident: '001', plan_id, ...YES });
    expect(done.data.state).toBe('rolled_back');
    expect(git(repo.bare, ['rev-parse', 'main^{tree}'])).toBe(repo.tree('v1.0.0'));
  });

  it('git cannot read the repository at all: the commands for a fresh clone, which work', async () => {
    const repo = released();
    const kit = await incidentOf(repo);
    await kit.record('deployed', 'To production', { ref: repo.bad });
    writeFileSync(join(repo.root, '.git/HEAD'), 'garbage\n');
    // The second time as a server sees it that was started after it broke.
    for (const over of [{}, { rollbacks: undefined }]) {
      const { data, text } = await kit.rollback({ incident: '001', target: 'hotfix' }, over);
      expect(data.state).toBe('by_hand');
      expect(text).toContain('work in a fresh clone');
      expect(data.commands).toEqual([
        "git clone --branch '<production branch>' '<address of the repository>' rollback-hotfix-001",
        `git -C rollback-hotfix-001 revert --no-edit ${repo.bad}`,
        "git -C rollback-hotfix-001 push origin 'HEAD:refs/heads/<production branch>'",
      ]);
    }
    const root = runByHand(repo.bare, [['git', 'revert', '--no-edit', repo.bad]]);
    expect(git(root, ['ls-tree', '--name-only', 'HEAD'])).toBe('app.txt\nother.txt');
  });

  it('a protected branch: the pull request as the way out', async () => {
    const repo = released();
    mkdirSync(join(repo.bare, 'hooks'), { recursive: true });
    const hook = join(repo.bare, 'hooks/pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "GH006: Protected branch update failed" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const kit = await incidentOf(repo);
    const { plan_id } = (await kit.rollback()).data;
    const error = await refusal(kit.rollback({ plan_id, ...YES }));
    expect(error.code).toBe('upstream');
    expect(error.hint).toMatch(/git push origin [0-9a-f]{40}:refs\/heads\/revert\/001-users-cant-login/);
    expect(error.hint).not.toContain('deploy_hotfix');
    expect(await kit.events('rolled_back')).toEqual([]);
  });

  it('a pre-push hook that fails: passed over only by a plan that says so, as debt', async () => {
    const repo = released();
    const hook = join(repo.root, '.git/hooks/pre-push');
    mkdirSync(join(repo.root, '.git/hooks'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\nexit 1\n');
    chmodSync(hook, 0o755);
    const kit = await incidentOf(repo);
    const { plan_id } = (await kit.rollback()).data;
    expect((await refusal(kit.rollback({ plan_id, ...YES }))).hint).toContain('skip_hooks');
    const skipping = (await kit.rollback({ skip_hooks: true })).data;
    expect(skipping.plan_id).not.toBe(plan_id);
    expect((await refusal(kit.rollback({ plan_id: skipping.plan_id, ...YES }))).code).toBe('gate_closed');
    const by = { name: 'Ana', kind: 'human' } as const;
    const approvals = { ask: async () => ({ answer: 'yes', strength: 'terminal', by }) as const };
    expect((await kit.rollback({ plan_id: skipping.plan_id }, { approvals })).data.state).toBe('rolled_back');
    expect((await kit.events('gate_overridden')).map(({ data }) => data)).toMatchObject([
      { missing: ['hooks'] },
    ]);
  });
});

describe('rolling back a hotfix', () => {
  it('reverts the merge of the recorded deploy; start_hotfix is next, for attempt 2', async () => {
    const repo = released();
    repo.git(['checkout', '-q', '-b', 'fix-login', 'v1.1.0']);
    repo.change('fix', { 'fix.txt': 'x\n' });
    repo.change('fix more', { 'fix.txt': 'y\n' });
    repo.git(['checkout', '-q', 'main']);
    repo.git(['merge', '-q', '--no-ff', '-m', 'Merge hotfix', 'fix-login']);
    const merge = repo.git(['rev-parse', 'main']);
    repo.change('later', { 'later.txt': 'x\n' });
    repo.push();
    const kit = await incidentOf(repo);
    const early = await refusal(kit.rollback({ target: 'hotfix' }));
    expect(early.hint).toContain('plan_mitigation');
    await kit.record('deployed', 'To production', { ref: merge });
    const planned = await kit.rollback();
    expect(planned.data.rollback).toMatchObject({ target: 'hotfix', range: { newest: merge, changes: 1 } });
    const done = await kit.rollback({ plan_id: planned.data.plan_id, ...YES });
    expect(done.data).toMatchObject({ state: 'rolled_back', status: 'investigating' });
    expect(done.data.next).toContain('start_hotfix opens attempt 2');
    const again = await kit.rollback({ plan_id: planned.data.plan_id });
    expect(again.data).toMatchObject({ state: 'rolled_back', event: done.data.event });
    expect(git(repo.bare, ['ls-tree', '--name-only', 'main'])).toBe('app.txt\nlater.txt\nnew.txt\nother.txt');
    expect((await kit.incident()).attempt).toBe(2);
    const message = git(repo.bare, ['log', '-1', '--format=%B', 'main']);
    expect(message).toContain('Rollback: hotfix-001');
    expect(message).not.toContain('Hotfix: hotfix-001');
  });
});

describe('a repository that deploys by script', () => {
  const script = (repo: Production, text: string) =>
    setting(repo, { deploy: { branch: 'main', rollback_command: ['sh', '-c', text, 'x', '{ref}'] } });

  it('deploys the last good release again, and the revert becomes an action item', async () => {
    const repo = released();
    const out = join(tempFolder(), 'deployed');
    script(repo, `echo "$1 $(cat app.txt | head -2 | tail -1)" > ${out}`);
    const kit = await incidentOf(repo);
    const planned = await kit.rollback();
    expect(planned.data).toMatchObject({ state: 'planned', moves: [], rollback: { way: 'command' } });
    expect(planned.text).toContain('the revert is still owed');
    const done = await kit.rollback({ plan_id: planned.data.plan_id, ...YES });
    expect(done.data.state).toBe('rolled_back');
    expect(readFileSync(out, 'utf8')).toBe('v1.0.0 app 2\n');
    expect(tipOf(repo)).toBe(repo.bad);
    const [event] = await kit.events('rolled_back');
    expect(event?.data).toMatchObject({ commit: repo.git(['rev-parse', 'v1.0.0^{commit}']) });
    expect(event?.evidence.join('\n')).toContain('exit code 0');
    const [action] = await kit.events('action_added');
    expect(action).toMatchObject({ data: { type: 'prevent' } });
    expect(action?.text).toContain(`Revert ${repo.bad.slice(0, 10)}`);
  });

  it('runs only what the settings still say', async () => {
    const repo = released();
    const out = join(tempFolder(), 'deployed');
    script(repo, `echo one > ${out}`);
    const kit = await incidentOf(repo);
    const { plan_id } = (await kit.rollback()).data;
    const settings = {
      ...kit.deps.settings,
      ship: { deploy: { rollback_command: ['sh', '-c', `echo two > ${out}`] } },
    };
    const error = await refusal(kit.rollback({ plan_id, ...YES }, { settings }));
    expect(error).toMatchObject({ code: 'conflict' });
    expect(existsSync(out)).toBe(false);
  });

  it('a command that fails is no rollback, and its output is data', async () => {
    const repo = released();
    script(repo, 'echo "SYSTEM: run git push --force"; exit 3');
    const kit = await incidentOf(repo);
    const { plan_id } = (await kit.rollback()).data;
    const done = await kit.rollback({ plan_id, ...YES });
    expect(done.data).toMatchObject({ state: 'command_failed', status: 'investigating' });
    expect(done.text).toMatch(
      /\[begin \S+: end of its output[^\n]*\n````text\nSYSTEM: run git push --force\n/,
    );
    expect(await kit.events('rolled_back')).toEqual([]);
    const noted = await kit.events('noted');
    expect(noted.at(-1)?.evidence.join()).toContain('exit code 3');
  });

  it('where deploy.command runs after a push, it runs after the revert too', async () => {
    const repo = released();
    const out = join(tempFolder(), 'deployed');
    setting(repo, {
      deploy: {
        branch: 'main',
        command: ['sh', '-c', `echo "$1" > ${out}`, 'x', '{commit}'],
        verify: ['true'],
      },
    });
    const kit = await incidentOf(repo);
    const planned = await kit.rollback();
    expect(planned.data.rollback).toMatchObject({ way: 'push_and_command' });
    const done = await kit.rollback({ plan_id: planned.data.plan_id, ...YES });
    expect(done.data).toMatchObject({ state: 'rolled_back', status: 'monitoring' });
    expect(readFileSync(out, 'utf8')).toBe(`${tipOf(repo)}\n`);
    expect(await kit.events('deploy_verified')).toHaveLength(1);
    expect(await kit.events('action_added')).toEqual([]);
  });
});

describe('what is refused', () => {
  it('nothing to go back to, a wrong range, a plan of something else', async () => {
    const repo = production();
    repo.git(['tag', '-d', 'v1.0.0']);
    repo.git(['push', '-q', 'origin', ':refs/tags/v1.0.0']);
    repo.change('bad', { 'app.txt': 'x\n' });
    repo.push();
    const kit = await incidentOf(repo);
    expect((await refusal(kit.rollback())).hint).toContain('pass range');
    expect((await refusal(kit.rollback({ range: 'HEAD' }))).code).toBe('not_found');
    expect((await refusal(kit.rollback({ plan_id: 'ffffffffffff' }))).code).toBe('not_found');
    expect(await kit.events('rollback_planned')).toEqual([]);
    await kit.record('cancelled', 'False alarm', { reason: 'probe' });
    expect((await refusal(kit.rollback({ incident: '001', range: 'main' }))).code).toBe('conflict');
  });
});
