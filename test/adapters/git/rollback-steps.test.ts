import { describe, expect, it } from 'vitest';
import type { Rehearsal } from '../../../src/core/ship/rollback.ts';
import { git } from '../../support/repo.ts';
import { lines, type Production, production, pushOf, treeByHand } from '../../support/rollback-kit.ts';

/** Small numbers, the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function treeOrConflict(repo: Production, one: Rehearsal): string {
  try {
    return treeByHand(repo, one);
  } catch (error) {
    if (/could not revert/.test(String(error))) return 'conflict';
    throw error;
  }
}

describe('against git itself', () => {
  it.each([1, 2, 3, 4, 5])(
    'seed %i: the same tree as git revert, or a conflict where it has one; no commit is lost',
    async (seed) => {
      const repo = production();
      const random = randomFrom(seed);
      const commits: string[] = [];
      for (let at = 0; at < 7; at++) {
        const name = ['app.txt', 'other.txt', 'third.txt'][random(3)] ?? 'app.txt';
        const changed = { [1 + random(20)]: `${seed} ${at}` };
        if (random(3) > 0) commits.push(repo.change(`${at}`, { [name]: lines('app', changed) }));
        else {
          repo.git(['checkout', '-q', '-b', `side${at}`]);
          repo.change(`side ${at}`, { [`side${random(2)}.txt`]: lines('side', changed) });
          repo.git(['checkout', '-q', 'main']);
          repo.git(['merge', '-q', '--no-ff', '--no-edit', `side${at}`]);
          commits.push(repo.git(['rev-parse', 'HEAD']));
        }
      }
      repo.push();
      const [from, to] = [random(commits.length), random(commits.length)].sort((a, b) => a - b);
      const newest = String(commits[to ?? 0]);
      const scope =
        from === to
          ? ({ kind: 'change', newest } as const)
          : ({ kind: 'range', good: String(commits[from ?? 0]), newest } as const);
      const one = await repo.rehearse(scope);
      if (one.outcome === 'nothing_left') return;
      expect(one.tree ?? 'conflict').toBe(treeOrConflict(repo, one));
      if (one.commit === null) return;
      await repo.rollbacks.push(pushOf(one), { label: 'hotfix-001', plan: '0123456789ab' });
      for (const commit of commits) git(repo.bare, ['merge-base', '--is-ancestor', commit, 'main']);
    },
  );
});
