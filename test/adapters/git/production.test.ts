import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRollbacks } from '../../../src/adapters/git/rollbacks.ts';
import { checkoutPrint } from '../../support/checkout.ts';
import { git, tempFolder } from '../../support/repo.ts';
import { production } from '../../support/rollback-kit.ts';

describe('where production ends', () => {
  it('without a remote, with one that does not answer, with none that git can read', async () => {
    const alone = production({ remote: false });
    expect(await alone.rollbacks.production({})).toMatchObject({
      state: 'local',
      remote: null,
      branch: 'main',
    });
    const repo = production();
    repo.git(['remote', 'set-url', 'origin', join(tempFolder(), 'gone')]);
    expect(await repo.rollbacks.production({})).toMatchObject({
      state: 'stale',
      remote: 'origin',
      branch: 'main',
    });
    expect(await repo.rollbacks.production({ branch: 'prod' })).toMatchObject({
      ...{ state: 'unknown', problem: 'no_such_branch', names: ['main'] },
    });
    writeFileSync(join(repo.root, '.git/HEAD'), 'garbage\n');
    expect(await repo.rollbacks.production({})).toMatchObject({ state: 'unknown', problem: 'unreadable' });
  });

  it('is the branch as the remote has it now, also in a clone that never saw it', async () => {
    const repo = production();
    repo.git(['push', '-q', 'origin', 'main:refs/heads/live']);
    const root = join(tempFolder(), 'narrow');
    git(tempFolder(), ['clone', '-q', '--single-branch', '--branch', 'main', repo.bare, root]);
    const live = repo.change('live only', { 'live.txt': 'x\n' });
    repo.git(['push', '-q', 'origin', 'main:refs/heads/live']);
    const rollbacks = createRollbacks(root, join(root, '.git/hotfix-pulse'));
    const before = checkoutPrint(root);
    expect(await rollbacks.production({ branch: 'live' })).toMatchObject({ state: 'fresh', tip: live });
    expect(checkoutPrint(root)).toEqual(before);
    const one = await rollbacks.rehearse({
      ...{ scope: await rollbacks.named(live), tip: live, good: null, label: 'hotfix-001' },
    });
    expect(one.outcome).toBe('applies');
  });

  it('the usual branch when everything has moved on since the release, and says so', async () => {
    const repo = production();
    repo.change('unreleased', { 'x.txt': 'x\n' });
    repo.push();
    const found = await repo.rollbacks.production({});
    expect(found).toMatchObject({ state: 'fresh', branch: 'main' });
    expect('how' in found ? found.how : '').toContain('may ship them');
  });
});
