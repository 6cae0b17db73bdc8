import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitCommonDir, gitPlace } from '../../../src/adapters/git.ts';
import { findPlaces } from '../../../src/adapters/log-places.ts';
import { tempFolder, tempRepo } from '../../support/repo.ts';

describe('a git folder that git will not read', () => {
  const BROKEN: [string, (dir: string) => void][] = [
    ['HEAD with garbage', (dir) => writeFileSync(join(dir, 'HEAD'), 'garbage\n')],
    ['an empty HEAD', (dir) => writeFileSync(join(dir, 'HEAD'), '')],
    ['no HEAD', (dir) => rmSync(join(dir, 'HEAD'))],
    ['a broken config', (dir) => writeFileSync(join(dir, 'config'), '[core\n')],
  ];
  it.each(BROKEN)('%s: the record is found where it was', async (_what, damage) => {
    const { root } = tempRepo({ commits: 1 });
    mkdirSync(join(root, 'deep', 'down'), { recursive: true });
    const before = await findPlaces(root);
    damage(join(root, '.git'));
    expect(await findPlaces(root)).toEqual(before);
    expect((await gitPlace(join(root, 'deep', 'down')))?.root).toBe(root);
  });

  it('a linked worktree leads to the shared folder', async () => {
    const repo = tempRepo({ commits: 1 });
    const tree = join(tempFolder(), 'tree');
    repo.git(['worktree', 'add', '-q', '--detach', tree]);
    writeFileSync(join(repo.root, '.git/worktrees/tree/HEAD'), 'garbage\n');
    expect(realpathSync((await gitCommonDir(tree)) ?? '')).toBe(join(repo.root, '.git'));
    expect((await gitPlace(tree))?.root).toBe(tree);
  });

  it('a folder that only is called .git is none', async () => {
    const root = tempFolder();
    mkdirSync(join(root, '.git'));
    expect(await gitPlace(root)).toBeNull();
    writeFileSync(join(root, 'file'), '');
    expect((await findPlaces(root)).git).toBe(false);
  });
});
