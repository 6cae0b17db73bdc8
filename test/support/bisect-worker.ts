/** Runs a bisection in the repository of the first argument with the command of the others; says how far it is. */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { runBisect } from '../../src/adapters/git/bisect.ts';
import { createWorktrees } from '../../src/adapters/git/worktree.ts';

const [root = '', good = '', bad = '', ...command] = process.argv.slice(2);
const worktrees = createWorktrees(root, join(root, '.git', 'hotfix-pulse'));
const progress = () => writeSync(1, 'run\n');
const report = await runBisect(worktrees, { good, bad, command, timeoutMs: 60_000 }, process.env, {
  progress,
});
writeSync(1, `${report.outcome}\n`);
