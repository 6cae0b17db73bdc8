import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBranches } from '../../src/adapters/git/branches.ts';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import recordTimelineEvent from '../../src/tools/record-timeline-event.ts';
import startHotfix from '../../src/tools/start-hotfix.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { loadIncident } from '../../src/tools/support/load.ts';
import { createDeps } from '../../src/wire.ts';
import { git, type TempRepo, tempFolder, tempRepo } from './repo.ts';

export const BRANCH = 'hotfix/001-users-cant-login';

/** A release `v1.0.0` on main, then `riders` unreleased commits, in a working tree with a bare remote. */
export function released(options: { tag?: string; riders?: number; remote?: boolean } = {}): TempRepo & {
  release: string;
  bare: string;
} {
  const repo = tempRepo({ commits: 1 });
  const release = repo.git(['rev-parse', 'HEAD']);
  if (options.tag !== '') repo.git(['tag', '-a', options.tag ?? 'v1.0.0', '-m', 'release']);
  for (let i = 1; i <= (options.riders ?? 2); i++)
    repo.commit(`new${i}.txt`, `${i}\n`, `feat: unreleased ${i}`);
  let bare = '';
  if (options.remote) {
    bare = tempRepo({ bare: true }).root;
    repo.git(['remote', 'add', 'origin', bare]);
    repo.git(['push', '-q', '--tags', 'origin', 'main']);
    repo.git(['fetch', '-q', 'origin']);
  }
  return { ...repo, release, bare };
}

/** Opens an incident in a repository and gives the calls a test needs. */
export async function incidentIn(root: string, options: { fetchLimitMs?: number; open?: boolean } = {}) {
  const actor = { name: 'test-agent', kind: 'agent' } as const;
  const clock = { ms: Date.parse('2026-01-05T14:00:00Z') };
  const wired = await createDeps({ root, actor, env: {} }, { clock: { now: () => (clock.ms += 1000) } });
  const deps = {
    ...wired,
    settings: wired.settings,
    git: wired.git && { ...wired.git, branches: createBranches(root, options.fetchLimitMs) },
  };
  if (options.open !== false)
    await callTool(createHotfixTask, { description: "Users can't login", severity: 'P1' }, deps);
  return {
    deps,
    start: (args: Record<string, unknown> = {}) => callTool(startHotfix, args, deps),
    record: (kind: string, text: string, more: Record<string, unknown> = {}) =>
      callTool(recordTimelineEvent, { kind, text, ...more }, deps),
    async started() {
      const { incident } = await loadIncident('001', deps);
      return incident.recorded.filter((event) => event.kind === 'hotfix_started');
    },
  };
}

/** A dirty tree: staged, unstaged, untracked, deleted, and a stash. */
export function makeDirty(repo: TempRepo): void {
  repo.write('app.txt', 'stashed\n');
  repo.git(['stash', 'push', '-q', '-m', 'mine']);
  repo.write('staged.txt', 'staged\n');
  repo.git(['add', 'staged.txt']);
  repo.write('staged.txt', 'staged, then changed\n');
  repo.write('app.txt', 'unstaged\n');
  repo.write('untracked.txt', 'untracked\n');
}

/** A remote helper `slow::` that never answers; give its folder as PATH. Its process id is written to `pid`. */
export function hangingHelper(): { path: string; pid: string } {
  const folder = realpathSync(tempFolder());
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const helper = join(bin, 'git-remote-slow');
  writeFileSync(helper, `#!/bin/sh\ntrap '' TERM\necho $$ > ${folder}/pid\nwhile :; do sleep 1; done\n`);
  chmodSync(helper, 0o755);
  return { path: bin, pid: join(folder, 'pid') };
}

export { git };
