import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createWorktrees } from '../../../src/adapters/git/worktree.ts';
import { checkoutPrint } from '../../support/checkout.ts';
import { git, tempRepo } from '../../support/repo.ts';

it.each([['--cone'], ['--no-cone']])(
  'a sparse checkout (%s) has whole temporary working trees',
  async (way) => {
    const { root, git: run } = tempRepo({ commits: 1 });
    mkdirSync(join(root, 'src'));
    writeFileSync(join(root, 'src/a.js'), 'a\n');
    run(['add', '-A']);
    run(['commit', '-q', '-m', 'src']);
    run(['sparse-checkout', 'set', way, 'docs']);
    const before = checkoutPrint(root);
    const tree = await createWorktrees(root, join(root, '.git/hotfix-pulse')).add(run(['rev-parse', 'HEAD']));
    try {
      expect(readdirSync(join(tree.path, 'src'))).toEqual(['a.js']);
      git(tree.path, ['checkout', '-q', '--force', '--detach', 'HEAD']);
      expect(git(tree.path, ['ls-files', '-t'])).toBe('H app.txt\nH src/a.js');
    } finally {
      await tree.remove();
    }
    expect(checkoutPrint(root)).toEqual(before);
  },
);
