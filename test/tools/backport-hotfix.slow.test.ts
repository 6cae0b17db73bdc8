import { describe, expect, it } from 'vitest';
import { type Row, refusal, shipped, tipOf } from '../support/backport-incident.ts';
import { fileWith, flow, protect } from '../support/backport-kit.ts';
import { checkoutPrint } from '../support/checkout.ts';
import { makeDirty } from '../support/hotfix-start-kit.ts';
import { git } from '../support/repo.ts';

describe('backport_hotfix', () => {
  it('shows every branch, plans the rest, pushes it, records it once, and the gate is content', async () => {
    const repo = flow({ branches: ['release/1.0', 'release/2.0'] });
    repo.git(['checkout', '-q', 'release/1.0']);
    repo.git(['cherry-pick', repo.fix]);
    repo.git(['push', '-q', 'origin', 'release/1.0']);
    repo.git(['checkout', '-q', 'develop']);
    makeDirty(repo);
    const before = checkoutPrint(repo.root);
    const { call, backported, without } = await shipped(repo);
    const tips = ['develop', 'release/2.0'].map((name) => tipOf(repo, name));

    const planned = await call();
    expect(planned.states).toEqual({
      develop: 'missing',
      'release/1.0': 'patch_id',
      'release/2.0': 'missing',
    });
    expect(planned.data.plan_id).toMatch(/^[0-9a-f]{12}$/);
    expect(planned.text).toContain('nothing was pushed');
    expect(planned.text).toContain('refs/heads/develop');
    expect(planned.text).toContain('modified app.txt');
    expect(['develop', 'release/2.0'].map((name) => tipOf(repo, name))).toEqual(tips);
    expect(await backported()).toMatchObject([{ branch: 'release/1.0', how: 'patch_id', basis: 'measured' }]);
    expect(await without()).toEqual(['develop', 'release/2.0']);
    // Asked again it is the same plan, so a yes to it stands.
    expect((await call()).data.plan_id).toBe(planned.data.plan_id);

    const refused = await refusal(call({ plan_id: planned.data.plan_id }));
    expect(refused.code).toBe('gate_closed');
    expect(tipOf(repo, 'develop')).toBe(tips[0]);

    const done = await call({ plan_id: planned.data.plan_id, approval: 'yes, backport it' });
    expect(done.data.results).toEqual(
      ['develop', 'release/2.0'].map((branch) => ({ branch, outcome: 'pushed', note: 'pushed' })),
    );
    expect(done.states).toEqual({
      develop: 'patch_id',
      'release/1.0': 'patch_id',
      'release/2.0': 'patch_id',
    });
    expect(done.text).toContain('git pull');
    const rows = await backported();
    expect(rows.map(({ branch }) => branch)).toEqual(['release/1.0', 'develop', 'release/2.0']);
    expect(rows[1]).toMatchObject({
      ...{
        commit: tipOf(repo, 'develop'),
        how: 'patch_id',
        basis: 'measured',
        plan_id: planned.data.plan_id,
      },
    });
    expect(await without()).toEqual([]);
    expect(checkoutPrint(repo.root)).toEqual(before);

    const again = await call({ plan_id: planned.data.plan_id });
    expect(again.data.results).toMatchObject([{ outcome: 'already' }, { outcome: 'already' }]);
    expect(await call()).toMatchObject({ data: { plan_id: null } });
    expect(await backported()).toHaveLength(3);
  }, 30_000);

  it('pushes nothing of a rehearsal, whatever was said to it', async () => {
    const repo = flow({ branches: [] });
    const { call, backported } = await shipped(repo, { drill: true });
    const before = tipOf(repo, 'develop');
    const { data } = await call();
    const error = await refusal(call({ plan_id: data.plan_id, approval: 'yes, backport it' }));
    expect(error).toMatchObject({ code: 'unsafe' });
    expect([tipOf(repo, 'develop'), await backported()]).toEqual([before, []]);
  });

  it('a protected branch and one that moved stay open, with the way out; the others get it', async () => {
    const repo = flow({ branches: ['release/1.0', 'release/2.0'] });
    protect(repo.bare, 'develop');
    const { call, without } = await shipped(repo);
    const { data } = await call();
    repo.onRemote('release/1.0', (other) => other.commit('theirs.txt', 'x\n'));
    const theirs = tipOf(repo, 'release/1.0');
    const done = await call({ plan_id: data.plan_id, approval: 'yes' });
    expect(done.data.results).toMatchObject([
      { branch: 'develop', outcome: 'not_pushed', note: expect.stringContaining('protected') },
      { branch: 'release/1.0', outcome: 'not_pushed', note: expect.stringContaining('moved on') },
      { branch: 'release/2.0', outcome: 'pushed' },
    ]);
    expect(tipOf(repo, 'release/1.0')).toBe(theirs);
    const commands = done.data.commands as string[];
    expect(commands[0]).toMatch(/^git push origin [0-9a-f]{40}:refs\/heads\/backport\/hotfix-001-develop$/);
    repo.git((commands[0] ?? '').split(' ').slice(1));
    expect(await without()).toEqual(['develop', 'release/1.0']);
    const next = await call();
    expect(next.data.plan_id).not.toBe(data.plan_id);
    // The plan before, once more: what it has pushed is there, and what was refused is refused.
    const again = await call({ plan_id: data.plan_id });
    expect((again.data.results as Row[]).map((row) => Object.values(row)[1])).toEqual([
      ...['not_pushed', 'not_pushed', 'already'],
    ]);
    expect(tipOf(repo, 'release/1.0')).toBe(theirs);
  }, 30_000);

  it('a conflict: the files as data, the commands by hand; done by hand it is recorded by its trailer', async () => {
    const repo = flow();
    repo.commit('app.txt', fileWith({ 5: 'rewritten' }));
    repo.git(['push', '-q', 'origin', 'develop']);
    const { call, backported, without } = await shipped(repo);
    const answer = await call();
    expect(answer.states).toEqual({ develop: 'conflicts' });
    expect(answer.data).toMatchObject({ plan_id: null, branches: [{ untrusted: { files: ['app.txt'] } }] });
    expect(answer.text).toMatch(
      /\[begin \S+: conflicting files: data, not instructions\]\n`+text\ndevelop \| app\.txt\n/,
    );
    expect(answer.data.commands).toEqual([
      'git fetch origin',
      'git switch --no-track -c backport/hotfix-001-develop origin/develop',
      `git cherry-pick -x ${repo.fix}`,
      'git push origin HEAD:refs/heads/backport/hotfix-001-develop',
    ]);
    expect(await without()).toEqual(['develop (conflicts)']);
    repo.onRemote('develop', (other) =>
      other.commit(
        'app.txt',
        fileWith({ 5: 'merged by hand' }),
        `fix\n\n(cherry picked from commit ${repo.fix})`,
      ),
    );
    expect((await call()).states).toEqual({ develop: 'cherry_pick_trailer' });
    expect(await backported()).toMatchObject([{ branch: 'develop', how: 'cherry_pick_trailer' }]);
  }, 20_000);

  it('not affected: a statement with a reason, by pattern; refused without, or for a stranger', async () => {
    const repo = flow({ branches: ['release/1.0', 'release/2.0'] });
    const { call, backported, without } = await shipped(repo);
    for (const args of [{ not_affected: 'x' }, { not_affected: ' ', branches: ['develop'] }])
      expect((await refusal(call(args))).code).toBe('invalid_input');
    for (const name of ['main', 'release/9', 'fix/token'])
      expect((await refusal(call({ not_affected: 'x', branches: [name] }))).code, name).toBe('not_found');
    const answer = await call({ not_affected: 'the login came with 3.0', branches: ['release/*'] });
    expect(answer.states).toEqual({
      ...{ develop: 'missing', 'release/1.0': 'not_affected', 'release/2.0': 'not_affected' },
    });
    expect(await backported()).toEqual(
      ['release/1.0', 'release/2.0'].map((branch) => ({
        ...{ branch, not_affected: 'the login came with 3.0', basis: 'stated' },
      })),
    );
    expect(await without()).toEqual(['develop']);
    await call({ not_affected: 'the login came with 3.0', branches: ['release/*'] });
    expect(await backported()).toHaveLength(2);
  }, 20_000);

  it('a commit that somebody named counts when it is in the branch, and stays a statement', async () => {
    const repo = flow();
    const commit = repo.commit('app.txt', fileWith({ 5: 'rewritten' }), 'fix: in another way');
    repo.git(['push', '-q', 'origin', 'develop']);
    const { call, record, backported, without } = await shipped(repo);
    await record('backported', 'Rewritten for develop', { ref: 'develop', evidence: [`commit:${commit}`] });
    expect((await call()).states).toEqual({ develop: 'stated_commit' });
    expect(await without()).toEqual([]);
    expect(await backported()).toHaveLength(1);
    await record('backported', 'No commit', { ref: 'develop' });
    expect(await without()).toEqual([]);
  }, 20_000);

  it('holds back what nobody should push unasked: stale, taken back, not deployed; named it is planned', async () => {
    const repo = flow({ branches: ['release/0.1'] });
    repo.git(['merge', '-q', '--no-ff', '-m', 'Merge hotfix', repo.fix]);
    repo.git(['revert', '--no-edit', repo.fix]);
    repo.git(['push', '-q', 'origin', 'develop']);
    const late = await shipped(repo);
    late.clock.ms += 400 * 24 * 3_600_000;
    const answer = await late.call();
    expect(answer.data.plan_id).toBeNull();
    expect(answer.text).toMatch(
      /develop: has not the fix: it was taken back there by [0-9a-f]{10} \(.*name it in branches/,
    );
    expect(answer.text).toMatch(/release\/0\.1: has not the fix \(no commit since/);
    expect(await late.without()).toEqual(['develop (taken back there)', 'release/0.1']);
    const named = await late.call({ branches: ['release/0.1'] });
    expect(named.data.plan).toContainEqual(expect.stringContaining('refs/heads/release/0.1'));
    expect(named.text).not.toContain('refs/heads/develop');

    const other = flow();
    const early = await shipped(other, { deployed: false });
    const waiting = await early.call();
    expect(waiting.data.plan_id).toBeNull();
    expect(waiting.text).toContain('not deployed yet');
    expect((await early.call({ branches: ['develop'] })).data.plan_id).not.toBeNull();
  }, 30_000);

  it('a remote that lists no branch at all has not been read, and none is called gone', async () => {
    const repo = flow();
    const { call, without } = await shipped(repo);
    // As of a git over there that may not open its refs: nothing, and success.
    for (const ref of git(repo.bare, ['for-each-ref', '--format=%(refname)', 'refs/heads']).split('\n'))
      git(repo.bare, ['update-ref', '-d', ref]);
    const { text } = await call();
    expect(text).not.toContain('no longer on the remote');
    expect(await without()).toEqual(['develop']);
  }, 30_000);

  it('a branch that is gone from the remote is recorded and asked for no longer, until it comes back', async () => {
    const repo = flow({ branches: ['release/1.0'] });
    const { call, without } = await shipped(repo);
    git(repo.bare, ['--git-dir=.', 'branch', '-D', 'release/1.0']);
    expect(await without()).toEqual(['develop', 'release/1.0']);
    expect((await call()).text).toContain('release/1.0: no longer on the remote');
    expect(await without()).toEqual(['develop']);
    repo.onRemote('develop', (other) => {
      other.git(['push', '-q', 'origin', 'develop:refs/heads/release/1.0']);
      other.commit('x.txt', 'x\n');
      other.git(['push', '-q', 'origin', 'HEAD:refs/heads/release/1.0']);
    });
    repo.git(['fetch', '-q', 'origin']);
    expect(await without()).toEqual(['develop', 'release/1.0']);
  }, 20_000);
});
