import { describe, expect, it } from 'vitest';
import { shippingIn, world } from '../support/ship-kit.ts';

describe('the deploy command', () => {
  it('runs in the root of a tree at the commit, then verifies; the tree is gone afterwards', async () => {
    const repo = world();
    const shipping = shippingIn(repo.root);
    const lines: string[] = [];
    const report = await shipping.deploy(
      {
        commit: repo.fix,
        command: ['sh', '-c', 'cat fix.txt; pwd; git rev-parse HEAD'],
        verify: ['sh', '-c', 'echo well'],
        timeoutMs: 10_000,
      },
      { progress: (line) => lines.push(line) },
    );
    expect(report.deploy).toMatchObject({ outcome: 'passed', code: 0 });
    expect(report.deploy?.tail).toContain(`fixed\n`);
    expect(report.deploy?.tail).toContain(repo.fix);
    expect(report.verify).toMatchObject({ outcome: 'passed', tail: 'well\n' });
    expect(lines[0]).toContain('deploy command runs');
    expect(repo.git(['worktree', 'list']).split('\n')).toHaveLength(1);
  });

  it.each<[string, string[], string]>([
    ['fails', ['sh', '-c', 'echo broken; exit 1'], 'failed'],
    ['is not there', ['no-such-program-xyz'], 'could_not_run'],
    ['hangs', ['sleep', '60'], 'time_limit'],
  ])('does not verify after a command that %s', async (_, command, outcome) => {
    const repo = world();
    const { deploy, verify } = await shippingIn(repo.root).deploy(
      { commit: repo.fix, command, verify: ['true'], timeoutMs: 1_000 },
      {},
    );
    expect(deploy?.outcome).toBe(outcome);
    expect(verify).toBeNull();
  });
});
